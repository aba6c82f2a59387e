"""The numbers of one unit's page."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from perfanalysis.errors import ParameterError
from perfanalysis.money.execution import cumulative_curve, execution_rates
from perfanalysis.scoring.summary import exact_points, losses_by, summarise_units
from perfanalysis.suite.views.common import Said
from perfanalysis.suite.workyear import WorkYear


@dataclass(frozen=True)
class UnitView:
    """What the page of one budget unit shows.

    Attributes
    ----------
    unit : Series
        The unit's row of ``units`` of the evaluated year.
    summary : Series
        Its row of `summarise_units`; empty where it has no self-evaluated project.
    projects : DataFrame
        Its rows of the scores, most money first.
    ledger : DataFrame
        Its deductions with the project's ``name``, by project and then largest first.
    losses : DataFrame
        ``rule``, ``deductions``, ``projects``, ``lost`` (points), largest first.
    peers : DataFrame
        `summarise_units` of every unit with its ``name``.
    curve, peer_curves : DataFrame
        Cumulative payments of the evaluated year: of this unit, and of every unit.
    monitored : DataFrame
        Execution of its monitored projects in the monitored year, with names.
    flags : DataFrame
        What must be verified about it.
    proposed : DataFrame
        Its rows of the proposal for the next budget.
    steps : DataFrame
        The steps of these rows.
    """

    unit: pd.Series
    summary: pd.Series
    projects: pd.DataFrame
    ledger: pd.DataFrame
    losses: pd.DataFrame
    peers: pd.DataFrame
    curve: pd.DataFrame
    peer_curves: pd.DataFrame
    monitored: pd.DataFrame
    flags: pd.DataFrame
    proposed: pd.DataFrame
    steps: pd.DataFrame


def unit_view(year: WorkYear, unit_id: str) -> UnitView:
    """Gather the numbers of one unit.

    Raises
    ------
    ParameterError
        If the evaluated year has no such unit; the message names some that it has.
    """
    units = year.evaluation["units"].set_index("unit_id", drop=False)
    if unit_id not in units.index:
        some = "、".join(units.index[:5])
        raise ParameterError(
            f"{year.evaluation_year}年度没有单位 {unit_id}。可用的单位如：{some}。请核对单位编码。"
        )
    scores = year.scores
    peers = summarise_units(scores).merge(units[["name", "sector"]], on="unit_id", how="left")
    own = peers[peers["unit_id"] == unit_id]
    ledger = _ledger(scores.ledger, scores.projects, unit_id)
    curves = cumulative_curve(year.evaluation, by="unit")
    proposed = _of_unit(year.proposal.projects, unit_id)
    return UnitView(
        unit=units.loc[unit_id],
        summary=own.iloc[0] if len(own) else pd.Series(dtype="float64"),
        projects=_of_unit(scores.projects, unit_id).sort_values(
            ["annual_wan", "project_id"], ascending=[False, True]
        ),
        ledger=ledger,
        losses=losses_by(ledger, ["rule"]),
        peers=peers,
        curve=curves[curves["key"] == unit_id],
        peer_curves=curves,
        monitored=monitored_projects(year, unit_id),
        flags=_of_unit(year.flags, unit_id),
        proposed=proposed,
        steps=year.proposal.steps.merge(proposed[["project_id", "name"]], on="project_id"),
    )


def monitored_projects(year: WorkYear, unit_id: str) -> pd.DataFrame:
    """Execution of a unit's monitored projects in the monitored year, most money first."""
    projects = year.monitoring["projects"]
    own = projects[projects["is_monitored"] & (projects["unit_id"] == unit_id)]
    rates = execution_rates(year.monitoring, by="project", projects=own["project_id"])
    named = rates.merge(own[["project_id", "name"]], left_on="key", right_on="project_id")
    return named.sort_values(["annual_wan", "key"], ascending=[False, True], ignore_index=True)


def total_lost(ledger: pd.DataFrame) -> float:
    """Points lost in a ledger, exact to the hundredth."""
    return float(exact_points(pd.Series([ledger["lost"].sum()])).iloc[0])


def _of_unit(frame: pd.DataFrame, unit_id: str) -> pd.DataFrame:
    return frame[frame["unit_id"] == unit_id]


def _ledger(ledger: pd.DataFrame, projects: pd.DataFrame, unit_id: str) -> pd.DataFrame:
    own = _of_unit(ledger, unit_id).merge(projects[["project_id", "name"]], on="project_id")
    return own.sort_values(
        ["project_id", "lost", "indicator"], ascending=[True, False, True], ignore_index=True
    )


def unit_findings(view: UnitView, year: WorkYear, projects_table: str) -> list[Said]:
    """The main points, as keys of ``30_unit`` with their values.

    `projects_table` is text that refers to the table of projects.
    """
    if view.projects.empty:
        return [("main-none", {"evaluation": year.evaluation_year})]
    summary = view.summary
    said: list[Said] = [
        (
            "main-money",
            {
                "evaluation": year.evaluation_year,
                "projects": len(view.projects),
                "annual": float(summary["annual_wan"]),
                "executed": float(summary["executed_wan"]),
                "rate": float(summary["execution_rate"]),
            },
        )
    ]
    if summary["graded"]:
        gap = float(summary["difference_mean"])
        direction = "above" if gap >= 0.005 else "below" if gap <= -0.005 else "same"
        means = {"stated": summary["stated_mean"], "review": summary["review_mean"]}
        said.append((f"main-gap-{direction}", means | {"gap": abs(gap)}))
    said.append(_lost(view))
    refused = int((view.projects["status"] == "refused").sum())
    if refused:
        said.append(("main-refused", {"refused": refused, "table": projects_table}))
    said.append(_flagged(view))
    if len(view.proposed):
        said.append(("main-proposal", _proposed(view, year)))
    return said


def _lost(view: UnitView) -> Said:
    if view.ledger.empty:
        return "main-lost-none", {}
    worst = view.ledger.sort_values("lost", ascending=False, kind="stable").iloc[0]
    return (
        "main-lost",
        {
            "lost": total_lost(view.ledger),
            "project": worst["name"],
            "indicator": worst["indicator"],
            "most": worst["lost"],
        },
    )


def _flagged(view: UnitView) -> Said:
    if view.flags.empty:
        return "main-flags-none", {}
    projects = view.flags["project_id"].nunique()
    return "main-flags", {"flags": len(view.flags), "projects": projects}


def _proposed(view: UnitView, year: WorkYear) -> dict[str, object]:
    proposed = view.proposed["proposed_wan"].sum()
    return {
        "requests": year.requests_year,
        "base_year": year.monitoring_year,
        "proposed": proposed,
        "base": view.proposed["base_wan"].sum(),
    }


__all__ = ["UnitView", "monitored_projects", "total_lost", "unit_findings", "unit_view"]
