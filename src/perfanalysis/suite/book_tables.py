"""Tables of the workbook that stand behind the pages on evaluation, several years and assessment.

A table is what a page shows before it is rounded, cut or put into words: names in English, codes
as they are; `labelled_table` puts Chinese headers and labels beside them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Any

import pandas as pd

from perfanalysis.data.export import LABELS
from perfanalysis.evidence.gap import gaps_by
from perfanalysis.report.catalogue import catalogue
from perfanalysis.scoring.gap_rules import gap_by_rule
from perfanalysis.scoring.trends import composition, review_panel, units_of, years_of
from perfanalysis.suite.views.review_gap import stated_on_site
from perfanalysis.suite.views.section import units_by_section
from perfanalysis.suite.views.upward import upward_view
from perfanalysis.suite.workyear import WorkYear

Pair = tuple[pd.DataFrame, pd.DataFrame]
"""A table, and the same with Chinese headers and labels."""

_HEADERS = {
    "project_id": "项目编码",
    "level2": "二级指标",
    "points": "分值",
    "score": "得分（百分制）",
    "full": "分值",
    "kept": "得分",
    "lost": "扣分",
    "reason": "扣分原因",
    "refused_reason": "没有得分的原因",
    "rule": "规则键",
    "basis": "依据类别",
    "document": "依据文件",
    "source_cell": "来源单元格",
    "is_key": "重点",
    "is_special": "专题",
    "method": "计分方法",
    "rule_points": "规则分值",
    "team_score": "评价组得分",
    "reviewer_score": "复核得分",
    "difference": "相差",
    "measure_unit": "计量单位",
    "planned": "计划值",
    "actual": "实际值",
    "team_reason": "扣分理由",
    "evidence_id": "底稿编号",
    "standard_document": "标准出处",
    "site_score": "评价组得分",
    "review_total": "复核总分",
    "n": "项目数",
    "mean": "平均相差",
    "sd": "相差的标准差",
    "above": "自评偏高的项目数",
    "title": "规则",
    "gap": "自评多得分合计",
    "scored": "计分的项目数",
    "stated_mean": "自评平均分",
    "review_mean": "复核平均分",
    "mean_before": "前一年平均分",
    "mean_after": "当年平均分",
    "same": "延续项目的变动",
    "done": "完成数量",
    "reached": "达到目标",
    "outside": "超出预计范围",
    "cost_wan": "单位成本（万元）",
    "typical_wan": "一般单位成本（万元）",
    "low_wan": "单位成本下限（万元）",
    "high_wan": "单位成本上限（万元）",
    "lowest_wan": "完成目标的最低单位成本（万元）",
    "standard_wan": "支出标准（万元）",
    "usual_low_wan": "预计下限（万元）",
    "usual_high_wan": "预计上限（万元）",
    "ratio": "与一般单位成本之比",
    "finding_id": "问题编号",
    "issue": "问题",
    "due": "期限",
    "state": "整改状态",
    "closed": "完成日期",
    "days_late": "逾期天数",
    "published": "公开日期",
    "kind": "材料类别",
    "targets": "目标质量得分",
    "warnings": "监控答复得分",
    "self_evaluation": "自评质量得分",
    "results": "评价结果得分",
    "rectification": "问题整改得分",
    "publication": "信息公开得分",
    "possible": "应考核分值",
    "item": "考核内容",
    "things_done": "完成数",
    "things_due": "应完成数",
    "report": "佐证报告",
    "file_rows": "佐证数据行数",
    "finance_section": "归口股室",
    "projects": "自评项目数",
    "target_mean": "目标审核平均分",
    "found_wrong": "未整改问题数",
    "assessed_score": "单位考核得分",
}
"""Headers that say here what the pages say otherwise, or not at all."""
_LABELS: Mapping[str, Mapping[object, str]] = MappingProxyType(
    {
        "yes": {True: "是", False: "否"},
        "basis": LABELS["basis"],
        "score_status": {"scored": "已计分", "refused": "未计总分"},
        "unit_level": {"input": "投入", "process": "过程", "output": "产出", "effect": "效果"},
        "key_method": {
            "check_points": "评价要点",
            "funding_rate": "资金到位率",
            "spend_rate": "预算执行率",
            "completion_rate": "实际完成率",
            "quality_rate": "质量达标率",
            "timeliness": "完成及时性",
            "cost_saving": "成本节约率",
            "judgement": "评价组判断",
            "satisfaction": "满意度",
        },
    }
)
"""Labels of codes that no page prints."""


def labelled_table(table: pd.DataFrame, kinds: Mapping[str, str]) -> pd.DataFrame:
    """The table with Chinese headers, and labels for the codes of some columns.

    Parameters
    ----------
    table : DataFrame
    kinds : mapping of str to str
        Column to the kind of code, in `_LABELS` or ``choices.yaml``; one that the table has not
        is passed over. A code without a label stays as it is.
    """
    shown = {}
    for name, kind in kinds.items():
        if name not in table:  # nothing was scored
            continue
        labels = _LABELS[kind] if kind in _LABELS else _choices(kind)
        shown[name] = table[name].map(labels).fillna(table[name])
    return table.assign(**shown).rename(columns=_header)


def _choices(kind: str) -> dict[str, str]:
    both: Any = catalogue("choices")[kind]
    return {code: str(label["zh"]) for code, label in both.items()}


def _header(name: str) -> str:
    if name.isdigit():
        return f"{name}年度平均复核得分"
    if name in _HEADERS:
        return _HEADERS[name]
    label = _choices("column")[name]
    return f"{label}（万元）" if name.endswith("_wan") else label


def _dated(table: pd.DataFrame, *names: str) -> pd.DataFrame:
    """Dates without a time of day."""
    return table.assign(**{name: table[name].dt.date for name in names})


def _named(table: pd.DataFrame, year: WorkYear) -> pd.DataFrame:
    """The table with the name of its project, or of its unit, beside the id, in front."""
    key = "project_id" if "project_id" in table else "unit_id"
    name = "name" if key == "project_id" else "unit_name"
    of = year.evaluation["projects" if key == "project_id" else "units"]
    names = table[key].map(of.set_index(key)["name"])
    rest = table.drop(columns=[key, name], errors="ignore")
    rest.insert(0, key, table[key])
    rest.insert(1, name, names)
    return rest


def _unit_scores(year: WorkYear) -> pd.DataFrame:
    return year.unit_scores.units.rename(columns={"name": "unit_name"})


def _unit_indicators(year: WorkYear) -> pd.DataFrame:
    return _named(year.unit_scores.indicators, year)


def _unit_ledger(year: WorkYear) -> pd.DataFrame:
    return _named(year.unit_scores.ledger.drop(columns=["project_id", "indicator_id"]), year)


def _key_scores(year: WorkYear) -> pd.DataFrame:
    return year.key_evaluation.projects


def _key_indicators(year: WorkYear) -> pd.DataFrame:
    named = {"score": "team_score", "reason": "team_reason"}
    return _named(year.key_evaluation.indicators.rename(columns=named), year)


def _key_ledger(year: WorkYear) -> pd.DataFrame:
    return _named(year.key_evaluation.ledger.drop(columns="indicator_id"), year)


def _category_scores(year: WorkYear) -> pd.DataFrame:
    return year.category_scores.projects


def _category_indicators(year: WorkYear) -> pd.DataFrame:
    return _named(year.category_scores.indicators, year)


def _category_ledger(year: WorkYear) -> pd.DataFrame:
    return _named(year.category_scores.ledger.drop(columns="indicator_id", errors="ignore"), year)


def _gap_units(year: WorkYear) -> pd.DataFrame:
    named = {"stated_total": "stated", "review_total": "reviewed"}
    return _named(gaps_by(year.scores.projects.rename(columns=named), "unit_id"), year)


def _gap_rules(year: WorkYear) -> pd.DataFrame:
    return gap_by_rule(year.scores)


def _gap_on_site(year: WorkYear) -> pd.DataFrame:
    table = stated_on_site(year).rename(columns={"score": "site_score"})
    table = table.assign(difference=table["stated_total"] - table["site_score"])
    names = ["project_id", "name", "unit_id", "category", "stated_total", "review_total"]
    return table[[*names, "site_score", "difference"]]


def _panel(year: WorkYear) -> pd.DataFrame:
    return review_panel(year.earlier_scores | {year.evaluation_year: year.scores})


def _trend_years(year: WorkYear) -> pd.DataFrame:
    return years_of(_panel(year))


def _trend_moves(year: WorkYear) -> pd.DataFrame:
    return composition(_panel(year))


def _trend_units(year: WorkYear) -> pd.DataFrame:
    return _named(units_of(_panel(year)), year)


def _unit_costs(year: WorkYear) -> pd.DataFrame:
    return year.unit_costs.projects


def _rectification(year: WorkYear) -> pd.DataFrame:
    return _dated(year.rectified, "due", "closed")


def _publication(year: WorkYear) -> pd.DataFrame:
    return _named(_dated(year.published, "published"), year)


def _assessment(year: WorkYear) -> pd.DataFrame:
    return _named(year.assessment.units, year)


def _assessment_ledger(year: WorkYear) -> pd.DataFrame:
    return _named(year.assessment.ledger, year)


def _upward(year: WorkYear) -> pd.DataFrame:
    names = ["item", "full", "done", "due", "share", "kept", "lost", "report", "file_rows"]
    named = {"done": "things_done", "due": "things_due"}
    return upward_view(year).items[names].rename(columns=named)


def _sections(year: WorkYear) -> pd.DataFrame:
    table = units_by_section(year).drop(columns="page")
    first = ["finance_section", "unit_id", "unit_name"]
    return table[[*first, *(name for name in table if name not in first)]]


_GRADED = {"grade": "grade", "status": "score_status"}
_INDICATOR = {"level1": "level1", "status": "indicator_status"}
_LEDGER = {"level1": "level1", "basis": "basis"}

_TABLES: Mapping[str, tuple[Callable[[WorkYear], pd.DataFrame], Mapping[str, str]]] = (
    MappingProxyType(
        {
            "unit_scores": (_unit_scores, _GRADED),
            "unit_indicators": (_unit_indicators, _INDICATOR | {"level1": "unit_level"}),
            "unit_ledger": (_unit_ledger, _LEDGER | {"level1": "unit_level"}),
            "key_scores": (
                _key_scores,
                _GRADED
                | {"fund_kind": "fund_kind", "special_kind": "special_kind"}
                | dict.fromkeys(("is_key", "is_special"), "yes"),
            ),
            "key_indicators": (_key_indicators, {"level1": "level1", "method": "key_method"}),
            "key_ledger": (_key_ledger, _LEDGER),
            "category_scores": (_category_scores, _GRADED | {"category": "fund_category"}),
            "category_indicators": (
                _category_indicators,
                _INDICATOR | {"category": "fund_category"},
            ),
            "category_ledger": (_category_ledger, _LEDGER),
            "gap_units": (_gap_units, {}),
            "gap_rules": (_gap_rules, {"basis": "basis"}),
            "gap_on_site": (_gap_on_site, {}),
            "trend_years": (_trend_years, {}),
            "trend_moves": (_trend_moves, {}),
            "trend_units": (_trend_units, {}),
            "unit_costs": (_unit_costs, dict.fromkeys(("reached", "outside"), "yes")),
            "rectification": (_rectification, {"state": "rectified_state"}),
            "publication": (_publication, {"kind": "published_kind"}),
            "assessment": (_assessment, {}),
            "assessment_ledger": (_assessment_ledger, {"item": "assessed_item", "basis": "basis"}),
            "upward": (_upward, {"item": "upward_item", "report": "report"}),
            "sections": (_sections, {}),
        }
    )
)


def _pair(year: WorkYear, *, name: str) -> Pair:
    made, kinds = _TABLES[name]
    table = made(year)
    return table, labelled_table(table, kinds)


BOOK_TABLES: Mapping[str, Callable[[WorkYear], Pair]] = MappingProxyType(
    {name: partial(_pair, name=name) for name in _TABLES}
)
"""Name of a sheet to what makes its table."""

__all__ = ["BOOK_TABLES", "Pair", "labelled_table"]
