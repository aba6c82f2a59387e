"""Scores, panels and surveys of the evaluation itself, and the units' own totals."""

from __future__ import annotations

import pandas as pd

from perfanalysis.data.checks.registry import (
    TOLERANCE_POINTS,
    TOLERANCE_WAN,
    check,
    hits,
    looked_up,
    project_money,
)
from perfanalysis.data.tables import YearData

FULL_POINTS = 100.0


@check(
    "key-scores-missing",
    "error",
    table="projects",
    column="is_key",
    needs=("key_scores",),
    problem="该项目列为重点评价，但没有评价组得分",
    remedy="请录入评价组的评分，或更正“是否重点评价”。",
)
def key_scores_missing(year: YearData) -> pd.DataFrame:
    return _without_scores(year, "is_key")


@check(
    "special-scores-missing",
    "warning",
    table="projects",
    column="is_special",
    needs=("key_scores",),
    problem="该项目列为专题评价，但没有评价组得分",
    remedy="请录入评价组的评分，或更正“是否专题评价”。",
)
def special_scores_missing(year: YearData) -> pd.DataFrame:
    return _without_scores(year, "is_special")


def _without_scores(year: YearData, flag: str) -> pd.DataFrame:
    projects = year["projects"]
    without = projects[flag] & ~projects["project_id"].isin(year["key_scores"]["project_id"])
    return hits(projects.loc[without], "project_id")


@check(
    "key-scores-unexpected",
    "warning",
    table="key_scores",
    column="project_id",
    needs=("projects",),
    problem="该项目有评价组得分，但既未列为重点评价也未列为专题评价",
    remedy="请核对项目表的“是否重点评价”“是否专题评价”。",
)
def key_scores_unexpected(year: YearData) -> pd.DataFrame:
    projects = year["projects"]
    others = projects.loc[~(projects["is_key"] | projects["is_special"]), "project_id"]
    rows = year["key_scores"].drop_duplicates("project_id")
    return hits(rows.loc[rows["project_id"].isin(others)], "project_id")


@check(
    "key-points-sum",
    "error",
    table="key_scores",
    column="points",
    problem="该项目重点评价指标的分值之和不是100",
    remedy="请核对各指标分值，补齐漏录的指标。",
)
def key_points_sum(year: YearData) -> pd.DataFrame:
    scores = year["key_scores"]
    total = scores.groupby("project_id")["points"].transform("sum")
    rows = scores.assign(total=total).drop_duplicates("project_id")
    off = (rows["total"] - FULL_POINTS).abs() > TOLERANCE_POINTS
    return hits(rows.loc[off], "project_id", "{}", "total")


@check(
    "key-score-over-points",
    "error",
    table="key_scores",
    column="score",
    problem="评价组得分高于分值",
    remedy="请核对底稿后更正。",
)
def key_score_over_points(year: YearData) -> pd.DataFrame:
    return _over(year["key_scores"], "score", "points", "indicator")


@check(
    "reviewer-score-over-points",
    "error",
    table="key_scores",
    column="reviewer_score",
    problem="复核得分高于分值",
    remedy="请核对底稿后更正。",
)
def reviewer_score_over_points(year: YearData) -> pd.DataFrame:
    return _over(year["key_scores"], "reviewer_score", "points", "indicator")


@check(
    "check-points-over",
    "error",
    table="key_scores",
    column="check_points_met",
    problem="达到的评价要点多于要点总数",
    remedy="请核对底稿后更正。",
)
def check_points_over(year: YearData) -> pd.DataFrame:
    rows = year["key_scores"]
    over = (rows["check_points_met"] > rows["check_points"]).fillna(False)
    template = "达到 {} 个，共 {} 个"
    return hits(rows.loc[over], "indicator", template, "check_points_met", "check_points")


@check(
    "panel-score-over-full",
    "error",
    table="panel_scores",
    column="score",
    problem="专家评分高于满分",
    remedy="请对照评分表原件更正。",
)
def panel_score_over_full(year: YearData) -> pd.DataFrame:
    return _over(year["panel_scores"], "score", "full", "indicator")


