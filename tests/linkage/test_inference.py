"""Estimates and their uncertainty against clubSandwich, brute force and hand calculation."""

from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from perfanalysis.errors import DataError, ParameterError
from perfanalysis.linkage.cr2 import cr2
from perfanalysis.linkage.inference import (
    adjusted_p_values,
    effects_frame,
    effects_of,
    estimate_effects,
)
from perfanalysis.linkage.power import detectable_effect, planned_effect
from perfanalysis.linkage.randomisation import randomisation_p_value
from perfanalysis.linkage.wild import wild_p_values
from perfanalysis.linkage.within import fit_within

REFERENCE = Path(__file__).parents[1] / "reference"
PANEL = pd.read_csv(REFERENCE / "clustered.csv")
# regressors, clusters, absorbed, other effects of each model of reference/clubsandwich.R
MODELS = {
    "pooled": (["base", "score", "kind"], "unit", "", []),
    "years": (["base", "score", "kind"], "unit", "", ["year"]),
    "dummies": (["base", "score", "other", "treated"], "unit", "unit", ["year"]),
    "within": (["score", "other"], "project", "project", []),
    "twoways": (["score", "other", "treated"], "project", "project", ["year"]),
    "twoways_by_unit": (["score", "other", "treated"], "unit", "project", ["year"]),
}


def fitted(model, table=PANEL):
    regressors, cluster, absorb, effects = MODELS[model]
    return fit_within(
        table, outcome="y", regressors=regressors, cluster=cluster, absorb=absorb, effects=effects
    )


def units(treated, count=67, years=4, seed=5):
    """A panel of units without any effect; the first so many are treated."""
    draw = np.random.default_rng(seed)
    unit = np.repeat(np.arange(count), years)
    own = np.repeat(draw.normal(size=count), years)
    return pd.DataFrame(
        {
            "unit": unit,
            "year": np.tile(np.arange(2019, 2019 + years), count),
            "x": (unit < treated).astype("float64"),
            "y": own + draw.normal(size=unit.size),
        }
    )


@pytest.mark.parametrize("model", MODELS)
def test_cr2_and_its_degrees_of_freedom_are_those_of_clubsandwich(model):
    reference = pd.read_csv(REFERENCE / "clubsandwich.csv", comment="#")
    expected = reference[reference["model"] == model]
    fit = fitted(model)
    robust = cr2(fit)
    assert list(fit.names) == expected["term"].tolist()
    np.testing.assert_allclose(fit.estimates, expected["estimate"], rtol=1e-8)
    np.testing.assert_allclose(robust.se, expected["se"], rtol=1e-8)
    np.testing.assert_allclose(robust.df, expected["df"], rtol=1e-8)
    p = 2 * stats.t.sf(np.abs(fit.estimates / robust.se), robust.df)
    np.testing.assert_allclose(p, expected["p"], rtol=1e-7)


def test_effects_inside_the_clusters_may_be_absorbed_or_written_out():
    absorbed = fitted("twoways_by_unit")
    written = fit_within(
        PANEL, outcome="y", regressors=absorbed.names, cluster="unit", effects=["year", "project"]
    )
    np.testing.assert_allclose(written.estimates, absorbed.estimates)
    np.testing.assert_allclose(cr2(written).se, cr2(absorbed).se)
    np.testing.assert_allclose(cr2(written).df, cr2(absorbed).df)


def test_the_order_of_rows_and_the_input_do_not_matter():
    shuffled = PANEL.sample(frac=1, random_state=3)
    before = shuffled.copy()
    np.testing.assert_allclose(
        cr2(fitted("dummies", shuffled)).se, cr2(fitted("dummies")).se, rtol=1e-10
    )
    pd.testing.assert_frame_equal(shuffled, before)


def test_crv3_is_the_jackknife_over_clusters():
    """Leaving out one cluster after the other, effects written out as dummies."""
    names = ["base", "score", "other"]
    dummies = pd.get_dummies(PANEL["year"], dtype="float64").to_numpy()
    x = np.hstack([PANEL[names].to_numpy(), dummies])
    y, cluster = PANEL["y"].to_numpy(), PANEL["unit"].to_numpy()
    whole = np.linalg.lstsq(x, y, rcond=None)[0]
    left_out = [
        np.linalg.lstsq(x[cluster != each], y[cluster != each], rcond=None)[0]
        for each in np.unique(cluster)
    ]
    count = len(left_out)
    spread = ((np.array(left_out) - whole) ** 2).sum(axis=0) * (count - 1) / count
    found = estimate_effects(
        PANEL, outcome="y", regressors=names, cluster="unit", effects=["year"], method="CRV3"
    )
    np.testing.assert_allclose([each.se for each in found], np.sqrt(spread[:3]))
    assert {each.df for each in found} == {19.0}


