"""From an executed notebook to the blocks of a Word report, piece by piece as on the page."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from lxml import html as markup
from nbformat import NotebookNode

from perfanalysis.errors import ReportError
from perfanalysis.report.site import page_facts, pieces_of
from perfanalysis.report.text import texts
from perfanalysis.report.word.blocks import (
    Block,
    Facts,
    Figure,
    Heading,
    Items,
    Paragraph,
    Report,
    Row,
    RowKind,
    Span,
    Table,
)
from perfanalysis.report.word.document import docx_of

# Chinese headings may come with the number that the document's own list gives.
_TYPED_NUMBER = re.compile(r"(?:[一二三四五六七八九十]+、|（[一二三四五六七八九十]+）)")
_Element = Any


def render_word(notebook: NotebookNode) -> bytes:
    """Return the .docx of an executed notebook.

    Parameters
    ----------
    notebook : NotebookNode
        As `report.site.render_page` takes it.

    Raises
    ------
    ReportError
        If the page could not be made either, or shows something that has no form in Word.
    """
    return docx_of(blocks_of(notebook))


def blocks_of(notebook: NotebookNode) -> Report:
    """Return what an executed notebook shows, as blocks.

    Raises
    ------
    ReportError
        See `render_word`.
    """
    facts = page_facts(notebook)
    say = texts("word", facts.lang)
    blocks: list[Block] = []
    cover: dict[str, str] = {}
    for about, body in pieces_of(notebook):
        root = markup.fragment_fromstring(body, create_parent="div")
        if about["role"] == "header":  # its metadata has lost the order of the facts
            cover = dict(_labelled(row) for row in root.iterfind(".//dl/div"))
        elif about["role"] != "numbers":  # of the main points, once more: for the screen
            blocks += [block for each in root for block in _read(each, about, facts.names)]
    return Report(
        title=facts.title,
        lang=facts.lang,
        sample=facts.sample,
        facts=cover,
        state=cover.get(say("fact-status"), ""),
        blocks=tuple(blocks),
        signatures=(
            say("sign-agency", agency=cover.get(say("fact-agency"), "")),
            say("sign-lead"),
            say("sign-day"),
        ),
    )


def _read(element: _Element, about: Mapping[str, Any], names: Mapping[str, str]) -> Iterator[Block]:
    reader = _READERS.get(element.tag)
    if reader is None:
        raise ReportError(
            f"页面中的 <{element.tag}>（{about['role']}）在 Word 报告中没有对应的样式。"
            "请在 report/word/reading.py 中补上。"
        )
    yield from reader(element, about, names)


def _heading(
    element: _Element, about: Mapping[str, Any], names: Mapping[str, str]
) -> Iterator[Block]:
    text = _spans(element, names)
    if text and not text[0].target:
        text = (Span(_TYPED_NUMBER.sub("", text[0].text, count=1)), *text[1:])
    yield Heading(text, int(element.tag[1]) - 1, numbered=about["role"] != "findings")


def _paragraph(
    element: _Element, _: Mapping[str, Any], names: Mapping[str, str]
) -> Iterator[Block]:
    notice = element.get("class") == "notice"
    yield Paragraph(_spans(element, names), "notice" if notice else "body")


def _list(element: _Element, about: Mapping[str, Any], names: Mapping[str, str]) -> Iterator[Block]:
    items = tuple(_spans(each, names) for each in element)
    if about["role"] == "findings":
        yield from (Paragraph(text, "finding") for text in items)
    else:
        yield Items(items, ordered=element.tag == "ol")


def _facts(element: _Element, _: Mapping[str, Any], __: Mapping[str, str]) -> Iterator[Block]:
    yield Facts(tuple(_labelled(row) for row in element))


def _labelled(row: _Element) -> tuple[str, str]:
    """Label and value of a line under the title."""
    return _text(row[0]), _text(row[1])


def _figure(element: _Element, about: Mapping[str, Any], _: Mapping[str, str]) -> Iterator[Block]:
    notes = tuple(_text(each) for each in element.findall("p"))
    if about["role"] == "table":
        yield _table(element, about, notes)
        return
    picture = element.find(".//img")
    data = picture.get("src").partition("base64,")[2]
    yield Figure(
        anchor=about["anchor"],
        number=about["name"],
        caption=about["caption"],
        alt=picture.get("alt"),
        picture=base64.b64decode(data),
        notes=notes,
    )


def _table(element: _Element, about: Mapping[str, Any], notes: tuple[str, ...]) -> Table:
    heads = element.findall(".//thead/tr/th")
    unit = element.find("figcaption/span[@class='unit']")
    lines = [
        (line, _kind(line))
        for line in (*element.iterfind(".//tbody/tr"), *element.iterfind(".//tfoot/tr"))
    ]
    return Table(
        anchor=about["anchor"],
        number=about["name"],
        caption=about["caption"],
        unit="" if unit is None else _text(unit),
        head=tuple(_text(head) for head in heads),
        numeric=tuple("num" in (head.get("class") or "").split() for head in heads),
        rows=tuple(
            Row(tuple(_text(cell) for cell in line), int(line[0].get("colspan") or 1), kind)
            for line, kind in lines
        ),
        notes=notes,
    )


def _kind(line: _Element) -> RowKind:
    if line.getparent().tag == "tfoot":
        return "total"
    return "group" if line.get("class") == "group" else "body"


def _text(element: _Element) -> str:
    return str(element.text_content())


def _spans(element: _Element, names: Mapping[str, str]) -> tuple[Span, ...]:
    """Text with the references in it named, as `markup.settle_references` does for the page."""
    spans = [Span(element.text or "")]
    for child in element:
        if child.tag != "a" or child.get("class") != "ref":
            spans.append(Span(_text(child)))
        else:
            anchor = child.get("href").removeprefix("#")
            if anchor not in names:
                raise ReportError(f"正文引用了 {anchor}，但报告中没有这张表或图。请核对锚点。")
            spans.append(Span(names[anchor], anchor))
        spans.append(Span(child.tail or ""))
    return tuple(span for span in spans if span.text)


_Reader = Callable[[_Element, Mapping[str, Any], Mapping[str, str]], Iterator[Block]]
_READERS: Mapping[str, _Reader] = {
    "h2": _heading,
    "h3": _heading,
    "h4": _heading,
    "p": _paragraph,
    "ul": _list,
    "ol": _list,
    "dl": _facts,
    "figure": _figure,
    "div": _figure,
}

__all__ = ["blocks_of", "render_word"]
