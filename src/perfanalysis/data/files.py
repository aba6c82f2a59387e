"""Rows of a CSV, Excel or Parquet file as they stand, whatever the file holds.

Everything that a damaged, locked or hostile file can do ends in a `DataError` here.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
from openpyxl import load_workbook
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError

from perfanalysis.data.csv_text import unmarked_column
from perfanalysis.data.encoding import decode
from perfanalysis.data.source import column_letters
from perfanalysis.errors import DataError

MAX_CELLS = 20_000_000
"""Largest rectangle of cells read from a sheet: a reader lays the whole of it out in memory."""
MAX_UNPACKED = 2**30
"""Most bytes that a workbook may unpack to."""
EXCEL_DIGITS = 15
_PLACE = re.compile(rb'<c [^>]*?\br="([A-Z]{1,3})(\d{1,7})"')
_CHUNK = 1 << 20
_BROKEN_ZIP = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    NotImplementedError,
    RuntimeError,
    EOFError,
)

Ignored = tuple[str, str, str, str]


@dataclass(frozen=True)
class FileRows:
    """The cells of a file.

    Attributes
    ----------
    frame : DataFrame
        Columns numbered from 0. Text, the header among the rows; of Parquet, typed, without it.
    names : tuple of str or None
        Column names of Parquet; None where the header is a row of `frame`.
    sheet : str
        Sheet name; empty for CSV and Parquet.
    ignored : tuple of (sheet, cell, found, effect)
        What the file holds beside these rows.
    """

    frame: pd.DataFrame
    names: tuple[str, ...] | None = None
    sheet: str = ""
    ignored: tuple[Ignored, ...] = ()

    def head(self, count: int) -> list[list[str]]:
        """The first `count` rows as stripped text; of Parquet, the names."""
        if self.names is not None:
            return [[name.strip() for name in self.names]]
        rows = self.frame.iloc[:count].fillna("")
        return [[str(cell).strip() for cell in row] for row in rows.itertuples(index=False)]

    def has_values(self, position: int, skip: int) -> bool:
        """Whether a column holds anything below its first `skip` rows."""
        values = self.frame[position].iloc[0 if self.names is not None else skip :]
        return bool((values.notna() & (values.astype("str").str.strip() != "")).any())

    def body(self, skip: int, columns: Mapping[str, int]) -> pd.DataFrame:
        """The named columns below the first `skip` rows, indexed from 0."""
        rows = self.frame if self.names is not None else self.frame.iloc[skip:]
        return rows[list(columns.values())].set_axis(list(columns), axis=1).reset_index(drop=True)


def read_rows(path: Path, sheets: tuple[str, ...]) -> FileRows:
    """Read a file by its suffix.

    Parameters
    ----------
    path : Path
    sheets : tuple of str
        Names by which the sheet of a workbook is chosen; the first sheet otherwise.

    Raises
    ------
    DataError
        If the file is empty, damaged, locked, too large, or in no encoding that is known.
    """
    suffix = path.suffix.lower()
    if suffix == ".parquet":
        return _parquet(path)
    return _csv(path) if suffix == ".csv" else _workbook(path, sheets)


def _parquet(path: Path) -> FileRows:
    try:
        frame = pd.read_parquet(path)
    except (pa.ArrowException, ValueError, TypeError, KeyError) as problem:
        raise DataError(f"不是可读的 Parquet 文件（{type(problem).__name__}）。") from None
    if not isinstance(frame.index, pd.RangeIndex):
        frame = frame.reset_index()
    names = tuple(str(name) for name in frame.columns)
    frame = frame.set_axis(range(len(names)), axis=1).reset_index(drop=True)
    for position in frame.columns[frame.dtypes == "object"]:
        frame[position] = frame[position].map(lambda cell: _cell_of_bytes(cell, path.name))
    return FileRows(frame, names)


def _cell_of_bytes(cell: object, file: str) -> object:
    return decode(cell, file) if isinstance(cell, bytes) else cell


def _csv(path: Path) -> FileRows:
    text = decode(path.read_bytes(), path.name)
    if not text.strip():
        raise DataError("文件是空的，没有表头。")
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise DataError(f"第{line}行含有空字符，不是文本文件。")
    try:
        frame = pd.read_csv(
            io.StringIO(text),
            header=None,
            dtype="str",
            keep_default_na=False,
            skip_blank_lines=False,
        )
    except ValueError:
        frame = _ragged(text)
    return FileRows(frame.apply(unmarked_column) if "'" in text else frame)


def _ragged(text: str) -> pd.DataFrame:
    """Rows of unequal length, the short ones filled up with empty cells."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        rows = list(reader)
    except csv.Error as problem:
        raise DataError(f"第{reader.line_num}行的引号不成对（{problem}）。") from None
    width = max(map(len, rows), default=0)
    return pd.DataFrame([row + [""] * (width - len(row)) for row in rows], dtype="str")


