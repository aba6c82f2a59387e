"""Form, site visits, survey and team of each evaluated project of the made-up district agree.

Recomputed here from the tables alone; where they differ, the difference is planted and listed.
"""

import json
import math
from pathlib import Path

import pandas as pd
import pytest

from perfanalysis.data.tables import load_year
from perfanalysis.rules.loader import evaluation_date, load_rules
from perfanalysis.scoring.key_evaluation import evaluate_key_projects

DATA = Path(__file__).parents[2] / "data"
YEARS = range(2019, 2024)
PLANTED = json.loads((DATA / "planted.json").read_text("utf-8"))["planted"]
OF_OTHERS = ("targets-copied", "indicators-identical", "money-as-quantity")
DIVISIBLE = "万|公里|平方|米$|亩|吨|公斤|小时|分钟"


def planted(year, *kinds):
    """Every subject of the kinds, ids of rows among them."""
    rows = [r for r in PLANTED if r["budget_year"] == year and r["kind"] in kinds]
    return {subject for row in rows for subject in row["subjects"]}


@pytest.fixture(scope="module", params=YEARS)
def tables(request):
    year = request.param
    read = load_year(DATA / str(year))
    projects = read["projects"]
    chosen = set(projects.loc[projects["is_key"] | projects["is_special"], "project_id"])
    forms = read["indicators"]
    honest = ~forms["indicator_id"].isin(planted(year, *OF_OTHERS))
    known = forms["target"].gt(0) & forms["actual"].notna()
    return year, read, chosen, forms[honest & known & forms["project_id"].isin(chosen)]


def scored(read, name):
    rows = read["key_scores"]
    return rows[rows["indicator"] == name].set_index("project_id")


def half_up(value, places=2):
    return math.floor(value * 10**places + 0.5 + 1e-7) / 10**places


def test_completion_by_hand_of_the_project_that_made_eight_of_thirteen():
    read = load_year(DATA / "2020")
    row = scored(read, "实际完成率").loc["P008-04"]
    # 11 points for 34 of 33 devices, 9 points for 8 of 13 places: (11 + 9 × 8/13) ÷ 20 = 82.7%
    assert (row["planned"], row["actual"], row["measure_unit"]) == (100.0, 82.7, "%")
    assert row["score"] == 8.27
    assert row["reason"] == "2项指标按分值加权达到82.7%：安装调试点位目标13处，核实8处"


def test_completion_is_what_was_counted_against_the_targets(tables):
    _, read, _, honest = tables
    outputs = honest[honest["level2"] == "数量指标"]
    visits = read["site_visits"].set_index(["project_id", "item"])["verified"]
    visits = visits[~visits.index.duplicated()]
    keys = pd.MultiIndex.from_frame(outputs[["project_id", "level3"]])
    made = pd.Series(visits.reindex(keys).to_numpy(), outputs.index).fillna(outputs["actual"])
    share = (made / outputs["target"]).clip(upper=1)
    weighted = (share * outputs["points"]).groupby(outputs["project_id"]).sum()
    expected = 10 * weighted / outputs.groupby("project_id")["points"].sum()
    score = scored(read, "实际完成率")["score"]
    assert len(expected) >= 7
    assert (score[expected.index] - expected).abs().max() <= 0.0101  # the share has one decimal


def test_quality_is_what_the_form_says(tables):
    _, read, _, honest = tables
    quality = honest[honest["level2"] == "质量指标"].set_index("project_id")
    score = scored(read, "质量达标率")["score"]
    for key, row in quality.iterrows():
        short = row["actual"] < row["target"] if row["op"] == "at_least" else None
        if short is not None:
            share = min(1.0, row["actual"] / row["target"])
            assert score[key] == pytest.approx(half_up(8 * share), abs=0.0101)
    assert len(quality) >= 7


def test_finishing_late_is_lost_points_and_nothing_else_is(tables):
    year, read, chosen, _ = tables
    forms = read["indicators"]
    score = scored(read, "完成及时性")
    own = forms[forms["project_id"].isin(chosen) & (forms["level2"] == "时效指标")]
    own = own[~own["indicator_id"].isin(planted(year, *OF_OTHERS))]
    for row in own.itertuples():
        late = row.actual < row.target if pd.notna(row.target) else months_late(row) > 0
        found = score.loc[row.project_id]
        assert (found["score"] < 6) == late
        assert (found["actual"] > found["planned"]) == late


