"""The page of self-evaluation against review, against the paper of made_years."""

import pytest
from made_years import work_year

from perfanalysis.suite.views.common import sentences
from perfanalysis.suite.views.review_gap import (
    bound_rows,
    gap_rows,
    rest_findings,
    review_gap_findings,
    review_gap_view,
    rule_names,
)


@pytest.fixture(scope="module")
def year():
    return work_year()


@pytest.fixture(scope="module")
def view(year):
    return review_gap_view(year)


def test_projects_with_both_scores_are_compared(view):
    shown = view.review.projects[["project_id", "stated", "reviewed", "difference", "average"]]
    # P1 100 and 98, P3 95 and 55; P2 was refused and has no review
    assert shown.values.tolist() == [["P3", 95.0, 55.0, 40.0, 75.0], ["P1", 100.0, 98.0, 2.0, 99.0]]
    assert view.by_unit[["unit_id", "difference_mean", "stated_higher"]].values.tolist() == [
        ["U02", 40.0, 1],
        ["U01", 2.0, 1],
    ]


def test_two_units_are_too_few_for_an_interval(year, view):
    assert view.review.gap is None
    _, say = year.page("50_self_vs_review", "zh")
    first = sentences(say, review_gap_findings(view))[0]
    assert first.startswith("2个项目同时有自评分和复核分")
    assert "少于5个" in first


def test_bounds_of_all_need_no_assumption(view):
    # (98 + 55) / 3 = 51, and 100 / 3 more were P2 perfect
    bounds = view.review.bounds
    assert (bounds.reviewed, bounds.all) == (2, 3)
    assert bounds.low == pytest.approx(51.0)
    assert bounds.high == pytest.approx(51.0 + 100 / 3)


def test_both_comparisons_are_rows_of_a_table(view):
    gaps, bounds = gap_rows(view), bound_rows(view)
    assert gaps["compared"].tolist() == ["review", "evaluated"]
    assert gaps[["n", "units"]].values.tolist() == [[2, 2], [0, 0]]
    assert gaps["difference_mean"].isna().all(), "too few units: no mean is stated either"
    assert bounds[["compared", "n", "self_projects"]].values.tolist() == [["review", 2, 3]]
    assert bounds["all_low"].tolist() == [pytest.approx(51.0)]


def test_projects_that_nobody_evaluated_on_site_are_not_spoken_of(year, view):
    assert view.evaluated.projects.empty
    assert view.evaluated.bounds is None
    assert [key for key, _ in rest_findings(view)] == ["rest-review"]


def test_the_rules_add_up_to_the_gap(year, view):
    assert view.rules["gap"].sum() == pytest.approx(42.0)
    _, say = year.page("50_self_vs_review", "en")
    assert len(set(rule_names(view.rules, say))) == len(view.rules)
