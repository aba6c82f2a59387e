"""The numbers of the year's work summary, section by section."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import pandas as pd

from perfanalysis.planning.problems import GROUPS, problem_groups
from perfanalysis.report.text import Texts
from perfanalysis.suite.views.common import Said, sentences
from perfanalysis.suite.views.work_facts import (
    documents_in_force,
    initiatives,
    key_projects,
    year_facts,
)
from perfanalysis.suite.views.work_problems import problem_facts
from perfanalysis.suite.views.work_scope import scope_of
from perfanalysis.suite.workyear import WorkYear

TRACKED = ("low-execution", *GROUPS["effect"])
NEXT: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "coverage": (),
        "indicators": GROUPS["targets"],
        "tracking": TRACKED,
        "money": tuple(kind for kind in GROUPS["management"] if kind not in TRACKED),
    }
)
"""Parts of section four, each with the problems that it is about."""
ACTIONS = (*GROUPS["targets"], *TRACKED, "payment-ahead-of-work", "year-end-rush", "account-mixed")
"""Problems with a step of their own; the others are verified one by one."""


Facts = Mapping[str, dict[str, Any]]


@dataclass(frozen=True)
class WorkSummary:
    """What the work summary says; every value comes from a table or a result.

    Attributes
    ----------
    facts : dict
        Values of the sentences of ``90_work_summary``, by section.
    documents : DataFrame
        See `documents_in_force`, with ``document_stage``.
    bodies : DataFrame
        Table ``organisation``: ``name``, ``duty``, ``founded``.
    initiatives : DataFrame
        Categories of funds brought in: ``fund_subject``, ``initiative_status`` (codes),
        ``projects`` (number evaluated by the framework of the category), ``score`` (their mean),
        ``representative`` (name of the project that the table names), ``special_names`` (names of
        the special projects of that category, joined by 、).
    key_projects : DataFrame
        Key and special projects: ``name``, ``unit_name``, ``kind``, ``annual_wan``,
        ``score``, ``grade``, ``page``.
    problems : DataFrame
        See `problem_groups`.
    """

    facts: dict[str, dict[str, Any]]
    documents: pd.DataFrame
    bodies: pd.DataFrame
    initiatives: pd.DataFrame
    key_projects: pd.DataFrame
    problems: pd.DataFrame

    @property
    def scope(self) -> pd.DataFrame:
        """What each stage was about; see `scope_of`."""
        return scope_of(self.facts, self.key_projects)

    @property
    def problem_counts(self) -> pd.DataFrame:
        """Problems by ``problem_group``: ``flags``."""
        counts = self.facts["problems"].items()
        return pd.DataFrame(counts, columns=["problem_group", "flags"])

    @property
    def subjects(self) -> list[str]:
        """Codes of the categories of funds that are brought in, not only planned."""
        begun = self.initiatives["initiative_status"] != "planned"
        return list(dict.fromkeys(self.initiatives.loc[begun, "fund_subject"]))

    @property
    def planned(self) -> list[str]:
        """Codes of those that are planned."""
        named = dict.fromkeys(self.initiatives["fund_subject"])
        return [subject for subject in named if subject not in self.subjects]


def work_summary(year: WorkYear) -> WorkSummary:
    """Gather the numbers of the work summary."""
    problems = problem_groups(year.flags)
    counts = {
        group: int(problems.loc[problems["group"] == group, "flags"].sum()) for group in GROUPS
    }
    return WorkSummary(
        facts=year_facts(year) | problem_facts(year) | {"problems": counts},
        documents=documents_in_force(year).rename(columns={"stage": "document_stage"}),
        bodies=year.monitoring["organisation"][["name", "duty", "founded"]],
        initiatives=initiatives(year),
        key_projects=key_projects(year),
        problems=problems,
    )


def summary_findings(summary: WorkSummary) -> list[Said]:
    """The main points, as keys of ``90_work_summary`` with their values."""
    facts = summary.facts
    key = facts["key"]
    all_visited = key["visited"] == key["key"] + key["special"]
    return [
        ("main-coverage", facts["coverage"]),
        ("main-self", facts["self"]),
        ("main-monitoring", facts["monitoring"]),
        ("main-key" if all_visited else "main-key-some", key),
        ("main-problems", facts["problems"]),
        *([("main-use", facts["use"])] if facts["use"]["requests"] else []),
    ]


def work_sentences(summary: WorkSummary) -> dict[str, list[Said]]:
    """Sections one and two: paragraphs as keys of ``90_work_summary`` with their values."""
    facts = summary.facts
    return {
        "targets": _targets_said(facts),
        "monitoring": _monitoring_said(facts),
        "evaluation": _evaluation_said(facts),
        "use": _use_said(facts),
        "results": [
            ("results-text", facts["results"]),
            ("results-methods", facts["methods"]),
            ("results-account", facts["account"]),
            ("results-reports", facts["results"] | facts["account"]),
        ],
    }


def _targets_said(facts: Facts) -> list[Said]:
    targets = facts["targets"]
    filed = targets["units"] or targets["projects"]
    said: list[Said] = [("work-targets-text" if filed else "work-targets-none", targets)]
    if facts["use"]["requests"]:
        said.append(("work-gate", facts["gate"] | {"year": targets["year"]}))
    return said


def _monitoring_said(facts: Facts) -> list[Said]:
    monitored = facts["monitoring"]
    if not monitored["month"]:
        return [("work-monitoring-none", monitored)]
    said: list[Said] = [
        ("work-monitoring-text", monitored),
        ("work-monitoring-state", monitored),
    ]
    if facts["in_year"]["projects"]:
        said.append(("work-in-year", facts["in_year"]))
    return said


def _evaluation_said(facts: Facts) -> list[Said]:
    own, whole = facts["self"], facts["whole"]
    said: list[Said] = [("work-evaluation-text", own)]
    if own["compared"]:
        said.append((f"work-gap-{own['direction']}", own))
    if whole["scored"]:
        said.append(("work-whole-part" if whole["refused"] else "work-whole", whole))
    return said


def _use_said(facts: Facts) -> list[Said]:
    use, linked = facts["use"], facts["linked"]
    said: list[Said] = [("work-use-text", use)]
    said.append(("work-linked" if use["requests"] else "work-linked-none", use | linked))
    if linked.get("called"):
        said.append(("work-complied", use | linked))
    if facts["assessed"]["assessed"]:
        said.append(("work-use-assessed", facts["assessed"]))
    return said


def problem_context(summary: WorkSummary, group: str) -> list[Said]:
    """What else the data show of a group of problems, as keys with their values."""
    facts = summary.facts
    around: Mapping[str, tuple[tuple[str, bool], ...]] = {
        "management": (
            ("aim", facts["aim"]["output"] > 0 and facts["aim"]["benefit"] > 0),
            ("site", facts["site"]["gap"] > 0),
            ("pace", facts["pace"]["late"] > 0),
        ),
        "targets": (("bare", facts["bare"]["stated"] > 0), ("lint", facts["lint"]["found"] > 0)),
        "effect": (("chain", facts["chain"]["projects"] > 0),),
    }
    return [(f"context-{name}", facts[name]) for name, there in around[group] if there]


def problem_sentences(summary: WorkSummary, group: str, say: Texts) -> list[str]:
    """What was seen of one group of problems, a sentence a kind; one that says so if nothing.

    The public edition names no example: all are still to be verified.
    """
    named = "" if say.public is None else "-unnamed"
    own = summary.problems.query("group == @group")
    seen, unseen = own[own["flags"] > 0], own.loc[own["flags"] == 0, "kind"]
    said = [
        say(
            f"problem-{'plain' if pd.isna(row.amount_wan) else 'money'}{named}",
            kind=say.label("flag", row.kind),
            projects=row.projects,
            units=row.units,
            amount=row.amount_wan,
            examples=row.examples,
        )
        for row in seen.itertuples(index=False)
    ]
    if not said:
        return [say("problems-none")]
    if len(unseen):
        kinds = say.joined(say.label("flag", kind) for kind in unseen)
        said.append(say("problems-unseen", kinds=kinds))
    return said


def next_steps(summary: WorkSummary, say: Texts) -> list[tuple[str, str, list[str]]]:
    """Section four: part, key of its sentence, and what to do about each problem that was seen.

    A problem that was not seen leads to no step.
    """
    full = summary.facts["coverage"]["missing"] == 0
    leads = {"coverage": "next-coverage-full" if full else "next-coverage-part"}
    return [
        (
            part,
            leads.get(part, f"next-{part}-text"),
            [*sentences(say, _steps_of(summary.facts, part, say)), *_steps(summary, kinds, say)],
        )
        for part, kinds in NEXT.items()
    ]


def _steps_of(facts: Facts, part: str, say: Texts) -> list[Said]:
    """Steps that answer to a figure of another page, not to a kind of problem."""
    gate, superior = facts["gate"], facts["superior"]
    lost = say.joined(say.label("upward_item", item) for item in superior["items"])
    held = facts["use"]["requests"] and gate["revise"] + gate["refuse"]
    steps: Mapping[str, tuple[tuple[str, Any, Mapping[str, Any]], ...]] = {
        "coverage": (
            ("step-superior", lost, superior | {"items": lost}),
            ("step-parents", facts["lint"]["parents"], facts["lint"]),
        ),
        "indicators": (("step-lint", facts["lint"]["found"], facts["lint"]),),
        "tracking": (
            ("step-gate", held, gate),
            ("step-overdue", sum(facts["overdue"].values()), facts["overdue"]),
        ),
        "money": (("step-in-year", facts["in_year"]["projects"], facts["in_year"]),),
    }
    return [(key, values) for key, due, values in steps[part] if due]


def _steps(summary: WorkSummary, kinds: Sequence[str], say: Texts) -> list[str]:
    """A sentence for what to do: about which kinds of problems, how much, where they were seen."""
    seen = summary.problems.query("flags > 0").set_index("kind")
    steps: dict[tuple[str, str], list[str]] = {}
    for kind in (kind for kind in kinds if kind in seen.index):
        row = seen.loc[kind]
        action = say(f"do-{kind}" if kind in ACTIONS else "do-verify")
        about = say(
            "step-plain" if pd.isna(row["amount_wan"]) else "step-money",
            kind=say.label("flag", kind),
            projects=row["projects"],
            amount=row["amount_wan"],
        )
        steps.setdefault((action, say(f"problems-{row['group']}")), []).append(about)
    return [
        say("step", action=action, about=say("step-and").join(about), where=where)
        for (action, where), about in steps.items()
    ]


__all__ = [
    "WorkSummary",
    "next_steps",
    "problem_context",
    "problem_sentences",
    "summary_findings",
    "work_sentences",
    "work_summary",
]
