"""The numbers of the year's work summary, section by section."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import pandas as pd

from perfanalysis.data.tables import YearData
from perfanalysis.money.execution import execution_rates
from perfanalysis.planning.problems import GROUPS, problem_groups
from perfanalysis.report.text import Texts
from perfanalysis.scoring.summary import GRADES, grade_counts
from perfanalysis.suite.plan import page_name
from perfanalysis.suite.views.common import Said
from perfanalysis.suite.workyear import WorkYear

STEPS = ("notice", "meeting", "policy_briefing", "feedback")
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


@dataclass(frozen=True)
class WorkSummary:
    """What the work summary says; every value comes from a table or a result.

    Attributes
    ----------
    facts : dict
        Values of the sentences of ``90_work_summary``, by section.
    documents : DataFrame
        See `documents_in_force`.
    bodies, subjects : list of str
        Names of the bodies in charge; codes of the fund categories brought in.
    key_projects : DataFrame
        Key and special projects: ``name``, ``unit_name``, ``kind``, ``annual_wan``,
        ``score``, ``grade``, ``page``.
    problems : DataFrame
        See `problem_groups`.
    """

    facts: dict[str, dict[str, Any]]
    documents: pd.DataFrame
    bodies: list[str]
    subjects: list[str]
    key_projects: pd.DataFrame
    problems: pd.DataFrame


def work_summary(year: WorkYear) -> WorkSummary:
    """Gather the numbers of the work summary."""
    problems = problem_groups(year.flags)
    coverage, evaluated = _coverage(year), _self_evaluation(year)
    monitored, use = _monitoring(year), _use(year)
    documents = documents_in_force(year)
    facts = {
        "coverage": coverage,
        "self": evaluated,
        "monitoring": monitored,
        "key": _key(year),
        "use": use,
        "assessed": _assessed(year),
        "problems": {
            group: int(problems.loc[problems["group"] == group, "flags"].sum())
            for group in ("management", "targets", "effect")
        },
        "system": {"documents": len(documents)},
        "targets": _targets(year),
        "results": _results(year),
        "methods": _methods(year.evaluation),
    }
    initiatives = year.monitoring["initiatives"]
    begun = initiatives.loc[initiatives["status"] != "planned", "subject"]
    return WorkSummary(
        facts=facts,
        documents=documents,
        bodies=year.monitoring["organisation"]["name"].tolist(),
        subjects=list(dict.fromkeys(begun)),
        key_projects=_key_projects(year),
        problems=problems,
    )


def documents_in_force(year: WorkYear) -> pd.DataFrame:
    """Table ``regulations`` of the monitored year, as far as issued by the day of the report."""
    documents = year.monitoring["regulations"]
    day = pd.Timestamp(year.suite.engagement.report_date)
    return documents[~(documents["date"] > day)].reset_index(drop=True)


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


def problem_sentences(summary: WorkSummary, group: str, say: Texts) -> list[str]:
    """What was seen of one group of problems, a sentence a kind; one that says so if nothing."""
    seen = summary.problems.query("group == @group and flags > 0")
    said = [
        say(
            "problem-plain" if pd.isna(row.amount_wan) else "problem-money",
            kind=say.label("flag", row.kind),
            projects=row.projects,
            units=row.units,
            amount=row.amount_wan,
            examples=row.examples,
        )
        for row in seen.itertuples(index=False)
    ]
    return said or [say("problems-none")]


def next_steps(summary: WorkSummary, say: Texts) -> list[tuple[str, str, list[str]]]:
    """Section four: part, key of its sentence, and what to do about each problem that was seen.

    A problem that was not seen leads to no step.
    """
    full = summary.facts["coverage"]["missing"] == 0
    leads = {"coverage": "next-coverage-full" if full else "next-coverage-part"}
    return [
        (part, leads.get(part, f"next-{part}-text"), _steps(summary, kinds, say))
        for part, kinds in NEXT.items()
    ]


def _steps(summary: WorkSummary, kinds: Sequence[str], say: Texts) -> list[str]:
    """A sentence a kind of problem: what to do, about how much, and where it was seen."""
    seen = summary.problems.query("flags > 0").set_index("kind")
    return [
        say(
            "step-plain" if pd.isna(row["amount_wan"]) else "step-money",
            action=say(f"do-{kind}" if kind in ACTIONS else "do-verify"),
            kind=say.label("flag", kind),
            projects=row["projects"],
            amount=row["amount_wan"],
            where=say(f"problems-{row['group']}"),
        )
        for kind, row in ((kind, seen.loc[kind]) for kind in kinds if kind in seen.index)
    ]


def _coverage(year: WorkYear) -> dict[str, Any]:
    first_level = year.evaluation["units"].query("level == 1")["unit_id"]
    active = year.scores.projects["unit_id"].unique()
    units = int(first_level.isin(active).sum())
    managed = len(first_level)
    share = units / managed if managed else 0.0
    return {"managed": managed, "units": units, "missing": managed - units, "share": share}


def _self_evaluation(year: WorkYear) -> dict[str, Any]:
    projects = year.scores.projects
    counts = grade_counts(year.scores).set_index("grade")["projects"]
    return {
        "year": year.evaluation_year,
        "units": projects["unit_id"].nunique(),
        "projects": len(projects),
        "annual": _annual(year.evaluation, projects["project_id"]),
        **{grade: int(counts[grade]) for grade in GRADES},
        "none": int(counts[""]),
        "whole": year.evaluation["unit_finance"]["unit_id"].nunique(),
    }


def _monitoring(year: WorkYear) -> dict[str, Any]:
    data = year.monitoring
    projects = data["projects"].loc[data["projects"]["is_monitored"], "project_id"]
    records = data["monitoring_funds"]
    records = records[records["project_id"].isin(projects)]
    own = records[records["source"] == "unit"]
    month = int(own["month"].max()) if len(own) else 0
    latest = own[own["month"] == month]
    annual, executed = _annual(data, projects), latest["executed_wan"].sum()
    warnings = data["warnings"]
    return {
        "year": year.monitoring_year,
        "projects": len(projects),
        "annual": annual,
        "month": month,
        "executed": executed,
        "rate": executed / annual if annual else 0.0,
        "third": records.loc[records["source"] == "third_party", "project_id"].nunique(),
        "warnings": len(warnings),
        "answered": int(warnings["answered"].notna().sum()),
        "corrected": int(warnings["corrected"].notna().sum()),
    }


def _key(year: WorkYear) -> dict[str, Any]:
    projects = year.evaluation["projects"]
    chosen = projects.loc[projects["is_key"] | projects["is_special"], "project_id"]
    visited = year.evaluation["site_visits"]["project_id"].unique()
    return {
        "key": int(projects["is_key"].sum()),
        "special": int(projects["is_special"].sum()),
        "visited": int(chosen.isin(visited).sum()),
    }


def _use(year: WorkYear) -> dict[str, Any]:
    problems, published = year.evaluation["rectification"], year.evaluation["publication"]
    totals = year.proposal.totals.set_index("level").loc["district"]
    return {
        "year": year.requests_year,
        "base_year": year.monitoring_year,
        "requests": len(year.requests),
        "issues": len(problems),
        "closed": int((problems["status"] == "closed").sum()),
        "recovered": problems["recovered_wan"].sum(),
        "adjusted": problems["adjusted_wan"].sum(),
        "published": int(published["date"].notna().sum()),
        "publishers": published.loc[published["date"].notna(), "unit_id"].nunique(),
        "proposed": totals["proposed_wan"],
        "base": totals["base_wan"],
    }


def _assessed(year: WorkYear) -> dict[str, Any]:
    scores = year.assessment.units["score"].dropna()
    ends = {"high": scores.max(), "low": scores.min()} if len(scores) else {}
    return {"assessed": len(scores), **ends}


def _targets(year: WorkYear) -> dict[str, Any]:
    of_units = year.targets["indicators"].dropna(subset=["unit_id"])
    of_units = of_units[of_units["project_id"].isna()]
    review = year.targets["target_review"]
    review = review[~review["project_id"].isin(year.targets["units"]["unit_id"])]
    last = review.loc[review["stage"] == "last", "project_id"]
    return {
        "year": year.targets_year,
        "units": of_units["unit_id"].nunique(),
        "indicators": int(of_units["target"].notna().sum()),
        "projects": review["project_id"].nunique(),
        "last": last.nunique(),
    }


def _results(year: WorkYear) -> dict[str, Any]:
    data = year.evaluation
    kinds = data["process"]["kind"].value_counts()
    asked = data["data_requests"]
    on_time = asked["received"].notna() & (asked["received"] <= asked["due"])
    review = year.targets["target_review"]
    checks = {
        stage: review.loc[review["stage"] == stage, "reviewer"].nunique()
        for stage in ("first", "last")
    }
    return {
        **checks,
        "sections": data["units"]["finance_section"].nunique(),
        **{kind: int(kinds.get(kind, 0)) for kind in STEPS},
        "requests": len(asked),
        "on_time": int(on_time.sum()),
        "late": int((asked["received"].notna() & ~on_time).sum()),
        "missing": int(asked["received"].isna().sum()),
    }


def _methods(data: YearData) -> dict[str, Any]:
    return {
        "items": len(data["site_visits"]),
        "visited": data["site_visits"]["project_id"].nunique(),
        "scored": data["key_scores"]["project_id"].nunique(),
        "respondents": data["survey"]["respondent_id"].nunique(),
        "surveyed": data["survey"]["project_id"].nunique(),
        "feedback": int((data["process"]["kind"] == "feedback").sum()),
    }


def _key_projects(year: WorkYear) -> pd.DataFrame:
    projects, units = year.evaluation["projects"], year.evaluation["units"]
    chosen = projects[projects["is_key"] | projects["is_special"]]
    chosen = chosen.assign(kind=chosen["is_key"].map({True: "key", False: "special"}))
    names = units[["unit_id", "name"]].rename(columns={"name": "unit_name"})
    rates = execution_rates(year.evaluation, by="project", projects=chosen["project_id"])
    money = rates.rename(columns={"key": "project_id"})[["project_id", "annual_wan"]]
    results = year.key_evaluation.projects[["project_id", "score", "grade"]]
    table = chosen[["project_id", "unit_id", "name", "kind"]].merge(names, on="unit_id")
    table = table.merge(money, on="project_id").merge(results, on="project_id", how="left")
    notebooks = table["kind"].map({"key": "40_key_project", "special": "41_special_project"})
    pages = [
        page_name(notebook, "project", project)
        for notebook, project in zip(notebooks, table["project_id"], strict=True)
    ]
    table = table.assign(page=pd.Series(pages, table.index, dtype="str"))
    return table.sort_values(["kind", "project_id"], ignore_index=True)


def _annual(data: YearData, projects: pd.Series) -> float:
    """Annual budget of these projects together; nothing where there are none."""
    return float(execution_rates(data, by="district", projects=projects)["annual_wan"].sum())


__all__ = ["WorkSummary", "next_steps", "problem_sentences", "summary_findings", "work_summary"]
