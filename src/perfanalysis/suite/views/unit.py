"""The numbers of one unit's page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from perfanalysis.errors import ParameterError
from perfanalysis.money.flags import FAMILY
from perfanalysis.report.formats import half_up
from perfanalysis.scoring.summary import exact_points, total_lost
from perfanalysis.suite.views.common import Said, gap_of_means, once, unproposed
from perfanalysis.suite.views.decided import decided_of_units
from perfanalysis.suite.views.spending import Spending, unit_spending
from perfanalysis.suite.views.targets import UnitTargets, unit_targets
from perfanalysis.suite.views.unit_frames import proposed_frames, unit_frames
from perfanalysis.suite.views.unit_monitoring import UnitMonitoring, unit_monitoring
from perfanalysis.suite.views.whole_unit import WholeUnit, whole_unit, whole_unit_finding
from perfanalysis.suite.workyear import WorkYear

FEW = 5


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
        Its rows of the scores, most money first, with the ``anchor`` of each in the table.
    ledger : DataFrame
        Its deductions, project by project, with the ``group`` (name and id of the project), the
        ``rule_title`` and the ``stated`` score.
    losses : DataFrame
        Points lost by rule; see `rule_losses`.
    largest : DataFrame
        The largest deductions: ``label`` (project and indicator), ``lost``.
    whole : WholeUnit
        Whole-unit evaluation of the evaluated year.
    spending : Spending
        Where the money of the evaluated year went.
    monitored : DataFrame
        Execution of its monitored projects in the monitored year, with names.
    monitored_total : Series
        The same for all of them together; empty where there is none.
    dual : UnitMonitoring
        Dual monitoring of them at the end of a month.
    targets : UnitTargets
        Review of the targets that it filed.
    flags : DataFrame
        What must be verified about it.
    proposed, steps : DataFrame
        Its rows of the proposal for the next budget, and the steps of each.
    moves : DataFrame
        What each rule gave or took: ``rule_title``, ``document``, ``projects``, ``step_wan``.
    decided : DataFrame
        What earlier results proposed for its projects and what was approved; see
        `suite.variants.Earlier`.
    unproposed : list of dict
        ``project`` and ``reason`` of those for which nothing can be proposed.
    """

    unit: pd.Series
    summary: pd.Series
    projects: pd.DataFrame
    ledger: pd.DataFrame
    losses: pd.DataFrame
    largest: pd.DataFrame
    whole: WholeUnit
    spending: Spending
    monitored: pd.DataFrame
    monitored_total: pd.Series
    dual: UnitMonitoring
    targets: UnitTargets
    flags: pd.DataFrame
    proposed: pd.DataFrame
    steps: pd.DataFrame
    moves: pd.DataFrame
    decided: pd.DataFrame
    unproposed: list[dict[str, str]]

    @property
    def lost(self) -> float:
        """Points lost in all, exact to the hundredth."""
        return total_lost(self.ledger)

    @property
    def refusals(self) -> list[dict[str, str]]:
        """Name and reason of each project without a grade."""
        return [
            {"project": row.name, "reason": row.refused_reason}
            for row in self.refused.itertuples(index=False)
        ]

    @property
    def refused(self) -> pd.DataFrame:
        """Its projects without a grade."""
        return self.projects[self.projects["status"] == "refused"]

    @property
    def few_refused(self) -> bool:
        """Whether notes under the table have room for every refusal."""
        return len(self.refused) <= FEW

    @property
    def projects_total(self) -> dict[str, Any]:
        """The last row of the table of projects: sums, and means of the scores that it has."""
        names = ("annual_wan", "executed_wan", "execution_rate")
        total = {name: self.summary[name] for name in names}
        means = {"stated_total": "stated_mean", "review_total": "review_mean"}
        total |= {
            name: self.summary[mean]
            for name, mean in means.items()
            if self.projects[name].notna().any()
        }
        if self.projects["difference"].notna().any():
            total["difference"] = float(
                half_up(self.summary["stated_mean"], 2) - half_up(self.summary["review_mean"], 2)
            )
        return total

    @property
    def listing(self) -> dict[str, Any]:
        """Figures by which the index lists the page."""
        summary = self.summary
        return {
            "projects": summary.get("projects"),
            "annual_wan": summary.get("annual_wan"),
            "execution_rate": summary.get("execution_rate"),
            "stated_score": summary.get("stated_mean"),
            "review_score": summary.get("review_mean"),
            "points_lost": self.lost,
            "flags": len(self.flags),
        }

    @property
    def members(self) -> list[dict[str, Any]]:
        """Figures by which the index lists its projects."""
        lost = exact_points(self.ledger.groupby("project_id")["lost"].sum())
        flags = self.flags.groupby("project_id")["kind"].unique()
        return [
            {
                "name": row.name,
                "anchor": row.anchor,
                "annual_wan": row.annual_wan,
                "execution_rate": row.execution_rate,
                "stated_score": row.stated_total,
                "review_score": row.review_total,
                "grade": None if pd.isna(row.grade) else row.grade,
                "points_lost": lost.get(row.project_id, 0.0),
                "flags": list(flags.get(row.project_id, ())),
            }
            for row in self.projects.itertuples(index=False)
        ]

    @property
    def other_flags(self) -> pd.DataFrame:
        """What must be verified besides the money, which `spending` has."""
        return self.flags[~self.flags["kind"].isin(FAMILY)]

    @property
    def added(self) -> float:
        """Points that the review takes beyond what the unit itself did not claim."""
        extra = (self.ledger["stated"].fillna(self.ledger["kept"]) - self.ledger["kept"]).clip(0)
        return total_lost(pd.DataFrame({"lost": extra}))

    @property
    def by_convention(self) -> float:
        """Points lost under standards that no document fixes."""
        return total_lost(self.losses[self.losses["basis"] == "convention"])


