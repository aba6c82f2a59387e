"""The grade of a key project with the probability of each grade.

The published score and grade are the team's and never come from here. What is asked here is how
often the grade would be another one: were other experts on the panel, other people in the
survey, other items checked on site, or the points set a little differently.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from zlib import crc32

import numpy as np
import pandas as pd

from perfanalysis.errors import ParameterError
from perfanalysis.evidence.arrays import Floats

SOURCES = ("panel", "survey", "verification", "weights")


@dataclass(frozen=True, slots=True)
class Errors:
    """Measured errors of one project's total, points; 0 where a source was not measured.

    Attributes
    ----------
    panel : float
        Standard error of the panel's mean.
    panel_df : int
        Its degrees of freedom (experts less one); 0 where there is no panel.
    survey : float
        Standard error of the satisfaction points.
    verification : float
        Standard error of the output points from items checked on site.
    """

    panel: float = 0.0
    panel_df: int = 0
    survey: float = 0.0
    verification: float = 0.0

    @property
    def measured(self) -> tuple[str, ...]:
        """Sources that were measured."""
        sizes = (self.panel, self.survey, self.verification)
        return tuple(name for name, size in zip(SOURCES, sizes, strict=False) if size > 0)


@dataclass(frozen=True)
class GradeOdds:
    """How a project's total and grade could have fallen.

    Attributes
    ----------
    probabilities : dict of str to float
        Share of draws in each grade, best first; measured errors and weights together.
    low, high : float
        Central interval of the total, points.
    spread : dict of str to float
        Standard deviation of the total by source alone, points; weights included.
    measured : tuple of str
        Sources of error that were measured (`SOURCES` without weights).
    draws : int
    """

    probabilities: dict[str, float]
    low: float
    high: float
    spread: dict[str, float]
    measured: tuple[str, ...]
    draws: int


def grade_odds(
    indicators: pd.DataFrame,
    errors: Errors,
    floors: Mapping[str, float],
    *,
    key: str,
    draws: int,
    seed: int,
    concentration: float,
    confidence: float = 0.95,
) -> GradeOdds:
    """Draw a project's total again and again, and count the grades.

    Parameters
    ----------
    indicators : DataFrame
        ``points`` and ``score`` of each indicator, none missing.
    errors : Errors
    floors : mapping of str to float
        Lowest points of each grade, inclusive.
    key : str
        Project id: each project has its own stream, whatever others are drawn.
    draws, seed : int
    concentration : float
        Of the Dirichlet distribution around the points in force: a share w of the total varies
        with variance ``w (1 − w) / (concentration + 1)``.
    confidence : float

    Returns
    -------
    GradeOdds

    Raises
    ------
    ParameterError
        If a score is missing, or concentration or draws are not positive.
    """
    points = indicators["points"].to_numpy("float64")
    score = indicators["score"].to_numpy("float64")
    if not len(points) or np.isnan(score).any() or draws < 1 or concentration <= 0:
        raise ParameterError("有指标没有得分，或抽样次数、权重集中度不是正数，不能计算等级概率。")
    rng = np.random.default_rng([seed, crc32(key.encode())])
    kept = np.divide(score, points, out=np.zeros_like(score), where=points > 0)
    full, total = points.sum(), score.sum()
    weights = rng.dirichlet(np.maximum(concentration * points / full, 1e-9), draws)
    shifts = {
        "panel": errors.panel * rng.standard_t(max(errors.panel_df, 1), draws),
        "survey": errors.survey * rng.standard_normal(draws),
        "verification": errors.verification * rng.standard_normal(draws),
        "weights": full * (weights @ kept) - total,
    }
    totals = np.clip(total + sum(shifts.values()), 0, full)
    tail = (1 - confidence) / 2
    low, high = np.quantile(totals, [tail, 1 - tail])
    return GradeOdds(
        probabilities=_shares(totals, floors),
        low=float(low),
        high=float(high),
        spread={name: float(shift.std()) for name, shift in shifts.items()},
        measured=errors.measured,
        draws=draws,
    )


def _shares(totals: Floats, floors: Mapping[str, float]) -> dict[str, float]:
    ranked = sorted(floors, key=lambda grade: floors[grade])
    printed = np.floor(totals * 100 + 0.5 + 1e-9) / 100
    edges = np.array([floors[grade] for grade in ranked])
    rank = np.searchsorted(edges, printed, side="right") - 1
    counts = np.bincount(np.maximum(rank, 0), minlength=len(ranked)) / len(totals)
    return {grade: float(counts[n]) for n, grade in reversed(list(enumerate(ranked)))}


__all__ = ["SOURCES", "Errors", "GradeOdds", "grade_odds"]
