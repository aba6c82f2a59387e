"""The numbers of the district's page, against the paper of made_years."""

import numpy as np
import pytest
from made_years import EVALUATED, MONITORED, indicator, money, payment, project, work_year

from perfanalysis.planning.problems import GROUPS
from perfanalysis.suite.views.common import sentences
from perfanalysis.suite.views.district import (
    district_findings,
    district_view,
    losses_heading,
    unit_list,
)


@pytest.fixture(scope="module")
def year():
    return work_year()


def said(view, year, lang="zh"):
    _, say = year.page("60_district", lang)
    return sentences(say, district_findings(view, year))


@pytest.fixture(scope="module")
def view(year):
    return district_view(year)


def test_money_of_the_two_years_is_kept_apart(view):
    names = ["projects", "annual_wan", "executed_wan", "execution_rate"]
    assert view.evaluated[names].tolist() == [3, 160.0, 140.0, 0.875]
    assert view.monitored[names].tolist() == [2, 140.0, 30.0, 30 / 140]


def test_kinds_of_budget_add_up_to_the_whole(view):
    for table, whole in (
        (view.by_fund_kind, view.evaluated),
        (view.monitored_by_fund_kind, view.monitored),
    ):
        assert table["annual_wan"].sum() == whole["annual_wan"]
        assert table["executed_wan"].sum() == whole["executed_wan"]
    assert view.by_fund_kind["fund_kind"].tolist() == ["general", "government_fund"]


def test_grades_and_refusals_make_up_all_projects(view):
    assert view.grades.set_index("grade")["projects"].to_dict() == {
        "excellent": 1,
        "good": 0,
        "fair": 0,
        "poor": 1,
        "": 1,
    }
    assert view.graded == 2
    assert view.refused[["name", "unit_name"]].values.tolist() == [["项目P2", "示例教育局"]]


def test_points_lost_tie(view):
    # P1 2 for execution; P3 45 for its output
    assert view.losses[["level1", "lost"]].values.tolist() == [["output", 45.0], ["execution", 2.0]]
    assert view.total_lost == view.reasons["lost"].sum() == view.units["lost"].sum() == 47.0
    assert losses_heading(view) == ("losses-heading", {"level1": "output", "share": 45 / 47})


def test_the_gap_and_its_limits_by_hand(view):
    # 100 − 98 and 95 − 55: mean 21, standard deviation 38 / √2
    assert view.gaps["difference"].tolist() == [2.0, 40.0]
    assert view.gap_mean == 21.0
    spread = 1.96 * 38 / np.sqrt(2)
    assert view.gap_limits == pytest.approx((21 - spread, 21 + spread))


def test_units_with_most_money_first_and_a_page_each(view):
    assert view.units[["unit_id", "annual_wan", "page"]].values.tolist() == [
        ["U01", 150.0, "30_unit-U01.html"],
        ["U02", 10.0, "30_unit-U02.html"],
    ]


def test_the_pace_is_of_the_annual_budget(view):
    curves = view.curves.set_index(["fund_kind", "month"])["share"]
    assert curves["general", 9] == 40 / 150
    assert curves["government_fund", 6] == 1.0
    assert curves.xs(12, level="month").tolist() == [80 / 150, 1.0]
    assert view.band.set_index("month")["middle"][9] == 0.633  # (4/15 + 1) / 2, as it is printed


def test_every_kind_of_problem_is_there(view, year):
    assert set(view.problems["kind"]) == {kind for kinds in GROUPS.values() for kind in kinds}
    assert view.problems["flags"].sum() == len(year.flags)


def test_the_main_points_in_words(view, year):
    points = said(view, year)
    assert len(points) == 6
    assert all(word in points[0] for word in ("160.00万元", "140.00万元", "87.5%", "3个2020年度"))
    assert all(word in points[1] for word in ("97.50分", "76.50分", "21.00分"))
    assert "优1个、良0个、中0个、差1个，1个不能评级" in points[2]
    assert all(word in points[3] for word in ("产出", "45.00分", "95.7%"))
    assert "21.4%" in points[4]
    assert f"{len(year.flags)}项" in points[5]
    assert len(said(view, year, "en")) == 6


@pytest.mark.parametrize(
    ("stated", "key"), [(99.0, "main-gap-above"), (97.0, "main-gap-below"), (98.0, "main-gap-same")]
)
def test_the_direction_of_the_gap(stated, key):
    tables = {
        "projects": [project("P1", stated_total=stated)],
        "funds": EVALUATED["funds"][:1],
        "indicators": EVALUATED["indicators"][:1],
        "payments": [],
    }
    year = work_year(evaluation=tables)
    view = district_view(year)
    assert [name for name, _ in district_findings(view, year)][1] == key
    assert said(view, year)
    assert view.curves.empty


def test_flags_of_units_without_evaluated_projects_do_not_break_the_total():
    """U03 has an idle asset, and no self-evaluated project: it is no row of the list of units."""
    asset = {
        "asset_id": "A1",
        "project_id": "P9",
        "name": "楼",
        "finished": "2020-01-01",
        "value_wan": 5.0,
    }
    own = project("P9", "U03", is_self_evaluated=False)
    year = work_year(evaluation={"projects": [*EVALUATED["projects"], own], "assets": [asset]})
    view = district_view(year)
    assert "asset-idle" in set(year.flags["kind"])
    assert view.units["unit_id"].tolist() == ["U01", "U02"]
    assert view.units["flags"].sum() == (year.flags["unit_id"] != "U03").sum()


def test_nothing_lost_nothing_stated_nothing_monitored():
    tables = {
        "projects": [project("P1")],
        "funds": [money("P1", 100, 100)],
        "indicators": [indicator("P1", 100.0, 90)],
        "payments": [payment("P1", "2020-01-05", 1.0)],
    }
    monitored = [row | {"is_monitored": False} for row in MONITORED["projects"]]
    year = work_year(evaluation=tables, monitoring={"projects": monitored})
    view = district_view(year)
    assert [key for key, _ in district_findings(view, year)] == [
        "main-money",
        "main-grades",
        "main-flags",
    ]
    assert losses_heading(view) == ("losses-none", {})
    assert view.monitored.empty
    assert view.total_lost == 0.0


def test_a_unit_without_flags_has_none_of_them():
    kinds = ("质量指标", "成本指标", "满意度指标")
    whole = [indicator("P3", 100.0, 30, number=n, level2=kind) for n, kind in enumerate(kinds)]
    year = work_year(
        evaluation={"indicators": [*EVALUATED["indicators"][:2], *whole], "payments": []}
    )
    table = unit_list(year).set_index("unit_id")
    assert table["flags"].dtype == "int64"
    assert table["flags"].to_dict() == {"U01": len(year.flags), "U02": 0}
