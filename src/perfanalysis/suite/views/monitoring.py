"""The numbers of dual monitoring: of the district's page, and of a unit's section."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import norm

from perfanalysis.data.lookup import numbers_of
from perfanalysis.money.execution import cumulative_curve
from perfanalysis.planning.goals import CAUSES
from perfanalysis.planning.monitoring import ACTIONS, LIGHTS, QUADRANTS
from perfanalysis.planning.workdays import add_workdays
from perfanalysis.suite.views.by_unit import ByUnit, by_unit, kept
from perfanalysis.suite.views.common import Said, with_units
from perfanalysis.suite.views.spending import Spending, monitored_spending, spending_finding
from perfanalysis.suite.workyear import WorkYear

MONTHS = 12
MOST_KINDS = 12
FORESEEN = (
    "expected_wan",
    "expected_low_wan",
    "expected_high_wan",
    "expected_sd_wan",
    "unspent_wan",
    "unspent_low_wan",
    "unspent_high_wan",
)
SO_FAR = {"executed_wan": "so_far_wan"}
"""What was spent by the end of the month is not called as that of the whole year is."""
PRINTED = 2
"""Decimals of money: a unit's page changes where what it prints does."""


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
        Projects and money by light and by quadrant, in their order.
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


@dataclass(frozen=True)
class UnitMonitoring:
    """What a unit's section on dual monitoring shows.

    Attributes
    ----------
    month : int
    day : date
        Of the report.
    ended : bool
        The monitored year was over on that day.
    projects : DataFrame
        Its monitored projects, most money first; forecasts to 0.01 万元.
    trouble : DataFrame
        Those in trouble, with ``why``.
    goals : DataFrame
        Indicators whose target is not certain to be reached.
    warnings, spot : DataFrame
        Its own rows.
    """

    month: int
    day: date
    ended: bool
    projects: pd.DataFrame
    trouble: pd.DataFrame
    goals: pd.DataFrame
    warnings: pd.DataFrame
    spot: pd.DataFrame

    @property
    def unspent(self) -> pd.DataFrame:
        """Its projects with money to be moved."""
        return self.projects[self.projects["action"] != ""]


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


def unit_monitoring(year: WorkYear, unit_id: str) -> UnitMonitoring:
    """Gather the numbers of a unit's section; all are empty where nothing is monitored."""
    if not year.monitoring["projects"]["is_monitored"].any():
        return _nothing_monitored(year)
    parts = _of_units(year)
    return UnitMonitoring(
        month=year.monitored.month,
        day=year.suite.engagement.report_date,
        ended=year.monitored.ended,
        **{name: frame[unit_id] for name, frame in parts.items()},
    )


@kept
def _of_units(year: WorkYear) -> dict[str, ByUnit]:
    """The frames of `UnitMonitoring`, of all units."""
    found = year.monitored
    projects = found.projects.sort_values(
        ["annual_wan", "project_id"], ascending=[False, True], ignore_index=True
    )
    projects = projects.assign(**{name: projects[name].round(PRINTED) for name in FORESEEN})
    unsure = found.goals["likelihood"].isin(["possible", "impossible"])
    frames = {
        "projects": projects,
        "trouble": in_trouble(projects),
        "goals": found.goals[unsure],
        "warnings": found.warnings,
        "spot": found.spot,
    }
    return {name: by_unit(frame) for name, frame in frames.items()}


def _nothing_monitored(year: WorkYear) -> UnitMonitoring:
    """The section of a district that monitors nothing, which needs no rule of monitoring."""
    nothing = pd.DataFrame({"action": pd.Series(dtype="str")})
    day = year.suite.engagement.report_date
    return UnitMonitoring(MONTHS, day, False, nothing, nothing, nothing, nothing, nothing)


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
        said.append(spending_finding(view.spending))
    return said


def _held(whole: dict[str, Any], month: dict[str, Any]) -> list[Said]:
    """Whether the year ended inside the interval foreseen; nothing while it goes on."""
    if pd.isna(whole["year_end"]):
        return []
    inside = whole["low"] <= whole["year_end"] <= whole["high"]
    return [("expected-inside" if inside else "expected-outside", whole | month)]


def trouble_sentences(view: UnitMonitoring, year: WorkYear) -> list[Said]:
    """One sentence a project in trouble: how far, why, how much will not be spent, what is due.

    Keys of ``30_unit``.
    """
    warnings = view.warnings.drop_duplicates("project_id").set_index("project_id")
    said: list[Said] = []
    for row in view.trouble.itertuples(index=False):
        values = {
            "project": row.name,
            "month": str(view.month),
            "annual": row.annual_wan,
            "share": row.executed_share,
            "elapsed": row.elapsed_share,
            "clauses": _clauses(row, warnings, view, year),
        }
        said.append(("trouble", values))
    return said


def _clauses(row: Any, warnings: pd.DataFrame, view: UnitMonitoring, year: WorkYear) -> list[Said]:
    clauses: list[Said] = []
    if pd.notna(row.planned_share):
        clauses.append(("trouble-plan", {"planned": row.planned_share}))
    if pd.notna(row.attained):
        clauses.append(("trouble-goals", {"attained": row.attained}))
    if row.impossible > 0:
        clauses.append(("trouble-impossible", {"n": int(row.impossible)}))
    if isinstance(row.notes, str) and row.notes:
        clauses.append(("trouble-cause", {"notes": row.notes}))
    elif row.project_id in warnings.index and isinstance(
        warnings.at[row.project_id, "answer"], str
    ):
        clauses.append(("trouble-cause", {"notes": warnings.at[row.project_id, "answer"]}))
    else:
        clauses.append(("trouble-cause-none", {}))
    if pd.notna(row.unspent_wan):
        amounts = {"low": row.unspent_low_wan, "high": row.unspent_high_wan}
        clauses.append(("trouble-unspent", amounts | {"unspent": row.unspent_wan}))
    if row.action:
        clauses.append((f"trouble-{row.action}", {}))
    if pd.notna(row.unused_wan):
        left = {"year": year.monitoring_year, "spent": row.year_end_wan, "left": row.unused_wan}
        clauses.append(("trouble-left", left))
    clauses.append(_due(row.project_id, warnings, view, year))
    return clauses


def _due(project: str, warnings: pd.DataFrame, view: UnitMonitoring, year: WorkYear) -> Said:
    """What is due of a project, and when."""
    if project not in warnings.index and view.ended:
        return "trouble-unwarned-ended", {"year": year.monitoring_year}
    if project not in warnings.index:
        rules = year.monitoring_rules
        off, on = (
            [date.fromisoformat(str(each)) for each in rules.value(f"monitor.days_{name}")]
            for name in ("off", "on")
        )
        days = rules.value("monitor.answer_days")
        due = add_workdays(view.day, days, off=off, on=on)
        return "trouble-unwarned", {"days": days, "day": view.day, "due": due}
    warning = warnings.loc[project]
    values = {"due": warning["due"].date(), "id": warning["warning_id"]}
    if warning["status"] in ("overdue", "open"):
        return f"trouble-{warning['status']}", values
    if warning["closed"]:
        return "trouble-closed", values | {"day": warning["corrected"].date()}
    return "trouble-uncorrected", values | {"day": warning["answered"].date()}


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
        "elapsed": year.monitored.month / 12,
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
        }
    )
    return table.reindex(list(codes), fill_value=0).rename_axis(by).reset_index()


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
    "MonitoringView",
    "UnitMonitoring",
    "in_trouble",
    "monitoring_findings",
    "monitoring_view",
    "trouble_sentences",
    "unit_monitoring",
]