def naive_wild(fit, at, draws, seed):
    """One regression a draw, from the definition."""
    x = fit.basis @ fit.contrasts[:, at]
    gram = x @ x
    restricted = fit.residuals + x * fit.estimates[at] / gram
    cluster = np.repeat(np.arange(fit.clusters), np.diff([*fit.starts.tolist(), fit.outcome.size]))

    def t_of(outcome):
        residuals = outcome - fit.basis @ (fit.basis.T @ outcome)
        scores = np.bincount(cluster, x * residuals)
        return (x @ outcome) / np.sqrt((scores**2).sum())

    seen = abs(t_of(fit.outcome))
    signs = 2 * np.random.default_rng(seed).integers(0, 2, (draws, fit.clusters), np.int8) - 1
    explained = fit.outcome - restricted
    drawn = [abs(t_of(explained + turn[cluster] * restricted)) for turn in signs]
    return (1 + sum(each >= seen * (1 - 1e-12) for each in drawn)) / (1 + draws)


def test_the_wild_bootstrap_is_a_regression_a_draw():
    fit = fitted("dummies")
    found = wild_p_values(fit, seed=11, draws=199)
    assert found.tolist() == [naive_wild(fit, at, 199, 11) for at in range(4)]


def test_few_clusters_get_webbs_points():
    few = PANEL[PANEL["unit"] < "U12"]
    fit = fit_within(few, outcome="y", regressors=["score"], cluster="unit")
    auto, webb, two = (
        wild_p_values(fit, seed=1, draws=999, weights=each)[0]
        for each in ("auto", "webb", "rademacher")
    )
    assert auto == webb != two
    with pytest.raises(ParameterError, match="正整数"):
        wild_p_values(fit, seed=1, draws=0)


def test_randomisation_takes_every_assignment_where_there_are_few():
    """10 units, 5 treated: 252 assignments, each by its own regression on x and years."""
    table = units(5, count=10, years=2)

    def size_of_t(treated):
        own = table.assign(x=table["unit"].isin(treated).astype("float64"))
        fit = fit_within(own, outcome="y", regressors=["x"], cluster="unit", effects=["year"])
        scores = fit.sums(fit.basis[:, -1] * fit.residuals)
        return abs(fit.basis[:, -1] @ fit.outcome) / np.sqrt((scores**2).sum())

    sizes = np.array([size_of_t(each) for each in combinations(range(10), 5)])
    seen = size_of_t(range(5))
    p = randomisation_p_value(table, outcome="y", treatment="x", unit="unit", year="year", seed=1)
    assert p == pytest.approx((sizes >= seen * (1 - 1e-9)).mean())


def test_randomisation_of_a_treatment_that_begins():
    """Units are treated from different years on; a large effect is found, none is not."""
    table = units(8)
    begins = np.where(table["unit"] < 4, 2021, 2022)
    table["x"] = ((table["unit"] < 8) & (table["year"] >= begins)).astype("float64")
    same = {"outcome": "y", "treatment": "x", "unit": "unit", "year": "year", "absorb": "unit"}
    assert randomisation_p_value(table, seed=2, draws=499, **same) > 0.1
    moved = table.assign(y=table["y"] + 5 * table["x"])
    assert randomisation_p_value(moved, seed=2, draws=499, **same) == 1 / 500


def test_under_five_treated_units_nothing_is_claimed():
    four, five = (
        estimate_effects(
            units(treated), outcome="y", regressors=["x"], cluster="unit", effects=["year"]
        )[0]
        for treated in (4, 5)
    )
    assert (four.treated_clusters, five.treated_clusters) == (4, 5)
    assert np.isnan([four.p, four.low, four.high, four.mde]).all()
    assert "只有4个单位" in four.refused
    assert five.refused == ""
    assert five.low < five.estimate < five.high
    with pytest.raises(DataError, match="只有4个单位"):
        randomisation_p_value(
            units(4), outcome="y", treatment="x", unit="unit", year="year", seed=1
        )


