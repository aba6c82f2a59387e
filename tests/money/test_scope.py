"""Payments, accounts and transfers against what was approved: small tables, answers by hand."""

import pandas as pd
import pytest

from perfanalysis.money.compliance import compliance_hits, with_scope, words_in
from perfanalysis.report.phrases import english
from perfanalysis.rules.loader import evaluation_date, load_rules
from year_tables import PROJECT, make_year

# 10% over a line is tolerated; purposes under 50% alike are unmatched
RULES = load_rules().on(evaluation_date(2021))
PROJECTS = [
    PROJECT | {"project_id": "P1", "name": "道路养护"},
    PROJECT | {"project_id": "P2", "name": "图书采购"},
]
LINES = [
    {
        "line_id": "L1",
        "project_id": "P1",
        "scope": "养护材料",
        "purpose": "购买沥青和碎石",
        "amount_wan": 20.0,
    },
    {
        "line_id": "L2",
        "project_id": "P1",
        "scope": "会议费",
        "purpose": "会议食宿",
        "amount_wan": 10.0,
    },
]


def paid(*payments):
    """Payments of P1 on line L1, 10 March 2021: what differs."""
    return [
        {
            "payment_id": f"F{number}",
            "project_id": "P1",
            "date": pd.Timestamp("2021-03-10"),
            "amount_wan": 4.0,
            "payee": "甲公司",
            "purpose": "购买沥青",
            "budget_line": "L1",
        }
        | payment
        for number, payment in enumerate(payments)
    ]


def found(*payments, lines=LINES, **tables):
    year = make_year(projects=PROJECTS, budget_lines=lines, payments=paid(*payments), **tables)
    return compliance_hits(year, RULES)


def checks(*payments, **tables):
    return found(*payments, **tables)["check"].tolist()


def test_a_payment_inside_its_line_is_no_hit():
    assert checks({}) == []


def test_a_word_is_allowed_by_the_words_of_the_approval():
    texts = pd.Series(["丽都酒店", "丽都酒店", "甲公司", None])
    approved = pd.Series(["会议食宿", "养护材料", "养护材料", None])
    words = {"酒店": ("住宿", "食宿"), "烟酒": ()}
    assert words_in(texts, approved, words).tolist() == ["", "酒店", "", ""]


def test_a_payee_outside_the_approved_line_is_a_hit_with_the_word_and_the_cell():
    hits = found({"payee": "丽都酒店"})
    assert hits[["check", "money_wan", "rule", "basis", "rows"]].values.tolist() == [
        ["payee-out-of-scope", 4.0, "compliance.payee_words", "convention", "payments.csv!E2"]
    ]
    assert hits.at[0, "seen"] == (
        "2021-03-10支付4.00，收款人“丽都酒店”含“酒店”，批复内容为“养护材料 购买沥青和碎石 道路养护”"
    )


def test_the_same_payee_on_the_line_for_meetings_is_none():
    assert checks({"payee": "丽都酒店", "purpose": "会议食宿", "budget_line": "L2"}) == []


def test_a_barred_purpose_is_a_hit_and_not_again_as_unmatched():
    assert checks({"purpose": "业务接待"}) == ["purpose-out-of-scope"]


def test_a_purpose_unlike_its_line_is_a_hit_with_both_texts():
    # 养护费 against the 养护 of 养护材料: 2 · 2 of 3 + 2 characters, 80%; 租车费 shares none
    hits = found({"purpose": "租车费（3月）"}, {"purpose": "养护费（3月）"})
    assert hits["seen"].tolist() == [
        "2021-03-10支付4.00，用途“租车费（3月）”，"
        "批复明细为“养护材料：购买沥青和碎石”，文字相似度0%"
    ]


def test_a_purpose_exactly_at_the_likeness_asked_for_is_no_hit():
    # 沥青搅拌 against 沥青和碎: 2 · 2 of 4 + 4 characters, 50%;
    # 购置电脑 against 购: 2 · 1 of 4 + 1, 40%
    hits = found({"purpose": "沥青搅拌"}, {"purpose": "购置电脑"})
    assert hits["rows"].tolist() == ["payments.csv!F3"]
    assert "文字相似度40%" in hits.at[0, "seen"]


