"""Keeps back from a page of the public edition what may not be public, and remembers what it was.

A row of a summary that counts too few loses its figures; a row about a named unit or project is
no summary and keeps them, unless it is sealed. A figure that would show again what a table holds
back is left out as a whole, for nothing can be taken out of a picture.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from perfanalysis.report.canvas import Chart
from perfanalysis.report.columns import WITHHELD
from perfanalysis.report.public import PEOPLE, Public, may_be_shown, suppressed
from perfanalysis.report.tables import Table
from perfanalysis.report.text import Texts

Why = Literal["text", "people", "items", "complement", "sealed", "figure"]
_ENTITY = frozenset({"name", "unit_name", "project", "unit_id", "project_id"})
_Rows = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """One thing that a page leaves out.

    Attributes
    ----------
    where : str
        Number of the table or figure.
    why : str
        See `Why`.
    what : str
        Header of the column; empty for rows and figures.
    n : int
        Rows.
    """

    where: str
    why: Why
    what: str = ""
    n: int = 0


class Keeper:
    """Keeps things back from one page.

    Parameters
    ----------
    public : Public

    Attributes
    ----------
    left : list of LeftOut
        What was kept back so far, in order.
    """

    def __init__(self, public: Public) -> None:
        self.public = public
        self.left: list[LeftOut] = []
        self._labels: set[str] = set()

    def table(self, table: Table, number: str) -> Table:
        """A table as the public edition shows it."""
        frame = table.frame.copy()
        for name, column in table.columns.items():
            if column.href:
                links = frame[column.href].astype("object")
                frame[column.href] = links.where(links.map(self._has), None)
            if column.kind == "text" and len(frame) and not may_be_shown(name, self.public):
                frame[name] = WITHHELD
                self.left.append(LeftOut(number, "text", column.label, len(frame)))
        gone = np.zeros(len(frame), bool)
        for why, rows in _rows(table, self.public):
            fresh = rows & ~gone
            if fresh.any():
                self.left.append(LeftOut(number, why, n=int(fresh.sum())))
                gone |= fresh
        if not gone.any():
            return replace(table, frame=frame)
        first = next(iter(table.columns))
        self._labels |= {str(each) for each in table.frame.loc[gone, first]}
        for name, column in table.columns.items():
            if column.kind != "text":
                frame[name] = frame[name].astype("object").mask(gone, WITHHELD)
        total = table.total
        if total is not None and (gone.sum() == 1 or gone.all()):
            total = dict.fromkeys(total, WITHHELD)
        return replace(table, frame=frame, total=total)

    def _has(self, link: object) -> bool:
        return isinstance(link, str) and self.public.has(link)

    def hides(self, chart: Chart, number: str) -> bool:
        """Whether a figure is left out: it shows what a table before it, or the rule, hides."""
        held = {WITHHELD, *self._labels}
        for name, column in chart.columns.items():
            if column.kind != "text":
                continue
            if (
                not may_be_shown(name, self.public)
                or chart.data[name].astype("str").isin(held).any()
            ):
                self.left.append(LeftOut(number, "figure"))
                return True
        return False

    def sentences(self, say: Texts) -> list[str]:
        """What the page leaves out and why, for its reader."""
        limits = {"people": self.public.people, "items": self.public.items}
        said = [say("left-rule", **limits)]
        said += [
            say(f"left-{each.why}", where=each.where, what=each.what, n=each.n)
            for each in self.left
        ]
        return said if self.left else [*said, say("left-nothing")]


def _rows(table: Table, public: Public) -> Iterator[tuple[Why, _Rows]]:
    """Rows whose figures go, by reason; a row may go for more than one."""
    frame = table.frame
    sealed = np.zeros(len(frame), bool)
    for name in sorted(_ENTITY & set(frame.columns)):
        sealed |= (frame[name].astype("object") == WITHHELD).to_numpy(bool)
    yield "sealed", sealed
    if sealed.sum() == 1:
        yield "complement", _next_smallest(table, sealed)
    if _ENTITY & set(table.columns):
        return
    for name, column in table.columns.items():
        minimum = public.minimum(name)
        if minimum and column.is_numeric:
            counts = pd.to_numeric(frame[name]).fillna(0).to_numpy("int64")
            small, more = suppressed(counts, minimum)
            yield ("people" if name in PEOPLE else "items"), small
            yield "complement", more


def _next_smallest(table: Table, sealed: _Rows) -> _Rows:
    """One more row beside a single sealed one, where the rows add to something known."""
    found = np.zeros(len(sealed), bool)
    adds = [name for name, column in table.columns.items() if column.adds]
    if adds and len(sealed) > 1:
        values = pd.to_numeric(table.frame[adds[0]]).to_numpy("float64", na_value=np.nan)
        values = np.where(sealed | np.isnan(values) | (values == 0), np.inf, values)
        if np.isfinite(values).any():
            found[int(np.argmin(values))] = True
    return found


__all__ = ["Keeper", "LeftOut"]
