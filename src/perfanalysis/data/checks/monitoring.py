"""Monitoring tables against themselves and against the year's result."""

from __future__ import annotations

import pandas as pd

from perfanalysis.data.checks.registry import TOLERANCE_WAN, check, hits, looked_up, project_money
from perfanalysis.data.tables import YearData

_SERIES = ["project_id", "source"]


@check(
    "monitoring-not-cumulative",
    "error",
    table="monitoring_funds",
    column="executed_wan",
    problem="累计执行数小于上一次填报",
    remedy="监控表填年初至当月末的累计数，请核实是否填了当月数。",
)
def monitoring_not_cumulative(year: YearData) -> pd.DataFrame:
    rows = year["monitoring_funds"].sort_values([*_SERIES, "month"])
    rows = rows.assign(before=rows.groupby(_SERIES)["executed_wan"].shift())
    less = rows["executed_wan"] < rows["before"] - TOLERANCE_WAN
    template = "{}月 {}，上一次 {}"
    return hits(rows.loc[less], "project_id", template, "month", "executed_wan", "before")


@check(
    "monitoring-beyond-executed",
    "warning",
    table="monitoring_funds",
    column="executed_wan",
    needs=("funds",),
    problem="最后一次监控的累计执行数大于全年执行数",
    remedy="请核实全年执行数是否漏记，或监控数是否虚列。",
)
def monitoring_beyond_executed(year: YearData) -> pd.DataFrame:
    rows = year["monitoring_funds"].sort_values([*_SERIES, "month"])
    rows = rows.assign(year_end=looked_up(rows["project_id"], project_money(year)["executed_wan"]))
    last = ~rows.duplicated(_SERIES, keep="last")
    beyond = last & (rows["executed_wan"] > rows["year_end"] + TOLERANCE_WAN)
    template = "{}月 {}，全年 {}"
    return hits(rows.loc[beyond], "project_id", template, "month", "executed_wan", "year_end")


@check(
    "monitoring-expects-less",
    "warning",
    table="monitoring_funds",
    column="expected_year_end_wan",
    problem="全年预计执行数小于已累计的执行数",
    remedy="请核实全年预计数。",
)
def monitoring_expects_less(year: YearData) -> pd.DataFrame:
    rows = year["monitoring_funds"]
    less = rows["expected_year_end_wan"] < rows["executed_wan"] - TOLERANCE_WAN
    template = "预计 {}，已执行 {}"
    columns = ("expected_year_end_wan", "executed_wan")
    return hits(rows.loc[less], "project_id", template, *columns)


@check(
    "monitoring-missing",
    "warning",
    table="projects",
    column="is_monitored",
    needs=("monitoring_funds",),
    problem="该项目纳入监控，但没有预算执行监控数据",
    remedy="请催报监控表；未监控的更正“是否纳入监控”。",
)
def monitoring_missing(year: YearData) -> pd.DataFrame:
    projects, monitored = year["projects"], year["monitoring_funds"]
    without = projects["is_monitored"] & ~projects["project_id"].isin(monitored["project_id"])
    return hits(projects.loc[without & (len(monitored) > 0)], "project_id")


@check(
    "monitoring-unexpected",
    "warning",
    table="monitoring_funds",
    column="project_id",
    needs=("projects",),
    problem="该项目有监控数据，但未列为监控项目",
    remedy="请核对项目表的“是否纳入监控”。",
)
def monitoring_unexpected(year: YearData) -> pd.DataFrame:
    projects = year["projects"]
    others = projects.loc[~projects["is_monitored"], "project_id"]
    rows = year["monitoring_funds"].drop_duplicates("project_id")
    return hits(rows.loc[rows["project_id"].isin(others)], "project_id")
