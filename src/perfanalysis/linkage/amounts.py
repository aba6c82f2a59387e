"""Money as whole 10⁻⁶ 万元 (0.01 元), so that steps, parts and totals tie exactly."""

from __future__ import annotations

import numpy as np
import pandas as pd

from perfanalysis.errors import DataError
from perfanalysis.scoring.exact import Floats, Ints

MICRO = 1_000_000
CENT = 10_000
"""0.01 万元."""
_MOST = 2.0**62


def micro(amounts: pd.Series) -> Ints:
    """Amounts in 万元 as whole 10⁻⁶ 万元, 0 where missing.

    Raises
    ------
    DataError
        If together they are too large to add up exactly.
    """
    whole = np.rint(amounts.fillna(0.0).to_numpy("float64") * MICRO)
    if np.abs(whole).sum() >= _MOST:
        most = f"{_MOST / MICRO:g}"
        raise DataError(f"{amounts.name} 合计超过 {most} 万元，无法精确相加。请核对金额单位。")
    result: Ints = whole.astype(np.int64)
    return result


def wan(amounts: Ints) -> Floats:
    """万元: the float nearest to each amount."""
    return amounts / MICRO


def share_of(amounts: Ints, share: float) -> Ints:
    """A share (at most six decimals) of amounts ≥ 0, rounded half-up to 10⁻⁶ 万元; exact."""
    parts = round(share * MICRO)
    units, rest = np.divmod(amounts, MICRO)
    result: Ints = units * parts + (rest * parts * 2 + MICRO) // (2 * MICRO)
    return result


def scaled_down(wanted: Ints, pool: int) -> Ints:
    """What each gets of a pool: all it wants where that is enough, else its share, cut off."""
    total = int(wanted.sum())
    if total <= pool:
        return wanted
    return np.array([int(each) * pool // total for each in wanted.tolist()], dtype=np.int64)


def to_cents(amounts: Ints, group: Ints) -> Ints:
    """Round to 0.01 万元 so that each group's total is its exact total rounded half-up.

    Parameters
    ----------
    amounts : ndarray of int64, shape (n,)
        10⁻⁶ 万元, ≥ 0.
    group : ndarray of int64, shape (n,)
        From 0.

    Returns
    -------
    ndarray of int64, shape (n,)
        Multiples of `CENT`: each within 0.01 万元 of its amount (largest remainder; the first of
        equal ones).
    """
    count = int(group.max()) + 1 if group.size else 0
    down, rest = np.divmod(amounts, CENT)
    missing = np.zeros(count, dtype=np.int64)
    np.add.at(missing, group, rest)
    missing = (2 * missing + CENT) // (2 * CENT)
    order = np.lexsort((np.arange(amounts.size), -rest, group))
    place = np.empty(amounts.size, dtype=np.int64)
    starts = np.concatenate([[0], np.cumsum(np.bincount(group, minlength=count))[:-1]])
    place[order] = np.arange(amounts.size) - starts[group[order]]
    up = place < missing[group]
    return (down + up) * CENT


def sums_by(values: Ints, group: Ints, count: int) -> Ints:
    """Exact sums by group."""
    totals = np.zeros(count, dtype=np.int64)
    np.add.at(totals, group, values)
    return totals


__all__ = [
    "CENT",
    "MICRO",
    "micro",
    "scaled_down",
    "share_of",
    "sums_by",
    "to_cents",
    "wan",
]
