"""The numbers of the district's page of dual monitoring."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import norm

from perfanalysis.data.lookup import numbers_of
from perfanalysis.money.execution import cumulative_curve
from perfanalysis.planning.goals import CAUSES
from perfanalysis.planning.monitoring import ACTIONS, LIGHTS, MONTHS, QUADRANTS
from perfanalysis.suite.views.common import Said, with_units
from perfanalysis.suite.views.spending import Spending, monitored_spending, spending_finding
from perfanalysis.suite.workyear import WorkYear

MOST_KINDS = 12
SO_FAR = {"executed_wan": "so_far_wan"}
"""What was spent by the end of the month is not called as that of the whole year is."""


@dataclass(frozen=True)
class MonitoringView:
    """What the page of dual monitoring shows.

    Attributes
    ----------
    month : int
    projects : DataFrame
        Monitored projects with ``unit_name`` and ``page``; see `monitor_projects`, where
        ``so_far_wan`` is called ``executed_wan``.
    whole : dict
        ``annual``, ``executed``, ``expected``, ``low``, ``high``, ``unspent`` (万元), ``share``,
        ``elapsed`` (ratios) and ``projects`` of all that reported; ``year_end`` (万元) is missing
        while the year goes on.
    lights, quadrants : DataFrame
        Projects and money by light and by quadrant, in their order; ``year_end_wan`` is missing
        while the year goes on.
    curves : DataFrame
        Executed share by ``kind`` of spending and ``month``, with ``elapsed_share``.
    trouble : DataFrame
        Projects with a red light, a goal that cannot be reached or both money and goals slow,
        most money at stake first, with ``why``.
    causes : DataFrame
        ``cause``, ``possible``, ``impossible``: indicators by likelihood.
    unspent : DataFrame
        Money that will not be spent: see `Monitoring.unspent`.
    actions : DataFrame
        ``action``, ``projects``, ``unspent_wan``.
    warnings, spot : DataFrame
        See `Monitoring`, with ``unit_name`` and ``page``.
    spending : Spending or None
        Where the money of the year went so far; None where nothing is monitored.
    """

    month: int
    projects: pd.DataFrame
    whole: dict[str, Any]
    lights: pd.DataFrame
    quadrants: pd.DataFrame
    curves: pd.DataFrame
    trouble: pd.DataFrame
    causes: pd.DataFrame
    unspent: pd.DataFrame
    actions: pd.DataFrame
    warnings: pd.DataFrame
    spot: pd.DataFrame
    spending: Spending | None


def monitoring_view(year: WorkYear) -> MonitoringView:
    """Gather the numbers of the district's page."""
    found = year.monitored
    names = year.monitoring["units"].set_index("unit_id")["name"]
    projects = with_units(found.projects, names).rename(columns=SO_FAR)
    unspent = with_units(found.unspent(), names).rename(columns=SO_FAR)
    return MonitoringView(
        month=found.month,
        projects=projects,
        whole=_whole(year, projects),
        lights=_counted(projects, "light", LIGHTS),
        quadrants=_counted(projects, "quadrant", QUADRANTS),
        curves=_curves(year, found.month),
        trouble=in_trouble(projects),
        causes=_causes(found.goals),
        unspent=unspent,
        actions=_counted(unspent, "action", ACTIONS),
        warnings=with_units(found.warnings, names),
        spot=with_units(found.spot, names),
        spending=monitored_spending(year) if len(projects) else None,
    )


def in_trouble(projects: pd.DataFrame) -> pd.DataFrame:
    """Projects to look at first, the most money that will not be spent before.

    A red light, a goal that cannot be reached, or money and goals both behind plan. ``why`` is
    the codes of those that hold, joined by a comma: ``money``, ``goals``, ``impossible``.
    """
    reasons = {
        "money": projects["light"] == "red",
        "goals": projects["goals_slow"].eq(True).fillna(False),
        "impossible": projects["impossible"].fillna(0) > 0,
    }
    chosen = reasons["money"] | reasons["impossible"] | (projects["quadrant"] == "slow_slow")
    table = pd.DataFrame(reasons).astype("bool")
    why = [",".join(name for name in reasons if row[name]) for row in table.to_dict("records")]
    found = projects.assign(why=pd.Series(why, projects.index, dtype="str"))[chosen]
    return found.sort_values(
        ["unspent_wan", "annual_wan", "project_id"], ascending=[False, False, True],
        ignore_index=True,
    )  # fmt: skip


def light_bounds(year: WorkYear) -> dict[str, float]:
    """What is slow: percentage points behind, and ratios.

    ``yellow`` and ``red`` (points behind the elapsed share), ``plan`` (points behind the project's
    own plan), ``goals`` (ratio of plan) and ``elapsed``, the share of the year gone by (ratio).
    """
    rules = year.monitoring_rules
    points = {light: 100 * gap for light, gap in rules.value("monitor.lights").items()}
    return points | {
        "plan": 100 * rules.value("monitor.plan_gap"),
        "goals": rules.value("monitor.goal_share"),
        "elapsed": year.monitored.month / MONTHS,
    }


