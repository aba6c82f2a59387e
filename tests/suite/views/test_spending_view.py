"""Where the money went, against the paper of made_years."""

from dataclasses import replace

import pandas as pd
import pytest
from made_years import EVALUATED, MONITORED, money, payment, project, work_year

from perfanalysis.report import page as page_module
from perfanalysis.suite.views.common import sentences
from perfanalysis.suite.views.spending import (
    IN_YEAR,
    district_spending,
    monitored_spending,
    spending_finding,
    unit_spending,
)
from perfanalysis.suite.views.spending_page import add_spending


def contract(day, done, project_id="P1", **values):
    return {
        "contract_id": "HT1",
        "project_id": project_id,
        "date": pd.Timestamp(day),
        "signed_wan": 100.0,
        "work_done_wan": done,
        "advance_wan": 10.0,
    } | values


# 20 in March, 40 by September, 48 by November, 80 in the end under HT1; verified 5 by June, 30 by
# November: with the advance of 10, 15 and 40 are due
PAID = [
    {**row, "contract_id": "HT1"} if row["project_id"] == "P1" else row
    for row in EVALUATED["payments"]
]
MEASURED = [contract("2020-06-30", 5.0), contract("2020-11-30", 30.0)]


TUESDAYS = ("2020-03-10", "2020-05-12", "2020-08-11", "2020-11-10")


@pytest.fixture(scope="module")
def year():
    return work_year(evaluation={"payments": PAID, "contracts": MEASURED})


def test_the_unit_comes_first_and_then_its_projects(year):
    shown = unit_spending(year, "U01")
    assert list(dict.fromkeys(shown.curves["label"])) == ["示例教育局", "项目P1"]
    share = shown.curves.set_index(["label", "month"])["share"]
    assert share["示例教育局", 9] == pytest.approx(40 / 150)
    assert share["项目P1", 12] == pytest.approx(0.8)
    # two units: of 150 and of 10; ends of the band lie between 80/150 and 1
    band = shown.bands[shown.bands["label"] == "示例教育局"].set_index("month")
    assert band.at[12, "low"] == pytest.approx(80 / 150 + 0.1 * (1 - 80 / 150), abs=5e-4)
    assert set(shown.bands["label"]) == {"示例教育局"}  # one project of a kind is no band


def test_payments_stand_beside_work_verified_and_the_advance(year):
    shown = unit_spending(year, "U01")
    months = shown.contracts.set_index("month")
    assert shown.ahead == ("HT1 项目P1",)
    assert months.loc[[2, 3, 9, 12], "paid_share"].tolist() == [0.0, 0.2, 0.4, 0.8]
    assert months.loc[[2, 6, 10, 11], "due_share"].tolist() == [0.1, 0.15, 0.15, 0.4]


def test_a_unit_sees_its_own_flags_most_money_first(year):
    shown = unit_spending(year, "U01")
    amounts = shown.worklist["amount_wan"].dropna()
    assert amounts.is_monotonic_decreasing
    ahead = shown.worklist.set_index("kind").loc["payment-ahead-of-work"]
    assert ahead["amount_wan"] == 80 - 40  # paid less what is due at the end of the year
    assert ahead["basis"] == "convention"
    assert ahead["rule_title"] == year.rules.get("payments.ahead_tolerance").title
    assert "payments" in ahead["where"]
    assert unit_spending(year, "U02").worklist["name"].isin(["项目P3"]).all()
    assert shown.checks["flags"].sum() == len(district_spending(year).worklist)


def test_false_flags_to_expect_are_those_of_the_checks_by_chance(year):
    shown = unit_spending(year, "U01")
    chance = shown.checks[shown.checks["how"] != "fact"]
    assert shown.by_chance["expected"] == pytest.approx(chance["expected_false"].sum())
    assert shown.by_chance["screened"] == chance["flags"].sum()


def test_a_unit_with_nothing_to_verify_says_so():
    paid = [payment("P3", day, 10 / 4) for day in TUESDAYS]
    funds = [money("P1", 100, 100, 100), money("P2", 50, 50, 50), money("P3", 10, 10, 10)]
    year = work_year(evaluation={"payments": paid, "funds": funds})
    shown = unit_spending(year, "U02")
    _, say = year.page("60_district", "zh")
    assert sentences(say, [spending_finding(shown, named=True)]) == [
        "2020年度资金去向没有需核实的情况。"
    ]
    assert unit_spending(year, "U01").curves.empty


@pytest.mark.parametrize(("edition", "named"), [("internal", True), ("public", False)])
def test_the_public_edition_counts_what_is_to_verify_and_names_no_case(monkeypatch, edition, named):
    shown = []
    monkeypatch.setattr(page_module, "display", lambda data, **_: shown.append(data["text/html"]))
    year = replace(work_year(), edition=edition)
    vars(year).update(vars(work_year()) | {"edition": edition})
    spending = district_spending(year)
    page, say = year.page("60_district", "zh")
    page.header("题")
    page.findings(sentences(say, [spending_finding(spending, named=named)]))
    add_spending(page, say, spending, whole=True)
    html = "".join(shown)
    assert len(spending.worklist)
    assert ("项目P1" in html) is named
    assert ("公开版不列需核实的个案" in html) is not named
    assert f"2020年度资金去向有{len(spending.worklist)}项需核实" in html
    assert "年底集中支出" in html  # the kinds of checks are codes, not free text


def test_two_projects_of_one_name_are_told_apart():
    projects = [project("P1", name="同名"), project("P2", name="同名"), project("P3", "U02")]
    paid = [*EVALUATED["payments"], payment("P2", "2020-05-10", 5.0)]
    shown = unit_spending(work_year(evaluation={"projects": projects, "payments": paid}), "U01")
    assert set(shown.curves["label"]) == {"示例教育局", "P1 同名", "P2 同名"}


def test_monitoring_looks_no_further_than_its_month():
    # 30 of 20 paid under a contract of 20 in May and December: in July only May is known
    contracts = [contract("2021-03-01", 2.0, signed_wan=20.0, advance_wan=1.0)]
    paid = [
        payment("P1", "2021-05-10", 10.0) | {"contract_id": "HT1"},
        payment("P1", "2021-12-10", 20.0) | {"contract_id": "HT1"},
    ]
    told = {"project_id": "P1", "month": 7, "source": "unit", "executed_wan": 10.0}
    year = work_year(
        monitoring={"payments": paid, "contracts": contracts, "monitoring_funds": [told]}
        | {"budget_lines": [], "projects": MONITORED["projects"]}
    )
    shown = monitored_spending(year)
    assert shown.month == 7
    assert shown.curves["month"].max() == shown.contracts["month"].max() == 7
    kinds = set(shown.worklist["kind"])
    assert "payment-ahead-of-work" in kinds
    assert kinds <= set(IN_YEAR)
    assert set(shown.checks["check"]) == set(IN_YEAR)
    assert "payment-over-contract" not in kinds
    ahead = shown.worklist.set_index("kind").loc["payment-ahead-of-work", "amount_wan"]
    assert ahead == 10 - 3
