"""The numbers of the linkage page, against the paper of made_years."""

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest
from made_years import EVALUATED, MONITORED, REQUESTS, money, project, work_year

from perfanalysis.errors import DataError
from perfanalysis.suite.views.common import sentences
from perfanalysis.suite.views.linkage import linkage_findings, linkage_view, trivial
from perfanalysis.suite.views.linkage_projects import (
    barred_findings,
    executed_better,
    other_base,
    pool_findings,
)


@pytest.fixture(scope="module")
def year():
    return work_year()


def keys(view, year):
    return dict(linkage_findings(view, year, "表2", "表3"))


@pytest.fixture(scope="module")
def view(year):
    return linkage_view(year)


def test_totals_by_hand(view):
    # P1 优: 100, capped at the 90 asked; P3 差: 10 less 30%; P4 new: 5.5 as asked
    total = view.total[["base_wan", "requested_wan", "proposed_wan", "new_wan"]]
    assert total.tolist() == [110.0, 115.5, 102.5, 5.5]
    assert view.projects.set_index("project_id")["proposed_wan"].to_dict() == {
        "P1": 90.0,
        "P3": 7.0,
        "P4": 5.5,
    }


@pytest.mark.parametrize("table", ["by_fund_kind", "by_unit", "projects"])
def test_every_table_ties_to_the_total(view, table):
    for name in ("base_wan", "requested_wan", "proposed_wan"):
        assert getattr(view, table)[name].sum() == view.total[name]


def test_the_bridge_leads_from_base_to_proposal(view):
    bridge = view.bridge
    assert bridge.loc[bridge["is_total"], "label"].tolist() == ["base", "proposed"]
    assert bridge["amount"].iloc[0] == 110.0
    assert bridge["amount"].iloc[:-1].sum() == bridge["amount"].iloc[-1] == 102.5
    assert view.rules["amount_wan"].sum() == view.steps["amount_wan"].sum() == 102.5


def test_every_unit_has_its_name_and_page(view):
    assert view.by_unit[["unit_name", "page"]].values.tolist() == [
        ["示例教育局", "30_unit-U01.html"],
        ["示例水利局", "30_unit-U02.html"],
    ]


def test_the_main_points(view, year):
    said = keys(view, year)
    assert said["main-total"] == {
        "year": 2022,
        "base_year": 2021,
        "projects": 3,
        "requested": 115.5,
        "proposed": 102.5,
        "base": 110.0,
    }
    clauses = [  # P1 and P3 filed no targets; P4 is not in the tables that the gate read
        ("main-open", {"projects": 2, "amount": 97.0, "rest": 5.5, "table": "表3"}),
        ("main-waiting", {"projects": 1, "amount": 5.5}),
    ]
    assert said["main-continued"] == {"continued": 97.0, "new": 5.5, "clauses": clauses}
    cut = {"projects": 1, "amount": 3.0, "causes": [("main-cause", {"cause": "result"})]}
    assert said["main-cut"]["clauses"] == [("main-cut-based", cut)]
    assert (said["main-cut"]["projects"], said["main-cut"]["amount"]) == (1, 3.0)
    assert "main-dropped" not in said
    for lang in ("zh", "en"):
        _, say = year.page("70_linkage", lang)
        assert len(sentences(say, linkage_findings(view, year, "表2", "表3"))) == 4


def test_a_project_cut_twice_is_one_project():
    """P3: 差, −30%, and 5 of 10 spent, −20%: two rules, one project, 5 of its base of 10."""
    funds = [*EVALUATED["funds"][:2], money("P3", 10, 5)]
    year = work_year(evaluation={"funds": funds})
    view = linkage_view(year)
    cuts = view.steps[(view.steps["project_id"] == "P3") & (view.steps["amount_wan"] < 0)]
    assert cuts["amount_wan"].tolist() == [-3.0, -2.0]
    causes = [
        ("main-cause", {"cause": "result"}),
        ("main-cause-next", {"cause": "execution"}),
    ]
    assert keys(view, year)["main-cut"]["clauses"] == [
        ("main-cut-based", {"projects": 1, "amount": 5.0, "causes": causes})
    ]
    assert view.cuts[["name", "amount_wan"]].values.tolist() == [["项目P3", -3], ["项目P3", -2]]


def test_what_was_not_asked_for_is_dropped_and_not_among_those_who_asked():
    year = work_year(requests=REQUESTS[:1])
    view = linkage_view(year)
    said = keys(view, year)
    assert said["main-dropped"] == {"projects": 1, "amount": 10.0}
    assert said["main-total"]["projects"] == 1
    assert "main-cut" not in said
    assert "main-cut-none" in said
    assert view.total["proposed_wan"] == 90.0


