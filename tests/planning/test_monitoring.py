"""Dual monitoring, forecast and warnings, against hand calculation."""

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from perfanalysis.data.tables import load_year
from perfanalysis.money.execution import cumulative_curve, project_funds
from perfanalysis.planning.forecast import (
    ALL_KINDS,
    SLOW,
    expected_year_end,
    paced,
    past_rests,
    spending_kinds,
)
from perfanalysis.planning.goals import goal_rows, project_goals
from perfanalysis.planning.monitoring import monitor
from perfanalysis.planning.warnings import warning_status
from perfanalysis.planning.workdays import add_workdays, workdays_after
from perfanalysis.rules.loader import load_rules
from year_tables import PROJECT, make_year

ROOT = Path(__file__).parents[2]
RULES = load_rules().on(date(2021, 7, 31))
DAY = date(2021, 9, 30)


def fund(source="unit", month=7, executed=20.0, planned=0.5):
    return {
        "project_id": "P1",
        "month": month,
        "source": source,
        "planned_share": planned,
        "executed_wan": executed,
        "expected_year_end_wan": 100.0,
    }


def goal(number=1, month=7, progress=5.0, source="unit", **more):
    return {
        "indicator_id": f"I{number}",
        "month": month,
        "source": source,
        "progress": progress,
        "planned_share": 0.5,
        "likelihood": "certain",
    } | more


def indicator(number=1, target=20.0, **more):
    return {
        "indicator_id": f"I{number}",
        "project_id": "P1",
        "level1": "output",
        "level3": f"指标{number}",
        "op": "at_least",
        "target": target,
        "measure_unit": "个",
    } | more


def a_year(funds, goals=(), indicators=None, warnings=(), carried=0.0):
    head = PROJECT | {"project_id": "P1", "is_monitored": True}
    return make_year(
        2021,
        projects=[head],
        funds=[
            {
                "project_id": "P1",
                "fund_source": "total",
                "annual_wan": 100.0,
                "carried_in_wan": carried,
            }
        ],
        indicators=[indicator()] if indicators is None else indicators,
        monitoring_funds=funds,
        monitoring_indicators=list(goals),
        warnings=list(warnings),
    )


def watched(*arguments, rules=RULES, month=None, **more):
    found = monitor(a_year(*arguments, **more), rules, day=DAY, month=month)
    return found, found.projects.iloc[0]


def test_money_is_held_against_the_calendar_and_the_projects_own_plan():
    _, row = watched([fund(executed=20.0, planned=0.5)])
    assert row["executed_share"] == 0.2
    assert row["elapsed_share"] == pytest.approx(7 / 12)
    assert row["gap"] == pytest.approx(0.2 - 7 / 12)
    assert row["plan_gap"] == pytest.approx(-0.3)
    assert row["where"] == "monitoring_funds.csv!E2"


@pytest.mark.parametrize(
    ("executed", "light"), [(33.3, "red"), (33.4, "yellow"), (48.3, "yellow"), (48.4, "green")]
)
def test_lights_by_the_gap(executed, light):
    # 7 ÷ 12 = 58.33%: 25 points under it is 33.33%, 10 points 48.33%
    assert watched([fund(executed=executed)])[1]["light"] == light


def test_what_is_dated_later_is_not_looked_at():
    _, row = watched([fund(), fund(month=8, executed=90.0)], [goal(), goal(month=10, progress=20)])
    assert row[["executed_wan", "attained"]].tolist() == [20.0, 0.5]
    assert watched([fund(), fund(month=8, executed=90.0)], month=8)[1]["executed_wan"] == 90.0


def test_a_month_without_a_report_gives_no_light():
    _, row = watched([fund(month=6)])
    assert row[["light", "quadrant", "action"]].tolist() == ["", "", ""]
    assert pd.isna(row["executed_share"])


@pytest.mark.parametrize(
    ("executed", "progress", "quadrant"),
    [
        (39.9, 7.9, "slow_slow"),
        (39.9, 8.0, "slow_fast"),
        (40.0, 7.9, "fast_slow"),
        (40.0, 8.0, "fast_fast"),
    ],
)
def test_four_quadrants(executed, progress, quadrant):
    # plan 50%: slow under 40; target 20 × plan 50% is 10: slow under 8
    assert watched([fund(executed=executed)], [goal(progress=progress)])[1]["quadrant"] == quadrant


def test_levels_are_held_against_the_target_and_ceilings_turned_round():
    indicators = [
        indicator(1, 20.0),
        indicator(2, 90.0, measure_unit="%"),
        indicator(3, 10.0, op="at_most", measure_unit="元"),
        indicator(4, 0.0, op="at_most"),
    ]
    goals = [
        goal(1, progress=5.0),
        goal(2, progress=81.0),
        goal(3, progress=12.5),
        goal(4, progress=1),
    ]
    rows = goal_rows(a_year([], goals, indicators), month=7, source="unit")
    assert rows["attained"].tolist() == [0.5, 0.9, 0.8, 0.0]
    assert project_goals(rows).at["P1", "attained"] == pytest.approx(0.55)


