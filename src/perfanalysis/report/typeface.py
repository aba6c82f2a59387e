"""The fonts that charts are drawn with, and whether they have every character of a text."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.resources import as_file, files
from typing import Any

from matplotlib import font_manager
from matplotlib.ft2font import FT2Font

from perfanalysis.errors import ReportError
from perfanalysis.report.markup import clean

FAMILY = "PerfAnalysis Sans SC"
FAMILIES = (FAMILY, "DejaVu Sans")
_FACES = ("PerfAnalysisSansSC-Regular.otf", "PerfAnalysisSansSC-Bold.otf")
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
    families = list(FAMILIES)
    missing = set(text) - _covered() - {"\n"}
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
    ems = sum(1.0 if ord(char) > 0x2000 else 0.57 for char in text)
    return ems * size / 72


def wrapped(text: str, ems: int = 14, lines: int = 2) -> str:
    """Break a label into at most ``lines`` lines of ``ems`` Chinese characters; cut the rest."""
    kept, line, used = [], "", 0.0
    for char in " ".join(text.split()):
        wide = 1.0 if ord(char) > 0x2000 else 0.57
        if used + wide > ems:
            kept.append(line)
            line, used = "", 0.0
            if len(kept) == lines:
                kept[-1] = kept[-1][:-1] + "…"
                return "\n".join(kept)
        line, used = line + char, used + wide
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
