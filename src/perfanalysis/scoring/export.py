"""Scores and ledger as files: a workbook for people, CSV or Parquet for programs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from perfanalysis.data import export
from perfanalysis.data.codebook import codebook
from perfanalysis.data.export import write_tables
from perfanalysis.data.findings import findings_frame
from perfanalysis.rules.loader import values_frame
from perfanalysis.scoring.indicators import FLAGS
from perfanalysis.scoring.projects import ProjectScores

TITLES = {
    "projects": "项目得分",
    "indicators": "指标得分",
    "ledger": "扣分台账",
    **export.TITLES,
}
_GRADES = {"excellent": "优", "good": "良", "fair": "中", "poor": "差"}
_LABELS: dict[str, Mapping[Any, str]] = {
    **export.LABELS,
    "grade": _GRADES,
    "status": {"scored": "已计分", "refused": "未计总分"},
}
_HEADERS = {
    **export.HEADERS,
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
    "source_cell": "来源单元格",
    "title": "规则",
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
    tables = {
        "projects": scores.projects,
        "indicators": scores.indicators,
        "ledger": scores.ledger,
        "rules": values_frame(scores.rules),
        "findings": findings_frame(scores.findings),
    }
    return write_tables(path, tables, titles=TITLES, labelled=labelled_scores)


def labelled_scores(table: pd.DataFrame) -> pd.DataFrame:
    """The table with Chinese headers, and labels for codes."""
    labels = dict(_LABELS)
    headers = dict(_HEADERS)
    for name in ("projects", "indicators"):
        for column in codebook()[name].columns.values():
            labels.setdefault(column.name, dict(column.choices))
            headers.setdefault(column.name, column.zh)
    labels["level1"] = {**labels["level1"], "execution": "预算执行"}
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


__all__ = ["TITLES", "labelled_scores", "write_scores"]
