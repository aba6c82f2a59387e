"""The smallest effect that a design can see: printed beside every result."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pandas as pd
from scipy import stats

from perfanalysis.errors import ParameterError
from perfanalysis.linkage.cr2 import cr2
from perfanalysis.linkage.within import fit_within

LEVEL = 0.05
POWER = 0.8


def detectable_effect(se: float, df: float, *, power: float = POWER, level: float = LEVEL) -> float:
    """Return the effect that a two-sided test finds with the stated power.

    Parameters
    ----------
    se, df : float
        Standard error and degrees of freedom of the design; the estimate itself is never used.
    power, level : float

    Returns
    -------
    float
        ``(t(1 − level/2, df) + t(power, df)) × se``, in the unit of `se`.

    References
    ----------
    Bloom, H. S. (1995), Evaluation Review 19(5), 547–556 (with t in place of normal quantiles).
    """
    return float((stats.t.ppf(1 - level / 2, df) + stats.t.ppf(power, df)) * se)


def planned_effect(
    units: int,
    spread: float,
    *,
    treated: int | None = None,
    power: float = POWER,
    level: float = LEVEL,
) -> float:
    """Return what a comparison across units could see, before any data.

    Parameters
    ----------
    units : int
        Number of units, one observation each.
    spread : float
        Standard deviation of the outcome between units.
    treated : int, optional
        Units on one side of a comparison of two groups. None: the slope per standard deviation of
        a score that spreads evenly.
    power, level : float

    Returns
    -------
    float
        Smallest detectable effect, in the unit of `spread`.

    Raises
    ------
    ParameterError
        If there are fewer than three units, or a group is empty.
    """
    if units < 3 or not (treated is None or 0 < treated < units):
        raise ParameterError(
            f"单位数为{units}、其中一组为{treated}，无法计算可检出的最小影响。"
            "单位至少3个，两组都不能为空。"
        )
    if treated is None:
        return detectable_effect(spread / sqrt(units), units - 2, power=power, level=level)
    side = (np.arange(units) < treated).astype("float64")
    design = pd.DataFrame({"unit": np.arange(units), "side": side, "y": 0.0})
    fit = fit_within(design, outcome="y", regressors=["side"], cluster="unit")
    se = spread * sqrt(1 / treated + 1 / (units - treated))
    return detectable_effect(se, float(cr2(fit).df[0]), power=power, level=level)


__all__ = ["LEVEL", "POWER", "detectable_effect", "planned_effect"]
