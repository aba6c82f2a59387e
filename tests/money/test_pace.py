"""Slow projects and the screen for year-end rush, on payments added up by hand."""

from datetime import date

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perfanalysis.data.flags import FLAG_COLUMNS
from perfanalysis.data.tables import YearData
from perfanalysis.money.execution import execution_rates
from perfanalysis.money.pace import december_shares, rush_screen, slow_projects
from perfanalysis.rules.loader import evaluation_date, load_rules
from year_tables import PROJECT, make_table, make_year

# 80% executed; half of the year's money in December among four payments or more
RULES = load_rules().on(evaluation_date(2021))


def paid(*payments, project="P1", **values):
    """Payments of a project: (date, amount)."""
    return [
        {
            "payment_id": f"Z{number}-{project}",
            "date": pd.Timestamp(day) if day else None,
            "project_id": project,
            "amount_wan": amount,
        }
        | values
        for number, (day, amount) in enumerate(payments)
    ]


def contract(accepted, project="P1", contract_id="H1"):
    return {
        "contract_id": contract_id,
        "project_id": project,
        "date": pd.Timestamp("2021-03-01"),
        "signed_wan": 100.0,
        "work_done_wan": 0.0,
        "acceptance_date": pd.Timestamp(accepted) if accepted else None,
    }


def made(payments=(), contracts=(), projects=("P1",), funds=()):
    rows = [PROJECT | {"project_id": p, "name": f"项目{p}"} for p in projects]
    return make_year(projects=rows, payments=payments, contracts=contracts, funds=funds)


def rush(*args, **kwargs):
    return rush_screen(made(*args, **kwargs), RULES)


SPREAD = (("2021-02-01", 10.0), ("2021-05-01", 10.0), ("2021-08-01", 20.0))


def test_december_shares_by_hand():
    # P1: 10 + 10 + 20 early, 60 in December: 60 of 100. P2: nothing in December: 0 of 5.
    rows = [*paid(*SPREAD, ("2021-12-30", 60.0)), *paid(("2021-11-30", 5.0), project="P2")]
    shares = december_shares(made(rows, projects=("P1", "P2")))
    assert shares.to_dict("records") == [
        {
            "project_id": "P1",
            "payments": 4,
            "paid_wan": 100.0,
            "december_wan": 60.0,
            "december_share": 0.6,
        },
        {
            "project_id": "P2",
            "payments": 1,
            "paid_wan": 5.0,
            "december_wan": 0.0,
            "december_share": 0.0,
        },
    ]


def test_other_years_and_unreadable_dates_do_not_count():
    rows = paid(*SPREAD, ("2020-12-31", 500.0), ("2022-12-01", 500.0), (None, 500.0))
    assert december_shares(made(rows))["paid_wan"].tolist() == [40.0]


def test_what_comes_back_exceeds_what_went_out():
    """Refunds of more than was paid leave no share to speak of."""
    share = december_shares(made(paid(("2021-12-01", 5.0), ("2021-12-02", -9.0))))
    assert share["december_share"].isna().all()


def test_a_rush_is_listed_with_its_rule_and_its_cell():
    flags = rush(paid(*SPREAD, ("2021-12-20", 60.0)))
    assert list(flags.columns) == list(FLAG_COLUMNS)
    assert flags.iloc[0].to_dict() == {
        "kind": "year-end-rush",
        "project_id": "P1",
        "unit_id": "U01",
        "name": "项目P1",
        "amount_wan": 60.0,
        "seen": "全年4笔共支付100.00，其中12月60.00，占60.0%",
        "where": "payments.csv!D2",
        "rule": "pace.december_share",
        "basis": "convention",
    }


@pytest.mark.parametrize(
    ("late", "listed"),
    [(40.0, True), (39.99, False)],  # 40 of 80 is half; 39.99 of 79.99 is not
)
def test_the_threshold_itself_is_listed(late, listed):
    assert len(rush(paid(*SPREAD, ("2021-12-20", late)))) == listed


def test_three_payments_are_too_few_to_tell():
    assert rush(paid(*SPREAD[:2], ("2021-12-20", 60.0))).empty


