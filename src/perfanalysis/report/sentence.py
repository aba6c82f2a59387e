"""A sentence that knows the numbers in it: as printed, and as they were before rounding."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from numbers import Real
from typing import Any

from perfanalysis.report.formats import is_missing
from perfanalysis.report.markup import named_references

_ENDS = re.compile("[，。；：！？]|[,;:.] |\\.$")


@dataclass(frozen=True, slots=True)
class Number:
    """One number of a sentence.

    Attributes
    ----------
    start, end : int
        Where it stands in the sentence, with its unit.
    value : Any
        What was printed, not rounded.
    """

    start: int
    end: int
    value: Any


class Sentence(str):
    """Text with its numbers; everywhere else a `str` like any other."""

    numbers: tuple[Number, ...]

    @classmethod
    def of(cls, pieces: Iterable[tuple[str, Any]]) -> Sentence:
        """Put pieces together; beside each the value it prints, or None.

        A piece that is a `Sentence` brings its own numbers.
        """
        text, numbers = "", []
        for piece, value in pieces:
            at = len(text)
            if isinstance(value, Sentence):
                numbers += [Number(at + n.start, at + n.end, n.value) for n in value.numbers]
            elif _is_number(value):
                numbers.append(Number(at, at + len(piece), value))
            text += piece
        made = cls(text)
        made.numbers = tuple(numbers)
        return made

    def clause(self, number: Number) -> str:
        """The part of the sentence between two marks of punctuation that a number stands in.

        The number is a blank, the others are dots: what it is called stays when it changes.
        """
        before = [found.end() for found in _ENDS.finditer(self, 0, number.start)]
        after = _ENDS.search(self, number.end)
        start, end = before[-1] if before else 0, after.start() if after else len(self)
        part, at = "", start
        for each in self.numbers:
            if start <= each.start and each.end <= end:
                part += self[at : each.start] + ("＿＿" if each == number else "…")
                at = each.end
        return named_references(part + self[at:end], {}).strip()


def _is_number(value: Any) -> bool:
    is_real = isinstance(value, Real | Decimal) and not isinstance(value, bool)
    return is_real and not is_missing(value)


__all__ = ["Number", "Sentence"]
