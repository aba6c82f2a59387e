"""Read the indicator block of a form, row by row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from perfanalysis.data.forms_cells import CellReader
from perfanalysis.data.forms_grid import Cell, distinct
from perfanalysis.data.forms_layout import Layout
from perfanalysis.data.forms_model import FormIndicator
from perfanalysis.data.forms_targets import Target, read_actual, read_target
from perfanalysis.data.forms_text import blank, one_line, plain, said
from perfanalysis.data.forms_values import in_brackets, read_quantity
from perfanalysis.data.forms_words import level1_code

SHORT_LABEL = 6
"""Letters of the longest level label that is taken for one though its words are not known."""
_FACTS = ("target", "actual", "points", "score")
_NOT_COMPARED = {
    "text": ("actual-not-number", "目标是数值，实际完成值“{}”不是", "请补报实际完成的数值。"),
    "unit": (
        "actual-other-unit",
        "实际完成值“{}”与目标的度量单位不同，不能比较",
        "请按目标的度量单位补报。",
    ),
    "ratio": (
        "actual-ratio-unclear",
        "实际完成值“{}”是比率还是百分数，看不出来",
        "请写明百分号后重新导入。",
    ),
}


@dataclass(slots=True)
class _Row:
    """One row of the block.

    Attributes
    ----------
    number : int
    cells : dict of str to Cell
        Of each kind of column, also where the cell goes on from the row above.
    facts : list of Cell
        The filled cells of `_FACTS` that begin in this row and stand in their column alone.
    """

    number: int
    cells: dict[str, Cell]
    facts: list[Cell]


def read_indicators(layout: Layout, reader: CellReader) -> tuple[FormIndicator, ...]:
    """The rows between the head of the block and the total row, in order.

    Blank rows, repeated heads and notes are no indicators; notes are named in a finding.
    """
    if layout.body < 0:
        return ()
    end = layout.total if layout.total >= 0 else layout.end
    levels = {"level1": "", "level2": ""}
    rows: list[FormIndicator] = []
    skipped: list[Cell] = []
    for number in range(layout.body, end):
        row = _row(layout, number)
        kind = _row_kind(layout, row)
        if kind == "after" and layout.total < 0:
            break
        if kind == "data":
            _carry_levels(row, levels)
            indicator = _indicator(row, reader, levels)
            if indicator is not None:
                rows.append(indicator)
        elif kind in ("note", "after", "subtotal"):
            skipped += distinct(layout.grid.rows[number])[:1]
    _note_skipped(skipped, reader)
    return tuple(rows)


def _row(layout: Layout, number: int) -> _Row:
    line, columns = layout.grid.rows[number], layout.indicators
    cells = {kind: line[column] for kind, column in columns.items()}
    facts = [
        cell
        for kind in _FACTS
        if (cell := cells.get(kind)) is not None
        and cell.row == number
        and cell.col == columns[kind]
        and (cell.problem or not blank(cell.text))
    ]
    return _Row(number, cells, facts)


def _row_kind(layout: Layout, row: _Row) -> str:
    line = layout.lines[row.number]
    if not line:
        return "continued" if row.facts else "blank"
    if len([words for _, words in line if words.column]) >= 3:
        return "head"
    first = line[0][1].row
    if first in ("after", "subtotal", "total", "goal"):
        return "after" if first == "after" else "subtotal"
    if len(line) == 1 and not row.facts and not _is_label(layout, line[0][0]):
        return "note"
    return "data"


def _is_label(layout: Layout, cell: Cell) -> bool:
    """A level label, or the name of an indicator left blank, where it stands alone in a row."""
    if cell.right - cell.col >= 3:
        return False
    kind = next((k for k, column in layout.indicators.items() if column == cell.col), "")
    if kind in ("level3", "level4"):
        return True
    known = level1_code(cell.text, "") != "other" or level1_code("", cell.text) != "other"
    return kind in ("level1", "level2") and (known or len(plain(cell.text)) <= SHORT_LABEL)


def _indicator(row: _Row, reader: CellReader, levels: Mapping[str, str]) -> FormIndicator | None:
    name_cell = _name_cell(row)
    if not row.facts and (name_cell is None or name_cell.row != row.number):
        return None
    level1_text, level2 = levels["level1"], levels["level2"]
    level1 = level1_code(level1_text, level2)
    place = name_cell or row.facts[0]
    name = one_line(name_cell.text) if name_cell else level2 or level1_text
    if name_cell is None:
        reader.note(
            "indicator-unnamed",
            "warning",
            name,
            reader.where(place),
            "",
            "所在行没有三级指标名称，按上级指标的名称读入",
            "请补上三级指标名称。",
        )
    target = _target(row, reader, is_cost="成本" in level1_text + level2)
    actual_cell = row.cells.get("actual")
    actual_text = reader.text(actual_cell, "实际完成值")
    actual = _actual(actual_text, target, name, actual_cell, reader)
    return FormIndicator(
        level1=level1,
        level1_text=level1_text,
        level2=level2,
        level3=name,
        op=target.op,
        target=target.value,
        target_text=target.text,
        measure_unit=target.unit or (read_quantity(actual_text).unit if target.op is None else ""),
        points=_points(row, "points", name, reader),
        actual=actual,
        actual_text=actual_text,
        score=_points(row, "score", name, reader),
        reason=reader.text(row.cells.get("reason"), "偏差原因"),
        where=reader.where(place),
    )


def _carry_levels(row: _Row, levels: dict[str, str]) -> None:
    """A level label holds until the next one; a new level 1 ends the level 2 above it."""
    for kind in ("level1", "level2"):
        cell = row.cells.get(kind)
        text = "" if cell is None else said(cell.text)
        if text and text != levels[kind]:
            levels[kind] = text
            if kind == "level1":
                levels["level2"] = ""


def _name_cell(row: _Row) -> Cell | None:
    """The most detailed level that is filled: level 4, 3, or a level-2 cell that spans level 3."""
    for kind in ("level4", "level3"):
        cell = row.cells.get(kind)
        if cell is not None and not blank(cell.text) and not _only_numbered(cell.text):
            return cell
    return None


@lru_cache(maxsize=8192)
def _only_numbered(text: str) -> bool:
    """Whether it is an empty line of a template (指标1：)."""
    return plain(text).rstrip(":").removeprefix("指标").strip("0123456789.…") == ""


def _target(row: _Row, reader: CellReader, *, is_cost: bool) -> Target:
    cell = row.cells.get("target")
    text = reader.text(cell, "年度指标值")
    nature = reader.text(row.cells.get("nature"), "指标性质")
    unit = reader.text(row.cells.get("measure_unit"), "度量单位")
    if in_brackets(text):
        _note_brackets(cell, "年度指标值", reader)
    return read_target(text, nature, unit, is_cost=is_cost)


def _actual(
    text: str, target: Target, name: str, cell: Cell | None, reader: CellReader
) -> Decimal | None:
    value, problem = read_actual(text, target)
    if in_brackets(text):
        _note_brackets(cell, "实际完成值", reader)
    elif problem:
        code, message, remedy = _NOT_COMPARED[problem]
        found = f"{target.text} / {text}"
        where = reader.where(cell)
        reader.note(code, "warning", name, where, found, f"{message.format(text)}，未计算", remedy)
    return value


def _note_brackets(cell: Cell | None, label: str, reader: CellReader) -> None:
    text = one_line(cell.text) if cell else ""
    reader.note(
        "number-in-brackets",
        "error",
        label,
        reader.where(cell),
        text,
        f"的{label}“{text}”只有括号里的数，看不出是负数还是附注，没有当作数值",
        "请填报单位去掉括号；是负数的请写负号。",
    )


def _points(row: _Row, kind: str, name: str, reader: CellReader) -> Decimal | None:
    """Points count once, in the row that they begin in, however far their cell is merged."""
    cell = row.cells.get(kind)
    if cell is None or cell.row != row.number:
        return None
    label = "分值" if kind == "points" else "得分"
    value = reader.number(cell, label)
    if value is not None and cell.bottom > cell.row and kind == "points":
        reader.note(
            "points-shared",
            "warning",
            name,
            reader.where(cell),
            cell.text,
            f"的分值由 {cell.bottom - cell.row + 1} 行共用，记在第一行",
            "请填报单位把分值分到各三级指标。",
        )
    return value


def _note_skipped(skipped: list[Cell], reader: CellReader) -> None:
    for cell in skipped:
        reader.note(
            "row-left-out",
            "note",
            "form",
            reader.where(cell),
            one_line(cell.text)[:60],
            "是说明文字或小计，没有读入",
            "如其中有指标，请填到三级指标一栏。",
        )


__all__ = ["read_indicators"]
