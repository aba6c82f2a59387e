"""The workbook of a year: a sheet a table, then what every column is, and every rule used."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from perfanalysis.data.codebook import codebook
from perfanalysis.data.spreadsheet import MOST_TEXT, workbook_bytes

NOTES = "说明"
_NOTE_COLUMNS = ("工作表", "列", "英文名", "单位", "说明")
_CUT = "……（以下截去）"
_UNITS = {"_wan": "万元", "_rate": "比率", "_score": "分", "_points": "分", "_total": "分"}


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table as the workbook shows it.

    Attributes
    ----------
    title : str
    about : str
        What a row is, and where the figures come from.
    table : DataFrame
        English names and codes; values as computed, not rounded.
    labelled : DataFrame
        The same columns in the same order, with Chinese headers and labels.
    """

    title: str
    about: str
    table: pd.DataFrame
    labelled: pd.DataFrame


def year_workbook(sheets: Sequence[Sheet], *, notes: Sequence[str]) -> bytes:
    """Return the workbook, the notes first.

    Parameters
    ----------
    sheets : sequence of Sheet
    notes : sequence of str
        What holds for the whole workbook.

    Returns
    -------
    bytes
        An .xlsx. Numbers are numbers; a text that begins with ``=`` is text. A text that is longer
        than a cell can hold is cut, and the notes say how many were.

    Raises
    ------
    DataError
        If a table has more rows than a sheet can hold.
    """
    shown, cuts = {}, []
    for sheet in sheets:
        shown[sheet.title], cut = _fitted(sheet.labelled)
        if cut:
            cuts.append(f"{sheet.title}有{cut}格文字超过{MOST_TEXT}字，只列开头；全文见原数据表。")
    rows = [("", "", "", "", note) for note in (*notes, *cuts)]
    for sheet in sheets:
        rows.append((sheet.title, "", "", "", sheet.about))
        rows += _column_notes(sheet)
    about = pd.DataFrame(rows, columns=list(_NOTE_COLUMNS), dtype="str").replace("", None)
    return workbook_bytes({NOTES: about, **shown})


def _fitted(table: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """The table with texts cut to what a cell can hold, and how many were."""
    cut = 0
    shown = table.copy()
    for name in table.select_dtypes(["str", "object"]):
        long = table[name].astype("str").str.len() > MOST_TEXT
        if long.any():
            cut += int(long.sum())
            kept = table.loc[long, name].astype("str").str[: MOST_TEXT - len(_CUT)] + _CUT
            shown[name] = table[name].astype("object").mask(long, kept)
    return shown, cut


def _column_notes(sheet: Sheet) -> list[tuple[str, str, str, str, str]]:
    known = _codebook_columns()
    rows = []
    for name, header in zip(sheet.table.columns, sheet.labelled.columns, strict=True):
        unit, note = known.get(str(name), ("", ""))
        rows.append((sheet.title, str(header), str(name), unit or _unit_of(str(name)), note))
    return rows


def _codebook_columns() -> Mapping[str, tuple[str, str]]:
    """Unit and note of each column that the codebook knows by that name."""
    return {
        column.name: (column.unit, column.note)
        for table in codebook().values()
        for column in table.columns.values()
    }


def _unit_of(name: str) -> str:
    return next((unit for ending, unit in _UNITS.items() if name.endswith(ending)), "")


__all__ = ["NOTES", "Sheet", "year_workbook"]
