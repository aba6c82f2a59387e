"""What the lint finds, on small forms and on the made-up district."""

import json
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from perfanalysis.data.tables import load_year
from perfanalysis.planning.levels import objective_clauses
from perfanalysis.planning.lint import lint_targets
from perfanalysis.rules.loader import load_rules
from year_tables import PROJECT, make_year

RULES = load_rules().on(date(2021, 10, 31))
DATA = Path(__file__).parents[2] / "data"
WHOLE = (
    ("output", "数量指标", "修路长度", "公里"),
    ("output", "质量指标", "验收合格率", "%"),
    ("output", "时效指标", "完工时间", "月"),
    ("output", "成本指标", "每公里造价", "万元"),
    ("satisfaction", "服务对象满意度指标", "村民满意度", "%"),
)


def form(project="P1", changes=(), target=10.0):
    made = [
        {
            "indicator_id": f"{project}-{number}",
            "project_id": project,
            "level1": level1,
            "level2": level2,
            "level3": level3,
            "op": "at_least",
            "target": target,
            "actual": target,
            "measure_unit": unit,
        }
        for number, (level1, level2, level3, unit) in enumerate(WHOLE)
    ]
    for place, values in changes:
        made[place] |= values
    return made


def lint(rows, projects=({},), previous=None):
    heads = [PROJECT | {"project_id": f"P{n}"} | more for n, more in enumerate(projects, 1)]
    year = make_year(2022, projects=heads, indicators=rows)
    return lint_targets(year, RULES, previous=previous)


def test_a_whole_form_has_no_finding():
    assert lint(form()).empty


@pytest.mark.parametrize(
    ("change", "kind", "criterion", "points", "where", "better"),
    [
        (
            (0, {"target": None, "target_text": "效果显著"}),
            "target-unmeasurable",
            "明确清晰性",
            2,
            "indicators.csv!I2",
            "改为可以核对的数",
        ),
        (
            (0, {"target": None}),
            "target-missing",
            "规范完整性",
            2,
            "indicators.csv!H2",
            "如“修路长度”≥××公里",
        ),
        (
            (0, {"measure_unit": "万元"}),
            "money-as-quantity",
            "指标科学性",
            3,
            "indicators.csv!I2",
            "项目总成本≤预算数",
        ),
        (
            (0, {"level3": "加强管护", "target": None, "target_text": "有序推进"}),
            "process-wording",
            "明确清晰性",
            1,
            "indicators.csv!F2",
            "做到什么程度",
        ),
        (
            (0, {"level3": "路面合格率"}),
            "wrong-class",
            "指标科学性",
            1,
            "indicators.csv!E2",
            "移到质量指标",
        ),
        (
            (1, {"level3": "修 路长度"}),
            "indicators-identical",
            "指标科学性",
            6,
            "indicators.csv!F2",
            "各类分别设置",
        ),
    ],
)
def test_a_defect_has_its_cell_and_a_better_wording(change, kind, criterion, points, where, better):
    found = lint(form(changes=[change])).set_index("kind")
    row = found.loc[kind]
    assert row[["criterion", "points"]].tolist() == [criterion, points]
    assert row["where"] == where
    assert better in row["better"]


def test_no_criterion_loses_more_than_its_own_points():
    changes = [(n, {"target": None}) for n in range(5)]
    found = lint(form(changes=changes))
    found = found[found["kind"] == "target-missing"]
    assert found["points"].tolist() == [2, 2, 2, 2, 2]
    also = [row for row in form(changes=changes) if row["level2"] != "质量指标"]
    points = lint(also).groupby("criterion")["points"].sum()
    assert points["规范完整性"] == 10  # 4 × 2 + 3 = 11, cut to the criterion's 10


def before(target, actual):
    rows = form(changes=[(0, {"target": target, "actual": actual})])
    return make_year(2021, projects=[PROJECT | {"project_id": "P1"}], indicators=rows)


