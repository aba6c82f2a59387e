"""Agreement of raters who all judged the same projects: a crossed table.

These statistics answer a question only where every rater judged the same projects. For panels
of their own (nested) use `perfanalysis.evidence.panel.one_way`: there a rater's severity cannot
be told from a project's quality.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import stats

from perfanalysis.errors import ParameterError
from perfanalysis.evidence.arrays import Floats

LEAST_TARGETS, LEAST_RATERS = 2, 2


@dataclass(frozen=True, slots=True)
class TwoWay:
    """Reliability of a complete crossed table.

    Attributes
    ----------
    targets, raters : int
    single : float
        ICC(A,1): absolute agreement of one rater.
    mean : float
        ICC(A,k): absolute agreement of the mean of these raters.
    consistency : float
        ICC(C,1): agreement apart from the raters' severity.
    """

    targets: int
    raters: int
    single: float
    mean: float
    consistency: float


@dataclass(frozen=True, slots=True)
class Concordance:
    """Kendall's W.

    Attributes
    ----------
    targets, raters : int
    w : float
        0 (no agreement of rank orders) to 1.
    chi_square, p : float
        Friedman's test that the rank orders are unrelated.
    """

    targets: int
    raters: int
    w: float
    chi_square: float
    p: float


def two_way(table: Floats) -> TwoWay:
    """Intraclass correlations of a complete targets × raters table.

    Parameters
    ----------
    table : ndarray, shape (targets, raters)
        Scores in points, none missing.

    Returns
    -------
    TwoWay

    Raises
    ------
    ParameterError
        If a score is missing, or there are fewer than two targets or raters.

    References
    ----------
    McGraw & Wong (1996), Psychological Methods 1:30–46; Shrout & Fleiss (1979), Psychological
    Bulletin 86:420–428.
    """
    scores = _complete(table)
    n, k = scores.shape
    grand = scores.mean()
    between = k * ((scores.mean(axis=1) - grand) ** 2).sum() / (n - 1)
    raters = n * ((scores.mean(axis=0) - grand) ** 2).sum() / (k - 1)
    residual = scores - scores.mean(axis=1, keepdims=True) - scores.mean(axis=0) + grand
    error = (residual**2).sum() / ((n - 1) * (k - 1))
    single = _share(between - error, between + (k - 1) * error + k * (raters - error) / n)
    mean = _share(between - error, between + (raters - error) / n)
    consistency = _share(between - error, between + (k - 1) * error)
    return TwoWay(n, k, single, mean, consistency)


def kendall_w(table: Floats) -> Concordance:
    """Kendall's coefficient of concordance, corrected for ties.

    Parameters
    ----------
    table : ndarray, shape (targets, raters)
        Scores of which only the order counts; none missing.

    Returns
    -------
    Concordance

    Raises
    ------
    ParameterError
        As `two_way`; also if every rater gives all targets the same score.

    References
    ----------
    Kendall & Babington Smith (1939), Annals of Mathematical Statistics 10:275–287.
    """
    scores = _complete(table)
    n, k = scores.shape
    ranks = stats.rankdata(scores, axis=0)
    sums = ranks.sum(axis=1)
    spread = ((sums - sums.mean()) ** 2).sum()
    ties = sum(float((c**3 - c).sum()) for c in _tie_counts(scores))
    most = k**2 * (n**3 - n) - k * ties
    if most <= 0:
        raise ParameterError("每名专家给各项目的分都相同，无法排序；请改看评分差异。")
    w = float(12 * spread / most)
    chi_square = k * (n - 1) * w
    return Concordance(n, k, w, chi_square, float(stats.chi2.sf(chi_square, n - 1)))


def krippendorff_alpha(table: Floats, *, level: str = "ordinal") -> float:
    """Krippendorff's α of a targets × raters table; scores may be missing.

    Parameters
    ----------
    table : ndarray, shape (targets, raters)
        Values; NaN where a rater did not judge.
    level : {"nominal", "ordinal", "interval", "ratio"}
        Of measurement; grades are ordinal.

    Returns
    -------
    float
        1: full agreement; 0: what chance gives; NaN where all values are equal, so that there
        is nothing to agree about.

    Raises
    ------
    ParameterError
        If the level is unknown, or no target has two values.

    References
    ----------
    Krippendorff (2011), Computing Krippendorff's alpha-reliability.
    """
    if level not in _DISTANCES:
        raise ParameterError(f"没有测量层次 {level}。可用：{'、'.join(_DISTANCES)}。")
    coincidences, values = _coincidences(np.asarray(table, dtype=np.float64))
    margins = coincidences.sum(axis=1)
    distance = _DISTANCES[level](values, margins)
    expected = (np.outer(margins, margins) * distance).sum() / (margins.sum() - 1)
    if expected == 0:
        return float("nan")
    return float(1 - (coincidences * distance).sum() / expected)


def cronbach_alpha(items: Floats) -> float:
    """Internal consistency of the items of a scale.

    Parameters
    ----------
    items : ndarray, shape (respondents, items)
        Answers; respondents with a missing one are left out.

    Returns
    -------
    float

    Raises
    ------
    ParameterError
        If there are fewer than two items or two complete respondents, or all give one sum.

    References
    ----------
    Cronbach (1951), Psychometrika 16:297–334.
    """
    answers = np.asarray(items, dtype=np.float64)
    answers = answers[~np.isnan(answers).any(axis=1)]
    n, k = answers.shape
    if n < LEAST_TARGETS or k < LEAST_RATERS:
        raise ParameterError(f"量表信度至少需要2个问题、2份完整答卷，现有{k}个、{n}份。")
    total = answers.sum(axis=1).var(ddof=1)
    if total == 0:
        raise ParameterError("各份答卷的总分相同，不能计算量表信度。")
    return float(k / (k - 1) * (1 - answers.var(axis=0, ddof=1).sum() / total))


def _complete(table: Floats) -> Floats:
    scores = np.asarray(table, dtype=np.float64)
    n, k = scores.shape
    if n < LEAST_TARGETS or k < LEAST_RATERS:
        raise ParameterError(f"至少需要2个项目、2名专家，现有{n}个项目、{k}名专家。")
    if np.isnan(scores).any():
        raise ParameterError("有专家未对全部项目评分。请只取全部专家都评过的项目。")
    return scores


def _share(part: float, whole: float) -> float:
    """NaN where nothing varies, so that there is nothing to share."""
    return float(part / whole) if whole else float("nan")


def _tie_counts(scores: Floats) -> list[Floats]:
    return [np.unique(column, return_counts=True)[1].astype(np.float64) for column in scores.T]


def _coincidences(table: Floats) -> tuple[Floats, Floats]:
    """Pairs of values within targets, each target weighing as many values as it has."""
    values = np.unique(table[~np.isnan(table)])
    counts = (table[:, :, None] == values).sum(axis=1).astype(np.float64)
    pairable = counts.sum(axis=1) > 1
    if not pairable.any():
        raise ParameterError("没有一个项目有两名以上专家的评分，不能计算一致性。")
    counts = counts[pairable]
    weights = 1 / (counts.sum(axis=1) - 1)
    pairs = np.einsum("u,ua,ub->ab", weights, counts, counts)
    pairs[np.diag_indices(len(values))] -= weights @ counts
    return pairs, values


def _nominal(values: Floats, margins: Floats) -> Floats:
    return 1.0 - np.eye(len(values))


def _ordinal(values: Floats, margins: Floats) -> Floats:
    middle = np.cumsum(margins) - margins / 2
    return (middle[:, None] - middle) ** 2


def _interval(values: Floats, margins: Floats) -> Floats:
    return (values[:, None] - values) ** 2


def _ratio(values: Floats, margins: Floats) -> Floats:
    sums = values[:, None] + values
    parts = (values[:, None] - values) / np.where(sums == 0, 1.0, sums)
    return parts**2


_DISTANCES: dict[str, Callable[[Floats, Floats], Floats]] = {
    "nominal": _nominal,
    "ordinal": _ordinal,
    "interval": _interval,
    "ratio": _ratio,
}

__all__ = ["Concordance", "TwoWay", "cronbach_alpha", "kendall_w", "krippendorff_alpha", "two_way"]