def _workbook(path: Path, sheets: tuple[str, ...]) -> FileRows:
    if path.suffix.lower() == ".xlsx":
        _refuse_oversized(path)
    try:
        book = CalamineWorkbook.from_path(str(path))
        name = next((n for n in book.sheet_names if n.strip().lower() in sheets), None)
        chosen = book.get_sheet_by_name(name) if name else book.get_sheet_by_index(0)
        cells = chosen.to_python(skip_empty_area=False)
        others = [n for n in book.sheet_names if n != chosen.name and _filled(book, n)]
    except PasswordError:
        raise DataError("文件有密码。请取消密码后另存。") from None
    except CalamineError as problem:
        raise DataError(f"不是可读的 Excel 文件（{type(problem).__name__}）。") from None
    rows = [[_cell_text(value) for value in row] for row in cells]
    if not any(cell for row in rows for cell in row):
        raise DataError("工作表是空的，没有表头。")
    ignored = [(name, "", name, "未读入：每个文件只读一张工作表") for name in others]
    if path.suffix.lower() == ".xlsx":
        ignored += _formulas_without_value(path, chosen, rows)
    return FileRows(pd.DataFrame(rows, dtype="str"), None, chosen.name, tuple(ignored))


def _filled(book: CalamineWorkbook, name: str) -> bool:
    return book.get_sheet_by_name(name).end is not None


def _refuse_oversized(path: Path) -> None:
    """Look before a reader lays out every cell between two corners: a few bytes can ask for all."""
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > MAX_UNPACKED:
                raise DataError(f"解压后超过 {MAX_UNPACKED >> 20} MB，未打开。")
            for name in archive.namelist():
                if name.startswith("xl/worksheets/") and _area(archive, name) > MAX_CELLS:
                    raise DataError("单元格范围过大。请删去表格以外的行和列后另存。")
    except _BROKEN_ZIP:
        return  # the reader says what is wrong with it


def _area(archive: zipfile.ZipFile, name: str) -> int:
    width = height = 1
    for chunk in _chunks(archive, name):
        for letters, number in set(_PLACE.findall(chunk)):
            width = max(width, _position(letters))
            height = max(height, int(number))
    return width * height


def _chunks(archive: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    """The file in pieces that overlap, so that no cell reference is cut in two."""
    tail = b""
    with archive.open(name) as stream:
        while piece := stream.read(_CHUNK):
            yield tail + piece
            tail = piece[-64:]


def _position(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number


def _formulas_without_value(
    path: Path, sheet: CalamineSheet, rows: list[list[str]]
) -> list[Ignored]:
    """Formulas that no program has calculated yet: they read as empty."""
    with zipfile.ZipFile(path) as archive:
        sheets = [name for name in archive.namelist() if name.startswith("xl/worksheets/")]
        if not any(b"<f>" in piece for name in sheets for piece in _chunks(archive, name)):
            return []
    try:
        book = load_workbook(io.BytesIO(path.read_bytes()), read_only=True)
        cells: list[Any] = [cell for row in book[sheet.name].iter_rows() for cell in row]
        formulas = [cell for cell in cells if cell.data_type == "f"]
    except Exception:  # it raises all sorts on a file that another program still reads
        return [(sheet.name, "", "", "含有公式，无法核对是否都有计算结果")]
    return [
        (
            sheet.name,
            f"{column_letters(cell.column - 1)}{cell.row}",
            str(cell.value),
            "的公式没有计算结果，按空值处理",
        )
        for cell in formulas
        if not rows[cell.row - 1][cell.column - 1]
    ]


def _cell_text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        exact = abs(value) < 10**EXCEL_DIGITS
        return str(int(value)) if exact else f"{value:.{EXCEL_DIGITS - 1}E}"
    if isinstance(value, datetime | date | time):
        return value.isoformat(sep=" ") if isinstance(value, datetime) else value.isoformat()
    return str(value)


__all__ = ["MAX_CELLS", "MAX_UNPACKED", "FileRows", "read_rows"]
