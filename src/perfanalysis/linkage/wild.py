"""Restricted wild cluster bootstrap: p-values for few or uneven clusters, as a cross-check.

The data is drawn anew under the hypothesis of no effect by turning the residuals of whole clusters.
A draw needs only sums by cluster, so that all draws are a few matrix products.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from perfanalysis.errors import ParameterError
from perfanalysis.linkage.within import Within
from perfanalysis.scoring.exact import Floats

Weights = Literal["auto", "rademacher", "webb"]
DRAWS = 9_999
FEW = 13
"""Below so many clusters Rademacher signs give too few different draws."""
_WEBB = np.sqrt(np.array([0.5, 1.0, 1.5]))
_BLOCK = 1 << 23


@dataclass(frozen=True, slots=True)
class _Parts:
    """What one regressor needs of every cluster.

    Attributes
    ----------
    push : ndarray, shape (clusters,)
        What the cluster's restricted residuals add to the estimate.
    pull : ndarray, shape (clusters, r)
        How the cluster's score answers to the coefficients drawn.
    score : ndarray, shape (clusters, r)
        Scores at the restricted residuals.
    statistic : float
        t of the data.
    """

    push: Floats
    pull: Floats
    score: Floats
    statistic: float


def wild_p_values(
    fit: Within, *, seed: int, draws: int = DRAWS, weights: Weights = "auto"
) -> Floats:
    """Return the bootstrap p-value of each regressor, with its own null hypothesis imposed.

    Parameters
    ----------
    fit : Within
    seed : int
    draws : int
    weights : {"auto", "rademacher", "webb"}
        ``auto``: Webb's six points below `FEW` clusters, else Rademacher's two.

    Returns
    -------
    ndarray, shape (k,)
        ``(1 + draws at least as extreme) / (1 + draws)``, two-sided, on the t statistic with CR1.
        NaN where the regression leaves no residuals to draw from.

    Raises
    ------
    ParameterError
        If there are no draws.

    References
    ----------
    Cameron, A. C., Gelbach, J. B. and Miller, D. L. (2008), Review of Economics and Statistics
    90(3), 414–427. Webb, M. D. (2023), Canadian Journal of Economics 56(3), 839–858.
    """
    if draws < 1:
        raise ParameterError(f"自助法的次数为{draws}，应为正整数。")
    if fit.leaves_nothing:
        return np.full(len(fit.names), np.nan)
    webb = weights == "webb" or (weights == "auto" and fit.clusters < FEW)
    plain = fit.sums(fit.basis * fit.residuals[:, None])
    parts = [_parts(fit, at, plain) for at in range(len(fit.names))]
    extreme = np.zeros(len(parts), dtype=np.int64)
    generator = np.random.default_rng(seed)
    step = max(1, _BLOCK // fit.clusters)
    for first in range(0, draws, step):
        turns = _turns(generator, min(step, draws - first), fit.clusters, webb=webb)
        for at, part in enumerate(parts):
            drawn = _drawn(turns, part, fit.contrasts[:, at], webb=webb)
            extreme[at] += (drawn >= abs(part.statistic) * (1 - 1e-12)).sum()
    result: Floats = (1 + extreme) / (1 + draws)
    return result


def _parts(fit: Within, at: int, plain: Floats) -> _Parts:
    contrast = fit.contrasts[:, at]
    own = fit.basis @ contrast
    pull = fit.sums(own[:, None] * fit.basis)
    estimate = fit.estimates[at]
    score = plain + (estimate / (contrast @ contrast)) * pull
    spread = np.sqrt(((plain @ contrast) ** 2).sum())
    return _Parts(score @ contrast, pull, score, float(estimate / spread))


def _turns(generator: np.random.Generator, draws: int, clusters: int, *, webb: bool) -> Floats:
    if not webb:
        signs = generator.integers(0, 2, (draws, clusters), dtype=np.int8)
        return (2 * signs - 1).astype("float64")
    points = np.concatenate([-_WEBB, _WEBB])
    turned: Floats = points[generator.integers(0, 6, (draws, clusters), dtype=np.int8)]
    return turned


def _drawn(turns: Floats, part: _Parts, contrast: Floats, *, webb: bool) -> Floats:
    """The size of t in each draw."""
    coefficients = turns @ part.score
    mixed = turns @ (part.push[:, None] * part.pull)
    own = (turns**2) @ part.push**2 if webb else np.float64((part.push**2).sum())
    bent = coefficients @ (part.pull.T @ part.pull)
    spread = own - 2 * (mixed * coefficients).sum(axis=1) + (bent * coefficients).sum(axis=1)
    size: Floats = np.abs(coefficients @ contrast) / np.sqrt(np.maximum(spread, 1e-300))
    return size


__all__ = ["DRAWS", "FEW", "Weights", "wild_p_values"]
