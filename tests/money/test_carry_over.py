"""Money that stayed: by age, idle, and without movement, worked out by hand."""

import pandas as pd
import pytest

from perfanalysis.money.carry_over import carry_hits, carry_over_ages
from perfanalysis.rules.loader import evaluation_date, load_rules
from year_tables import PROJECT, make_year

RULES = load_rules().on(evaluation_date(2021))  # two years; six months, a fifth unspent
COLUMNS = ["carried_in_wan", "carried_out_wan", "one_wan", "two_wan", "more_wan"]


def funds(source="total", **money):
    known = {"project_id": "P1", "fund_source": source}
    return known | {f"{name}_wan": amount for name, amount in money.items()}


def year(*rows, budget_year=2021, **tables):
    projects = [PROJECT | {"project_id": "P1"}]
    return make_year(budget_year, projects=projects, funds=list(rows), **tables)


def ages(*years):
    return carry_over_ages(years[0], history=years[1:]).loc["P1", COLUMNS].tolist()


def found(check, *years):
    hits = carry_hits(years[0], RULES, history=years[1:])
    return hits[hits["check"] == check].reset_index(drop=True)


def test_carried_money_counts_as_spent_first():
    # in 30, spent 25: 5 of the old money is left; out 45: 40 are this year's
    assert ages(year(funds(carried_in=30.0, executed=25.0, carried_out=45.0))) == [
        pytest.approx(each) for each in (30, 45, 40, 5, 0)
    ]


def test_nothing_old_is_left_where_more_was_spent_than_carried_in():
    assert ages(year(funds(carried_in=30.0, executed=30.0, carried_out=45.0))) == [
        pytest.approx(each) for each in (30, 45, 45, 0, 0)
    ]


def test_old_money_that_is_not_carried_out_again_was_taken_back():
    # 30 unspent of what was carried in, but only 12 carried out
    assert ages(year(funds(carried_in=30.0, executed=0.0, carried_out=12.0))) == [
        pytest.approx(each) for each in (30, 12, 0, 12, 0)
    ]


def test_where_sources_are_listed_the_carried_one_tells():
    # 20 of the carried source stay, although 50 of this year's money were spent
    rows = [
        funds("carried_in", carried_in=20.0, executed=0.0, carried_out=20.0),
        funds("general", executed=50.0, carried_out=10.0),
    ]
    assert ages(year(*rows)) == [pytest.approx(each) for each in (20, 30, 10, 20, 0)]


def test_the_year_before_tells_what_is_three_years_old():
    # 2020 left 8 that were old then; 2021 leaves 20 of 25 carried in: 8 of them are older
    before = year(
        funds(carried_in=10.0, executed=2.0, carried_out=25.0),
        budget_year=2020,
    )
    now = year(funds(carried_in=25.0, executed=5.0, carried_out=20.0))
    assert ages(now, before) == [pytest.approx(each) for each in (25, 20, 0, 12, 8)]
    hits = found("carry-over-two-years", now, before)
    assert hits[["money_wan", "rule", "basis", "rows"]].values.tolist() == [
        [pytest.approx(20), "carry.years", "national", "funds.csv!H2"]
    ]
    assert hits.at[0, "seen"] == (
        "上年结转25.00，其中20.00本年仍未用完、又结转下年（8.00已满三年）"
    )


def test_money_of_this_year_carried_out_is_no_two_year_money():
    fresh = year(funds(carried_in=0.0, executed=60.0, carried_out=40.0))
    assert found("carry-over-two-years", fresh).empty


@pytest.mark.parametrize(
    ("received", "executed", "idle"),
    [(50.0, 0.0, True), (50.0, 0.01, False), (0.0, 0.0, False), (50.0, None, False)],
)
def test_money_received_and_not_touched_is_idle(received, executed, idle):
    hits = found("funds-idle", year(funds(received=received, executed=executed)))
    assert hits["money_wan"].tolist() == [50.0] * idle


def moved(last, executed=60.0, measured=None):
    """A project of 100 with its last payment, and its last measured work, on a day."""
    work = [{"contract_id": "H1", "project_id": "P1", "date": pd.Timestamp(measured)}]
    return year(
        funds(annual=100.0, received=100.0, executed=executed),
        payments=[{"payment_id": "F1", "project_id": "P1", "date": pd.Timestamp(last)}],
        contracts=work if measured else [],
    )


def test_a_project_that_stood_still_says_since_when_and_how_much_is_left():
    # 31 May to 31 December 2021: 214 days, 7.03 months of 30.4375 days
    hits = found("no-movement", moved("2021-05-31"))
    assert hits[["money_wan", "rule", "basis"]].values.tolist() == [
        [pytest.approx(40), "carry.idle_months", "convention"]
    ]
    assert hits.at[0, "excess"] == pytest.approx(214 / 30.4375 / 6)
    assert hits.at[0, "seen"] == "2021-05-31以后没有付款也没有计量，已7个月，未支出40.00"


def test_the_first_day_that_makes_six_months_stands_still():
    # 1 July to 31 December: 183 days, 6.01 months of 30.4375 days
    assert len(found("no-movement", moved("2021-07-01"))) == 1


@pytest.mark.parametrize(
    "project",
    [
        moved("2021-07-02"),  # 182 days: 5.98 months
        moved("2021-05-31", executed=81.0),  # under a fifth left
        moved("2021-05-31", measured="2021-10-10"),  # work went on
    ],
)
def test_what_moved_or_is_nearly_spent_does_not_stand_still(project):
    assert found("no-movement", project).empty
