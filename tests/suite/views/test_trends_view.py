"""The page of several years: one year alone, and two made years."""

import pandas as pd
import pytest
from made_years import EVALUATED, indicator, project, work_year

from perfanalysis.rules.loader import evaluation_date, load_rules
from perfanalysis.scoring.projects import score_projects
from perfanalysis.suite.views.common import sentences
from perfanalysis.suite.views.trends import (
    cost_findings,
    cost_notes,
    trends_findings,
    trends_view,
    twice_refused,
    with_measure,
)
from year_tables import STANDARDS, make_year


def with_years(*earlier, last=None):
    """The made work year with these budget years before it."""
    year = work_year(evaluation=last)
    scores = {data.budget_year: score_projects(data, year.rules) for data in earlier}
    vars(year).update(
        earlier_scores=scores, earlier_years=(*earlier, year.evaluation), history=earlier[::-1]
    )
    return year


def before(budget_year, **tables):
    return make_year(budget_year, **EVALUATED | tables)


def said(year, lang="zh"):
    view = trends_view(year)
    _, say = year.page("80_trends", lang)
    return sentences(say, trends_findings(view))


def test_one_year_says_that_it_is_alone():
    year = with_years()
    assert said(year) == ["只有2020年度的复核结果，没有以前年度的数据，不能看变化。"]
    assert trends_view(year).moved.empty


def test_two_years_are_split_and_too_few_pairs_are_refused():
    # 2019: P1 reaches half: 8 + 45 = 53, P3 55; 2020: P1 98, P3 55. Both stay: (45 + 0) / 2.
    halved = [
        indicator("P1", 50.0, 90),
        indicator("P2", 100.0, 80),
        indicator("P3", 50.0, 90, self_score=85.0),
    ]
    year = with_years(before(2019, indicators=halved))
    view = trends_view(year)
    row = view.moved.iloc[0]
    assert row[["stayed", "entered", "left"]].tolist() == [2, 0, 0]
    assert row[["mean_before", "mean_after", "same"]].tolist() == [54.0, 76.5, 22.5]
    assert view.line is None
    assert set(view.refused) == {"rectified", "lowest", "highest"}
    assert any("少于20个" in sentence for sentence in said(year))
    assert twice_refused(view) == ("twice-few", {"n": 2, "needed": 3})


def test_two_low_years_of_three_are_listed():
    # P3 has 55 points (poor) in each year, P1 98
    year = with_years(before(2018), before(2019))
    view = trends_view(year)
    assert view.enough
    assert view.low[["project_id", "times", "review_total"]].values.tolist() == [["P3", 3, 55.0]]


MANY = [f"P{n:02d}" for n in range(30)]


def many(budget_year, reached, rectification=()):
    """Thirty projects, two a unit; each reaches so much of its only target."""
    projects = [project(name, f"U{n // 2:02d}") for n, name in enumerate(MANY)]
    indicators = [indicator(name, value, 90) for name, value in zip(MANY, reached, strict=True)]
    funds = [EVALUATED["funds"][1] | {"project_id": name, "fund_id": name} for name in MANY]
    found = [
        {"finding_id": f"{name}-{status}", "unit_id": "U01", "project_id": name, "issue": "问题"}
        | {"due": pd.Timestamp("2020-06-30"), "status": status}
        for name, status in rectification
    ]
    return make_year(
        budget_year,
        projects=projects,
        indicators=indicators,
        funds=funds,
        rectification=found,
    )


