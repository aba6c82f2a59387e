"""The XML of runs, paragraphs, fields, tables and pictures; every text is escaped here."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape

from perfanalysis.report.markup import clean

# What no XML 1.0 document can hold, beyond what `clean` makes visible.
_ILLEGAL = re.compile("[\ud800-\udfff\ufffe\uffff]")
_EMU = 36_000  # a millimetre


def plain(text: str) -> str:
    """Text for an element or a quoted attribute."""
    return escape(_ILLEGAL.sub("\N{REPLACEMENT CHARACTER}", clean(text)))


def run(text: str, properties: str = "") -> str:
    """A run of text; a line end in it stays one."""
    rpr = f"<w:rPr>{properties}</w:rPr>" if properties else ""
    lines = [
        f'<w:t xml:space="preserve">{line}</w:t>'.replace("\t", "</w:t><w:tab/><w:t>")
        for line in plain(text).split("\n")
    ]
    return f"<w:r>{rpr}{'<w:br/>'.join(lines)}</w:r>"


def field(code: str, shown: str, *, dirty: bool = False) -> str:
    """A field with its result filled in, so that it reads right before anybody updates it.

    One that is `dirty` is worked out by Word when it opens the document.
    """
    mark = ' w:dirty="true"' if dirty else ""
    return (
        f'<w:r><w:fldChar w:fldCharType="begin"{mark}/></w:r>'
        f'<w:r><w:instrText xml:space="preserve"> {plain(code)} </w:instrText></w:r>'
        f'<w:r><w:fldChar w:fldCharType="separate"/></w:r>{run(shown)}'
        '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )


def bookmark(name: str, number: int, inside: str) -> str:
    """A bookmark around runs."""
    return (
        f'<w:bookmarkStart w:id="{number}" w:name="{name}"/>{inside}'
        f'<w:bookmarkEnd w:id="{number}"/>'
    )


def paragraph(style: str, inside: str, properties: str = "") -> str:
    """A paragraph of a style."""
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{properties}</w:pPr>{inside}</w:p>'


def cell(inside: str, width: int, *, span: int = 1, rule: str = "") -> str:
    """A cell of a table; `rule` is a border of its own."""
    grid = f'<w:gridSpan w:val="{span}"/>' if span > 1 else ""
    borders = f"<w:tcBorders>{rule}</w:tcBorders>" if rule else ""
    return (
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{grid}{borders}</w:tcPr>{inside}</w:tc>'
    )


def row(cells: str, *, head: bool = False) -> str:
    """A row that no page break splits; a head is repeated on every page."""
    repeated = "<w:tblHeader/>" if head else ""
    return f"<w:tr><w:trPr><w:cantSplit/>{repeated}</w:trPr>{cells}</w:tr>"


def table(rows: str, widths: Sequence[int], *, title: str) -> str:
    """A table of three rules, with columns of fixed widths."""
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    return (
        '<w:tbl><w:tblPr><w:tblStyle w:val="ThreeRules"/>'
        f'<w:tblW w:w="{sum(widths)}" w:type="dxa"/>'
        '<w:tblLayout w:type="fixed"/><w:tblLook w:val="0420" w:firstRow="1" w:lastRow="0"'
        ' w:firstColumn="0" w:lastColumn="0" w:noHBand="0" w:noVBand="1"/>'
        f'<w:tblCaption w:val="{plain(title)}"/></w:tblPr>'
        f"<w:tblGrid>{grid}</w:tblGrid>{rows}</w:tbl>"
    )


def picture(relation: str, number: int, name: str, alt: str, size: tuple[float, float]) -> str:
    """A picture in the line, `size` in millimetres."""
    wide, high = (round(each * _EMU) for each in size)
    about = f'id="{number}" name="{plain(name)}" descr="{plain(alt)}"'
    return (
        '<w:r><w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0">'
        f'<wp:extent cx="{wide}" cy="{high}"/><wp:docPr {about}/>'
        '<wp:cNvGraphicFramePr><a:graphicFrameLocks noChangeAspect="1"/></wp:cNvGraphicFramePr>'
        '<a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture">'
        f"<pic:pic><pic:nvPicPr><pic:cNvPr {about}/><pic:cNvPicPr/></pic:nvPicPr>"
        f'<pic:blipFill><a:blip r:embed="{relation}"/><a:stretch><a:fillRect/></a:stretch>'
        '</pic:blipFill><pic:spPr><a:xfrm><a:off x="0" y="0"/>'
        f'<a:ext cx="{wide}" cy="{high}"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom>'
        "</pic:spPr></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>"
    )


__all__ = ["bookmark", "cell", "field", "paragraph", "picture", "plain", "row", "run", "table"]
