"""Units, projects and their indicators: who belongs to whom, and what is missing."""

from __future__ import annotations

import pandas as pd

from perfanalysis.data.checks.registry import (
    TOLERANCE_POINTS,
    Standards,
    check,
    hits,
    looked_up,
)
from perfanalysis.data.tables import YearData

FULL_POINTS = 100.0


@check(
    "parent-unknown",
    "error",
    table="projects",
    column="parent_id",
    problem="一级项目编码在项目表中不存在，而同表其他一级项目在",
    remedy="请核对编码，或在 projects 中补录一级项目。",
)
def parent_unknown(year: YearData) -> pd.DataFrame:
    projects = year["projects"]
    parent = projects["parent_id"]
    known = parent.isin(projects["project_id"])
    strange = parent.notna() & ~known & known.any()
    return hits(projects.loc[strange], "project_id", "{}", "parent_id")


@check(
    "parent-is-child",
    "error",
    table="projects",
    column="parent_id",
    problem="一级项目本身又填了一级项目编码（或填的是自己），层级不清",
    remedy="只有二级项目填一级项目编码，请核对。",
)
def parent_is_child(year: YearData) -> pd.DataFrame:
    projects = year["projects"]
    children = projects.loc[projects["parent_id"].notna()]
    nested = children["parent_id"].isin(children["project_id"])
    return hits(children.loc[nested], "project_id", "{}", "parent_id")


@check(
    "dates-reversed",
    "error",
    table="projects",
    column="end",
    problem="结束日期早于开始日期",
    remedy="请核对项目起止日期。",
)
def dates_reversed(year: YearData) -> pd.DataFrame:
    projects = year["projects"]
    reversed_ = projects["end"] < projects["start"]
    return hits(projects.loc[reversed_], "project_id", "{} 至 {}", "start", "end")


@check(
    "unit-without-project",
    "warning",
    table="units",
    column="unit_id",
    needs=("projects",),
    problem="该单位没有一个项目",
    remedy="请核实是否漏报；确无项目的，覆盖面统计时说明。",
)
def unit_without_project(year: YearData) -> pd.DataFrame:
    units = year["units"]
    return hits(units.loc[~units["unit_id"].isin(year["projects"]["unit_id"])], "unit_id")


@check(
    "department-unknown",
    "warning",
    table="units",
    column="department_id",
    problem="主管部门编码在单位表中不存在",
    remedy="主管部门本身也是预算单位，请补录或核对编码。",
)
def department_unknown(year: YearData) -> pd.DataFrame:
    units = year["units"]
    department = units["department_id"]
    strange = department.notna() & ~department.isin(units["unit_id"])
    return hits(units.loc[strange], "unit_id", "{}", "department_id")


@check(
    "staff-over-quota",
    "note",
    table="units",
    column="staff_actual",
    problem="在职人数多于编制数",
    remedy="请核实口径；人员控制率按此计算。",
)
def staff_over_quota(year: YearData) -> pd.DataFrame:
    units = year["units"]
    over = (units["staff_actual"] > units["staff_quota"]).fillna(False)
    template = "在职 {} 人，编制 {} 人"
    return hits(units.loc[over], "unit_id", template, "staff_actual", "staff_quota")


@check(
    "unit-targets-missing",
    "warning",
    table="units",
    column="unit_id",
    needs=("indicators",),
    problem="其他单位填有部门整体绩效指标，该单位没有",
    remedy="请核实是否漏报部门整体绩效目标。",
)
def unit_targets_missing(year: YearData) -> pd.DataFrame:
    units, indicators = year["units"], year["indicators"]
    whole = indicators.loc[indicators["project_id"].isna(), "unit_id"].dropna()
    without = ~units["unit_id"].isin(whole) & (len(whole) > 0)
    return hits(units.loc[without], "unit_id")


@check(
    "indicator-unowned",
    "error",
    table="indicators",
    column="project_id",
    problem="该指标既没有项目编码也没有单位编码",
    remedy="项目指标填项目编码，部门整体指标填单位编码。",
)
def indicator_unowned(year: YearData) -> pd.DataFrame:
    indicators = year["indicators"]
    unowned = indicators["project_id"].isna() & indicators["unit_id"].isna()
    return hits(indicators.loc[unowned], "indicator_id")