def test_causes_and_likelihood_are_counted():
    indicators = [indicator(n) for n in (1, 2, 3)]
    goals = [
        goal(1, likelihood="impossible", cause="staff", note="经办人调整"),
        goal(2, likelihood="possible", cause="funding", note="资金晚到"),
        goal(3),
    ]
    _, row = watched([fund()], goals, indicators)
    assert row[["certain", "possible", "impossible", "causes"]].tolist() == [
        1,
        1,
        1,
        "funding,staff",
    ]
    assert row["notes"] == "经办人调整；资金晚到"


def past(rests, kind="工程款"):
    return pd.DataFrame({"kind": kind, "share": 0.4, "rest": rests})


def now(kind="工程款", executed=40.0):
    return pd.DataFrame({"kind": [kind], "annual_wan": [100.0], "executed_wan": [executed]})


def test_the_forecast_is_the_mean_of_what_was_spent_of_the_rest():
    # nine past shares 0.1 … 0.9: mean 0.5; rank ⌊10 × 0.1⌋ = 1 from either end
    found = expected_year_end(now(), past(np.arange(1, 10) / 10), level=0.8, least=9).iloc[0]
    assert found["expected_wan"] == pytest.approx(40 + 60 * 0.5)
    assert found["expected_low_wan"] == pytest.approx(40 + 60 * 0.1)
    assert found["expected_high_wan"] == pytest.approx(40 + 60 * 0.9)
    assert found[["peers", "peers_n"]].tolist() == ["工程款", 9]


def test_too_few_of_a_kind_take_the_next_wider_group():
    table = pd.concat(
        [past([0.5] * 3, "采购" + SLOW), past([0.1] * 9, "工程" + SLOW), past([1.0] * 9)]
    )
    used = [
        expected_year_end(now(kind), table, level=0.8, least=9)["peers"].iloc[0]
        for kind in ("工程" + SLOW, "采购" + SLOW, "采购")
    ]
    assert used == ["工程" + SLOW, ALL_KINDS + SLOW, ALL_KINDS]
    nothing = expected_year_end(now(), table.head(0), level=0.8, least=9)
    assert nothing["expected_wan"].isna().all()


@pytest.mark.parametrize("budget_year", [2021, 2022])
def test_the_interval_holds_the_outcome_as_often_as_it_says(budget_year):
    """On the made-up district: 80% intervals from the year before, at the end of July."""
    year, before = (load_year(ROOT / "data" / str(y)) for y in (budget_year, budget_year - 1))
    curve = cumulative_curve(year, by="project").pivot(
        index="key", columns="month", values="executed_wan"
    )
    annual = project_funds(year["funds"])["annual_wan"].reindex(curve.index)
    kinds = paced(spending_kinds(year).reindex(curve.index), curve[7] / annual, month=7, slow=0.5)
    table = pd.DataFrame({"kind": kinds, "annual_wan": annual, "executed_wan": curve[7]})
    found = expected_year_end(table, past_rests([before], 7, slow=0.5), level=0.8, least=10)
    inside = curve[12].between(found["expected_low_wan"] - 1e-9, found["expected_high_wan"] + 1e-9)
    assert 0.8 <= inside.mean() <= 0.97
    assert found["expected_wan"].sum() == pytest.approx(curve[12].sum(), rel=0.05)


def test_unspent_money_of_a_green_project_is_not_moved():
    spend = [("2020-03-01", 40.0), ("2020-11-01", 20.0)]
    heads = [PROJECT | {"project_id": f"Q{n}"} for n in range(12)]
    before = make_year(
        2020,
        projects=heads,
        funds=[
            {"project_id": head["project_id"], "fund_source": "total", "annual_wan": 100.0}
            for head in heads
        ],
        payments=[
            {
                "payment_id": f"{head['project_id']}{day}",
                "project_id": head["project_id"],
                "date": pd.Timestamp(day),
                "amount_wan": amount,
            }
            for head in heads
            for day, amount in spend
        ],
    )
    # past projects spent a third of what was left: 20 of 60
    for executed, carried, impossible, action in (
        (40.0, 0.0, False, "transfer"),
        (40.0, 5.0, False, "redeploy"),
        (40.0, 5.0, True, "recover"),
        (58.0, 5.0, False, ""),
    ):
        goals = [goal(likelihood="impossible" if impossible else "certain")]
        year = a_year([fund(executed=executed)], goals, carried=carried)
        row = monitor(year, RULES, day=DAY, past=[before]).projects.iloc[0]
        assert row["unspent_wan"] == pytest.approx((100 - executed) * 2 / 3)
        assert row["action"] == action


