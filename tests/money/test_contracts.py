"""Payments against verified work, contract by contract, worked out by hand."""

from datetime import date

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perfanalysis.money.contracts import paid_against_work
from perfanalysis.money.flags import as_year_flags, money_flags
from perfanalysis.rules.loader import evaluation_date, load_rules
from year_tables import PROJECT, make_table, make_year

RULES = load_rules().on(evaluation_date(2021))  # 1% of the contract is tolerated


def measured(*states, contract_id="H1", signed=100.0, advance=20.0, project="P1"):
    """States of a contract: (date, work done)."""
    return [
        {
            "contract_id": contract_id,
            "project_id": project,
            "date": pd.Timestamp(day) if day else None,
            "signed_wan": signed,
            "work_done_wan": done,
            "advance_wan": advance,
        }
        for day, done in states
    ]


def paid(*payments, contract_id="H1", project="P1"):
    return [
        {
            "payment_id": f"{contract_id}-{number}",
            "date": pd.Timestamp(day) if day else None,
            "project_id": project,
            "amount_wan": amount,
            "contract_id": contract_id,
        }
        for number, (day, amount) in enumerate(payments)
    ]


def compared(contracts, payments):
    return paid_against_work(make_table("contracts", contracts), make_table("payments", payments))


def flagged(kind, contracts, payments, projects=("P1",)):
    rows = [PROJECT | {"project_id": p} for p in projects]
    year = make_year(projects=rows, contracts=contracts, payments=payments)
    flags = as_year_flags(money_flags(year, RULES))
    return flags[flags["kind"] == kind]


def ahead(*args, **kwargs):
    return flagged("payment-ahead-of-work", *args, **kwargs)


STATES = (("2021-03-01", 0.0), ("2021-06-01", 50.0), ("2021-09-01", 100.0))


def test_each_payment_stands_beside_the_work_verified_by_then():
    table = compared(
        measured(*STATES),
        paid(
            ("2021-03-01", 20.0), ("2021-05-31", 10.0), ("2021-06-01", 30.0), ("2021-10-01", 40.0)
        ),
    )
    assert table["paid_wan"].tolist() == [20.0, 30.0, 60.0, 100.0]
    assert table["work_done_wan"].tolist() == [0.0, 0.0, 50.0, 100.0]
    # paid − (work + 20 advance): 20−20, 30−20, 60−70, 100−120
    assert table["ahead_wan"].tolist() == [0.0, 10.0, -10.0, -20.0]
    assert table.index.tolist() == [0, 1, 2, 3]


def test_an_advance_within_the_contract_is_no_payment_ahead():
    assert ahead(measured(*STATES), paid(("2021-02-01", 20.0))).empty
    assert ahead(measured(*STATES), paid(("2021-03-05", 20.0), ("2021-06-05", 50.0))).empty
    assert len(ahead(measured(*STATES, advance=None), paid(("2021-03-05", 20.0)))) == 1


def test_a_payment_before_the_first_measurement_has_no_work_behind_it():
    table = compared(measured(*STATES), paid(("2021-01-15", 25.0)))
    assert table[["work_done_wan", "advance_wan", "ahead_wan"]].values.tolist() == [
        [0.0, 20.0, 5.0]
    ]


def test_a_payment_after_the_last_measurement_is_compared_too():
    """The whole contract on 31 December, half of the work done in June."""
    flags = ahead(measured(*STATES[:2]), paid(("2021-12-31", 100.0)))
    assert flags["amount_wan"].tolist() == [30.0]  # 100 − (50 + 20)


def test_the_flag_says_when_it_was_furthest_ahead():
    flags = ahead(
        measured(*STATES),
        paid(("2021-03-05", 40.0), ("2021-05-01", 15.0), ("2021-06-02", 20.0)),
    )
    # 40−20 = 20, 55−20 = 35, 75−70 = 5: furthest on 1 May
    assert flags[["amount_wan", "seen", "where", "rule", "basis"]].iloc[0].tolist() == [
        35.0,
        "合同H1至2021-05-01已付55.00，已核实工程量0.00，约定预付款20.00，超出35.00",
        "payments.csv!D3",
        "payments.ahead_tolerance",
        "convention",
    ]
    assert len(flags) == 1


@pytest.mark.parametrize(("amount", "listed"), [(21.0, False), (21.01, True)])
def test_one_hundredth_of_the_contract_is_tolerated(amount, listed):
    assert len(ahead(measured(*STATES), paid(("2021-03-05", amount)))) == listed


def test_a_supplementary_agreement_counts_from_its_date():
    states = [
        *measured(("2021-03-01", 0.0), ("2021-06-01", 100.0)),
        *measured(("2021-08-01", 130.0), signed=130.0),
    ]
    assert ahead(states, paid(("2021-06-05", 100.0), ("2021-08-05", 30.0))).empty


def test_contracts_are_kept_apart_and_the_furthest_comes_first():
    contracts = [
        *measured(*STATES),
        *measured(*STATES, contract_id="H2", project="P2", advance=0.0),
    ]
    payments = [
        *paid(("2021-03-05", 30.0)),
        *paid(("2021-03-06", 30.0), contract_id="H2", project="P2"),
    ]
    flags = ahead(contracts, payments, projects=("P1", "P2"))
    assert flags[["project_id", "amount_wan"]].values.tolist() == [["P2", 30.0], ["P1", 10.0]]


