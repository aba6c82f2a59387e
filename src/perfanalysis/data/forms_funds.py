"""Read the funds block of a form: 年度资金总额 and the rows under it, in 万元."""

from __future__ import annotations

from perfanalysis.data.forms_cells import CellReader
from perfanalysis.data.forms_grid import Cell
from perfanalysis.data.forms_layout import Layout
from perfanalysis.data.forms_model import FundLine
from perfanalysis.data.forms_text import blank, one_line
from perfanalysis.data.forms_values import money_unit
from perfanalysis.data.forms_words import fund_source, money_unit_in, words_of

AMOUNTS = {
    "initial": "年初预算数",
    "annual": "全年预算数",
    "received": "到位资金",
    "executed": "全年执行数",
}


def read_funds(layout: Layout, reader: CellReader) -> tuple[FundLine, ...]:
    """The rows of the funds block, in order; the first total counts as the total."""
    if layout.funds_head < 0:
        return ()
    unit = _unit(layout, reader)
    lines: list[FundLine] = []
    for number in range(layout.funds_head + 1, _end(layout)):
        line = _line(layout, number, unit, reader, lines)
        if line is not None:
            lines.append(line)
    return tuple(lines)


def _end(layout: Layout) -> int:
    """The row after the block: the goals, the indicators or the end of the form."""
    below = [layout.end]
    below += [cell.row for cell in layout.goals.values() if cell.row > layout.funds_head]
    if layout.indicators_head > layout.funds_head:
        below.append(layout.indicators_head)
    return min(below)


def _unit(layout: Layout, reader: CellReader) -> str:
    """Money unit: of the block's label or columns, else of anything above the indicators."""
    head = layout.grid.rows[layout.funds_head]
    for cell in head:
        unit = money_unit(cell.text)
        if unit:
            return unit
    top = layout.grid.rows[layout.start : max(layout.indicators_head, _end(layout))]
    texts = [cell.text for row in top for cell in row] + list(layout.grid.preamble)
    for text in texts:
        if len(text) < 60 and (unit_found := money_unit_in(text)):
            return unit_found
    reader.note(
        "money-unit-missing",
        "warning",
        "funds",
        reader.where(head[0]),
        "",
        "没有写明金额单位，按全国统一表式的万元读入",
        "请向填报单位核实；若是元，请在表上注明后重新导入。",
    )
    return "万元"


def _line(
    layout: Layout, number: int, unit: str, reader: CellReader, above: list[FundLine]
) -> FundLine | None:
    """One row; None where it says nothing or its source is not known."""
    label = _label(layout, number)
    if label and words_of(label.text).row == "after":
        return None
    source = _source(label, above)
    cells = {kind: _own(layout, number, kind) for kind in (*AMOUNTS, "points", "score")}
    filled = [cell for cell in cells.values() if cell and (cell.problem or not blank(cell.text))]
    if not filled and source != "total":
        return None
    if not source:
        _unknown(label or filled[0], reader)
        return None
    initial, annual, received, executed = (
        reader.money(cells[kind], title, unit) for kind, title in AMOUNTS.items()
    )
    return FundLine(
        source,
        one_line(label.text) if label else "年度资金总额",
        initial,
        annual,
        received,
        executed,
        points=reader.number(cells["points"], "预算执行分值"),
        score=reader.number(cells["score"], "预算执行得分"),
        where=reader.where(label or filled[0]),
    )


def _unknown(cell: Cell, reader: CellReader) -> None:
    text = one_line(cell.text)
    reader.note(
        "funds-row-unknown",
        "warning",
        "funds",
        reader.where(cell),
        text,
        f"的资金来源“{text}”不认识，该行未读入",
        "请对照统一表式改为财政拨款、上年结转资金或其他资金。",
    )


def _own(layout: Layout, number: int, kind: str) -> Cell | None:
    """The cell of a column, unless it goes on from a row above."""
    if kind not in layout.funds:
        return None
    cell = layout.at(number, layout.funds[kind])
    return cell if cell.row == number else None


def _label(layout: Layout, number: int) -> Cell | None:
    """The nearest text left of the first amount; the block's own label stands over all rows."""
    first = min(layout.funds.values())
    for cell in reversed(layout.grid.rows[number][:first]):
        if cell.text and cell.row == number and cell.col < first:
            return cell
    return None


def _source(label: Cell | None, above: list[FundLine]) -> str:
    if label is None:
        return "" if above else "total"
    source = fund_source(label.text)
    if source == "total" and any(line.source == "total" for line in above):
        return ""
    if not source and not above and not words_of(label.text).label:
        return "total"
    return source


__all__ = ["AMOUNTS", "read_funds"]
