"""Single payments that need a second look: small tables whose answer is worked out by hand."""

import pandas as pd
import pytest

from perfanalysis.money.payments import payment_hits
from perfanalysis.report.phrases import english
from perfanalysis.rules.loader import evaluation_date, load_rules
from year_tables import PROJECT, make_year

# Limits 5, 10, 20, 30, 50; within 10% below; 3 payments in 7 days; the same again in 15 days;
# round from 10 in steps of 5, unless 3 alike.
RULES = load_rules().on(evaluation_date(2021))
PROJECTS = [
    PROJECT | {"project_id": "P1"},
    PROJECT | {"project_id": "P2"},
    PROJECT | {"project_id": "P3", "unit_id": "U02"},
]


def paid(*payments):
    """Payments without a contract: (day, 万元), and what else differs."""
    return [
        {
            "payment_id": f"F{number}",
            "project_id": "P1",
            "payee": "甲公司",
            "purpose": "印刷",
            "date": pd.Timestamp(day),
            "amount_wan": amount,
        }
        | (rest[0] if rest else {})
        for number, (day, amount, *rest) in enumerate(payments)
    ]


def found(payments):
    return payment_hits(make_year(projects=PROJECTS, payments=payments), RULES)


def of(check, *payments):
    hits = found(paid(*payments)).hits
    return hits[hits["check"] == check].reset_index(drop=True)


def test_three_payments_under_a_limit_in_a_week_are_one_case():
    # 9.2 + 9.5 + 9.9 = 28.6, each from 9 up to 10; 1 to 8 March are 7 days
    hits = of("payment-split", ("2021-03-01", 9.2), ("2021-03-04", 9.9), ("2021-03-08", 9.5))
    assert hits[["project_id", "rule", "basis", "rows"]].values.tolist() == [
        [
            "P1",
            "payments.split_limits",
            "convention",
            "payments.csv!D2；payments.csv!D3；payments.csv!D4",
        ]
    ]
    assert hits.at[0, "money_wan"] == pytest.approx(28.6)
    assert hits.at[0, "excess"] == pytest.approx(2.86)
    assert hits.at[0, "seen"] == ("2021-03-01至2021-03-08向“甲公司”付款3笔共28.60，每笔略低于10")


@pytest.mark.parametrize(
    "third",
    [
        ("2021-03-09", 9.5),  # the eighth day after the first
        ("2021-03-08", 8.9),  # more than 10% below the limit
        ("2021-03-08", 10.0),  # at the limit: not below it
        ("2021-03-08", 9.5, {"payee": "乙公司"}),
        ("2021-03-08", 9.5, {"project_id": "P2"}),
        ("2021-03-08", 9.5, {"contract_id": "H1"}),
        ("2022-03-08", 9.5),
    ],
)
def test_what_differs_in_one_thing_is_not_split(third):
    assert of("payment-split", ("2021-03-01", 9.2), ("2021-03-04", 9.9), third).empty


def test_groups_just_above_a_limit_are_what_coincidence_gives():
    # 10.0, 10.5 and 10.9 lie from 10 up to 11: a group that avoids nothing
    payments = paid(("2021-03-01", 10.5), ("2021-03-04", 10.9), ("2021-03-08", 10.0))
    assert found(payments).expected["payment-split"] == 1


def test_the_same_amount_to_the_same_payee_within_fifteen_days_is_a_case():
    # three times 7.31, two of them too many: 14.62; P2 is of the same unit
    hits = of(
        "payment-duplicate",
        ("2021-05-06", 7.31),
        ("2021-05-21", 7.31),
        ("2021-06-01", 7.31, {"project_id": "P2"}),
    )
    assert len(hits) == 1
    assert hits.at[0, "money_wan"] == pytest.approx(14.62)
    assert hits.at[0, "seen"] == (
        "2021-05-06至2021-06-01向“甲公司”付同一金额7.31共3笔，分在两个以上项目"
    )


