"""Texts of a form made comparable: widths, signs, spaces; what counts as left blank."""

from __future__ import annotations

import re
from functools import lru_cache

_WIDTHS = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_SIGNS = {
    ord(many): one
    for one, all_of in {
        "≥": "≧⩾≽",
        "≤": "≦⩽≼",
        "=": "﹦═",
        ">": "﹥〉",
        "<": "﹤〈",
        "-": "－−﹣",
        "~": "～∼〜",
        "%": "﹪",
    }.items()
    for many in all_of
}
_TABLE = _WIDTHS | _SIGNS | {0x3000: " ", 0xA0: " ", 0x200B: None, 0xFEFF: None}
_DOUBLE = (
    (">=", "≥"),
    ("=>", "≥"),
    ("》=", "≥"),
    ("<=", "≤"),
    ("=<", "≤"),
    ("《=", "≤"),
    ("≥=", "≥"),
    ("≤=", "≤"),
    ("==", "="),
)
_WIDE = re.compile("[\u2e80-\uffff]")
_SPACE = re.compile(r"\s+")
BLANKS = frozenset(("", "-", "--", "---", "—", "——", "―", "─", "/", "\\", "…", "……", "...", "*"))
"""Texts that stand for a cell left empty."""


@lru_cache(maxsize=8192)
def plain(text: str) -> str:
    r"""Half-width, one sign for each relation, no white space.

    Examples
    --------
    >>> plain("≧ １００ 百分比"), plain(">= 5人"), plain("年度指标值\n（Ａ）")
    ('≥100百分比', '≥5人', '年度指标值(A)')
    """
    folded = _SPACE.sub("", text.translate(_TABLE))
    for double, sign in _DOUBLE:
        if double in folded:
            folded = folded.replace(double, sign)
    return folded


@lru_cache(maxsize=8192)
def blank(text: str) -> bool:
    """Whether a cell says nothing: empty, a dash, a slash, dots."""
    return not text or plain(text) in BLANKS


@lru_cache(maxsize=8192)
def one_line(text: str) -> str:
    """The text as printed, without the line breaks of a narrow cell."""
    return _SPACE.sub("", text) if _WIDE.search(text) else _SPACE.sub(" ", text).strip()


@lru_cache(maxsize=8192)
def said(text: str) -> str:
    """The text on one line; empty where it says nothing."""
    return "" if blank(text) else one_line(text)


__all__ = ["BLANKS", "blank", "one_line", "plain", "said"]