def months_late(row):
    planned, done = (
        text.split("年")[1].split("月")[0] for text in (row.target_text, row.actual_text)
    )
    return int(done) - int(planned)


def test_cost_is_the_money_spent_or_the_money_spent_on_each_piece_counted(tables):
    _, read, _, _ = tables
    money = read["funds"].groupby("project_id")[["annual_wan", "executed_wan"]].sum()
    rows = scored(read, "成本节约率")
    total = rows[rows["measure_unit"] == "万元"]
    assert (total["actual"] - money["executed_wan"][total.index]).abs().max() < 1e-6
    assert (total["planned"] - money["annual_wan"][total.index]).abs().max() < 1e-6
    pieces = rows[rows["measure_unit"] == "元"]
    visits = read["site_visits"].drop_duplicates("project_id").set_index("project_id")["verified"]
    spent = money["executed_wan"][pieces.index] * 10_000
    each = (spent / visits.reindex(pieces.index)).dropna()
    assert (pieces["actual"][each.index] - each).abs().max() <= 0.005 + 1e-9 or each.empty


def test_satisfaction_is_the_surveys_or_the_units_own(tables):
    _, read, chosen, _ = tables
    score = scored(read, "满意度")
    answers = read["survey"].query("question == '总体满意度'").dropna(subset=["answer"])
    answers = answers.assign(w=answers["weight"].astype("Float64").fillna(1.0))
    good = answers[answers["answer"] >= 4].groupby("project_id")["w"].sum()
    share = 100 * good / answers.groupby("project_id")["w"].sum()
    forms = read["indicators"]
    stated = forms[forms["level1"] == "satisfaction"].dropna(subset=["project_id"])
    stated = stated.set_index("project_id")["actual"]
    for key in chosen:
        if key in share.index:
            assert score["actual"][key] == pytest.approx(half_up(share[key], 1))
        elif pd.notna(score["actual"][key]):
            assert score["actual"][key] == stated[key]
        else:
            assert "未做调查" in score["reason"][key]


def test_visits_repeat_the_form_and_differ_where_that_is_planted(tables):
    year, read, _, _ = tables
    visits = read["site_visits"]
    forms = read["indicators"].drop_duplicates(["project_id", "level3"])
    stated = forms.set_index(["project_id", "level3"])["actual"]
    keys = pd.MultiIndex.from_frame(visits[["project_id", "item"]])
    assert (stated.reindex(keys).to_numpy() == visits["reported"].to_numpy()).all()
    apart = visits[visits["verified"] != visits["reported"]]
    listed = planted(year, "visit-overreported", "targets-copied")
    rounding = apart["verified"] >= 0.98 * apart["reported"]
    assert (rounding | apart["project_id"].isin(listed)).all()
    assert (visits.groupby(["project_id", "item"])["verified"].nunique() == 1).all()


def test_vehicles_and_people_come_whole_where_the_target_was_met(tables):
    _, read, _, _ = tables
    forms = read["indicators"].query("op == 'at_least' and measure_unit != '%'")
    forms = forms[forms["project_id"].notna() & (forms["actual"] >= forms["target"])]
    forms = forms[~forms["measure_unit"].str.contains(DIVISIBLE)]
    forms = forms[~forms["level3"].str.startswith(("月均", "人均", "单车"))]
    assert len(forms) > 100
    assert (forms["actual"] % 1 == 0).all()


def test_what_bonds_and_purchases_are_evaluated_by_is_what_was_found(tables):
    _, read, _, _ = tables
    facts = read["category_facts"].set_index(["project_id", "item"])["value"].unstack()
    score = scored(read, "满意度")["actual"].dropna()
    for key in set(facts.index) & set(score.index):
        if "satisfaction" in facts and pd.notna(facts["satisfaction"][key]):
            assert facts["satisfaction"][key] == score[key]
    if "items_in_use" in facts:
        assert (facts["items_in_use"].dropna() <= facts["items_delivered"].dropna()).all()


def test_the_formulas_of_the_framework_give_the_teams_scores(tables):
    year, read, _, _ = tables
    result = evaluate_key_projects(read, load_rules().on(evaluation_date(year)))
    assert not [finding for finding in result.findings if finding.code == "key-score-differs"]
    assert result.indicators["difference"].abs().max() <= 0.0101
