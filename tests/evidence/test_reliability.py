"""Reliability of nested panels, and severity where it is identified."""

import numpy as np
import pytest
import statsmodels.api as sm

from perfanalysis.errors import ParameterError
from perfanalysis.evidence.reliability import components, one_way, severity

# Shrout & Fleiss (1979), table 2.
SCORES = np.array(
    [9, 2, 5, 8, 6, 1, 3, 2, 8, 4, 6, 8, 7, 1, 2, 6, 10, 5, 6, 9, 6, 2, 4, 7], dtype=float
)
TARGETS = np.repeat(np.arange(6), 4)


def test_shrout_and_fleiss():
    """Their table 4: ICC(1,1) .17, ICC(1,4) .44; their interval of ICC(1,1): −.13 to .72."""
    result = one_way(SCORES, TARGETS)
    assert (round(result.single, 2), round(result.mean, 2)) == (0.17, 0.44)
    assert (round(result.low, 2), round(result.high, 2)) == (-0.13, 0.72)
    assert result.size == 4


def test_unequal_panels_by_hand():
    """Panels (1, 3), (5, 6, 7): MSB 19.2, MSW 4/3, n₀ 2.4."""
    result = one_way(np.array([1.0, 3, 5, 6, 7]), np.array([0, 0, 1, 1, 1]))
    assert result.size == pytest.approx(2.4)
    assert result.within_sd**2 == pytest.approx(4 / 3)
    assert result.single == pytest.approx((19.2 - 4 / 3) / (19.2 + 1.4 * 4 / 3))


def test_severity_is_ordinary_least_squares():
    rng = np.random.default_rng(7)
    targets = np.array([0, 0, 0, 1, 1, 2, 2, 2, 3, 3])
    raters = np.array([0, 1, 2, 0, 1, 1, 2, 3, 3, 0])
    scores = 80 + rng.normal(0, 3, 10)
    result = severity(scores, targets, raters)
    effects = np.zeros((10, 3))
    for rater in range(3):  # sum-to-zero coding of four raters
        effects[:, rater] = (raters == rater).astype(float) - (raters == 3)
    design = np.hstack([np.eye(4)[targets], effects])
    peer = sm.OLS(scores, design).fit()
    assert result.effects[:3] == pytest.approx(peer.params[4:])
    assert result.errors[:3] == pytest.approx(peer.bse[4:])
    assert result.effects.sum() == pytest.approx(0)
    assert (result.df, result.residual_sd) == (peer.df_resid, pytest.approx(peer.mse_resid**0.5))


def test_panels_without_a_common_expert_say_nothing_of_severity():
    targets, raters = np.array([0, 0, 1, 1]), np.array([0, 1, 2, 3])
    assert components(targets, raters).tolist() == [0, 0, 1, 1]
    with pytest.raises(ParameterError, match="互不相连的2组"):
        severity(np.ones(4), targets, raters)


def test_refused():
    with pytest.raises(ParameterError, match="没有剩余自由度"):
        severity(np.ones(3), np.array([0, 0, 1]), np.array([0, 1, 1]))
    with pytest.raises(ParameterError, match="至少需要2个项目"):
        one_way(np.ones(3), np.array([0, 0, 0]))
    with pytest.raises(ParameterError, match="全部评分相同"):
        one_way(np.ones(4), np.array([0, 0, 1, 1]))
