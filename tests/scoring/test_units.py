"""Whole-unit evaluation: scales by hand, ledgers that tie, local scales in their own place."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from perfanalysis.errors import RuleError
from perfanalysis.rules.loader import evaluation_date, load_rules
from perfanalysis.scoring.scales import check_scale, kept_points, measured
from perfanalysis.scoring.units import score_units
from year_tables import make_year

EXAMPLES = Path(__file__).parents[2] / "examples" / "rules"
DAY = evaluation_date(2021)
RULES = load_rules().on(DAY)
HUNAN = load_rules(EXAMPLES / "unit-hunan.yaml").on(DAY)
SICHUAN = load_rules(EXAMPLES / "unit-sichuan.yaml").on(DAY)
SOUND = {
    "three_public_budget": 10,
    "three_public_actual": 9,
    "three_public_last": 9.5,
    "office_budget": 40,
    "office_actual": 38,
    "procurement_budget": 80,
    "procurement_actual": 80,
    "budget": 600,
    "budget_adjusted": 0,
    "budget_completed": 600,
    "payment_planned_share": 1,
    "payment_actual_share": 1,
    "carryover": 0,
    "carryover_last": 0,
    "key_project_spending": 95,
    "project_spending": 100,
    "assets_total": 50,
    "assets_in_use": 50,
    "duties_planned": 20,
    "duties_done": 20,
    "duties_on_time": 20,
    "duties_quality": 20,
    "assigned_tasks": 4,
    "assigned_done": 4,
    "satisfaction": 95,
}
KINDS = ("budget", "final_account", "targets", "self_evaluation")


def scores_of(rules=RULES, kinds=KINDS, staff=(20, 20), **changes):
    figures = SOUND | changes
    year = make_year(
        units=[
            {"unit_id": "U1", "name": "甲", "staff_quota": staff[1], "staff_actual": staff[0]},
        ],
        unit_finance=[
            {"unit_id": "U1", "item": item, "value": float(value)}
            for item, value in figures.items()
            if value is not None
        ],
        publication=[
            {"publication_id": kind, "unit_id": "U1", "kind": kind, "date": "2021-03-01"}
            for kind in kinds
        ],
    )
    return score_units(year, rules)


def lost_on(result):
    return dict(zip(result.ledger["indicator"], result.ledger["lost"], strict=True))


def test_a_sound_unit_keeps_everything():
    result = scores_of()
    assert result.units.loc[0, ["score", "grade", "status"]].tolist() == [
        100,
        "excellent",
        "scored",
    ]
    assert result.ledger.empty


@pytest.mark.parametrize(
    ("changes", "indicator", "lost"),
    [
        # 三公: 12.43 of 10 is 24.3 points above at 1 each: all 6 points
        ({"three_public_actual": 12.43, "three_public_last": 13}, "三公经费控制率", 6),
        # 10.25 of 10: 2.5 points above
        ({"three_public_actual": 10.25, "three_public_last": 11}, "三公经费控制率", 2.5),
        # 9.69 against 9.5 is 2 % more, at 0.5 each
        ({"three_public_actual": 9.69}, "三公经费变动率", 1),
        # 21 posts filled of 20: 5 points above at 0.5
        ({"staff": (21, 20)}, "在职人员控制率", 2.5),
        # 577 of 600 of 8 points: 7.6933, kept 7.69
        ({"budget_completed": 577}, "预算完成率", 0.31),
        # −15 % counts by its size: in the band to 20 %, 2 of 4 points
        ({"budget_adjusted": -90}, "预算调整率", 2),
        ({"key_project_spending": 89.99}, "重点支出安排率", 1),
        ({"kinds": ("budget",)}, "预决算信息公开性", 3),
        ({"satisfaction": 79.9}, "服务对象满意度", 4),
        ({"carryover": 60}, "结转结余率", 1),
    ],
)
def test_scales_by_hand(changes, indicator, lost):
    result = scores_of(**changes)
    assert lost_on(result)[indicator] == lost
    assert result.units.loc[0, "score"] == pytest.approx(100 - sum(lost_on(result).values()))


def test_a_deduction_names_reason_rule_and_cell():
    line = scores_of(three_public_actual=10.25, three_public_last=11).ledger.iloc[0]
    assert line["reason"] == (
        "三公经费控制率为102.5%（10.25与10），不超过100%得满分，每超1个百分点扣1分"
    )
    assert (line["rule"], line["basis"]) == ("unit.three_public_control", "convention")
    assert line["source_cell"].startswith("unit_finance.csv!")


def test_what_does_not_apply_is_left_out_of_the_hundred():
    """No procurement at all: 4 points do not apply, 92 of 96 kept are 95.83."""
    result = scores_of(procurement_budget=0, procurement_actual=0, kinds=())
    assert result.units.loc[0, ["points", "kept", "score"]].tolist() == [96, 92, 95.83]


def test_spending_without_a_budget_keeps_nothing():
    assert lost_on(scores_of(three_public_budget=0))["三公经费控制率"] == 6


def test_a_unit_with_missing_figures_has_no_total():
    result = scores_of(carryover_last=None)
    assert result.units.loc[0, "status"] == "refused"
    assert np.isnan(result.units.loc[0, "score"])
    assert result.units.loc[0, "refused_reason"] == "缺少结转结余变动率的数据"
    assert [f.code for f in result.findings] == ["unit-data-missing"]


def test_a_local_scale_replaces_its_own_indicator_only():
    """Hunan: 预算调整率 3 points, from 10 % to 20 % one; 三公 −1 a point; the rest is ours."""
    result = scores_of(HUNAN, budget_adjusted=90)
    assert lost_on(result) == {"预算调整率": 2}
    assert result.ledger.loc[0, "basis"] == "local"
    assert result.units.loc[0, "points"] == 99
    bases = {value.key: value.basis for value in result.rules}
    assert (bases["unit.adjustment"], bases["unit.completion"]) == ("local", "convention")


def test_sichuans_parts_have_the_points_that_were_read():
    """部门决策 25, 综合管理 30, 履职成效 20, 满意度 10; 可持续发展 15 has no figures."""
    result = scores_of(SICHUAN)
    parts = result.indicators.groupby("level2", sort=False)["points"].sum()
    assert parts.to_dict() == {"部门决策": 25, "综合管理": 30, "履职成效": 20, "满意度": 10}
    assert result.left_out == {"可持续发展": 15}
    assert result.units.loc[0, ["points", "kept", "score"]].tolist() == [85, 85, 100]


def test_a_unit_on_sichuans_points_by_hand():
    """18 of 20 duties: −0.7 of 7; satisfied 85%: 8 of 10; 85 − 2.7 = 82.3 of 85 is 96.82."""
    result = scores_of(SICHUAN, duties_done=18, satisfaction=85)
    assert lost_on(result) == {"实际完成率": 0.7, "服务对象满意度": 2}
    assert result.units.loc[0, ["kept", "score"]].tolist() == [82.3, 96.82]


def test_only_the_points_of_its_parts_are_said_to_be_sichuans():
    bases = {value.key: value.basis for value in scores_of(SICHUAN).rules if "unit." in value.key}
    local = {key for key, basis in bases.items() if basis == "local"}
    assert local == {"unit.group_points"}
    assert {*bases.values()} == {"local", "convention"}
    assert set(scores_of(SICHUAN, satisfaction=85).ledger["basis"]) == {"convention"}


def test_parts_that_do_not_add_up_are_refused(tmp_path):
    text = (EXAMPLES / "unit-sichuan.yaml").read_text("utf-8")
    for old, new, said in (
        (
            "group: 综合管理, points: 30",
            "group: 综合管理, points: 31",
            "“综合管理”为31分.*合计30分",
        ),
        ("{group: 满意度, points: 10}", "{group: 满意, points: 10}", "“满意度”为0分.*合计10分"),
        ("group: 满意度, points: 10", "name: 满意度, points: 10", "每项请写"),
    ):
        path = tmp_path / "local.yaml"
        path.write_text(text.replace(old, new), "utf-8")
        with pytest.raises(RuleError, match=said):
            scores_of(load_rules(path).on(DAY))


def test_without_points_of_parts_nothing_is_left_out():
    assert scores_of().left_out == {}


@given(
    st.fractions(0, 3, max_denominator=1000),
    st.fractions(0, 3, max_denominator=1000),
    st.sampled_from(list(RULES.value("unit.framework"))),
)
def test_points_stay_within_and_move_one_way(one, other, indicator):
    scale = RULES.value(indicator["rule"])
    points = round(scale["points"] * 100)
    low, high = (kept_points(points, rate, scale) for rate in sorted((one, other)))
    assert 0 <= min(low, high) <= max(low, high) <= points
    more_is_better = scale["method"] in ("proportional", "at_least")
    assert low <= high if more_is_better else low >= high


def test_rates():
    assert measured("change", 9.69, 9.5) == Fraction(2, 100)
    assert measured("change", 0, 0) == 0
    assert measured("change", 5, 0) is None
    assert measured("percent", 90.6, 100) == Fraction(906, 1000)


@pytest.mark.parametrize(
    ("scale", "said"),
    [
        ({"method": "guess", "points": 1}, "未知"),
        ({"method": "ceiling", "points": 1}, "limit、step"),
        ({"method": "at_most", "points": 1, "bands": [[0.2, 1], [0.1, 0]]}, "从低到高"),
        ({"method": "at_least", "points": 1, "bands": [[0.9, 2]]}, "高于分值"),
    ],
)
def test_scales_that_cannot_be_read(scale, said):
    with pytest.raises(RuleError, match=said):
        check_scale("unit.x", scale)
