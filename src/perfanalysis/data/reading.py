"""One table's file as text columns: CSV, Excel or Parquet, Chinese or English headers."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from python_calamine import CalamineError, CalamineWorkbook

from perfanalysis.data.codebook import Table
from perfanalysis.data.encoding import decode
from perfanalysis.data.findings import Finding, Where
from perfanalysis.errors import DataError

SUFFIXES = (".parquet", ".csv", ".xlsx", ".xls")


@dataclass(frozen=True)
class RawTable:
    """A table as it stands in its file.

    Attributes
    ----------
    frame : DataFrame
        The known columns only, under their English names; text as read (empty is ``""``), or
        typed where the file is Parquet.
    file, sheet : str
    columns : mapping of str to int
        Position of each known column in the file, from 0.
    """

    frame: pd.DataFrame
    file: str
    sheet: str
    columns: Mapping[str, int]


def read_table(folder: Path, table: Table) -> tuple[RawTable | None, list[Finding]]:
    """Find and read the file of a table; None where there is none or it cannot be read."""
    paths = [
        path
        for suffix in SUFFIXES
        for stem in (table.name, table.title)
        if (path := folder / f"{stem}{suffix}").is_file()
    ]
    if not paths:
        return None, []
    if len(paths) > 1:
        names = "、".join(path.name for path in paths)
        return None, [
            Finding(
                "table-twice",
                "error",
                table.name,
                Where(paths[0].name),
                names,
                f"数据表 {table.name}（{table.title}）有不止一个文件：{names}，均未读入",
                "请只保留一个。",
            )
        ]
    path = paths[0]
    try:
        header, frame, sheet = _read(path)
    except (DataError, OSError, ValueError, CalamineError) as problem:
        return None, [
            Finding(
                "table-unreadable",
                "error",
                table.name,
                Where(path.name),
                type(problem).__name__,
                f"文件 {path.name} 无法读取：{problem}",
                "请用 Excel 或 WPS 打开核对后另存。",
            )
        ]
    return _known_columns(path.name, sheet, header, frame, table)


def _read(path: Path) -> tuple[list[str], pd.DataFrame, str]:
    """Header, rows (columns numbered from 0) and sheet name."""
    if path.suffix == ".parquet":
        frame = pd.read_parquet(path)
        header = [str(name) for name in frame.columns]
        return header, frame.set_axis(range(len(header)), axis=1).reset_index(drop=True), ""
    if path.suffix == ".csv":
        frame = pd.read_csv(
            io.StringIO(decode(path.read_bytes(), path.name)),
            header=None,
            dtype="str",
            keep_default_na=False,
            skip_blank_lines=False,
        )
        return _split_header(frame, "")
    sheet = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0)
    rows = [[_cell_text(value) for value in row] for row in sheet.to_python(skip_empty_area=False)]
    return _split_header(pd.DataFrame(rows, dtype="str"), sheet.name)


def _split_header(frame: pd.DataFrame, sheet: str) -> tuple[list[str], pd.DataFrame, str]:
    if frame.empty:
        raise DataError("文件是空的，没有表头。")
    header = [str(name).strip() for name in frame.iloc[0]]
    return header, frame.iloc[1:].reset_index(drop=True), sheet


def _cell_text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _known_columns(
    file: str, sheet: str, header: list[str], frame: pd.DataFrame, table: Table
) -> tuple[RawTable | None, list[Finding]]:
    names = {column.zh: column.name for column in table.columns.values()}
    names |= {column.name: column.name for column in table.columns.values()}
    findings: list[Finding] = []
    columns: dict[str, int] = {}
    for position, title in enumerate(header):
        name = names.get(title.removesuffix("（万元）").removesuffix("(万元)"))
        if name is None or name in columns:
            known = "重复的列" if name else "不认识的列"
            findings.append(_column_finding(file, sheet, table, title, known, "该列未读入"))
        else:
            columns[name] = position
    missing = [c for c in table.columns.values() if c.name not in columns and not c.nullable]
    findings += [
        _column_finding(file, sheet, table, f"{c.name}（{c.zh}）", "缺少列", "该列按空值处理")
        for c in missing
    ]
    if any(key not in columns for key in table.key):
        return None, findings
    picked = frame[list(columns.values())].set_axis(list(columns), axis=1)
    return RawTable(picked, file, sheet, columns), findings


def _column_finding(
    file: str, sheet: str, table: Table, title: str, problem: str, effect: str
) -> Finding:
    missing = problem == "缺少列"
    return Finding(
        "column-missing" if missing else "column-unknown",
        "error" if missing else "warning",
        table.name,
        Where(file, sheet, "" if missing else "1"),
        title,
        f"{file} {problem} {title}，{effect}",
        f"请对照数据字典中 {table.name}（{table.title}）的列名。",
    )


__all__ = ["RawTable", "read_table"]