def test_a_refused_project_stands_apart_from_the_sums():
    year = work_year(
        monitoring={
            "projects": [*MONITORED["projects"], project("P2")],
            "funds": [*MONITORED["funds"], money("P2", 40, 0, 40)],
        },
        requests=[*REQUESTS, REQUESTS[0] | {"project_id": "P2", "requested_wan": None}],
    )
    view = linkage_view(year)
    assert view.unproposed == [{"project": "项目P2", "reason": "没有填申请数"}]
    assert "P2" not in set(view.projects["project_id"])
    assert view.projects["base_wan"].sum() == view.total["base_wan"] == 110.0
    assert keys(view, year)["main-total"]["projects"] == 3


def test_without_requests_nothing_is_proposed():
    with pytest.raises(DataError, match=r"2022年度的预算申请.*budget_requests"):
        linkage_view(work_year(requests=[]))


def refused():
    """P4, which is new, is stopped at the gate; P1 goes back for a revision."""
    year = work_year(requests=[{**row, "approved_wan": 7.0} for row in REQUESTS])
    gate = {"P1": ("revise", "没有审核记录"), "P3": ("passed", "95分"), "P4": ("refuse", "41分")}
    facts = year.circumstances.reindex(["P1", "P2", "P3", "P4"])
    facts[["gate", "gate_reason"]] = [list(gate.get(each, (None, None))) for each in facts.index]
    vars(year)["circumstances"] = facts
    return year


def test_who_is_stopped_at_the_gate_stands_apart_from_who_is_cut():
    """P3 loses 3 of its base; P4 has no base, and what it asked for, 5.5, is left out."""
    year = refused()
    view = linkage_view(year)
    said = keys(view, year)["main-cut"]
    assert (said["projects"], said["amount"]) == (2, 8.5)
    assert said["clauses"] == [
        (
            "main-cut-based",
            {"projects": 1, "amount": 3.0, "causes": [("main-cause", {"cause": "result"})]},
        ),
        (
            "main-cut-new",
            {"projects": 1, "amount": 5.5, "causes": [("main-cause", {"cause": "gate"})]},
        ),
    ]
    assert view.moved_total["cut_wan"] == -3.0
    assert view.moved_total["withheld_wan"] == -5.5
    assert view.moved_total["change_wan"] == view.total["change_wan"]
    for lang in ("zh", "en"):
        _, say = year.page("70_linkage", lang)
        assert "5.50" in sentences(say, linkage_findings(view, year, "表2", "表3"))[2]


def test_what_is_open_stands_apart_with_its_reason_and_the_total_without_it():
    """P1, 90 for now, goes back for a revision; P3 keeps 7; P4 is refused: 97 in all, 7 without."""
    year = refused()
    view = linkage_view(year)
    said = keys(view, year)["main-continued"]
    left = {"projects": 1, "amount": 90.0, "rest": 7.0, "table": "表3"}
    assert said["clauses"] == [("main-open", left)]
    assert view.undecided[["project_id", "fact"]].values.tolist() == [["P1", "没有审核记录"]]


def test_a_project_with_a_base_of_zero_gives_nothing_up():
    funds = [*MONITORED["funds"], money("P2", 40, 0, 0.0)]
    projects = [*MONITORED["projects"], project("P2")]
    year = work_year(monitoring={"projects": projects, "funds": funds}, requests=REQUESTS[:1])
    view = linkage_view(year)
    assert keys(view, year)["main-dropped"] == {"projects": 1, "amount": 10.0}
    assert view.projects_of("not_requested")["project_id"].tolist() == ["P2", "P3"]


@pytest.mark.parametrize(("day", "rate"), [("2022-01-20", 0.9), ("2021-08-20", 0.75)])
def test_who_was_cut_stands_beside_how_it_executed_since(day, rate):
    """P3 spent 18 of 20 in 2021, of which it expected 15 in July; of 2020 it spent all."""
    told = {
        "project_id": "P3",
        "month": 7,
        "source": "unit",
        "executed_wan": 4.0,
        "expected_year_end_wan": 15.0,
    }
    funds = [MONITORED["funds"][0], money("P3", 20, 18, 10)]
    year = work_year(monitoring={"funds": funds, "monitoring_funds": [told]})
    engagement = replace(year.suite.engagement, report_date=date.fromisoformat(day))
    vars(year)["suite"] = replace(year.suite, engagement=engagement)
    view = linkage_view(year)
    assert view.ended == (day > "2021-12-31")
    assert view.cuts[["project_id", "monitored_rate", "execution_rate"]].values.tolist() == [
        ["P3", rate, 1.0]
    ]
    assert executed_better(view.cuts) == (0, 0)  # cut for its result
    slow = view.cuts.assign(causes=[("execution",)], execution_rate=0.5)
    assert executed_better(slow) == (1, 1)
    assert executed_better(slow.assign(execution_rate=0.95)) == (1, 0)


