"""Dual monitoring (双监控): money against time and plan, goals against plan, project by project."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from perfanalysis.data.lookup import numbers_of, texts_of
from perfanalysis.data.tables import YearData
from perfanalysis.money.execution import project_funds
from perfanalysis.planning.forecast import (
    expected_year_end,
    paced,
    past_rests,
    spending_kinds,
)
from perfanalysis.planning.goals import goal_rows, project_goals
from perfanalysis.planning.warnings import warning_status
from perfanalysis.rules.values import RulesInForce

QUADRANTS = ("slow_slow", "slow_fast", "fast_slow", "fast_fast")
"""Money, then goals: slow or keeping up."""
LIGHTS = ("red", "yellow", "green")
ACTIONS = ("recover", "redeploy", "transfer")
MONTHS = 12


@dataclass(frozen=True)
class Monitoring:
    """Dual monitoring of a budget year at the end of a month.

    Attributes
    ----------
    month : int
    ended : bool
        The year was over on the day of the report.
    projects : DataFrame
        See `monitor_projects`; with ``year_end_wan`` (executed in the whole year), ``unused_wan``
        (annual minus that, not under 0): both missing while the year goes on.
    goals : DataFrame
        The unit's own reports: see `goal_rows`, with ``unit_id`` and ``name`` of the project.
    spot : DataFrame
        Third parties' figures beside the units': see `spot_checks`.
    warnings : DataFrame
        See `warning_status`.
    """

    month: int
    ended: bool
    projects: pd.DataFrame
    goals: pd.DataFrame
    spot: pd.DataFrame
    warnings: pd.DataFrame

    def unspent(self) -> pd.DataFrame:
        """Projects with money that will not be spent, enough to be moved: the most first."""
        chosen = self.projects[self.projects["action"] != ""]
        return chosen.sort_values(
            ["unspent_wan", "project_id"], ascending=[False, True], ignore_index=True
        )


def monitor(
    year: YearData,
    rules: RulesInForce,
    *,
    day: date,
    past: Sequence[YearData] = (),
    month: int | None = None,
) -> Monitoring:
    """Monitor a budget year as it stands at the end of a month.

    Parameters
    ----------
    year : YearData
        The monitored year. What is dated after the month is not looked at, but for warnings, which
        follow it and are looked at as of `day`, and the year's end, once it is past on `day`.
    rules : RulesInForce
        With the rules of monitoring (``monitor.*``).
    day : date
        Day of the report, for what is overdue.
    past : sequence of YearData
        Years from which the end of this one is foreseen; without any nothing is.
    month : int, optional
        1 to 12; ``monitor.month`` if left out.

    Returns
    -------
    Monitoring

    Raises
    ------
    RuleNotInForceError
        If a rule of monitoring has no value on the date.

    References
    ----------
    财政部，《中央部门预算绩效运行监控管理暂行办法》，财预〔2019〕136号。
    """
    month = int(rules.value("monitor.month")) if month is None else month
    goals = goal_rows(year, month=month, source="unit")
    projects = monitor_projects(year, rules, goals, month=month, past=past)
    named = year["projects"][["project_id", "unit_id", "name"]]
    ended = day > date(year.budget_year, MONTHS, 31)
    return Monitoring(
        month=month,
        ended=ended,
        projects=projects.assign(**_year_end(year, projects, ended=ended)),
        goals=goals.merge(named, on="project_id", how="left"),
        spot=spot_checks(year, projects, rules, month=month),
        warnings=warning_status(year, rules, day=day),
    )


def monitor_projects(
    year: YearData,
    rules: RulesInForce,
    goals: pd.DataFrame,
    *,
    month: int,
    past: Sequence[YearData] = (),
) -> pd.DataFrame:
    """Every monitored project at the end of a month, in the order of the table.

    Parameters
    ----------
    year : YearData
        ``projects``, ``funds``, ``budget_lines``, ``monitoring_funds``.
    rules : RulesInForce
    goals : DataFrame
        From `goal_rows`.
    month : int
    past : sequence of YearData

    Returns
    -------
    DataFrame
        ``project_id``, ``unit_id``, ``name``, ``kind`` (of spending), ``annual_wan`` (carry-over
        inside), ``carried_in_wan``, ``executed_wan`` (by the unit), ``executed_share``,
        ``elapsed_share``, ``planned_share`` (its own plan), ``gap`` and ``plan_gap`` (executed
        share minus these, ratios), ``goals`` … ``notes`` of `project_goals`, ``money_slow``,
        ``goals_slow`` (missing where not known), ``quadrant`` (`QUADRANTS` or empty), ``light``
        (`LIGHTS` or empty), ``light_rule``, the columns of `expected_year_end`, ``stated_wan``
        (the unit's own expectation), ``unspent_wan`` = annual − expected with
        ``unspent_low_wan``, ``unspent_high_wan``, ``action`` (`ACTIONS`; empty where the light is
        green and every goal in reach, or less than ``monitor.adjust_from`` is left),
        ``where`` (cell of what the unit reported).
    """
    table = _money(year, month).join(project_goals(goals), on="project_id")
    table = table.assign(elapsed_share=month / MONTHS)
    table["executed_share"] = table["executed_wan"] / table["annual_wan"].where(
        table["annual_wan"] > 0
    )
    table["gap"] = table["executed_share"] - table["elapsed_share"]
    table["plan_gap"] = table["executed_share"] - table["planned_share"]
    table = table.join(_quadrants(table, rules)).join(_lights(table, rules, month))
    slow = rules.value("monitor.forecast_slow")
    foreseen = expected_year_end(
        table.assign(kind=paced(table["kind"], table["executed_share"], month=month, slow=slow)),
        past_rests(past, month, slow=slow),
        level=rules.value("monitor.forecast_level"),
        least=rules.value("monitor.forecast_least"),
    )
    table = table.join(foreseen)
    for name, expected in (
        ("unspent_wan", "expected_wan"),
        ("unspent_low_wan", "expected_high_wan"),
        ("unspent_high_wan", "expected_low_wan"),
    ):
        table[name] = (table["annual_wan"] - table[expected]).clip(lower=0)
    return table.assign(action=_actions(table, rules))


def _money(year: YearData, month: int) -> pd.DataFrame:
    """Budget, and what the unit reported at the end of the month or else last before it."""
    projects = year["projects"]
    own = projects.loc[projects["is_monitored"], ["project_id", "unit_id", "name"]]
    funds = project_funds(year["funds"])["annual_wan"]
    carried = year["funds"].groupby("project_id")["carried_in_wan"].sum()
    reported = year["monitoring_funds"].rename_axis("row").reset_index()
    reported = reported[(reported["source"] == "unit") & (reported["month"] <= month)]
    latest = reported.sort_values(["month", "row"], kind="stable").drop_duplicates(
        "project_id", keep="last"
    )
    latest = latest[latest["month"] == month].set_index("project_id")
    where = pd.Series(
        [str(year.where("monitoring_funds", row, "executed_wan")) for row in latest["row"]],
        latest.index,
        dtype="str",
    )
    ids = own["project_id"]
    return own.assign(
        kind=texts_of(ids, spending_kinds(year)),
        annual_wan=numbers_of(ids, funds),
        carried_in_wan=numbers_of(ids, carried).fillna(0.0),
        executed_wan=numbers_of(ids, latest["executed_wan"]),
        planned_share=numbers_of(ids, latest["planned_share"]),
        stated_wan=numbers_of(ids, latest["expected_year_end_wan"]),
        where=texts_of(ids, where, missing=""),
    ).reset_index(drop=True)


def _year_end(year: YearData, projects: pd.DataFrame, *, ended: bool) -> dict[str, pd.Series]:
    """What was spent in the whole year, and what was left, once the year is over."""
    funds = project_funds(year["funds"])
    executed = funds.loc[~funds["partial"], "executed_wan"]
    spent = numbers_of(projects["project_id"], executed if ended else {})
    return {
        "year_end_wan": spent,
        "unused_wan": (projects["annual_wan"] - spent).clip(lower=0),
    }


def _quadrants(table: pd.DataFrame, rules: RulesInForce) -> pd.DataFrame:
    """Money slow or not × goals slow or not; against the elapsed share where there is no plan."""
    behind = table["plan_gap"].fillna(table["gap"])
    known = behind.notna() & table["attained"].notna()
    money = (behind < -rules.value("monitor.plan_gap")).to_numpy()
    goals = (table["attained"] < rules.value("monitor.goal_share")).to_numpy()
    code = 2 * (~money).astype(int) + (~goals).astype(int)
    quadrant = np.where(known, np.array(QUADRANTS)[code], "")
    return pd.DataFrame(
        {
            "money_slow": pd.Series(money, table.index).where(behind.notna()),
            "goals_slow": pd.Series(goals, table.index).where(table["attained"].notna()),
            "quadrant": pd.Series(quadrant, table.index, dtype="str"),
        }
    )


def _lights(table: pd.DataFrame, rules: RulesInForce, month: int) -> pd.DataFrame:
    """Red and yellow by the gap to the elapsed share; red too under the floor of the last node."""
    gaps = rules.value("monitor.lights")
    behind = -table["gap"]
    light = np.select(
        [behind.isna(), behind > gaps["red"], behind > gaps["yellow"]],
        ["", "red", "yellow"],
        "green",
    )
    rule = np.where(light == "", "", "monitor.lights")
    nodes = [node for node in rules.value("monitor.nodes") if node["month"] <= month]
    if nodes:
        floor = max(nodes, key=lambda node: int(node["month"]))["floor"]
        under = (table["executed_share"] < floor).to_numpy()
        light = np.where(under, "red", light)
        rule = np.where(under, "monitor.nodes", rule)
    return pd.DataFrame({"light": light, "light_rule": rule}, index=table.index, dtype="str")


def _actions(table: pd.DataFrame, rules: RulesInForce) -> pd.Series:
    """What to do with money that will not be spent; nothing where it is little."""
    rule = rules.value("monitor.actions")
    enough = table["unspent_wan"] >= rules.value("monitor.adjust_from")
    enough &= (table["light"] != "green") | (table["impossible"].fillna(0) > 0)
    action = np.select(
        [~enough, table["impossible"].fillna(0) > 0, table["carried_in_wan"] > 0],
        ["", rule["impossible"], rule["carried_in"]],
        rule["otherwise"],
    )
    return pd.Series(action, table.index, dtype="str")


def spot_checks(
    year: YearData, projects: pd.DataFrame, rules: RulesInForce, *, month: int
) -> pd.DataFrame:
    """What third parties found beside what the unit reported for the same month.

    Returns
    -------
    DataFrame
        The latest month of each project up to `month`: ``project_id``, ``unit_id``, ``name``,
        ``month``, ``unit_wan``, ``third_wan``, ``difference_wan`` (unit − third party),
        ``difference_share`` (of the annual budget), ``differs`` (beyond
        ``monitor.spot_tolerance``), ``unit_attained``, ``third_attained`` (goals, see
        `goal_rows`), ``where`` (cell of the unit's figure). Largest difference first.
    """
    table = year["monitoring_funds"].rename_axis("row").reset_index()
    table = table[table["month"] <= month]
    third = table[table["source"] == "third_party"].sort_values("month", kind="stable")
    third = third.drop_duplicates("project_id", keep="last")
    unit = table[table["source"] == "unit"]
    both = third.merge(unit, on=["project_id", "month"], suffixes=("_third", "_unit"))
    both = both.merge(projects[["project_id", "unit_id", "name", "annual_wan"]], on="project_id")
    difference = both["executed_wan_unit"] - both["executed_wan_third"]
    share = difference / both["annual_wan"].where(both["annual_wan"] > 0)
    attained = {
        source: project_goals(goal_rows(year, month=month, source=source))["attained"]
        for source in ("unit", "third_party")
    }
    found = both.assign(
        unit_wan=both["executed_wan_unit"],
        third_wan=both["executed_wan_third"],
        difference_wan=difference,
        difference_share=share,
        differs=share.abs() > rules.value("monitor.spot_tolerance"),
        unit_attained=numbers_of(both["project_id"], attained["unit"]),
        third_attained=numbers_of(both["project_id"], attained["third_party"]),
        where=[
            str(year.where("monitoring_funds", row, "executed_wan")) for row in both["row_unit"]
        ],
        size=difference.abs(),
    )
    found = found.sort_values(["size", "project_id"], ascending=[False, True], ignore_index=True)
    columns = ["project_id", "unit_id", "name", "month", "unit_wan", "third_wan"]
    columns += ["difference_wan", "difference_share", "differs", "unit_attained"]
    return found[[*columns, "third_attained", "where"]]


__all__ = [
    "ACTIONS",
    "LIGHTS",
    "MONTHS",
    "QUADRANTS",
    "Monitoring",
    "monitor",
    "monitor_projects",
    "spot_checks",
]
