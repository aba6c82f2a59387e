"""Read the sheets of an Excel file into grids.

Values and merges come from calamine. It has no formulas and no number formats: a formula that
no program has calculated reads as empty, and 98% reads as 0.98. Both are looked up in the XML
of the sheet, only where there is one to look up.
"""

from __future__ import annotations

import io
import re
from datetime import datetime, time
from functools import lru_cache
from typing import Any

from lxml import etree
from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from perfanalysis.data.findings import Finding, Where
from perfanalysis.data.forms_grid import MAX_CELLS, MAX_ROWS, MAX_SHEETS, Cell, Grid, merge
from perfanalysis.data.forms_guard import FormFileError, Package
from perfanalysis.data.forms_xml import parse_xml

_PLACE = re.compile(rb'<(?:\w+:)?c\b[^>]*?\br="([A-Z]{1,3})(\d{1,7})"')
_ADDRESS = re.compile(r"([A-Z]{1,3})(\d{1,7})")
_ERRORS = frozenset(
    ("#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!", "#SPILL!", "#CALC!")
)
_COMPUTES = re.compile(r"[A-Za-z$]+\d|[A-Za-z.]+\(|[*^&!:]|\d\s*[-+/]\s*\d|^$")
_OTHER_BOOK = re.compile(r"\[[^\]]+\]")
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_LINK = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


def read_excel(package: Package, file: str) -> tuple[list[Grid], list[Finding]]:
    """The visible sheets of a workbook.

    Raises
    ------
    FormFileError
        If calamine cannot open it.
    """
    book = _opened(package)
    findings: list[Finding] = []
    grids: list[Grid] = []
    if any(name.startswith("xl/externalLinks/") for name in package.names):
        findings.append(_external(file))
    parts = _sheet_parts(package) if package.kind == "xlsx" else {}
    for meta in book.sheets_metadata[:MAX_SHEETS]:
        if meta.typ != SheetTypeEnum.WorkSheet:
            continue
        if meta.visible != SheetVisibleEnum.Visible:
            findings.append(_left_out(file, meta.name, "是隐藏的工作表", "需要读入的请取消隐藏"))
            continue
        xml = package.part(parts.get(meta.name, ""))
        rows, cells = _extent(xml)
        if rows > MAX_ROWS or cells > MAX_CELLS:
            findings.append(
                _left_out(file, meta.name, f"有 {rows} 行，远超一张表", "请删去表格以外的行和列")
            )
            continue
        grid = _grid(book, meta.name, file, xml, package)
        if grid is not None:
            grids.append(grid)
    return grids, findings


def _opened(package: Package) -> CalamineWorkbook:
    try:
        return CalamineWorkbook.from_filelike(io.BytesIO(package.raw))
    except PasswordError:
        raise FormFileError(
            "file-encrypted", "有密码", "有密码，未读入", "请取消密码后另存，或向填报单位索取。"
        ) from None
    except BaseException as problem:
        _damaged(problem)
        raise


def _damaged(problem: BaseException) -> None:
    """Turn what a reader makes of a broken file (even a panic of its Rust code) into ours."""
    if isinstance(problem, (KeyboardInterrupt, SystemExit, MemoryError)):
        return
    raise FormFileError(
        "file-damaged",
        type(problem).__name__,
        "不完整或已损坏，未读入",
        "请用 Excel 或 WPS 打开核对后另存，或向填报单位重新索取。",
    ) from None


def _sheet_parts(package: Package) -> dict[str, str]:
    """Sheet name to the name of its XML part."""
    sheets = list(parse_xml(package.part("xl/workbook.xml")).iter(f"{_MAIN}sheet"))
    candidates = [name for name in package.names if name.startswith("xl/worksheets/")]
    alone = [name for name in candidates if name.endswith(".xml")]
    if len(sheets) == 1 == len(alone):
        return {sheets[0].get("name"): alone[0]}
    targets = {
        link.get("Id"): link.get("Target", "")
        for link in parse_xml(package.part("xl/_rels/workbook.xml.rels"))
    }
    return {sheet.get("name"): _part_name(targets.get(sheet.get(_LINK), "")) for sheet in sheets}


def _part_name(target: str) -> str:
    return target.lstrip("/") if target.startswith("/") else f"xl/{target}"


def _extent(xml: bytes) -> tuple[int, int]:
    """Rows and cells between the first corner and the last cell: a reader lays them all out."""
    places = _PLACE.findall(xml)
    if not places:
        return 0, 0
    letters, numbers = (set(part) for part in zip(*places, strict=True))
    height = max(map(int, numbers))
    return height, height * (max(_position(each.decode()) for each in letters) + 1)


