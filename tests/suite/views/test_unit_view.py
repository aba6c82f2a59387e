"""The numbers of a unit's page, against the paper of made_years."""

import pytest
from made_years import EVALUATED, MONITORED, REQUESTS, indicator, project, work_year

from perfanalysis.errors import ParameterError
from perfanalysis.suite.views.common import sentences
from perfanalysis.suite.views.unit import unit_findings, unit_view
from perfanalysis.suite.views.unit_frames import LARGEST, MOVES


@pytest.fixture(scope="module")
def year():
    return work_year()


def said(view, year, lang="zh"):
    _, say = year.page("30_unit", lang)
    return sentences(say, unit_findings(view, year, "表1"))


@pytest.fixture(scope="module")
def view(year):
    return unit_view(year, "U01")


def test_its_own_projects_most_money_first(view):
    table = view.projects[["project_id", "review_total", "status"]]
    assert table.iloc[0].tolist() == ["P1", 98.0, "scored"]
    assert table.iloc[1][["project_id", "status"]].tolist() == ["P2", "refused"]
    assert view.summary[["projects", "graded", "annual_wan", "executed_wan"]].tolist() == [
        2,
        1,
        150.0,
        130.0,
    ]
    assert view.refusals == [
        {"project": "项目P2", "reason": "预算执行与指标分值合计90.00分，不是100分"}
    ]


def test_every_lost_point_has_its_project_and_its_rule(view):
    # 80 of 100 spent: 8 of 10 points
    line = view.ledger.iloc[0]
    assert len(view.ledger) == 1
    assert line[["name", "lost", "rule"]].tolist() == ["项目P1", 2.0, "self.execution_score"]
    assert line["rule_title"] == view.losses.iloc[0]["rule_title"]
    assert view.lost == view.losses["lost"].sum() == 2.0
    assert view.largest["label"].tolist() == ["项目P1：预算执行率"]


def test_the_points_lost_of_several_projects_are_said_to_be_their_sum(view, year):
    # P1 loses 2 of 10 points on execution; P2, without another indicator, none
    assert any(each.startswith("有扣分的项目1个，合计离满分2.00分") for each in said(view, year))
    indicators = [indicator("P2", 90.0, 4, number=2)]  # 90 of 100: 0.4 of 4 points
    both = work_year(evaluation={"indicators": indicators})
    points = said(unit_view(both, "U01"), both)
    assert any(each.startswith("有扣分的项目2个，合计离满分2.40分") for each in points)


def test_what_the_unit_did_not_claim_is_told_from_what_the_review_takes():
    # stated 4 of 5 points where half of the target gives 2.5; execution stated as scored
    stated = [indicator("P1", 50.0, 5, number=1, self_score=4.0)]
    view = unit_view(work_year(evaluation={"indicators": stated}), "U01")
    assert view.lost == 4.5
    assert view.added == 1.5


def test_the_largest_deductions_are_the_first_few():
    many = [indicator("P1", 100.0 - n, 5, number=n) for n in range(1, 29)]
    year = work_year(evaluation={"indicators": many})
    view = unit_view(year, "U01")
    assert len(view.ledger) == 29
    assert len(view.largest) == LARGEST
    assert view.largest["lost"].is_monotonic_decreasing
    assert view.largest["lost"].iloc[0] == 2.0  # execution; then 28% of 5 points
    assert view.largest["lost"].iloc[1] == 1.4


def test_a_blank_score_is_not_the_one_claimed_for_execution():
    rows = [
        indicator("P1", 40.0, 5, number=1),  # 2 of 5 by the rule, nothing claimed or given up
        indicator("P1", 90.0, 45, number=2, self_score=45.0),  # 40.5: the review takes 4.5
        indicator("P1", 90.0, 40, number=3, self_score=36.0),  # 36: the unit gave up 4 itself
    ]
    projects = [project("P1", stated_total=95.0, stated_execution_score=9.0)]
    year = work_year(evaluation={"projects": projects, "indicators": rows})
    view = unit_view(year, "U01")
    stated = view.ledger.set_index("indicator")["stated"]
    assert stated.isna().tolist() == [name == "指标1" for name in stated.index]
    # lost 3 + 4.5 + 4 + 2 (execution, 8 of 10); beyond what was given up: 4.5, and 9 − 8
    assert (view.lost, view.added) == (13.5, 5.5)


def test_monitored_projects_are_of_the_other_year(view):
    assert view.monitored[["project_id", "annual_wan", "executed_wan"]].values.tolist() == [
        ["P1", 120.0, 30.0]
    ]
    assert view.monitored_total["execution_rate"] == 0.25


