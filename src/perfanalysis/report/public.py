"""What the public edition may show: which texts, and which counts.

Text is held back unless it is a name, a code or a document that may always be shown
(`OPEN_TEXT`), or suite.toml says that somebody cleared the column. Rows of a summary that count
fewer people, projects or units than the minimum lose their figures, and so does as much more as
would give them away by subtraction (Hundepool et al. 2012, *Statistical Disclosure Control*,
chapter 4: threshold rule and complementary suppression).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fnmatch import fnmatchcase
from typing import Any

import numpy as np
from numpy.typing import NDArray

from perfanalysis.report.columns import WITHHELD
from perfanalysis.report.formats import is_missing

OPEN_TEXT = frozenset(
    {
        "name", "unit_name", "project", "unit", "unit_id", "project_id", "parent_id", "title",
        "number", "issuer", "document", "document_title", "standard_document", "citation", "label",
        "fund_kind", "special_kind", "project_type", "sector", "department_id", "kind", "level",
        "level1", "level2", "level3", "indicator", "indicator_id", "op", "measure_unit", "stage",
        "grade", "stated_grade", "status", "result_from", "basis", "rule", "rule_title", "key",
        "verified", "unverified", "unit_of_value", "since", "until", "step", "action", "direction",
        "month", "table", "fact", "subject", "severity", "code", "file", "check", "how",
    }
)  # fmt: skip
"""Text columns that may always be shown: names, codes, documents and rules."""

_HELD_VALUES = frozenset(
    {"reason", "reply", "answer", "issue", "opinion", "note", "seen", "found", "message", "payee"}
)
"""Values of sentences that are free text."""
PEOPLE = frozenset({"respondents", "answers", "invited", "population", "people"})
_BREAKDOWN = ("excellent", "good", "fair", "poor", "none")
_ITEMS = frozenset({"projects", "units", "refused", "surveyed", *_BREAKDOWN})


@dataclass(frozen=True, slots=True)
class Public:
    """What holds for the public edition.

    Attributes
    ----------
    people, items : int
        Smallest number of people, and of projects or units, that a figure may be about.
    cleared : frozenset of str
        Text columns, by name, that somebody has cleared.
    pages : tuple of str
        Patterns of the notebooks that the edition has; a link to another page is plain text.
    """

    people: int = 10
    items: int = 3
    cleared: frozenset[str] = frozenset()
    pages: tuple[str, ...] = ("*",)

    def has(self, page: str) -> bool:
        """Whether the edition has a page, by its file name."""
        notebook = page.partition("-")[0].removesuffix(".html")
        return any(fnmatchcase(notebook, pattern) for pattern in self.pages)

    def minimum(self, counted: str) -> int:
        """Smallest number that may be shown of what a column or value counts; 0 for any."""
        return self.people if counted in PEOPLE else self.items if counted in _ITEMS else 0


def may_be_shown(column: str, public: Public) -> bool:
    """Whether the text of a column may be public."""
    return column in OPEN_TEXT or column in public.cleared


def suppressed(counts: NDArray[np.int64], minimum: int) -> tuple[NDArray[np.bool_], ...]:
    """Return which rows are too small, and which more must go so that none can be worked out.

    Parameters
    ----------
    counts : array of int, shape (n,)
        What each row counts, ≥ 0. A row of nothing gives nobody away.
    minimum : int

    Returns
    -------
    small, complement : array of bool, shape (n,)
        All that go are at least two rows and `minimum` together, so that a known total of the
        rows does not give one of them; with fewer rows, all of them go.
    """
    small = (counts > 0) & (counts < minimum)
    gone = small.copy()
    if small.any():
        for at in np.argsort(counts, kind="stable"):
            if gone.sum() >= 2 and counts[gone].sum() >= minimum:
                break
            if counts[at] > 0:
                gone[at] = True
    return small, gone & ~small


def public_values(values: Mapping[str, Any], public: Public, say: Any) -> dict[str, Any]:
    """The values of a sentence as the public edition says them.

    Free text is withheld. A count under the minimum is said to be fewer, and the amounts, rates and
    examples that the sentence has with it are withheld; where it is one part of a whole whose
    other parts are said, the next smallest is only said to be no fewer.
    """
    shown = dict(values)
    few = small_counts(values, public)
    for name, value in values.items():
        if name in _HELD_VALUES and isinstance(value, str) and name not in public.cleared:
            shown[name] = Said(WITHHELD)
        if few and (name == "examples" or _is_amount(value)):
            shown[name] = Said(WITHHELD)
        minimum = public.minimum(name)
        if minimum and _is_small(value, minimum):
            shown[name] = Said(say("fewer-than", n=minimum))
    parts = {name: values[name] for name in _BREAKDOWN if _is_count(values.get(name))}
    gone = [name for name in parts if isinstance(shown[name], Said)]
    if len(gone) == 1:
        others = [name for name in parts if name not in gone and parts[name] > 0]
        if others:
            shown[min(others, key=lambda name: parts[name])] = Said(
                say("no-fewer-than", n=public.items)
            )
    return shown


class Said(str):
    """A value that is already words, whatever format the sentence asks for."""

    __slots__ = ()


def small_counts(values: Mapping[str, Any], public: Public) -> bool:
    """Whether a figure of the whole counts too few to be public."""
    return any(_is_small(value, public.minimum(name)) for name, value in values.items())


def public_headline(
    headline: Mapping[str, Mapping[str, Any]], public: Public
) -> dict[str, Mapping[str, Any]]:
    """The figures of the whole that do not count too few."""
    return {key: each for key, each in headline.items() if not small_counts(each, public)}


def _is_small(value: Any, minimum: int) -> bool:
    return _is_count(value) and 0 < value < minimum


def _is_amount(value: Any) -> bool:
    return isinstance(value, float | Decimal)


def _is_count(value: Any) -> bool:
    plain = value.item() if hasattr(value, "item") else value
    return isinstance(plain, int) and not isinstance(plain, bool) and not is_missing(value)


__all__ = [
    "OPEN_TEXT",
    "PEOPLE",
    "Public",
    "Said",
    "may_be_shown",
    "public_headline",
    "public_values",
    "small_counts",
    "suppressed",
]
