"""The numbers of the linkage page: from results to the next budget."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from perfanalysis.linkage.amounts import MICRO, micro
from perfanalysis.linkage.export import proposal_waterfall
from perfanalysis.suite.views.common import Said, unit_pages, unproposed
from perfanalysis.suite.workyear import WorkYear

WHY = {
    "cap_request": "ceiling_wan",
    "prioritise": "given_wan",
    "floor": "given_wan",
    "drop": "dropped_wan",
    "new": "new_wan",
    "round": "rounded_wan",
}
"""Column of `LinkageView.moved` for each action that is no cut."""


@dataclass(frozen=True)
class LinkageView:
    """What the linkage page shows.

    Attributes
    ----------
    total : Series
        The district's row of ``Proposal.totals``.
    by_fund_kind, by_unit : DataFrame
        Its rows by kind of budget and by unit (with ``unit_name`` and ``page``), most money first.
    rules : DataFrame
        What each rule moved: ``title``, ``projects`` (number), ``amount_wan``, ``basis``,
        ``document``, in the order in which rules apply.
    bridge : DataFrame
        From base to proposal: ``label``, ``amount``, ``is_total``.
    moved : DataFrame
        One row a unit, largest change first: ``unit_name``, ``page``, ``cut_wan`` (by results,
        execution and review), ``ceiling_wan`` (more than was asked), ``given_wan`` (out of what was
        cut), ``dropped_wan`` (not asked again), ``new_wan``, ``rounded_wan``, ``change_wan`` (their
        sum: proposal − base).
    projects : DataFrame
        ``Proposal.projects`` that have a proposal, with ``unit_name`` and ``page``, by unit and
        money.
    unproposed : list of dict
        ``project`` and ``reason`` of those that have none.
    steps : DataFrame
        ``Proposal.steps`` with the ``name`` of the project.
    """

    total: pd.Series
    by_fund_kind: pd.DataFrame
    by_unit: pd.DataFrame
    rules: pd.DataFrame
    bridge: pd.DataFrame
    moved: pd.DataFrame
    projects: pd.DataFrame
    unproposed: list[dict[str, str]]
    steps: pd.DataFrame


def linkage_view(year: WorkYear) -> LinkageView:
    """Gather the numbers of the proposal.

    Raises
    ------
    DataError
        If nobody requested a budget: everything would seem to be given up.
    """
    proposal = year.requested_proposal
    totals = proposal.totals.sort_values(
        ["proposed_wan", "unit_id", "fund_kind"], ascending=[False, True, True]
    )
    names = year.monitoring["units"][["unit_id", "name"]].rename(columns={"name": "unit_name"})
    projects = _with_pages(proposal.projects, names)
    rules = proposal_waterfall(proposal)
    return LinkageView(
        total=totals[totals["level"] == "district"].iloc[0],
        by_fund_kind=totals[totals["level"] == "fund_kind"],
        by_unit=_with_pages(totals[totals["level"] == "unit"], names),
        rules=rules,
        bridge=_bridge(rules),
        moved=_with_pages(_moved_by_unit(proposal.steps), names),
        projects=projects.dropna(subset=["proposed_wan"]).sort_values(
            ["unit_id", "proposed_wan", "project_id"], ascending=[True, False, True]
        ),
        unproposed=unproposed(proposal.projects),
        steps=proposal.steps.merge(projects[["project_id", "name"]], on="project_id"),
    )


def linkage_findings(view: LinkageView, year: WorkYear) -> list[Said]:
    """The main points, as keys of ``70_linkage`` with their values."""
    total = view.total
    continued = total["proposed_wan"] - total["new_wan"]
    years = {"year": year.requests_year, "base_year": year.monitoring_year}
    said: list[Said] = [
        (
            "main-total",
            years
            | {
                "projects": int(total["continued"] + total["new"]),
                "requested": total["requested_wan"],
                "proposed": total["proposed_wan"],
                "base": total["base_wan"],
            },
        ),
        ("main-continued", {"continued": continued, "new": total["new_wan"]}),
    ]
    said.append(("main-cut", cut_by_results(view.steps)))
    dropped = view.steps[view.steps["action"] == "drop"]
    if len(dropped):
        said.append(("main-dropped", _moved(dropped)))
    said.append(("main-convention", {}))
    return said


def cut_by_results(steps: pd.DataFrame) -> dict[str, Any]:
    """Projects and 万元 of the steps that results, execution and review cut."""
    cuts = steps[steps["amount_wan"] < 0]
    return _moved(cuts[~cuts["action"].isin(["drop", "round", "cap_request"])])


def _moved(cuts: pd.DataFrame) -> dict[str, Any]:
    """Projects and money of some steps; a project that was cut twice is one project."""
    return {"projects": cuts["project_id"].nunique(), "amount": -cuts["amount_wan"].sum()}


def _bridge(rules: pd.DataFrame) -> pd.DataFrame:
    """Base, then what each rule moved, then the proposal."""
    base = rules["action"] == "base"
    moves = rules[~base & (rules["amount_wan"] != 0)]
    rows: list[dict[str, Any]] = [
        {"label": "base", "amount": rules.loc[base, "amount_wan"].sum(), "is_total": True}
    ]
    rows += [
        {"label": row.title, "amount": row.amount_wan, "is_total": False}
        for row in moves.itertuples(index=False)
    ]
    proposed = micro(rules["amount_wan"]).sum() / MICRO
    rows.append({"label": "proposed", "amount": proposed, "is_total": True})
    return pd.DataFrame(rows)


def _moved_by_unit(steps: pd.DataFrame) -> pd.DataFrame:
    """What each unit loses and gains, by why; exact."""
    steps = steps.loc[steps["action"] != "base"]
    why = steps["action"].map(WHY).fillna("cut_wan")
    sums = (
        steps.assign(micro=micro(steps["amount_wan"]), why=why)
        .groupby(["unit_id", "why"], observed=True)["micro"]
        .sum()
        .unstack(fill_value=0)
        .reindex(columns=[*dict.fromkeys(["cut_wan", *WHY.values()])], fill_value=0)
    )
    sums = sums.assign(change_wan=sums.sum(axis=1))
    table = (sums / MICRO).reset_index()
    return table.iloc[table["change_wan"].abs().argsort(kind="stable")[::-1]]


def _with_pages(table: pd.DataFrame, names: pd.DataFrame) -> pd.DataFrame:
    return table.assign(page=unit_pages(table["unit_id"])).merge(names, on="unit_id", how="left")


__all__ = ["LinkageView", "cut_by_results", "linkage_findings", "linkage_view"]