@pytest.mark.parametrize(
    ("target", "actual", "low"),
    [
        (20.0, 21.0, True),
        (12.0, 40.0, False),
        (20.0, 12.0, False),
        (14.0, 15.0, False),
        (20.0, None, False),
    ],
)
def test_a_target_is_held_against_the_lower_of_last_years_target_and_actual(target, actual, low):
    found = lint(form(), previous=before(target, actual))
    assert (found["kind"].tolist() == ["target-too-low"]) is low


def test_a_level_1_objective_needs_an_indicator_at_either_level():
    heads = ({"objective": "修路长度≥10公里，慰问困难老人≥5人。"}, {"parent_id": "P1"})
    found = lint([*form(target=3.0), *form("P2", target=7.0)], heads)
    covered = found[found["kind"] == "parent-not-covered"]
    assert covered["seen"].tolist() == [
        "一级项目总体目标中的“慰问困难老人”，本级和二级项目都没有指标承接"
    ]
    assert objective_clauses("按计划完成。修路长度≥10公里") == ["修路长度"]


@pytest.mark.parametrize(("second", "seen"), [(7.0, 0), (6.0, 1)])
def test_level_2_targets_add_up_to_the_level_1_target(second, seen):
    rows = [*form(target=10.0), *form("P2", target=3.0), *form("P3", target=second)]
    found = lint(rows, ({}, {"parent_id": "P1"}, {"parent_id": "P1"}))
    sums = found[found["kind"] == "parent-sum"]
    assert len(sums) == seen
    if seen:
        assert sums["seen"].iloc[0] == "一级项目“修路长度”目标10，2个二级项目合计9"


KINDS = {
    "target-missing",
    "target-unmeasurable",
    "indicators-identical",
    "money-as-quantity",
    "quality-missing",
    "cost-missing",
    "satisfaction-missing",
    "target-too-low",
}


@pytest.fixture(scope="module")
def found():
    """Findings of three years, and what was put there by the program that made the district."""
    listed = json.loads((DATA / "planted.json").read_text("utf-8"))["planted"]
    tables = {year: load_year(DATA / str(year)) for year in (2020, 2021, 2022, 2023)}
    lints = {y: lint_targets(tables[y], RULES, previous=tables[y - 1]) for y in (2021, 2022, 2023)}
    return lints, [each for each in listed if each["budget_year"] in lints]


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_what_was_put_there_is_found_and_nothing_else(found, kind):
    lints, listed = found
    seen = {
        (year, project)
        for year, table in lints.items()
        for project in table.loc[table["kind"] == kind, "project_id"]
    }
    there = {(each["budget_year"], each["subjects"][0]) for each in listed if each["kind"] == kind}
    assert len(seen & there) >= 0.9 * len(there)
    assert len(seen & there) >= 0.8 * len(seen)


def test_of_a_copy_both_forms_are_named(found):
    lints, listed = found
    for year, table in lints.items():
        seen = set(table.loc[table["kind"] == "targets-copied", "project_id"])
        pairs = [
            set(each["subjects"][:2])
            for each in listed
            if each["kind"] == "targets-copied" and each["budget_year"] == year
        ]
        assert seen == set().union(*pairs)


def test_honest_cases_are_not_found(found):
    lints, listed = found
    decoys = {"decoy:target-back-to-normal": "target-too-low"}
    decoys["decoy:shared-indicator-names"] = "targets-copied"
    for each in listed:
        if each["kind"] in decoys:
            table = lints[each["budget_year"]]
            seen = table.loc[table["kind"] == decoys[each["kind"]], "project_id"]
            assert not set(seen) & set(each["subjects"])


def test_inputs_are_not_changed():
    year = make_year(2022, projects=[PROJECT | {"project_id": "P1"}], indicators=form())
    kept = year["indicators"].copy()
    lint_targets(year, RULES, previous=year)
    pd.testing.assert_frame_equal(year["indicators"], kept)