@check(
    "target-review-score-over-full",
    "error",
    table="target_review",
    column="score",
    problem="目标审核得分高于满分",
    remedy="请对照审核表原件更正。",
)
def target_review_score_over_full(year: YearData) -> pd.DataFrame:
    return _over(year["target_review"], "score", "full", "project_id")


@check(
    "pre-assessment-score-over-full",
    "error",
    table="pre_assessment",
    column="score",
    problem="事前评估得分高于满分",
    remedy="请对照评估表原件更正。",
)
def pre_assessment_score_over_full(year: YearData) -> pd.DataFrame:
    return _over(year["pre_assessment"], "score", "full", "project_id")


def _over(rows: pd.DataFrame, score: str, full: str, subject: str) -> pd.DataFrame:
    over = rows[score] > rows[full] + TOLERANCE_POINTS
    return hits(rows.loc[over], subject, "得分 {}，满分 {}", score, full)


@check(
    "respondent-in-two-projects",
    "warning",
    table="survey",
    column="respondent_id",
    problem="同一受访者编号出现在两个项目中",
    remedy="请核实是否编号重复；确为同一人的，按项目分别编号。",
)
def respondent_in_two_projects(year: YearData) -> pd.DataFrame:
    survey = year["survey"]
    first = survey.drop_duplicates(["respondent_id", "project_id"])
    repeated = first.duplicated("respondent_id")
    return hits(first.loc[repeated], "respondent_id", "{}", "project_id")


@check(
    "survey-stratum-unknown",
    "error",
    table="survey",
    column="stratum",
    needs=("survey_frame",),
    problem="受访者的分层在调查总体中不存在，无法加权",
    remedy="请在 survey_frame 中补录该分层的总体人数。",
)
def survey_stratum_unknown(year: YearData) -> pd.DataFrame:
    survey, frame = year["survey"], year["survey_frame"]
    rows = survey.loc[survey["stratum"].notna()].drop_duplicates(["project_id", "stratum"])
    keys = pd.MultiIndex.from_frame(rows[["project_id", "stratum"]])
    strange = ~keys.isin(pd.MultiIndex.from_frame(frame[["project_id", "stratum"]]))
    return hits(rows.loc[strange & (len(frame) > 0)], "project_id", "{}", "stratum")


_SUMS = {"budget": "initial_wan", "budget_completed": "executed_wan"}


@check(
    "unit-total-short",
    "error",
    table="unit_finance",
    column="value",
    needs=("projects", "funds"),
    problem="单位的总数小于其项目之和",
    remedy="请核对单位财务指标与项目资金表的口径。",
)
def unit_total_short(year: YearData) -> pd.DataFrame:
    rows = _with_project_sums(year, _SUMS)
    short = rows["value"] < rows["projects"] - TOLERANCE_WAN
    return hits(rows.loc[short], "unit_id", "总数 {}，项目之和 {}", "value", "projects")


@check(
    "unit-project-spending-differs",
    "warning",
    table="unit_finance",
    column="value",
    needs=("projects", "funds"),
    problem="单位的项目总支出与其各项目执行数之和不一致",
    remedy="请核对单位财务指标与项目资金表，补齐漏列的项目。",
)
def unit_project_spending_differs(year: YearData) -> pd.DataFrame:
    rows = _with_project_sums(year, {"project_spending": "executed_wan"})
    apart = (rows["value"] - rows["projects"]).abs() > TOLERANCE_WAN
    template = "项目总支出 {}，项目之和 {}"
    return hits(rows.loc[apart], "unit_id", template, "value", "projects")


def _with_project_sums(year: YearData, items: dict[str, str]) -> pd.DataFrame:
    """The unit_finance rows of some items beside the sum over the unit's projects,."""
    projects, finance = year["projects"], year["unit_finance"]
    money = projects[["project_id", "unit_id"]].join(project_money(year), on="project_id")
    sums = money.groupby("unit_id")[list(set(items.values()))].sum(skipna=False)
    beside = pd.Series(float("nan"), index=finance.index)
    for item, column in items.items():
        of_item = finance["item"] == item
        beside = beside.mask(of_item, looked_up(finance["unit_id"], sums[column]))
    return finance.assign(projects=beside)
