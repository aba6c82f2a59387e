"""Projects: execution, totals, grades, refusals, and the local variants."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import reference
from perfanalysis.errors import RuleError, RuleNotInForceError
from perfanalysis.rules.loader import evaluation_date, load_rules
from perfanalysis.scoring.projects import score_projects
from year_tables import PROJECT, make_year

EXAMPLES = Path(__file__).parents[2] / "examples" / "rules"
RULES = load_rules().on(evaluation_date(2021))
SPLIT = (("output", 50), ("benefit", 30), ("satisfaction", 10))


def indicators(project="P1", split=SPLIT, *, actual=100, **values):
    """One indicator a level 1, target 100."""
    return [
        {
            "indicator_id": f"{project}-{place}",
            "project_id": project,
            "level1": level1,
            "level3": "示例指标",
            "op": "at_least",
            "target": 100,
            "actual": actual,
            "points": points,
            **values,
        }
        for place, (level1, points) in enumerate(split)
    ]


def money(project="P1", annual=100, executed=100, source="total", **values):
    return {
        "project_id": project,
        "fund_source": source,
        "annual_wan": annual,
        "executed_wan": executed,
        **values,
    }


def project(project_id="P1", **values):
    return PROJECT | {"project_id": project_id} | values


def score(rules=RULES, budget_year=2021, **tables):
    tables = {"projects": [project()], "funds": [money()], "indicators": indicators()} | tables
    return score_projects(make_year(budget_year, **tables), rules)


def only(scores):
    return scores.projects.iloc[0]


def test_everything_done_is_a_hundred():
    row = only(score())
    assert (row["review_total"], row["grade"], row["status"]) == (100.0, "excellent", "scored")
    assert row["refused_reason"] == ""


@pytest.mark.parametrize(
    ("annual", "executed", "kept", "rate"),
    [
        # rate × 10, capped; by hand
        (310.2, 154.74, 4.99, 154.74 / 310.2),
        (100, 76.5, 7.65, 0.765),
        (100, 100, 10.0, 1.0),
        (100, 120, 10.0, 1.2),
        (100, 0, 0.0, 0.0),
        (3, 1.0005, 3.34, 0.3335),  # 3.335 rounds half up
    ],
)
def test_execution_is_capped_for_the_score_and_shown_uncapped(annual, executed, kept, rate):
    row = only(score(funds=[money(annual=annual, executed=executed)]))
    assert row["execution_score"] == kept
    assert row["execution_rate"] == pytest.approx(rate, rel=1e-15)


def test_sources_of_funds_are_added_and_a_total_row_is_not_added_again():
    parts = [
        money(annual=80.1, executed=70.1, source="current_fiscal"),
        money(annual=19.9, executed=9.9, source="carried_in"),
    ]
    row = only(score(funds=parts))
    assert (row["annual_wan"], row["executed_wan"]) == (100.0, 80.0)
    row = only(score(funds=[*parts, money(annual=100, executed=75)]))
    assert (row["annual_wan"], row["executed_wan"]) == (100.0, 75.0)


def test_a_missing_executed_amount_is_not_an_executed_zero():
    missing = score(funds=[money(executed=None)])
    zero = score(funds=[money(executed=0)])
    assert only(missing)["execution_score"] == only(zero)["execution_score"] == 0
    assert missing.ledger["rule"].tolist() == ["self.missing_actual"]
    assert zero.ledger["rule"].tolist() == ["self.execution_score"]
    assert np.isnan(only(missing)["execution_rate"])


def test_grades_are_read_off_the_printed_total():
    # 50 points at 79.98% keep 39.99, so 89.99; at 79.989% 39.9945 prints 39.99; at 79.99% 40.00
    for actual, total, grade in [
        (79.98, 89.99, "good"),
        (79.989, 89.99, "good"),
        (79.99, 90.0, "excellent"),
    ]:
        rows = indicators()
        rows[0]["actual"] = actual
        row = only(score(indicators=rows))
        assert (row["review_total"], row["grade"]) == (total, grade)


@pytest.mark.parametrize("total", [100, 90, 89.99, 80, 79.99, 60, 59.99, 0])
def test_bands_are_half_open(total):
    # rules.md 1.6: 优 from 90, 良 from 80, 中 from 60, each with its lower end
    rows = indicators(split=[("output", 90)], op="qualitative", actual_text="x", target=None)
    rows[0] |= {"self_score": max(total - 10, 0), "actual": None}
    row = only(score(indicators=rows, funds=[money(executed=100 if total >= 10 else 0)]))
    assert row["review_total"] == total
    assert row["grade"] == reference.grade(
        Decimal(str(total)), {"excellent": 90, "good": 80, "fair": 60, "poor": 0}
    )


def test_the_review_stands_beside_what_was_stated():
    stated = project(stated_total=99.5, stated_execution_score=10, stated_grade="优")
    row = only(score(projects=[stated], funds=[money(executed=50)]))
    assert (row["stated_total"], row["review_total"], row["difference"]) == (99.5, 95.0, 4.5)
    assert (row["stated_execution_score"], row["execution_score"]) == (10, 5)
    assert (row["stated_grade"], row["grade"]) == ("优", "excellent")


REFUSED = [
    pytest.param({"indicators": []}, "没有绩效指标", id="no indicators"),
    pytest.param(
        {"indicators": indicators(split=[("output", 50), ("benefit", 30)])},
        "分值合计90.00分，不是100分",
        id="points short of 100",
    ),
    pytest.param(
        {"indicators": indicators(split=[("output", 100)])},
        "分值合计110.00分，不是100分",
        id="points beyond 100",
    ),
    pytest.param(
        {"indicators": indicators(split=[("output", 59.995), ("benefit", 30.005)])},
        "2个指标的分值缺失或不是0.01的倍数",
        id="thousandths",
    ),
    pytest.param(
        {"indicators": indicators(split=[("output", None), ("benefit", 90)])},
        "1个指标的分值缺失",
        id="no points",
    ),
    pytest.param({"funds": []}, "全年预算数缺失或为零", id="no funds"),
    pytest.param({"funds": [money(annual=0, executed=0)]}, "全年预算数缺失或为零", id="no budget"),
    pytest.param(
        {"indicators": indicators(op="qualitative", actual_text="达成年度指标")},
        "3个指标不能计算且没有自评得分",
        id="no judgement",
    ),
]


@pytest.mark.parametrize(("tables", "reason"), REFUSED)
def test_a_total_that_would_be_wrong_is_refused_with_the_reason(tables, reason):
    scores = score(**tables)
    row = only(scores)
    assert (row["status"], pd.isna(row["grade"]), pd.isna(row["review_total"])) == (
        "refused",
        True,
        True,
    )
    assert reason in row["refused_reason"]
    (finding,) = scores.findings
    assert (finding.code, finding.severity, finding.subject) == ("score-refused", "error", "P1")
    assert (finding.where.file, finding.where.cell) == ("projects.csv", "A2")
    assert reason in finding.message


def test_a_refused_project_has_its_indicators_scored_all_the_same():
    rows = indicators(split=[("output", 50), ("benefit", 30)], actual=90)
    scores = score(indicators=rows)
    assert scores.indicators["review_score"].tolist() == [45.0, 27.0]
    assert scores.ledger["lost"].tolist() == [5.0, 3.0]


def test_one_bad_project_does_not_touch_the_next():
    both = {
        "projects": [project("P1"), project("P2")],
        "funds": [money("P1", annual=0), money("P2")],
        "indicators": indicators("P1") + indicators("P2"),
    }
    scores = score(**both)
    assert scores.projects["status"].tolist() == ["refused", "scored"]
    assert scores.projects["review_total"].iloc[1] == 100


def test_only_self_evaluated_projects_are_scored():
    tables = {
        "projects": [project("P1", is_self_evaluated=False), project("P2")],
        "funds": [money("P1"), money("P2", executed=50)],
        "indicators": indicators("P1", actual=1) + indicators("P2"),
    }
    scores = score(**tables)
    assert scores.projects["project_id"].tolist() == ["P2"]
    assert set(scores.indicators["project_id"]) == set(scores.ledger["project_id"]) == {"P2"}


def test_indicators_of_a_whole_unit_are_no_projects():
    rows = [*indicators(), {**indicators()[0], "indicator_id": "U", "project_id": None}]
    rows[-1]["unit_id"] = "U01"
    assert len(score(indicators=rows).indicators) == 3


WEIGHTS = [
    # budget year, split, whether it differs from the standard of the evaluation date
    pytest.param(2020, SPLIT, False, id="the standard split"),
    pytest.param(2020, [("output", 60), ("benefit", 20), ("satisfaction", 10)], True, id="own"),
    pytest.param(
        2021,
        [("cost", 20), ("output", 40), ("benefit", 20), ("satisfaction", 10)],
        False,
        id="with cost, 101号 in force",
    ),
    pytest.param(
        2020,
        [("cost", 20), ("output", 40), ("benefit", 20), ("satisfaction", 10)],
        True,
        id="with cost before 101号",
    ),
    pytest.param(2021, [("output", 50), ("benefit", 40)], False, id="no satisfaction, 101号"),
    pytest.param(2020, [("output", 50), ("benefit", 40)], True, id="no satisfaction before 101号"),
    pytest.param(
        2021, [("cost", 20), ("output", 40), ("benefit", 30)], False, id="cost, no satisfaction"
    ),
]


@pytest.mark.parametrize(("budget_year", "split", "differs"), WEIGHTS)
def test_level_1_points_are_held_to_the_standard_split(budget_year, split, differs):
    rules = load_rules().on(evaluation_date(budget_year))
    scores = score(rules, budget_year, indicators=indicators(split=split))
    assert only(scores)["status"] == "scored"  # a deviation is a warning, never a refusal
    codes = [(finding.code, finding.severity) for finding in scores.findings]
    assert codes == ([("weights-level1-differ", "warning")] if differs else [])


def test_hubei_gives_execution_twenty_points_and_leaves_the_rest_free():
    rules = load_rules(EXAMPLES / "hubei.yaml").on(date(2021, 3, 31))
    # the real form of the fishing ban, 2020: 20 + 10 + 10 + 40 beside 20 for execution
    split = [("output", 20), ("output", 10), ("output", 10), ("satisfaction", 40)]
    scores = score(
        rules, 2020, indicators=indicators(split=split), funds=[money(annual=1.56, executed=1.56)]
    )
    assert only(scores)["execution_points"] == 20
    assert (only(scores)["review_total"], scores.findings) == (100.0, ())
    half = score(
        rules, 2020, indicators=indicators(split=split), funds=[money(annual=1.56, executed=0.78)]
    )
    assert only(half)["execution_score"] == 10


def test_haidian_divides_by_the_initial_budget():
    rules = load_rules(EXAMPLES / "haidian.yaml").on(date(2017, 3, 31))
    # the real form of street cleaning, 2016: 154.74 of 310.2 is 49.88%, printed as 5 points
    funds = [money(annual=200, executed=154.74, initial_wan=310.2)]
    scores = score(rules, 2016, funds=funds, indicators=indicators(split=[("output", 90)]))
    row = only(scores)
    assert (row["execution_score"], row["review_total"]) == (4.99, 94.99)
    assert row["scored_rate"] == pytest.approx(0.4988, abs=5e-5)
    assert row["execution_rate"] == pytest.approx(154.74 / 200)  # always executed ÷ annual
    assert "年初预算310.2万元" in scores.ledger["reason"].iloc[0]
    without = score(rules, 2016, funds=[money()], indicators=indicators(split=[("output", 90)]))
    assert "年初预算数缺失或为零" in only(without)["refused_reason"]


def test_no_rule_no_score():
    with pytest.raises(RuleNotInForceError):
        score(load_rules().on(date(2017, 3, 31)), 2016)


def test_a_rule_with_broken_points_or_grades_is_refused(tmp_path):
    def rules(key, unit, value):
        path = tmp_path / "broken.yaml"
        body = f"{{value: {value}, basis: convention, source: null}}"
        path.write_text(
            "schema: 1\ndocuments: {}\nrules:\n"
            f"  {key}: {{title: x, unit: {unit}, values: {{2020-03-01: {body}}}}}\n",
            "utf-8",
        )
        return load_rules(path).on(date(2022, 3, 31))

    with pytest.raises(RuleError, match=r"0\.01"):
        score(rules("self.weights", "points", "{execution: 10.005}"))
    with pytest.raises(RuleError, match="从0分起"):
        score(rules("self.grade_floors", "points", "{excellent: 90}"))


def test_the_rules_used_travel_with_the_scores():
    scores = score()
    assert {value.key for value in scores.rules} >= {"self.weights", "self.grade_floors"}
    assert all(value.key.startswith("self.") for value in scores.rules)
    assert scores.evaluation_date == date(2022, 3, 31)


def test_input_is_not_changed():
    year = make_year(
        projects=[project()], funds=[money(executed=1)], indicators=indicators(actual=3)
    )
    before = {name: table.copy(deep=True) for name, table in year.tables.items()}
    score_projects(year, RULES)
    for name, table in year.tables.items():
        pd.testing.assert_frame_equal(table, before[name])


def test_a_year_without_projects_gives_empty_scores():
    scores = score(projects=[], funds=[], indicators=[])
    assert len(scores.projects) == len(scores.indicators) == len(scores.ledger) == 0
    assert scores.findings == ()