def monitoring_findings(view: MonitoringView, year: WorkYear) -> list[Said]:
    """The main points, as keys of ``20_monitoring`` with their values."""
    if view.projects.empty:
        return [("main-none", {"year": year.monitoring_year})]
    month = {"year": year.monitoring_year, "month": str(view.month)}
    known = pd.notna(view.whole["share"])
    lights = view.lights.set_index("light")["projects"]
    clauses: list[Said] = [("main-lights", {light: int(lights[light]) for light in LIGHTS})]
    money = view.whole | month | {"clauses": clauses}
    said: list[Said] = [("main-money" if known else "main-money-none", money)]
    if pd.notna(view.whole["expected"]):
        said.append(("main-expected", view.whole | {"clauses": _held(view.whole, month)}))
    if len(view.unspent):
        amounts = view.actions.set_index("action")["unspent_wan"]
        clauses = [
            (f"unspent-{each}", {"amount": float(amounts[each])})
            for each in ACTIONS
            if amounts[each]
        ]
        values = {"projects": len(view.unspent), "amount": float(view.unspent["unspent_wan"].sum())}
        said.append(("main-unspent", values | {"clauses": clauses}))
    status = view.warnings["status"].value_counts()
    said.append(
        (
            "main-warnings",
            {
                "warnings": len(view.warnings),
                "overdue": int(status.get("overdue", 0)),
                "open": int(status.get("open", 0)),
                "closed": int(view.warnings["closed"].sum()),
            },
        )
    )
    if len(view.spot):
        differing = view.spot[view.spot["differs"]]
        amount = float(differing["difference_wan"].abs().sum())
        values = {"checked": len(view.spot), "projects": len(differing), "amount": amount}
        said.append(("main-spot", values))
    if view.spending is not None:
        said.append(spending_finding(view.spending, named=year.edition == "internal"))
    return said


def _held(whole: dict[str, Any], month: dict[str, Any]) -> list[Said]:
    """Whether the year ended inside the interval foreseen; nothing while it goes on."""
    if pd.isna(whole["year_end"]):
        return []
    inside = whole["low"] <= whole["year_end"] <= whole["high"]
    return [("expected-inside" if inside else "expected-outside", whole | month)]


def _whole(year: WorkYear, projects: pd.DataFrame) -> dict[str, Any]:
    """All monitored projects together; the interval takes projects as independent."""
    known = projects.dropna(subset=["so_far_wan", "annual_wan"])
    annual, executed = float(known["annual_wan"].sum()), float(known["so_far_wan"].sum())
    expected = float(known["expected_wan"].sum(min_count=1))
    z = float(norm.ppf(0.5 + year.monitoring_rules.value("monitor.forecast_level") / 2))
    width = z * float(np.sqrt((known["expected_sd_wan"] ** 2).sum()))
    return {
        "projects": len(projects),
        "annual": annual,
        "executed": executed,
        "share": executed / annual if annual else float("nan"),
        "elapsed": year.monitored.month / MONTHS,
        "expected": expected,
        "low": max(executed, expected - width),
        "high": min(max(annual, executed), expected + width),
        "unspent": float(known["unspent_wan"].sum(min_count=1)),
        "year_end": float(known["year_end_wan"].sum(min_count=1)),
        "level": f"{year.monitoring_rules.value('monitor.forecast_level'):.0%}",
    }


def _counted(projects: pd.DataFrame, by: str, codes: tuple[str, ...]) -> pd.DataFrame:
    groups = projects.groupby(by)
    table = pd.DataFrame(
        {
            "projects": groups.size(),
            "annual_wan": groups["annual_wan"].sum(),
            "so_far_wan": groups["so_far_wan"].sum(),
            "unspent_wan": groups["unspent_wan"].sum(),
            "year_end_wan": groups["year_end_wan"].sum(min_count=1),
        }
    )
    table = table.reindex(list(codes), fill_value=0)
    if projects["year_end_wan"].isna().all():
        table["year_end_wan"] = np.nan
    return table.rename_axis(by).reset_index()


def _curves(year: WorkYear, month: int) -> pd.DataFrame:
    """Money out by kind of spending, up to the month; the kinds with most money."""
    monitored = year.monitored.projects
    money = monitored.groupby("kind")["annual_wan"].sum().sort_values(ascending=False)
    kinds = monitored[monitored["kind"].isin(money.index[:MOST_KINDS])]
    if kinds.empty:
        return pd.DataFrame()
    curve = cumulative_curve(year.monitoring, by="project", projects=kinds["project_id"])
    curve = curve.merge(kinds[["project_id", "kind"]], left_on="key", right_on="project_id")
    sums = curve[curve["month"] <= month].groupby(["kind", "month"])["executed_wan"].sum()
    table = sums.reset_index()
    table = table.assign(
        share=table["executed_wan"] / numbers_of(table["kind"], money),
        elapsed_share=table["month"] / 12,
        order=numbers_of(table["kind"], {kind: place for place, kind in enumerate(money.index)}),
    )
    return table.sort_values(["order", "month"], ignore_index=True).drop(columns="order")


def _causes(goals: pd.DataFrame) -> pd.DataFrame:
    counts = pd.crosstab(goals["cause"].fillna("none"), goals["likelihood"])
    wanted = [cause for cause in (*CAUSES, "none") if cause in counts.index]
    table = counts.reindex(index=wanted, columns=["possible", "impossible"], fill_value=0)
    table = table[table.sum(axis=1) > 0]
    return table.rename_axis("cause", axis=0).rename_axis(None, axis=1).reset_index()


__all__ = [
    "SO_FAR",
    "MonitoringView",
    "in_trouble",
    "light_bounds",
    "monitoring_findings",
    "monitoring_view",
]
