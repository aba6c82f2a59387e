"""Of the linkage page: the proposal beside those that other rule files would make of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from perfanalysis.errors import DataError, RuleError
from perfanalysis.linkage.amounts import MICRO, micro
from perfanalysis.linkage.proposal import Proposal
from perfanalysis.linkage.what_if import compare_proposals, rules_apart, units_apart
from perfanalysis.report.layout import labelled, layout
from perfanalysis.report.page import Page
from perfanalysis.report.text import Texts
from perfanalysis.suite.variants import changed_titles, under_rules
from perfanalysis.suite.views.common import Said, sentences, with_units
from perfanalysis.suite.views.linkage import HALF_CENT
from perfanalysis.suite.workyear import WorkYear

OWN, OTHER = "own", "other"


@dataclass(frozen=True)
class RuleSets:
    """The proposal of a work year under each rule set that suite.toml names.

    Attributes
    ----------
    sets : DataFrame
        The rules at hand and each set that could be compared: ``name`` (of its document, else of
        its file; empty for the rules at hand), ``basis``, ``verified`` (code), ``differ`` (projects
        whose proposal is another), ``decide`` (projects whose amount it leaves to be decided),
        ``proposed_wan``, ``less_wan`` (less the proposal at hand), ``also`` (titles of the other
        rules that it changes).
    units : DataFrame
        ``rule_set``, and of each unit whose proposal differs ``unit_name``, ``page``, ``projects``,
        ``base_wan``, ``proposed_wan``, ``compared_wan``, ``less_wan``, largest difference first.
    rules : DataFrame
        ``rule_set`` and `rules_apart` but for roundings that print as nothing, what the other one
        moved as ``compared_wan``.
    refused : list of dict
        ``file`` and ``reason`` of those that could not be compared.
    """

    sets: pd.DataFrame
    units: pd.DataFrame
    rules: pd.DataFrame
    refused: list[dict[str, str]]


def rule_sets(year: WorkYear) -> RuleSets:
    """Propose the same budget under each rule set of ``[linkage] compare``."""
    own = year.requested_proposal
    names = year.monitoring["units"].set_index("unit_id")["name"]
    sets, units, rules, refused = [_set(year, own)], [], [], []
    for given, file in zip(year.suite.linkage.compare, year.suite.compared_files, strict=True):
        try:
            other = _under(year, file)
            compared = compare_proposals({OWN: own, OTHER: other.proposal})
        except (DataError, RuleError) as error:
            refused.append({"file": given, "reason": str(error)})
            continue
        name = _name(other, file)
        differs = micro(compared[f"{OTHER}_less_{OWN}"]) != 0
        less = _sum(other.proposal) - _sum(own)
        facts = {"name": name, "differ": int(differs.sum()), "less_wan": less / MICRO}
        also = "；".join(changed_titles(year, other))
        sets.append(_set(other, other.proposal) | facts | {"also": also})
        units.append(with_units(units_apart(compared, OWN, OTHER), names).assign(rule_set=name))
        apart = rules_apart(own, other.proposal)
        shown = (apart[["own_wan", "other_wan", "less_wan"]].abs() >= HALF_CENT).any(axis=1)
        rules.append(apart[shown].assign(rule_set=name))
    return RuleSets(pd.DataFrame(sets), _together(units), _together(rules), refused)


def _under(year: WorkYear, file: Path) -> WorkYear:
    other = under_rules(year, file)
    if other.rules.get("link.rules").file != file.name:
        day = other.rules.day
        raise DataError(
            f"{file.name} 在 {day:%Y-%m-%d} 没有有效的 link.rules。请核对施行日，或从设置中删去。"
        )
    return other


def _name(year: WorkYear, file: Path) -> str:
    return year.rules.get("link.rules").document or file.name


def _set(year: WorkYear, proposal: Proposal) -> dict[str, Any]:
    rules = year.rules.get("link.rules")
    return {
        "name": "",
        "basis": rules.basis,
        "verified": rules.checked,
        "differ": None,
        "decide": int(proposal.projects["decide"].sum()),
        "proposed_wan": _sum(proposal) / MICRO,
        "less_wan": None,
        "also": "",
    }


def _sum(proposal: Proposal) -> int:
    return int(micro(proposal.projects["proposed_wan"]).sum())


def _together(frames: list[pd.DataFrame]) -> pd.DataFrame:
    table = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()
    return table.rename(columns={"other_wan": "compared_wan"})


def add_rule_sets(page: Page, say: Texts, found: RuleSets) -> None:
    """Show the proposal beside those under other rule sets; nothing where none is named."""
    if len(found.sets) == 1 and not found.refused:
        return
    page.section(say("sets-heading"), "rule-sets")
    page.paragraph(say("sets-text"))
    page.items(
        [
            *sentences(say, _said(found)),
            *(say("sets-refused", **each) for each in found.refused),
        ]
    )
    if len(found.sets) == 1:
        return
    named = found.sets.assign(name=[each or say("sets-own") for each in found.sets["name"]])
    page.table(
        labelled(named, say, name="said", basis="basis", verified="checked", also="said"),
        caption=say("sets-caption"),
        columns=layout(
            say,
            name="text",
            basis="text",
            verified="text",
            proposed_wan="balance",
            less_wan="balance+",
            differ="int",
            decide="int",
            also="text",
        ),
        notes=[say("sets-note")],
        anchor="table-sets",
    )
    if found.rules.empty:
        return
    page.paragraph(
        say("sets-more", rules=page.ref("table-apart"), units=page.ref("table-sets-units"))
    )
    page.table(
        labelled(found.rules, say, title="said", rule_set="said").rename(
            columns={"title": "rule_title"}
        ),
        caption=say("apart-caption"),
        columns=layout(
            say,
            rule_title="text",
            projects="int",
            own_wan="money+",
            compared_wan="money+",
            less_wan="money+",
        ),
        group="rule_set",
        notes=[say("apart-note")],
        anchor="table-apart",
    )
    page.table(
        labelled(found.units, say, rule_set="said"),
        caption=say("sets-units-caption"),
        columns=layout(
            say,
            unit_name="text>page",
            projects="count",
            base_wan="money",
            proposed_wan="money",
            compared_wan="money",
            less_wan="money+",
        ),
        group="rule_set",
        notes=[say("sets-units-note")],
        anchor="table-sets-units",
    )


def _said(found: RuleSets) -> list[Said]:
    """A sentence a set: how far its total is apart, and by which rule most."""
    said: list[Said] = []
    for row in found.sets.iloc[1:].itertuples(index=False):
        values = {"name": row.name, "proposed": row.proposed_wan, "differ": int(row.differ)}
        if not row.differ:
            said.append(("sets-same", values))
            continue
        most = found.rules[found.rules["rule_set"] == row.name].iloc[0]
        way = "up" if row.less_wan > 0 else "down" if row.less_wan < 0 else "level"
        more = {"amount": abs(row.less_wan), "rule": most["title"], "moved": abs(most["less_wan"])}
        said.append((f"sets-{way}", values | more))
    return said


__all__ = ["RuleSets", "add_rule_sets", "rule_sets"]
