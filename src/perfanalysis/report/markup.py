"""Plain text into HTML: everything that a page shows passes here."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from typing import Any

from markupsafe import Markup, escape

from perfanalysis.errors import ReportError

# Controls that draw nothing, or that turn the text after them round: shown as what they are.
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_ANCHOR = re.compile(r"[a-z][a-z0-9-]*\Z")
_PAGE = re.compile(r"\w[\w.~-]*\.html(#[a-z][a-z0-9-]*)?\Z")
_MARKS = re.compile("[\ue000\ue001]")
_REFERENCE = re.compile("\ue000([a-z0-9-]+)\ue001")
_PENDING = re.compile('<a class="ref" href="#([a-z0-9-]+)">[^<]*</a>')


def clean(text: Any) -> str:
    """Text with control and direction marks made visible as U+FFFD, and plain line ends."""
    return _UNSEEN.sub("\N{REPLACEMENT CHARACTER}", str(text).replace("\r\n", "\n"))


def html(text: Any) -> Markup:
    """Escape text for an element or a quoted attribute; a mark of `reference` is none there."""
    return escape(_MARKS.sub("\N{REPLACEMENT CHARACTER}", clean(text)))


def check_anchor(anchor: str) -> str:
    """Return an anchor fit for an id, or raise ReportError."""
    if not _ANCHOR.match(anchor):
        raise ReportError(
            f"锚点 {anchor!r} 不能用：只用小写英文字母、数字和连字符，以字母开头，如 points-lost。"
        )
    return anchor


def row_anchor(scope_id: str) -> str:
    """Return a stable id for the row about a unit or project.

    >>> row_anchor("P001-02"), row_anchor("项目一")
    ('p-p001-02', 'p-02b7087b8fe0')
    """
    if re.fullmatch(r"[A-Z0-9-]{1,60}", scope_id):
        return f"p-{scope_id.lower()}"
    return f"p-{hashlib.sha256(scope_id.encode()).hexdigest()[:12]}"


def check_page_link(href: str) -> str:
    """Return a link to a page of the same folder, or raise ReportError."""
    if not _PAGE.match(href):
        raise ReportError(f"链接 {href!r} 不能用：只能指向同一目录中的 .html 页面。")
    return href


def reference(anchor: str) -> str:
    """Return a mark that becomes a link reading 表1 or 图2 where the text is shown."""
    return f"\ue000{check_anchor(anchor)}\ue001"


def with_references(text: Any, name_of: Callable[[str], str | None]) -> Markup:
    """Escape text and turn the marks of `reference` into links.

    One that `name_of` knows nothing of was not made by the page but stood in its data.
    """

    def link(match: re.Match[str]) -> str:
        name = name_of(match[1])
        if name is None:
            return f"\N{REPLACEMENT CHARACTER}{match[1]}\N{REPLACEMENT CHARACTER}"
        return f'<a class="ref" href="#{match[1]}">{escape(name)}</a>'

    linked = _REFERENCE.sub(link, str(escape(clean(text))))
    return Markup(_MARKS.sub("\N{REPLACEMENT CHARACTER}", linked))


def named_references(text: str, names: Mapping[str, str]) -> str:
    """Return text with the marks of `reference` as plain words; an unknown one reads as nothing."""
    return _REFERENCE.sub(lambda match: names.get(match[1], ""), text)


def settle_references(fragment: str, names: Mapping[str, str]) -> str:
    """Give every link of `with_references` its final name, known once the page is whole.

    Raises
    ------
    ReportError
        If the text cites a table or figure that the page does not have.
    """

    def link(match: re.Match[str]) -> str:
        if match[1] not in names:
            raise ReportError(f"正文引用了 {match[1]}，但报告中没有这张表或图。请核对锚点。")
        return f'<a class="ref" href="#{match[1]}">{escape(names[match[1]])}</a>'

    return _PENDING.sub(link, fragment)


__all__ = [
    "check_anchor",
    "check_page_link",
    "clean",
    "html",
    "named_references",
    "reference",
    "row_anchor",
    "settle_references",
    "with_references",
]