def test_a_december_payment_after_acceptance_is_no_rush():
    early = paid(*SPREAD)
    late = paid(("2021-12-20", 60.0), contract_id="H1")
    assert rush([*early, *late], [contract("2021-12-20")]).empty
    assert rush([*early, *late], [contract("2021-10-08")]).empty
    assert len(rush([*early, *late], [contract("2021-12-21")])) == 1  # paid before it
    assert len(rush([*early, *late], [contract(None)])) == 1
    assert len(rush([*early, *late], [contract("2021-12-01", contract_id="H2")])) == 1


def test_an_accepted_contract_does_not_excuse_other_payments():
    rows = [
        *paid(*SPREAD, ("2021-12-20", 80.0)),
        *paid(("2021-12-21", 20.0), contract_id="H1"),
    ]
    flags = rush(rows, [contract("2021-12-01")])
    # 80 of 140 late; the 20 under the accepted contract are paid, but not late
    assert flags["amount_wan"].tolist() == [80.0]
    assert "占57.1%" in flags["seen"][0]


def test_a_contract_accepted_once_stays_accepted():
    """A contract has a row a date of measurement; the acceptance stands in the last ones."""
    states = [contract(None), contract("2021-12-05") | {"date": pd.Timestamp("2021-12-05")}]
    late = paid(("2021-12-20", 60.0), contract_id="H1")
    assert rush([*paid(*SPREAD), *late], states).empty


def test_the_largest_come_first_and_equal_ones_by_project():
    rows = [
        *paid(*SPREAD, ("2021-12-20", 60.0), project="P3"),
        *paid(*SPREAD, ("2021-12-20", 90.0), project="P2"),
        *paid(*SPREAD, ("2021-12-20", 60.0), project="P1"),
    ]
    assert rush(rows, projects=("P1", "P2", "P3"))["project_id"].tolist() == ["P2", "P1", "P3"]


def slow(**funds):
    """Flags over projects with (annual, executed)."""
    rows = [
        {"project_id": p, "fund_source": "total", "annual_wan": annual, "executed_wan": executed}
        for p, (annual, executed) in funds.items()
    ]
    year = made(projects=tuple(funds), funds=rows)
    return slow_projects(execution_rates(year, by="project"), year, RULES)


def test_slow_projects_by_hand():
    # unspent: 100 − 79.99 = 20.01, 500 − 100 = 400; exactly 80% is not under 80%
    flags = slow(P1=(100.0, 79.99), P2=(500.0, 100.0), P3=(100.0, 80.0), P4=(100.0, 120.0))
    assert flags["project_id"].tolist() == ["P2", "P1"]
    assert flags["amount_wan"].tolist() == pytest.approx([400.0, 20.01])
    assert flags["seen"][0] == "全年预算500.00，执行100.00，执行率20.0%，低于80%"
    assert flags["where"].tolist() == ["funds.csv!F3", "funds.csv!F2"]
    assert set(flags["rule"]) == {"pace.low_execution"}


def test_an_unknown_rate_is_not_a_low_one():
    assert slow(P1=(100.0, None), P2=(0.0, 0.0), P3=(None, 5.0)).empty
    assert len(slow(P1=(100.0, 0.0))) == 1


@settings(deadline=None, max_examples=40)
@given(
    st.lists(
        st.tuples(st.dates(date(2021, 1, 1), date(2021, 12, 31)), st.floats(0.01, 1e4)),
        min_size=1,
        max_size=12,
    )
)
def test_shares_are_shares_and_inputs_stay_as_they_are(payments):
    tables = {
        "projects": make_table("projects", [PROJECT | {"project_id": "P1"}]),
        "payments": make_table("payments", paid(*payments)),
        "contracts": make_table("contracts", [contract("2021-12-05")]),
    }
    kept = {name: table.copy() for name, table in tables.items()}
    year = YearData(2021, tables, {}, ())
    shares, flags = december_shares(year), rush_screen(year, RULES)
    assert shares["december_share"].between(0, 1 + 1e-9).all()
    assert flags["amount_wan"].sum() <= shares["paid_wan"].sum() + 1e-6
    for name, table in kept.items():
        pd.testing.assert_frame_equal(tables[name], table)
