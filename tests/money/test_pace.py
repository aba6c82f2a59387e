"""Slow projects, and the pace screen against peers and own past, on curves drawn by hand."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from perfanalysis.money.flags import as_year_flags, money_flags, screen_money
from perfanalysis.money.pace import district_last_week, expected_false, project_paces
from perfanalysis.money.rates import pace_hits
from perfanalysis.report.phrases import english
from perfanalysis.rules.loader import evaluation_date, load_rules
from year_tables import PROJECT, make_year

RULES = load_rules().on(evaluation_date(2021))
EVEN = tuple((f"2021-{month:02d}-15", 10.0) for month in range(1, 13))
RUSH = (("2021-03-15", 10.0), ("2021-06-15", 10.0), ("2021-09-15", 10.0), ("2021-12-28", 90.0))


def paid(project, payments, contract=None):
    return [
        {
            "payment_id": f"{project}-{number}",
            "date": pd.Timestamp(day),
            "project_id": project,
            "amount_wan": amount,
            "contract_id": contract,
            "payee": "示例公司",
            "purpose": "劳务费",
            "budget_line": f"M{project}",
        }
        for number, (day, amount) in enumerate(payments)
    ]


def made(curves, scope="劳务费", **tables):
    """A year with a project a curve; all of one scope."""
    return make_year(
        projects=[PROJECT | {"project_id": p, "name": f"项目{p}"} for p in curves],
        payments=[row for p, curve in curves.items() for row in paid(p, curve)],
        budget_lines=[
            {
                "line_id": f"M{p}",
                "project_id": p,
                "scope": scope,
                "purpose": scope,
                "amount_wan": 500.0,
            }
            for p in curves
        ],
        **tables,
    )


def many(number, curve=EVEN):
    """So many projects that pay alike, each a little later than the one before."""
    return {
        f"P{n:02d}": [(day, amount + n * (day > "2021-06")) for day, amount in curve]
        for n in range(number)
    }


def rushed(year, history=()):
    flags = money_flags(year, RULES, history=history)
    return flags.loc[flags["check"] == "year-end-rush", "project_id"].tolist()


def test_a_curve_by_hand():
    # 73 of 365 days gone on 14 March; 365 of 365 on 31 December. 25 + 75:
    # lateness = (25 × 0.2 + 75 × 1) ÷ 100 = 0.8; last week 75% = 0.75 × 365 ÷ 7 average weeks
    pace = project_paces(made({"P1": [("2021-03-14", 25.0), ("2021-12-31", 75.0)]})).iloc[0]
    assert pace["lateness"] == pytest.approx(0.8)
    assert pace["left_to_december"] == pytest.approx(0.75)
    assert pace["last_week_multiple"] == pytest.approx(0.75 * 365 / 7)
    assert pace["concentration"] == pytest.approx(0.25**2 + 0.75**2)
    assert (pace["payments"], pace["paid_wan"], pace["way"]) == (2, 100.0, "free")


def test_payments_of_another_year_and_refunds_in_full_are_no_pace():
    year = made({"P1": [("2022-01-05", 10.0)], "P2": [("2021-05-01", 9.0), ("2021-06-01", -9.0)]})
    assert project_paces(year).empty
    assert rushed(year) == []


def test_one_late_project_among_even_ones_is_flagged_with_the_money_of_december():
    year = made(many(12) | {"P99": RUSH})
    flags = as_year_flags(money_flags(year, RULES))
    late = flags[flags["kind"] == "year-end-rush"]
    assert late[["project_id", "amount_wan", "basis"]].values.tolist() == [
        ["P99", 90.0, "convention"]
    ]
    assert "最后一周为平均周的39.1倍" in late["seen"].iloc[0]  # 90 ÷ 120 × 365 ÷ 7


@pytest.mark.parametrize(
    ("p", "printed"),
    [
        (2.1e-10, "，p＜0.001"),
        (0.00099, "，p＜0.001"),
        (0.001, "，p＝0.001"),
        (0.0123, "，p＝0.012"),
    ],
)
def test_a_p_that_only_a_computer_can_tell_from_nothing_is_printed_as_under_a_floor(p, printed):
    year = made(many(12) | {"P99": RUSH})
    screen = screen_money(year, RULES).pace
    (seen,) = pace_hits(year, RULES, replace(screen, projects=screen.projects.assign(p=p)))["seen"]
    assert seen.endswith(printed)
    assert english(seen).endswith(printed.replace("，p＜", ", p < ").replace("，p＝", ", p = "))


def test_the_p_of_a_project_is_that_of_t_by_hand():
    year = made(many(12) | {"P99": RUSH})
    screen = screen_money(year, RULES).pace.projects.set_index("project_id")
    x = screen["left_to_december"]
    middle = x.median()
    spread = max(0.083, 1.4826 * (x - middle).abs().median())
    z = (x["P99"] - middle) / (spread * np.sqrt(1 + 1 / 13))
    assert screen.at["P99", "peer_p_left_to_december"] == pytest.approx(stats.t.sf(z, 12))


def test_a_type_that_always_pays_late_is_not_flagged_among_its_own():
    assert rushed(made({f"P{n}": RUSH for n in range(8)}, scope="冬季慰问")) == []


def test_with_too_few_peers_nothing_is_tested():
    screen = screen_money(made(many(4) | {"P99": RUSH}), RULES).pace
    assert (screen.tests, screen.expected_false, screen.projects["flagged"].any()) == (
        0,
        0.0,
        False,
    )


def test_earlier_years_are_peers_too():
    before = made({p: [(d.replace("2021", "2020"), a) for d, a in c] for p, c in many(9).items()})
    before = type(before)(2020, before.tables, before.sources, ())
    assert rushed(made(many(4) | {"P99": RUSH}), history=[before]) == ["P99"]


def test_money_under_a_measured_contract_is_no_rush():
    contract = {
        "contract_id": "H1",
        "project_id": "P99",
        "date": pd.Timestamp("2021-12-01"),
        "signed_wan": 200.0,
        "work_done_wan": 150.0,
    }
    year = made(many(12) | {"P99": RUSH}, contracts=[contract])
    payments = year["payments"]
    year["payments"]["contract_id"] = payments["contract_id"].mask(
        payments["project_id"] == "P99", "H1"
    )
    assert rushed(year) == []


def test_false_flags_to_expect():
    assert expected_false(0, 0.0, 0.1) == 0.0
    assert expected_false(80, 0.0, 0.1) == 0.1  # nothing flagged: at most one in ten such years
    assert expected_false(80, 0.005, 0.1) == pytest.approx(0.4)


@settings(deadline=None, max_examples=15)
@given(st.integers(0, 2**32 - 1))
def test_among_alike_projects_few_are_flagged(seed):
    """Thirty projects that pay at random days: the screen asks for one false flag in ten years."""
    rng = np.random.default_rng(seed)
    days = np.datetime64("2021-01-01") + rng.integers(0, 365, (30, 12)) * np.timedelta64(1, "D")
    curves = {f"P{n:02d}": [(day, 10.0) for day in row] for n, row in enumerate(np.asarray(days))}
    assert len(rushed(made(curves))) <= 2


def test_the_district_s_last_week_is_that_of_all_money():
    paces = project_paces(made({"P1": [("2021-12-31", 10.0)], "P2": [("2021-06-01", 30.0)]}))
    assert district_last_week(paces) == pytest.approx(0.25 * 365 / 7)
    assert np.isnan(district_last_week(paces.iloc[:0]))


def slow(**funds):
    """Flags over projects with (annual, executed)."""
    rows = [
        {"project_id": p, "fund_source": "total", "annual_wan": annual, "executed_wan": executed}
        for p, (annual, executed) in funds.items()
    ]
    year = make_year(projects=[PROJECT | {"project_id": p} for p in funds], funds=rows)
    flags = as_year_flags(money_flags(year, RULES))
    return flags[flags["kind"] == "low-execution"].reset_index(drop=True)


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