def test_third_party_figures_stand_beside_the_units():
    funds = [fund(executed=30.0), fund("third_party", executed=20.0)]
    found, _ = watched(funds, [goal(), goal(source="third_party", progress=4.0)])
    row = found.spot.iloc[0]
    assert row[["unit_wan", "third_wan", "difference_wan", "differs"]].tolist() == [
        30,
        20,
        10,
        True,
    ]
    assert row[["unit_attained", "third_attained"]].tolist() == [0.5, 0.4]
    near, _ = watched([fund(executed=20.9), fund("third_party", executed=20.0)])
    assert not near.spot["differs"].any()


def warning(**more):
    return {
        "warning_id": "Y1",
        "project_id": "P1",
        "issued": pd.Timestamp("2021-08-13"),
        "issue": "进度慢",
    } | more


@pytest.mark.parametrize(
    ("answered", "corrected", "day", "status", "late", "closed"),
    [
        (None, None, date(2021, 8, 27), "open", 0, False),
        (None, None, date(2021, 8, 30), "overdue", 1, False),
        ("2021-08-27", None, DAY, "answered", 0, False),
        ("2021-08-31", "2021-09-10", DAY, "late", 2, True),
        ("2021-08-31", "2021-09-10", date(2021, 8, 28), "overdue", 0, False),
    ],
)
def test_a_warning_is_due_after_ten_working_days(answered, corrected, day, status, late, closed):
    # 13 August 2021 is a Friday; ten working days later is Friday the 27th
    given = {"answered": answered, "corrected": corrected}
    dates = {name: pd.Timestamp(value) for name, value in given.items() if value}
    found = warning_status(a_year([], warnings=[warning(**dates)]), RULES, day=day).iloc[0]
    assert found["due"] == pd.Timestamp("2021-08-27")
    assert found[["status", "days_late", "closed"]].tolist() == [status, late, closed]


def test_the_date_in_the_notice_goes_before_the_rule():
    given = warning(answer_due=pd.Timestamp("2021-08-20"))
    found = warning_status(a_year([], warnings=[given]), RULES, day=DAY)
    assert found["due"].tolist() == [pd.Timestamp("2021-08-20")]


def test_holidays_and_worked_weekends_count_where_they_are_listed():
    # National Day 2021: off 1 to 7 October, worked Saturday 9 October (State Council notice)
    off = [date(2021, 10, day) for day in range(1, 8)]
    start = date(2021, 9, 29)
    assert add_workdays(start, 3) == date(2021, 10, 4)
    assert add_workdays(start, 3, off=off, on=[date(2021, 10, 9)]) == date(2021, 10, 9)
    assert workdays_after(start, date(2021, 10, 9), off=off, on=[date(2021, 10, 9)]) == 3


def test_a_local_file_sets_nodes_as_published():
    """Sichuan: 25, 40, 60 and 80% at the end of months 4, 6, 8 and 10 (rules.md section 6)."""
    rules = load_rules(ROOT / "examples" / "rules" / "monitoring-sichuan-2025.yaml")
    in_force = rules.on(date(2025, 7, 31))
    nodes = {node["month"]: node["floor"] for node in in_force.value("monitor.nodes")}
    assert nodes == {4: 0.25, 6: 0.4, 8: 0.6, 10: 0.8}
    below, _ = watched([fund(executed=39.9)], rules=in_force)
    assert below.projects[["light", "light_rule"]].values.tolist() == [["red", "monitor.nodes"]]
    above, _ = watched([fund(executed=40.0)], rules=in_force)
    assert above.projects["light"].tolist() == ["yellow"]
    assert RULES.value("monitor.nodes") == ()


def a_spent_year(*spent):
    """Annual 100 in as many equal sources as there are amounts spent."""
    share = {"project_id": "P1", "annual_wan": 100.0 / len(spent), "carried_in_wan": 0.0}
    sources = ["current_fiscal", "carried_in"]
    return make_year(
        2021,
        projects=[PROJECT | {"project_id": "P1", "is_monitored": True}],
        funds=[
            share | {"fund_source": source, "executed_wan": amount}
            for source, amount in zip(sources, spent, strict=False)
        ],
        monitoring_funds=[fund()],
    )


def test_what_was_left_is_known_once_the_year_is_over():
    """Annual 100, 93.5 spent in the whole year: 6.5 left; while the year goes on nobody knows."""
    during = monitor(a_spent_year(93.5), RULES, day=date(2021, 12, 31))
    after = monitor(a_spent_year(93.5), RULES, day=date(2022, 1, 1))
    columns = ["year_end_wan", "unused_wan"]
    assert (during.ended, after.ended) == (False, True)
    assert during.projects[columns].isna().all(axis=None)
    assert after.projects[columns].to_numpy().tolist() == [[93.5, 6.5]]


def test_a_year_end_of_which_a_source_is_blank_is_not_known():
    after = monitor(a_spent_year(40.0, None), RULES, day=date(2022, 1, 1))
    assert after.projects["unused_wan"].isna().all()
