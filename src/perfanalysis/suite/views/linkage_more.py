"""Of the linkage page: money moved within the year, and the proposal under other results."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from perfanalysis.errors import DataError
from perfanalysis.linkage.amounts import MICRO, micro
from perfanalysis.linkage.in_year import propose_in_year
from perfanalysis.linkage.proposal import propose_budget
from perfanalysis.linkage.what_if import compare_proposals, units_apart
from perfanalysis.report.layout import labelled, layout
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
        `propose_in_year` of the monitored year, with ``unit_name``, ``page`` and ``unit_group``:
        units with most to recover first, and within a unit the projects with most money.
    recover_share : float
        What of the money that will not be spent the rule recovers.
    recover_basis : str
        ``national``, ``local`` or ``convention``.
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
    recover_share: float
    recover_basis: str
    other_year: int
    what_if: pd.DataFrame
    whole: dict[str, float]
    refused: str


def more_linkage(year: WorkYear) -> MoreLinkage:
    """Gather what is moved within the year, and the proposal by the results of the year before."""
    names = year.monitoring["units"].set_index("unit_id")["name"]
    moved = _by_unit(with_units(propose_in_year(year.monitoring, year.rules), names))
    rule = year.rules.get("link.in_year")
    before = year.evaluation_year - 1
    what_if, whole, refused = pd.DataFrame(), {}, ""
    try:
        compared = _compared(year, before)
        what_if = with_units(units_apart(compared, NOW, OTHER), names)
        whole = _sums(compared)
    except DataError as error:
        refused = str(error)
    share = float(rule.value["recover_share"])
    return MoreLinkage(moved, share, rule.basis, before, what_if, whole, refused)


def _by_unit(moved: pd.DataFrame) -> pd.DataFrame:
    """Units with most to recover first, then to redeploy; projects with most money first."""
    money = ["recover_wan", "redeploy_wan"]
    sums = moved.groupby("unit_id", observed=True)[money].transform("sum")
    order = moved.assign(
        unit_recover=-sums["recover_wan"],
        unit_redeploy=-sums["redeploy_wan"],
        largest=-moved[money].max(axis=1),
        unit_group=moved["unit_name"].fillna(moved["unit_id"]) + "（" + moved["unit_id"] + "）",
    )
    by = ["unit_recover", "unit_redeploy", "unit_id", "largest", "project_id"]
    return order.sort_values(by, ignore_index=True).drop(columns=[*by[:2], "largest"])


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
        labelled(more.in_year, say, fund_kind="short_fund_kind"),
        caption=say("in-year-caption", year=year),
        columns=layout(
            say,
            name="text",
            project_id="text",
            **({"fund_kind": "text"} if more.in_year["fund_kind"].nunique() > 1 else {}),
            month="int",
            annual_wan="balance",
            expected_wan="balance",
            recover_wan="money",
            redeploy_wan="money",
        ),
        total=total,
        group="unit_group",
        notes=[
            say("in-year-note"),
            say("in-year-share", share=more.recover_share, basis=more.recover_basis),
        ],
        anchor="table-in-year",
    )


def add_what_if(page: Page, say: Texts, more: MoreLinkage) -> None:
    """Show the proposal beside the one by other results."""
    page.section(say("what-if-heading", year=more.other_year), "what-if")
    if more.refused:
        page.paragraph(say("what-if-refused", reason=more.refused))
        return
    page.paragraph(say("what-if-text", year=more.other_year, **more.whole))
    page.paragraph(say("what-if-swapped", year=more.other_year))
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