def _position(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def _grid(
    book: CalamineWorkbook, name: str, file: str, xml: bytes, package: Package
) -> Grid | None:
    """The sheet as a grid; None where it is empty."""
    try:
        sheet = book.get_sheet_by_name(name)
        values = _values(sheet)
        merged = sheet.merged_cell_ranges or ()
    except CalamineError as problem:
        _damaged(problem)
        raise
    if not values:
        return None
    rows = [
        [Cell(_text(value), name, r, c) for c, value in enumerate(line)]
        for r, line in enumerate(values)
    ]
    _mark_errors(rows)
    _mark_percents(rows, values, xml, package.part("xl/styles.xml"))
    _mark_formulas(rows, xml)
    height, width = len(rows), len(rows[0])
    for (top, left), (bottom, right) in merged:
        if top < height and left < width:
            merge(rows, top, left, min(bottom, height - 1), min(right, width - 1))
    return Grid(file, name, rows)


def _values(sheet: CalamineSheet) -> list[list[Any]]:
    if sheet.total_height > MAX_ROWS or sheet.total_height * sheet.total_width > MAX_CELLS:
        return []
    return sheet.to_python(skip_empty_area=False)


def _mark_errors(rows: list[list[Cell]]) -> None:
    for row in rows:
        for cell in row:
            if cell.text[:1] == "#" and cell.text in _ERRORS:
                cell.problem, cell.found, cell.text = "error", cell.text, ""


def _mark_percents(
    rows: list[list[Cell]], values: list[list[Any]], xml: bytes, styles: bytes
) -> None:
    """Numbers that the sheet shows as percentages read as they are shown."""
    percents = _percent_styles(styles)
    if not percents:
        return
    for element in parse_xml(xml).iter(f"{_MAIN}c"):
        if element.get("s") in percents:
            cell = _at(rows, element)
            value = values[cell.row][cell.col] if cell else None
            if cell and type(value) is float:
                cell.text = f"{value * 100:.13g}%"


def _mark_formulas(rows: list[list[Cell]], xml: bytes) -> None:
    if b"<f" not in xml and b":f" not in xml:
        return
    for formula in parse_xml(xml).iter(f"{_MAIN}f"):
        element = formula.getparent()
        cell = _at(rows, element)
        if cell is not None:
            value = element.findtext(f"{_MAIN}v")
            _mark_formula(cell, formula.text or "", bool(value and value.strip()))


def _at(rows: list[list[Cell]], element: Any) -> Cell | None:
    match = _ADDRESS.fullmatch(element.get("r", ""))
    if match is None:
        return None
    row, col = int(match[2]) - 1, _position(match[1])
    return rows[row][col] if 0 <= row < len(rows) and col < len(rows[row]) else None


def _mark_formula(cell: Cell, formula: str, calculated: bool) -> None:
    """A formula that computes nothing (``=100%``, ``=6艘``) is a target that somebody typed."""
    if _OTHER_BOOK.search(formula):
        cell.problem, cell.found, cell.text = "external", f"={formula}", ""
    elif calculated or cell.text:
        return
    elif not _COMPUTES.search(formula.strip()):
        cell.text = f"={formula.strip()}"
    else:
        cell.problem, cell.found = "formula", f"={formula}"


def _text(value: Any) -> str:
    kind = type(value)
    if kind is str:
        text: str = value.strip()
        return text
    if kind is float:
        return f"{value:.15g}" if abs(value) < 1e15 else f"{value:.0f}"
    if kind is bool:
        return "是" if value else "否"
    if kind is datetime:
        return str(value if value.time() != time() else value.date())
    return str(value)


@lru_cache(maxsize=64)
def _percent_styles(styles: bytes) -> frozenset[str]:
    """Numbers of the cell styles that show a ratio as a percentage."""
    if b"%" not in styles and not re.search(rb'numFmtId="(?:9|10)"', styles):
        return frozenset()
    root = parse_xml(styles)
    formats = {"9", "10"} | {
        each.get("numFmtId", "")
        for each in root.iter(f"{_MAIN}numFmt")
        if "%" in each.get("formatCode", "")
    }
    used = root.find(f"{_MAIN}cellXfs")
    shown = used if used is not None else etree.Element("none")
    return frozenset(str(i) for i, xf in enumerate(shown) if xf.get("numFmtId") in formats)


def _external(file: str) -> Finding:
    return Finding(
        "file-external-links",
        "warning",
        file,
        Where(file),
        "externalLinks",
        f"{file} 链接到别的工作簿：来自链接的数没有依据，未读入",
        "请把链接的数粘贴为数值，并附上它的来源。",
    )


def _left_out(file: str, sheet: str, problem: str, remedy: str) -> Finding:
    return Finding(
        "sheet-left-out",
        "warning",
        sheet,
        Where(file, sheet),
        sheet,
        f"{file} 的工作表“{sheet}”{problem}，未读入",
        f"{remedy}后重新导入。",
    )


__all__ = ["read_excel"]