@pytest.mark.parametrize(
    "second",
    [
        ("2021-05-22", 7.31),  # sixteen days later
        ("2021-05-10", 7.32),
        ("2021-05-10", 7.31, {"payee": "乙公司"}),
        ("2021-05-10", 7.31, {"project_id": "P3"}),  # of another unit
    ],
)
def test_what_is_not_the_same_again_is_no_duplicate(second):
    assert of("payment-duplicate", ("2021-05-06", 7.31), second).empty


def test_equal_payments_in_the_next_fifteen_days_are_what_coincidence_gives():
    payments = paid(("2021-05-06", 7.31), ("2021-05-22", 7.31), ("2021-07-01", 7.31))
    assert found(payments).expected["payment-duplicate"] == 1  # 16 days; 40 days are too far


def test_payees_left_blank_are_not_taken_for_one_payee():
    blank = {"payee": None}
    days = ["2021-03-01", "2021-03-02", "2021-03-03"]
    payments = paid(*((day, 9.5, blank) for day in days))
    assert found(payments).hits.empty


def test_a_round_payment_without_a_contract_is_a_case():
    # 15 is 3 × 5 and at least 10; 16 is no multiple; 5 is under 10; contracts are no matter here
    hits = of(
        "payment-round",
        ("2021-03-01", 15.0),
        ("2021-03-02", 16.0),
        ("2021-03-03", 5.0),
        ("2021-03-04", 20.0, {"contract_id": "H1"}),
    )
    assert hits[["money_wan", "excess", "rows"]].values.tolist() == [[15.0, 1.5, "payments.csv!D2"]]
    assert hits.at[0, "seen"] == "2021-03-01无合同支付整数金额15.00给“甲公司”，用途“印刷”"


def test_equal_instalments_of_one_line_are_not_round_payments():
    quarters = ["2021-03-01", "2021-06-01", "2021-09-01", "2021-12-01"]
    line = {"budget_line": "L1"}
    assert of("payment-round", *((day, 25.0, line) for day in quarters)).empty
    assert len(of("payment-round", *((day, 25.0, line) for day in quarters[:2]))) == 2


def test_whole_amounts_that_are_not_round_are_what_coincidence_gives():
    # 11, 12 and 13 of the four steps between 10 and 15: 3 ÷ 4 of a multiple of 5 to expect
    payments = paid(("2021-03-01", 11.0), ("2021-03-02", 12.0), ("2021-03-03", 13.0))
    assert found(payments).expected["payment-round"] == pytest.approx(0.75)


def test_a_blank_payee_and_purpose_are_said_to_be_blank():
    hits = of("payment-round", ("2021-03-01", 15.0, {"payee": None, "purpose": None}))
    seen = hits.at[0, "seen"]
    assert seen == "2021-03-01无合同支付整数金额15.00给（名称空白），用途（名称空白）"
    assert english(seen) == (
        "2021-03-01: a round 15.00 paid to (left blank) without a contract, purpose (left blank)"
    )


def test_payments_outside_the_year_and_at_weekends():
    # 2 January 2022 is a Sunday; 6 March 2021 a Saturday; 5 March 2021 a Friday
    payments = [("2022-01-02", 3.3), ("2021-03-06", 4.4), ("2021-03-05", 5.6)]
    outside = of("payment-outside-year", *payments)
    assert outside[["money_wan", "rows", "rule"]].values.tolist() == [[3.3, "payments.csv!B2", ""]]
    weekend = of("payment-weekend", *payments)
    assert weekend[["money_wan", "rows"]].values.tolist() == [
        [pytest.approx(7.7), "payments.csv!B2；payments.csv!B3"]
    ]


def test_refunds_and_payments_without_a_date_or_amount_are_not_looked_at():
    payments = paid(("2021-03-06", -15.0), (None, 15.0), ("2021-03-06", None))
    result = found(payments)
    assert result.hits.empty
    assert result.looked["payment-duplicate"] == 0


def test_the_tables_stay_as_they_are():
    year = make_year(projects=PROJECTS, payments=paid(("2021-03-06", 15.0)))
    before = year["payments"].copy()
    payment_hits(year, RULES)
    pd.testing.assert_frame_equal(year["payments"], before)
