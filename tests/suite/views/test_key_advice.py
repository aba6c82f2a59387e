"""What a key project is told to put right, and which score counts, on a project drawn by hand."""

import pytest
from made_years import EVALUATED, project, work_year

from perfanalysis.rules.loader import evaluation_date, load_rules
from perfanalysis.scoring.key_rules import key_framework
from perfanalysis.suite.views.common import sentences
from perfanalysis.suite.views.key_advice import indicator_facts, key_advice, problem_facts
from perfanalysis.suite.views.key_panel import agreement_notes, panel_findings
from perfanalysis.suite.views.key_project import key_project_view

FRAMEWORK = key_framework(load_rules().on(evaluation_date(2020)))
TABLES = {"flags": "表5", "visits": "表6", "rectification": "表7"}
# Indicator to its score, and what the team wrote beside it.
LOST = {
    "绩效目标合理性": {"score": 3.0, "check_points_met": 3, "reason": "目标与资金量不匹配"},
    "管理制度健全性": {"score": 1.5, "check_points_met": 1, "reason": "未制定管理办法"},
    "实际完成率": {"score": 8.0, "planned": 15.0, "actual": 12.0, "measure_unit": "辆"},
    "满意度": {"score": 8.26, "planned": 95.0, "actual": 78.5, "measure_unit": "%"},
    "预算执行率": {"score": 3.2},
    "实施效益": {"score": 16.0, "reason": "效益资料不完整"},
}


def key_year(lost=LOST, **tables):
    rows = [
        {"project_id": "P1", "indicator": name, "points": points, "score": points}
        | {"reason": f"{name}不足", "reviewer_score": points}
        | lost.get(name, {})
        for name, points in FRAMEWORK["rule_points"].items()
    ]
    funds = [row | {"received_wan": row["annual_wan"]} for row in EVALUATED["funds"]]
    chosen = [project("P1", is_key=True, stated_total=100.0), *EVALUATED["projects"][1:]]
    evaluation = {"projects": chosen, "funds": funds, "key_scores": rows} | tables
    return work_year(evaluation=evaluation)


def told(year, lang="zh", tables=TABLES):
    view = key_project_view(year, "P1")
    _, say = year.page("40_key_project", lang)
    return sentences(say, key_advice(view, year, tables)), sentences(say, problem_facts(view))


def test_the_same_advice_stands_once_and_names_what_is_missing():
    """Losses 4, 2, 1.74, 1.5, 1 and 0.8: the problems by points lost."""
    advice, seen = told(key_year())
    assert advice[:5] == [
        "收集能证明效益的数据，把效益目标量化：问题1（实施效益：效益资料不完整）。",
        "完成未完成的工作量；以后按能达到的数量设定目标，数量以台账和现场核实为准："
        "问题2（实际完成率：计划15辆，实际12辆）。",
        "针对不满意的问题改进服务，改进后再测评：问题3（满意度：目标95%，实际78.5%）。",
        "逐项改正，补齐依据和手续并归档备查：问题4（管理制度健全性：未制定管理办法）、"
        "问题5（绩效目标合理性：目标与资金量不匹配）。",
        "未支出的资金逐笔说明用途和支付时间，不再需要的交回统筹，下年按实际需要申请："
        "问题6（预算执行率：到位100.00万元，支出80.00万元）。",
    ]
    assert seen == [
        "—",
        "计划15辆，实际12辆",
        "目标95%，实际78.5%",
        "评价要点2个，达到1个",
        "评价要点4个，达到3个",
        "到位100.00万元，支出80.00万元",
    ]
    assert told(key_year(), "en")[0][3] == (
        "Put each right, supply papers and procedures and file them: problem 4 (管理制度健全性: "
        "未制定管理办法), problem 5 (绩效目标合理性: 目标与资金量不匹配)."
    )


def test_what_was_found_on_site_and_what_is_overdue_is_said_with_its_table():
    visit = {"project_id": "P1", "date": "2021-05-01", "measure_unit": "辆"}
    visits = [
        visit | {"visit_id": "K1", "item": "清扫车", "reported": 12.0, "verified": 9.0},
        visit | {"visit_id": "K2", "item": "洒水车", "reported": 4.0, "verified": 4.0},
    ]
    finding = {"unit_id": "U01", "project_id": "P1", "issue": "资料不全", "status": "open"}
    findings = [
        finding | {"finding_id": "Z1", "due": "2021-09-15"},
        finding | {"finding_id": "Z2", "due": "2022-09-15"},  # after the report of 2022-01-20
        finding
        | {"finding_id": "Z3", "due": "2021-09-15", "status": "closed", "closed": "2021-09-13"},
    ]
    advice, _ = told(key_year(site_visits=visits, rectification=findings))
    assert advice[1].endswith("；现场核实少于申报的有清扫车，见表6。")
    assert "已提出的整改要求中有1项逾期（表7），尽快完成并书面报告结果。" in advice
    assert any(each.startswith("此前提出的整改要求中有1项已整改完（表7）") for each in advice)


