"""Numbers as a report prints them: rounded half-up once, in Decimal; the minus is U+2212."""

from __future__ import annotations

import math
import numbers
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pandas as pd

from perfanalysis.errors import ReportError

MINUS = "\N{MINUS SIGN}"
_UNFIT = "报告中出现了不能作为数字印出的值：{value!r}。请在计算环节查明来源后再出报告。"


def is_missing(value: Any) -> bool:
    """Whether a cell holds nothing: None, NaN, NaT or ``pd.NA``."""
    return value is None or value is pd.NA or value is pd.NaT or value != value


def exact(value: Any) -> Decimal:
    """Return the decimal number that a value stands for.

    A float is read by its first 15 significant digits, so that 82.675 is 82.675 and
    not the binary number a little below it.

    Raises
    ------
    ReportError
        If it is missing, infinite, a truth value or no number.
    """
    if isinstance(value, Decimal) and value.is_finite():
        return value
    plain = value.item() if hasattr(value, "item") else value
    if isinstance(plain, int) and not isinstance(plain, bool):
        return Decimal(plain)
    if isinstance(plain, float) and math.isfinite(plain):
        return Decimal(f"{plain:.15g}")
    raise ReportError(_UNFIT.format(value=value))


def half_up(value: Any, decimals: int) -> Decimal:
    """Round half-up (四舍五入) to ``decimals`` places.

    >>> half_up(2.675, 2), half_up(82.675, 2), half_up(-0.125, 2)
    (Decimal('2.68'), Decimal('82.68'), Decimal('-0.13'))
    """
    return exact(value).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def fixed(value: Any, decimals: int, *, signed: bool = False, grouping: bool = True) -> str:
    """Print a number with ``decimals`` places.

    >>> fixed(64286.41, 2), fixed(-0.004, 2), fixed(-3, 1), fixed(3.2, 1, signed=True)
    ('64,286.41', '0.00', '−3.0', '+3.2')
    """
    number = half_up(value, decimals)
    body = f"{abs(number):,f}" if grouping else f"{abs(number):f}"
    if number < 0:
        return MINUS + body
    return f"+{body}" if signed and number > 0 else body


def whole(value: Any, *, signed: bool = False) -> str:
    """Print a count; a fraction is refused, for it would be rounded away.

    >>> whole(12345)
    '12,345'
    """
    number = exact(value)
    if number != number.to_integral_value():
        raise ReportError(f"应为整数的数是 {number}：请核对计算，或改用带小数的格式。")
    return fixed(number, 0, signed=signed)


def percent(ratio: Any, decimals: int = 1, *, signed: bool = False) -> str:
    """Print a ratio as a percentage.

    >>> percent(0.9345), percent(1, 0)
    ('93.5%', '100%')
    """
    return fixed(exact(ratio) * 100, decimals, signed=signed) + "%"


def chance(probability: Any, decimals: int = 1) -> tuple[str, str]:
    """Print a probability as a percentage, with the side it lies on where it rounds to 0 or 100.

    >>> chance(0.8649), chance(0.0004), chance(0.9999)
    (('', '86.5%'), ('<', '0.1%'), ('>', '99.9%'))
    """
    shown, step = half_up(exact(probability) * 100, decimals), Decimal(1).scaleb(-decimals)
    if shown < step:
        return "<", fixed(step, decimals) + "%"
    if shown > 100 - step:
        return ">", fixed(100 - step, decimals) + "%"
    return "", fixed(shown, decimals) + "%"


def plain(value: Any) -> str:
    """Print a quantity as it was measured: two places after the point at most, none for a count.

    >>> plain(1188.0), plain(6.4), plain(2825.89)
    ('1,188', '6.4', '2,825.89')
    """
    return fixed(value, 2).rstrip("0").rstrip(".")


def is_whole(value: Any) -> bool:
    """Whether a number is one that can be counted."""
    number = exact(value)
    return number == number.to_integral_value()


def is_number(value: Any) -> bool:
    """Whether `exact` takes the value."""
    if isinstance(value, Decimal):
        return value.is_finite()
    plain = value.item() if hasattr(value, "item") else value
    if isinstance(plain, bool) or not isinstance(plain, numbers.Real):
        return False
    return math.isfinite(plain)


__all__ = [
    "MINUS",
    "chance",
    "exact",
    "fixed",
    "half_up",
    "is_missing",
    "is_number",
    "is_whole",
    "percent",
    "plain",
    "whole",
]
