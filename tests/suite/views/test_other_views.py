"""The key-project and data-quality pages, and what every page begins and ends with."""

import pandas as pd
import pytest
from made_years import EVALUATED, project, work_year

from perfanalysis.errors import ParameterError
from perfanalysis.report import page as page_module
from perfanalysis.rules.loader import evaluation_date, load_rules
from perfanalysis.scoring.key_rules import key_framework
from perfanalysis.suite.views.common import (
    add_limits,
    add_reproduction,
    cover,
    gap_of_means,
    money_total,
    sentences,
    with_values,
)
from perfanalysis.suite.views.key_project import key_project_findings, key_project_view
from perfanalysis.suite.views.paid import paid_band, paid_curves
from perfanalysis.suite.views.quality import quality_findings, quality_view

FRAMEWORK = key_framework(load_rules().on(evaluation_date(2020)))


@pytest.fixture(scope="module")
def year():
    return work_year()


def key_year(lost=(), stated=100.0):
    """P1 is a key project with full marks but for `lost`: (indicator, points)."""
    rows = [
        {
            "project_id": "P1",
            "indicator": name,
            "points": points,
            "score": points - dict(lost).get(name, 0.0),
            "reason": f"{name}有欠缺" if name in dict(lost) else None,
            "evidence_id": "D-01",
        }
        for name, points in FRAMEWORK["rule_points"].items()
    ]
    visit = {"visit_id": "K1", "project_id": "P1", "date": "2021-05-01", "item": "长度"}
    return work_year(
        evaluation={
            "projects": [
                project("P1", is_key=True, stated_total=stated),
                *EVALUATED["projects"][1:],
            ],
            "key_scores": rows,
            "site_visits": [visit | {"reported": 12.0, "verified": 10.0}],
        }
    )


def said(year, lang="zh"):
    view = key_project_view(year, "P1")
    _, say = year.page("40_key_project", lang)
    return sentences(say, key_project_findings(view, year))


def test_a_key_project_by_hand():
    view = key_project_view(key_year([("实施效益", 4.5), ("预算执行率", 1.0)]), "P1")
    assert view.project[["score", "grade", "unit_name"]].tolist() == [
        94.5,
        "excellent",
        "示例教育局",
    ]
    assert view.ledger[["indicator", "lost"]].values.tolist() == [
        ["实施效益", 4.5],
        ["预算执行率", 1.0],
    ]
    assert (view.lost, view.totals) == (5.5, {"points": 100.0, "score": 94.5})
    assert view.levels["score"].sum() == 94.5
    # benefit: 25.5 of 30
    assert view.levels.set_index("level1")["kept_share"]["benefit"] == 0.85
    assert view.evidence.visits[["reported", "verified_number"]].values.tolist() == [[12.0, 10.0]]
    assert view.listing["review_score"] == 94.5
    assert view.listing["points_lost"] == 5.5


def test_the_main_points_of_a_key_project():
    score, sure, spent, lost, own = said(key_year([("实施效益", 4.5)]))
    assert score == "评价组得分95.50分，等级为优。"
    assert "80.0%" in spent
    assert all(word in lost for word in ("共1处扣分", "4.50分", "实施效益有欠缺"))
    assert "100.00分，比评价组高4.50分" in own
    assert sure.startswith("得分的误差不足以测量（")
    assert sure.endswith("只按各指标的分值另行分配，等级为优的概率为99.9%以上。")
    assert len(said(key_year([("实施效益", 4.5)]), "en")) == 5


@pytest.mark.parametrize(
    ("stated", "words"), [(90.0, "比评价组低5.50分"), (95.5, "与评价组相同"), (None, None)]
)
def test_the_units_own_score_beside_the_teams(stated, words):
    points = said(key_year([("实施效益", 4.5)], stated=stated))
    assert any(words in point for point in points) if words else len(points) == 4


def test_full_marks_have_no_deduction_to_name():
    year = key_year()
    assert key_project_view(year, "P1").lost == 0.0
    assert len(said(year)) == 4


def test_a_project_without_scores_is_refused_with_the_reason():
    year = work_year(evaluation={"projects": [project("P1", is_key=True)]})
    view = key_project_view(year, "P1")
    assert view.totals is None
    assert said(year) == [f"不能评定等级：{view.project['refused_reason']}"]


def test_a_project_that_is_no_key_project_is_refused_with_those_that_are():
    with pytest.raises(ParameterError, match=r"P3.*可用：P1"):
        key_project_view(key_year(), "P3")
    with pytest.raises(ParameterError, match=r"可用：无"):
        key_project_view(work_year(), "P3")


def test_findings_name_the_folder_of_their_year(year):
    found = quality_view(year).findings
    assert (found["where"].str.split("/").str[0] == found["budget_year"].astype("str")).all()
    assert set(found["budget_year"]) <= {2020, 2021}
    refused = found[found["code"] == "score-refused"]
    assert refused["where"].str.startswith("2020/").all()