def test_four_untreated_are_as_few_as_four_treated():
    found = estimate_effects(units(63), outcome="y", regressors=["x"], cluster="unit")
    assert found[0].treated_clusters == 4
    assert found[0].refused


def test_a_giant_unit_leaves_too_few_degrees_of_freedom():
    table = units(5)
    giant = table["unit"] == 0
    table["x"] = np.where(giant, 100.0, table["x"])
    found = estimate_effects(table, outcome="y", regressors=["x"], cluster="unit")[0]
    assert found.df < 4
    assert "自由度" in found.refused
    assert np.isnan(found.p)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"table": units(3, count=9)}, "只有9个聚类"),
        ({"absorb": "unit"}, "没有自己的变化"),
        ({"absorb": "year"}, "跨越了"),
        ({"regressors": ["x", "x2"], "table": units(20).assign(x2=lambda t: 2 * t["x"])}, "自己"),
        ({"table": units(20).assign(y=np.nan)}, "空值"),
        ({"table": units(20).assign(y=np.inf)}, "非有限值"),
        ({"table": units(20).iloc[:0]}, "没有可用的观测"),
    ],
)
def test_what_cannot_be_estimated_is_refused(changes, message):
    given = {"table": units(20), "regressors": ["x"]} | changes
    table = given.pop("table")
    with pytest.raises(DataError, match=message):
        estimate_effects(table, outcome="y", cluster="unit", **given)


def test_an_unknown_method_is_refused():
    with pytest.raises(ParameterError, match="HC3"):
        effects_of(fitted("pooled"), method="HC3")


def test_the_detectable_effect_is_that_of_the_method_note():
    """methods.md 4.2: 67 units, sd 0.25: slope 0.088; about 17% with 33 treated, 30% with 8."""
    assert planned_effect(67, 0.25) == pytest.approx(0.088, abs=0.0015)
    assert planned_effect(67, 0.25, treated=33) == pytest.approx(0.17, abs=0.005)
    assert planned_effect(67, 0.25, treated=8) == pytest.approx(0.30, abs=0.005)
    with pytest.raises(ParameterError):
        planned_effect(67, 0.25, treated=67)


def test_the_detectable_effect_has_the_power_that_it_says():
    """Of t(9) estimates around it, four in five lie beyond the critical value (to 1 point)."""
    mde = detectable_effect(1.0, 9.0)
    assert mde == pytest.approx(stats.t.ppf(0.975, 9) + stats.t.ppf(0.8, 9))
    critical = stats.t.ppf(0.975, 9)
    assert stats.nct.sf(critical, 9, mde) == pytest.approx(0.8, abs=0.015)


def test_it_does_not_move_with_the_estimate():
    table = units(20)
    moved = table.assign(y=table["y"] + 3 * table["x"])
    one, two = (
        estimate_effects(each, outcome="y", regressors=["x"], cluster="unit")[0]
        for each in (table, moved)
    )
    assert two.estimate - one.estimate == pytest.approx(3)
    assert two.mde == pytest.approx(one.mde)


def test_benjamini_hochberg_by_hand():
    """Of four: 0.01×4/1, 0.04×4/3, 0.03×4/2, 0.5; the step-up makes 0.04×4/3 the least of both."""
    found = adjusted_p_values(np.array([0.01, 0.04, np.nan, 0.03, 0.5]))
    np.testing.assert_allclose(found, [0.04, 0.16 / 3, np.nan, 0.16 / 3, 0.5])
    assert np.isnan(adjusted_p_values(np.array([np.nan]))).all()


def test_a_family_of_estimates_as_a_table():
    frame = effects_frame(effects_of(fitted("pooled")), family="budget")
    assert frame["regressor"].tolist() == ["base", "score", "kind"]
    assert (frame["p_adjusted"] >= frame["p"]).all()
    assert set(frame["clusters"]) == {20}
    assert "family" not in effects_frame(effects_of(fitted("pooled")))


def test_thousands_of_clusters_need_little_memory():
    """20,000 rows in 5,000 clusters: n × n alone would be 3.2 GB; a tenth of 2 GiB is enough."""
    import tracemalloc

    draw = np.random.default_rng(1)
    table = pd.DataFrame(draw.normal(size=(20_000, 7)), columns=["y", *"abcdef"])
    table["firm"] = draw.integers(0, 5_000, len(table))
    tracemalloc.start()
    estimate_effects(table, outcome="y", regressors=[*"abcdef"], cluster="firm")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 0.1 * 2**31
