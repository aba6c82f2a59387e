"""The package of a Word report: the parts that all share, and those of this one.

The parts are written as they are, without a library in between: python-docx takes 20 times as
long for the tables of a unit and stamps the archive with the clock (docs/adr).
"""

from __future__ import annotations

import io
from functools import cache
from importlib.resources import files
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from perfanalysis.report.text import texts
from perfanalysis.report.word.blocks import Report
from perfanalysis.report.word.body import TEXT_WIDTH, Body
from perfanalysis.report.word.xml import field, paragraph, plain, run

_NAMESPACES = " ".join(
    f'xmlns:{prefix}="http://schemas.openxmlformats.org/{name}"'
    for prefix, name in {
        "w": "wordprocessingml/2006/main",
        "r": "officeDocument/2006/relationships",
        "wp": "drawingml/2006/wordprocessingDrawing",
        "a": "drawingml/2006/main",
        "pic": "drawingml/2006/picture",
    }.items()
)
_DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_SHARED = {
    "[Content_Types].xml": "content_types.xml",
    "_rels/.rels": "package_rels.xml",
    "word/styles.xml": "styles.xml",
    "word/settings.xml": "settings.xml",
    "word/fontTable.xml": "font_table.xml",
}
_SECTION = (
    '<w:sectPr><w:headerReference w:type="default" r:id="rIdHeader"/>'
    '<w:footerReference w:type="default" r:id="rIdFooter"/>'
    '<w:pgSz w:w="11906" w:h="16838"/>'
    '<w:pgMar w:top="1417" w:right="1134" w:bottom="1417" w:left="1134" w:header="850"'
    ' w:footer="850" w:gutter="0"/></w:sectPr>'
)
_NO_TIME = (1980, 1, 1, 0, 0, 0)


def docx_of(report: Report) -> bytes:
    """Return a report as a .docx; the same blocks give the same bytes.

    Raises
    ------
    ReportError
        If a sentence of the catalogue is missing.
    """
    body = Body(report, texts("word", report.lang))
    document = (
        f"{_DECLARATION}<w:document {_NAMESPACES}><w:body>{body.xml()}{_SECTION}</w:body>"
        "</w:document>"
    )
    parts = {
        **{name: _part(source) for name, source in _SHARED.items()},
        "docProps/core.xml": _core(report),
        "word/document.xml": document,
        "word/numbering.xml": _numbering(body.ordered_lists),
        "word/header1.xml": _header(report),
        "word/footer1.xml": _footer(),
        "word/_rels/document.xml.rels": _relations(len(body.pictures)),
    }
    return _archive(parts, body.pictures)


@cache
def _part(name: str) -> str:
    return (files("perfanalysis.report.word") / "parts" / name).read_text("utf-8")


def _core(report: Report) -> str:
    """Title and language; no author and no time."""
    return _part("core.xml").format(title=plain(report.title), lang=_tag(report))


def _tag(report: Report) -> str:
    return "zh-CN" if report.lang == "zh" else "en-GB"


def _numbering(lists: int) -> str:
    """The lists of the document, and one more for each numbered list, so that it starts at 1."""
    own = "".join(
        f'<w:num w:numId="{number}"><w:abstractNumId w:val="2"/><w:lvlOverride w:ilvl="0">'
        '<w:startOverride w:val="1"/></w:lvlOverride></w:num>'
        for number in range(11, 11 + lists)
    )
    return _part("numbering.xml").replace("</w:numbering>", f"{own}</w:numbering>")


def _header(report: Report) -> str:
    say = texts("word", report.lang)
    marks = [report.state, say("sample-mark") if report.sample else ""]
    tab = f'<w:tabs><w:tab w:val="right" w:pos="{TEXT_WIDTH}"/></w:tabs>'
    inside = run(report.title) + "<w:r><w:tab/></w:r>" + run("　".join(filter(None, marks)))
    return f"{_DECLARATION}<w:hdr {_NAMESPACES}>{paragraph('Header', inside, tab)}</w:hdr>"


def _footer() -> str:
    inside = run("— ") + field("PAGE", "1") + run(" —")
    return f"{_DECLARATION}<w:ftr {_NAMESPACES}>{paragraph('Footer', inside)}</w:ftr>"


def _relations(pictures: int) -> str:
    kinds = {
        "Styles": ("styles", "styles.xml"),
        "Numbering": ("numbering", "numbering.xml"),
        "Settings": ("settings", "settings.xml"),
        "FontTable": ("fontTable", "fontTable.xml"),
        "Header": ("header", "header1.xml"),
        "Footer": ("footer", "footer1.xml"),
    }
    for number in range(1, pictures + 1):
        kinds[f"Picture{number}"] = ("image", f"media/image{number}.png")
    lines = "".join(
        f'<Relationship Id="rId{name}" Type="{_RELATIONS}/{kind}" Target="{target}"/>'
        for name, (kind, target) in kinds.items()
    )
    return (
        f'{_DECLARATION}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/'
        f'relationships">{lines}</Relationships>'
    )


def _archive(parts: dict[str, str], pictures: list[bytes]) -> bytes:
    buffer = io.BytesIO()
    with ZipFile(buffer, "w") as archive:
        for name, content in parts.items():
            archive.writestr(_info(name, ZIP_DEFLATED), content.encode())
        for number, picture in enumerate(pictures, start=1):
            archive.writestr(_info(f"word/media/image{number}.png", ZIP_STORED), picture)
    return buffer.getvalue()


def _info(name: str, compression: int) -> ZipInfo:
    info = ZipInfo(name, _NO_TIME)
    info.compress_type = compression
    info.create_system = 3  # the same on every system
    return info


__all__ = ["docx_of"]
