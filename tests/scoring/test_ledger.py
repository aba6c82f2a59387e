"""The ledger: every lost point has a line, and the lines say what a unit can contest."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_indicators import rows

from perfanalysis.rules.loader import load_rules
from perfanalysis.scoring.indicators import score_indicators
from perfanalysis.scoring.ledger import LEDGER_COLUMNS, indicator_ledger
from perfanalysis.scoring.projects import score_projects
from year_tables import PROJECT, make_table, make_year

RULES = load_rules().on(date(2022, 3, 31))


def cents(column):
    return np.rint(column.to_numpy() * 100).astype(int)


def line(rules=RULES, **values):
    given = {"indicator_id": "I1", "project_id": "P1", "level1": "output", "level3": "培训人次"}
    table = make_table("indicators", [given | {"op": "at_least", "points": 8.0} | values])
    ledger = indicator_ledger(score_indicators(table, rules), table, rules)
    return ledger.iloc[0]


def test_a_line_says_what_was_lost_why_by_which_rule_and_where():
    found = line(target=500, actual=450, measure_unit="人", source_cell="自评表.xlsx!Sheet1!H12")
    assert found["reason"] == "完成450人，目标≥500人，完成率90.0%，按比例扣0.80分"
    assert (found["full"], found["kept"], found["lost"]) == (8.0, 7.2, 0.8)
    assert (found["rule"], found["basis"]) == ("self.quantitative", "national")
    assert found["document"] == "财预〔2020〕10号"
    assert found["source_cell"] == "自评表.xlsx!Sheet1!H12"


REASONS = [
    # values of one indicator, its reason; by hand
    ({"target": 500, "actual": None}, "没有实际完成值，不得分，扣8.00分；补报后重新计分"),
    (
        {"op": "equal", "target": 6, "actual": 3, "measure_unit": "艘"},
        "完成3艘，目标＝6艘，完成率50.0%，按比例扣4.00分",
    ),
    (
        {"op": "at_most", "target": 5300, "actual": 5830, "points": 10},
        "实际5830，目标≤5300，超出10.0%，按超出比例扣1.00分",
    ),
    (
        {"op": "at_most", "target": 100, "actual": 200},
        "实际200，目标≤100，超出目标一倍及以上，不得分，扣8.00分",
    ),
    (
        {"op": "at_most", "target": 0, "actual": 2, "measure_unit": "起"},
        "完成2起，目标≤0起，没有达到，目标值不是正数，不能按比例计分，扣8.00分",
    ),
    (
        {"op": "qualitative", "actual_text": "部分达成年度指标", "self_score": 5.5},
        "定性指标，单位自评判断为5.50分（分值8.00分），复核照列，扣2.50分",
    ),
    (
        {"target": 500, "actual_text": "基本完成", "self_score": 7},
        "目标值或实际完成值不是数值，不能计算，照列单位自评7.00分，扣1.00分",
    ),
    # only rounding makes the rate whole: it must not print as 100%
    (
        {"target": 10000, "actual": 9998, "points": 50},
        "完成9998，目标≥10000，完成率不足100%，按比例扣0.01分",
    ),
    (
        {"op": "at_most", "target": 10000, "actual": 10002, "points": 50},
        "实际10002，目标≤10000，超出不足0.1%，按超出比例扣0.01分",
    ),
    (
        {"target": 1234567.25, "actual": -3, "points": 5},
        "完成-3，目标≥1234567.25，完成率0.0%，按比例扣5.00分",
    ),
]


@pytest.mark.parametrize(("values", "reason"), REASONS)
def test_reasons(values, reason):
    assert line(**values)["reason"] == reason


@given(data=st.lists(rows, min_size=1, max_size=20))
@settings(max_examples=100, deadline=None)
def test_full_minus_kept_is_the_sum_of_the_deductions(data):
    table = make_table(
        "indicators",
        [
            row | {"indicator_id": f"I{n}", "project_id": "P1", "level1": "output", "level3": "x"}
            for n, row in enumerate(data)
        ],
    )
    reviewed = score_indicators(table, RULES)
    ledger = indicator_ledger(reviewed, table, RULES)
    assert (cents(ledger["full"]) - cents(ledger["kept"]) == cents(ledger["lost"])).all()
    lost = dict(zip(ledger["indicator_id"], cents(ledger["lost"]), strict=True))
    for name, points, kept in zip(
        table["indicator_id"], reviewed.points, reviewed.kept, strict=True
    ):
        assert points - kept == lost.get(name, 0)
    assert (ledger["lost"] > 0).all()
    assert (ledger[["reason", "rule", "basis", "document", "source_cell"]] != "").all(axis=None)
    assert not ledger[["reason", "rule", "basis", "document", "source_cell"]].isna().any(axis=None)


SPLIT = [("output", 50), ("benefit", 30), ("satisfaction", 10)]


@given(
    actuals=st.lists(st.none() | st.decimals(0, 150, places=3).map(float), min_size=9, max_size=9),
    executed=st.lists(st.none() | st.decimals(0, 200, places=2).map(float), min_size=3, max_size=3),
)
@settings(max_examples=60, deadline=None)
def test_a_projects_deductions_add_up_to_what_its_total_lacks(actuals, executed):
    projects = [PROJECT | {"project_id": f"P{p}"} for p in range(3)]
    funds = [
        {"project_id": f"P{p}", "fund_source": "total", "annual_wan": 130, "executed_wan": money}
        for p, money in enumerate(executed)
    ]
    table = [
        {
            "indicator_id": f"I{place}",
            "project_id": f"P{place // 3}",
            "level1": SPLIT[place % 3][0],
            "level3": "x",
            "op": "at_least",
            "target": 100,
            "actual": actual,
            "points": SPLIT[place % 3][1],
        }
        for place, actual in enumerate(actuals)
    ]
    scores = score_projects(make_year(projects=projects, funds=funds, indicators=table), RULES)
    totals = scores.projects.set_index("project_id")["review_total"]
    lost = scores.ledger["lost"].groupby(scores.ledger["project_id"]).sum()
    for name, total in totals.items():
        assert round(total * 100) + round(lost.get(name, 0) * 100) == 10_000
    assert scores.projects["points_total"].tolist() == [100.0] * 3


def make_scores():
    projects = [PROJECT | {"project_id": "P2"}, PROJECT | {"project_id": "P1", "unit_id": "U02"}]
    funds = [
        {"project_id": "P1", "fund_source": "carried_in", "annual_wan": 1, "executed_wan": 1},
        {"project_id": "P2", "fund_source": "current_fiscal", "annual_wan": 9, "executed_wan": 5},
        {"project_id": "P2", "fund_source": "other", "annual_wan": 1, "executed_wan": None},
    ]
    table = [
        {
            "indicator_id": f"{project}-{level1}",
            "project_id": project,
            "level1": level1,
            "level3": "x",
            "op": "at_least",
            "target": 100,
            "actual": 50,
            "points": points,
        }
        for project in ("P1", "P2")
        for level1, points in SPLIT
    ]
    return score_projects(make_year(projects=projects, funds=funds, indicators=table), RULES)


def test_lines_stand_in_the_order_of_the_projects_execution_first():
    ledger = make_scores().ledger
    assert list(ledger.columns) == list(LEDGER_COLUMNS)
    assert ledger["project_id"].tolist() == ["P2"] * 4 + ["P1"] * 3
    assert ledger["unit_id"].tolist() == ["U01"] * 4 + ["U02"] * 3
    assert ledger["level1"].tolist()[:2] == ["execution", "output"]
    assert ledger["indicator_id"].tolist()[:2] == ["", "P2-output"]


def test_an_execution_line_names_its_money_and_every_cell():
    first = make_scores().ledger.iloc[0]
    assert first["reason"] == (
        "执行5万元，全年预算10万元，执行率50.0%（有资金来源未填执行数，按未执行计），按比例扣5.00分"
    )
    assert (first["rule"], first["document"]) == ("self.execution_score", "财预〔2020〕10号附件1")
    assert first["source_cell"] == "funds.csv!F3、funds.csv!F4"


def test_the_cell_of_an_indicator_is_that_of_its_actual_value():
    # P2-output stands in the fourth row of data; actual is the twelfth column of the codebook
    assert make_scores().ledger["source_cell"].iloc[1] == "indicators.csv!L5"
