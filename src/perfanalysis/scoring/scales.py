"""How a rate becomes points: the scales that published local rules use.

Everything is exact: values are the decimals that the file said, and points are rounded half-up to
the hundredth once.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from math import floor
from typing import Any

from perfanalysis.errors import RuleError
from perfanalysis.scoring.exact import HUNDREDTHS

METHODS = ("ceiling", "proportional", "at_least", "at_most")
MEASURES = ("ratio", "change", "saving", "size", "percent")


def measured(measure: str, part: float, whole: float) -> Fraction | None:
    """A rate from its two sides.

    Parameters
    ----------
    measure : {"ratio", "change", "saving", "size", "percent"}
        part ÷ whole; (part − whole) ÷ whole; (whole − part) ÷ whole; size of part ÷ whole without
        its sign; part ÷ 100.
    part, whole : float

    Returns
    -------
    Fraction or None
        None where the whole is 0: above any limit, unless both sides of a change are 0.
    """
    top = Fraction(str(part))
    if measure == "percent":
        return top / 100
    bottom = Fraction(str(whole))
    if measure == "size":
        top = abs(top)
    elif measure == "change":
        top -= bottom
    elif measure == "saving":
        top = bottom - top
    if bottom:
        return top / bottom
    return Fraction(0) if measure == "change" and top == 0 else None


def kept_points(points: int, rate: Fraction | None, scale: Mapping[str, Any]) -> int:
    """Points that a rate keeps.

    Parameters
    ----------
    points : int
        Hundredths at stake.
    rate : Fraction or None
        From `measured`; None keeps nothing under a limit, everything where more is better.
    scale : mapping
        ``method``: ``ceiling`` (``limit``, ``step`` points a percentage point above it),
        ``proportional`` (to 1), ``at_least`` or ``at_most`` (``bands``: pairs of a limit and
        points; outside all of them, nothing). ``shown: number`` prints the rate as a number
        instead of per cent.

    Returns
    -------
    int
        Hundredths.
    """
    method = scale["method"]
    if rate is None:
        return points if method in ("proportional", "at_least") else 0
    if method == "proportional":
        return _half_up(points * min(max(rate, Fraction(0)), Fraction(1)))
    if method == "ceiling":
        above = max(rate - Fraction(str(scale["limit"])), Fraction(0)) * 100
        return max(0, _half_up(points - above * Fraction(str(scale["step"])) * HUNDREDTHS))
    for limit, gained in scale["bands"]:
        edge = Fraction(str(limit))
        if rate >= edge if method == "at_least" else rate <= edge:
            return _half_up(Fraction(str(gained)) * HUNDREDTHS)
    return 0


def said(scale: Mapping[str, Any]) -> str:
    """The scale in Chinese words, for the ledger."""
    if scale["method"] == "proportional":
        return "按比率计分"
    if scale["method"] == "ceiling":
        return f"不超过{scale['limit']:.0%}得满分，每超1个百分点扣{scale['step']:g}分"
    sign = "≥" if scale["method"] == "at_least" else "≤"
    edge = "{:g}" if scale.get("shown") == "number" else "{:.4g}%"
    times = 1 if scale.get("shown") == "number" else 100
    steps = [
        f"{sign}{edge.format(limit * times)}得{gained:g}分" for limit, gained in scale["bands"]
    ]
    return f"{'，'.join(steps)}，其余不得分"


def check_scale(key: str, scale: Mapping[str, Any]) -> None:
    """Refuse a scale that cannot be read.

    Raises
    ------
    RuleError
    """
    method = scale.get("method")
    needed = {"ceiling": ("limit", "step"), "at_least": ("bands",), "at_most": ("bands",)}
    absent = [name for name in ("points", *needed.get(str(method), ())) if name not in scale]
    if method not in METHODS or absent:
        raise RuleError(
            f"规则 {key} 的计分办法 {method} 未知，或缺少{'、'.join(absent) or '可用的办法'}。"
            f"可用：{'、'.join(METHODS)}。"
        )
    bands = scale.get("bands", ())
    limits, gained = [limit for limit, _ in bands], [points for _, points in bands]
    if limits != sorted(limits, reverse=method == "at_least"):
        order = "从高到低" if method == "at_least" else "从低到高"
        raise RuleError(f"规则 {key} 的各档应{order}排列。")
    if any(points > scale["points"] for points in gained):
        raise RuleError(f"规则 {key} 有一档的得分高于分值{scale['points']:g}。")


def _half_up(value: Fraction | int) -> int:
    return floor(value + Fraction(1, 2))


__all__ = ["MEASURES", "check_scale", "kept_points", "measured", "said"]
