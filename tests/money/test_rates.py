"""How much of a budget was spent, project by project, worked out by hand."""

import pandas as pd
import pytest

from perfanalysis.money.compliance import compliance_hits
from perfanalysis.money.rates import rate_hits
from perfanalysis.report.phrases import english
from perfanalysis.rules.loader import evaluation_date, load_rules
from year_tables import PROJECT, make_year

RULES = load_rules().on(evaluation_date(2021))  # under 80% is listed


def found(initial, annual, executed, *more, project="P1"):
    """Hits of project P1 with one row of funds, or with more rows (source, annual, executed)."""
    rows = [(None, annual, executed), *more]
    funds = [
        {
            "project_id": project,
            "fund_source": source or ("current_fiscal" if more else "total"),
            "initial_wan": initial,
            "annual_wan": budget,
            "executed_wan": spent,
        }
        for source, budget, spent in rows
    ]
    return rate_hits(make_year(projects=[PROJECT | {"project_id": "P1"}], funds=funds), RULES)


def test_a_low_rate_says_what_was_not_spent():
    # 60 of 80 = 75%, under 80%; 80 − 60 = 20 not spent; 0.80 ÷ 0.75 = 1.0667
    hits = found(80.0, 80.0, 60.0)
    assert hits[["check", "project_id", "rule", "basis", "rows"]].values.tolist() == [
        ["low-execution", "P1", "pace.low_execution", "convention", "funds.csv!F2"]
    ]
    assert hits.at[0, "money_wan"] == pytest.approx(20)
    assert hits.at[0, "excess"] == pytest.approx(0.80 / 0.75)
    assert hits.at[0, "seen"] == "全年预算80.00，执行60.00，执行率75.0%，低于80%"


def test_sources_are_added_before_the_rate_is_taken():
    # current 40 of 60, other 38 of 40: 78 of 100; each alone would be 66.7% and 95%
    hits = found(None, 60.0, 40.0, ("other", 40.0, 38.0))
    assert hits["money_wan"].tolist() == [pytest.approx(22)]


@pytest.mark.parametrize(
    ("annual", "executed"),
    [
        (100.0, 80.0),  # at the bound
        (100.0, 100.0),
        (100.0, None),  # not known to be low
        (None, 10.0),
        (0.0, 0.0),  # no denominator
    ],
)
def test_what_is_not_low_or_not_known_is_not_listed(annual, executed):
    assert found(50.0, annual, executed).empty


def test_nothing_spent_is_low_without_a_measure_of_how_far():
    hits = found(10.0, 10.0, 0.0)
    assert hits["check"].tolist() == ["low-execution"]
    assert hits["money_wan"].tolist() == [10.0]
    assert pd.isna(hits.at[0, "excess"])


def test_spending_over_the_budget_says_by_how_much():
    # 110 of 100: 10 over, 1.1 of the budget
    hits = found(100.0, 100.0, 110.0)
    assert hits[["check", "rule", "rows"]].values.tolist() == [
        ["executed-over-budget", "", "funds.csv!F2"]
    ]
    assert hits.at[0, "money_wan"] == pytest.approx(10)
    assert hits.at[0, "excess"] == pytest.approx(1.1)
    assert hits.at[0, "seen"] == "全年预算100.00，执行110.00，超出10.00"


@pytest.mark.parametrize(
    ("initial", "executed", "listed"),
    [(0.0, 30.0, True), (0.0, 0.0, False), (None, 30.0, False), (0.01, 30.0, False)],
)
def test_spending_without_an_initial_budget(initial, executed, listed):
    """A blank initial budget is not known to be zero."""
    hits = found(initial, 30.0, executed)
    hits = hits[hits["check"] == "initial-zero"]
    assert hits[["money_wan", "rows"]].values.tolist() == [[30.0, "funds.csv!C2"]] * listed


def test_an_annual_budget_left_blank_is_said_to_be_blank():
    seen = found(0.0, None, 30.0).at[0, "seen"]
    assert seen == "年初预算为0，全年预算（金额未填），执行30.00"
    assert english(seen) == "no initial budget, annual budget (no amount given), executed 30.00"


def test_an_amount_moved_that_is_left_blank_is_said_to_be_blank():
    moved = {"from_project": "P1", "to_project": "P2", "date": pd.Timestamp("2021-07-01")}
    seen = compliance_hits(make_year(transfers=[moved]), RULES).at[0, "seen"]
    assert seen == "2021-07-01从项目P1调剂（金额未填）到P2，没有批准文件"
    assert english(seen) == (
        "2021-07-01: (no amount given) moved from project P1 to P2 without an approval"
    )


def test_funds_of_a_project_that_is_not_listed_are_no_case():
    assert found(10.0, 10.0, 0.0, project="P9").empty
