"""The body of a Word report: blocks into paragraphs, tables and pictures."""

from __future__ import annotations

import re
import struct
from collections.abc import Sequence

from perfanalysis.report.text import Texts
from perfanalysis.report.word.blocks import (
    Block,
    Facts,
    Figure,
    Heading,
    Items,
    Paragraph,
    Report,
    Row,
    Span,
    Table,
)
from perfanalysis.report.word.xml import (
    bookmark,
    cell,
    field,
    paragraph,
    picture,
    plain,
    row,
    run,
    table,
)

TEXT_WIDTH = 9638  # twentieths of a point: A4 less 20 mm on either side
_CHARACTER = 180  # a Chinese character of 9 points
_MARGINS = 1.2  # of a cell, in characters
_LONGEST = 16.0  # characters; a longer text is broken
_DOTS_PER_INCH = 200
_WIDEST_PICTURE = 160.0  # mm
_HEADINGS = ("Heading1", "Heading2", "Heading3")
_STYLES = {"body": "BodyText", "finding": "Finding", "notice": "Notice", "note": "TableNote"}
_NUMBER = re.compile(r"(.*?)(\d+)\Z", re.DOTALL)
_RULE = '<w:top w:val="single" w:sz="4" w:space="0" w:color="auto"/>'
_PLAIN_HEADING = (
    '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="0"/></w:numPr><w:ind w:firstLine="0"/>'
)


class Body:
    """Writes blocks, and keeps the pictures and the headings met on the way.

    Attributes
    ----------
    pictures : list of bytes
        In order; the first is that of relation ``rIdPicture1``.
    """

    def __init__(self, report: Report, say: Texts) -> None:
        self.pictures: list[bytes] = []
        self._report = report
        self._say = say
        self._ids = 0
        self._marks = {
            block.anchor: f"_Ref{number:06d}"
            for number, block in enumerate(report.blocks)
            if isinstance(block, Table | Figure)
        }
        self._lists = 0
        self._headings: list[tuple[str, Heading]] = []

    def xml(self) -> str:
        """Everything between the beginning of the body and its section properties."""
        report = self._report
        blocks = "".join(self._block(block) for block in report.blocks)
        cover = paragraph("Title", run(report.title))
        if report.sample:
            cover += paragraph("Sample", run(self._say("sample")))
        cover += _facts(Facts(tuple(report.facts.items())))
        return cover + self._contents() + blocks + _signatures(report.signatures)

    @property
    def ordered_lists(self) -> int:
        """Numbered lists met: each needs a list of its own to start at 1."""
        return self._lists

    def _block(self, block: Block) -> str:
        match block:
            case Heading():
                return self._heading(block)
            case Paragraph():
                return paragraph(_STYLES[block.style], self._inline(block.text))
            case Items():
                return self._items(block)
            case Facts():
                return _facts(block)
            case Table():
                return self._table(block)
            case Figure():
                return self._figure(block)

    def _heading(self, block: Heading) -> str:
        mark = f"_Toc{len(self._headings) + 1:06d}"
        self._headings.append((mark, block))
        inside = bookmark(mark, self._next(), self._inline(block.text))
        numbered = block.numbered and self._report.lang == "zh"
        return paragraph(_HEADINGS[block.level - 1], inside, "" if numbered else _PLAIN_HEADING)

    def _items(self, block: Items) -> str:
        if not block.ordered:
            return "".join(paragraph("ListBullet", self._inline(each)) for each in block.items)
        self._lists += 1
        number = f'<w:numPr><w:ilvl w:val="0"/><w:numId w:val="{10 + self._lists}"/></w:numPr>'
        return "".join(paragraph("ListNumber", self._inline(each), number) for each in block.items)

    def _inline(self, spans: Sequence[Span]) -> str:
        return "".join(
            field(f"REF {self._marks[span.target]} \\h", span.text)
            if span.target
            else run(span.text)
            for span in spans
        )

    def _caption(self, block: Table | Figure, style: str) -> str:
        found = _NUMBER.match(block.number)
        label, number = found.groups() if found else (block.number, "")
        name = "Table" if isinstance(block, Table) else "Figure"
        label_name = label.strip() or name
        inside = run(label) + field(f"SEQ {label_name} \\* ARABIC", number)
        text = self._say("caption", number="", name=block.caption)
        return paragraph(
            style, bookmark(self._marks[block.anchor], self._next(), inside) + run(text)
        )

    def _table(self, block: Table) -> str:
        widths = column_widths(block)
        head = row(
            "".join(
                cell(_cell_text(text, numeric), width)
                for text, numeric, width in zip(block.head, block.numeric, widths, strict=True)
            ),
            head=True,
        )
        rows = "".join(_row(each, block.numeric, widths) for each in block.rows)
        unit = paragraph("TableUnit", run(block.unit)) if block.unit else ""
        notes = "".join(paragraph("TableNote", run(note)) for note in block.notes)
        return (
            self._caption(block, "TableCaption")
            + unit
            + table(head + rows, widths, title=block.caption)
            + (notes or paragraph("TableNote", ""))
        )

    def _figure(self, block: Figure) -> str:
        self.pictures.append(block.picture)
        relation = f"rIdPicture{len(self.pictures)}"
        drawn = picture(
            relation, self._next(), block.number, block.alt, picture_size(block.picture)
        )
        notes = "".join(paragraph("TableNote", run(note)) for note in block.notes)
        return paragraph("Picture", drawn) + self._caption(block, "FigureCaption") + notes

    def _contents(self) -> str:
        """The table of contents: a line a heading, each a link with the page as a field.

        The lines are no TOC field: in one LibreOffice takes the pages as typed text, and none is
        known before the document is laid out.
        """
        entries = []
        counts = [0, 0, 0]
        for mark, block in self._headings:
            text = "".join(span.text for span in block.text)
            if block.numbered and self._report.lang == "zh":
                counts[block.level - 1] += 1
                counts[block.level :] = [0] * (3 - block.level)
                text = heading_number(block.level, counts[block.level - 1]) + text
            if block.level <= 2:
                page = field(f"PAGEREF {mark} \\h", "", dirty=True)
                inside = f"{run(text)}<w:r><w:tab/></w:r>{page}"
                entries.append(
                    (block.level, f'<w:hyperlink w:anchor="{mark}">{inside}</w:hyperlink>')
                )
        lines = "".join(paragraph(f"TOC{level}", link) for level, link in entries)
        title = self._say("contents-heading")
        return (
            f'<w:sdt><w:sdtPr><w:alias w:val="{plain(title)}"/></w:sdtPr><w:sdtContent>'
            f"{paragraph('TOCHeading', run(title))}{lines}</w:sdtContent></w:sdt>"
        )

    def _next(self) -> int:
        self._ids += 1
        return self._ids