def test_remarks_in_brackets_do_not_make_a_purpose_unlike_its_line():
    assert checks({"purpose": "购买沥青（第一期，三月，补付上年）"}) == []


def test_a_payment_on_no_line_or_on_another_project_s():
    hits = found({"budget_line": None}, {"project_id": "P2", "purpose": None})
    # P2 has no lines of its own: nothing to compare it with
    assert hits[["check", "project_id"]].values.tolist() == [["budget-line-foreign", "P1"]]
    assert hits.at[0, "seen"] == "2021-03-10支付4.00，没有对应的批复明细"
    own = {"line_id": "L9", "project_id": "P2", "scope": "图书", "amount_wan": 9.0}
    hits = found({"project_id": "P2", "purpose": None}, lines=[*LINES, own])
    assert hits["seen"].tolist() == ["2021-03-10支付4.00，列在项目P1的明细L1"]


@pytest.mark.parametrize(
    ("amounts", "over"),
    # 10% above 20 is 22
    [((10.0, 12.0), None), ((10.0, 12.5), 2.5), ((30.0, -9.0), None)],
)
def test_a_line_is_over_when_its_payments_pass_it_by_a_tenth(amounts, over):
    hits = found(*({"amount_wan": amount} for amount in amounts))
    assert hits["money_wan"].tolist() == ([] if over is None else [pytest.approx(over)])


def test_a_line_over_names_all_its_cells_and_how_far():
    hits = found({"amount_wan": 10.0}, {"amount_wan": 15.0})
    assert hits[["check", "rule", "rows"]].values.tolist() == [
        ["budget-line-over", "compliance.line_tolerance", "payments.csv!D2；payments.csv!D3"]
    ]
    assert hits.at[0, "excess"] == pytest.approx(25 / 20)
    assert hits.at[0, "seen"] == "明细L1“养护材料”批复20.00，支付25.00"


def test_a_scope_left_blank_is_said_to_be_blank():
    bare = [LINES[0] | {"scope": None}]
    seen = found({"amount_wan": 25.0}, lines=bare).at[0, "seen"]
    assert seen == "明细L1（名称空白）批复20.00，支付25.00"
    assert english(seen) == "line L1 (left blank): 20.00 approved, 25.00 paid"
    seen = found({"purpose": "车辆租用费"}, lines=bare).at[0, "seen"]
    assert "批复明细为“购买沥青和碎石”" in seen


ACCOUNTS = [
    {"account_id": "A1", "unit_id": "U01", "project_id": "P1", "kind": "dedicated"},
    {"account_id": "A9", "unit_id": "U01", "project_id": None, "kind": "shared"},
]


@pytest.mark.parametrize(
    ("project", "account", "said"),
    [
        ("P1", "A1", None),
        ("P2", "A9", None),  # no account of its own is asked of P2
        ("P1", None, None),
        ("P1", "A9", "从账户A9付款2笔共8.00，本项目专户为A1"),
        ("P2", "A1", "从账户A1付款2笔共8.00，该账户是别的项目的专户"),
    ],
)
def test_money_with_an_account_of_its_own_stays_in_it(project, account, said):
    payment = {"project_id": project, "account": account, "purpose": None, "budget_line": None}
    hits = found(payment, payment, lines=[], accounts=ACCOUNTS)
    assert hits["seen"].tolist() == ([] if said is None else [said])


def test_money_moved_between_projects_needs_a_document():
    moved = {
        "from_project": "P1",
        "to_project": "P2",
        "amount_wan": 3.0,
        "date": pd.Timestamp("2021-07-01"),
    }
    hits = found(transfers=[moved, moved | {"approved_document": "财预〔2021〕1号"}])
    assert hits[["check", "project_id", "money_wan", "rows"]].values.tolist() == [
        ["transfer-unapproved", "P1", 3.0, "transfers.csv!F2"]
    ]
    assert hits.at[0, "seen"] == "2021-07-01从项目P1调剂3.00到P2，没有批准文件"


def test_a_payment_on_no_line_is_held_against_all_lines_of_its_project():
    year = make_year(projects=PROJECTS, budget_lines=LINES, payments=paid({"budget_line": None}))
    assert with_scope(year)[["approved", "lines"]].values.tolist() == [
        ["养护材料 购买沥青和碎石 会议费 会议食宿 道路养护", 2]
    ]
