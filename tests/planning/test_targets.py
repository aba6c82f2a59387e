"""What is wrong with targets as they were set, on small hand-made forms."""

import pandas as pd
import pytest

from perfanalysis.planning.targets import output_kind, target_flags
from year_tables import PROJECT, make_year

# level 1, level 2, level 3: a form that has everything (财预〔2020〕10号附件1)
WHOLE = (
    ("output", "数量指标", "修路长度"),
    ("output", "质量指标", "验收合格率"),
    ("output", "时效指标", "完工时间"),
    ("output", "成本指标", "每公里造价"),
    ("benefit", "社会效益指标", "受益村数"),
    ("satisfaction", "服务对象满意度指标", "村民满意度"),
)


def form(rows=WHOLE, project="P1", **values):
    return [
        {
            "indicator_id": f"{project}-{number}",
            "project_id": project,
            "level1": level1,
            "level2": level2,
            "level3": level3,
            "op": "at_least",
            "target": 1.0,
        }
        | values
        for number, (level1, level2, level3) in enumerate(rows)
    ]


def flags(rows, projects=("P1",), **project):
    heads = [PROJECT | {"project_id": p} | project for p in projects]
    year = make_year(projects=heads, indicators=rows)
    before = year["indicators"].copy()
    found = target_flags(year)
    pd.testing.assert_frame_equal(year["indicators"], before)
    return found


def kinds(rows, **more):
    return flags(rows, **more)["kind"].tolist()


def without(level2):
    return [row for row in WHOLE if row[1] != level2]


def test_a_whole_form_has_no_flag():
    assert flags(form()).empty


@pytest.mark.parametrize(
    ("level2", "kind", "label"),
    [
        ("质量指标", "quality-missing", "质量"),
        ("成本指标", "cost-missing", "成本"),
        ("服务对象满意度指标", "satisfaction-missing", "满意度"),
    ],
)
def test_a_kind_that_is_not_set(level2, kind, label):
    found = flags(form(without(level2)))
    assert found[["kind", "project_id", "unit_id", "seen", "where"]].values.tolist() == [
        [kind, "P1", "U01", f"没有设置{label}指标", "indicators.csv!E2"]
    ]
    assert found["amount_wan"].isna().all()


def test_quantity_and_time_may_be_left_out():
    assert flags(form([row for row in WHOLE if row[1] not in ("数量指标", "时效指标")])).empty


@pytest.mark.parametrize(
    "row", [("satisfaction", "", "村民评价"), ("benefit", "满意度", "村民评价")]
)
def test_satisfaction_by_level_1_or_by_level_2(row):
    assert flags(form([*without("服务对象满意度指标"), row])).empty


def test_satisfaction_may_be_left_out_where_cost_is_at_level_1():
    """财预〔2021〕101号: cost is a level-1 indicator, satisfaction may be omitted."""
    rows = [*WHOLE[:3], ("cost", "经济成本指标", "每公里造价"), WHOLE[4]]
    assert flags(form(rows)).empty


def test_a_project_without_any_indicator_is_not_three_kinds_short():
    """It has no score at all, and says so elsewhere."""
    assert flags([]).empty


def test_a_blank_target_says_which_indicator_and_which_cell():
    rows = form()
    rows[1] |= {"target": None, "target_text": None}
    rows[2] |= {"target": None, "target_text": "12月底前"}
    found = flags(rows)
    assert found[["kind", "seen", "where"]].values.tolist() == [
        ["target-missing", "指标“验收合格率”没有填目标值，得分无法按规则核对", "indicators.csv!H3"]
    ]


def test_the_cell_of_the_form_goes_before_that_of_the_table():
    rows = form(target=None, source_cell="自评表.xlsx!表1!D12")[:1] + form()[1:]
    assert flags(rows)["where"].tolist() == ["自评表.xlsx!表1!D12"]


def test_a_target_of_zero_is_a_target():
    assert flags(form(target=0.0)).empty


def test_a_blank_name_is_said_to_be_blank():
    rows = form()
    rows[0] |= {"target": None, "level3": None}
    assert flags(rows)["seen"].tolist() == ["指标（名称空白）没有填目标值，得分无法按规则核对"]


def test_the_same_text_under_several_kinds():
    copied = [(level1, level2, "修 路长度") for level1, level2, _ in WHOLE[:4]]
    found = flags(form([*copied, *WHOLE[4:]]))
    assert found[["kind", "seen", "where"]].values.tolist() == [
        [
            "indicators-identical",
            "数量、质量、时效、成本指标完全相同：“修路长度”",
            "indicators.csv!F2",
        ]
    ]


def test_the_same_text_twice_under_one_kind_is_not_copied_across_kinds():
    assert flags(form([*WHOLE, ("output", "数量指标", "修路长度")])).empty


def test_the_same_text_in_two_projects_is_not_copied_across_kinds():
    other = [("output", "质量指标", "修路长度"), *WHOLE[2:]]
    rows = [*form(), *form(other, project="P2")]
    assert flags(rows, projects=("P1", "P2")).empty


def test_a_benefit_of_the_same_name_is_no_copy():
    rows = [*WHOLE, ("benefit", "经济效益指标", "修路长度")]
    assert flags(form(rows)).empty


def test_only_self_evaluated_projects_count():
    assert flags(form(without("质量指标")), is_self_evaluated=False).empty


def test_indicators_of_a_unit_are_not_those_of_a_project():
    rows = [row | {"project_id": None, "unit_id": "U01", "target": None} for row in form()]
    assert flags(rows).empty


def test_what_a_level_2_name_speaks_of():
    names = pd.Series(["数量指标", "产出质量", "时效", "经济成本指标", "社会效益指标", None])
    kinds_ = output_kind(names)
    assert kinds_[:4].tolist() == ["数量", "质量", "时效", "成本"]
    assert kinds_[4:].isna().all()
