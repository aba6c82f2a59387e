"""Bring an actual value to the unit of its target, or say that they cannot be compared."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache

from perfanalysis.data.forms_text import plain
from perfanalysis.data.forms_values import MONEY, PERCENT

_FACTORS = {"百": Decimal(100), "千": Decimal(1000), "万": Decimal(10000), "亿": Decimal(10**8)}
_PHYSICAL: dict[str, dict[str, float | str]] = {
    "length": {"米": 1, "m": 1, "公里": 1000, "千米": 1000, "km": 1000, "厘米": "0.01"},
    "area": {"平方米": 1, "㎡": 1, "m2": 1, "m²": 1, "公顷": 10000, "平方公里": 1000000},
    "mu": {"亩": 1},
    "mass": {"吨": 1000, "t": 1000, "公斤": 1, "千克": 1, "kg": 1, "斤": "0.5", "克": "0.001"},
    "volume": {"立方米": 1, "方": 1, "m3": 1, "m³": 1, "升": "0.001"},
    "minutes": {"分钟": 1, "小时": 60},
    "days": {"天": 1, "日": 1, "个自然日": 1},
    "workdays": {"个工作日": 1, "工作日": 1},
    "months": {"个月": 1, "月": 1, "年": 12},
    "permille": {"‰": 1},
}
_UNITS = {
    unit: (dimension, Decimal(str(factor)))
    for dimension, units in _PHYSICAL.items()
    for unit, factor in units.items()
}
_MONEY = re.compile(r"(亿|百万|万|千)?元(.*)")
_SCALED = re.compile(r"([百千万亿])(.+)")


def unit_text(text: str) -> str:
    """A unit as printed; ``%`` for every way to write percent.

    Examples
    --------
    >>> unit_text("百分比"), unit_text("人 次")
    ('%', '人次')
    """
    folded = plain(text)
    return "%" if folded in PERCENT else folded


def is_money(unit: str) -> bool:
    """Whether a unit is one of money, also of money for each of something (元/人)."""
    match = _MONEY.fullmatch(unit)
    return match is not None and (not match[2] or match[2][0] in "/每人(（·.")


def to_unit(value: Decimal, unit: str, wanted: str) -> Decimal | None:
    """The value in another unit; None where the two measure different things.

    A value without a unit is taken to be in the wanted one, and units that only count (个, 项,
    户) are taken as one.

    Examples
    --------
    >>> to_unit(Decimal("1.33"), "万人次", "人次"), to_unit(Decimal(5), "个", "%")
    (Decimal('13300.00'), None)
    """
    if unit == wanted or not unit or not wanted:
        return value
    dimension, factor = _measure(unit)
    wanted_dimension, wanted_factor = _measure(wanted)
    if dimension != wanted_dimension:
        return None
    return value if factor == wanted_factor else value * factor / wanted_factor


@lru_cache(maxsize=1024)
def _measure(unit: str) -> tuple[str, Decimal]:
    if unit == "%":
        return "percent", Decimal(1)
    if unit in _UNITS:
        return _UNITS[unit]
    money = _MONEY.fullmatch(unit)
    if money:
        per = "".join(sorted(re.sub(r"[/·.每、\W]", "", money[2])))
        return f"money{per}", MONEY[f"{money[1] or ''}元"]
    scaled = _SCALED.fullmatch(unit)
    if scaled:
        dimension, factor = _measure(scaled[2])
        return dimension, factor * _FACTORS[scaled[1]]
    return "count", Decimal(1)


__all__ = ["is_money", "to_unit", "unit_text"]
