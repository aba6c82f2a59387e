"""Put the target and the actual value of an indicator together from its cells."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache

from perfanalysis.data.forms_text import plain
from perfanalysis.data.forms_units import to_unit, unit_text
from perfanalysis.data.forms_values import Quantity, read_quantity, read_sign

_SIGNS = {"at_least": "≥", "at_most": "≤", "equal": "＝"}
_RATIO_UP_TO = Decimal(1)
_PERCENT_FROM = Decimal(10)

_TIME = frozenset(
    ("年", "月", "日", "年月", "年月日", "月份", "时间", "时点", "时限", "日期", "期限")
)
"""Units beside which 2021.12 is a month."""

_LARGE = {"百万": Decimal(10**6), "万": Decimal(10**4), "亿": Decimal(10**8)}


@dataclass(frozen=True, slots=True)
class Target:
    """A target as read.

    Attributes
    ----------
    op : str or None
        at_least, at_most, equal, qualitative; None where there is no target.
    value : Decimal or None
    unit, text : str
        `text` as printed; of a target in three columns, the three put together.
    """

    op: str | None
    value: Decimal | None
    unit: str
    text: str


@lru_cache(maxsize=8192)
def read_target(text: str, nature: str, unit: str, *, is_cost: bool) -> Target:
    """Read a target from one cell, or from 指标性质, 指标值 and 度量单位.

    A number without a sign is read as ＝; of a cost, as ≤, since to spend less is no shortfall
    (docs/assumptions.md).

    Parameters
    ----------
    text, nature, unit : str
        Cells as printed; empty where blank or where there is no such column.
    is_cost : bool

    Examples
    --------
    >>> read_target("735", "≥", "人次", is_cost=False)
    Target(op='at_least', value=Decimal('735'), unit='人次', text='≥735人次')
    """
    sign = read_sign(nature) if nature else None
    own_unit = unit_text(unit) if unit else ""
    quantity = _read_beside(text, own_unit)
    if quantity.kind == "blank":
        return Target(None, None, "", "")
    printed = _printed(text, sign, own_unit, quantity)
    if sign == "qualitative" or quantity.kind != "number":
        return Target("qualitative", None, "", printed)
    op = quantity.op or sign or ("at_most" if is_cost else "equal")
    return Target(op, quantity.value, quantity.unit or own_unit, printed)


def _read_beside(text: str, unit: str) -> Quantity:
    """1984.01 is a month by itself; where its unit is 人, it is a number."""
    quantity = read_quantity(text)
    if quantity.kind != "date" or not unit or unit in _TIME:
        return quantity
    counted = read_quantity(text + unit)
    return replace(counted, unit="") if counted.kind == "number" else quantity


def _printed(text: str, sign: str | None, unit: str, quantity: Quantity) -> str:
    if quantity.kind != "number" or sign == "qualitative":
        return text
    before = _SIGNS.get(sign or "", "") if quantity.op is None else ""
    return f"{before}{text}{'' if quantity.unit else unit}"


@lru_cache(maxsize=8192)
def read_actual(text: str, target: Target) -> tuple[Decimal | None, str]:
    """The actual value in the unit of the target.

    Returns
    -------
    Decimal or None
        None where there is none, or it cannot be compared.
    str
        Why it cannot be compared: ``text`` (the target is a number, this is not), ``unit``
        (another kind of unit), ``ratio`` (98% or 0.98? it cannot be told); empty where it can.
    """
    quantity = read_quantity(text)
    if quantity.kind == "blank":
        return None, ""
    if quantity.value is None:
        return None, "text" if target.value is not None else ""
    if target.value is None:
        return (quantity.value, "") if target.op is None else (None, "")
    value = to_unit(quantity.value, quantity.unit, target.unit)
    if value is None or (quantity.unit == "%" and _is_bare_ratio(target)):
        return None, "unit"
    if not quantity.unit and _is_unscaled(value, target):
        return None, "unit"
    unsigned = target.unit == "%" and not quantity.unit and plain(text) != "0"
    if unsigned and 0 < value <= _RATIO_UP_TO and target.value >= _PERCENT_FROM:
        return None, "ratio"
    return value, ""


def _is_unscaled(value: Decimal, target: Target) -> bool:
    """9000 beside 1.2万人次: as a count it is nearer the target than as so many 万."""
    factor = next((f for prefix, f in _LARGE.items() if target.unit.startswith(prefix)), None)
    if factor is None or not target.value or value <= 0 or target.value < 0:
        return False
    return (value / target.value) ** 2 > factor


def _is_bare_ratio(target: Target) -> bool:
    """0.95 without a unit: beside 50% it is as likely 95% as the number 0.95."""
    return not target.unit and target.value is not None and 0 < abs(target.value) <= _RATIO_UP_TO


__all__ = ["Target", "read_actual", "read_target"]
