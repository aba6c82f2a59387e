"""How far experts' scores can be relied on, where each project may have a panel of its own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse, stats
from scipy.sparse.csgraph import connected_components

from perfanalysis.errors import ParameterError
from perfanalysis.evidence.arrays import Floats, Ints


@dataclass(frozen=True, slots=True)
class OneWay:
    """Reliability of nested panels: one-way random effects, unequal sizes allowed.

    Attributes
    ----------
    targets, scores : int
        Panels, and scores in all.
    size : float
        n₀, the size that a mean square of unequal panels behaves as.
    within_sd, between_sd : float
        Points; of experts within a panel, and of projects (0 where the estimate is negative).
    single : float
        ICC(1): reliability of one expert.
    low, high : float
        Interval of ``single`` from the F distribution; exact with equal panels, approximate
        (through n₀) with unequal ones.
    mean : float
        Reliability of the mean of a panel of n₀ (Spearman–Brown).
    confidence : float
        Of the interval; a ratio.
    """

    targets: int
    scores: int
    size: float
    within_sd: float
    between_sd: float
    single: float
    low: float
    high: float
    mean: float
    confidence: float


@dataclass(frozen=True, slots=True)
class Severity:
    """How severe each expert is against the others who are connected with them.

    Attributes
    ----------
    effects : ndarray, shape (experts,)
        Points above (+) or below (−) the mean of the experts.
    errors : ndarray, shape (experts,)
        Their standard errors, points.
    quality : ndarray, shape (targets,)
        Scores freed of severity, points.
    residual_sd : float
    df : int
        Residual degrees of freedom.
    """

    effects: Floats
    errors: Floats
    quality: Floats
    residual_sd: float
    df: int


def one_way(scores: Floats, targets: Ints, *, confidence: float = 0.95) -> OneWay:
    """ICC(1) of scores whose raters are not matched between targets.

    Parameters
    ----------
    scores : ndarray, shape (n,)
        Points.
    targets : ndarray of int, shape (n,)
        Which target each score is of, from 0.
    confidence : float
        Of the interval; a ratio.

    Returns
    -------
    OneWay

    Raises
    ------
    ParameterError
        If there are fewer than two targets, no target has two scores, or nothing varies.

    References
    ----------
    Shrout & Fleiss (1979), Psychological Bulletin 86:420–428; unequal sizes: Donner (1986),
    International Statistical Review 54:67–82.
    """
    sizes = np.bincount(targets).astype(np.float64)
    n, k = float(sizes.sum()), len(sizes)
    if k < 2 or n <= k or (sizes == 0).any():
        raise ParameterError(
            f"至少需要2个项目，且有项目得到2名以上专家的评分；现有{k}个项目、{n:g}份评分。"
        )
    means = np.bincount(targets, scores) / sizes
    within = float(((scores - means[targets]) ** 2).sum() / (n - k))
    between = float((sizes * (means - scores.mean()) ** 2).sum() / (k - 1))
    size = float((n - (sizes**2).sum() / n) / (k - 1))
    if between + within == 0:
        raise ParameterError("全部评分相同，不能计算信度。")
    single = (between - within) / (between + (size - 1) * within)
    ratio = between / within if within else np.inf
    tail = (1 + confidence) / 2
    lower = ratio / stats.f.ppf(tail, k - 1, n - k)
    upper = ratio * stats.f.ppf(tail, n - k, k - 1)
    return OneWay(
        targets=k,
        scores=int(n),
        size=size,
        within_sd=within**0.5,
        between_sd=max(0.0, (between - within) / size) ** 0.5,
        single=single,
        low=_single_of(lower, size),
        high=_single_of(upper, size),
        mean=size * single / (1 + (size - 1) * single) if single > 0 else 0.0,
        confidence=confidence,
    )


def _single_of(ratio: float, size: float) -> float:
    """ICC(1) that belongs to a ratio of mean squares."""
    return 1.0 if np.isinf(ratio) else float((ratio - 1) / (ratio + size - 1))


def severity(scores: Floats, targets: Ints, raters: Ints) -> Severity:
    """Severity of raters by least squares on targets and raters, sum of severities zero.

    Parameters
    ----------
    scores : ndarray, shape (n,)
        Points.
    targets, raters : ndarray of int, shape (n,)
        From 0, none unused.

    Returns
    -------
    Severity

    Raises
    ------
    ParameterError
        If the graph of raters and targets is not connected: a rater's severity cannot then be
        told from the quality of the projects that the rater saw. Also without degrees of
        freedom.
    """
    t, r, n = int(targets.max()) + 1, int(raters.max()) + 1, len(scores)
    parts = components(targets, raters)
    if parts.max() > 0:
        raise ParameterError(
            f"专家与项目分成互不相连的{int(parts.max()) + 1}组，宽严不能与项目好坏区分；"
            f"请让各组专家共评两三个锚定项目。"
        )
    df = n - (t + r - 1)
    if df < 1:
        raise ParameterError("评分数太少，没有剩余自由度，不能估计宽严。")
    design = np.zeros((n + 1, t + r))
    design[np.arange(n), targets] = 1
    design[np.arange(n), t + raters] = 1
    design[n, t:] = 1  # the severities add to zero
    solved = np.linalg.lstsq(design, np.append(scores, 0.0))[0]
    residual = scores - (design @ solved)[:n]
    variance = float((residual**2).sum() / df)
    spread = np.linalg.inv(design.T @ design)
    # the row of the constraint is exact: it adds no error
    spread = spread @ (design[:n].T @ design[:n]) @ spread
    errors = np.sqrt(np.clip(np.diag(spread)[t:], 0, None) * variance)
    return Severity(solved[t:], errors, solved[:t], variance**0.5, df)


def components(targets: Ints, raters: Ints) -> Ints:
    """Which connected part of the graph of raters and targets each score belongs to, from 0.

    Parameters
    ----------
    targets, raters : ndarray of int, shape (n,)
        From 0.
    """
    t, r = int(targets.max()) + 1, int(raters.max()) + 1
    links = sparse.coo_array((np.ones(len(targets)), (targets, t + raters)), shape=(t + r, t + r))
    labels = connected_components(links, directed=False)[1]
    return np.unique(labels[targets], return_inverse=True)[1].astype(np.int64)


__all__ = ["OneWay", "Severity", "components", "one_way", "severity"]
