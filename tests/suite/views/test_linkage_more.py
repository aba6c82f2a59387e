"""Money moved within the year, and the proposal under other results, against made_years."""

import pytest
from made_years import EVALUATED, MONITORED, money, project, work_year

from perfanalysis.scoring.projects import score_projects
from perfanalysis.suite.views.linkage_more import more_linkage


def forecast(project_id, expected, month=7):
    return {
        "project_id": project_id,
        "month": month,
        "source": "unit",
        "executed_wan": 0.0,
        "expected_year_end_wan": expected,
    }


def test_what_is_recovered_goes_where_money_is_short():
    # P1: 120 and 100 expected, 20 over; P3 is of another kind: nothing crosses to it
    told = [forecast("P1", 100.0), forecast("P3", 26.0)]
    year = work_year(monitoring={"monitoring_funds": told})
    share = year.rules.value("link.in_year")["recover_share"]
    table = more_linkage(year).in_year.set_index("project_id")
    assert table.at["P1", "recover_wan"] == 20 * share
    assert table["redeploy_wan"].sum() == 0
    assert table.at["P1", "unit_name"] == "示例教育局"
    same = [project("P1"), project("P3", "U02")]
    year = work_year(monitoring={"monitoring_funds": told, "projects": same})
    table = more_linkage(year).in_year.set_index("project_id")
    assert table.at["P3", "redeploy_wan"] == min(6.0, 20 * share)
    assert MONITORED["projects"] != same


def test_the_same_requests_by_the_results_of_the_year_before():
    # P3 reached half of its target in 2020, 差: 10 less 30%; by results that reached it, 优: 10
    year = work_year()
    better = [
        {**row, "actual": 100.0} if row["project_id"] == "P3" else row
        for row in EVALUATED["indicators"]
    ]
    other = work_year(evaluation={"indicators": better}).evaluation
    vars(year)["earlier_scores"] = {2019: score_projects(other, year.rules)}
    more = more_linkage(year)
    assert more.other_year == 2019
    row = more.what_if.iloc[0]
    assert len(more.what_if) == 1
    assert row[["unit_id", "projects", "proposed_wan", "other_wan", "less_wan"]].tolist() == [
        "U02",
        1,
        7.0,
        10.0,
        3.0,
    ]
    assert more.whole["less"] == pytest.approx(more.whole["other"] - more.whole["now"]) == 3.0


def test_without_results_of_the_year_before_it_says_so():
    year = work_year()
    vars(year)["earlier_scores"] = {}
    more = more_linkage(year)
    assert "2019年度" in more.refused
    assert more.what_if.empty


def test_units_with_most_to_recover_come_first_each_with_its_projects():
    # P1 of U01 has 20 over, P3 of U02 12, P5 of U02 30: U02 together 42
    projects = [*MONITORED["projects"], project("P5", "U02")]
    funds = [*MONITORED["funds"], money("P5", 50, 0, 50)]
    told = [forecast("P1", 100.0), forecast("P3", 8.0), forecast("P5", 20.0)]
    year = work_year(monitoring={"projects": projects, "funds": funds, "monitoring_funds": told})
    more = more_linkage(year)
    assert more.in_year[["unit_group", "project_id", "recover_wan"]].values.tolist() == [
        ["示例水利局（U02）", "P5", 30.0],
        ["示例水利局（U02）", "P3", 12.0],
        ["示例教育局（U01）", "P1", 20.0],
    ]
    assert (more.recover_share, more.recover_basis) == (1.0, "convention")
