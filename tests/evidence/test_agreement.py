"""Agreement against published tables."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from perfanalysis.errors import ParameterError
from perfanalysis.evidence.agreement import (
    cronbach_alpha,
    kendall_w,
    krippendorff_alpha,
    two_way,
)

# Shrout & Fleiss (1979), table 2: six targets, four judges.
SHROUT_FLEISS = np.array(
    [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]], float
)
NO = np.nan
# Krippendorff (2011), reliability data with missing values: four observers, twelve units.
FOUR_OBSERVERS = np.array(
    [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, NO, NO, NO],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, NO, 3],
        [NO, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, NO],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, NO],
    ]
).T
SCORES = arrays(np.float64, (5, 3), elements=st.integers(0, 100).map(float))


def test_shrout_and_fleiss():
    """Their table 4: ICC(2,1) .29, ICC(3,1) .71, ICC(2,4) .62."""
    result = two_way(SHROUT_FLEISS)
    assert (round(result.single, 2), round(result.consistency, 2)) == (0.29, 0.71)
    assert round(result.mean, 2) == 0.62
    assert (result.targets, result.raters) == (6, 4)


@pytest.mark.parametrize(
    ("level", "alpha"),
    [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849), ("ratio", 0.797)],
)
def test_krippendorff(level, alpha):
    assert round(krippendorff_alpha(FOUR_OBSERVERS, level=level), 3) == alpha


def test_kendall_w_by_hand():
    """Three raters, four targets: rank sums 4, 5, 9, 12; S = 41; W = 12·41 / (9·60)."""
    ranks = np.array([[1, 2, 1], [2, 1, 2], [3, 3, 3], [4, 4, 4]], float)
    result = kendall_w(ranks)
    assert result.w == pytest.approx(12 * 41 / (9 * 60))
    assert result.chi_square == pytest.approx(3 * 3 * result.w)


def test_ties_do_not_hide_full_agreement():
    """Without the correction two raters who agree on tied ranks would not reach 1."""
    assert kendall_w(np.array([[1, 1], [1, 1], [2, 2], [3, 3]], float)).w == pytest.approx(1)


def test_cronbach_by_hand():
    """Items (1,2,3) and (2,2,4): variances 1 and 4/3, total (3,4,7) 13/3; α = 2 (1 − 7/13)."""
    alpha = cronbach_alpha(np.array([[1, 2], [2, 2], [3, 4], [5, NO]], float))
    assert alpha == pytest.approx(2 * (1 - 7 / 13))


@given(SCORES, st.integers(-50, 50))
def test_severity_of_a_rater_moves_agreement_but_not_consistency(scores, shift):
    scores = scores + np.arange(5)[:, None]
    moved = scores + np.array([0, 0, shift])
    before, after = two_way(scores), two_way(moved)
    assert after.consistency == pytest.approx(before.consistency, nan_ok=True)


@given(SCORES)
def test_the_order_of_targets_and_raters_is_free(scores):
    turned = scores[::-1, ::-1]
    assert two_way(turned).single == pytest.approx(two_way(scores).single, nan_ok=True)
    for level in ("nominal", "ordinal", "interval"):
        assert krippendorff_alpha(turned, level=level) == pytest.approx(
            krippendorff_alpha(scores, level=level), nan_ok=True
        )


def test_refused():
    with pytest.raises(ParameterError, match="未对全部项目评分"):
        two_way(FOUR_OBSERVERS)
    with pytest.raises(ParameterError, match="至少需要2个项目"):
        two_way(np.ones((1, 4)))
    with pytest.raises(ParameterError, match="无法排序"):
        kendall_w(np.ones((3, 3)))
    with pytest.raises(ParameterError, match="没有测量层次"):
        krippendorff_alpha(FOUR_OBSERVERS, level="good")
    with pytest.raises(ParameterError, match="两名以上专家"):
        krippendorff_alpha(np.array([[1, NO], [NO, 2]]))
    with pytest.raises(ParameterError, match="量表信度至少需要"):
        cronbach_alpha(np.ones((1, 3)))
    with pytest.raises(ParameterError, match="总分相同"):
        cronbach_alpha(np.ones((4, 3)))


def test_nothing_to_agree_about_is_no_agreement():
    assert np.isnan(krippendorff_alpha(np.ones((3, 3)), level="interval"))
