"""Numbers, targets and dates as units write them: ``≥100百分比``, ``1.33万人次``, ``12月底前``.

A text is read as a number only where it holds exactly one; a range, several numbers or a standard's
number (GB3838) stays text. What is read stands beside the text, never instead of it.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Literal

from perfanalysis.data.forms_text import BLANKS, plain

Op = Literal["at_least", "at_most", "equal"]
Kind = Literal["blank", "number", "date", "text"]

MONEY = {
    "元": Decimal("0.0001"),
    "千元": Decimal("0.1"),
    "万元": Decimal(1),
    "百万元": Decimal(100),
    "亿元": Decimal(10000),
}
"""Money units in 万元."""
PERCENT = ("%", "百分比", "百分点", "个百分点")

LONGEST_TARGET = 500
"""Letters of the longest text that is looked at for a number."""
MOST_DIGITS = 20
"""A longer number is a code or a mistake, no amount."""

_LONG = re.compile(rf"\d{{{MOST_DIGITS},}}")
_NUMBER = re.compile(
    r"(?<![A-Za-z0-9.])\d+(?:,\d{3})+(?:\.\d+)?(?![A-Za-z.]?\d)|(?<![A-Za-z0-9.])\d+(?:\.\d+)?"
)
_LATIN_UNIT = re.compile(r"(?:km|m|cm|mm|kg|g|t|h|kw|kwh|mw|ml|l|hm|db|mg|ug|pm)(?![a-z])", re.I)
_MONTH = r"(?:0?[1-9]|1[0-2])(?!\d)"
_DATE = re.compile(
    rf"(?:19|20)\d{{2}}年(?:度)?(?:{_MONTH}月?(?:份)?(?:\d{{1,2}}日?)?)?"
    rf"|(?:19|20)\d{{2}}([-/.]){_MONTH}\1\d{{1,2}}(?!\d)"
    rf"|(?:19|20)\d{{2}}[-/]{_MONTH}"
    rf"|^(?:19|20)\d{{2}}\.{_MONTH}(?=月?[底末]?(?:之?前|以前|内|完成)*$)"
    r"|(?<!\d)\d{1,2}月(?:份)?(?:\d{1,2}日|底|末|初|[上中下]旬)?"
    r"|第?[一二三四1-4]季度"
)
_DATE_PARTS = re.compile(
    r"((?:19|20)\d{2})(?:年度?|[-./])(?:(\d{1,2})(?:[月./-](?:份)?(\d{1,2})?)?)?"
)
_DATE_WORD = re.compile(r"(?:当?年|季度?|学期|月)(?:内|底|末|终)|当年|汛期|春节|国庆|开学")
_SCIENTIFIC = re.compile(r"(?<![A-Za-z0-9.])\d+(?:\.\d+)?[Ee][-+]?\d{1,2}(?![A-Za-z0-9.])")
_IN_BRACKETS = re.compile(r"[≥≤=<>]?\([-+]?\d[\d,]*(?:\.\d+)?%?\)[^\d()]{0,8}")
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_RANGE = re.compile(r"\d(?:%|[^\d\W]{0,4})(?:-|~|—|至|到)[≥≤]?\d")
_RATIO = re.compile(r"\d[:/∶]\d")
_PERCENT_WORDS = re.compile(r"百分之([一二三四五六七八九十百零]+)")
_RANK = re.compile(r"(?:第|前|NO\.?|No\.?)$")
_AT_LEAST = re.compile(
    r"≥|不低于|不少于|不小于|大于(?:或)?等于|至少|最少|>|大于|超过|高于|多于|以上"
)
_AT_MOST = re.compile(
    r"≤|不高于|不超过|不大于|不多于|不得超过|小于(?:或)?等于|至多|最多|控制在|<|小于|低于|少于|以下|以内|之内"
)
_NEGATED = re.compile(
    r"不低于|不少于|不小于|不高于|不超过|不大于|不多于|不得超过|大于(?:或)?等于|小于(?:或)?等于"
)
_UNIT_END = re.compile(r"[,，。;；、:：!！(（\[]|(?:及|或)?以[上下内]|之内|左右|及时|[≥≤=<>]|内$")
_OF_SIGN = {"≥": "at_least", ">": "at_least", "≤": "at_most", "<": "at_most", "=": "equal"}
_NUMERALS = {n: i for i, n in enumerate("零一二三四五六七八九")}


@dataclass(frozen=True, slots=True)
class Quantity:
    """A target or an actual value as read.

    Attributes
    ----------
    kind : {"blank", "number", "date", "text"}
        ``date`` also of a deadline without a year (``12月底前``).
    value : Decimal or None
        In `unit`; only of a number.
    unit : str
        As printed, ``%`` for every way to write percent; empty where there is none.
    op : {"at_least", "at_most", "equal"} or None
        What its sign or words say; None where they say nothing.
    """

    kind: Kind
    value: Decimal | None = None
    unit: str = ""
    op: Op | None = None


@lru_cache(maxsize=8192)
def read_quantity(text: str) -> Quantity:
    """Read a target or an actual value.

    Examples
    --------
    >>> read_quantity("≥100百分比")
    Quantity(kind='number', value=Decimal('100'), unit='%', op='at_least')
    >>> read_quantity("1.33万人次").unit, read_quantity("2021年12月底前完成").kind
    ('万人次', 'date')
    """
    folded = plain(text)
    if folded in BLANKS:
        return Quantity("blank")
    if len(folded) > LONGEST_TARGET:
        return Quantity("text")
    without = _BRACKETS.sub("", folded)
    body = without if re.search(r"\d", without) or _PERCENT_WORDS.search(without) else folded
    if in_brackets(text):
        return Quantity("text")
    undated = _DATE.sub(" ", body)
    dated = undated != body or bool(_DATE_WORD.search(body))
    undated = _SCIENTIFIC.sub(_written_out, undated)
    if _RANGE.search(undated) or _RATIO.search(undated):
        return Quantity("text")
    numbers = (
        []
        if _LONG.search(undated)
        else [found for found in _NUMBER.finditer(undated) if _is_quantity(undated, found)]
    )
    if len(numbers) == 1:
        return _single(undated, numbers[0])
    if not numbers and (words := _PERCENT_WORDS.search(body)):
        return Quantity("number", _chinese_number(words[1]), "%", _op(body[: words.start()], ""))
    return Quantity("date" if dated and not numbers else "text")


@lru_cache(maxsize=8192)
def in_brackets(text: str) -> bool:
    """Whether the only number stands in brackets: negative, as accountants write, or a remark.

    Examples
    --------
    >>> in_brackets("（50）"), in_brackets("达标（≥95%）")
    (True, False)
    """
    return _IN_BRACKETS.fullmatch(plain(text)) is not None


def _written_out(found: re.Match[str]) -> str:
    """``1.2E+4`` is 12000."""
    return f"{Decimal(found[0]):f}"


def _is_quantity(text: str, found: re.Match[str]) -> bool:
    """A number, not part of a name (3A级) or a rank (第1名)."""
    rest = text[found.end() :]
    letters = rest[:1].isascii() and rest[:1].isalpha()
    return not (letters and not _LATIN_UNIT.match(rest)) and not _RANK.search(text[: found.start()])


def _single(text: str, found: re.Match[str]) -> Quantity:
    before, after = text[: found.start()], text[found.end() :]
    value = Decimal(found[0].replace(",", ""))
    if before.endswith("-") and not re.search(r"[^\s≥≤=<>-]", before[:-1]):
        value = -value
    return Quantity("number", value, _unit(after), _op(before, after))


def _unit(after: str) -> str:
    end = _UNIT_END.search(after)
    unit = (after[: end.start()] if end else after).strip()
    for percent in PERCENT:
        if unit.startswith(percent):
            return "%"
    return unit.removesuffix("以")[:12]


def _op(before: str, after: str) -> Op | None:
    negated = _NEGATED.search(before)
    if negated:
        return "at_least" if negated[0] in _LOW_WORDS else "at_most"
    at_least, at_most = _AT_LEAST.search(before), _AT_MOST.search(before)
    if at_least or at_most:
        return "at_least" if at_least and not at_most else "at_most"
    if "=" in before or "等于" in before:
        return "equal"
    if re.search(r"以上", after):
        return "at_least"
    return "at_most" if re.search(r"以下|以内|之内|内$|内完成", after) else None


_LOW_WORDS = frozenset(("不低于", "不少于", "不小于", "大于等于", "大于或等于"))


def _chinese_number(words: str) -> Decimal:
    """``九十五`` is 95; up to 百."""
    if words in ("百", "一百"):
        return Decimal(100)
    tens, _, ones = words.rpartition("十")
    if "十" not in words:
        return Decimal(_NUMERALS.get(words, 0))
    return Decimal((_NUMERALS.get(tens, 1) if tens else 1) * 10 + _NUMERALS.get(ones, 0))


@lru_cache(maxsize=512)
def read_sign(text: str) -> Op | Literal["qualitative"] | None:
    """The 指标性质 column: a sign, or 正向 / 反向 / 定性 in words; None where it says nothing.

    Examples
    --------
    >>> read_sign("＝"), read_sign("正向指标"), read_sign("定性"), read_sign("定量")
    ('equal', 'at_least', 'qualitative', None)
    """
    folded = plain(text)
    if folded[:1] in _OF_SIGN and len(folded) <= 2:
        return _OF_SIGN[folded[:1]]  # type: ignore[return-value]
    if "定性" in folded:
        return "qualitative"
    if "正向" in folded:
        return "at_least"
    if "反向" in folded or "逆向" in folded or "负向" in folded:
        return "at_most"
    return _op(folded, "")


@lru_cache(maxsize=4096)
def read_number(text: str) -> Decimal | None:
    """A bare number with a unit at most (``10``, ``10分``, ``1,200.50 万元``); None otherwise."""
    folded = plain(text).replace(",", "")
    match = re.fullmatch(
        r"=?([-+]?\d+(?:\.\d+)?(?:[Ee][-+]?\d{1,3})?)(?:分|%|[万千亿]?元)?", folded
    )
    if match is None:
        return None
    value = Decimal(match[1])
    small = len(match[1]) <= MOST_DIGITS and value.adjusted() < MOST_DIGITS
    return value if (small and value.adjusted() > -MOST_DIGITS) or not value else None


@lru_cache(maxsize=4096)
def money_unit(text: str) -> str | None:
    """The money unit that a label names: of ``项目资金（万元）``, 万元."""
    found = re.search(r"亿元|百万元|万元|千元|元", plain(text))
    return found[0] if found else None


@lru_cache(maxsize=512)
def read_days(text: str) -> tuple[date, date] | None:
    """First and last day that a dated text can mean; None without a full date.

    Examples
    --------
    >>> [str(day) for day in read_days("2023年10月")], read_days("12月底")
    (['2023-10-01', '2023-10-31'], None)
    """
    if read_quantity(text).kind != "date":
        return None
    match = _DATE_PARTS.search(plain(text))
    if match is None:
        return None
    year, month, day = int(match[1]), match[2], match[3]
    if not 1 <= int(month or 1) <= 12:
        return None
    last_month = int(month or 12)
    length = monthrange(year, last_month)[1]
    if day:
        exact = date(year, last_month, min(max(int(day), 1), length))
        return exact, exact
    return date(year, int(month or 1), 1), date(year, last_month, length)


__all__ = [
    "MONEY",
    "PERCENT",
    "Op",
    "Quantity",
    "in_brackets",
    "money_unit",
    "read_days",
    "read_number",
    "read_quantity",
    "read_sign",
]
