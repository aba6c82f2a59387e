"""Target review, pre-assessment and the gate, against hand calculation."""

from datetime import date

import pandas as pd
import pytest

from perfanalysis.planning.gate import budget_gate, gate_totals
from perfanalysis.planning.pre_assessment import assess_new_projects
from perfanalysis.planning.review import criteria, review_targets
from perfanalysis.rules.loader import load_rules
from year_tables import PROJECT, make_table, make_year

RULES = load_rules().on(date(2021, 10, 31))
# rules.md section 7 (财预〔2015〕88号): 10, 10, 15, 15, 15, 15, 10, 10
FULL = {
    "规范完整性": 10,
    "明确清晰性": 10,
    "目标相关性": 15,
    "指标科学性": 15,
    "绩效合理性": 15,
    "资金匹配性": 15,
    "实现可能性": 10,
    "条件充分性": 10,
}
FIVE = ("立项必要性", "投入经济性", "绩效目标合理性", "实施方案可行性", "筹资合规性")


def reviewed(project="P1", lost=None, stage="last", **more):
    return [
        {
            "project_id": project,
            "unit_id": "U01",
            "criterion": name,
            "score": full - (lost or {}).get(name, 0),
            "full": full,
            "stage": stage,
        }
        | more
        for name, full in FULL.items()
    ]


def assessed(project="P1", scores=(20, 20, 20, 20, 20)):
    return [
        {"project_id": project, "unit_id": "U01", "criterion": name, "score": score, "full": 20}
        for name, score in zip(FIVE, scores, strict=True)
    ]


def request(project="P1", asked=120.0, approved=None):
    return {
        "project_id": project,
        "unit_id": "U01",
        "name": "示例项目",
        "fund_kind": "general",
        "requested_wan": asked,
        "approved_wan": approved,
    }


def a_year(review=(), pre=(), **project):
    head = PROJECT | {"project_id": "P1"} | project
    return make_year(2022, projects=[head], target_review=[*review], pre_assessment=[*pre])


def gate(review=(), pre=(), requests=None, known=(), **project):
    year = a_year(review, pre, **project)
    asked = make_table("budget_requests", [request()] if requests is None else requests)
    new = assess_new_projects(year, asked, RULES, known=pd.Series(list(known), dtype="str"))
    return budget_gate(review_targets(year, RULES), new, asked, RULES)


def test_points_are_those_of_the_document():
    assert criteria(RULES) == FULL
    assert sum(FULL.values()) == 100


def test_the_last_check_decides_and_every_point_has_its_line():
    lost = {"目标相关性": 3, "指标科学性": 4.5}
    first = reviewed(lost={"目标相关性": 9}, stage="first", opinion="目标过大")
    found = review_targets(a_year([*first, *reviewed(lost=lost)]), RULES)
    row = found.subjects.iloc[0]
    assert row[["first_score", "last_score", "grade", "status"]].tolist() == [
        91.0,
        92.5,
        "excellent",
        "reviewed",
    ]
    last = found.ledger[found.ledger["stage"] == "last"].set_index("criterion")
    assert last["lost"].to_dict() == lost
    assert (last["full"] - last["kept"]).to_dict() == lost
    assert last.at["目标相关性", "reason"] == "初审意见：目标过大"
    assert last["document"].unique().tolist() == ["财预〔2015〕88号附件"]
    assert last["source_cell"].str.startswith("target_review.csv!").all()


@pytest.mark.parametrize(
    ("lost", "grade", "passes"),
    [
        ({}, "excellent", "passed"),
        ({"规范完整性": 10}, "excellent", "passed"),
        ({"规范完整性": 10, "明确清晰性": 0.01}, "good", "complete"),
        ({"目标相关性": 15, "指标科学性": 5.01}, "fair", "revise"),
        (
            {"目标相关性": 15, "指标科学性": 15, "规范完整性": 10, "明确清晰性": 0.01},
            "poor",
            "refuse",
        ),
    ],
)
def test_grades_are_half_open_and_decide_the_gate(lost, grade, passes):
    row = gate(reviewed(lost=lost), known=["P1"]).iloc[0]
    assert row[["grade", "gate", "rule", "basis"]].tolist() == [
        grade,
        passes,
        "review.gate",
        "national",
    ]


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([], "没有审核记录"),
        (reviewed(stage="first"), "只有初审，没有终审记录"),
        (reviewed()[1:], "缺少审核内容：规范完整性"),
        ([*reviewed()[1:], reviewed()[0] | {"score": 11.0}], "规范完整性：得分高于满分"),
        ([*reviewed()[1:], reviewed()[0] | {"score": None}], "规范完整性：没有得分"),
        ([*reviewed()[1:], reviewed()[0] | {"full": 20.0}], "规范完整性：满分与规则不同"),
    ],
)
def test_a_review_that_is_not_whole_gives_no_grade(rows, reason):
    row = gate(rows, known=["P1"]).iloc[0]
    assert row["gate"] == "revise"
    assert row["reason"] == f"绩效目标未通过审核：{reason}"
    assert pd.isna(row["last_score"])


@pytest.mark.parametrize(
    ("scores", "result", "passes"),
    [
        ((20, 20, 20, 20, 20), "support", "passed"),
        ((20, 20, 20, 10, 10), "adjust", "complete"),  # 80, but two aspects under 60%
        ((16, 16, 16, 16, 15.99), "adjust", "complete"),
        ((12, 12, 12, 12, 11.99), "none", "refuse"),
    ],
)
def test_points_of_pre_assessment_give_the_result(scores, result, passes):
    row = gate(reviewed(), assessed(scores=scores)).iloc[0]
    assert row[["pre_result", "gate"]].tolist() == [result, passes]
    assert row["pre_score"] == pytest.approx(sum(scores))


@pytest.mark.parametrize(
    ("asked", "approved", "result"),
    [
        (120.0, None, "missing"),
        (100.0, None, "missing"),
        (120.0, 99.9, "missing"),  # what was approved later does not excuse it
        (99.0, None, "exempt"),
        (None, None, "missing"),
    ],
)
def test_whether_an_assessment_was_due(asked, approved, result):
    row = gate(reviewed(), requests=[request("P1", asked, approved)]).iloc[0]
    assert row["pre_result"] == result
    assert row["gate"] == ("revise" if result == "missing" else "passed")


def test_a_special_bond_project_needs_the_eight_aspects():
    row = gate(reviewed(), assessed(), special_kind="special_bond").iloc[0]
    assert row[["pre_result", "gate"]].tolist() == ["incomplete", "revise"]
    assert "应按8个方面评估" in row["reason"]
    assert len(RULES.value("pre.bond_points")) == 8
    assert sum(RULES.value("pre.bond_points").values()) == 100


def test_the_money_of_the_gate_ties():
    requests = [request("P1"), request("P9", 30.0)]
    found = gate(reviewed(), assessed(), requests)
    totals = gate_totals(found).set_index("gate")
    assert totals["requested_wan"].sum() == 150.0
    assert totals.loc["revise", ["projects", "requested_wan"]].tolist() == [1, 30.0]
    assert found.loc[1, "reason"] == "绩效目标未通过审核：没有申报绩效目标"
