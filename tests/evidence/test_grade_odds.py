"""Probabilities of grades."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from perfanalysis.errors import ParameterError
from perfanalysis.evidence.grades import Errors, grade_odds

FLOORS = {"excellent": 90, "good": 80, "fair": 60, "poor": 0}
EVEN = pd.DataFrame({"points": [50.0, 50.0], "score": [43.2, 43.2]})


NO_ERRORS = Errors()


def odds(indicators=EVEN, errors=NO_ERRORS, **changes):
    settings = {"key": "P1", "draws": 20_000, "seed": 1, "concentration": 400.0}
    return grade_odds(indicators, errors, FLOORS, **(settings | changes))


def test_nothing_uncertain_is_certain():
    """Equal shares kept: other weights give the same total."""
    result = odds()
    assert result.probabilities == {"excellent": 0.0, "good": 1.0, "fair": 0.0, "poor": 0.0}
    assert result.measured == ()
    assert result.spread["weights"] == pytest.approx(0, abs=1e-9)


def test_normal_error_gives_the_normal_probability():
    """86.40 ± 2: P(≥ 90) = 1 − Φ((89.995 − 86.4) / 2), P(< 80) = Φ((79.995 − 86.4) / 2)."""
    result = odds(errors=Errors(survey=2.0), draws=200_000)
    above = stats.norm.sf((89.995 - 86.4) / 2)
    below = stats.norm.cdf((79.995 - 86.4) / 2)
    assert result.probabilities["excellent"] == pytest.approx(above, abs=0.002)
    assert result.probabilities["fair"] == pytest.approx(below, abs=0.001)
    assert result.measured == ("survey",)


def test_few_experts_have_heavy_tails():
    """Two degrees of freedom: Student's t, not the normal distribution."""
    result = odds(errors=Errors(panel=2.0, panel_df=2), draws=200_000)
    above = stats.t.sf((89.995 - 86.4) / 2, 2)
    assert result.probabilities["excellent"] == pytest.approx(above, abs=0.003)


def test_weights_vary_as_the_dirichlet_distribution_says():
    """Shares 1 and 0 at equal points: sd of the total 100·√(¼ / (c + 1))."""
    table = pd.DataFrame({"points": [50.0, 50.0], "score": [50.0, 0.0]})
    result = odds(table, concentration=99.0, draws=100_000)
    assert result.spread["weights"] == pytest.approx(5.0, rel=0.02)


def test_each_project_has_its_own_draws():
    errors = Errors(survey=2.0)
    assert odds(errors=errors) == odds(errors=errors)
    assert odds(errors=errors, key="P2") != odds(errors=errors)


def test_probabilities_add_to_one_and_stay_on_the_scale():
    result = odds(errors=Errors(panel=30.0, panel_df=3, survey=10.0, verification=5.0))
    assert sum(result.probabilities.values()) == pytest.approx(1)
    assert result.low >= 0
    assert result.high <= 100


def test_printed_total_decides():
    """89.995 is printed as 90.00: excellent."""
    table = pd.DataFrame({"points": [50.0, 50.0], "score": [44.9975, 44.9975]})
    assert odds(table).probabilities["excellent"] == 1


def test_refused():
    with pytest.raises(ParameterError, match="没有得分"):
        odds(EVEN.assign(score=[np.nan, 40.0]))
    with pytest.raises(ParameterError, match="不是正数"):
        odds(concentration=0.0)
