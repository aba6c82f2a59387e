"""The errors of a key project's total, by hand."""

import pandas as pd
import pytest

from perfanalysis.evidence.panel import score_panels
from perfanalysis.rules.loader import evaluation_date, load_rules
from perfanalysis.suite.views.key_evidence import (
    agreement_of,
    measured_errors,
    satisfaction_points,
)
from year_tables import make_year

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


def panels(*scored):
    """Panels of (project, expert, points of 100)."""
    rows = [
        {"project_id": project, "expert_id": expert, "indicator": "甲", "entry": 1}
        | {"score": float(score), "full": 100.0}
        for project, expert, score in scored
    ]
    return score_panels(make_year(panel_scores=rows), load_rules().on(evaluation_date(2021)))


def test_coefficients_of_panels_of_their_own_are_refused_with_the_reason():
    own = panels(("P1", "A", 80), ("P1", "B", 82), ("P2", "C", 90), ("P2", "D", 91))
    table = agreement_of(own).set_index("measure")
    assert table.loc["icc_single", "agreement"] == own.reliability.single
    assert table.loc["icc_single", "projects"] == 2
    refused = ["icc_agreement", "kendall_w", "alpha", "severity"]
    assert table.loc[refused, "agreement"].isna().all()
    assert table.loc[refused, "why_refused"].notna().all()


def test_coefficients_of_two_shared_projects_are_refused_for_they_say_next_to_nothing():
    """Of two projects the rank order of any two experts agrees wholly or not at all."""
    pairs = [("P1", "A", 60), ("P1", "B", 65), ("P2", "A", 80), ("P2", "B", 78), ("P3", "A", 70)]
    shared = panels(*pairs)
    assert shared.concordance.w == 1.0
    table = agreement_of(shared).set_index("measure")
    refused = table.loc[["icc_agreement", "kendall_w", "alpha"]]
    assert refused["agreement"].isna().all()
    assert set(refused["why_refused"]) == {"只有2个项目由同一组专家全部评过，不足3个，不计算。"}
    assert table["agreement"].notna()["icc_single"]


def test_coefficients_of_shared_projects_are_shown():
    shared = panels(
        *(
            (project, expert, score)
            for project, scores in {"P1": (60, 65), "P2": (80, 78), "P3": (95, 97)}.items()
            for expert, score in zip("AB", scores, strict=True)
        )
    )
    table = agreement_of(shared).set_index("measure")
    assert table.loc["kendall_w", "agreement"] == 1.0  # both put them in one order
    assert table.loc["icc_agreement", ["projects", "experts"]].tolist() == [3, 2]
    assert "severity" not in table.index
    assert table["why_refused"].isna().all()


SATISFACTION = pd.DataFrame(
    {"method": ["satisfaction"], "points": [10.0], "part": [63.0], "whole": [95.0]}
).assign(check_points=pd.NA, check_points_met=pd.NA)
ESTIMATED = pd.Series({"status": "estimated", "low": 0.476, "high": 0.762})
FORMULAS = load_rules().on(evaluation_date(2020)).value("key.scoring")


@pytest.mark.parametrize(
    ("unit", "ends", "expected"),
    [
        # 10 × 47.6 ÷ 95 = 5.0105, 10 × 76.2 ÷ 95 = 8.0211
        (1.0, (0.476, 0.762), (5.01, 8.02, 10.0)),
        (0.01, (0.476, 0.762), (5.01, 8.02, 10.0)),  # the target written as 0.95
        (1.0, (0.9, 0.99), (9.47, 10.0, 10.0)),  # nothing above full points
    ],
)
def test_the_interval_of_the_survey_is_carried_into_points(unit, ends, expected):
    rows = SATISFACTION.assign(whole=SATISFACTION["whole"] * unit)
    survey = pd.Series({"status": "estimated", "low": ends[0], "high": ends[1]})
    assert satisfaction_points(rows, survey, FORMULAS) == expected


def test_no_points_are_told_of_a_survey_without_an_interval():
    described = pd.Series({"status": "described", "low": float("nan"), "high": float("nan")})
    assert satisfaction_points(SATISFACTION, described, FORMULAS) == ()
    assert satisfaction_points(SATISFACTION, pd.Series(dtype="object"), FORMULAS) == ()
    judged = dict(FORMULAS) | {"satisfaction": "none"}
    assert satisfaction_points(SATISFACTION, ESTIMATED, judged) == ()
