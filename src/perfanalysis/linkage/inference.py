"""Estimates for few clusters: what was found, how sure it is, and what could have been seen.

The number that matters is not that of the clusters but that of the treated ones: CR2 with
Satterthwaite degrees of freedom keeps its size and says by its degrees of freedom when there is
too little to go by. Below stated minima nothing is claimed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Literal, get_args

import numpy as np
import pandas as pd
import statsmodels.api as sm
from scipy import stats

from perfanalysis.errors import DataError, ParameterError
from perfanalysis.linkage.cr2 import Robust, cr2
from perfanalysis.linkage.power import LEVEL, detectable_effect
from perfanalysis.linkage.randomisation import MIN_TREATED
from perfanalysis.linkage.within import Within, fit_within
from perfanalysis.scoring.exact import Floats

Method = Literal["CR2", "CRV3"]
Line = Literal["CR2", "CRV3", "Huber"]
MIN_CLUSTERS = 10
NO_NOISE = "金额完全由基数和各项效应决定，没有可推断的变化"
MIN_DF = 4.0
"""Below, the approximation itself is poor (Pustejovsky and Tipton 2018, section 4)."""


@dataclass(frozen=True, slots=True)
class Effect:
    """One estimate.

    Attributes
    ----------
    regressor : str
    n, clusters : int
    treated_clusters : int
        Clusters on the smaller side of a regressor of two values; of any other, clusters in which
        it varies by itself.
    df, estimate, se : float
    low, high : float
        95% interval; NaN where refused.
    p : float
        Two-sided; NaN where refused.
    mde : float
        Smallest effect that would be found in four cases of five; NaN where refused.
    method : str
        ``CR2``, ``CRV3`` or ``Huber``.
    refused : str
        Why there is neither interval nor p-value; else empty.
    """

    regressor: str
    n: int
    clusters: int
    treated_clusters: int
    df: float
    estimate: float
    se: float
    low: float
    high: float
    p: float
    mde: float
    method: Line
    refused: str


def estimate_effects(
    table: pd.DataFrame,
    *,
    outcome: str,
    regressors: Sequence[str],
    cluster: str,
    absorb: str = "",
    effects: Sequence[str] = (),
    method: Method = "CR2",
) -> tuple[Effect, ...]:
    """Estimate by least squares with cluster-robust inference.

    Parameters
    ----------
    table : DataFrame
    outcome : str
    regressors : sequence of str
    cluster : str
        Errors may be related in any way inside a cluster.
    absorb, effects
        See `fit_within`.
    method : {"CR2", "CRV3"}
        CR2 with Satterthwaite degrees of freedom, or the cluster jackknife with one less than the
        number of clusters.

    Returns
    -------
    tuple of Effect
        In the order of `regressors`.

    Raises
    ------
    DataError
        If there are fewer than `MIN_CLUSTERS` clusters, or the model cannot be fitted.
    ParameterError
        If the method is another.

    References
    ----------
    Pustejovsky, J. E. and Tipton, E. (2018), Journal of Business & Economic Statistics 36(4).
    MacKinnon, J. G., Nielsen, M. Ø. and Webb, M. D. (2023), Journal of Applied Econometrics 38(5).
    """
    fit = fit_within(
        table, outcome=outcome, regressors=regressors, cluster=cluster, absorb=absorb,
        effects=effects,
    )  # fmt: skip
    return effects_of(fit, method=method)


def effects_of(fit: Within, *, method: Method = "CR2") -> tuple[Effect, ...]:
    """Return the estimates of a fit; see `estimate_effects`."""
    if method not in get_args(Method):
        raise ParameterError(f"没有名为 {method} 的方法。可用：{'、'.join(get_args(Method))}。")
    if fit.clusters < MIN_CLUSTERS:
        raise DataError(
            f"只有{fit.clusters}个聚类，少于{MIN_CLUSTERS}个，无法可靠地推断。"
            "请合并年度、换用更细的聚类，或只作描述。"
        )
    robust = cr2(fit) if method == "CR2" else _crv3(fit)
    return tuple(_effect(fit, at, robust, method) for at in range(len(fit.names)))


def _crv3(fit: Within) -> Robust:
    """Standard errors by the cluster jackknife of statsmodels."""
    sizes = np.diff([*fit.starts.tolist(), fit.outcome.size])
    groups = np.repeat(np.arange(fit.clusters), sizes)
    try:
        model = sm.OLS(fit.outcome, fit.basis)
        result = model.fit(cov_type="cluster-crv3", cov_kwds={"groups": groups}, use_t=True)
    except ValueError as error:
        raise DataError(
            "去掉其中一个聚类后模型无法估计，不能用聚类刀切法（CRV3）。请改用 CR2。"
        ) from error
    spread = np.einsum("rk,rs,sk->k", fit.contrasts, result.cov_params(), fit.contrasts)
    return Robust(np.sqrt(spread), np.full(len(fit.names), fit.clusters - 1.0))


def _effect(fit: Within, at: int, robust: Robust, method: Method) -> Effect:
    estimate, se, df = float(fit.estimates[at]), float(robust.se[at]), float(robust.df[at])
    treated = _treated(fit, at)
    refused = _refusal(treated, df) or (NO_NOISE if fit.leaves_nothing else "")
    low = high = p = mde = float("nan")
    if not refused:
        half = float(stats.t.ppf(1 - LEVEL / 2, df)) * se
        low, high, mde = estimate - half, estimate + half, detectable_effect(se, df)
        p = float(2 * stats.t.sf(abs(estimate) / se, df))
    return Effect(
        fit.names[at], fit.outcome.size, fit.clusters, treated, df, estimate, se, low, high, p,
        mde, method, refused,
    )  # fmt: skip


def _treated(fit: Within, at: int) -> int:
    values = fit.regressors[:, at]
    different = np.unique(values)
    if different.size == 2:
        sides = [fit.sums((values == each).astype("float64")) > 0 for each in different]
        return int(min(side.sum() for side in sides))
    own = fit.sums((fit.basis @ fit.contrasts[:, at]) ** 2)
    return int((own > 1e-12 * own.sum()).sum())


def _refusal(treated: int, df: float) -> str:
    if treated < MIN_TREATED:
        return f"只有{treated}个单位不同，少于{MIN_TREATED}个，只描述个案"
    if df < MIN_DF:
        return f"自由度只有{df:.1f}，小于{MIN_DF:.0f}，只作描述"
    return ""


def effects_frame(effects: Sequence[Effect], *, family: str = "") -> pd.DataFrame:
    """One row an estimate, with `Effect`'s attributes as columns.

    Parameters
    ----------
    effects : sequence of Effect
    family : str
        Name of the family of tests: gives columns ``family`` and ``p_adjusted``
        (Benjamini–Hochberg over the p-values of these effects). Empty: neither.
    """
    frame = pd.DataFrame([asdict(effect) for effect in effects])
    if family:
        frame = frame.assign(family=family, p_adjusted=adjusted_p_values(frame["p"].to_numpy()))
    return frame


def adjusted_p_values(p_values: Floats) -> Floats:
    """Benjamini–Hochberg within one family; NaN stays NaN and does not count.

    References
    ----------
    Benjamini, Y. and Hochberg, Y. (1995), Journal of the Royal Statistical Society B 57, 289–300.
    """
    result = np.full(p_values.shape, np.nan)
    known = ~np.isnan(p_values)
    if known.any():
        result[known] = stats.false_discovery_control(p_values[known])
    return result


__all__ = [
    "MIN_CLUSTERS",
    "MIN_DF",
    "NO_NOISE",
    "Effect",
    "Method",
    "adjusted_p_values",
    "effects_frame",
    "effects_of",
    "estimate_effects",
]
