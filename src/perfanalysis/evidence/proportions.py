"""Shares from surveys: how many to ask, and how exact an answer is under the design."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

import numpy as np
import pandas as pd
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from perfanalysis.errors import ParameterError


@dataclass(frozen=True, slots=True)
class Share:
    """A share estimated from a probability sample.

    Attributes
    ----------
    n : int
        Answers.
    clusters, strata : int
    estimate : float
        Weighted share, a ratio.
    standard_error : float
        By Taylor linearisation, with strata, clusters and the finite population.
    low, high : float
        Wilson interval at the effective sample size, not above n and reduced for few degrees of
        freedom; ratios.
    design_effect : float
        Variance over that of a simple random sample of the same size (without replacement).
    weight_effect : float
        Kish's part of it that unequal weights explain: 1 + cv²(w).
    effective_n : float
    df : int
        Clusters less strata.
    confidence : float
    """

    n: int
    clusters: int
    strata: int
    estimate: float
    standard_error: float
    low: float
    high: float
    design_effect: float
    weight_effect: float
    effective_n: float
    df: int
    confidence: float


def sample_size(
    population: int, *, margin: float, share: float = 0.5, confidence: float = 0.95
) -> int:
    """Answers needed for a share to be known within a margin, in a simple random sample.

    Parameters
    ----------
    population : int
        People served.
    margin : float
        Half width of the interval, a ratio.
    share : float
        Expected share; 0.5 is the worst case.
    confidence : float

    Returns
    -------
    int
        ``n₀ / (1 + (n₀ − 1) / N)`` with ``n₀ = z² p (1 − p) / e²``, rounded up.

    Raises
    ------
    ParameterError
        If a value is out of range.

    References
    ----------
    Cochran (1977), Sampling Techniques, 3rd ed., section 4.4.
    """
    if population < 1 or not 0 < margin < 1 or not 0 < share < 1 or not 0 < confidence < 1:
        raise ParameterError("服务对象人数至少为1，误差、比例和置信水平须在0与1之间。")
    z = float(stats.norm.ppf((1 + confidence) / 2))
    infinite = z**2 * share * (1 - share) / margin**2
    return ceil(round(infinite / (1 + (infinite - 1) / population), 9))


def design_share(
    answers: pd.DataFrame, population: pd.Series, *, confidence: float = 0.95
) -> Share:
    """A share under a stratified, clustered, weighted design.

    Parameters
    ----------
    answers : DataFrame, one row a respondent
        ``yes`` (bool), ``weight``, ``stratum``, ``cluster`` (named within the stratum; missing:
        everybody was drawn alone).
    population : Series
        People served by stratum, for the finite population correction.
    confidence : float

    Returns
    -------
    Share

    Raises
    ------
    ParameterError
        If a stratum has one cluster only (its variance is unknown), or a weight is missing.

    Notes
    -----
    First-stage clusters are taken as drawn with replacement apart from the correction of each
    stratum by its share of respondents, as usual for a small first-stage fraction.

    References
    ----------
    Särndal, Swensson & Wretman (1992), section 5.7 (ratio estimator); Kish (1965), Survey
    Sampling; Wilson interval at the effective size: Korn & Graubard (1998), Survey Methodology
    24:193–201.
    """
    weights = answers["weight"].to_numpy("float64")
    if np.isnan(weights).any() or (weights <= 0).any():
        raise ParameterError("有答卷没有权重，不能按抽样设计推算。请补填权重。")
    yes = answers["yes"].to_numpy("float64")
    n, total = len(yes), weights.sum()
    estimate = float(weights @ yes / total)
    alone = pd.Series(np.arange(n).astype("str"), answers.index)
    clusters = answers["cluster"].fillna("#" + alone)
    scores = pd.DataFrame(
        {"stratum": answers["stratum"], "cluster": clusters, "z": weights * (yes - estimate)}
    )
    sums = scores.groupby(["stratum", "cluster"])["z"].agg(["sum", "size"]).reset_index()
    variance = _variance(sums, population) / total**2
    counts = sums.groupby("stratum").size()
    simple = estimate * (1 - estimate) / (n - 1) * max(0.0, 1 - n / population.sum())
    kish = float(n * (weights**2).sum() / total**2)
    effect = variance / simple if simple > 0 else kish
    effective = n / effect if effect > 0 else float(n)
    df = int(counts.sum() - len(counts))
    low, high = _wilson(estimate, min(effective, float(n)), df, confidence)
    return Share(
        n,
        int(counts.sum()),
        len(counts),
        estimate,
        variance**0.5,
        low,
        high,
        effect,
        kish,
        effective,
        df,
        confidence,
    )


def _variance(sums: pd.DataFrame, population: pd.Series) -> float:
    variance = 0.0
    for stratum, own in sums.groupby("stratum"):
        m = len(own)
        if m < 2:
            raise ParameterError(
                f"分层“{stratum}”只有1个抽样单元，不能估计误差；请与相近的分层合并。"
            )
        z = own["sum"].to_numpy()
        left = 1 - own["size"].sum() / float(population[stratum])
        variance += max(0.0, left) * m / (m - 1) * float(((z - z.mean()) ** 2).sum())
    return variance


def _wilson(estimate: float, effective: float, df: int, confidence: float) -> tuple[float, float]:
    """Wilson's interval at the size that Student's t with ``df`` makes of the effective one."""
    tail = (1 + confidence) / 2
    size = effective * (stats.norm.ppf(tail) / stats.t.ppf(tail, df)) ** 2
    low, high = proportion_confint(estimate * size, size, alpha=1 - confidence, method="wilson")
    return float(low), float(high)


__all__ = ["Share", "design_share", "sample_size"]
