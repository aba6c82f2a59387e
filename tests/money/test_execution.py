"""Rates of execution: two names for two denominators, exact sums, nothing infinite."""

import math
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perfanalysis.errors import DataError, ParameterError
from perfanalysis.money.execution import cumulative_curve, execution_rates
from year_tables import PROJECT, make_year


def fund(project, annual, executed, *, received=None, initial=None, source="total"):
    return {
        "project_id": project,
        "fund_source": source,
        "initial_wan": initial,
        "annual_wan": annual,
        "received_wan": received,
        "executed_wan": executed,
    }


def make_funds(funds, payments=(), **projects):
    """Projects P1, P2 … of unit U01, but for what `projects` says of each."""
    ids = sorted({row["project_id"] for row in funds})
    rows = [PROJECT | {"project_id": name} | projects.get(name, {}) for name in ids]
    paid = [
        {"payment_id": f"Z{n}", "project_id": p, "date": pd.Timestamp(day), "amount_wan": amount}
        for n, (p, day, amount) in enumerate(payments)
    ]
    return make_year(2021, projects=rows, funds=funds, payments=paid)


TWO = [
    fund("P1", 100, 80, received=90, initial=50),
    fund("P2", 300, 60, received=60, initial=300),
]


def test_both_definitions_stand_under_their_own_names():
    row = execution_rates(make_funds(TWO), by="district").iloc[0]
    # by hand: 140 ÷ 400, 140 ÷ 150, 150 ÷ 400; mean of 0.8 and 0.2
    assert row["execution_rate"] == 0.35
    assert row["spend_rate"] == pytest.approx(140 / 150, rel=1e-15)
    assert row["funding_rate"] == 0.375
    assert row["mean_execution_rate"] == pytest.approx(0.5, rel=1e-15)
    assert row[["key", "projects", "incomplete"]].tolist() == ["district", 2, 0]
    assert row[["initial_wan", "annual_wan", "received_wan", "executed_wan"]].tolist() == [
        350,
        400,
        150,
        140,
    ]


def test_every_grouping_holds_the_same_money():
    year = make_funds(
        [*TWO, fund("P3", 7, 7)],
        P2={"unit_id": "U02", "fund_kind": "government_fund", "category": "社会事业"},
    )
    for by in ("project", "unit", "fund_kind", "category", "district"):
        table = execution_rates(year, by=by)
        assert table["annual_wan"].sum() == 407
        assert table["executed_wan"].sum() == 147
        assert table["projects"].sum() == 3
        assert table["key"].is_monotonic_increasing
    assert execution_rates(year, by="category")["key"].tolist() == ["未分类", "社会事业"]
    assert execution_rates(year, by="fund_kind")["key"].tolist() == ["general", "government_fund"]


def test_a_rate_above_one_is_shown():
    row = execution_rates(make_funds([fund("P1", 100, 130)]), by="project").iloc[0]
    assert row["execution_rate"] == 1.3


@pytest.mark.parametrize(
    ("annual", "executed"), [(0, 0), (0, 5), (None, 5), (100, None), (None, None)]
)
def test_no_denominator_no_rate_and_never_infinity(annual, executed):
    row = execution_rates(make_funds([fund("P1", annual, executed)]), by="project").iloc[0]
    assert math.isnan(row["execution_rate"])
    assert math.isnan(row["mean_execution_rate"])
    assert math.isnan(row["spend_rate"])


def test_a_rate_covers_the_projects_that_have_both_figures():
    year = make_funds([fund("P1", 100, 80), fund("P2", 300, None)])
    row = execution_rates(year, by="district").iloc[0]
    assert (row["executed_wan"], row["annual_wan"], row["incomplete"]) == (80, 400, 1)
    assert row["execution_rate"] == 0.8  # not 80 ÷ 400: of P2 nothing is known


def test_a_project_without_funds_counts_as_incomplete():
    year = make_funds([fund("P1", 100, 80)])
    rows = [PROJECT | {"project_id": p} for p in ("P1", "P2")]
    year = make_year(2021, projects=rows, funds=[fund("P1", 100, 80)])
    row = execution_rates(year, by="district").iloc[0]
    assert row[["projects", "incomplete", "execution_rate"]].tolist() == [2, 1, 0.8]


