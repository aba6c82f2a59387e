"""A published page read back: its tables, cell by cell, and its sentences."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lxml import etree
from lxml import html as markup

from perfanalysis.errors import DataError

_PROSE = ("h1", "h2", "h3", "h4", "p", "li", "dt", "dd", "figcaption")


@dataclass(frozen=True, slots=True)
class PrintedRow:
    """One row of a table.

    Attributes
    ----------
    label : str
        Its header; after that of its group where the table has groups.
    cells : tuple of str
        The other cells, as printed.
    """

    label: str
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PrintedTable:
    """One table of a page, or the numbers of one of its figures.

    Attributes
    ----------
    caption : str
        With its number, e.g. ``表1　资金``.
    columns : tuple of str
        Headers of the cells, without that of the rows' own column.
    rows : tuple of PrintedRow
    """

    caption: str
    columns: tuple[str, ...]
    rows: tuple[PrintedRow, ...]


@dataclass(frozen=True, slots=True)
class PrintedPage:
    """What a page says.

    Attributes
    ----------
    tables : dict of str to PrintedTable
        By the id of the element that names it, which stays the same from run to run.
    texts : tuple of str
        Headings, sentences and captions in order, without what only tells how to repeat the page.
    """

    tables: dict[str, PrintedTable]
    texts: tuple[str, ...]


def read_page(path: Path) -> PrintedPage:
    """Read a published page.

    Raises
    ------
    DataError
        If it cannot be read, or is no page.
    """
    try:
        root = markup.document_fromstring(path.read_bytes(), parser=_parser())
    except (OSError, etree.LxmlError, ValueError) as error:
        raise DataError(f"读不了页面 {path}：{error}。请用 perfanalysis verify 核对。") from None
    body = next(root.iter("main"), root)
    captions = {str(each.get("id")): _text(each) for each in body.iter("figcaption", "summary")}
    tables: dict[str, PrintedTable] = {}
    for table in body.iter("table"):
        name = table.get("aria-labelledby") or f"table-{len(tables) + 1}"
        while name in tables:
            name += "'"
        tables[name] = _table(table, captions.get(name, name))
    return PrintedPage(tables, tuple(_texts(body)))


def _parser() -> markup.HTMLParser:
    return markup.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)


def _table(table: markup.HtmlElement, caption: str) -> PrintedTable:
    heads = [_text(cell) for cell in table.iterfind("./thead/tr/th")]
    rows, group = [], ""
    for line in (*table.iterfind("./tbody/tr"), *table.iterfind("./tfoot/tr")):
        cells = [cell for cell in line if cell.tag in ("th", "td")]
        if not cells:
            continue
        label, spare = _text(cells[0]), _span(cells[0]) - 1
        if cells[0].get("scope") == "rowgroup":
            group = label
        elif group and line.getparent().tag == "tbody":
            label = f"{group} / {label}"
        rows.append(PrintedRow(label, ("",) * spare + tuple(_text(cell) for cell in cells[1:])))
    return PrintedTable(caption, tuple(heads[1:]), tuple(rows))


def _span(cell: markup.HtmlElement) -> int:
    text = cell.get("colspan") or "1"
    return min(max(int(text), 1), 1000) if text.isdecimal() else 1


def _texts(body: markup.HtmlElement) -> Iterator[str]:
    """Sentences outside tables, up to what tells how to repeat the page."""
    for each in body.iter(*_PROSE):
        if each.get("id") == "reproduction":
            return
        if next(each.iterancestors("table"), None) is None and (text := _text(each)):
            yield text


def _text(element: markup.HtmlElement) -> str:
    return " ".join(element.text_content().split())


__all__ = ["PrintedPage", "PrintedRow", "PrintedTable", "read_page"]
