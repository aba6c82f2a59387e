"""Read the sheets of an Excel file into grids.

Values and merges come from calamine. It has no formulas and no number formats: a formula that
no program has calculated reads as empty, and 98% reads as 0.98. Both are looked up in the XML
of the sheet, only where there is one to look up.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, time
from functools import lru_cache
from html import unescape
from posixpath import normpath
from typing import Any

from lxml import etree
from python_calamine import (
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from perfanalysis.data.findings import Finding, Where
from perfanalysis.data.forms_grid import MAX_CELLS, MAX_ROWS, MAX_SHEETS, Cell, Grid, merge
from perfanalysis.data.forms_guard import FormFileError, Package
from perfanalysis.data.forms_xml import parse_xml

_PLACE = re.compile(rb"""\br=["']([A-Z]{1,3})(\d{1,7})["']""")
_FILLED = re.compile(rb"""\br=["']([A-Z]{1,3})(\d{1,7})["'][^<>]*(?<!/)>\s*<(?!/)""")
_FAR = re.compile(rb"""r=["'](?:[A-Z]{2,3}\d|[A-Z]\d{4})""")
"""A cell beyond column Z or row 999; without one a sheet is small."""
_CELL = re.compile(rb"<(?:\w+:)?c\b([^>]*)>")
_STYLE = re.compile(rb"""\bs=["'](\d+)["']""")
_AT = rb"""\br=["']([A-Z]{1,3})(\d{1,7})["']"""
_ERROR = re.compile(
    _AT + rb"""[^<>]*\bt=["']e["'][^<>]*>(?:\s*<(?:\w+:)?f\b[^<]*(?:</(?:\w+:)?f>)?)?"""
    rb"""\s*<(?:\w+:)?v>([^<]*)<"""
)
_FORMULA = re.compile(
    _AT + rb"[^<>]*>\s*<(?:\w+:)?f\b[^<>]*?(?:/>|>([^<]*)</(?:\w+:)?f>)"
    rb"\s*(?:<(?:\w+:)?v\b[^<>]*>([^<]*)</)?"
)
_ERRORS = frozenset(
    ("#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!", "#SPILL!", "#CALC!")
)
_COMPUTES = re.compile(r"[A-Za-z$]+\d|[A-Za-z.]+\(|[*^&!:]|\d\s*[-+/]\s*\d|^$")
_OTHER_BOOK = re.compile(r"\[[^\]]+\]")
_ANY = "{*}"


def read_excel(package: Package, file: str) -> tuple[list[Grid], list[Finding]]:
    """The visible sheets of a workbook.

    Raises
    ------
    FormFileError
        If calamine cannot open it.
    """
    with _reading():
        book = CalamineWorkbook.from_filelike(io.BytesIO(package.raw))
        sheets = book.sheets_metadata
    findings = [_external(file)] if _has_links(package) else []
    parts = _sheet_parts(package, [meta.name for meta in sheets])
    grids: list[Grid] = []
    left = MAX_CELLS
    for meta in sheets[:MAX_SHEETS]:
        if meta.typ != SheetTypeEnum.WorkSheet:
            continue
        if meta.visible != SheetVisibleEnum.Visible:
            findings.append(_left_out(file, meta.name, "是隐藏的工作表", "需要读入的请取消隐藏"))
            continue
        xml = package.part(parts.get(meta.name, ""))
        rows, cells = _extent(xml)
        if package.kind == "xlsx" and not xml:
            findings.append(_left_out(file, meta.name, "找不到内容", "请用 Excel 或 WPS 另存"))
        elif rows > MAX_ROWS or cells > left:
            findings.append(
                _left_out(file, meta.name, f"有 {rows} 行，远超一张表", "请删去表格以外的行和列")
            )
        elif grid := _grid(book, meta.name, file, xml, package):
            left -= len(grid.rows) * len(grid.rows[0])
            grids.append(grid)
    return grids, findings


@contextmanager
def _reading() -> Iterator[None]:
    """Turn what the reader makes of a broken file (even a panic of its Rust code) into ours."""
    try:
        yield
    except PasswordError:
        raise FormFileError(
            "file-encrypted", "有密码", "有密码，未读入", "请取消密码后另存，或向填报单位索取。"
        ) from None
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as problem:
        raise FormFileError(
            "file-damaged",
            type(problem).__name__,
            "不完整或已损坏，未读入",
            "请用 Excel 或 WPS 打开核对后另存，或向填报单位重新索取。",
        ) from None


def _has_links(package: Package) -> bool:
    return any(name.startswith("xl/externalLinks/") for name in package.names)


def _sheet_parts(package: Package, sheets: list[str]) -> dict[str, str]:
    """Sheet name to the name of its XML part."""
    if package.kind != "xlsx":
        return {}
    alone = [n for n in package.names if n.startswith("xl/worksheets/") and n.endswith(".xml")]
    if len(sheets) == 1 == len(alone):
        return {sheets[0]: alone[0]}
    workbook = parse_xml(package.part("xl/workbook.xml"))
    named = [sheet for sheet in workbook.iter() if etree.QName(sheet).localname == "sheet"]
    targets = {
        link.get("Id"): link.get("Target", "")
        for link in parse_xml(package.part("xl/_rels/workbook.xml.rels"))
    }
    return {
        sheet.get("name"): _part_name(targets.get(_link(sheet), ""), package.names)
        for sheet in named
    }


def _link(sheet: Any) -> str:
    return next((v for k, v in sheet.attrib.items() if k.endswith("}id")), "")


def _part_name(target: str, names: frozenset[str]) -> str:
    path = target.lstrip("/") if target.startswith(("/", "xl/")) else f"xl/{target}"
    path = normpath(path)
    return path if path in names else next((n for n in names if n.lower() == path.lower()), "")


def _extent(xml: bytes) -> tuple[int, int]:
    """Rows and cells between the first corner and the last cell: a reader lays them all out."""
    if not _FAR.search(xml):
        return 0, 0
    places = _FILLED.findall(xml)
    if not places:
        return 0, 0
    letters, numbers = (set(part) for part in zip(*places, strict=True))
    height = max(map(int, numbers))
    return height, height * (max(map(_position, letters)) + 1)


@lru_cache(maxsize=1024)
def _position(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number - 1


def _grid(
    book: CalamineWorkbook, name: str, file: str, xml: bytes, package: Package
) -> Grid | None:
    """The sheet as a grid; None where it is empty."""
    with _reading():
        sheet = book.get_sheet_by_name(name)
        height, width = sheet.total_height, sheet.total_width
        small = height <= MAX_ROWS and height * width <= MAX_CELLS
        values = sheet.to_python(skip_empty_area=False) if small else []
        merged = sheet.merged_cell_ranges or ()
    if not values:
        return None
    marks = _Marks(
        [[each.strip() if type(each) is str else _text(each) for each in line] for line in values]
    )
    _mark_errors(marks, xml)
    _mark_percents(marks, values, xml, package.part("xl/styles.xml"))
    _mark_formulas(marks, xml)
    return Grid(file, name, _cells(marks, name, merged))


@dataclass(frozen=True, slots=True)
class _Marks:
    """Texts of a sheet, and why some of them cannot be taken.

    Attributes
    ----------
    texts : list of list of str
        All of one length.
    problems : dict of (int, int) to (str, str)
        Row and column, to `Cell.problem` and `Cell.found`.
    """

    texts: list[list[str]]
    problems: dict[tuple[int, int], tuple[str, str]] = field(default_factory=dict)

    def at(self, place: re.Match[bytes]) -> tuple[int, int] | None:
        """Row and column of an address, where they are in the sheet."""
        row, col = int(place[2]) - 1, _position(place[1])
        inside = 0 <= row < len(self.texts) and col < len(self.texts[row])
        return (row, col) if inside else None


def _cells(marks: _Marks, sheet: str, merged: Iterable[Any]) -> list[list[Cell]]:
    """The cells; merged ones first, so that none is made that another covers."""
    height, width = len(marks.texts), len(marks.texts[0])
    rows: list[list[Any]] = [[None] * width for _ in range(height)]
    _merge_all(rows, marks.texts, sheet, merged)
    for r, (row, texts) in enumerate(zip(rows, marks.texts, strict=True)):
        for c, cell in enumerate(row):
            if cell is None:
                row[c] = Cell(texts[c], sheet, r, c)
    for (r, c), (problem, found) in marks.problems.items():
        cell = rows[r][c]
        if cell.row == r and cell.col == c:
            cell.problem, cell.found = problem, found
    return rows


def _merge_all(
    rows: list[list[Any]], texts: list[list[str]], sheet: str, merged: Iterable[Any]
) -> None:
    height, width = len(rows), len(rows[0])
    left = height * width
    for (top, start), (bottom, end) in merged:
        if top < height and start < width:
            bottom, end = min(bottom, height - 1), min(end, width - 1)
            left -= (bottom + 1 - top) * (end + 1 - start)
            if left < 0:
                raise FormFileError(
                    "file-damaged",
                    "合并单元格",
                    "的合并单元格互相重叠，未读入",
                    "请用 Excel 或 WPS 打开核对后另存。",
                )
            if rows[top][start] is None:
                rows[top][start] = Cell(texts[top][start], sheet, top, start)
            merge(rows, top, start, bottom, end)


def _mark_errors(marks: _Marks, xml: bytes) -> None:
    """Errors, which calamine reads as empty, and their names where they were typed or pasted."""
    has_error = b'"e"' in xml or (b"'" in xml and b"'e'" in xml)
    for found in _ERROR.finditer(xml) if has_error else ():
        place = marks.at(found)
        if place is not None:
            marks.problems[place] = ("error", found[3].decode("utf-8", "replace"))
    for r, texts in enumerate(marks.texts):
        if _ERRORS.isdisjoint(texts):
            continue
        for c, text in enumerate(texts):
            if text in _ERRORS:
                marks.problems[r, c] = ("error", text)
                texts[c] = ""


def _mark_percents(marks: _Marks, values: list[list[Any]], xml: bytes, styles: bytes) -> None:
    """Numbers that the sheet shows as percentages read as they are shown."""
    percents = _percent_styles(styles)
    if not percents:
        return
    for attributes in _CELL.findall(xml):
        style, place = _STYLE.search(attributes), _PLACE.search(attributes)
        if style and place and style[1].decode() in percents and (at := marks.at(place)):
            value = values[at[0]][at[1]]
            if type(value) is float:
                marks.texts[at[0]][at[1]] = f"{value * 100:.13g}%"


def _mark_formulas(marks: _Marks, xml: bytes) -> None:
    """Look at the cells with a formula; a pattern finds those few faster than a parser."""
    if b"<f" not in xml and b":f" not in xml:
        return
    for found in _FORMULA.finditer(xml):
        place = marks.at(found)
        if place is not None:
            formula, value = found[3] or b"", found[4] or b""
            text = unescape(formula.decode("utf-8", "replace"))
            _mark_formula(marks, place, text, bool(value.strip()))


def _mark_formula(marks: _Marks, place: tuple[int, int], formula: str, calculated: bool) -> None:
    """A formula that computes nothing (``=100%``, ``=6艘``) is a target that somebody typed."""
    texts, col = marks.texts[place[0]], place[1]
    if _OTHER_BOOK.search(formula):
        marks.problems[place] = ("external", f"={formula}")
        texts[col] = ""
    elif calculated or texts[col]:
        return
    elif not _COMPUTES.search(formula.strip()):
        texts[col] = f"={formula.strip()}"
    else:
        marks.problems[place] = ("formula", f"={formula}")


def _text(value: Any) -> str:
    kind = type(value)
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
        for each in root.iter(f"{_ANY}numFmt")
        if "%" in each.get("formatCode", "")
    }
    used = root.find(f"{_ANY}cellXfs")
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
