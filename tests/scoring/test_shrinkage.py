"""Shrunken means against statsmodels, with the guards of a boundary."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf
from hypothesis import given
from hypothesis import strategies as st

from perfanalysis.errors import DataError
from perfanalysis.scoring.shrinkage import shrink_means


def made(seed=3, spread=3.0, groups=20):
    rng = np.random.default_rng(seed)
    names = np.repeat([f"U{n:02d}" for n in range(groups)], rng.integers(1, 9, groups))
    effect = dict(zip(sorted(set(names)), rng.normal(0, spread, groups), strict=True))
    return 80 + np.array([effect[n] for n in names]) + rng.normal(0, 4, names.size), names


def test_variances_and_means_are_those_of_statsmodels():
    values, names = made()
    found = shrink_means(values, names)
    frame = pd.DataFrame({"y": values, "g": names})
    fit = smf.mixedlm("y ~ 1", frame, groups="g").fit(reml=True)
    assert found.overall == pytest.approx(fit.params["Intercept"], abs=1e-4)
    assert found.between == pytest.approx(fit.cov_re.iloc[0, 0], rel=1e-3)
    assert found.within == pytest.approx(fit.scale, rel=1e-3)
    effects = {name: each.iloc[0] for name, each in fit.random_effects.items()}
    moved = found.table["mean"] - found.overall
    assert np.abs(moved - found.table["group"].map(effects)).max() < 1e-3


def test_the_moment_estimate_is_the_textbook_one():
    # groups (1, 3), (5, 7): MSB = 2 × 2 × (2 − 4)² = 16, MSW = 2, n0 = 2: (16 − 2) ÷ 2
    found = shrink_means([1.0, 3.0, 5.0, 7.0], ["a", "a", "b", "b"])
    assert found.moment == 7.0
    # balanced: REML and moments agree; the shrinkage is 1 − MSW ÷ MSB = 0.875
    assert found.between == pytest.approx(7.0, rel=1e-6)
    assert found.table["mean"].tolist() == pytest.approx([4 - 2 * 0.875, 4 + 2 * 0.875])


def test_without_differences_only_the_common_mean_is_reported():
    values, names = [1.0, 5.0, 2.0, 4.0, 3.0, 3.0], ["a", "a", "b", "b", "c", "c"]
    found = shrink_means(values, names)
    assert found.pooled
    assert (found.between, found.moment) == (0.0, 0.0)
    assert found.table["mean"].tolist() == [3.0, 3.0, 3.0]
    assert found.table[["rank_low", "rank_high"]].values.tolist() == [[1, 3]] * 3


def test_groups_far_apart_have_ranks_of_their_own():
    values = [10.0, 10.1, 50.0, 50.1, 90.0, 90.1]
    found = shrink_means(values, ["c", "c", "b", "b", "a", "a"])
    table = found.table.set_index("group")
    assert table[["rank_low", "rank_high"]].values.tolist() == [[1, 1], [2, 2], [3, 3]]
    assert (table["low"] < table["mean"]).all()


def test_an_interval_holds_the_true_mean_as_often_as_it_says():
    inside = []
    for seed in range(60):
        rng = np.random.default_rng(seed)
        true = rng.normal(80, 3, 20)
        names = np.repeat([f"U{n:02d}" for n in range(20)], 4)
        values = np.repeat(true, 4) + rng.normal(0, 4, 80)
        table = shrink_means(values, names).table
        inside += ((table["low"] <= true) & (true <= table["high"])).tolist()
    assert 0.92 <= np.mean(inside) <= 0.98  # 1,200 intervals of 95%


@given(st.permutations(range(12)))
def test_the_order_of_the_rows_does_not_matter(order):
    values, names = made(groups=4)
    values, names = values[:12], names[:12]
    first = shrink_means(values, names)
    again = shrink_means(values[list(order)], names[list(order)])
    assert np.allclose(first.table["mean"], again.table["mean"], atol=1e-6)


@pytest.mark.parametrize(("values", "groups"), [([1.0, 2.0], ["a", "a"]), ([1.0, 2.0], ["a", "b"])])
def test_what_cannot_be_compared_is_refused(values, groups):
    with pytest.raises(DataError, match="不足以比较"):
        shrink_means(values, groups)
