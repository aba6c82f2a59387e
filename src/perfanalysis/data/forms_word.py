"""Read the tables of a Word file into grids, straight from its XML."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from perfanalysis.data.findings import Finding, Where
from perfanalysis.data.forms_grid import MAX_CELLS, MAX_ROWS, MAX_SHEETS, Cell, Grid
from perfanalysis.data.forms_guard import FormFileError, Package
from perfanalysis.data.forms_xml import parse_xml

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_TABLE, _ROW, _TC, _P = f"{_W}tbl", f"{_W}tr", f"{_W}tc", f"{_W}p"
_T, _TAB, _BREAK, _CR = f"{_W}t", f"{_W}tab", f"{_W}br", f"{_W}cr"
_TC_PR, _TR_PR, _VAL = f"{_W}tcPr", f"{_W}trPr", f"{_W}val"
_WRAPPERS = frozenset(
    f"{_W}{name}" for name in ("sdt", "sdtContent", "ins", "customXml", "smartTag")
)
_MOVED = f"{_W}moveFrom"
_HYPERLINK = "/hyperlink"


@dataclass(slots=True)
class _Reading:
    """Where the reader stands in the document; `positions` counts the cells so far."""

    tables: list[list[list[Cell]]] = field(default_factory=list)
    preambles: list[tuple[str, ...]] = field(default_factory=list)
    above: list[str] = field(default_factory=list)
    positions: int = 0


def read_word(package: Package, file: str) -> tuple[list[Grid], list[Finding]]:
    """The tables of a document, in its order; nested ones stand on their own.

    Raises
    ------
    FormFileError
        If the XML is broken.
    """
    findings = [_external(file, target) for target in _external_targets(package)[:1]]
    reading = _Reading()
    body = parse_xml(package.part("word/document.xml")).find(f"{_W}body")
    if body is not None:
        _read_blocks(body, reading)
    grids = []
    for number, rows in enumerate(reading.tables, 1):
        width = max((len(row) for row in rows), default=0)
        if not width or len(rows) > MAX_ROWS or len(rows) * width > MAX_CELLS:
            continue
        name = f"表{number}"
        grids.append(Grid(file, name, _even(rows, width, name), reading.preambles[number - 1]))
    return grids, findings


def _read_blocks(parent: Any, reading: _Reading) -> None:
    for block in parent:
        if block.tag == _P:
            text = _paragraph(block)
            if text:
                reading.above.append(text)
        elif block.tag == _TABLE:
            _read_table(block, reading)
        elif block.tag in _WRAPPERS:
            _read_blocks(block, reading)


def _read_table(table: Any, reading: _Reading) -> None:
    if len(reading.tables) >= MAX_SHEETS:
        return
    rows: list[list[Cell]] = []
    reading.tables.append(rows)
    reading.preambles.append(tuple(reading.above[-8:]))
    reading.above.clear()
    for number, tr in enumerate(_inside(table, _ROW)):
        if number > MAX_ROWS:
            break
        row: list[Cell] = [Cell("", "", number, col) for col in range(_skipped(tr))]
        for tc in _inside(tr, _TC):
            _add_cell(tc, row, rows, reading)
        rows.append(row)


def _inside(parent: Any, tag: str) -> Iterator[Any]:
    """Children of a kind, also those that a content control or a revision wraps."""
    for child in parent:
        if child.tag == tag:
            yield child
        elif child.tag in _WRAPPERS:
            yield from _inside(child, tag)


def _skipped(tr: Any) -> int:
    """Grid columns left empty before the first cell."""
    before = tr.find(f"{_TR_PR}/{_W}gridBefore")
    return _number(before) if before is not None else 0


def _number(element: Any) -> int:
    text = element.get(_VAL, "1")
    return min(int(text), 200) if text.isdecimal() else 1


def _add_cell(tc: Any, row: list[Cell], rows: list[list[Cell]], reading: _Reading) -> None:
    span, goes_on = 1, False
    properties = tc.find(_TC_PR)
    if properties is not None:
        for each in properties:
            if each.tag == f"{_W}gridSpan":
                span = max(_number(each), 1)
            elif each.tag == f"{_W}vMerge":
                goes_on = each.get(_VAL, "continue") == "continue"
    reading.positions += span
    if reading.positions > MAX_CELLS:
        raise FormFileError(
            "file-too-large",
            f"{MAX_CELLS} 格以上",
            "里面的表格远超一张自评表，未读入",
            "请只保留自评表后另存。",
        )
    col = len(row)
    above = rows[-1][col] if goes_on and rows and col < len(rows[-1]) else None
    if above is not None:
        above.bottom = len(rows)
        row.extend([above] * span)
        return
    cell = Cell(_cell_text(tc, reading), "", len(rows), col)
    cell.right = col + span - 1
    row.extend([cell] * span)


def _cell_text(tc: Any, reading: _Reading) -> str:
    """Its paragraphs; a table inside it is read on its own."""
    lines = []
    for block in tc:
        if block.tag == _P:
            lines.append(_paragraph(block))
        elif block.tag == _TABLE:
            _read_table(block, reading)
        elif block.tag in _WRAPPERS:
            lines += [_paragraph(each) for each in block.iter(_P)]
    return "\n".join(line for line in lines if line).strip()


def _paragraph(paragraph: Any) -> str:
    pieces = []
    for each in paragraph.iter(_T, _TAB, _BREAK, _CR):
        if each.tag != _T:
            pieces.append("\n" if each.tag != _TAB else " ")
        elif not any(True for _ in each.iterancestors(_MOVED)):
            pieces.append(each.text or "")
    return "".join(pieces).strip()


def _even(rows: list[list[Cell]], width: int, name: str) -> list[list[Cell]]:
    """Rows of one length, every cell named after its table."""
    for number, row in enumerate(rows):
        row.extend(Cell("", name, number, col) for col in range(len(row), width))
        for cell in row:
            cell.sheet = name
    return rows


def _external_targets(package: Package) -> list[str]:
    """What the document would fetch from elsewhere: templates, pictures; hyperlinks do not."""
    targets = []
    for name in sorted(package.names):
        if not (name.startswith("word/_rels/") and name.endswith(".rels")):
            continue
        data = package.part(name)
        if b"External" in data:
            targets += [
                link.get("Target", "")
                for link in parse_xml(data)
                if link.get("TargetMode") == "External"
                and not link.get("Type", "").endswith(_HYPERLINK)
            ]
    return targets


def _external(file: str, target: str) -> Finding:
    return Finding(
        "file-external-links",
        "warning",
        file,
        Where(file),
        target,
        f"{file} 引用了文件以外的内容（{target}）：没有打开，只读文件里的表格",
        "请核对文件来源；表格中来自外部的内容请改为文字。",
    )


__all__ = ["read_word"]
