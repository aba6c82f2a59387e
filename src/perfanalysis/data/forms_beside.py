"""Forms side by side on one sheet: part them, or name the cells that cannot be told apart."""

from __future__ import annotations

from collections.abc import Sequence

from perfanalysis.data.findings import Finding, finding_at
from perfanalysis.data.forms_grid import Cell, Grid
from perfanalysis.data.forms_layout import VALUE_COLUMNS
from perfanalysis.data.forms_words import words_of
from perfanalysis.data.source import column_letters

NARROWEST = 6
"""Columns of the narrowest form that is looked for beside another."""


def apart(grid: Grid) -> tuple[list[Grid], list[Finding]]:
    """The forms of a grid that stand side by side, each as a grid of its own, left to right.

    Returns
    -------
    list of Grid
        The grid itself where one form stands on it. The cells keep their addresses.
    list of Finding
        One that names the cells left out where no column parts the forms.
    """
    heads = _heads(grid)
    if heads is None:
        return [grid], []
    first, second = heads
    column = _border(grid, first.right + 1, second.col)
    if column is None:
        return [_columns(grid, 0, _left_end(grid, second))], [_left_out(grid, second)]
    others, findings = apart(_columns(grid, column, len(grid.rows[0])))
    return [_columns(grid, 0, column), *others], findings


def _heads(grid: Grid) -> tuple[Cell, Cell] | None:
    """Heads over names of indicators, of two forms: a value column of the first is between."""
    if len(grid.rows[0]) < 2 * NARROWEST:
        return None
    heads: dict[int, Cell] = {}
    values: set[int] = set()
    for row in grid.rows:
        for cell in row:
            column = words_of(cell.text).column
            if column == "level3":
                heads.setdefault(cell.col, cell)
            elif column in VALUE_COLUMNS:
                values.add(cell.col)
    if len(heads) < 2:
        return None
    first = heads[min(heads)]
    between = [col for col in sorted(heads) if any(first.col < value < col for value in values)]
    return (first, heads[between[0]]) if between else None


def _border(grid: Grid, left: int, right: int) -> int | None:
    """The column at which the second form begins: after an empty one, or the only one possible."""
    open_ones = [
        column
        for column in range(left, right + 1)
        if all(row[column - 1] is not row[column] for row in grid.rows)
    ]
    after_empty = [column for column in open_ones if _is_empty(grid.rows, column - 1)]
    if after_empty:
        return after_empty[-1]
    return open_ones[0] if len(open_ones) == 1 else None


def _is_empty(rows: Sequence[Sequence[Cell]], column: int) -> bool:
    return not any(row[column].text or row[column].problem for row in rows)


def _columns(grid: Grid, start: int, end: int) -> Grid:
    """Some columns of a grid, where they stand; those left of them are empty."""
    rows = [
        [*(Cell("", grid.sheet, number, column) for column in range(start)), *row[start:end]]
        for number, row in enumerate(grid.rows)
    ]
    return Grid(grid.file, grid.sheet, rows, grid.preamble)


def _left_end(grid: Grid, second: Cell) -> int:
    """The column after the first form: the first head of the second that repeats one."""
    kinds: set[str] = set()
    for cell in grid.rows[second.row][: second.col]:
        kind = words_of(cell.text).column
        if kind in ("level1", "level2") and kind in kinds:
            return cell.col
        kinds.add(kind)
    return second.col


def _left_out(grid: Grid, second: Cell) -> Finding:
    left = _left_end(grid, second)
    place = grid.rows[second.row][left]
    bottom = max(
        number for number, row in enumerate(grid.rows) if any(cell.text for cell in row[left:])
    )
    last = f"{column_letters(len(grid.rows[0]) - 1)}{bottom + 1}"
    cells = f"{place.address}:{last}"
    return finding_at(
        "form-beside-left-out",
        "error",
        grid.sheet,
        grid.where(place),
        cells,
        f"起并排着另一张自评表，与左边的表分不开，{cells} 未读入",
        "请把两张表分到两个工作表，或在中间空出一列，再重新导入。",
    )


__all__ = ["NARROWEST", "apart"]