@pytest.mark.parametrize(
    ("contracts", "payments"),
    [
        (measured((None, 50.0)), paid(("2021-03-05", 99.0))),
        (measured(("2021-03-01", None)), paid(("2021-03-05", 99.0))),
        (measured(*STATES), paid((None, 99.0))),
        (measured(*STATES), paid(("2021-03-05", None))),
        (measured(*STATES), paid(("2021-03-05", 99.0), contract_id="H9")),
        (measured(*STATES), paid(("2021-03-05", 99.0), contract_id=None)),
        ([], []),
    ],
    ids=["no date of work", "no work", "no date", "no amount", "other contract", "none", "empty"],
)
def test_what_cannot_be_compared_is_not_flagged(contracts, payments):
    assert ahead(contracts, payments).empty


def test_a_measurement_without_an_amount_leaves_the_one_before():
    states = measured(("2021-03-01", 0.0), ("2021-06-01", 50.0), ("2021-07-01", None))
    assert compared(states, paid(("2021-08-01", 60.0)))["work_done_wan"].tolist() == [50.0]


@settings(deadline=None, max_examples=40)
@given(
    st.lists(
        st.tuples(st.dates(date(2021, 1, 1), date(2021, 12, 31)), st.integers(1, 3000)),
        min_size=1,
        max_size=8,
    ),
    st.integers(0, 3000),
)
def test_every_payment_counts_once_and_a_larger_advance_allows_more(payments, advance):
    table = make_table("payments", paid(*((day, cents / 100) for day, cents in payments)))
    contracts = make_table("contracts", measured(*STATES, advance=advance / 100))
    more = contracts.assign(advance_wan=contracts["advance_wan"] + 1)
    kept = contracts.copy(), table.copy()
    result = paid_against_work(contracts, table)
    assert len(result) == len(table)
    assert result["paid_wan"].max() == pytest.approx(sum(cents for _, cents in payments) / 100)
    allowed = paid_against_work(more, table)["ahead_wan"]
    assert allowed.tolist() == pytest.approx((result["ahead_wan"] - 1).tolist())
    pd.testing.assert_frame_equal(contracts, kept[0])
    pd.testing.assert_frame_equal(table, kept[1])


def accepted(day, *states, **terms):
    rows = measured(*states, **terms)
    return [row | {"acceptance_date": pd.Timestamp(day) if day else None} for row in rows]


def test_more_than_the_contract_is_flagged_at_the_payment_that_passed_it():
    flags = flagged(
        "payment-over-contract",
        measured(*STATES),
        paid(("2021-03-05", 60.0), ("2021-10-01", 45.0), ("2021-11-01", 10.0)),
    )
    # 105 of 100 on 1 October; in the end 115
    assert flags[["amount_wan", "where"]].values.tolist() == [[15.0, "payments.csv!D3"]]


@pytest.mark.parametrize(
    ("day", "paid_wan", "listed"),
    [
        ("2021-10-15", 100.0, True),  # all paid on 1 October, accepted on the 15th
        (None, 100.0, True),
        ("2021-09-30", 100.0, False),
        ("2021-10-15", 97.5, False),  # 3% retention and 1% tolerance: up to 98
    ],
)
def test_all_but_the_retention_is_due_at_acceptance(day, paid_wan, listed):
    flags = flagged(
        "payment-before-acceptance", accepted(day, *STATES), paid(("2021-10-01", paid_wan))
    )
    assert len(flags) == listed


@pytest.mark.parametrize(
    ("day", "listed"), [("2021-09-15", True), ("2020-09-30", False), ("2020-10-02", True)]
)
def test_the_retention_stays_for_a_year_after_acceptance(day, listed):
    flags = flagged("retention-not-kept", accepted(day, *STATES), paid(("2021-10-01", 100.0)))
    assert len(flags) == listed


def test_an_advance_over_three_tenths_is_flagged_with_the_document():
    flags = flagged("advance-over-terms", measured(*STATES, advance=35.0), [])
    assert flags[["amount_wan", "rule", "basis"]].values.tolist() == [
        [pytest.approx(5.0), "contracts.advance_most", "national"]
    ]
    assert flagged("advance-over-terms", measured(*STATES, advance=30.0), []).empty


@pytest.mark.parametrize(
    ("first", "paid_wan", "listed"),
    # 60% of 100 verified until July 2022, 80% from 1 August 2022 (财建〔2022〕183号)
    [
        ("2022-07-31", 59.5, False),  # 1% of the contract is tolerated
        ("2022-07-31", 58.0, True),
        ("2022-08-01", 70.0, True),
        ("2022-08-01", 80.0, False),
    ],
)
def test_progress_is_judged_by_the_rule_of_the_contract_s_first_date(first, paid_wan, listed):
    rules = load_rules().on(evaluation_date(2022))
    year = make_year(
        2022,
        projects=[PROJECT | {"project_id": "P1"}],
        contracts=measured((first, 0.0), ("2022-11-01", 100.0)),
        payments=paid(("2022-12-01", paid_wan)),
    )
    flags = money_flags(year, rules)
    assert ("progress-underpaid" in set(flags["check"])) == listed
