"""Sentences of the reports, from one catalogue in Chinese and English.

Code chooses which sentence holds; ``texts/<name>.yaml`` says it. One file a notebook, beside
``common.yaml`` (labels and number formats of every page) and ``choices.yaml`` (labels of codes)::

    headline:
      zh: "{projects:int}个项目中有{poor:int}个得分低于60分。"
      en: "{poor:int} of {projects:int} projects scored below 60 points."

What stands after the colon is how the value is printed: ``int``, ``money``, ``rate``, ``pp``
(change of a rate, in percentage points), ``chance`` (a probability, never 0 or 100%), ``score``,
``number``, ``plain`` (a quantity as it was measured), ``date`` or ``grade``; a digit may follow for
the decimals (``rate.0``). ``label-level1`` prints a code of that kind, or a tuple of them, ``said``
a sentence of the library in the language of the page; a ``?`` at the end says 未填报 where the
value is missing, which is an error otherwise. A value without anything must be text or an int, and
is printed as it is.
"""

from __future__ import annotations

import datetime
import string
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Literal

from perfanalysis.errors import ReportError
from perfanalysis.report.catalogue import catalogue
from perfanalysis.report.formats import (
    chance,
    exact,
    fixed,
    half_up,
    is_missing,
    percent,
    plain,
    whole,
)
from perfanalysis.report.phrases import english
from perfanalysis.report.public import Public, Said, public_values
from perfanalysis.report.sentence import Sentence

Lang = Literal["zh", "en"]
LANGS: tuple[Lang, ...] = ("zh", "en")
_YEARS = range(1900, 2200)  # an int in them, printed as it is, counts nothing


def placeholders(template: str) -> tuple[str, ...]:
    """Names of the values that a template asks for, sorted."""
    return tuple(sorted({name for _, name, _, _ in string.Formatter().parse(template) if name}))