def test_its_flags_and_its_listing(year, view):
    other = unit_view(year, "U02")
    assert set(other.flags["unit_id"]) == {"U02"}
    assert len(view.flags) + len(other.flags) == len(year.flags)
    assert view.listing == {
        "projects": 2,
        "annual_wan": 150.0,
        "execution_rate": 130 / 150,
        "stated_score": 100.0,
        "review_score": 98.0,
        "points_lost": 2.0,
        "flags": len(view.flags),
    }


def test_the_proposal_of_its_projects_only(view):
    # 优, 80% spent: the base of 100, at most the 90 asked for
    assert view.proposed[["project_id", "base_wan", "proposed_wan"]].values.tolist() == [
        ["P1", 100.0, 90.0]
    ]
    assert view.steps["amount_wan"].sum() == 90.0
    assert set(view.steps["name"]) == {"项目P1"}


def test_the_main_points_in_words(year, view):
    money, gap, lost, flags, proposal = said(view, year)
    assert "150.00万元" in money
    assert "86.7%" in money
    assert "2.00分" in gap
    assert "100.00分" in gap
    assert all(word in lost for word in ("2.00分", "项目P1", "预算执行率"))
    assert all(word in money for word in ("1个项目不能评级", "表1"))
    assert f"{len(view.flags)}项" in flags
    assert all(word in proposal for word in ("90.00万元", "100.00万元"))
    assert len(said(view, year, "en")) == 5


def test_a_refused_request_is_neither_proposed_nor_in_the_base_beside_it():
    """P2 asks for money of another kind: it has no proposal, so its base is no base of one."""
    year = work_year(
        monitoring={
            "projects": [*MONITORED["projects"], project("P2")],
            "funds": [*MONITORED["funds"], MONITORED["funds"][0] | {"project_id": "P2"}],
        },
        requests=[
            *REQUESTS,
            REQUESTS[0] | {"project_id": "P2", "fund_kind": "state_capital"},
        ],
    )
    view = unit_view(year, "U01")
    assert view.proposed["project_id"].tolist() == ["P1"]
    assert view.unproposed == [
        {"project": "项目P2", "reason": "申请的预算类型与工作年度不同，资金不能跨类"}
    ]
    proposal = said(view, year)[-1]
    assert "90.00万元" in proposal
    assert "100.00万元" in proposal
    assert "200.00万元" not in proposal


def test_a_unit_without_projects_says_so(year):
    view = unit_view(year, "U03")
    assert view.summary.empty
    assert view.monitored.empty
    assert said(view, year) == ["2020年度没有自评项目。"]
    assert view.listing["projects"] is None


def test_no_stated_score_leaves_out_the_comparison():
    projects = [row | {"stated_total": None} for row in EVALUATED["projects"]]
    year = work_year(evaluation={"projects": projects})
    view = unit_view(year, "U01")
    assert not any(key.startswith("main-gap") for key, _ in unit_findings(view, year, "表1"))
    assert said(view, year)


def test_nobody_asked_for_a_budget():
    year = work_year(requests=[])
    view = unit_view(year, "U01")
    assert view.proposed.empty
    assert view.steps.empty
    assert not any(key == "main-proposal" for key, _ in unit_findings(view, year, "表1"))


def test_a_unit_that_is_not_there_is_refused_with_those_that_are(year):
    with pytest.raises(ParameterError, match=r"U99.*U01、U02、U03"):
        unit_view(year, "U99")


def test_a_unit_that_reported_no_execution_still_has_its_main_points():
    unknown = [row | {"executed_wan": None} for row in EVALUATED["funds"]]
    year = work_year(evaluation={"funds": unknown})
    points = said(unit_view(year, "U01"), year)
    assert "执行未填报，执行率未填报" in points[0]


def test_a_view_is_worked_out_once_in_a_row():
    year = work_year()
    first = unit_view(year, "U01")
    assert unit_view(year, "U01") is first
    assert unit_view(year, "U02") is not first
    assert unit_view(year, "U02").unit["unit_id"] == "U02"
    assert unit_view(work_year(), "U02") is not unit_view(year, "U02")


def test_what_each_rule_gave_or_took_adds_up_to_the_change():
    # P3 差: 10 less 30%; P4 new: 5.5 as asked; 6.5 of P3's were approved
    requests = [
        {**row, "approved_wan": 6.5} if row["project_id"] == "P3" else row for row in REQUESTS
    ]
    view = unit_view(work_year(requests=requests), "U02")
    assert view.moves["step_wan"].sum() == view.proposed["change_wan"].sum() == 5.5 - 3.0
    assert sorted(view.moves["step_wan"]) == [-3.0, 5.5]
    assert view.moves["move"].tolist() == sorted(view.moves["move"], key=MOVES.index)
    assert (view.moves["document"] != "").any()
    approved = view.proposed.set_index("project_id")["approved_wan"]
    assert approved["P3"] == 6.5
    assert approved.drop("P3").isna().all()
