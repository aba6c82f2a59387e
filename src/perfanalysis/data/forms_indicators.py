"""Read the indicator block of a form, row by row."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from perfanalysis.data.forms_cells import CellReader
from perfanalysis.data.forms_grid import Cell, distinct
from perfanalysis.data.forms_layout import Layout
from perfanalysis.data.forms_model import FormIndicator
from perfanalysis.data.forms_targets import Target, read_actual, read_target
from perfanalysis.data.forms_text import blank, one_line, plain
from perfanalysis.data.forms_values import in_brackets, read_quantity
from perfanalysis.data.forms_words import level1_code, words_of

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
class _Levels:
    """Level labels, written once and meant for the rows below."""

    texts: dict[str, str] = field(default_factory=lambda: {"level1": "", "level2": ""})


def read_indicators(layout: Layout, reader: CellReader) -> tuple[FormIndicator, ...]:
    """The rows between the head of the block and the total row, in order.

    Blank rows, repeated heads and notes are no indicators; notes are named in a finding.
    """
    if layout.body < 0:
        return ()
    end = layout.total if layout.total >= 0 else layout.end
    levels = _Levels()
    rows: list[FormIndicator] = []
    skipped: list[Cell] = []
    for number in range(layout.body, end):
        kind = _row_kind(layout, number)
        if kind == "after" and layout.total < 0:
            break
        if kind == "data":
            _carry_levels(layout, number, levels)
            row = _row(layout, number, reader, levels)
            if row is not None:
                rows.append(row)
        elif kind in ("note", "after", "subtotal"):
            skipped += distinct(layout.grid.rows[number])[:1]
    _note_skipped(skipped, reader)
    return tuple(rows)


def _row_kind(layout: Layout, number: int) -> str:
    cells = [cell for cell in distinct(layout.grid.rows[number]) if cell.row == number]
    if not cells:
        return "continued" if _facts(layout, number) else "blank"
    words = [words_of(cell.text) for cell in cells]
    if sum(1 for each in words if each.column) >= 3:
        return "head"
    if words[0].row in ("after", "subtotal", "total", "goal"):
        return "after" if words[0].row == "after" else "subtotal"
    if len(cells) == 1 and not _facts(layout, number) and not _is_label(layout, cells[0]):
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


def _facts(layout: Layout, number: int) -> bool:
    return any(_own(layout, number, kind) for kind in _FACTS)


def _own(layout: Layout, number: int, kind: str) -> Cell | None:
    """The filled cell of a column that begins in this row and stands in this column alone."""
    if kind not in layout.indicators:
        return None
    column = layout.indicators[kind]
    cell = layout.at(number, column)
    filled = cell.problem or not blank(cell.text)
    return cell if cell.row == number and cell.col == column and filled else None


def _row(layout: Layout, number: int, reader: CellReader, levels: _Levels) -> FormIndicator | None:
    name_cell = _name_cell(layout, number)
    if not _facts(layout, number) and (name_cell is None or name_cell.row != number):
        return None
    level1_text, level2 = levels.texts["level1"], levels.texts["level2"]
    level1 = level1_code(level1_text, level2)
    place = name_cell or next(c for k in _FACTS if (c := _own(layout, number, k)))
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
    target = _target(layout, number, reader, is_cost="成本" in level1_text + level2)
    actual_cell = _text_cell(layout, number, "actual")
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
        points=_points(layout, number, "points", name, reader),
        actual=actual,
        actual_text=actual_text,
        score=_points(layout, number, "score", name, reader),
        reason=reader.text(_text_cell(layout, number, "reason"), "偏差原因"),
        where=reader.where(place),
    )


def _carry_levels(layout: Layout, number: int, levels: _Levels) -> None:
    """A level label holds until the next one; a new level 1 ends the level 2 above it."""
    for kind in ("level1", "level2"):
        if kind not in layout.indicators:
            continue
        cell = layout.at(number, layout.indicators[kind])
        text = "" if blank(cell.text) else one_line(cell.text)
        if text and text != levels.texts[kind]:
            levels.texts[kind] = text
            if kind == "level1":
                levels.texts["level2"] = ""


def _name_cell(layout: Layout, number: int) -> Cell | None:
    """The most detailed level that is filled: level 4, 3, or a level-2 cell that spans level 3."""
    for kind in ("level4", "level3"):
        if kind in layout.indicators:
            cell = layout.at(number, layout.indicators[kind])
            if not blank(cell.text) and not _only_numbered(cell.text):
                return cell
    return None


def _only_numbered(text: str) -> bool:
    """Whether it is an empty line of a template (指标1：)."""
    return plain(text).rstrip(":").removeprefix("指标").strip("0123456789.…") == ""


def _text_cell(layout: Layout, number: int, kind: str) -> Cell | None:
    """The cell of a column, also where it goes on from the row above."""
    if kind not in layout.indicators:
        return None
    return layout.at(number, layout.indicators[kind])


def _target(layout: Layout, number: int, reader: CellReader, *, is_cost: bool) -> Target:
    texts = {
        kind: reader.text(_text_cell(layout, number, kind), label)
        for kind, label in (
            ("target", "年度指标值"),
            ("nature", "指标性质"),
            ("measure_unit", "度量单位"),
        )
    }
    if in_brackets(texts["target"]):
        _note_brackets(_text_cell(layout, number, "target"), "年度指标值", reader)
    return read_target(texts["target"], texts["nature"], texts["measure_unit"], is_cost=is_cost)


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


def _points(
    layout: Layout, number: int, kind: str, name: str, reader: CellReader
) -> Decimal | None:
    """Points count once, in the row that they begin in, however far their cell is merged."""
    column = layout.indicators.get(kind)
    if column is None:
        return None
    cell = layout.at(number, column)
    if cell.row != number:
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
