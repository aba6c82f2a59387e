"""PEFA's two measures and two of three years, worked out by hand."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from perfanalysis.money.outturn import outturn, outturn_hits, times_off
from perfanalysis.rules.loader import evaluation_date, load_rules
from year_tables import PROJECT, make_year

RULES = load_rules().on(evaluation_date(2021))  # 15%, two of three years, at least four lines


def lines(*pairs, group="A"):
    return pd.DataFrame(
        [{"group": group, "budget": budget, "actual": actual} for budget, actual in pairs],
        columns=["group", "budget", "actual"],
    )


def measured(*pairs):
    return outturn(lines(*pairs), by=["group"]).iloc[0]


def test_the_steps_of_pefa_on_three_lines():
    # Σ budget 200, Σ actual 220: outturn 1.1. Lines at 1.1: 110, 66, 44 (Σ 220).
    # Deviations |121 − 110| = 11, |55 − 66| = 11, |44 − 44| = 0: 22 ÷ 220 = 0.10
    found = measured((100, 121), (60, 55), (40, 44))
    assert (found["budget"], found["actual"], found["lines"]) == (200, 220, 3)
    assert found["outturn"] == pytest.approx(1.1)
    assert found["composition"] == pytest.approx(0.10)


def test_lines_that_all_move_alike_have_no_variance_of_composition():
    found = measured((100, 80), (50, 40), (30, 24))
    assert found["outturn"] == pytest.approx(0.8)
    assert found["composition"] == pytest.approx(0, abs=1e-12)


def test_money_moved_between_lines_leaves_the_total():
    # 100 + 100 spent as 150 + 50: outturn 1; 50 + 50 off 200
    found = measured((100, 150), (100, 50))
    assert found["outturn"] == pytest.approx(1)
    assert found["composition"] == pytest.approx(0.5)


def test_a_line_without_a_budget_counts_as_spent_outside_it():
    # outturn 120 ÷ 100; lines at 1.2: 120 and 0; |90 − 120| + |30 − 0| = 60 of 120
    found = measured((100, 90), (0, 30))
    assert found["composition"] == pytest.approx(0.5)


def test_lines_without_a_figure_are_left_out_and_counted():
    found = measured((100, 121), (60, 55), (40, 44), (70, None), (None, 3))
    assert (found["lines"], found["left_out"]) == (3, 2)
    assert found["composition"] == pytest.approx(0.10)


@pytest.mark.parametrize("pairs", [[(0, 5)], [(None, 5)], [(-10, 5)], [(10, 0)]])
def test_there_is_no_composition_without_a_base(pairs):
    assert pd.isna(measured(*pairs)["composition"])


@given(
    st.lists(
        st.tuples(st.integers(1, 10_000), st.integers(0, 10_000)), min_size=2, max_size=12
    ).filter(lambda pairs: any(actual for _, actual in pairs)),
    st.integers(2, 50),
)
def test_neither_measure_knows_the_unit_of_money_and_composition_is_under_two(pairs, scale):
    here, there = measured(*pairs), measured(*((scale * b, scale * a) for b, a in pairs))
    assert there["outturn"] == pytest.approx(here["outturn"])
    assert there["composition"] == pytest.approx(here["composition"], abs=1e-9)
    assert 0 <= here["composition"] < 2


def test_two_of_the_last_three_years_need_all_three():
    off = pd.DataFrame(
        [
            ("A", 2018, True),  # before the three years
            ("A", 2019, True),
            ("A", 2020, False),
            ("A", 2021, True),
            ("B", 2020, True),  # 2019 is not there
            ("B", 2021, True),
        ],
        columns=["subject", "year", "off"],
    )
    assert times_off(off, last=2021).to_dict() == {"A": 2}
    assert times_off(off, last=2020).to_dict() == {"A": 2}


def unit_year(budget_year, *pairs):
    """One unit whose projects have initial budgets and executed money as given."""
    ids = [f"P{number}" for number in range(len(pairs))]
    return make_year(
        budget_year,
        units=[{"unit_id": "U01", "name": "示例单位"}],
        projects=[PROJECT | {"project_id": each} for each in ids],
        funds=[
            {"project_id": each, "fund_source": "total", "initial_wan": b, "executed_wan": a}
            for each, (b, a) in zip(ids, pairs, strict=True)
        ],
    )


EVEN = [(100.0, 100.0)] * 4
OVER = [(100.0, 120.0)] * 4  # 480 of 400: 20% off, all lines alike
MOVED = [(100.0, 150.0), (100.0, 50.0), (100.0, 100.0), (100.0, 100.0)]  # 100 ÷ 400 = 25%


def found(*years):
    made = [unit_year(2021 - back, *pairs) for back, pairs in enumerate(years)]
    return outturn_hits(made[0], RULES, history=made[1:])


def test_a_unit_off_in_two_of_three_years_is_flagged_with_this_year_s_money():
    hits = found(OVER, EVEN, OVER)
    assert hits[["check", "unit_id", "project_id", "rule", "basis", "rows"]].values.tolist() == [
        ["outturn-off", "U01", "", "outturn.aggregate", "convention", "funds.csv!C2"]
    ]
    assert hits.at[0, "money_wan"] == pytest.approx(80)
    assert hits.at[0, "excess"] == pytest.approx(0.20 / 0.15)
    assert hits.at[0, "seen"] == (
        "支出总额偏离年初预算：本年20.0%（年初预算400.00，支出480.00），最近三年有2年超过15%"
    )


def test_composition_is_flagged_apart_from_the_total():
    hits = found(MOVED, MOVED, EVEN)
    assert hits["check"].tolist() == ["composition-off"]
    assert hits.at[0, "money_wan"] == pytest.approx(100)


@pytest.mark.parametrize(
    "years",
    [
        (OVER, EVEN, EVEN),
        (OVER, OVER),  # a year is missing
        (MOVED[:2], MOVED[:2], MOVED[:2]),  # fewer than four lines: no composition
        ([(100.0, 115.0)] * 4,) * 3,  # at the bound, not beyond it
    ],
)
def test_what_is_not_two_of_three_years_is_not_flagged(years):
    assert found(*years).empty