def test_sums_of_a_status_hold_what_was_asked_and_approved():
    view = linkage_view(refused())
    assert view.total_of("continued") == {
        "base_wan": 110.0,
        "proposed_wan": 97.0,
        "requested_wan": 110.0,
        "approved_wan": 14.0,
    }


def test_every_project_has_its_gate_and_what_was_approved():
    view = linkage_view(refused())
    table = view.projects.set_index("project_id")
    assert table["gate"].to_dict() == {"P1": "revise", "P3": "passed", "P4": "refuse"}
    assert table.loc["P4", ["gate_reason", "approved_wan"]].tolist() == ["41分", 7.0]
    assert view.undecided["project_id"].tolist() == ["P1"]
    assert table["result_from"].fillna("").to_dict() == {"P1": "review", "P3": "review", "P4": ""}


def test_what_was_not_asked_for_met_no_gate():
    year = work_year(requests=REQUESTS[:1])
    facts = year.circumstances.copy()
    facts[["gate", "gate_reason"]] = ["passed", "95分"]
    vars(year)["circumstances"] = facts
    table = linkage_view(year).projects.set_index("project_id")
    assert table["gate"].fillna("").to_dict() == {"P1": "passed", "P3": ""}


def test_the_steps_of_a_status_put_those_first_whose_money_moved():
    """P1 优 and not capped stays at 100 (nothing is freed in its kind); P3 loses 3."""
    asks = [{**REQUESTS[0], "requested_wan": 120.0}, *REQUESTS[1:]]
    view = linkage_view(work_year(requests=asks))
    steps = view.steps_of("continued")
    assert steps["project_id"].drop_duplicates().tolist() == ["P3", "P1"]
    assert steps["group"].iloc[0] == "项目P3（P3） 示例水利局"
    assert view.steps_of("new")["project_id"].unique().tolist() == ["P4"]
    assert len(view.steps) == len(steps) + len(view.steps_of("new"))


def test_a_rounding_that_prints_as_nothing_is_no_step_of_the_page():
    """10.001 less 30% is 7.0007, rounded by −0.0007; 10.02 less 30% is 7.014, rounded by −0.004.

    P1 and P3 are of different kinds of budget, so that each rounds by itself.
    """
    funds = [MONITORED["funds"][0], money("P3", 20, 0, 10.001)]
    view = linkage_view(work_year(monitoring={"funds": funds}))
    assert "round" in set(view.steps["action"])
    assert "round" not in set(view.steps_of("continued")["action"])


def test_roundings_of_a_unit_that_print_together_are_all_steps_of_the_page():
    """0.004 + 0.003 print as 0.01 for U1; U2's 0.004 − 0.004 prints as nothing."""
    rows = [("U1", 0.004), ("U1", 0.003), ("U2", 0.004), ("U2", -0.004), ("U2", -0.006)]
    steps = pd.DataFrame(rows, columns=["unit_id", "amount_wan"]).assign(action="round")
    assert trivial(steps).tolist() == [False] * 5  # U2: −0.006 in all
    assert trivial(steps.iloc[:4]).tolist() == [False, False, True, True]
    assert not trivial(steps.assign(action="keep")).any()


def test_the_rules_name_the_document_whose_direction_they_follow(view):
    follows = view.rules.set_index("rule")["direction"]
    assert follows["grade-poor"] == "财预〔2020〕10号"
    assert follows["link.base"] == ""


def test_who_is_passed_over_and_who_could_get_no_more_is_counted():
    """P1 优 asks less than its base: served, and nothing to add; P3 优 was cut for execution."""
    better = [{**row, "actual": 100.0} for row in EVALUATED["indicators"]]
    funds = [*EVALUATED["funds"][:2], money("P3", 10, 5)]
    view = linkage_view(work_year(evaluation={"indicators": better, "funds": funds}))
    assert pool_findings(view) == [("pool-idle", {"projects": 1, "idle": 1})]
    assert barred_findings(view) == [("rules-barred", {"projects": 1})]


def test_other_money_inside_a_base_is_told_apart():
    """P1: 100 in its base, 12.5 of it of its own; P3 has none."""
    own = {"project_id": "P1", "fund_source": "other", "initial_wan": 12.5, "annual_wan": 12.5}
    fiscal = {"project_id": "P1", "fund_source": "current_fiscal", "initial_wan": 87.5}
    rows = [fiscal | {"annual_wan": 107.5, "executed_wan": 30.0}, own | {"executed_wan": 0.0}]
    year = work_year(monitoring={"funds": [*rows, money("P3", 20, 0, 10)]})
    assert other_base(linkage_view(year), year).to_dict() == {"P1": 12.5}
    plain = work_year()
    assert other_base(linkage_view(plain), plain).empty