def test_projects_can_be_chosen():
    year = make_funds(TWO)
    assert execution_rates(year, by="district", projects=["P2"])["annual_wan"].tolist() == [300]
    with pytest.raises(DataError, match="P9"):
        execution_rates(year, by="district", projects=pd.Series(["P1", "P9"]))
    with pytest.raises(ParameterError, match="fund_kind"):
        execution_rates(year, by="sector")


amounts = st.integers(0, 10**13).map(lambda micro: float(Fraction(micro, 10**6)))


@given(st.lists(st.tuples(amounts, amounts), min_size=1, max_size=60))
@settings(max_examples=80, deadline=None)
def test_sums_are_exact_to_a_cent(pairs):
    year = make_funds([fund(f"P{n}", *pair) for n, pair in enumerate(pairs)])
    row = execution_rates(year, by="district").iloc[0]
    for place, column in enumerate(["annual_wan", "executed_wan"]):
        micro = sum(round(Fraction(pair[place]) * 10**6) for pair in pairs)
        assert row[column] == float(Fraction(micro, 10**6))


def test_a_float_sum_would_not_be():
    year = make_funds([fund(f"P{n}", 0.1, 0.1) for n in range(10)])
    assert execution_rates(year, by="district")["annual_wan"].tolist() == [1.0]
    assert np.add.reduce([0.1] * 3) != 0.3  # why integers
    # 2.3 × 10⁶ as floats lies below 2300000: rounded, not cut
    year = make_funds([fund("P1", 2.3, 2.3)])
    assert execution_rates(year, by="district")["annual_wan"].tolist() == [2.3]


def test_amounts_that_cannot_be_added_exactly_are_refused():
    with pytest.raises(DataError, match="金额单位"):
        execution_rates(make_funds([fund("P1", 1e15, 1)]), by="district")


PAID = [
    ("P1", "2021-01-05", 10),
    ("P1", "2021-03-31", 20),
    ("P1", "2021-12-31", 50),
    ("P2", "2021-06-30", 30),
    ("P2", "2021-07-01", -5),  # a refund
    ("P1", "2020-12-31", 999),  # not of this year
    ("P1", "2022-01-01", 999),
]


def test_the_curve_runs_over_twelve_months_against_the_share_of_the_year():
    curve = cumulative_curve(make_funds(TWO, PAID), by="district")
    # by hand, from the list above
    assert curve["executed_wan"].tolist() == [10, 10, 30, 30, 30, 60, 55, 55, 55, 55, 55, 105]
    assert curve["month"].tolist() == list(range(1, 13))
    assert curve["share"].iloc[11] == pytest.approx(105 / 400)
    assert curve["paid_share"].iloc[11] == 1.0
    assert curve["elapsed_share"].iloc[5] == 0.5
    assert curve["elapsed_share"].iloc[11] == 1.0


def test_every_group_has_its_twelve_months_even_without_a_payment():
    year = make_funds([*TWO, fund("P3", 0, 0)], PAID)
    curve = cumulative_curve(year, by="project")
    assert curve["key"].tolist() == [f"P{n}" for n in (1, 2, 3) for _ in range(12)]
    idle = curve[curve["key"] == "P3"]
    assert (idle["executed_wan"] == 0).all()
    assert idle[["share", "paid_share"]].isna().all(axis=None)
    last = curve[curve["month"] == 12].set_index("key")["executed_wan"]
    assert last.to_dict() == {"P1": 80.0, "P2": 25.0, "P3": 0.0}


def test_no_payment_at_all():
    curve = cumulative_curve(make_funds(TWO), by="unit")
    assert (curve["executed_wan"] == 0).all()
    assert (curve["share"] == 0).all()


def test_input_is_not_changed():
    year = make_funds(TWO, PAID)
    before = {name: table.copy(deep=True) for name, table in year.tables.items()}
    execution_rates(year, by="unit")
    cumulative_curve(year, by="unit")
    for name, table in year.tables.items():
        pd.testing.assert_frame_equal(table, before[name])
