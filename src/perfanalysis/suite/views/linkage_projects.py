"""Of the linkage page: who is cut, whose amount is open, and every project by its unit."""

from __future__ import annotations

import pandas as pd

from perfanalysis.linkage.amounts import MICRO, micro
from perfanalysis.report.columns import rate_col
from perfanalysis.report.layout import labelled, layout
from perfanalysis.report.page import Page
from perfanalysis.report.text import Texts
from perfanalysis.suite.views.common import Said, with_values
from perfanalysis.suite.views.linkage import LinkageView
from perfanalysis.suite.workyear import WorkYear


def add_purpose(page: Page, say: Texts, view: LinkageView, year: WorkYear) -> None:
    """Say what the proposal is for, where budgets are approved already, and what a base holds."""
    approved = view.asked["approved_wan"].dropna()
    if len(approved):
        amount = int(micro(approved).sum()) / MICRO
        page.paragraph(
            say("approved-text", year=year.requests_year, projects=len(approved), amount=amount)
        )
    other = other_base(view, year)
    if len(other):
        held = {"projects": len(other), "amount": int(micro(other).sum()) / MICRO}
        page.paragraph(say("base-other", year=year.monitoring_year, **held))


def other_base(view: LinkageView, year: WorkYear) -> pd.Series:
    """Initial budgets from other sources than the treasury inside the bases: 万元 by project."""
    funds = year.monitoring["funds"]
    other = funds[(funds["fund_source"] == "other") & (funds["initial_wan"] > 0)]
    own = other[other["project_id"].isin(view.projects["project_id"])]
    return own.groupby("project_id")["initial_wan"].sum()


def pool_findings(view: LinkageView) -> list[Said]:
    """How many projects served first could get nothing more, where some could not."""
    served = view.steps[view.steps["action"] == "prioritise"]
    idle = len(served) - int(view.pool["projects"].sum())
    return [("pool-idle", {"projects": len(served), "idle": idle})] if idle else []


def barred_findings(view: LinkageView) -> list[Said]:
    """How many projects a rule that gives passes over since they were cut or may not be raised."""
    barred = view.steps.loc[view.steps["action"] == "barred", "project_id"].nunique()
    return [("rules-barred", {"projects": barred})] if barred else []


def add_cuts(page: Page, say: Texts, view: LinkageView, year: WorkYear) -> None:
    """Show who is cut or did not pass the gate, and how each executed since."""
    if view.cuts.empty:
        return
    years = {"from_year": year.evaluation_year, "year": year.monitoring_year}
    when = "then" if view.ended else "now"
    projects = view.cuts["project_id"].nunique()
    page.section(say("cuts-heading"), "cuts")
    page.paragraph(say("cuts-text", table=page.ref("table-cuts"), projects=projects))
    slow, better = executed_better(view.cuts)
    if slow:
        page.paragraph(say(f"cuts-since-{when}", slow=slow, better=better, **years))
    later = {"monitored_rate": rate_col(say(f"cuts-rate-{when}", **years))}
    page.table(
        labelled(view.cuts, say, title="said", fact="said", status="proposal_status").rename(
            columns={"title": "rule_title", "amount_wan": "step_wan"}
        ),
        caption=say("cuts-caption"),
        columns={
            **layout(
                say,
                name="text",
                project_id="text",
                unit_name="text>page",
                rule_title="text",
                fact="text",
            ),
            **(later if view.cuts["monitored_rate"].notna().any() else {}),
            **layout(say, step_wan="money+"),
        },
        total={"step_wan": view.moved_total["cut_wan"] + view.moved_total["withheld_wan"]},
        group="status",
        notes=[say("cuts-note"), say(f"cuts-rate-note-{when}", **years)],
        anchor="table-cuts",
    )


