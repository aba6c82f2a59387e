"""The same estimates in other ways: without trust in outliers, and with unit effects pooled."""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import numpy as np
import pandas as pd
import statsmodels.api as sm
from statsmodels.tools.sm_exceptions import SingularMatrixWarning

from perfanalysis.errors import ParameterError
from perfanalysis.linkage.inference import Effect, effects_of
from perfanalysis.linkage.power import LEVEL
from perfanalysis.linkage.within import Within, fit_within
from perfanalysis.scoring.exact import Floats

LEAST_VARIANCE = 1e-6
"""Of the residual variance: below, the data show no differences between units."""


def huber_effects(fit: Within, *, seed: int, draws: int) -> tuple[Effect, ...]:
    """Huber's M-estimates on the deviations from unit means, with a bootstrap by cluster.

    Parameters
    ----------
    fit : Within
    seed, draws : int

    Returns
    -------
    tuple of Effect
        Percentile interval; standard error of the draws; no p-value and no detectable effect (NaN):
        a line for comparison, not a test.

    References
    ----------
    Huber, P. J. (1964), Annals of Mathematical Statistics 35(1), 73–101; statsmodels ``RLM``.
    """
    if draws < 1:
        raise ParameterError(f"自助法的次数为{draws}，应为正整数。")
    slices = fit.slices()
    generator = np.random.default_rng(seed)
    drawn = np.empty((draws, len(fit.names)))
    for each in range(draws):
        chosen = generator.integers(0, fit.clusters, fit.clusters)
        rows = np.concatenate([np.arange(slices[at].start, slices[at].stop) for at in chosen])
        drawn[each] = _huber(fit, rows)
    estimates = _huber(fit, np.arange(fit.outcome.size))
    low, high = np.quantile(drawn, [LEVEL / 2, 1 - LEVEL / 2], axis=0)
    nan = float("nan")
    return tuple(
        Effect(
            name, fit.outcome.size, fit.clusters, fit.clusters, nan, float(estimates[at]),
            float(drawn[:, at].std(ddof=1)) if draws > 1 else nan,
            float(low[at]), float(high[at]), nan, nan, "Huber", "",
        )
        for at, name in enumerate(fit.names)
    )  # fmt: skip


def _huber(fit: Within, rows: np.ndarray) -> Floats:
    with warnings.catch_warnings():
        # a draw may leave out every row of a year: its effect is nobody's, the others stand
        warnings.simplefilter("ignore", SingularMatrixWarning)
        result = sm.RLM(fit.outcome[rows], fit.basis[rows], M=sm.robust.norms.HuberT()).fit()
    estimates: Floats = fit.contrasts.T @ result.params
    return estimates


def pooled_effects(
    table: pd.DataFrame,
    *,
    outcome: str,
    regressors: Sequence[str],
    unit: str,
    effects: Sequence[str] = (),
) -> tuple[Effect, ...]:
    """Estimates with unit effects that are partly pooled: each unit is drawn towards the mean.

    Parameters
    ----------
    table : DataFrame
    outcome, regressors, unit, effects
        As in `fit_within`, clustered by unit.

    Returns
    -------
    tuple of Effect
        With CR2 inference by unit. Where the units' variance is below `LEAST_VARIANCE` of that of
        the residuals, the data show no differences and the effects are pooled altogether.

    Notes
    -----
    The variance between units is a moment estimate from products of residuals inside units, which
    cannot fail as a likelihood at its boundary does; the regression is then on ``x − θ_i x̄_i``.

    References
    ----------
    Wallace, T. D. and Hussain, A. (1969), Econometrica 37(1), 55–72.
    """
    same = {"outcome": outcome, "regressors": regressors, "cluster": unit, "effects": effects}
    inner = fit_within(table, absorb=unit, **same)  # type: ignore[arg-type]
    free = inner.outcome.size - inner.absorbed - inner.basis.shape[1]
    within = float((inner.residuals**2).sum() / max(free, 1))
    plain = fit_within(table, **same)  # type: ignore[arg-type]
    between = _between(plain)
    if between < LEAST_VARIANCE * within:
        return effects_of(plain)
    counts = table.groupby(unit)[outcome].transform("size").to_numpy("float64")
    shares = 1 - np.sqrt(within / (within + counts * between))
    return effects_of(fit_within(table, absorb=unit, shares=shares, **same))  # type: ignore[arg-type]


def _between(pooled: Within) -> float:
    """Variance between units by moments; not below zero."""
    sizes = np.diff([*pooled.starts.tolist(), pooled.outcome.size])
    products = (pooled.sums(pooled.residuals) ** 2).sum() - (pooled.residuals**2).sum()
    pairs = (sizes * (sizes - 1)).sum()
    return max(float(products / pairs), 0.0) if pairs else 0.0


__all__ = ["LEAST_VARIANCE", "huber_effects", "pooled_effects"]
