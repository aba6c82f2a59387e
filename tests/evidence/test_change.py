"""Regression to the mean: published figures, hand calculation, and how often intervals hold."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from perfanalysis.errors import ParameterError
from perfanalysis.evidence.change import Retest, change_beyond, expected_rise, retest


@pytest.mark.parametrize(("reliability", "rise"), [(0.8, 1.6), (0.6, 3.6), (0.4, 6.6)])
def test_the_lowest_tenth_rises_as_the_method_notes_say(reliability, rise):
    # Simulated in the method notes (4.4): 183 projects, true sd 4, lowest 10%, nothing done.
    # Mean of a normal tail: C(z) = φ(z) / Φ(z), as in Barnett et al. (2005), eq. 1.
    sd, z = 4 / reliability**0.5, stats.norm.ppf(0.1)
    tail_mean = 75 - sd * stats.norm.pdf(z) / 0.1
    assert expected_rise(tail_mean, mean=75, reliability=reliability) == pytest.approx(
        rise, abs=0.06
    )


@pytest.mark.parametrize("between", [45.0, 112.5, 200.0])
def test_the_formula_of_barnett_and_others(between):
    # Barnett, van der Pols & Dobson (2005), IJE 34:215, with the cholesterol of their program:
    # mean 60, total variance 225, people under 40: σw² / √(σw² + σb²) · C(z), z = (60 - 40) / 15
    within, z = 225 - between, 20 / 15
    ratio = stats.norm.pdf(z) / stats.norm.sf(z)
    selected = stats.truncnorm.mean(-np.inf, -z, loc=60, scale=15)
    rise = expected_rise(selected, mean=60, reliability=between / 225)
    assert rise == pytest.approx(within / (within + between) ** 0.5 * ratio)


def twenty(slope=0.5, shift=0.0):
    """Twenty projects, two a unit, scores 60 to 98; after = 80 + slope (before - 80) + shift."""
    before = np.arange(60.0, 100.0, 2.0)
    return pd.DataFrame(
        {
            "unit_id": [f"U{n // 2}" for n in range(20)],
            "before": before,
            "after": 80 + slope * (before - 80) + shift,
        }
    )


def test_a_line_is_found_exactly():
    # mean before 79, mean after 80 + 0.5 * -1 = 79.5
    line = retest(twenty())
    assert line == Retest(20, pytest.approx(1.0), pytest.approx(0.5), 79.0, 79.5)
    # a project of 60: 79.5 + 0.5 * -19 = 70, ten more
    assert line.expected(60.0) == pytest.approx(10.0)


def with_group(lift):
    """The twenty, and six projects of six units at 70 whose after is 75 + lift."""
    own = pd.DataFrame({"unit_id": list("ABCDEF"), "before": 70.0, "after": 75.0 + lift})
    pairs = pd.concat([twenty(), own], ignore_index=True)
    group = (pairs["unit_id"].str.len() == 1).to_numpy()
    return pairs, group


def test_a_rise_that_is_only_regression_has_no_excess():
    pairs, group = with_group(0.0)
    found = change_beyond(pairs, group, ~group, draws=200)
    assert (found.n, found.units, found.before) == (6, 6, 70.0)
    assert found.change == found.expected == pytest.approx(5.0)
    assert (found.low, found.excess, found.high) == pytest.approx((0.0, 0.0, 0.0), abs=1e-9)


def test_what_is_beyond_it_is_named():
    pairs, group = with_group(3.0)
    found = change_beyond(pairs, group, ~group, draws=200)
    assert (found.low, found.excess, found.high) == pytest.approx((3.0, 3.0, 3.0))


def test_small_groups_and_references_are_refused():
    pairs, group = with_group(1.0)
    with pytest.raises(ParameterError, match="少于5个"):
        change_beyond(pairs, group & (pairs["unit_id"] < "D").to_numpy(), ~group)
    with pytest.raises(ParameterError, match="少于20个"):
        retest(pairs.head(19))
    with pytest.raises(ParameterError, match="都相同"):
        retest(twenty().assign(before=80.0))


def test_the_same_seed_gives_the_same_interval_and_the_input_is_not_changed():
    pairs, group = drawn(0)
    before = pairs.copy()
    assert change_beyond(pairs, group, ~group) == change_beyond(pairs, group, ~group)
    pd.testing.assert_frame_equal(pairs, before)


def drawn(seed, projects=240, units=60):
    """Scores of reliability 0.5 and no effect; a quarter, lower than others, is the group."""
    rng = np.random.default_rng(seed)
    true = rng.normal(85, 4, projects) + rng.normal(0, 1, units)[np.arange(projects) % units]
    before, after = (true + rng.normal(0, 4, projects) for _ in range(2))
    group = before + rng.normal(0, 4, projects) < 81
    unit = [f"U{n % units:02d}" for n in range(projects)]
    return pd.DataFrame({"unit_id": unit, "before": before, "after": after}), group


def test_the_interval_holds_no_effect_about_as_often_as_it_says():
    held = 0
    for seed in range(200):
        pairs, group = drawn(seed)
        found = change_beyond(pairs, group, ~group, draws=400, seed=seed)
        held += found.low <= 0 <= found.high
    # binomial(200, .95) has sd 3.1; percentiles of 60 units run slightly low
    assert 178 <= held <= 198


def test_a_naive_comparison_would_have_found_an_effect():
    pairs, group = drawn(7)
    own = pairs[group]
    assert (own["after"] - own["before"]).mean() > 2
    assert abs(change_beyond(pairs, group, ~group, draws=50).excess) < 1.5