def executed_better(cuts: pd.DataFrame) -> tuple[int, int]:
    """Projects that execution cut, and how many of them executed better in the monitored year."""
    slow = cuts[cuts["causes"].map(lambda causes: "execution" in causes)]
    slow = slow[slow["monitored_rate"].notna()].drop_duplicates("project_id")
    return len(slow), int((slow["monitored_rate"] > slow["execution_rate"]).sum())


def add_open(page: Page, say: Texts, view: LinkageView) -> None:
    """Show the projects whose amount is open, each with its reason, and the total without them."""
    own = view.undecided
    if own.empty:
        return
    left = int(micro(own["proposed_wan"]).sum())
    whole = int(micro(view.projects["proposed_wan"]).sum())
    sums = {"amount": left / MICRO, "rest": (whole - left) / MICRO}
    page.section(say("open-heading"), "open")
    page.paragraph(say("open-text", table=page.ref("table-open"), projects=len(own), **sums))
    page.table(
        labelled(own, say, fact="said", status="proposal_status"),
        caption=say("open-caption"),
        columns=layout(
            say,
            name="text",
            project_id="text",
            unit_name="text>page",
            fact="text",
            requested_wan="money",
            proposed_wan="money",
            **with_values(own, approved_wan="money"),
        ),
        total={"proposed_wan": left / MICRO},
        group="status",
        notes=[say("open-note")],
        anchor="table-open",
    )


def add_projects(page: Page, say: Texts, view: LinkageView, year: WorkYear) -> None:
    """Show every project with its unit: continued, new, not requested again, without a proposal."""
    page.section(say("projects-heading"), "projects")
    tables = {"table": "continued", "new": "new", "gone": "gone"}
    named = {name: page.ref(f"table-{anchor}") for name, anchor in tables.items()}
    page.paragraph(say("projects-text", **named))
    result = {"result_from": "text", "score": "score", "grade": "text", "execution_rate": "rate"}
    gate = with_values(view.projects, gate="text")
    why = with_values(view.projects, gate_reason="text")
    approved = with_values(view.projects, approved_wan="money")
    of_approved = [say("approved-note", year=year.requests_year)] if approved else []
    from_year = {"from_year": year.evaluation_year}
    asked = {"requested_wan": "money", **gate}
    given = {"proposed_wan": "money", **approved}
    _projects(
        page, say, view, "continued", "continued", say("projects-caption"),
        {**result, "base_wan": "money", **asked, **given},
        [say("projects-note", **from_year), *of_approved],
    )  # fmt: skip
    _projects(
        page, say, view, "new", "new", say("new-caption"), {**asked, **why, **given},
        [say("new-note"), *of_approved],
    )  # fmt: skip
    _projects(
        page, say, view, "not_requested", "gone", say("gone-caption"),
        {**result, "base_wan": "money", "proposed_wan": "money"}, [say("gone-note", **from_year)],
    )  # fmt: skip
    if view.unproposed:
        page.paragraph(say("unproposed-text", n=len(view.unproposed)))
        page.items([say("unproposed", **each) for each in view.unproposed])


def _projects(
    page: Page,
    say: Texts,
    view: LinkageView,
    status: str,
    anchor: str,
    caption: str,
    columns: dict[str, str],
    notes: list[str],
) -> None:
    """Show the projects of a status, unit by unit; their kind of budget where it differs."""
    own, whole = view.projects_of(status), view.total_of(status)
    kind = {"fund_kind": "text"} if own["fund_kind"].nunique() > 1 else {}
    codes = {"result_from": "result_from", "grade": "grade_or_none", "gate": "gate"}
    shown = layout(say, name="text", project_id="text", **kind, **columns)
    page.table(
        labelled(own, say, fund_kind="short_fund_kind", gate_reason="said", **codes),
        caption=caption,
        columns=shown,
        total={name: value for name, value in whole.items() if name in shown},
        group="unit_group",
        notes=notes,
        anchor=f"table-{anchor}",
    )


__all__ = [
    "add_cuts",
    "add_open",
    "add_projects",
    "add_purpose",
    "barred_findings",
    "executed_better",
    "other_base",
    "pool_findings",
]