@once
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
    frames = unit_frames(year)
    summary, total = frames.summary[unit_id], frames.monitored_total[unit_id]
    proposed, steps, moves, refused = _proposal(year, unit_id)
    return UnitView(
        unit=units.loc[unit_id],
        summary=summary.iloc[0] if len(summary) else pd.Series(dtype="float64"),
        projects=frames.projects[unit_id],
        ledger=frames.ledger[unit_id],
        losses=frames.losses[unit_id],
        largest=frames.largest[unit_id],
        whole=whole_unit(year, unit_id),
        spending=unit_spending(year, unit_id),
        monitored=frames.monitored[unit_id],
        monitored_total=total.iloc[0] if len(total) else pd.Series(dtype="float64"),
        dual=unit_monitoring(year, unit_id),
        targets=unit_targets(year, unit_id),
        flags=frames.flags[unit_id],
        proposed=proposed,
        steps=steps,
        moves=moves,
        decided=decided_of_units(year)[unit_id],
        unproposed=refused,
    )


def _proposal(
    year: WorkYear, unit_id: str
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, list[dict[str, str]]]:
    """A unit's rows of the proposal, their steps, what rules moved, and what has no proposal.

    All are empty where nobody requested a budget.
    """
    if year.requests.empty:
        return pd.DataFrame(), pd.DataFrame(), pd.DataFrame(), []
    frames = proposed_frames(year)
    refused = unproposed(frames.projects[unit_id])
    return frames.proposed[unit_id], frames.steps[unit_id], frames.moves[unit_id], refused


def unit_findings(view: UnitView, year: WorkYear, projects_table: str) -> list[Said]:
    """The main points, as keys of ``30_unit`` with their values.

    `projects_table` is text that refers to the table of projects.
    """
    if view.projects.empty:
        none: Said = ("main-none", {"evaluation": year.evaluation_year})
        return [none, *whole_unit_finding(view.whole)]
    refused: list[Said] = []
    if len(view.refused):
        refused = [("main-refused", {"refused": len(view.refused), "table": projects_table})]
    money: Said = ("main-money", {**_money(view, year), "clauses": refused})
    said: list[Said] = [money, *_gap(view.summary), _lost(view)]
    said += [*whole_unit_finding(view.whole), _flagged(view)]
    if len(view.proposed):
        said.append(("main-proposal", _proposed(view, year)))
    return said


def _money(view: UnitView, year: WorkYear) -> Mapping[str, Any]:
    return {
        "evaluation": year.evaluation_year,
        "projects": len(view.projects),
        "annual": float(view.summary["annual_wan"]),
        "executed": float(view.summary["executed_wan"]),
        "rate": float(view.summary["execution_rate"]),
    }


def _gap(summary: pd.Series) -> list[Said]:
    if pd.isna(summary["difference_mean"]):
        return []
    direction, values = gap_of_means(summary["stated_mean"], summary["review_mean"])
    return [(f"main-gap-{direction}", values)]


def _lost(view: UnitView) -> Said:
    if view.ledger.empty:
        return "main-lost-none", {}
    worst = view.ledger.sort_values("lost", ascending=False, kind="stable").iloc[0]
    values = {
        "projects": view.ledger["project_id"].nunique(),
        "lost": view.lost,
        "project": worst["name"],
        "indicator": worst["indicator"],
        "most": worst["lost"],
    }
    if view.ledger["stated"].isna().any():  # who took the points is not known of every line
        return "main-lost-plain", values
    added = {"stated": round(view.lost - view.added, 2), "added": view.added}
    return "main-lost", values | added


def _flagged(view: UnitView) -> Said:
    if view.flags.empty:
        return "main-flags-none", {}
    projects = view.flags["project_id"].nunique()
    return "main-flags", {"flags": len(view.flags), "projects": projects}


def _proposed(view: UnitView, year: WorkYear) -> dict[str, object]:
    """The proposal for projects with a base, and what moved it; new projects apart."""
    new = view.proposed["base_wan"].isna()
    moved = view.steps.groupby("action")["amount_wan"].sum()
    amounts = {
        "cut": -moved.get("cut", 0.0),
        "drop": -moved.get("drop", 0.0),
        "new": view.proposed.loc[new, "proposed_wan"].sum(),
    }
    return {
        "requests": year.requests_year,
        "base_year": year.monitoring_year,
        "proposed": view.proposed.loc[~new, "proposed_wan"].sum(),
        "base": view.proposed["base_wan"].sum(),
        "clauses": [
            (f"proposal-{kind}", {"amount": amount}) for kind, amount in amounts.items() if amount
        ],
    }


__all__ = [
    "UnitView",
    "unit_findings",
    "unit_view",
]
