"""How far scores would move back to the mean by themselves, and what of a change is beyond it.

A score holds chance: the lowest of a year rise in the next, and the highest fall, though nobody
did anything. A rise after rectification is therefore shown beside the rise that the projects
without rectification lead one to expect at the same score (methods, Chiolero et al. 2013).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from perfanalysis.errors import ParameterError
from perfanalysis.evidence.arrays import Bools, Floats
from perfanalysis.evidence.gap import expanded_percentiles

LEAST_PAIRS, LEAST_UNITS = 20, 5


@dataclass(frozen=True, slots=True)
class Retest:
    """The same projects scored in two years.

    Attributes
    ----------
    n : int
    r : float
        Correlation of the two scores: their reliability where both years vary alike.
    slope : float
        Points of the later score for each point of the earlier one.
    before, after : float
        Means, points.
    """

    n: int
    r: float
    slope: float
    before: float
    after: float

    def expected(self, score: float) -> float:
        """Rise (+) or fall of a project of this score, were it like the others."""
        return self.after + self.slope * (score - self.before) - score


@dataclass(frozen=True, slots=True)
class Change:
    """A group's change beside the expected one.

    Attributes
    ----------
    n, units : int
    before, after, change : float
        Mean scores and their difference, points.
    expected : float
        Change expected of projects with these scores: regression to the mean, and what all moved.
    excess : float
        Change less the expected one.
    low, high : float
        Interval of `excess`: units drawn again with replacement (percentiles, expanded for the
        units of the group).
    confidence : float
    """

    n: int
    units: int
    before: float
    after: float
    change: float
    expected: float
    excess: float
    low: float
    high: float
    confidence: float


def expected_rise(score: float, *, mean: float, reliability: float) -> float:
    """Rise of a score to be expected where only chance moves it: ``(1 - r)(mean - score)``.

    References
    ----------
    Barnett, van der Pols & Dobson (2005), International Journal of Epidemiology 34:215–220.
    """
    return (1 - reliability) * (mean - score)


def retest(pairs: pd.DataFrame) -> Retest:
    """Relate the scores of one year to those of the next.

    Parameters
    ----------
    pairs : DataFrame
        ``before`` and ``after`` (points), none missing.

    Raises
    ------
    ParameterError
        Under `LEAST_PAIRS` pairs, or where the earlier scores are all alike.
    """
    before, after = _scores(pairs)
    if len(before) < LEAST_PAIRS:
        raise ParameterError(
            f"只有{len(before)}个项目有相邻两年的得分，少于{LEAST_PAIRS}个，不能估计向均值回归。"
        )
    if np.ptp(before) == 0:
        raise ParameterError("前一年的得分都相同，不能估计向均值回归。")
    slope = float(np.cov(before, after)[0, 1] / before.var(ddof=1))
    r = float(np.corrcoef(before, after)[0, 1]) if np.ptp(after) else 0.0
    return Retest(len(before), r, slope, float(before.mean()), float(after.mean()))


def change_beyond(
    pairs: pd.DataFrame,
    group: Bools,
    reference: Bools,
    *,
    draws: int = 9_999,
    seed: int = 1,
    confidence: float = 0.95,
) -> Change:
    """Compare the change of a group with that expected from a reference.

    Parameters
    ----------
    pairs : DataFrame
        ``unit_id``, ``before``, ``after``.
    group, reference : ndarray of bool, shape (n,)
        Rows of the group, and rows that nothing was done to (may overlap).
    draws, seed : int
        Of the resampling by unit, line of expectation and all.
    confidence : float

    Raises
    ------
    ParameterError
        As `retest` of the reference, or where the group is of fewer than `LEAST_UNITS` units.
    """
    line = retest(pairs[reference])
    own = pairs[group]
    units = int(own["unit_id"].nunique())
    if units < LEAST_UNITS:
        raise ParameterError(f"这一组只有{units}个单位，少于{LEAST_UNITS}个，不作比较。")
    before, after = float(own["before"].mean()), float(own["after"].mean())
    change, expected = after - before, line.expected(before)
    excess = _resampled(pairs, group, reference, draws, seed)
    low, high = expanded_percentiles(excess, units, confidence)
    moved = (change, expected, change - expected)
    return Change(len(own), units, before, after, *moved, low, high, confidence)


def _scores(pairs: pd.DataFrame) -> tuple[Floats, Floats]:
    return pairs["before"].to_numpy("float64"), pairs["after"].to_numpy("float64")


def _resampled(
    pairs: pd.DataFrame, group: Bools, reference: Bools, draws: int, seed: int
) -> Floats:
    """Excess of each draw of units; a draw without the group or a line is left out."""
    units = pd.factorize(pairs["unit_id"], sort=True)[0]
    count = int(units.max()) + 1
    before, after = _scores(pairs)
    shift = before.mean()  # keeps the squares small
    x, y = before - shift, after - shift
    of_line = (reference * 1.0, reference * x, reference * y, reference * x * x, reference * x * y)
    columns = [*of_line, group * 1.0, group * x, group * y]
    sums = np.column_stack([np.bincount(units, each, count) for each in columns])
    times = np.random.default_rng(seed).multinomial(count, np.full(count, 1 / count), draws)
    n, sx, sy, sxx, sxy, own, gx, gy = (times @ sums).T
    with np.errstate(divide="ignore", invalid="ignore"):
        slope = (sxy - sx * sy / n) / (sxx - sx * sx / n)
        expected = sy / n + slope * (gx / own - sx / n)
        excess = gy / own - expected
    found: Floats = excess[np.isfinite(excess)]
    return found


__all__ = ["Change", "Retest", "change_beyond", "expected_rise", "retest"]
