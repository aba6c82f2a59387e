"""Frames of the whole district, of which the page of each unit shows its own rows.

Worked out once a work year: pandas takes as long for the rows of one unit as for all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from perfanalysis.suite.workyear import WorkYear

V = TypeVar("V")
_NOTHING = np.empty(0, dtype=np.intp)


@dataclass(frozen=True, slots=True)
class ByUnit:
    """The rows of a frame by unit.

    Attributes
    ----------
    frame : DataFrame
    places : mapping of str to array of int
        Where the rows of each unit stand.

    Examples
    --------
    >>> frame = pd.DataFrame({"unit_id": ["U2", "U1", "U2"], "lost": [1.0, 2.0, 3.0]})
    >>> parts = by_unit(frame)
    >>> parts["U2"]["lost"].tolist(), len(parts["U9"])
    ([1.0, 3.0], 0)
    """

    frame: pd.DataFrame
    places: Mapping[Any, Any]

    def __getitem__(self, unit_id: str) -> pd.DataFrame:
        """The rows of a unit in their order, counted from 0."""
        own = self.frame.take(self.places.get(unit_id, _NOTHING))
        own.index = pd.RangeIndex(len(own))
        return own


def by_unit(frame: pd.DataFrame, column: str = "unit_id") -> ByUnit:
    """Tell the rows of a frame apart by the unit that `column` names."""
    return ByUnit(frame, frame.groupby(column).indices)


def kept(work: Callable[[WorkYear], V]) -> Callable[[WorkYear], V]:
    """Let what the pages of all units share be worked out once a work year."""
    name = f"_kept:{work.__module__}.{work.__qualname__}"

    @wraps(work)
    def found(year: WorkYear) -> V:
        if name not in vars(year):
            vars(year)[name] = work(year)
        result: V = vars(year)[name]
        return result

    return found


__all__ = ["ByUnit", "by_unit", "kept"]