def test_an_item_checked_on_site_stands_beside_its_target():
    visit = {"project_id": "P1", "date": "2021-05-01", "measure_unit": "个"}
    visits = [
        visit | {"visit_id": "K1", "item": "指标1", "reported": 100.0, "verified": 90.0},
        visit | {"visit_id": "K2", "item": "别的", "reported": 4.0, "verified": 4.0},
    ]
    found = key_project_view(key_year(site_visits=visits), "P1").evidence.visits
    assert found["year_target"].iloc[0] == 100.0
    assert found["year_target"].isna().tolist() == [False, True]


def test_figures_are_told_of_each_indicator_and_a_rate_of_quality_is_not_a_number_of_pieces():
    lost = LOST | {
        "质量达标率": {"score": 6.46, "planned": 99.0, "actual": 80.0, "measure_unit": "%"}
    }
    view = key_project_view(key_year(lost), "P1")
    _, say = key_year(lost).page("40_key_project", "zh")
    facts = dict(zip(view.indicators["level3"], sentences(say, indicator_facts(view)), strict=True))
    assert facts["质量达标率"] == "目标99%，实际80%"
    assert facts["资金到位率"] == "全年预算100.00万元，到位100.00万元"
    assert facts["实施效益"] == "—"


def test_nothing_lost_and_nothing_seen_is_nothing_to_do():
    even = [row | {"executed_wan": row["annual_wan"]} for row in EVALUATED["funds"]]
    year = key_year({}, funds=even, payments=[], indicators=[])
    view = key_project_view(year, "P1")
    assert view.flags.empty
    assert key_advice(view, year, TABLES) == []


def test_a_figure_that_is_missing_is_not_made_up():
    advice, seen = told(key_year({"实际完成率": {"score": 8.0, "reason": "没有台账"}}))
    assert seen == ["—"]
    assert "问题1（实际完成率：没有台账）" in advice[0]


def sheets(*scores):
    return [
        {"project_id": "P1", "expert_id": f"E{n}", "indicator": "甲", "entry": 1, "role": "专家"}
        | {"score": score, "full": 100.0}
        for n, score in enumerate(scores)
    ]


def of_panel(year):
    _, say = year.page("40_key_project", "zh")
    return sentences(say, panel_findings(key_project_view(year, "P1"), "表4"))


@pytest.mark.parametrize(
    ("scores", "mean", "beside"),
    [
        # mean 88.33, s 6.2915; t(2) at 0.975 is 4.3027: ± 15.63, which ends over full marks
        ((95.0, 87.5, 82.5), "3名专家平均88.33分，95%区间72.70分至100.00分（标准差6.29分）", "在"),
        # mean 70, s 1: ± 2.48, far under the team's 89.96
        ((69.0, 70.0, 71.0), "3名专家平均70.00分，95%区间67.52分至72.48分（标准差1.00分）", "不在"),
    ],
)
def test_the_teams_score_counts_and_the_interval_of_the_experts_ends_at_full_marks(
    scores, mean, beside
):
    stands, said = of_panel(key_year(panel_scores=sheets(*scores)))
    assert stands.startswith("本报告的得分、等级和扣分都以评价组得分88.96分为准（表4）。")
    assert said.startswith(f"{mean}。评价组得分{beside}这一区间内")


def test_without_a_panel_the_second_look_is_only_claimed_where_there_was_one():
    assert "逐项经第二人复核" in of_panel(key_year())[0]
    unseen = LOST | {"满意度": LOST["满意度"] | {"reviewer_score": None}}
    assert "第二人" not in of_panel(key_year(unseen))[0]


def test_coefficients_that_were_refused_are_named_with_the_reason():
    year = key_year(panel_scores=sheets(80.0, 82.0))
    _, say = year.page("40_key_project", "zh")
    notes = sentences(say, agreement_notes(key_project_view(year, "P1").evidence))
    refused = [note for note in notes if note.startswith("没有计算的系数：")]
    assert any("等级的一致性 α。没有两个以上项目由同一组专家全部评过" in note for note in refused)


def test_material_that_was_not_handed_in_is_told_from_what_there_is_none_of():
    asked = {"unit_id": "U01", "project_id": "P1", "asked": "2021-03-08", "due": "2021-03-29"}
    requests = [
        asked | {"request_id": "R1", "item": "批复", "received": "2021-03-20", "evidence_id": "D1"},
        asked | {"request_id": "R2", "item": "合同"},
    ]
    evidence = key_project_view(key_year(data_requests=requests), "P1").evidence
    assert evidence.requests["received"].tolist() == ["2021-03-20", "…"]
    assert evidence.requests["evidence_id"].tolist() == ["D1", "…"]
    assert (evidence.missing, evidence.filed) == (1, 1)
    assert evidence.methods == ("scoring",)