def test_what_was_rectified_is_held_against_the_rest():
    # every other project of the first sixteen had a finding, closed, and rose by 9 of 90 points
    low = [50.0 + n for n in range(30)]
    high = [value + (10 if n % 2 == 0 and n < 16 else 0) for n, value in enumerate(low)]
    first = many(2019, low, rectification=[(name, "closed") for name in MANY[:16:2]])
    second = many(2020, high)
    year = with_years(first)
    vars(year).update(
        evaluation=second,
        scores=score_projects(second, year.rules),
        earlier_years=(first, second),
    )
    view = trends_view(year)
    # the 22 others did not change at all: the line is the diagonal, nothing is expected
    assert view.line is not None
    assert view.line.n == 22
    row = view.changes.set_index("group").loc["rectified"]
    figures = row[["n", "change", "expected", "excess"]].astype("float64").tolist()
    assert figures == pytest.approx([8, 9.0, 0.0, 9.0], abs=1e-9)
    _, say = year.page("80_trends", "zh")
    assert any("超过向均值回归" in each for each in sentences(say, trends_findings(view)))


def test_a_project_with_an_open_finding_is_in_neither_group():
    low = [50.0 + n for n in range(30)]
    found = [(name, "closed") for name in MANY[:16:2]] + [(MANY[0], "open")]
    first, second = many(2019, low, rectification=found), many(2020, low)
    year = with_years(first)
    vars(year).update(
        evaluation=second,
        scores=score_projects(second, year.rules),
        earlier_years=(first, second),
    )
    view = trends_view(year)
    assert view.line is not None
    assert view.line.n == 22
    assert view.changes.set_index("group").loc["rectified", "n"] == 7


def test_without_a_shared_output_unit_costs_are_not_compared():
    year = with_years()
    view = trends_view(year)
    assert cost_findings(view, year) == [("main-cost-none", {"projects": 6, "units": 5})]
    assert view.outside.empty
    assert not view.standards


def test_unit_costs_outside_are_those_of_the_evaluated_year():
    # thirty projects pay 50 each for about as much; one pays the same for a hundredth of it
    same = [100.0 + n for n in range(30)]
    first, second = many(2019, same), many(2020, [1.0, *same[1:]])
    for data in (first, second):
        data["indicators"]["measure_unit"] = "平方米"
        data["indicators"]["level3"] = "维修面积"
    year = with_years(first)
    vars(year).update(
        evaluation=second,
        scores=score_projects(second, year.rules),
        earlier_years=(first, second),
    )
    view = trends_view(year)
    assert view.outside["project_id"].tolist() == ["P00"]
    key, values = cost_findings(view, year)[0]
    assert (key, values["outputs"], values["projects"]) == ("main-cost", 1, 30)
    assert values["chance"] == pytest.approx(1.5)
    _, say = year.page("80_trends", "zh")
    assert any("cost.standards" in note for note in cost_notes(view, year, say))
    assert view.dear.empty


def test_projects_over_a_spending_standard_are_those_of_the_evaluated_year(tmp_path):
    # 100 units of 50 each cost 0.5 a piece, two projects make 40 and 20: 1.25 and 2.5 a piece
    first, second = many(2019, [10.0, *[100.0] * 29]), many(2020, [40.0, 20.0, *[100.0] * 28])
    for data in (first, second):
        data["indicators"]["measure_unit"] = "平方米"
        data["indicators"]["level3"] = "维修面积"
    year = with_years(first)
    (tmp_path / "local.yaml").write_text(STANDARDS.replace("AMOUNT", "1"), "utf-8")
    vars(year).update(
        evaluation=second,
        scores=score_projects(second, year.rules),
        earlier_years=(first, second),
        rules=load_rules(tmp_path / "local.yaml").on(evaluation_date(2020)),
    )
    view = trends_view(year)
    assert view.dear["project_id"].tolist() == ["P01", "P00"]
    assert view.dear["over_share"].tolist() == pytest.approx([1.5, 0.25])
    _, say = year.page("80_trends", "zh")
    assert with_measure(view.dear, say)["output"].tolist() == ["维修面积（平方米）"] * 2
    main = sentences(say, cost_findings(view, year))[1]
    assert main.startswith("1种产出有支出标准：2020年度30个项目中有2个的单位成本高于标准")
    assert "支出标准依据：示财〔2020〕1号第二条。" in cost_notes(view, year, say)
