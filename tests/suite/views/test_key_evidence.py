"""The errors of a key project's total, by hand."""

import pandas as pd
import pytest

from perfanalysis.suite.views.key_evidence import measured_errors

INDICATORS = pd.DataFrame(
    {
        "method": ["satisfaction", "completion_rate", "judgement"],
        "points": [10.0, 8.0, 20.0],
        "planned": [90.0, 7.0, None],
    }
)
NONE = pd.Series(dtype="object")
NO_VISITS = pd.DataFrame({"ratio": pd.Series(dtype="float64")})


def test_nothing_measured():
    errors = measured_errors(INDICATORS, NONE, NONE, NO_VISITS)
    assert (errors.panel, errors.survey, errors.verification, errors.measured) == (0, 0, 0, ())


def test_panel_and_survey():
    """A share known to 0.027, for a target of 90 %: 10 points × 0.027 ÷ 0.9."""
    panel = pd.Series({"standard_error": 1.5, "experts": 4})
    survey = pd.Series({"standard_error": 0.027, "status": "estimated"})
    errors = measured_errors(INDICATORS, panel, survey, NO_VISITS)
    assert (errors.panel, errors.panel_df) == (1.5, 3)
    assert errors.survey == pytest.approx(0.3)
    assert errors.measured == ("panel", "survey")


def test_a_convenience_sample_has_no_error_to_carry():
    survey = pd.Series({"standard_error": float("nan"), "status": "described"})
    assert measured_errors(INDICATORS, NONE, survey, NO_VISITS).survey == 0


def test_items_checked_on_site():
    """Ratios 1, 0.9, 0.8: sd 0.1, error 0.1 ÷ √3, of 8 points; two items say nothing."""
    visits = pd.DataFrame({"ratio": [1.0, 0.9, 0.8, None]})
    errors = measured_errors(INDICATORS, NONE, NONE, visits)
    assert errors.verification == pytest.approx(8 * 0.1 / 3**0.5)
    assert measured_errors(INDICATORS, NONE, NONE, visits.head(2)).verification == 0
