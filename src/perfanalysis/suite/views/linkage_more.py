"""Of the linkage page: money moved within the year, and the proposal under other results."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from perfanalysis.errors import DataError
from perfanalysis.linkage.amounts import MICRO, micro
from perfanalysis.linkage.in_year import propose_in_year
from perfanalysis.linkage.proposal import propose_budget
from perfanalysis.linkage.what_if import compare_proposals, units_apart
from perfanalysis.report.layout import layout
from perfanalysis.report.page import Page
from perfanalysis.report.text import Texts
from perfanalysis.suite.views.common import with_units
from perfanalysis.suite.workyear import WorkYear

NOW, OTHER = "now", "other"


@dataclass(frozen=True)
class MoreLinkage:
    """What the linkage page shows besides the proposal.

    Attributes
    ----------
    in_year : DataFrame
        `propose_in_year` of the monitored year, most money first, with ``unit_name``, ``page``.
    other_year : int
        Evaluated year of the other results.
    what_if : DataFrame
        A row a unit whose proposal would differ under them: ``unit_name``, ``page``, ``projects``
        (that differ), ``base_wan``, ``proposed_wan``, ``other_wan``, ``less_wan`` (other − this),
        largest difference first.
    whole : dict of str to float
        ``now``, ``other``, ``less`` of all projects together, 万元.
    refused : str
        Why there is no other proposal; else empty.
    """

    in_year: pd.DataFrame
    other_year: int
    what_if: pd.DataFrame
    whole: dict[str, float]
    refused: str


def more_linkage(year: WorkYear) -> MoreLinkage:
    """Gather what is moved within the year, and the proposal by the results of the year before."""
    names = year.monitoring["units"].set_index("unit_id")["name"]
    moved = propose_in_year(year.monitoring, year.rules)
    largest = moved[["recover_wan", "redeploy_wan"]].max(axis=1)
    moved = moved.iloc[largest.argsort(kind="stable")[::-1]].reset_index(drop=True)
    before = year.evaluation_year - 1
    what_if, whole, refused = pd.DataFrame(), {}, ""
    try:
        compared = _compared(year, before)
        what_if = with_units(units_apart(compared, NOW, OTHER), names)
        whole = _sums(compared)
    except DataError as error:
        refused = str(error)
    return MoreLinkage(with_units(moved, names), before, what_if, whole, refused)


def _compared(year: WorkYear, before: int) -> pd.DataFrame:
    """The proposal beside the one by the results of another evaluated year, project by project."""
    if before not in year.earlier_scores:
        raise DataError(f"没有{before}年度的评价数据。请把该年度的表放入数据文件夹。")
    other = propose_budget(
        year.earlier_scores[before],
        year.monitoring,
        year.requests,
        year.rules,
        circumstances=year.circumstances,
    )
    return compare_proposals({NOW: year.requested_proposal, OTHER: other})


def _sums(compared: pd.DataFrame) -> dict[str, float]:
    now, other = (float(micro(compared[each]).sum()) / MICRO for each in (NOW, OTHER))
    return {"now": now, "other": other, "less": round(other - now, 6)}


def add_in_year(page: Page, say: Texts, more: MoreLinkage, year: int) -> None:
    """Show what to recover and redeploy within the year."""
    page.section(say("in-year-heading", year=year), "in-year")
    if more.in_year.empty:
        page.paragraph(say("in-year-none"))
        return
    total = {name: float(more.in_year[name].sum()) for name in ("recover_wan", "redeploy_wan")}
    page.paragraph(
        say(
            "in-year-text",
            table=page.ref("table-in-year"),
            recover=total["recover_wan"],
            redeploy=total["redeploy_wan"],
        )
    )
    page.table(
        more.in_year,
        caption=say("in-year-caption", year=year),
        columns=layout(
            say,
            name="text",
            unit_name="text>page",
            month="int",
            annual_wan="balance",
            expected_wan="balance",
            recover_wan="money",
            redeploy_wan="money",
        ),
        total=total,
        notes=[say("in-year-note")],
        anchor="table-in-year",
    )


def add_what_if(page: Page, say: Texts, more: MoreLinkage) -> None:
    """Show the proposal beside the one by other results."""
    page.section(say("what-if-heading", year=more.other_year), "what-if")
    if more.refused:
        page.paragraph(say("what-if-refused", reason=more.refused))
        return
    page.paragraph(say("what-if-text", year=more.other_year, **more.whole))
    if more.what_if.empty:
        page.paragraph(say("what-if-same"))
        return
    page.paragraph(say("see", tables=page.ref("table-what-if")))
    names = ["base_wan", "proposed_wan", "other_wan"]
    page.table(
        more.what_if,
        caption=say("what-if-caption", year=more.other_year),
        columns=layout(
            say,
            unit_name="text>page",
            projects="count",
            **dict.fromkeys(names, "money"),
            less_wan="money+",
        ),
        total={name: more.what_if[name].sum() for name in ["projects", *names, "less_wan"]},
        notes=[say("what-if-note")],
        anchor="table-what-if",
    )


__all__ = ["MoreLinkage", "add_in_year", "add_what_if", "more_linkage"]
