"""The cells of a form as they stand in its file: merges resolved, every cell with its address.

A merged range is one `Cell` that stands at each of its positions, so that a label written once
over several rows or columns is found from any of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from perfanalysis.data.findings import Where
from perfanalysis.data.source import column_letters

MAX_ROWS = 5_000
"""Most rows of a sheet or table that is looked at."""
MAX_CELLS = 100_000
"""Most cells of a sheet or table."""
MAX_SHEETS = 200
"""Most sheets or tables of a file."""


class Cell:
    """One cell, or one merged range.

    Attributes
    ----------
    text : str
        What stands in it, stripped; numbers without binary noise, percentages with their sign.
    sheet : str
        Name of the sheet; of a table in a Word file ``表1``.
    row, col, bottom, right : int
        Its corners in the grid, from 0, both included.
    above : int
        Rows of earlier tables that stand above its own in the grid.
    problem : str
        Why `text` could not be taken: ``formula`` (never calculated), ``external`` (comes from
        another file), ``error`` (``#DIV/0!`` …); empty where it could.
    found : str
        The formula or error, where there is a problem.
    """

    __slots__ = (
        "above",
        "bottom",
        "col",
        "found",
        "problem",
        "right",
        "row",
        "sheet",
        "text",
    )

    def __init__(self, text: str, sheet: str, row: int, col: int) -> None:
        self.text = text
        self.sheet = sheet
        self.row = self.bottom = row
        self.col = self.right = col
        self.above = 0
        self.problem = self.found = ""

    @property
    def address(self) -> str:
        """Spreadsheet notation of its first corner."""
        return f"{column_letters(self.col)}{self.row - self.above + 1}"


@dataclass(frozen=True, slots=True)
class Grid:
    """A sheet, or a table of a Word file.

    Attributes
    ----------
    file : str
    sheet : str
    rows : sequence of sequence of Cell
        All of one length. A row may come from a later table that goes on with the same form.
    preamble : tuple of str
        Paragraphs above a table of a Word file.
    """

    file: str
    sheet: str
    rows: Sequence[Sequence[Cell]]
    preamble: tuple[str, ...] = ()

    def followed_by(self, other: Grid) -> Grid:
        """Put the rows of a later table below; the cells of `other` move down."""
        height = len(self.rows)
        width = max(len(self.rows[0]), len(other.rows[0]))
        for cell in {id(cell): cell for row in other.rows for cell in row}.values():
            cell.row, cell.bottom = cell.row + height, cell.bottom + height
            cell.above += height
        rows = [
            _widened(row, number, width) for number, row in enumerate((*self.rows, *other.rows))
        ]
        return Grid(self.file, self.sheet, rows, self.preamble)

    def where(self, cell: Cell | None = None) -> Where:
        """The place of a cell, or of the whole sheet."""
        if cell is None:
            return Where(self.file, self.sheet)
        return Where(self.file, cell.sheet, cell.address)


def _widened(row: Sequence[Cell], number: int, width: int) -> list[Cell]:
    sheet = row[0].sheet
    return [*row, *(Cell("", sheet, number, col) for col in range(len(row), width))]


def merge(rows: Sequence[list[Cell]], top: int, left: int, bottom: int, right: int) -> None:
    """Put the cell of the first corner at every position of a range."""
    anchor = rows[top][left]
    anchor.bottom, anchor.right = bottom, right
    for row in rows[top : bottom + 1]:
        row[left : right + 1] = [anchor] * (right + 1 - left)


def distinct(row: Sequence[Cell]) -> list[Cell]:
    """The cells of a row, each once, that hold something."""
    seen: list[Cell] = []
    last: Cell | None = None
    for cell in row:
        if cell is not last:
            last = cell
            if cell.text or cell.problem:
                seen.append(cell)
    return seen


__all__ = ["MAX_CELLS", "MAX_ROWS", "MAX_SHEETS", "Cell", "Grid", "distinct", "merge"]
