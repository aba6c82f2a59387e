"""One table's file as text columns: CSV, Excel or Parquet, Chinese or English headers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from perfanalysis.data.codebook import Column, Table
from perfanalysis.data.files import FileRows, read_rows
from perfanalysis.data.findings import Finding, Where
from perfanalysis.data.source import column_letters
from perfanalysis.errors import DataError

SUFFIXES = (".parquet", ".csv", ".xlsx", ".xls")
TITLE_ROWS = 10
_OTHER_UNIT = re.compile(r"单位[:：]\s*(?!万元)(\S*元)")


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
    header : int
        Rows above the header.
    """

    frame: pd.DataFrame
    file: str
    sheet: str
    columns: Mapping[str, int]
    header: int = 0


def table_files(folder: Path, table: Table) -> list[Path]:
    """The files of a folder that are named like the table, in English or Chinese, sorted."""
    return [
        path
        for path in sorted(folder.iterdir())
        if path.suffix.lower() in SUFFIXES
        and path.stem.lower() in (table.name, table.title)
        and path.is_file()
    ]


def read_table(folder: Path, table: Table) -> tuple[RawTable | None, list[Finding]]:
    """Find and read the file of a table; None where there is none or it cannot be read."""
    paths = table_files(folder, table)
    if not paths:
        return None, []
    if len(paths) > 1:
        return None, [_twice(table, [path.name for path in paths])]
    name = paths[0].name
    try:
        rows = read_rows(paths[0], (table.name, table.title))
        head = rows.head(TITLE_ROWS)
        header = _header_row(head, table)
    except (DataError, OSError) as problem:
        return None, [_unreadable(table, name, problem)]
    findings = [
        _ignored(table, Where(name, sheet, cell), found, effect)
        for sheet, cell, found, effect in rows.ignored
    ]
    raw, problems = _known_columns(name, rows, head[header], header, table)
    return raw, findings + problems


def _header_row(head: list[list[str]], table: Table) -> int:
    """Number of rows above the header: the row that names most columns, of the first few."""
    names = _names(table)
    known = [
        len({names[title] for cell in row if (title := _title(cell)) in names}) for row in head
    ]
    header = known.index(max(known))
    above = " ".join(cell for row in head[:header] for cell in row)
    unit = _OTHER_UNIT.search(above)
    if unit:
        raise DataError(f"表头上方写明“{unit.group()}”，而金额应为万元。")
    return header


def _names(table: Table) -> dict[str, str]:
    names = {column.zh: column.name for column in table.columns.values()}
    return names | {column.name: column.name for column in table.columns.values()}


def _title(cell: str) -> str:
    return re.sub(r"\s+", "", cell).removesuffix("（万元）").removesuffix("(万元)")


def _known_columns(
    file: str, rows: FileRows, titles: list[str], header: int, table: Table
) -> tuple[RawTable | None, list[Finding]]:
    names = _names(table)
    findings: list[Finding] = []
    columns: dict[str, int] = {}
    for position, cell in enumerate(titles):
        name = names.get(_title(cell))
        if name is not None and name not in columns:
            columns[name] = position
        elif cell or rows.has_values(position, header + 1):
            problem = "重复的列" if name else "不认识的列"
            place = Where(file, rows.sheet, f"{column_letters(position)}{header + 1}")
            findings.append(_unknown_column(table, place, cell, problem))
    missing = [c for c in table.columns.values() if c.name not in columns and not c.nullable]
    findings += [_missing_column(table, Where(file, rows.sheet), column) for column in missing]
    if any(c.name in table.required for c in missing):
        return None, findings
    return RawTable(rows.body(header + 1, columns), file, rows.sheet, columns, header), findings


def _unknown_column(table: Table, where: Where, title: str, problem: str) -> Finding:
    message = f"{where} 是{problem} {title or '（无表头）'}，该列未读入"
    known = f"请对照数据字典中 {table.name}（{table.title}）的列名。"
    remedy = "金额请换算为万元后填入。" if title.endswith(("（元）", "(元)")) else known
    return Finding("column-unknown", "warning", table.name, where, title, message, remedy)


def _missing_column(table: Table, where: Where, column: Column) -> Finding:
    effect = "该表未读入" if column.name in table.required else "该列按空值处理"
    message = f"{where} 缺少列 {column.name}（{column.zh}），{effect}"
    remedy = f"请补上该列，列名见数据字典中 {table.name}（{table.title}）。"
    return Finding("column-missing", "error", table.name, where, column.name, message, remedy)


def _twice(table: Table, names: list[str]) -> Finding:
    found = "、".join(names)
    message = f"数据表 {table.name}（{table.title}）有不止一个文件：{found}，均未读入"
    where = Where(names[0])
    return Finding("table-twice", "error", table.name, where, found, message, "请只保留一个。")


def _unreadable(table: Table, name: str, problem: Exception) -> Finding:
    reason = str(problem) if isinstance(problem, DataError) else "打不开该文件。"
    return Finding(
        "table-unreadable",
        "error",
        table.name,
        Where(name),
        type(problem).__name__,
        f"文件 {name} 无法读取：{reason}",
        "请用 Excel 或 WPS 打开核对后另存。",
    )


def _ignored(table: Table, where: Where, found: str, effect: str) -> Finding:
    message = f"{where} {effect}"
    remedy = "请打开该文件核对，计算并保存后再读。"
    return Finding("cells-ignored", "warning", table.name, where, found, message, remedy)


__all__ = ["SUFFIXES", "RawTable", "read_table", "table_files"]
