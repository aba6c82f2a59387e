"""Result tables as files: a workbook for people, CSV or Parquet for programs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pandas as pd

from perfanalysis.data.csv_text import marked_frame
from perfanalysis.data.spreadsheet import write_workbook
from perfanalysis.errors import ParameterError

SUFFIXES = (".xlsx", ".csv", ".parquet")
TITLES = MappingProxyType({"rules": "所用规则", "findings": "问题清单"})
"""Sheets that every result has."""

LABELS: Mapping[str, Mapping[Any, str]] = MappingProxyType(
    {
        "basis": {"national": "国家规定", "local": "本地规定", "convention": "评价机构约定"},
        "severity": {"error": "错误", "warning": "警告", "note": "提示"},
    }
)
HEADERS: Mapping[str, str] = MappingProxyType(
    {
        "rule": "规则",
        "basis": "依据类别",
        "document": "依据文件",
        "key": "规则键",
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
)
"""Headers of rules and findings, the same in every file."""


def write_tables(
    path: Path | str,
    tables: Mapping[str, pd.DataFrame],
    *,
    titles: Mapping[str, str],
    labelled: Callable[[pd.DataFrame], pd.DataFrame],
) -> tuple[Path, ...]:
    """Write the tables of a result, the main one first.

    Parameters
    ----------
    path : Path or str
        ``.xlsx``: one workbook, a sheet a table. ``.csv`` (UTF-8 with BOM) or ``.parquet``: the
        first table under that name, every other beside it (``x.csv``, ``x-ledger.csv`` …), with
        English names and codes; in CSV, texts that would run as a formula are `marked`.
    tables : mapping of str to DataFrame
    titles : mapping of str to str
        Name of a table to the name of its sheet.
    labelled : callable
        Gives a table with Chinese headers and labels, for the workbook.

    Returns
    -------
    tuple of Path
        The files written.

    Raises
    ------
    ParameterError
        If the suffix is another, the folder does not exist, or nothing can be written there.
    DataError
        If a table does not fit on a sheet.
    """
    path = Path(path)
    if path.suffix not in SUFFIXES:
        raise ParameterError(f"不能写出 {path.name}。文件名须以 .xlsx、.csv 或 .parquet 结尾。")
    if not path.parent.is_dir():
        raise ParameterError(f"文件夹 {path.parent} 不存在。请先建立，或改写到别处。")
    try:
        return _written(path, tables, titles, labelled)
    except OSError as error:
        problem = f"不能写出 {error.filename or path}（{error.strerror or error}）"
        raise ParameterError(f"{problem}。请核对 --out、写入权限和磁盘空间。") from None


def _written(
    path: Path,
    tables: Mapping[str, pd.DataFrame],
    titles: Mapping[str, str],
    labelled: Callable[[pd.DataFrame], pd.DataFrame],
) -> tuple[Path, ...]:
    if path.suffix == ".xlsx":
        write_workbook(path, {titles[name]: labelled(table) for name, table in tables.items()})
        return (path,)
    written = []
    for place, (name, table) in enumerate(tables.items()):
        each = path.with_stem(f"{path.stem}-{name}") if place else path
        if path.suffix == ".csv":
            safe = marked_frame(table)
            safe.to_csv(each, index=False, encoding="utf-8-sig", lineterminator="\n")
        else:
            table.to_parquet(each, index=False)
        written.append(each)
    return tuple(written)


__all__ = ["HEADERS", "LABELS", "SUFFIXES", "TITLES", "write_tables"]
