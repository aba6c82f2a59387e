"""A unit's section on dual monitoring, by hand: P1 spent 10 of 120 by July, 30 in the year."""

from dataclasses import replace
from datetime import date

import pytest
from made_years import work_year

from perfanalysis.suite.views.monitoring import monitoring_findings, monitoring_view
from perfanalysis.suite.views.unit_monitoring import trouble_sentences, unit_monitoring

TOLD = [{"project_id": "P1", "month": 7, "source": "unit", "executed_wan": 10.0}]
WARNED = {"warning_id": "YJ1", "project_id": "P1", "issued": date(2021, 8, 2), "issue": "进度慢"}


def watched_on(day, **tables):
    year = work_year(monitoring={"monitoring_funds": TOLD} | tables)
    engagement = replace(year.suite.engagement, report_date=day)
    vars(year)["suite"] = replace(year.suite, engagement=engagement)
    return year


def clauses_on(day, **tables):
    year = watched_on(day, **tables)
    view = unit_monitoring(year, "U01")
    said = trouble_sentences(view, year)
    assert [key for key, _ in said] == ["trouble"]
    return dict(said[0][1]["clauses"])


def test_while_the_year_goes_on_a_warning_may_still_be_issued():
    clauses = clauses_on(date(2021, 8, 10))
    # ten working days after Tuesday 10 August 2021
    assert clauses["trouble-unwarned"]["due"] == date(2021, 8, 24)
    assert "trouble-left" not in clauses


def test_after_the_year_none_is_issued_and_what_was_left_is_said():
    clauses = clauses_on(date(2022, 1, 20))
    assert "trouble-unwarned" not in clauses
    assert clauses["trouble-unwarned-ended"] == {}
    assert clauses["trouble-left"] == {"spent": 30.0, "left": 90.0}


def test_an_unanswered_warning_stays_due_after_the_year():
    clauses = clauses_on(date(2022, 1, 20), warnings=[WARNED])
    due = {"id": "YJ1", "due": date(2021, 8, 16), "today": date(2022, 1, 20)}
    assert clauses["trouble-overdue-ended"] == due
    assert "trouble-overdue" in clauses_on(date(2021, 8, 20), warnings=[WARNED])


@pytest.mark.parametrize(
    ("low", "high", "wide"), [(0.0, 110.0, True), (0.0, 109.98, False), (0.02, 110.0, False)]
)
def test_an_interval_of_all_that_was_left_in_july_says_so(low, high, wide):
    year = watched_on(date(2021, 8, 10))
    view = unit_monitoring(year, "U01")
    known = {"unspent_wan": 60.0, "unspent_low_wan": low, "unspent_high_wan": high}
    said = trouble_sentences(replace(view, trouble=view.trouble.assign(**known)), year)
    assert ("trouble-wide" in dict(said[0][1]["clauses"])) is wide


@pytest.mark.parametrize(
    ("day", "expected"), [(date(2021, 12, 31), []), (date(2022, 1, 1), ["inside", "outside"])]
)
def test_the_district_says_whether_the_year_ended_inside_the_interval(day, expected):
    year = watched_on(day)
    view = monitoring_view(year)
    ends = [30.0, 999.0] if expected else [view.whole["year_end"]]
    known = {"expected": 90.0, "low": 25.0, "high": 100.0, "unspent": 30.0}
    keys = []
    for end in ends:
        whole = view.whole | known | {"year_end": end}
        said = dict(monitoring_findings(replace(view, whole=whole), year))
        keys += [key.removeprefix("expected-") for key, _ in said["main-expected"]["clauses"]]
    assert keys == expected
