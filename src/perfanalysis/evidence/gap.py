"""Self-evaluation against review: how far apart, how sure, and for whom it can be said.

The gap is never regressed on one of the two scores: it contains both, so that units without any
bias show a slope (methods, Bland & Altman 1986). It is shown against their average.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from perfanalysis.errors import ParameterError
from perfanalysis.evidence.arrays import Floats, Ints

LEAST_UNITS = 5


@dataclass(frozen=True, slots=True)
class Gap:
    """Stated less reviewed, over projects.

    Attributes
    ----------
    n, units : int
    mean : float
        Mean gap, points; positive where units score themselves higher.
    low, high : float
        Interval of the mean: units drawn again with replacement, all their projects with them
        (percentiles, expanded for the number of units).
    sd : float
        Of the gaps.
    limit_low, limit_high : float
        Limits of agreement: where `confidence` of projects lie if gaps are normal.
    slope_r : float
        Rank correlation of the gap with the average of the two scores; missing where all are
        alike.
    confidence : float
    """

    n: int
    units: int
    mean: float
    low: float
    high: float
    sd: float
    limit_low: float
    limit_high: float
    slope_r: float
    confidence: float


@dataclass(frozen=True, slots=True)
class Bounds:
    """Mean review score of all projects, when only some were reviewed.

    Attributes
    ----------
    reviewed, all : int
    low, high : float
        Points: what the mean would be if every other project had scored the lowest, the highest
        possible.
    """

    reviewed: int
    all: int
    low: float
    high: float


def gap_between(
    projects: pd.DataFrame, *, draws: int = 9_999, seed: int = 1, confidence: float = 0.95
) -> Gap:
    """Mean gap between stated and reviewed totals, with limits of agreement.

    Parameters
    ----------
    projects : DataFrame
        ``unit_id``, ``stated`` and ``reviewed`` (points); rows with a missing one are left out.
    draws, seed : int
        Of the resampling by unit.
    confidence : float

    Returns
    -------
    Gap

    Raises
    ------
    ParameterError
        Under `LEAST_UNITS` units: too few to draw again from.

    References
    ----------
    Bland & Altman (1986), Lancet 327:307–310; expanded percentiles: Hesterberg (2015), The
    American Statistician 69:371–386, section 4.2. How often the interval holds the true mean for 60
    and for 12 units stands in docs/validation.md.
    """
    both = projects.dropna(subset=["stated", "reviewed"])
    gaps = (both["stated"] - both["reviewed"]).to_numpy("float64")
    units = pd.factorize(both["unit_id"], sort=True)[0]
    count = int(units.max()) + 1 if len(units) else 0
    if count < LEAST_UNITS:
        raise ParameterError(f"只有{count}个单位有两套得分，少于{LEAST_UNITS}个，不给出区间。")
    low, high = _resampled(gaps, units, count, draws, seed, confidence)
    mean, sd = float(gaps.mean()), float(gaps.std(ddof=1))
    reach = float(stats.norm.ppf((1 + confidence) / 2)) * sd
    average = (both["stated"] + both["reviewed"]).to_numpy("float64") / 2
    varied = np.ptp(gaps) > 0 and np.ptp(average) > 0
    correlation = float(stats.spearmanr(gaps, average).statistic) if varied else float("nan")
    limits = (mean - reach, mean + reach)
    return Gap(len(gaps), count, mean, low, high, sd, *limits, correlation, confidence)


def _resampled(
    gaps: Floats, units: Ints, count: int, draws: int, seed: int, confidence: float
) -> tuple[float, float]:
    """Interval of the mean over units drawn again."""
    sums, sizes = np.bincount(units, gaps, count), np.bincount(units, minlength=count)
    times = np.random.default_rng(seed).multinomial(count, np.full(count, 1 / count), draws)
    return expanded_percentiles((times @ sums) / (times @ sizes), count, confidence)


def expanded_percentiles(drawn: Floats, clusters: int, confidence: float) -> tuple[float, float]:
    """Percentiles of what was drawn again, as far out as Student's t would go.

    Parameters
    ----------
    drawn : ndarray, shape (draws,)
    clusters : int
        Units that were drawn from.
    confidence : float

    References
    ----------
    Hesterberg (2015), The American Statistician 69:371–386, section 4.2.
    """
    reach = stats.t.ppf((1 + confidence) / 2, clusters - 1) * (clusters / (clusters - 1)) ** 0.5
    tail = float(stats.norm.sf(reach))
    low, high = np.quantile(drawn, [tail, 1 - tail])
    return float(low), float(high)


def gaps_by(projects: pd.DataFrame, by: str) -> pd.DataFrame:
    """Gaps by group.

    Parameters
    ----------
    projects : DataFrame
        As `gap_between`, with the column `by`.
    by : str

    Returns
    -------
    DataFrame
        The group, ``n``, ``mean``, ``sd`` (missing with one project), ``above`` (projects that
        state more than the review gives); largest mean first.
    """
    both = projects.dropna(subset=["stated", "reviewed"])
    gap = both["stated"] - both["reviewed"]
    table = (
        both.assign(gap=gap, above=gap >= 0.005)
        .groupby(by)
        .agg(n=("gap", "size"), mean=("gap", "mean"), sd=("gap", "std"), above=("above", "sum"))
        .reset_index()
    )
    return table.sort_values(["mean", by], ascending=[False, True], ignore_index=True)


def bounds_for_all(reviewed: Floats, all_projects: int, *, full: float = 100.0) -> Bounds:
    """What the reviewed projects allow to say of all, whatever the choice of them.

    Parameters
    ----------
    reviewed : ndarray, shape (n,)
        Scores of the reviewed projects, points.
    all_projects : int
        Projects in all.
    full : float
        Highest score.

    Raises
    ------
    ParameterError
        If none, or more than all, were reviewed.

    References
    ----------
    Manski (1989), Journal of Human Resources 24:343–360: bounds without assumptions.
    """
    n = len(reviewed)
    if not 0 < n <= all_projects:
        raise ParameterError(f"评价了{n}个项目，共{all_projects}个，不能给出全部项目的上下限。")
    known, rest = float(np.sum(reviewed)), all_projects - n
    return Bounds(n, all_projects, known / all_projects, (known + full * rest) / all_projects)


__all__ = ["Bounds", "Gap", "bounds_for_all", "expanded_percentiles", "gap_between", "gaps_by"]
