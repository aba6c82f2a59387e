"""Self-evaluation against review."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from perfanalysis.errors import ParameterError
from perfanalysis.evidence.gap import bounds_for_all, gap_between, gaps_by


def projects(gaps, units, reviewed=80.0):
    reviewed = np.broadcast_to(reviewed, len(gaps)).astype(float)
    return pd.DataFrame({"unit_id": units, "stated": reviewed + gaps, "reviewed": reviewed})


def drawn(rng, units, shared):
    """Gaps of mean 2 with a part shared by the projects of a unit."""
    of = np.repeat(np.arange(units), rng.integers(1, 6, units))
    return 2 + shared * rng.normal(size=units)[of] + rng.normal(size=len(of)), of


def test_limits_of_agreement_by_hand():
    """Gaps −1, 0, 1, 2, 3: mean 1, sd √2.5, limits 1 ± 1.959964·√2.5."""
    result = gap_between(projects(np.arange(-1.0, 4), list("abcde")))
    assert (result.mean, result.sd) == (1, pytest.approx(2.5**0.5))
    assert result.limit_high == pytest.approx(1 + 1.959964 * 2.5**0.5, rel=1e-6)


def test_interval_covers_with_projects_alike_within_units():
    """The mean over projects is 2; two hundred districts of forty units."""
    rng = np.random.default_rng(3)
    hits = 0
    for _ in range(200):
        gaps, units = drawn(rng, 40, 2.0)
        result = gap_between(projects(gaps, units), draws=599)
        hits += result.low <= 2 <= result.high
    assert 0.88 <= hits / 200 <= 0.99


def test_an_unbiased_unit_shows_no_trend_against_the_average():
    """Both scores truth plus equal noise: a regression on the stated score would show a slope."""
    rng = np.random.default_rng(4)
    truth = 80 + 5 * rng.normal(size=2_000)
    frame = pd.DataFrame({"unit_id": np.arange(2_000) % 60})
    frame = frame.assign(
        stated=truth + 4 * rng.normal(size=2_000), reviewed=truth + 4 * rng.normal(size=2_000)
    )
    assert abs(gap_between(frame, draws=99).slope_r) < 0.06
    assert np.polyfit(frame["stated"], frame["stated"] - frame["reviewed"], 1)[0] > 0.3


def test_by_group_largest_first():
    table = gaps_by(projects(np.array([1.0, 3, 0, 0]), list("aabb")), "unit_id")
    assert table["unit_id"].tolist() == ["a", "b"]
    assert table["mean"].tolist() == [2, 0]
    assert table["above"].tolist() == [2, 0]


@given(st.lists(st.floats(0, 100), min_size=1, max_size=20), st.integers(0, 50))
def test_bounds_hold_the_truth(scores, others):
    everybody = np.array(scores + [50.0] * others)
    result = bounds_for_all(np.array(scores), len(everybody))
    assert result.low - 1e-9 <= everybody.mean() <= result.high + 1e-9


def test_refused():
    with pytest.raises(ParameterError, match="只有1个单位"):
        gap_between(projects(np.ones(3), list("aaa")))
    with pytest.raises(ParameterError, match="不能给出全部项目的上下限"):
        bounds_for_all(np.array([]), 3)
