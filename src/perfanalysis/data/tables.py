"""The tables of a budget year: read, typed, validated, and otherwise left as they are.

A row that cannot be identified (no key, a key that stands twice, an id that no other table
knows) is set aside; a value that cannot be read is left empty. Both have a finding each.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import pandas as pd
import pyarrow.compute as pc

from perfanalysis.data.codebook import Table, codebook
from perfanalysis.data.findings import Finding, Where
from perfanalysis.data.reading import SUFFIXES, RawTable, read_table, table_files
from perfanalysis.data.source import Source, cell_of
from perfanalysis.data.typed import empty_table, typed_table
from perfanalysis.data.values import arrow_text
from perfanalysis.errors import DataError

REQUIRED = ("units", "projects", "funds")


@dataclass(frozen=True)
class YearData:
    """One budget year, validated.

    Attributes
    ----------
    budget_year : int
    tables : mapping of str to DataFrame
        Every table of the codebook that was asked for, with the codebook's columns and dtypes;
        empty where there is no file. The index of a row is its position in the file, from 0,
        so that `where` can name its cells; rows set aside leave gaps. Never write into them.
    sources : mapping of str to Source
    findings : tuple of Finding
    """

    budget_year: int
    tables: Mapping[str, pd.DataFrame]
    sources: Mapping[str, Source]
    findings: tuple[Finding, ...]

    def __getitem__(self, table: str) -> pd.DataFrame:
        """The table of that name.

        Raises
        ------
        DataError
            If there is no such table, or it was not asked for when loading.
        """
        try:
            return self.tables[table]
        except KeyError:
            raise DataError(
                f"没有读入数据表 {table}。已读入：{'、'.join(self.tables)}。"
                f"请在 load_year 的 only 中加上它。"
            ) from None

    def where(self, table: str, row: int, column: str = "") -> Where:
        """The file and cell of a row (by index) and column of a table."""
        source = self.sources.get(table)
        if source is None:
            return Where(table)
        return cell_of(source, row, column)


def load_year(path: Path | str, *, only: Iterable[str] | None = None) -> YearData:
    """Read and validate the tables of one budget year.

    Parameters
    ----------
    path : Path or str
        Folder named by the budget year, e.g. ``data/2021``, holding one file a table
        (``units.csv``, ``单位.xlsx``, ``projects.parquet`` …).
    only : iterable of str, optional
        Names of the tables to read; all of the codebook otherwise.

    Returns
    -------
    YearData

    Raises
    ------
    DataError
        If the folder does not exist or is not named by a year, or a name in `only` is unknown.
    """
    folder = Path(path)
    budget_year = _budget_year(folder)
    wanted = _wanted(only)
    raws: dict[str, RawTable] = {}
    findings: list[Finding] = []
    for name in wanted:
        raw, problems = read_table(folder, codebook()[name])
        findings += problems
        if raw is not None:
            raws[name] = raw
        elif name in REQUIRED and not problems:
            findings.append(_missing(folder, codebook()[name]))
    findings += _files_of_no_table(folder)
    sources = {
        name: Source(raw.file, raw.sheet, MappingProxyType(dict(raw.columns)), raw.header)
        for name, raw in raws.items()
    }
    tables: dict[str, pd.DataFrame] = {}
    for name in wanted:
        table = codebook()[name]
        if name not in raws:
            tables[name] = empty_table(table)
            continue
        tables[name], problems = typed_table(raws[name].frame, table, sources[name])
        findings += problems
    return _with_known_ids(budget_year, tables, sources, findings)


def _wanted(only: Iterable[str] | None) -> tuple[str, ...]:
    known = codebook()
    if only is None:
        return tuple(known)
    wanted = tuple(dict.fromkeys(only))
    unknown = [name for name in wanted if name not in known]
    if unknown:
        raise DataError(
            f"没有名为 {'、'.join(unknown)} 的数据表。可用：{'、'.join(known)}。请核对表名。"
        )
    return wanted


def _budget_year(folder: Path) -> int:
    if not folder.is_dir():
        raise DataError(f"数据文件夹 {folder} 不存在。请核对 --data 与预算年度。")
    name = folder.resolve().name
    if not (name.isdecimal() and len(name) == 4):
        raise DataError(f"数据文件夹 {folder} 应以四位预算年度命名，如 data/2021。请改名。")
    return int(name)


def _missing(folder: Path, table: Table) -> Finding:
    return Finding(
        "table-missing",
        "error",
        table.name,
        Where(table.name),
        "",
        f"{folder.name} 年度缺少数据表 {table.name}（{table.title}）",
        f"请放入 {table.name}.csv、.xlsx 或 .parquet。",
    )


def _files_of_no_table(folder: Path) -> list[Finding]:
    known = {path for table in codebook().values() for path in table_files(folder, table)}
    return [
        Finding(
            "file-unknown",
            "note",
            path.name,
            Where(path.name),
            path.name,
            f"文件 {path.name} 不是数据字典中的表，未读入",
            "请按数据字典的表名命名，或移出该文件夹。",
        )
        for path in sorted(folder.iterdir())
        if path.suffix.lower() in SUFFIXES and path.is_file() and path not in known
    ]


def _with_known_ids(
    budget_year: int,
    tables: dict[str, pd.DataFrame],
    sources: Mapping[str, Source],
    findings: list[Finding],
) -> YearData:
    """Set aside the rows whose ids no other table of the year knows, parents first."""
    for name in sorted(tables, key=_depth):
        for column in codebook()[name].columns.values():
            if column.ref is None:
                continue
            other, key = column.ref.split(".")
            if other not in tables or other not in sources:
                continue
            values = tables[name][column.name]
            strange = values.notna() & ~_stands_in(values, tables[other][key])
            if not strange.any():
                continue
            findings += [
                _unknown_id(str(value), column.zh, codebook()[other], where)
                for row, value in values[strange].items()
                if (where := cell_of(sources[name], row, column.name))
            ]
            tables[name] = tables[name].loc[~strange]
    return YearData(
        budget_year, MappingProxyType(tables), MappingProxyType(dict(sources)), tuple(findings)
    )


def _stands_in(values: pd.Series, known: pd.Series) -> pd.Series:
    """Which ids are among those known; pandas would make a Python list of these first."""
    found = pc.is_in(arrow_text(values), value_set=arrow_text(known).combine_chunks())
    return pd.Series(found.to_numpy(), index=values.index)


def _depth(name: str) -> int:
    """How many tables stand between a table and one that refers to none."""
    refs = [column.ref for column in codebook()[name].columns.values() if column.ref]
    return 1 + max((_depth(ref.split(".")[0]) for ref in refs), default=0)


def _unknown_id(value: str, label: str, other: Table, where: Where) -> Finding:
    return Finding(
        "id-unknown",
        "error",
        value,
        where,
        value,
        f"{where} 的{label} {value} 在 {other.name}（{other.title}）中不存在，该行未计入",
        f"请核对编码，或在 {other.name} 中补录。",
    )


__all__ = ["REQUIRED", "YearData", "load_year"]
