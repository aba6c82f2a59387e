"""Flags of stated scores and missed results, on small hand-made forms."""

import pandas as pd
import pytest

from perfanalysis.data.flags import FLAG_COLUMNS, flags_frame, quoted
from perfanalysis.rules.loader import evaluation_date, load_rules
from perfanalysis.scoring.flags import indicator_flags, result_flags
from perfanalysis.scoring.projects import score_projects
from year_tables import PROJECT, make_year

RULES = load_rules().on(evaluation_date(2020))


def indicator(points=90.0, target=100.0, actual=100.0, level1="output", project="P1", **values):
    return {
        "indicator_id": f"{project}-{level1}",
        "project_id": project,
        "level1": level1,
        "level2": "数量指标",
        "level3": "修路长度",
        "op": "at_least",
        "target": target,
        "target_text": f"≥{target:g}公里" if target is not None else None,
        "measure_unit": "公里",
        "points": points,
        "actual": actual,
    } | values


def made(*indicators, executed=100.0, **project):
    ids = sorted({row["project_id"] for row in indicators if row["project_id"]})
    return make_year(
        2020,
        projects=[PROJECT | {"project_id": p} | project for p in ids],
        funds=[
            {"project_id": p, "fund_source": "total", "annual_wan": 100, "executed_wan": executed}
            for p in ids
        ],
        indicators=list(indicators),
    )


def stated(*indicators, **project):
    year = made(*indicators, **project)
    kept = {name: table.copy() for name, table in year.tables.items()}
    found = indicator_flags(year, RULES)
    for name, table in kept.items():
        pd.testing.assert_frame_equal(year[name], table)
    return found


def missed(*indicators, executed=100.0):
    year = made(*indicators, executed=executed)
    scores = score_projects(year, RULES)
    kept = scores.projects.copy(), scores.indicators.copy(), scores.ledger.copy()
    found = result_flags(scores, year, RULES)
    for now, before in zip((scores.projects, scores.indicators, scores.ledger), kept, strict=True):
        pd.testing.assert_frame_equal(now, before)
    return found


def test_a_score_above_the_rule_says_both_scores_and_where():
    # 50 of 100 kilometres: 45 of 90 points by the rule
    found = stated(indicator(actual=50.0, self_score=90.0))
    assert list(found.columns) == list(FLAG_COLUMNS)
    assert found.drop(columns="amount_wan").iloc[0].to_dict() == {
        "kind": "score-above-rule",
        "project_id": "P1",
        "unit_id": "U01",
        "name": "示例项目",
        "seen": "指标“修路长度”自评90.00分，按规则45.00分",
        "where": "indicators.csv!N2",
        "rule": "",
        "basis": "",
    }
    assert found["amount_wan"].isna().all()


@pytest.mark.parametrize("score", [45.0, 45.05, 10.0])
def test_a_score_by_the_rule_or_below_is_not_above_it(score):
    """0.05 is the tolerance: forms print one decimal or none."""
    assert stated(indicator(actual=50.0, self_score=score)).empty


def test_overachievement_takes_no_flag_of_a_score():
    assert stated(indicator(actual=180.0, self_score=90.0)).empty


def test_a_missed_deadline_in_full_is_said_in_words():
    row = indicator(
        op="qualitative",
        target=None,
        target_text="2020年6月30日前完工",
        actual=None,
        actual_text="2020年9月15日完工",
        level2="时效指标",
        self_score=90.0,
    )
    assert stated(row)["seen"].tolist() == ["指标“修路长度”完成晚于目标日期，自评仍得90.00分"]


def test_a_target_that_nobody_can_measure():
    row = indicator(op="qualitative", target=None, target_text="效果显著", actual=None)
    found = stated(row)
    assert found[["kind", "seen", "where"]].values.tolist() == [
        ["target-unmeasurable", "指标“修路长度”的目标为“效果显著”，无法衡量", "indicators.csv!I2"]
    ]


@pytest.mark.parametrize(("text", "shown"), [("≥104万元", "≥104万元"), (None, "1,234.50万元")])
def test_money_as_a_quantity(text, shown):
    row = indicator(target=1234.5, target_text=text, actual=1234.5, measure_unit="万元")
    found = stated(row)
    assert found[["kind", "seen"]].values.tolist() == [
        ["money-as-quantity", f"数量指标“修路长度”的目标是金额“{shown}”"]
    ]


def test_money_is_no_quantity_under_another_kind():
    assert stated(indicator(level2="成本指标", measure_unit="万元")).empty


def test_the_cell_of_the_form_goes_before_that_of_the_table():
    cell = "自评表.xlsx!表1!G12"
    row = indicator(actual=50.0, self_score=90.0, source_cell=cell)
    assert stated(row)["where"].tolist() == [cell]


def test_only_self_evaluated_projects_count():
    assert stated(indicator(actual=50.0, self_score=90.0), is_self_evaluated=False).empty
    unit = indicator(actual=50.0, self_score=90.0) | {"project_id": None, "unit_id": "U01"}
    assert stated(unit, indicator(project="P2")).empty


def test_results_missed_although_the_money_was_spent():
    # 95 of 100 spent; output 30 of 60 points, benefit 30 of 30: 60 of 90 is under 70%
    found = missed(indicator(60.0, actual=50.0), indicator(30.0, level1="benefit"), executed=95.0)
    assert found[["kind", "amount_wan", "seen", "where", "rule", "basis"]].values.tolist() == [
        [
            "result-missed",
            95.0,
            "执行率95.0%，产出、效益和满意度只得到其分值的66.7%",
            "indicators.csv!L2",
            "effect.result_floor",
            "convention",
        ]
    ]


@pytest.mark.parametrize(
    ("actual", "executed", "flagged"),
    [
        (69.99, 90.0, True),
        (70.0, 90.0, False),  # 63 of 90 is 70%
        (50.0, 89.99, False),  # the money was not spent either
    ],
)
def test_both_floors(actual, executed, flagged):
    assert len(missed(indicator(actual=actual), executed=executed)) == flagged


def test_no_evidence_is_not_a_missed_result():
    assert missed(indicator(actual=None)).empty
    # 60 of 60 where there is evidence; what has none does not count
    assert missed(indicator(60.0), indicator(30.0, level1="benefit", actual=None)).empty


def test_cost_and_execution_are_not_results():
    rows = (indicator(60.0), indicator(30.0, level1="cost", op="at_most", actual=500.0))
    assert missed(*rows).empty


def test_flags_keep_their_columns_and_types_when_there_are_none():
    nothing = flags_frame([])
    assert list(nothing.columns) == list(FLAG_COLUMNS)
    assert str(nothing["amount_wan"].dtype) == "float64"
    assert str(nothing["kind"].dtype) == "str"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("修路", "“修路”"),
        ("", "（名称空白）"),
        (None, "（名称空白）"),
        (float("nan"), "（名称空白）"),
    ],
)
def test_blank_names_are_said_to_be_blank(text, shown):
    assert quoted(text) == shown
