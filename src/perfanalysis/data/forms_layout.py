"""Find the parts of a form in a grid: head, funds, goals, indicators, total, by their words.

Nothing is looked for at a fixed place. A sheet may hold several forms one under another.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from perfanalysis.data.forms_grid import Cell, Grid, distinct
from perfanalysis.data.forms_text import blank
from perfanalysis.data.forms_values import read_number
from perfanalysis.data.forms_words import NOTHING, Words, words_of

HEAD_COLUMNS = frozenset(("level1", "level2", "level3"))
VALUE_COLUMNS = frozenset(("points", "score", "actual"))
_MONEY = frozenset(("initial", "annual", "received"))
_SUB_HEADS = frozenset(("level1", "level2", "level3", "level4", "nature", "target", "measure_unit"))


@dataclass(slots=True)
class Layout:
    """Where the parts of one form stand.

    Attributes
    ----------
    grid : Grid
    lines : list of list of (Cell, Words)
        For each row of the grid, the filled cells that begin in it, with what their words may mean.
    start, end : int
        Its rows in the grid, `end` not included.
    labels : dict of str to (Cell, str)
        Of project, unit, dept, year: the cell of the value (or of the label, where there is
        none) and the value.
    titles : list of Cell
    funds, indicators : dict of str to int
        Column of each kind; empty where there is no such block.
    funds_head, indicators_head, body, total : int
        Rows: head of the funds, head of the indicators, first indicator row, total row; -1
        where there is none.
    goals : dict of str to Cell
        Of ``goal`` and ``goal_actual``: the heads over the texts.
    """

    grid: Grid
    lines: list[list[tuple[Cell, Words]]]
    start: int
    end: int
    labels: dict[str, tuple[Cell, str]] = field(default_factory=dict)
    titles: list[Cell] = field(default_factory=list)
    funds: Mapping[str, int] = field(default_factory=dict)
    indicators: Mapping[str, int] = field(default_factory=dict)
    funds_head: int = -1
    indicators_head: int = -1
    body: int = -1
    total: int = -1
    goals: dict[str, Cell] = field(default_factory=dict)

    @property
    def is_form(self) -> bool:
        """Whether it is a form of self-evaluation, whole or cut off."""
        scored = VALUE_COLUMNS & self.indicators.keys()
        return bool(scored) or (bool(self.funds) and "project" in self.labels)

    def at(self, row: int, column: int) -> Cell:
        """The cell at a position."""
        return self.grid.rows[row][column]


def find_forms(grid: Grid) -> list[Layout]:
    """The forms of a grid, in order; a grid without any gives one that `is_form` denies."""
    lines, spoken = _starting(grid)
    layouts = [Layout(grid, lines, 0, len(lines))]
    skip = -1
    for number in spoken:
        if number <= skip:
            continue
        line, layout = lines[number], layouts[-1]
        if _begins(layout, line):
            layout.end = number
            layout = Layout(grid, lines, number, len(lines))
            layouts.append(layout)
        skip = _read_line(layout, number, line)
    return layouts


def _starting(grid: Grid) -> tuple[list[list[tuple[Cell, Words]]], list[int]]:
    """`Layout.lines`, and which of them hold a word of a form; what units fill in seldom does."""
    lines, spoken = [], []
    for number, row in enumerate(grid.rows):
        line: list[tuple[Cell, Words]] = []
        speaks = False
        last: Cell | None = None
        for cell in row:
            if cell is not last:
                last = cell
                if cell.row == number and (cell.text or cell.problem):
                    words = words_of(cell.text)
                    line.append((cell, words))
                    speaks = speaks or words is not NOTHING
        lines.append(line)
        if speaks:
            spoken.append(number)
    return lines, spoken


def _begins(layout: Layout, line: list[tuple[Cell, Words]]) -> bool:
    """Whether another form begins at this row."""
    if any(words.label == "project" for _, words in line) and not _is_list_head(line):
        return "project" in layout.labels
    alone = len(line) == 1 and line[0][1].row == "title"
    return alone and ("project" in layout.labels or layout.indicators_head >= 0)


def _read_line(layout: Layout, number: int, line: list[tuple[Cell, Words]]) -> int:
    """Note what a row says about the layout; the last row that is thereby read."""
    if layout.body >= 0:
        if _is_total(line) and (layout.total < 0 or _goes_on(layout, number)):
            layout.total = number
        return number
    if sum(1 for _, words in line if words.column in _SUB_HEADS) >= 2:
        columns = _head_columns(layout, number)
        if len(columns) >= 3 and HEAD_COLUMNS & columns.keys() and _valued(columns):
            return _indicator_head(layout, number, columns)
    money = _columns([words.money for _, words in line], line)
    if layout.funds_head < 0 and _is_funds_head(money):
        _note_funds(layout, number, money)
        return number
    if _is_list_head(line):
        return number
    for position, (cell, words) in enumerate(line):
        if words.label:
            _note_label(layout, cell, words, line[position + 1 :])
        elif words.row == "title":
            layout.titles.append(cell)
        elif words.row in ("goal", "goal_actual"):
            layout.goals[words.row] = cell
    return number


def _columns(kinds: list[str], line: list[tuple[Cell, Words]]) -> dict[str, int]:
    """Column of each kind; the first where a kind stands twice."""
    columns: dict[str, int] = {}
    for kind, (cell, _) in zip(kinds, line, strict=True):
        if kind and kind != "other":
            columns.setdefault(kind, cell.col)
    return columns


def _is_list_head(line: list[tuple[Cell, Words]]) -> bool:
    """项目名称 as the head of a column, beside others: a list, no form."""
    return sum(1 for _, words in line if not words.label and (words.money or words.column)) >= 2


def _head_columns(layout: Layout, number: int) -> dict[str, int]:
    """Columns of a head, also those whose label stands in the row above."""
    columns: dict[str, int] = {}
    for row in layout.grid.rows[max(layout.start, number - 1) : number + 1][::-1]:
        cells = [(cell, words_of(cell.text)) for cell in distinct(row)]
        if any(words.row == "goal" for _, words in cells):
            break
        taken = set(columns.values())
        for kind, column in _columns([words.column for _, words in cells], cells).items():
            if column not in taken:
                columns.setdefault(kind, column)
    return columns


def _note_funds(layout: Layout, number: int, money: dict[str, int]) -> None:
    """A head over columns, or labels with their amounts beside them (预算数：100 执行数：90)."""
    beside = {
        kind: layout.at(number, column).right + 1
        for kind, column in money.items()
        if layout.at(number, column).right + 1 < len(layout.grid.rows[number])
    }
    texts = [layout.at(number, column).text for column in beside.values()]
    amounts = [text for text in texts if not blank(text)]
    if amounts and all(read_number(text) is not None for text in amounts):
        layout.funds, layout.funds_head = beside, number - 1
        return
    layout.funds, layout.funds_head = money, number


def _valued(columns: Mapping[str, int]) -> bool:
    return bool((VALUE_COLUMNS | {"target"}) & columns.keys())


def _is_funds_head(money: Mapping[str, int]) -> bool:
    return ("executed" in money and len(money) >= 2) or len(_MONEY & money.keys()) >= 2


def _goes_on(layout: Layout, number: int) -> bool:
    """Whether indicators stand between the total found and this row: that was a subtotal."""
    columns = [layout.indicators[kind] for kind in ("points", "score") if kind in layout.indicators]
    name = layout.indicators.get("level3", 0)
    return any(
        not blank(row[name].text)
        and row[name].row == at
        and any(read_number(row[column].text) is not None for column in columns)
        for at, row in enumerate(layout.grid.rows[layout.total + 1 : number], layout.total + 1)
    )


def _is_total(line: list[tuple[Cell, Words]]) -> bool:
    return any(words.row == "total" for _, words in line[:2])


def _indicator_head(layout: Layout, number: int, columns: dict[str, int]) -> int:
    """A head may take two rows: 年度指标值 over 指标性质, 指标值, 度量单位."""
    below = layout.lines[number + 1] if number + 1 < len(layout.lines) else []
    sub = _columns([words.column for _, words in below], below)
    two_rows = bool(sub) and len(below) == len(sub) and sub.keys() <= _SUB_HEADS and len(sub) >= 2
    layout.indicators_head = number
    layout.indicators = columns | sub if two_rows else columns
    layout.body = number + (2 if two_rows else 1)
    return layout.body - 1


def _note_label(layout: Layout, cell: Cell, words: Words, rest: list[tuple[Cell, Words]]) -> None:
    """A label with its value after the colon, or in the next cell of the row."""
    if words.label in layout.labels and layout.labels[words.label][1]:
        return
    if words.value:
        layout.labels[words.label] = (cell, cell.text.partition(":")[2] or _after_colon(cell.text))
        return
    following = layout.grid.rows[cell.row][cell.right + 1 :]
    near = next((each for each, other in rest if not other.label and each.col > cell.right), None)
    if near is not None and _empty_between(layout, cell, near):
        layout.labels[words.label] = (near, near.text)
    else:
        layout.labels.setdefault(words.label, (following[0] if following else cell, ""))


def _after_colon(text: str) -> str:
    return text.partition("：")[2]


def _empty_between(layout: Layout, left: Cell, right: Cell) -> bool:
    """Nothing stands between but a narrow cell or two: a blank value of its own is wide."""
    between = layout.grid.rows[left.row][left.right + 1 : right.col]
    narrow = all(cell.right == cell.col and not cell.text for cell in between)
    return narrow and len(between) <= 2


__all__ = ["HEAD_COLUMNS", "VALUE_COLUMNS", "Layout", "find_forms"]
