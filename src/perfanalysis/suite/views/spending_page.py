"""The section of a page that shows where the money went."""

from __future__ import annotations

from typing import Any

from perfanalysis.report import charts
from perfanalysis.report.layout import labelled, layout
from perfanalysis.report.page import Page
from perfanalysis.report.text import Texts, texts
from perfanalysis.suite.views.spending import Spending

MONTHS = 12
ON_PAGE = 10
"""Rows of the worklist on a page about many units; the workbook has them all."""


def add_spending(page: Page, say: Texts, spending: Spending, *, whole: bool) -> None:
    """Show the section; `whole`: of many units, with the first of the worklist and all checks.

    The public edition names no case: all of them are still to be verified.
    """
    n = len(spending.worklist)
    heading = "spent-heading" if n else "spent-heading-none"
    text = say(heading, year=spending.budget_year, n=n)
    if spending.month < MONTHS:
        text = say("spent-until", heading=text, month=str(spending.month))
    page.section(text, "spending")
    if say.public:
        page.paragraph(say("spent-public"))
    else:
        _add_curves(page, say, spending)
        _add_contracts(page, say, spending)
        _add_worklist(page, say, spending, whole=whole)
    if whole:
        _add_checks(page, say, spending)


def _add_curves(page: Page, say: Texts, spending: Spending) -> None:
    if spending.curves.empty:
        page.paragraph(say("spent-curves-none"))
        return
    page.paragraph(say("spent-curves-text", figure=page.ref("figure-spending")))
    page.figure(
        charts.cumulative(
            spending.curves,
            key="label",
            month="month",
            share="share",
            elapsed="elapsed_share",
            band=spending.bands if len(spending.bands) else None,
            flagged=spending.flagged,
            caption=say("spent-curves-caption", year=spending.budget_year),
            say=say,
            note=say("spent-curves-note"),
        ),
        anchor="figure-spending",
    )


def _add_contracts(page: Page, say: Texts, spending: Spending) -> None:
    if spending.contracts.empty:
        page.paragraph(say("spent-ahead-none"))
        return
    page.paragraph(say("spent-ahead-text", n=len(spending.ahead), figure=page.ref("figure-ahead")))
    page.figure(
        charts.cumulative(
            spending.contracts,
            key="label",
            month="month",
            share="paid_share",
            elapsed="due_share",
            flagged=spending.ahead,
            caption=say("spent-ahead-caption", year=spending.budget_year),
            say=say,
            note=say("spent-ahead-note"),
            dashed=say("spent-due"),
        ),
        anchor="figure-ahead",
    )


def _add_worklist(page: Page, say: Texts, spending: Spending, *, whole: bool) -> None:
    chance = spending.by_chance
    if spending.worklist.empty:
        page.paragraph(say("spent-none", **chance))
        return
    rows = spending.worklist.head(ON_PAGE) if whole else spending.worklist
    page.paragraph(say("spent-list-text", table=page.ref("table-worklist"), **chance))
    if len(rows) < len(spending.worklist):
        counts = {"n": len(rows), "all": len(spending.worklist)}
        sheet = texts("workbook", say.lang)(f"sheet-{spending.sheet}")
        page.paragraph(say("spent-list-first", sheet=sheet, **counts))
    shown = labelled(rows, say, kind="flag", seen="said", rule_title="said", ask="said")
    shown = shown.assign(rule_basis=[_rule(say, row) for row in shown.to_dict("records")])
    who = {"unit_name": "text>page"} if whole else {}
    last = {} if whole else {"ask": "text"}
    page.table(
        shown,
        caption=say("spent-list-caption", year=spending.budget_year),
        columns=layout(
            say,
            kind="text",
            name="text",
            **who,
            amount_wan="balance",
            seen="text",
            rule_basis="text",
            where="text",
            **last,
        ),
        notes=[say("spent-list-note")],
        anchor="table-worklist",
    )


def _rule(say: Texts, row: dict[str, Any]) -> str:
    """The rule of a row with its basis and document, in a few words."""
    basis = say.label("basis_or_none", row["basis"])
    if not row["rule_title"]:
        return basis
    key = "spent-rule-document" if row["document"] else "spent-rule"
    return say(key, title=row["rule_title"], basis=basis, document=say.said(row["document"]))


def _add_checks(page: Page, say: Texts, spending: Spending) -> None:
    page.paragraph(say("spent-checks-text", table=page.ref("table-checks")))
    page.table(
        labelled(spending.checks, say, check="flag", how="expectation"),
        caption=say("spent-checks-caption"),
        columns=layout(
            say,
            check="text",
            looked="int",
            flags="count",
            expected_false="number",
            most_false="int",
            how="text",
        ),
        total={"flags": spending.by_chance["all"]},
        notes=[say("spent-checks-note")],
        anchor="table-checks",
    )


__all__ = ["ON_PAGE", "add_spending"]
