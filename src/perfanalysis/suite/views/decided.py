"""Of the linkage and the unit pages: what earlier results proposed beside what was approved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from perfanalysis.linkage.amounts import MICRO, micro
from perfanalysis.linkage.decided import decided_projects, ways_taken
from perfanalysis.report.layout import labelled, layout
from perfanalysis.report.page import Page
from perfanalysis.report.text import Texts
from perfanalysis.suite.views.by_unit import ByUnit, by_unit, kept
from perfanalysis.suite.views.common import Said, sentences, with_units
from perfanalysis.suite.workyear import WorkYear


@dataclass(frozen=True)
class DecidedView:
    """What the linkage page shows of proposals and the budgets that were approved.

    Attributes
    ----------
    years : list of dict
        Of each budget year whose approved budgets are known, latest first: ``requests_year``,
        ``evaluation_year``, ``projects`` (continued, amount not left to be decided), ``to_cut``
        (projects that the rules said to cut), ``called``, ``followed``, ``partly``, ``spared``
        (projects), ``same_way`` (projects whose approved budget went where the proposal pointed).
    ways : DataFrame
        `ways_taken` of each year, with ``requests_year``.
    to_cut : DataFrame
        The projects that the rules said to cut, of earlier years only: `decided_projects` with
        ``unit_name`` and ``page``.
    refused : list of dict
        ``year`` and ``reason`` of budget years with data but no proposal.
    """

    years: list[dict[str, Any]]
    ways: pd.DataFrame
    to_cut: pd.DataFrame
    refused: list[dict[str, Any]]


def decided_view(year: WorkYear) -> DecidedView:
    """Gather proposals and approved budgets of this work year and of earlier ones."""
    before = year.decided_before
    frames = []
    if year.requests["approved_wan"].notna().any():
        own = decided_projects(year.requested_proposal, year.requests)
        years = {"requests_year": year.requests_year, "evaluation_year": year.evaluation_year}
        frames.append(own.assign(**years))
    if len(before.projects):
        frames += [own for _, own in before.projects.groupby("requests_year", sort=False)]
    ways = [ways_taken(own).assign(requests_year=own["requests_year"].iloc[0]) for own in frames]
    names = year.monitoring["units"].set_index("unit_id")["name"]
    to_cut = before.projects
    if len(to_cut):
        to_cut = with_units(to_cut[micro(to_cut["called_wan"]) > 0], names)
    return DecidedView(
        years=[_year(own) for own in frames],
        ways=pd.concat(ways, ignore_index=True) if ways else pd.DataFrame(),
        to_cut=to_cut,
        refused=[{"year": each, "reason": said} for each, said in before.refused.items()],
    )


def _year(decided: pd.DataFrame) -> dict[str, Any]:
    own = decided[decided["decision"] != "open"]
    first, count = decided.iloc[0], own["decision"].value_counts()
    return {
        "requests_year": int(first["requests_year"]),
        "evaluation_year": int(first["evaluation_year"]),
        "projects": len(own),
        "same_way": int((own["proposed_way"] == own["approved_way"]).sum()),
        "to_cut": int((micro(own["called_wan"]) > 0).sum()),
        "called": int(micro(own["called_wan"]).sum()) / MICRO,
        **{name: int(count.get(name, 0)) for name in ("followed", "partly", "spared")},
    }


@kept
def decided_of_units(year: WorkYear) -> ByUnit:
    """What earlier results proposed and what was approved, for the page of each unit."""
    projects = year.decided_before.projects
    if projects.empty:
        return by_unit(pd.DataFrame(columns=["unit_id"]))
    return by_unit(projects)


def add_decided(page: Page, say: Texts, view: DecidedView) -> None:
    """Show where approved budgets went beside the proposals, year by year."""
    if not view.years and not view.refused:
        return
    page.section(say("decided-heading"), "decided")
    page.paragraph(say("decided-text"))
    page.items(
        [
            *sentences(say, _said(view)),
            *(say("decided-refused", **each) for each in view.refused),
        ]
    )
    if view.years:
        counts = dict.fromkeys(
            ["projects", "approved_less", "approved_same", "approved_more"], "count"
        )
        money = dict.fromkeys(["base_wan", "proposed_wan", "approved_wan"], "money")
        page.paragraph(say("see", tables=page.ref("table-ways")))
        ways = view.ways.assign(group=_groups(say, view.ways["requests_year"]))
        page.table(
            labelled(ways, say, proposed_way="way"),
            caption=say("ways-caption"),
            columns=layout(say, proposed_way="text", **counts, **money),
            group="group",
            notes=[say("ways-note")],
            anchor="table-ways",
        )
    if len(view.to_cut):
        page.paragraph(say("see", tables=page.ref("table-to-cut")))
        page.table(
            labelled(
                view.to_cut.assign(group=_groups(say, view.to_cut["requests_year"])),
                say,
                grade="grade_or_none",
                decision="decision",
            ),
            caption=say("to-cut-caption"),
            columns=layout(
                say,
                name="text",
                project_id="text",
                unit_name="text>page",
                grade="text",
                base_wan="money",
                called_wan="money",
                proposed_wan="money",
                approved_wan="money",
                decision="text",
            ),
            group="group",
            anchor="table-to-cut",
        )


def _groups(say: Texts, years: pd.Series) -> list[str]:
    return [say("decided-year", year=int(year)) for year in years]


def _said(view: DecidedView) -> list[Said]:
    said: list[Said] = []
    for each in view.years:
        key = "decided-cut" if each["to_cut"] else "decided-none"
        said.append((key, each))
    return said


def add_decided_of_unit(page: Page, say: Texts, decided: pd.DataFrame) -> None:
    """Show a unit what its earlier results proposed and what it got."""
    if decided.empty:
        return
    page.paragraph(say("decided-unit-text", table=page.ref("table-decided")))
    years = zip(decided["requests_year"], decided["evaluation_year"], strict=True)
    group = [say("decided-unit-year", year=int(to), evaluation=int(of)) for to, of in years]
    page.table(
        labelled(decided.assign(group=group), say, grade="grade_or_none", decision="decision"),
        caption=say("decided-unit-caption"),
        columns=layout(
            say,
            name="text",
            grade="text",
            base_wan="money",
            called_wan="money",
            proposed_wan="money",
            approved_wan="money",
            over_wan="money+",
            decision="text",
        ),
        group="group",
        notes=[say("decided-unit-note")],
        anchor="table-decided",
    )


__all__ = [
    "DecidedView",
    "add_decided",
    "add_decided_of_unit",
    "decided_of_units",
    "decided_view",
]