class Texts:
    """The sentences of one notebook in one language; call it with a key and the values.

    Parameters
    ----------
    name : str
        Catalogue file without its ending, e.g. ``30_unit``.
    lang : {"zh", "en"}
    money_unit : str
        Unit that money is printed in, as suite.toml gives it.
    money_scale : int, float or Decimal
        Printed money = value × scale.
    public : Public, optional
        What the public edition may say; all of it in the internal one.
    """

    def __init__(
        self,
        name: str,
        lang: Lang,
        *,
        money_unit: str = "万元",
        money_scale: Any = 1,
        public: Public | None = None,
    ) -> None:
        if lang not in LANGS:
            raise ReportError(f"没有语言 {lang!r}；可用：{'、'.join(LANGS)}。")
        self.name = name
        self.public = public
        self.lang: Lang = lang
        self.money_scale = exact(money_scale)
        self.money_unit_given = money_unit
        self.money_unit = self._unit_name(money_unit)
        self._formats: Mapping[str, Callable[[Any, int | None], str]] = {
            "int": lambda value, _: whole(value),
            "number": lambda value, decimals: fixed(value, 2 if decimals is None else decimals),
            "money": self.money,
            "rate": lambda value, decimals: percent(value, 1 if decimals is None else decimals),
            "pp": self.pp,
            "plain": lambda value, _: plain(value),
            "chance": self.chance,
            "score": self.score,
            "date": lambda value, _: self.date(value),
            "grade": lambda value, _: self.label("grade", value),
            "said": lambda value, _: self.said(value),
        }

    def __call__(self, key: str, /, **values: Any) -> str:
        """Return the sentence of a key, filled in: a `Sentence`, which knows its numbers.

        Raises
        ------
        ReportError
            If the key is not in the catalogue or a value it asks for was not given.
        """
        shown = public_values(values, self.public, self) if self.public else values
        return Sentence.of(self._filled(key, self._template(key), shown))

    def has(self, key: str) -> bool:
        """Whether the notebook's file or the common one has the key."""
        return key in catalogue(self.name) or key in catalogue("common")

    def label(self, kind: str, code: str) -> str:
        """Return the label of a code, e.g. ``label("grade", "good")`` is 良."""
        labels = catalogue("choices")
        if kind not in labels or code not in labels[kind]:
            raise ReportError(f"choices.yaml 中没有 {kind} 的取值 {code!r}。")
        both: Any = labels[kind][code]
        return str(both[self.lang])

    def said(self, sentence: str) -> str:
        """Return a sentence of the library in the language of the page; see `report.phrases`."""
        if self.lang == "zh":
            return sentence
        return english(sentence)

    def money(self, value: Any, decimals: int | None = None) -> str:
        """Print an amount with its unit: 64,286.41万元."""
        shown = fixed(exact(value) * self.money_scale, 2 if decimals is None else decimals)
        return self("format-money", value=shown, unit=self.money_unit)

    def rate(self, ratio: Any, decimals: int = 1) -> str:
        """Print a ratio as 93.4%."""
        return percent(ratio, decimals)

    def chance(self, probability: Any, decimals: int | None = None) -> str:
        """Print a probability: 86.5%; 99.9%以上 or 不到0.1% where it rounds to certainty."""
        side, shown = chance(probability, 1 if decimals is None else decimals)
        keys = {"<": "format-chance-low", ">": "format-chance-high"}
        return self(keys[side], value=shown) if side else shown

    def pp(self, change: Any, decimals: int | None = None) -> str:
        """Print the change of a rate in words: 提高3.2个百分点."""
        places = 1 if decimals is None else decimals
        points = half_up(exact(change) * 100, places)
        key = "up" if points > 0 else "down" if points < 0 else "same"
        return self(f"format-pp-{key}", value=fixed(abs(points), places))

    def score(self, value: Any, decimals: int | None = None) -> str:
        """Print a score with two decimals: 86.40分."""
        return self("format-score", value=fixed(value, 2 if decimals is None else decimals))

    def graded(self, value: Any, grade: str) -> str:
        """Print a grade with the score that it was read off: 良（86.40分）."""
        return self("format-graded", grade=self.label("grade", grade), score=self.score(value))

    def interval(self, low: Any, high: Any, *, how: str = "score.1", level: int = 95) -> str:
        """Print an interval: 95%区间0.4至5.8分."""
        return self(
            "format-interval", level=level, low=self._bare(low, how), high=self._printed(high, how)
        )

    def date(self, value: datetime.date | str) -> str:
        """Print a date: 2021年3月31日; 31 March 2021."""
        day = value if isinstance(value, datetime.date) else datetime.date.fromisoformat(value)
        month = self.label("month", str(day.month))
        return self("format-date", year=day.year, month=month, day=day.day)

    def joined(self, parts: Any) -> str:
        """Join names into a list: 甲、乙、丙; A, B, C."""
        return self("format-separator").join(str(part) for part in parts)

    def _unit_name(self, unit: str) -> str:
        names: Any = catalogue("choices")["money_unit"]
        return str(names[unit][self.lang]) if unit in names else unit

    def _template(self, key: str) -> str:
        for name in (self.name, "common"):
            found = catalogue(name).get(key)
            if found is not None:
                if self.lang not in found:
                    raise ReportError(f"文案 {name}.yaml 的 {key} 缺少语言 {self.lang}。")
                return str(found[self.lang])
        raise ReportError(f"文案 {self.name}.yaml 和 common.yaml 中都没有 {key}。")

    def _filled(
        self, key: str, template: str, values: Mapping[str, Any]
    ) -> Iterator[tuple[str, Any]]:
        """Pieces of a sentence, and beside each that prints a value the value."""
        for literal, name, spec, _ in string.Formatter().parse(template):
            yield literal, None
            if name is None:
                continue
            if name not in values:
                raise ReportError(f"文案 {self.name}.yaml 的 {key} 需要 {name}，但没有给出。")
            value = values[name]
            year = not spec and isinstance(value, int) and value in _YEARS
            yield self._printed(value, spec or ""), None if year else value

    def _printed(self, value: Any, spec: str) -> str:
        if isinstance(value, Said):
            return str(value)
        if not spec:
            if isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool)):
                return str(value)
            raise ReportError(
                f"文案 {self.name}.yaml 中有一个值 {value!r} 没有写明格式："
                "请在占位符中注明，如 {share:rate}。"
            )
        if spec.endswith("?"):
            if is_missing(value):
                return self("not-known")
            spec = spec.removesuffix("?")
        if spec.startswith("label-"):
            codes = value if isinstance(value, tuple) else (value,)
            return self.joined(self.label(spec.removeprefix("label-"), code) for code in codes)
        how, _, decimals = spec.partition(".")
        if how not in self._formats:
            raise ReportError(f"文案 {self.name}.yaml 用了未知的格式 {spec!r}。")
        return self._formats[how](value, int(decimals) if decimals else None)

    def _bare(self, value: Any, spec: str) -> str:
        how, _, decimals = spec.partition(".")
        places = int(decimals) if decimals else 1 if how in ("rate", "pp") else 2
        scaled = exact(value) * (100 if how in ("rate", "pp") else 1)
        if how == "money":
            scaled *= self.money_scale
        return fixed(scaled, places) + ("%" if how == "rate" else "")


def texts(
    name: str,
    lang: Lang,
    *,
    money_unit: str = "万元",
    money_scale: Any = 1,
    public: Public | None = None,
) -> Texts:
    """Return the sentences of a notebook: ``texts("30_unit", "zh")("headline", n=3)``."""
    return Texts(name, lang, money_unit=money_unit, money_scale=money_scale, public=public)


__all__ = ["LANGS", "Lang", "Texts", "placeholders", "texts"]