def heading_number(level: int, count: int) -> str:
    """The number that the list of the document gives a heading: 一、 （一） 1."""
    if level == 3:
        return f"{count}."
    number = chinese_number(count)
    return f"{number}、" if level == 1 else f"（{number}）"


def chinese_number(count: int) -> str:
    """1 to 99 as 一 to 九十九."""
    digits = "〇一二三四五六七八九"
    tens, ones = divmod(count, 10)
    head = "" if not tens else "十" if tens == 1 else f"{digits[tens]}十"
    return head + (digits[ones] if ones or not tens else "")


def column_widths(block: Table) -> list[int]:
    """Give each column of numbers what it needs, and share the rest out by the longest text."""
    columns = range(len(block.head))
    plain = [row.cells for row in block.rows if row.span == 1 and len(row.cells) == len(columns)]
    wants = []
    for at in columns:
        longest = max((text_width(cells[at]) for cells in plain), default=0.0)
        head = max(text_width(part) for part in block.head[at].replace("（", "\n（").split("\n"))
        most = _LONGEST if not block.numeric[at] else longest
        wants.append((max(min(head, 5.0), min(longest, most)) + _MARGINS) * _CHARACTER)
    fixed = sum(want for want, numeric in zip(wants, block.numeric, strict=True) if numeric)
    free = sum(wants) - fixed
    share = (TEXT_WIDTH - fixed) / free if 0 < fixed < TEXT_WIDTH * 0.7 and free else 0
    scale = TEXT_WIDTH / sum(wants)
    widths = [
        int(want * (scale if not share else 1 if numeric else share))
        for want, numeric in zip(wants, block.numeric, strict=True)
    ]
    widths[0] += TEXT_WIDTH - sum(widths)
    return widths


def text_width(text: str) -> float:
    """Width in Chinese characters; a Latin one is about half as wide."""
    return sum(1.0 if character > "\u2e7f" else 0.55 for character in text)


def picture_size(png: bytes) -> tuple[float, float]:
    """Width and height in millimetres of a PNG of 200 dots an inch, no wider than the text."""
    if png[:8] != b"\x89PNG\r\n\x1a\n":
        return _WIDEST_PICTURE, _WIDEST_PICTURE / 2
    wide, high = (dots * 25.4 / _DOTS_PER_INCH for dots in struct.unpack(">II", png[16:24]))
    shrunk = min(1.0, _WIDEST_PICTURE / wide)
    return wide * shrunk, high * shrunk


def _row(each: Row, numeric: Sequence[bool], widths: Sequence[int]) -> str:
    first = sum(widths[: each.span])
    style = "TableGroup" if each.kind == "group" else ""
    sums = "TableGroupNumber" if style else ""
    rule = _RULE if each.kind == "total" else ""
    number = numeric[0] and each.span == 1
    cells = cell(_cell_text(each.cells[0], number, style), first, span=each.span, rule=rule)
    for at, text in enumerate(each.cells[1:], start=each.span):
        cells += cell(_cell_text(text, numeric[at], sums), widths[at], rule=rule)
    return row(cells)


def _cell_text(text: str, numeric: bool, style: str = "") -> str:
    return paragraph(style or ("TableNumber" if numeric else "TableText"), run(text))


def _facts(block: Facts) -> str:
    lines = ((f"{label}：", value) for label, value in block.rows)
    return "".join(paragraph("Facts", run(label, "<w:b/>") + run(value)) for label, value in lines)


def _signatures(lines: Sequence[str]) -> str:
    """The signature block: its lines stay together on one page."""
    last = len(lines) - 1
    return "".join(
        paragraph("Signature", run(text), "<w:keepNext/>" if at < last else "")
        for at, text in enumerate(lines)
    )


__all__ = [
    "TEXT_WIDTH",
    "Body",
    "chinese_number",
    "column_widths",
    "heading_number",
    "picture_size",
]
