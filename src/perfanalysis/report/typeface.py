"""The fonts that charts are drawn with, and whether they have every character of a text."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache
from importlib.resources import as_file, files
from typing import Any

from matplotlib import font_manager
from matplotlib.ft2font import FT2Font

from perfanalysis.errors import ReportError
from perfanalysis.report.markup import clean

FAMILY = "PerfAnalysis Sans SC"
FAMILIES = (FAMILY, "DejaVu Sans")
_FACES = ("PerfAnalysisSansSC-Regular.otf", "PerfAnalysisSansSC-Bold.otf")
_NOT_FIRST = "，。；：、！？）)》”’%％…"
_SYSTEM = ("Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "Microsoft YaHei", "SimSun")


@cache
def register() -> None:
    """Tell matplotlib of our two faces."""
    for face in _FACES:
        with as_file(files("perfanalysis.report") / "fonts" / face) as path:
            font_manager.fontManager.addfont(path)


def families_for(text: str) -> list[str]:
    """Return the font families that together have every character of a text.

    Raises
    ------
    ReportError
        If neither our fonts nor a Chinese font of this machine has one of them.
    """
    missing = set(text) - {"\n"}
    if missing <= _characters(_FACES[0]):
        return [FAMILY]
    families = list(FAMILIES)
    missing -= _covered()
    for family in _SYSTEM:
        if not missing:
            break
        has = _system_covers(family)
        if missing & has:
            families.append(family)
            missing -= has
    if missing:
        named = "、".join(f"{char}（U+{ord(char):04X}）" for char in sorted(missing))
        raise ReportError(
            f"图中文字“{text}”有字体里没有的字：{named}。请核对原文，或在本机安装含这些字的"
            "中文字体（如 Noto Sans CJK SC）。"
        )
    return families


def weight_for(text: str) -> str:
    """Return ``bold`` where the bold face has every character, else ``normal``."""
    return "bold" if set(text) <= _characters(_FACES[1]) else "normal"


def width_of(text: str, size: float = 9) -> float:
    """Estimate the width of a text in inches: a Chinese character is one em, others 0.57."""
    return _ems(text) * size / 72


@lru_cache(maxsize=4096)
def wrapped(text: str, ems: int = 14, lines: int = 2) -> str:
    """Break a label into at most ``lines`` lines of ``ems`` Chinese characters; cut the rest.

    Two lines are of about the same length, and break after punctuation or a space if they can.
    """
    text = " ".join(text.split())
    whole = _ems(text)
    if whole <= ems:
        return text
    if lines != 2 or whole > 2 * ems:
        return _cut(text, ems, lines)
    places = [at for at in range(1, len(text)) if max(_ems(text[:at]), _ems(text[at:])) <= ems]
    if not places:
        return _cut(text, ems, lines)
    at = min(places, key=lambda at: (_unfit(text, at), -at))
    return f"{text[:at].rstrip()}\n{text[at:].lstrip()}"


def _unfit(text: str, at: int) -> float:
    """How bad a place is to break at: far from the middle, inside a word, before a full stop."""
    before, after = text[at - 1], text[at]
    badness = abs(_ems(text[:at]) - _ems(text[at:]))
    if before.isascii() and after.isascii() and " " not in (before, after):
        badness += 20
    if after in _NOT_FIRST:
        badness += 20
    return badness - 10 * (before in "：；，、 " or after in "（(“")


def _ems(text: str) -> float:
    return sum(1.0 if ord(char) > 0x2000 else 0.57 for char in text)


def _cut(text: str, ems: int, lines: int) -> str:
    kept, line = [], ""
    for char in text:
        if _ems(line + char) > ems:
            kept.append(line)
            line = ""
            if len(kept) == lines:
                return "\n".join([*kept[:-1], kept[-1][:-1] + "…"])
        line += char
    return "\n".join([*kept, line])


def labels(names: Sequence[Any], ems: int = 14, lines: int = 2) -> list[str]:
    """Names as they stand on an axis."""
    return [wrapped(clean(name), ems, lines) for name in names]


@cache
def _characters(face: str) -> frozenset[str]:
    with as_file(files("perfanalysis.report") / "fonts" / face) as path:
        return frozenset(map(chr, FT2Font(str(path)).get_charmap()))


@cache
def _covered() -> frozenset[str]:
    fallback = FT2Font(font_manager.findfont("DejaVu Sans")).get_charmap()
    return _characters(_FACES[0]) | frozenset(map(chr, fallback))


@cache
def _system_covers(family: str) -> frozenset[str]:
    for entry in font_manager.fontManager.ttflist:
        if entry.name == family:
            return frozenset(map(chr, FT2Font(entry.fname).get_charmap()))
    return frozenset()


__all__ = [
    "FAMILIES",
    "FAMILY",
    "families_for",
    "labels",
    "register",
    "weight_for",
    "width_of",
    "wrapped",
]
