"""What to look at in the team's scores of key projects."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from perfanalysis.data.findings import Finding, Severity, Where
from perfanalysis.data.tables import YearData
from perfanalysis.rules.values import RulesInForce
from perfanalysis.scoring.exact import POINTS_TOLERANCE
from perfanalysis.scoring.key_rules import MONEY_METHODS

RATE_TOLERANCE = 0.0005
"""Rates are printed in percent with one decimal."""
_NEEDED = (
    ("key-reason-missing", "reason", "扣分理由"),
    ("key-evidence-missing", "evidence_id", "底稿编号"),
)
_BY = {
    "check_points": "达到要点{met:g}个，共{asked:g}个",
    "funding_rate": "到位{part:,.6g}÷预算{whole:,.6g}",
    "spend_rate": "支出{part:,.6g}÷到位{whole:,.6g}",
    "quality_rate": "达标{part:,.6g}÷实际产出{whole:,.6g}",
}


def key_findings(
    year: YearData,
    projects: pd.DataFrame,
    indicators: pd.DataFrame,
    framework: pd.DataFrame,
    rules: RulesInForce,
) -> Iterator[Finding]:
    """Refused projects (error), then what needs a look, by kind and row."""
    yield from _refused(year, projects)
    yield from _unknown(year, indicators)
    yield from _differing(year, indicators, rules.value("key.score_tolerance"))
    yield from _without_reason(year, indicators)
    yield from _other_money(year, indicators)
    yield from _other_denominator(year, indicators)
    yield from _other_points(year, projects, indicators, framework)
    yield from _under_floor(year, projects, indicators, rules)


def _finding(
    code: str,
    severity: Severity,
    subject: str,
    where: Where,
    said: tuple[str, str, str],
) -> Finding:
    found, problem, remedy = said
    return Finding(code, severity, subject, where, found, f"{where} {problem}", remedy)


def _refused(year: YearData, projects: pd.DataFrame) -> Iterator[Finding]:
    for row in projects.loc[projects["status"] == "refused"].itertuples():
        where = year.where("projects", row.Index, "project_id")
        problem = f"重点评价项目{row.name}未计总分、不定等级：{row.refused_reason}"
        remedy = "请评价组补录或更正得分。"
        said = (row.refused_reason, problem, remedy)
        yield _finding("key-score-refused", "error", row.project_id, where, said)


def _unknown(year: YearData, rows: pd.DataFrame) -> Iterator[Finding]:
    for row in rows.loc[rows["level1"].isna()].itertuples():
        where = year.where("key_scores", row.Index, "indicator")
        problem = f"指标“{row.level3}”不在指标体系中"
        remedy = "请按规则 key.framework 的三级指标填写，或在本区规则文件中增加该指标。"
        said = (row.level3, problem, remedy)
        yield _finding("key-indicator-unknown", "error", row.project_id, where, said)


def _differing(year: YearData, rows: pd.DataFrame, tolerance: float) -> Iterator[Finding]:
    apart = rows["difference"].abs() > tolerance + POINTS_TOLERANCE / 10
    for row in rows.loc[apart].itertuples():
        where = year.where("key_scores", row.Index, "score")
        by = _BY.get(row.method, "实际{part:,.6g}，计划{whole:,.6g}").format(
            met=float(row.check_points_met) if pd.notna(row.check_points_met) else 0.0,
            asked=float(row.check_points) if pd.notna(row.check_points) else 0.0,
            part=row.part,
            whole=row.whole,
        )
        problem = (
            f"指标“{row.level3}”评价组{row.score:.2f}分，按规则{row.rule_score:.2f}分"
            f"（{by}），相差{row.difference:+.2f}分"
        )
        remedy = "得分以评价组为准；请核对底稿，并写明与规则不同的理由。"
        said = (f"{row.score:.2f}", problem, remedy)
        yield _finding("key-score-differs", "warning", row.project_id, where, said)


def _without_reason(year: YearData, rows: pd.DataFrame) -> Iterator[Finding]:
    lost = rows["score"] < rows["points"] - POINTS_TOLERANCE
    for code, column, label in _NEEDED:
        for row in rows.loc[lost & rows[column].isna()].itertuples():
            where = year.where("key_scores", row.Index, column)
            problem = f"指标“{row.level3}”扣{row.points - row.score:.2f}分，没有{label}"
            said = ("", problem, f"请评价组补填{label}。")
            yield _finding(code, "warning", row.project_id, where, said)


def _other_money(year: YearData, rows: pd.DataFrame) -> Iterator[Finding]:
    of_money = rows["method"].isin(list(MONEY_METHODS)) & (rows["planned"] > 0)
    own, funds = rows["actual"] / rows["planned"], rows["part"] / rows["whole"]
    apart = of_money & ((own - funds).abs() > RATE_TOLERANCE)
    for row in rows.loc[apart].itertuples():
        where = year.where("key_scores", row.Index, "actual")
        found = f"{row.actual / row.planned:.1%}"
        problem = f"{row.level3}按评价组所填为{found}，按资金表为{row.part / row.whole:.1%}"
        said = (found, problem, "请核对分母：资金到位率÷预算资金，预算执行率÷实际到位资金。")
        yield _finding("key-money-differs", "warning", row.project_id, where, said)


def _other_denominator(year: YearData, rows: pd.DataFrame) -> Iterator[Finding]:
    made = rows.loc[rows["method"] == "completion_rate"].drop_duplicates("project_id")
    made = made.set_index("project_id")[["actual", "measure_unit"]]
    quality = rows.loc[rows["method"] == "quality_rate"].join(
        made.add_prefix("made_"), on="project_id"
    )
    same_unit = quality["measure_unit"] == quality["made_measure_unit"]
    same_unit &= quality["measure_unit"] != "%"  # a rate is of the actual output already
    for row in quality.loc[same_unit & (quality["planned"] != quality["made_actual"])].itertuples():
        where = year.where("key_scores", row.Index, "planned")
        found = f"{row.planned:,.6g}"
        problem = f"质量达标率的分母为{found}，而实际产出数为{row.made_actual:,.6g}"
        said = (found, problem, "质量达标率＝质量达标产出数÷实际产出数，请核对。")
        yield _finding("key-quality-denominator", "warning", row.project_id, where, said)


def _other_points(
    year: YearData, projects: pd.DataFrame, rows: pd.DataFrame, framework: pd.DataFrame
) -> Iterator[Finding]:
    apart = rows.loc[(rows["points"] - rows["rule_points"]).abs() > POINTS_TOLERANCE]
    absent = pd.MultiIndex.from_product([projects["project_id"], framework.index])
    absent = absent.difference(pd.MultiIndex.from_frame(rows[["project_id", "level3"]]))
    for project in projects.itertuples():
        own = apart.loc[apart["project_id"] == project.project_id]
        texts = [
            f"{row.level3}{row.points:g}（规则{row.rule_points:g}）" for row in own.itertuples()
        ]
        texts += [f"未用{name}" for owner, name in absent if owner == project.project_id]
        if not texts or project.points == 0:
            continue
        where = year.where("projects", project.Index, "project_id")
        found = "、".join(texts)
        problem = f"项目{project.name}的分值与规则不同：{found}"
        said = (found, problem, "分值可以按项目调整，请在报告中说明理由。")
        yield _finding("key-points-differ", "note", project.project_id, where, said)


def _under_floor(
    year: YearData, projects: pd.DataFrame, rows: pd.DataFrame, rules: RulesInForce
) -> Iterator[Finding]:
    floor = rules.value("key.output_benefit_floor")
    results = rows.loc[rows["level1"].isin(["output", "benefit"])]
    points = results.groupby("project_id")["points"].sum()
    share = projects["project_id"].map(points).astype("float64") / projects["points"]
    for row in projects.assign(share=share).loc[share < floor - 1e-9].itertuples():
        where = year.where("projects", row.Index, "project_id")
        problem = f"项目{row.name}产出与效益指标占{row.share:.1%}，低于{floor:.0%}"
        said = (f"{row.share:.1%}", problem, "原则上不低于该比例，请调整分值或说明理由。")
        yield _finding("key-output-benefit-floor", "warning", row.project_id, where, said)


__all__ = ["key_findings"]