@check(
    "indicator-unit-differs",
    "error",
    table="indicators",
    column="unit_id",
    needs=("projects",),
    problem="该指标的单位编码不是其项目所属单位",
    remedy="请核对项目编码与单位编码。",
)
def indicator_unit_differs(year: YearData) -> pd.DataFrame:
    indicators = year["indicators"]
    owner = looked_up(indicators["project_id"], year["projects"].set_index("project_id")["unit_id"])
    rows = indicators.assign(owner=owner)
    apart = owner.notna() & rows["unit_id"].notna() & (rows["unit_id"] != owner)
    return hits(rows.loc[apart], "indicator_id", "填 {}，项目属 {}", "unit_id", "owner")


@check(
    "indicators-missing",
    "error",
    table="projects",
    column="project_id",
    needs=("indicators",),
    problem="该项目已自评，但没有一个绩效指标",
    remedy="请取得该项目的自评表并导入。",
)
def indicators_missing(year: YearData) -> pd.DataFrame:
    projects = year["projects"]
    without = ~projects["project_id"].isin(year["indicators"]["project_id"])
    return hits(projects.loc[without & projects["is_self_evaluated"]], "project_id")


@check(
    "score-without-self-evaluation",
    "warning",
    table="indicators",
    column="self_score",
    needs=("projects",),
    problem="该指标有自评得分，但其项目未列为自评项目",
    remedy="请核对项目表的“是否自评”。",
)
def score_without_self_evaluation(year: YearData) -> pd.DataFrame:
    projects, indicators = year["projects"], year["indicators"]
    others = projects.loc[~projects["is_self_evaluated"], "project_id"]
    scored = indicators["self_score"].notna() & indicators["project_id"].isin(others)
    return hits(indicators.loc[scored], "indicator_id", "{} 分", "self_score")


@check(
    "score-over-points",
    "error",
    table="indicators",
    column="self_score",
    problem="自评得分高于分值",
    remedy="请核对分值与得分；复核得分以分值为上限。",
)
def score_over_points(year: YearData) -> pd.DataFrame:
    indicators = year["indicators"]
    over = indicators["self_score"] > indicators["points"] + TOLERANCE_POINTS
    template = "得分 {}，分值 {}"
    return hits(indicators.loc[over], "indicator_id", template, "self_score", "points")


@check(
    "weights-missing",
    "error",
    table="projects",
    column="project_id",
    needs=("indicators",),
    problem="该项目的指标都没有分值",
    remedy="请补录各指标分值。",
)
def weights_missing(year: YearData) -> pd.DataFrame:
    rows = _self_evaluated_with_points(year)
    return hits(rows.loc[rows["points"].isna()], "project_id")


@check(
    "weights-sum",
    "error",
    table="projects",
    column="project_id",
    needs=("indicators",),
    problem="该项目指标分值与预算执行率分值之和不是100",
    remedy="请核对各指标分值；本地自评表的执行率分值不同的，请写入 rules/local.yaml。",
    by_standards=True,
)
def weights_sum(year: YearData, standards: Standards) -> pd.DataFrame:
    rows, indicators = _self_evaluated_with_points(year), year["indicators"]
    cost = indicators.loc[indicators["level1"] == "cost", "project_id"]
    execution = (
        rows["project_id"]
        .isin(cost)
        .map({True: standards.execution_points_with_cost, False: standards.execution_points})
    )
    rows = rows.assign(execution=execution, total=rows["points"] + execution)
    off = (rows["total"] - FULL_POINTS).abs() > TOLERANCE_POINTS
    template = "指标分值之和 {}，加执行率 {} 为 {}"
    return hits(rows.loc[off], "project_id", template, "points", "execution", "total")


def _self_evaluated_with_points(year: YearData) -> pd.DataFrame:
    """Self-evaluated projects that have indicators, with the sum of those that have points."""
    projects = year["projects"]
    points = year["indicators"].groupby("project_id")["points"].sum(min_count=1)
    there = projects["is_self_evaluated"] & projects["project_id"].isin(points.index)
    return projects.assign(points=looked_up(projects["project_id"], points)).loc[there]
