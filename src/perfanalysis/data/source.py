"""Where a table came from, so that any cell of it can be named."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from perfanalysis.data.findings import Where


@dataclass(frozen=True, slots=True)
class Source:
    """Where a table came from, so that any cell of it can be named.

    Attributes
    ----------
    file, sheet : str
        As in `Where`.
    columns : mapping of str to int
        Position of each column in the file, from 0.
    header : int
        Rows above the header.
    """

    file: str
    sheet: str
    columns: Mapping[str, int]
    header: int = 0


def cell_of(source: Source, row: int, column: str = "") -> Where:
    """The cell of a data row: row 0 stands under the header, which is in spreadsheet row 1."""
    position = source.columns.get(column)
    letters = column_letters(position) if position is not None else "A"
    return Where(source.file, source.sheet, f"{letters}{row + source.header + 2}")


@lru_cache(maxsize=1024)
def column_letters(position: int) -> str:
    """Spreadsheet letters of a column, from 0: 0 is A, 26 is AA."""
    letters = ""
    position += 1
    while position:
        position, rest = divmod(position - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


__all__ = ["Source", "cell_of", "column_letters"]
