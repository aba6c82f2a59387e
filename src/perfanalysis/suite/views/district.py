"""The numbers of the district's page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from perfanalysis.money.execution import execution_rates
from perfanalysis.planning.problems import problem_groups
from perfanalysis.scoring.summary import (
    GRADES,
    grade_counts,
    losses_by,
    rule_losses,
    score_gaps,
    total_lost,
)
from perfanalysis.suite.views.common import Said, gap_of_means, unit_pages
from perfanalysis.suite.views.paid import paid_curves
from perfanalysis.suite.views.spending import Spending, district_spending, spending_finding
from perfanalysis.suite.workyear import WorkYear


@dataclass(frozen=True)
class DistrictView:
    """What the page of the whole district shows.

    Attributes
    ----------
    units : DataFrame
        `summarise_units` with ``name``, ``sector``, ``flags`` (number) and ``page`` (of the
        unit), most money first.
    evaluated, monitored : Series
        Execution of the whole: the row of ``execution_rates(by="district")`` over the
        self-evaluated projects of the evaluated year, and the monitored ones of the other.
    by_fund_kind, monitored_by_fund_kind : DataFrame
        The same by kind of budget.
    grades : DataFrame
        See `grade_counts`.
    losses : DataFrame
        Points lost by ``level1``; `losses_by`.
    reasons : DataFrame
        Points lost by ``rule``, ``basis`` and ``document``, see `rule_losses`.
    curves : DataFrame
        Cumulative payments of the evaluated year by ``fund_kind``.
    band : DataFrame
        Share paid by month over units; see `share_band`.
    gaps : DataFrame
        Projects with both scores: ``name``, ``average`` and ``difference`` of the two.
    problems : DataFrame
        See `problem_groups`.
    refused : DataFrame
        Projects without a grade, with the reason.
    spending : Spending
        Where the money of the evaluated year went.
    """

    units: pd.DataFrame
    evaluated: pd.Series
    monitored: pd.Series
    by_fund_kind: pd.DataFrame
    monitored_by_fund_kind: pd.DataFrame
    grades: pd.DataFrame
    losses: pd.DataFrame
    reasons: pd.DataFrame
    curves: pd.DataFrame
    band: pd.DataFrame
    gaps: pd.DataFrame
    problems: pd.DataFrame
    refused: pd.DataFrame
    spending: Spending

    @property
    def graded(self) -> int:
        """Number of projects with a grade."""
        return int(self.grades.loc[self.grades["grade"] != "", "projects"].sum())

    @property
    def gap_mean(self) -> float:
        """Mean of stated − review, in points."""
        return float(self.gaps["difference"].mean())

    @property
    def gap_limits(self) -> tuple[float, float]:
        """Limits of agreement: the mean ± 1.96 standard deviations (Bland and Altman 1986)."""
        spread = 1.96 * float(self.gaps["difference"].std(ddof=1))
        return self.gap_mean - spread, self.gap_mean + spread

    @property
    def means(self) -> dict[str, float]:
        """Mean scores of the projects with both, where the table of units has such scores."""
        both = {"stated_mean": "stated_total", "review_mean": "review_total"}
        shown = {name for name in both if self.units[name].notna().any()}
        return {name: float(self.gaps[both[name]].mean()) for name in both if name in shown}

    @property
    def total_lost(self) -> float:
        """Points lost in the district, exact to the hundredth."""
        return total_lost(self.losses)


def district_view(year: WorkYear) -> DistrictView:
    """Gather the numbers of the district."""
    scores = year.scores
    evaluated = scores.projects["project_id"]
    projects = year.monitoring["projects"]
    monitored = projects.loc[projects["is_monitored"], "project_id"]
    losses = losses_by(scores.ledger, ["level1"])
    return DistrictView(
        units=unit_list(year),
        evaluated=_whole(year.evaluation, evaluated),
        monitored=_whole(year.monitoring, monitored),
        by_fund_kind=_by_fund_kind(year.evaluation, evaluated),
        monitored_by_fund_kind=_by_fund_kind(year.monitoring, monitored),
        grades=grade_counts(scores),
        losses=losses.assign(share=losses["lost"] / losses["lost"].sum()),
        reasons=rule_losses(scores.ledger, scores.rules),
        curves=paid_curves(year.evaluation, by="fund_kind").rename(columns={"key": "fund_kind"}),
        band=year.unit_band,
        gaps=score_gaps(scores),
        problems=problem_groups(year.flags),
        refused=_refused(year),
        spending=district_spending(year),
    )


def unit_list(year: WorkYear) -> pd.DataFrame:
    """Every unit with self-evaluated projects, most money first, with its page."""
    units = year.evaluation["units"][["unit_id", "name", "sector"]]
    flags = year.flags.groupby("unit_id").size().rename("flags")
    table = year.unit_summaries.merge(units, on="unit_id", how="left")
    table = table.join(flags, on="unit_id").fillna({"flags": 0})
    pages = unit_pages(table["unit_id"])
    table = table.assign(flags=table["flags"].astype("int64"), page=pages)
    return table.sort_values(["annual_wan", "unit_id"], ascending=[False, True], ignore_index=True)


def district_findings(view: DistrictView, year: WorkYear) -> list[Said]:
    """The main points, as keys of ``60_district`` with their values."""
    units = {"year": year.evaluation_year, "units": len(view.units)}
    said: list[Said] = [("main-money", _money(view.evaluated) | units), *_gap(year)]
    if view.graded:
        said.append(("main-grades", _grades(view.grades)))
    if len(view.losses):
        top = view.losses.iloc[0]
        values = {"lost": top["lost"], "share": top["share"]}
        said.append(("main-losses", {"level1": str(top["level1"]), **values}))
    if len(view.monitored):
        said.append(("main-monitoring", _money(view.monitored) | {"year": year.monitoring_year}))
    projects = year.flags["project_id"].nunique()
    facts = {"flags": len(year.flags), "projects": projects}
    spent = spending_finding(view.spending, named=year.edition == "internal")
    said.append(("main-flags", facts | {"clauses": [spent]}))
    return said


def district_headline(view: DistrictView, year: WorkYear) -> dict[str, dict[str, Any]]:
    """Figures of the district at the top of the index, as `Page.header` takes them."""
    if view.evaluated.empty:
        return {}
    money = _money(view.evaluated)
    shown: dict[str, dict[str, Any]] = {
        "projects": {"projects": money["projects"], "units": len(view.units)},
        "annual": {"annual": money["annual"]},
        "executed": {"executed": money["executed"]},
        "rate": {"rate": money["rate"]},
    }
    for _, gap in _gap(year):
        shown["review"] = dict(gap)
    if view.graded:
        shown["grades"] = _grades(view.grades)
    return shown | {"lost": {"lost": view.total_lost}}


def _gap(year: WorkYear) -> list[Said]:
    """How far stated scores stand above the review; nothing where no project has both."""
    scored = year.scores.projects.dropna(subset=["difference"])
    if scored.empty:
        return []
    direction, values = gap_of_means(scored["stated_total"].mean(), scored["review_total"].mean())
    return [(f"main-gap-{direction}", values | {"projects": len(scored)})]


def _money(whole: pd.Series) -> dict[str, Any]:
    return {
        "projects": int(whole["projects"]),
        "annual": float(whole["annual_wan"]),
        "executed": float(whole["executed_wan"]),
        "rate": float(whole["execution_rate"]),
    }


def _grades(grades: pd.DataFrame) -> dict[str, int]:
    counts = grades.set_index("grade")["projects"]
    return {grade: int(counts[grade]) for grade in GRADES} | {"none": int(counts[""])}


def _whole(data: Any, projects: pd.Series) -> pd.Series:
    """Money of all these projects together; empty where there are none."""
    if projects.empty:
        return pd.Series(dtype="float64")
    return execution_rates(data, by="district", projects=projects).iloc[0]


def _by_fund_kind(data: Any, projects: pd.Series) -> pd.DataFrame:
    table = execution_rates(data, by="fund_kind", projects=projects)
    table = table.rename(columns={"key": "fund_kind"})
    return table.sort_values(["annual_wan", "fund_kind"], ascending=[False, True])


def losses_heading(view: DistrictView) -> Said:
    """Key and values of the heading over the points lost."""
    if view.losses.empty:
        return "losses-none", {}
    top = view.losses.iloc[0]
    return "losses-heading", {"level1": top["level1"], "share": top["share"]}


def _refused(year: WorkYear) -> pd.DataFrame:
    projects = year.scores.projects
    units = year.evaluation["units"][["unit_id", "name"]].rename(columns={"name": "unit_name"})
    return projects[projects["status"] == "refused"].merge(units, on="unit_id", how="left")


__all__ = [
    "DistrictView",
    "district_findings",
    "district_headline",
    "district_view",
    "losses_heading",
    "unit_list",
]
