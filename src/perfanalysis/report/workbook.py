"""The workbook of a year: a sheet a table, then what every column is, and every rule used."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from perfanalysis.data.codebook import codebook
from perfanalysis.data.spreadsheet import MOST_TEXT, workbook_bytes
from perfanalysis.report.text import Lang, Texts, texts

_UNITS = {"_wan": "wan", "_rate": "rate", "_score": "points", "_points": "points"}
_UNITS |= {"_total": "points"}
_CODEBOOK_UNITS = {"万元": "wan", "比率": "rate", "分": "points"}


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


def year_workbook(sheets: Sequence[Sheet], *, notes: Sequence[str], lang: Lang = "zh") -> bytes:
    """Return the workbook, the notes first.

    Parameters
    ----------
    sheets : sequence of Sheet
    notes : sequence of str
        What holds for the whole workbook.
    lang : {"zh", "en"}
        In English, headers are the names and values the codes that the codebook documents.

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
    say = texts("workbook", lang)
    shown, cuts = {}, []
    for sheet in sheets:
        body = sheet.labelled if lang == "zh" else sheet.table
        shown[sheet.title], cut = _fitted(body, say("cut-mark"))
        if cut:
            cuts.append(say("cut", sheet=sheet.title, n=cut, most=MOST_TEXT))
    rows = [("", "", "", "", note) for note in (*notes, *cuts)]
    for sheet in sheets:
        rows.append((sheet.title, "", "", "", sheet.about))
        rows += _column_notes(sheet, say)
    headers = [say(f"note-{part}") for part in ("sheet", "column", "name", "unit", "text")]
    about = pd.DataFrame(rows, columns=headers, dtype="str").replace("", None)
    return workbook_bytes({say("notes"): about, **shown})


def _fitted(table: pd.DataFrame, mark: str) -> tuple[pd.DataFrame, int]:
    """The table with texts cut to what a cell can hold, and how many were."""
    cut = 0
    shown = table.copy()
    for name in table.select_dtypes(["str", "object"]):
        long = table[name].astype("str").str.len() > MOST_TEXT
        if long.any():
            cut += int(long.sum())
            kept = table.loc[long, name].astype("str").str[: MOST_TEXT - len(mark)] + mark
            shown[name] = table[name].astype("object").mask(long, kept)
    return shown, cut


def _column_notes(sheet: Sheet, say: Texts) -> list[tuple[str, str, str, str, str]]:
    known = _codebook_columns()
    rows = []
    for name, header in zip(sheet.table.columns, sheet.labelled.columns, strict=True):
        unit, note = known.get(str(name), ("", ""))
        both = (str(header), str(name)) if say.lang == "zh" else (str(name), str(header))
        rows.append((sheet.title, *both, _unit(str(name), unit, say), note))
    return rows


def _codebook_columns() -> Mapping[str, tuple[str, str]]:
    """Unit and note of each column that the codebook knows by that name."""
    return {
        column.name: (column.unit, column.note)
        for table in codebook().values()
        for column in table.columns.values()
    }


def _unit(name: str, unit: str, say: Texts) -> str:
    """Unit of a column: the codebook's, else what the end of its name says."""
    key = _CODEBOOK_UNITS.get(unit)
    if unit and not key:
        return unit
    key = key or next((key for ending, key in _UNITS.items() if name.endswith(ending)), None)
    return say(f"unit-{key}") if key else ""


__all__ = ["Sheet", "year_workbook"]
