"""Shares under a design, against R's survey package and hand calculation."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from perfanalysis.errors import ParameterError
from perfanalysis.evidence.proportions import design_share, sample_size

REFERENCE = Path(__file__).parents[1] / "reference" / "survey"


def simple(yes, n, **columns):
    frame = {"yes": [True] * yes + [False] * (n - yes), "weight": 1.0, "stratum": "A"}
    return pd.DataFrame({**frame, "cluster": pd.Series([None] * n, dtype="str"), **columns})


def test_like_the_survey_package_of_r():
    """tests/reference/survey/make.R: three strata, fifteen clusters, unequal weights."""
    expected = json.loads((REFERENCE / "expected.json").read_text("utf-8"))
    answers = pd.read_csv(REFERENCE / "answers.csv").astype({"yes": bool})
    population = pd.read_csv(REFERENCE / "population.csv", index_col="stratum")["population"]
    result = design_share(answers, population)
    assert result.estimate == pytest.approx(expected["estimate"], rel=1e-8)
    assert result.standard_error == pytest.approx(expected["standard_error"], rel=1e-8)
    assert result.df == expected["df"]
    endless = design_share(answers, population * 1e12)
    without = expected["standard_error_without_correction"]
    assert endless.standard_error == pytest.approx(without, rel=1e-6)


def test_simple_random_sample_by_hand():
    """90 of 100 among 1,000: variance 0.9·0.1/99·(1 − 100/1000), no design effect."""
    result = design_share(simple(90, 100), pd.Series({"A": 1000}))
    assert result.standard_error == pytest.approx((0.09 / 99 * 0.9) ** 0.5)
    assert result.design_effect == pytest.approx(1)
    assert result.weight_effect == 1


def test_wilson_interval_near_the_end_stays_inside():
    """All of 50: Wilson's lower end is n / (n + z²), here with t(49) in place of z."""
    result = design_share(simple(50, 50), pd.Series({"A": 10**9}))
    assert result.high == pytest.approx(1)
    t = stats.t.ppf(0.975, 49)
    assert result.low == pytest.approx(50 / (50 + t**2))


def test_kish_effect_by_hand():
    """Weights 1 and 3 in equal numbers: n Σw² / (Σw)² = 1.25."""
    sample = simple(20, 40).assign(weight=[1.0, 3.0] * 20)
    assert design_share(sample, pd.Series({"A": 10**6})).weight_effect == pytest.approx(1.25)


def test_clusters_that_answer_alike_widen_the_interval():
    alone = design_share(simple(40, 80), pd.Series({"A": 10**6}))
    clusters = pd.Series([f"c{n // 10}" for n in range(80)])
    together = design_share(simple(40, 80, cluster=clusters), pd.Series({"A": 10**6}))
    assert together.design_effect == pytest.approx(10 * (8 / 7) / (80 / 79), rel=1e-6)
    assert together.high - together.low > 2 * (alone.high - alone.low)


@pytest.mark.parametrize(
    ("population", "margin", "needed"),
    # Krejcie & Morgan (1970), Educational and Psychological Measurement 30:607–610, table 1
    # (their χ² of 3.841 and rounding to the nearest): 217, 278, 341 (here rounded up).
    [(500, 0.05, 218), (1000, 0.05, 278), (3000, 0.05, 341), (10**9, 0.05, 385)],
)
def test_sample_size(population, margin, needed):
    assert sample_size(population, margin=margin) == needed


def test_refused():
    with pytest.raises(ParameterError, match="服务对象人数"):
        sample_size(0, margin=0.05)
    with pytest.raises(ParameterError, match="没有权重"):
        design_share(simple(1, 2).assign(weight=np.nan), pd.Series({"A": 10}))
    one = pd.Series(["c1"] * 4)
    with pytest.raises(ParameterError, match="只有1个抽样单元"):
        design_share(simple(2, 4, cluster=one), pd.Series({"A": 10}))
