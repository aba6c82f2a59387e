"""Where a table came from, so that any cell of it can be named."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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


def cell_runs(cells: Iterable[str]) -> list[str]:
    """Cells of the same file and column as runs of rows, in the order of the files and rows.

    Parameters
    ----------
    cells : iterable of str
        As `Where` prints them, ``file!sheet!cell``; empty ones and repetitions are passed over.

    Examples
    --------
    >>> cell_runs(["a.csv!B3", "a.csv!B2", "a.csv!B7", "b.csv!A9"])
    ['a.csv!B2:B3', 'a.csv!B7', 'b.csv!A9']
    """
    rows: dict[tuple[str, str], set[int]] = {}
    for cell in cells:
        place, _, name = cell.rpartition("!")
        letters = name.rstrip("0123456789")
        if place and name != letters:
            rows.setdefault((place, letters), set()).add(int(name[len(letters) :]))
    runs = []
    for (place, letters), numbers in rows.items():
        first = last = min(numbers)
        for number in [*sorted(numbers)[1:], None]:
            if number is not None and number == last + 1:
                last = number
                continue
            end = f":{letters}{last}" if last > first else ""
            runs.append(f"{place}!{letters}{first}{end}")
            first = last = number if number is not None else last
    return runs


@lru_cache(maxsize=1024)
def column_letters(position: int) -> str:
    """Spreadsheet letters of a column, from 0: 0 is A, 26 is AA."""
    letters = ""
    position += 1
    while position:
        position, rest = divmod(position - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


__all__ = ["Source", "cell_of", "cell_runs", "column_letters"]
