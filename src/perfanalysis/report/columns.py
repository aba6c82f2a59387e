"""What a column of a printed table holds, and how one of its cells is printed."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from perfanalysis.errors import ReportError
from perfanalysis.report.formats import (
    chance,
    exact,
    fixed,
    is_missing,
    is_number,
    percent,
    plain,
    whole,
)

Kind = Literal["text", "money", "rate", "chance", "pp", "score", "int", "number", "plain", "date"]

NOT_APPLICABLE, NOT_REPORTED, WITHHELD = "—", "…", "〔保〕"
MISSING = (NOT_APPLICABLE, NOT_REPORTED, WITHHELD)
_UNITS = {"score": "points", "pp": "percentage-points"}


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a printed table.

    Attributes
    ----------
    label : str
        Header, without the unit.
    kind : str
        See `Kind`; says how a value is read: a rate is a ratio, ``chance`` a probability, which
        is never printed as 0 or 100%, ``pp`` a difference of ratios, ``plain`` a quantity that
        each cell prints as it was measured.
    decimals : int
        Places after the point, the same in every cell.
    signed : bool
        Whether a positive number has its plus.
    adds : bool
        Whether the rows must sum to the table's total.
    unit : str
        Unit in the header; empty means the one of the kind (money: the table's).
    missing : str
        What an empty cell prints: "—" 不适用, "…" 未报送 or "〔保〕" 不公开.
    href : str
        Column of the frame that holds a link to a page of the same folder, or empty.
    """

    label: str
    kind: Kind
    decimals: int = 0
    signed: bool = False
    adds: bool = False
    unit: str = ""
    missing: str = NOT_APPLICABLE
    href: str = ""

    def __post_init__(self) -> None:
        """Refuse a mark that the legend does not explain."""
        if self.missing not in MISSING:
            raise ReportError(f"缺失标记 {self.missing!r} 没有图例；可用：{'、'.join(MISSING)}。")

    @property
    def is_numeric(self) -> bool:
        """Whether cells stand to the right."""
        return self.kind not in ("text", "date")

    @property
    def unit_key(self) -> str:
        """Key in the common catalogue of the unit that the header shows, or empty."""
        return "" if self.unit else _UNITS.get(self.kind, "")

    def printed(self, value: Any, *, money_scale: Decimal = Decimal(1)) -> str:
        """Print one cell.

        Raises
        ------
        ReportError
            If the value is not of the column's kind.
        """
        if is_missing(value) or (isinstance(value, str) and not value.strip()):
            return self.missing
        if isinstance(value, str) and value in MISSING:
            return value
        if self.kind == "text":
            return str(value)
        if self.kind == "date":
            return _iso(value, self.label)
        if not is_number(value):
            raise ReportError(f"“{self.label}”一列有不是数字的值：{value!r}。请先转换或标为缺失。")
        if self.kind == "rate":
            return percent(value, self.decimals, signed=self.signed)
        if self.kind == "chance":
            return "".join(chance(value, self.decimals))
        if self.kind == "plain":
            return plain(value)
        if self.kind == "int":
            return whole(value, signed=self.signed)
        return fixed(self.scaled(value, money_scale), self.decimals, signed=self.signed)

    def scaled(self, value: Any, money_scale: Decimal = Decimal(1)) -> Decimal:
        """Return the number that is printed, before rounding."""
        factor = {"money": money_scale, "pp": Decimal(100)}.get(self.kind, Decimal(1))
        return exact(value) * factor


def _iso(value: Any, label: str) -> str:
    if isinstance(value, datetime.date):  # a Timestamp is one
        return value.strftime("%Y-%m-%d")
    try:
        return datetime.date.fromisoformat(str(value)).isoformat()
    except ValueError as error:
        raise ReportError(f"“{label}”一列有不是日期的值：{value!r}。") from error


def text_col(label: str, *, href: str = "", missing: str = NOT_APPLICABLE) -> Column:
    """Words; ``href`` names a column of links to pages of the same folder."""
    return Column(label, "text", href=href, missing=missing)


def money_col(
    label: str, *, decimals: int = 2, signed: bool = False, missing: str = NOT_APPLICABLE
) -> Column:
    """An amount in the table's money unit; rows sum to the total."""
    return Column(label, "money", decimals, signed, adds=True, missing=missing)


def rate_col(
    label: str, *, decimals: int = 1, signed: bool = False, missing: str = NOT_APPLICABLE
) -> Column:
    """A ratio, printed as 93.4%."""
    return Column(label, "rate", decimals, signed, missing=missing)


def chance_col(label: str, *, decimals: int = 1, missing: str = NOT_APPLICABLE) -> Column:
    """A probability, printed as 93.4%, <0.1% or >99.9%."""
    return Column(label, "chance", decimals, missing=missing)


def plain_col(label: str, *, missing: str = NOT_APPLICABLE) -> Column:
    """Quantities of different units, each as it was measured."""
    return Column(label, "plain", missing=missing)


def pp_col(label: str, *, decimals: int = 1, missing: str = NOT_APPLICABLE) -> Column:
    """A difference of two ratios, printed in percentage points with its sign."""
    return Column(label, "pp", decimals, signed=True, missing=missing)


def score_col(
    label: str, *, signed: bool = False, adds: bool = False, missing: str = NOT_APPLICABLE
) -> Column:
    """Points with two decimals; ``adds`` where rows sum to the total."""
    return Column(label, "score", 2, signed, adds, missing=missing)


def int_col(
    label: str,
    *,
    unit: str = "",
    signed: bool = False,
    adds: bool = True,
    missing: str = NOT_APPLICABLE,
) -> Column:
    """A count."""
    return Column(label, "int", 0, signed, adds, unit, missing)


def number_col(
    label: str,
    *,
    decimals: int = 2,
    unit: str = "",
    signed: bool = False,
    missing: str = NOT_APPLICABLE,
) -> Column:
    """A number of another kind, with its unit in the header."""
    return Column(label, "number", decimals, signed, unit=unit, missing=missing)


def date_col(label: str, *, missing: str = NOT_APPLICABLE) -> Column:
    """A date, printed 2021-03-31."""
    return Column(label, "date", missing=missing)


__all__ = [
    "MISSING",
    "NOT_APPLICABLE",
    "NOT_REPORTED",
    "WITHHELD",
    "Column",
    "chance_col",
    "date_col",
    "int_col",
    "money_col",
    "number_col",
    "plain_col",
    "pp_col",
    "rate_col",
    "score_col",
    "text_col",
]