def test_rules_that_nobody_compared_with_the_original_come_first(year):
    unverified = (quality_view(year).rules["verified"] == "no").tolist()
    assert unverified == sorted(unverified, reverse=True)
    assert True in unverified


def test_findings_by_severity_and_code(year):
    view = quality_view(year)
    assert view.counts["rows"].sum() == len(view.findings)
    order = view.findings["severity"].map({"error": 0, "warning": 1, "note": 2})
    assert order.is_monotonic_increasing
    assert "score-refused" in set(view.findings["code"])  # P2, by made_years
    assert view.tables.set_index("table")["evaluation_rows"]["projects"] == 3
    assert view.tables.set_index("table")["monitoring_rows"]["projects"] == 2


def test_every_rule_in_force_is_shown_and_conventions_need_no_document(year):
    rules = quality_view(year).rules.set_index("rule")
    assert set(rules.index) == {rule.key for rule in year.rules.all()}
    assert set(rules.loc[rules["basis"] == "convention", "verified"]) == {"none"}
    assert rules["value"].str.len().max() <= 80
    # no word of Python: a mapping, a list, a list of mappings, a truth value, nothing
    assert not rules["value"].str.contains(r"[{}\[\]']|None|True|False|mappingproxy").any()
    assert rules["value"]["self.grade_floors"].startswith("excellent：90；good：80")
    assert rules["value"]["key.framework"] == "17项"


def test_rules_are_counted_by_their_basis(year):
    view = quality_view(year)
    counts = view.rule_counts.set_index("basis")
    assert list(counts.index) == ["national", "convention"]  # no local file is laid over them
    assert counts["rules"].sum() == len(view.rules)
    assert counts["rules"]["convention"] == (view.rules["basis"] == "convention").sum()
    assert counts["unverified"]["convention"] == 0, "there is no document to hold it against"
    assert counts["unverified"]["national"] == (view.rules["verified"] == "no").sum()


def test_the_main_points_of_the_data(year):
    view = quality_view(year)
    keys = dict(quality_findings(view, year))
    errors = int((view.findings["severity"] == "error").sum())
    assert keys["main-errors"]["errors"] == errors > 0
    for lang in ("zh", "en"):
        _, say = year.page("00_data_quality", lang)
        assert len(sentences(say, quality_findings(view, year))) == 3


def test_the_cover_names_client_team_years_and_state(year):
    _, say = year.page("60_district", "zh")
    facts = cover(year, say)
    engagement = year.suite.engagement
    assert {engagement.client, engagement.agency, engagement.lead_evaluator} <= set(facts.values())
    years = facts[say("fact-years")]
    assert all(str(number) in years for number in (2020, 2021, 2022))
    assert "征求意见稿" in facts[say("fact-status")]


def test_columns_without_any_value_are_left_out():
    frame = pd.DataFrame({"a": [1.0, None], "b": [None, None], "c": ["", "x"]})
    assert with_values(frame, a="score", b="score", c="text") == {"a": "score", "c": "text"}


def test_curves_are_of_those_who_paid(year):
    curves = paid_curves(year.evaluation, by="unit")
    assert set(curves["key"]) == {"U01", "U02"}
    assert curves.loc[curves["month"] == 12, "share"].tolist() == [80 / 150, 1.0]
    assert paid_band(curves.iloc[:0]).empty


def test_the_total_row_is_the_whole(year):
    whole = {"projects": 3, "annual_wan": 1.0, "executed_wan": 0.5, "execution_rate": 0.5, "x": 9}
    assert money_total(whole) == {k: v for k, v in whole.items() if k != "x"}


@pytest.mark.parametrize(("lang", "more"), [("zh", 0), ("en", 1)])
def test_limits_and_the_way_to_make_the_page_again(year, monkeypatch, lang, more):
    shown = []
    monkeypatch.setattr(page_module, "display", lambda data, **_: shown.append(data["text/html"]))
    page, say = year.page("30_unit", lang)
    page.header("题")
    page.findings(["一。"])
    add_limits(page, say, year, ["limit-review"])
    add_reproduction(page, say, year, unit_id="U01")
    html = "".join(shown)
    # its own, conventions, years, unverified rules; in English that reasons stay Chinese
    assert html.count("<li>") == 4 + more
    assert f"perfanalysis run --work-year 2021 --only 30_unit-U01 --lang {lang}" in html
    assert say.date(year.rules.day) in html


@pytest.mark.parametrize(
    ("stated", "review", "expected"),
    [
        # means whose true difference is 0.634 print as 94.14 and 93.50: a reader gets 0.64
        (94.136, 93.502, ("above", 0.64)),
        (93.504, 93.496, ("same", 0.0)),
        (80.0, 82.5, ("below", 2.5)),
    ],
)
def test_the_gap_is_that_of_the_printed_means(stated, review, expected):
    direction, values = gap_of_means(stated, review)
    assert (direction, values["gap"]) == expected
