"""Scores and ledger as files: a workbook for people, CSV or Parquet for programs."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from perfanalysis.data.codebook import codebook
from perfanalysis.data.findings import findings_frame
from perfanalysis.data.spreadsheet import write_workbook
from perfanalysis.errors import ParameterError
from perfanalysis.rules.loader import values_frame
from perfanalysis.scoring.indicators import FLAGS
from perfanalysis.scoring.projects import ProjectScores

TITLES = {
    "projects": "项目得分",
    "indicators": "指标得分",
    "ledger": "扣分台账",
    "rules": "所用规则",
    "findings": "问题清单",
}
_GRADES = {"excellent": "优", "good": "良", "fair": "中", "poor": "差"}
_LABELS = {
    "grade": _GRADES,
    "status": {"scored": "已计分", "refused": "未计总分"},
    "basis": {"national": "国家规定", "local": "本地规定", "convention": "评价机构约定"},
    "severity": {"error": "错误", "warning": "提示", "note": "说明"},
}
_HEADERS = {
    "annual_wan": "全年预算数（万元）",
    "executed_wan": "全年执行数（万元）",
    "execution_rate": "预算执行率",
    "scored_rate": "计分所用执行率",
    "execution_points": "预算执行分值",
    "execution_score": "预算执行复核得分",
    "stated_execution_score": "预算执行自评得分",
    "points_total": "分值合计",
    "stated_total": "自评总分",
    "review_total": "复核总分",
    "difference": "自评减复核",
    "grade": "复核等级",
    "stated_grade": "自评等级",
    "status": "状态",
    "refused_reason": "未计总分的原因",
    "name": "项目名称",
    "level3": "三级指标",
    "review_score": "复核得分",
    "self_score": "自评得分",
    "flags": "提示",
    "indicator": "指标",
    "full": "分值",
    "kept": "得分",
    "lost": "扣分",
    "reason": "扣分原因",
    "rule": "规则",
    "basis": "依据类别",
    "document": "依据文件",
    "source_cell": "来源单元格",
    "key": "规则键",
    "title": "规则",
    "value": "取值",
    "unit": "单位",
    "since": "施行日",
    "until": "截止日",
    "citation": "依据文件",
    "document_title": "文件名称",
    "verified": "已与原文核对",
    "verified_by": "核对人",
    "verified_on": "核对日",
    "unverified": "待核对",
    "note": "说明",
    "file": "规则文件",
    "severity": "程度",
    "code": "代码",
    "subject": "对象",
    "where": "位置",
    "found": "所见",
    "message": "问题",
    "remedy": "处理建议",
}


def write_scores(scores: ProjectScores, path: Path | str) -> tuple[Path, ...]:
    """Write projects, indicators, ledger, rules and findings.

    Parameters
    ----------
    scores : ProjectScores
    path : Path or str
        ``.xlsx``: one workbook, a sheet a table, Chinese headers and labels. ``.csv`` (UTF-8 with
        BOM) or ``.parquet``: the projects under that name, every other table beside it
        (``scores.csv``, ``scores-ledger.csv`` …), English names and codes.

    Returns
    -------
    tuple of Path
        The files written.

    Raises
    ------
    ParameterError
        If the suffix is another, or the folder does not exist.
    """
    path = Path(path)
    if path.suffix not in (".xlsx", ".csv", ".parquet"):
        raise ParameterError(f"不能写出 {path.name}。文件名须以 .xlsx、.csv 或 .parquet 结尾。")
    if not path.parent.is_dir():
        raise ParameterError(f"文件夹 {path.parent} 不存在。请先建立，或改写到别处。")
    tables = {
        "projects": scores.projects,
        "indicators": scores.indicators,
        "ledger": scores.ledger,
        "rules": values_frame(scores.rules),
        "findings": findings_frame(scores.findings),
    }
    if path.suffix == ".xlsx":
        write_workbook(path, {TITLES[name]: _labelled(table) for name, table in tables.items()})
        return (path,)
    written = []
    for name, table in tables.items():
        each = path if name == "projects" else path.with_stem(f"{path.stem}-{name}")
        if path.suffix == ".csv":
            table.to_csv(each, index=False, encoding="utf-8-sig", lineterminator="\n")
        else:
            table.to_parquet(each, index=False)
        written.append(each)
    return tuple(written)


def _labelled(table: pd.DataFrame) -> pd.DataFrame:
    """The table with Chinese headers, and labels for codes."""
    labels = dict(_LABELS)
    headers = dict(_HEADERS)
    for name in ("projects", "indicators"):
        for column in codebook()[name].columns.values():
            labels.setdefault(column.name, dict(column.choices))
            headers.setdefault(column.name, column.zh)
    labels["level1"] = labels["level1"] | {"execution": "预算执行"}
    shown = {
        column: table[column].map(labels[column]).fillna(table[column])
        for column in table
        if labels.get(column)
    }
    if "flags" in table:
        shown["flags"] = table["flags"].map(_flag_text)
    return table.assign(**shown).rename(columns=headers)


def _flag_text(codes: str) -> str:
    return "；".join(FLAGS[code] for code in codes.split(";") if code)


__all__ = ["TITLES", "write_scores"]
