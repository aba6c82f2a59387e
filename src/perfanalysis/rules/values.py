"""What a rule is: dated values, each with its legal basis.

`Basis` says on whose authority a value stands: a national document, a local one, or our own
convention where no document fixes it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from typing import Any, Literal

from perfanalysis.errors import RuleError, RuleNotInForceError

Basis = Literal["national", "local", "convention"]
BASES: tuple[Basis, ...] = ("national", "local", "convention")


@dataclass(frozen=True, slots=True)
class DatedValue:
    """One value of a rule and the dates it is in force.

    Attributes
    ----------
    key : str
        Key of the rule, e.g. ``self.weights``.
    title : str
        What the rule says, in Chinese.
    unit : str
        Unit of the value: points, ratio, choice …
    since : date
        First day in force.
    until : date or None
        Last day in force; None while there is no end.
    value : object
        Plain values: numbers, text, dict, tuple. Never write into it.
    basis : {"national", "local", "convention"}
    document : str or None
        Number of the document (``财预〔2020〕10号``), or its title in 《》 where it has no number.
        None for a convention.
    document_title : str or None
    clause : str or None
        Article or annex; None where it was not checked.
    verified : bool
        Whether a person compared the value with the original text.
    verified_by : str or None
    verified_on : date or None
    note : str
    file : str
        Name of the rule file.
    """

    key: str
    title: str
    unit: str
    since: date
    until: date | None
    value: Any
    basis: Basis
    document: str | None
    document_title: str | None
    clause: str | None
    verified: bool
    verified_by: str | None
    verified_on: date | None
    note: str
    file: str = ""

    @property
    def unverified(self) -> bool:
        """Whether it cites a document that nobody compared it with.

        A convention cites none, so there is nothing to compare: it is labelled as a convention.
        """
        return self.basis != "convention" and not self.verified

    @property
    def checked(self) -> Literal["yes", "no", "none"]:
        """Whether somebody compared it with its document; ``none`` for a convention."""
        if self.basis == "convention":
            return "none"
        return "yes" if self.verified else "no"

    def cite(self) -> str:
        """Citation for a report, e.g. ``财预〔2020〕10号附件1``."""
        if self.document is None:
            return "评价机构约定（无文件依据）"
        return f"{self.document}{self.clause or ''}"

    def on(self, day: date) -> bool:
        """Whether it is in force on `day`, both ends included."""
        return self.since <= day and (self.until is None or day <= self.until)


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule and its values.

    Attributes
    ----------
    key, title, unit : str
        As the lowest layer names them.
    choices : tuple of str
        The only values allowed, where the unit is ``choice``.
    layers : tuple of tuple of DatedValue
        The national file first, local files after it; in each, the newest value first.
    """

    key: str
    title: str
    unit: str
    choices: tuple[str, ...]
    layers: tuple[tuple[DatedValue, ...], ...]

    def on(self, day: date) -> DatedValue:
        """The value in force on `day`.

        In each layer the newest value that has begun counts; once it has ended the layer has
        none (an older value does not come back). The last layer that has one wins.

        Raises
        ------
        RuleNotInForceError
            If no layer has a value on that day. There is no default: scoring a year under a
            rule that did not exist is worse than stopping.
        """
        for layer in reversed(self.layers):
            begun = next((value for value in layer if value.since <= day), None)
            if begun is not None and begun.on(day):
                return begun
        starts = [value.since for layer in self.layers for value in layer]
        first = min(starts).isoformat() if starts else None
        raise RuleNotInForceError(self.key, day.isoformat(), first)


@dataclass(frozen=True)
class RulesInForce:
    """The rules of one day.

    Attributes
    ----------
    day : date
        The evaluation date.
    rules : mapping of str to Rule
    """

    day: date
    rules: Mapping[str, Rule]

    def get(self, key: str) -> DatedValue:
        """The value in force of a rule.

        Raises
        ------
        RuleNotInForceError
            If the rule has no value on the day.
        RuleError
            If there is no rule of that key.
        """
        if key not in self.rules:
            near = "、".join(get_close_matches(key, self.rules, n=3)) or "无"
            raise RuleError(f"没有规则 {key}。相近的规则：{near}。请核对规则键，或补充规则文件。")
        return self.rules[key].on(self.day)

    def value(self, key: str) -> Any:
        """The bare value of a rule; raises as `get` does."""
        return self.get(key).value

    def __contains__(self, key: object) -> bool:
        """Whether the rule has a value on the day."""
        if not isinstance(key, str) or key not in self.rules:
            return False
        try:
            self.rules[key].on(self.day)
        except RuleNotInForceError:
            return False
        return True

    def all(self) -> tuple[DatedValue, ...]:
        """Every value in force, sorted by key."""
        return tuple(self.rules[key].on(self.day) for key in sorted(self.rules) if key in self)


@dataclass(frozen=True)
class RuleBook:
    """Every rule that was read, by key."""

    rules: Mapping[str, Rule]

    def on(self, day: date) -> RulesInForce:
        """The rules as they stand on the evaluation date `day`."""
        return RulesInForce(day, self.rules)


def evaluation_date(budget_year: int) -> date:
    """The day whose rules score a budget year: 31 March of the year after it."""
    return date(budget_year + 1, 3, 31)


__all__ = [
    "BASES",
    "Basis",
    "DatedValue",
    "Rule",
    "RuleBook",
    "RulesInForce",
    "evaluation_date",
]
