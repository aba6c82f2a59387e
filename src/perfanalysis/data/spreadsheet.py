"""Tables written as a workbook: text stays text, and the same tables give the same bytes."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import pandas as pd
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.writer.excel import ExcelWriter

from perfanalysis.errors import DataError

MOST_ROWS = 1_048_575
MOST_TEXT = 32_767
_ROWS_SEEN, _WIDEST = 200, 48
_NO_TIME = datetime(1980, 1, 1)
_TAKEN = re.compile(r"^[=#]|[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def write_workbook(path: Path | str, sheets: Mapping[str, pd.DataFrame]) -> None:
    """Write `workbook_bytes` to a file; see there."""
    Path(path).write_bytes(workbook_bytes(sheets))


def workbook_bytes(sheets: Mapping[str, pd.DataFrame]) -> bytes:
    """One sheet a table, with filters, the header in the first row and always in view.

    Parameters
    ----------
    sheets : mapping of str to DataFrame
        Sheet name to table; missing values are left blank. A text that begins with ``=`` is
        written as text, never as a formula; a character that XML cannot hold becomes ``□``.

    Raises
    ------
    DataError
        If a table has more rows, or a cell more characters, than a sheet can hold.
    """
    for name, table in sheets.items():
        check_fits(name, table)
        _check_texts(name, table)
    book = Workbook(write_only=True)
    book.properties.created = book.properties.modified = _NO_TIME
    for name, table in sheets.items():
        sheet = book.create_sheet(name)
        sheet.freeze_panes = "A2"
        sheet.auto_filter.ref = f"A1:{get_column_letter(max(table.shape[1], 1))}{len(table) + 1}"
        for number, column in enumerate(table.columns, start=1):
            width = _width(str(column), table[column])
            sheet.column_dimensions[get_column_letter(number)].width = width
        header = [WriteOnlyCell(sheet, _ILLEGAL.sub("□", str(name))) for name in table.columns]
        for cell in header:
            cell.data_type, cell.font = "s", Font(bold=True)
        sheet.append(header)
        plain = table.astype(object).where(table.notna(), None)
        for row in plain.itertuples(index=False, name=None):
            sheet.append([_cell(sheet, value) for value in row])
    buffer = io.BytesIO()
    with ZipFile(buffer, "w", ZIP_DEFLATED) as archive:
        ExcelWriter(book, archive).save()
    return _without_times(buffer)


def _width(header: str, values: pd.Series) -> float:
    """Wide enough for the header and the first rows, within bounds; a Chinese character takes 2."""
    texts = [header, *values.head(_ROWS_SEEN).dropna().astype("str").str[:_WIDEST]]
    longest = max(sum(2 if c > "\u2e7f" else 1 for c in text) for text in texts)
    return float(min(max(longest + 4, 8), _WIDEST))


def check_fits(name: str, table: pd.DataFrame) -> None:
    """Raise DataError if a table has more rows than a sheet can hold."""
    if len(table) > MOST_ROWS:
        raise DataError(
            f"{name} 有 {len(table)} 行，超过一个工作表的 {MOST_ROWS} 行。"
            f"请改存为 .csv 或 .parquet。"
        )


def _check_texts(name: str, table: pd.DataFrame) -> None:
    for column in table.select_dtypes(["str", "object"]):
        longest = table[column].astype("str").str.len().max()
        if longest > MOST_TEXT:
            raise DataError(
                f"{name} 的 {column} 有一格长达 {longest:g} 字，超过 {MOST_TEXT} 字。"
                f"请改存为 .csv。"
            )


def _cell(sheet: Any, value: Any) -> Any:
    """What to append for a value: a cell only where openpyxl would take the text for something."""
    if not isinstance(value, str) or not _TAKEN.search(value):
        return value
    cell = WriteOnlyCell(sheet, _ILLEGAL.sub("□", value))
    cell.data_type = "s"
    return cell


def _without_times(archive: io.BytesIO) -> bytes:
    """The same archive with one fixed date on every part."""
    result = io.BytesIO()
    with ZipFile(archive) as old, ZipFile(result, "w", ZIP_DEFLATED) as new:
        for name in old.namelist():
            info = ZipInfo(name, _NO_TIME.timetuple()[:6])
            info.compress_type = ZIP_DEFLATED
            new.writestr(info, old.read(name))
    return result.getvalue()


__all__ = ["MOST_ROWS", "MOST_TEXT", "check_fits", "workbook_bytes", "write_workbook"]
