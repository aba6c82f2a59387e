"""Key projects: hand-calculated totals, the ledger that adds up, and what is held against rules.

The framework's names, check points and formulas are those of 财预〔2020〕10号附件2 as set out
in the project's notes on rules; points are a convention of ours, so every expected score below is
worked out by hand from the points and the counts in the test itself.
"""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perfanalysis.errors import RuleError
from perfanalysis.rules.loader import evaluation_date, load_rules
from perfanalysis.scoring.key_evaluation import evaluate_key_projects
from perfanalysis.scoring.key_rules import key_framework
from year_tables import PROJECT, make_year

RULES = load_rules().on(evaluation_date(2020))
NAMES = list(key_framework(RULES).index)
POINTS = key_framework(RULES)["rule_points"].to_dict()


def key_year(*changes, drop=(), money=None, project=None):
    """A year with one key project of full marks; `changes`: (indicator, cells)."""
    cells = {name: {"points": POINTS[name], "score": POINTS[name]} for name in NAMES}
    for name, change in changes:
        cells.setdefault(name, {}).update(change)
    rows = [
        {"project_id": "P1", "indicator": name, **row}
        for name, row in cells.items()
        if name not in drop
    ]
    funds = {
        "project_id": "P1",
        "fund_source": "total",
        "annual_wan": 200.0,
        "received_wan": 160.0,
        "executed_wan": 120.0,
    }
    return make_year(
        2020,
        projects=[PROJECT | {"project_id": "P1", "is_key": True} | (project or {})],
        funds=[funds | (money or {})],
        key_scores=rows,
    )


def evaluated(*changes, **options):
    return evaluate_key_projects(key_year(*changes, **options), RULES)


def codes(result):
    return sorted({f.code for f in result.findings})


def test_the_framework_is_that_of_annex_2():
    table = key_framework(RULES)
    assert len(table) == 17
    assert table.groupby("level1", sort=False)["rule_points"].sum().to_dict() == {
        "decision": 20, "process": 20, "output": 30, "benefit": 30,
    }  # fmt: skip
    assert table["level2"].nunique() == 10
    assert table["check_points"].loc[
        ["立项依据充分性", "立项程序规范性", "绩效目标合理性", "绩效指标明确性", "预算编制科学性",
         "资金分配合理性", "资金使用合规性", "管理制度健全性", "制度执行有效性"]
    ].tolist() == [5, 3, 4, 3, 4, 2, 4, 2, 4]  # fmt: skip
    assert RULES.get("key.points").basis == "convention"
    assert RULES.get("key.framework").cite() == "财预〔2020〕10号附件2"


def test_a_project_worked_out_by_hand():
    """4 of 5 check points of 4 points: 3.20. Spent ÷ received = 120 ÷ 160 = 75% of 4: 3.00."""
    result = evaluated(
        ("立项依据充分性", {"check_points": 5, "check_points_met": 4, "score": 3.2,
                      "reason": "立项依据未列规划", "evidence_id": "D-01"}),
        ("资金到位率", {"score": 2.4, "reason": "到位不足", "evidence_id": "D-02"}),
        ("预算执行率", {"score": 3.0, "reason": "支出不足", "evidence_id": "D-03"}),
        ("实施效益", {"score": 15.5, "reason": "效益未显现", "evidence_id": "D-04"}),
    )  # fmt: skip
    (project,) = result.projects.itertuples()
    # 100 − 0.80 − 0.60 − 1.00 − 4.50
    assert (project.score, project.grade, project.status) == (93.1, "excellent", "scored")
    assert (project.execution_rate, project.spend_rate, project.funding_rate) == (0.6, 0.75, 0.8)
    rule = result.indicators.set_index("level3")
    assert rule.loc["立项依据充分性", "rule_score"] == 3.2
    assert rule.loc["资金到位率", "rule_score"] == 2.4  # 160 ÷ 200
    assert rule.loc["预算执行率", "rule_score"] == 3.0
    assert pd.isna(rule.loc["实施效益", "rule_score"])
    assert codes(result) == []
    assert result.levels[["level1", "points", "score"]].values.tolist() == [
        ["decision", 20, 19.2], ["process", 20, 18.4], ["output", 30, 30], ["benefit", 30, 25.5],
    ]  # fmt: skip
    shown = ["indicator", "full", "kept", "lost", "reason", "evidence_id"]
    assert result.ledger[shown].values.tolist() == [
        ["立项依据充分性", 4, 3.2, 0.8, "立项依据未列规划", "D-01"],
        ["资金到位率", 3, 2.4, 0.6, "到位不足", "D-02"],
        ["预算执行率", 4, 3.0, 1.0, "支出不足", "D-03"],
        ["实施效益", 20, 15.5, 4.5, "效益未显现", "D-04"],
    ]  # fmt: skip
    line = result.ledger.iloc[0]
    assert line["source_cell"] == "key_scores.csv!I2"
    assert (line["rule"], line["basis"]) == ("key.points", "convention")
    assert line["standard_document"] == "财预〔2020〕10号附件2"


@pytest.mark.parametrize(
    ("name", "cells", "expected"),
    [
        ("立项程序规范性", {"check_points": 3, "check_points_met": 2}, 2.0),
        ("立项程序规范性", {"check_points_met": 1}, 1.0),  # the framework's three
        ("绩效目标合理性", {"check_points": 3, "check_points_met": 1}, 1.33),
        ("实际完成率", {"planned": 500, "actual": 450}, 9.0),
        ("实际完成率", {"planned": 500, "actual": 900}, 10.0),
        ("质量达标率", {"planned": 450, "actual": 405}, 7.2),
        ("完成及时性", {"planned": 120, "actual": 150}, 4.8),  # 6 × 120 ÷ 150
        ("完成及时性", {"planned": 120, "actual": 90}, 6.0),
        ("成本节约率", {"planned": 100, "actual": 110}, 5.4),  # 10% dearer
        ("成本节约率", {"planned": 100, "actual": 300}, 0.0),
        ("成本节约率", {"planned": 100, "actual": 80}, 6.0),
        ("满意度", {"planned": 90, "actual": 81}, 9.0),
        ("满意度", {"actual": 81}, None),
        ("实施效益", {"planned": 1, "actual": 1}, None),
        ("实际完成率", {"planned": 0, "actual": 5}, None),
    ],
)
def test_what_the_formulas_give(name, cells, expected):
    result = evaluated((name, cells | {"score": 0.0}))
    given = result.indicators.set_index("level3").loc[name, "rule_score"]
    if expected is None:
        assert pd.isna(given)
    else:
        assert given == expected


def test_the_two_rates_of_money_have_their_own_denominators():
    """Spent ÷ received, not ÷ annual budget; the team's own figures are held against the funds."""
    cells = {"planned": 200, "actual": 120, "score": 2.4, "reason": "x", "evidence_id": "D"}
    result = evaluated(("预算执行率", cells))
    row = result.indicators.set_index("level3").loc["预算执行率"]
    assert (row["rule_score"], row["difference"]) == (3.0, -0.6)
    found = {f.code: f for f in result.findings}
    assert set(found) == {"key-money-differs", "key-score-differs"}
    assert "按评价组所填为60.0%，按资金表为75.0%" in found["key-money-differs"].message
    assert "120" in found["key-score-differs"].message


def test_without_money_in_the_tables_the_teams_figures_are_used():
    cells = {"planned": 200, "actual": 150, "score": 3.0}
    result = evaluated(("预算执行率", cells), money={"received_wan": None})
    assert result.indicators.set_index("level3").loc["预算执行率", "rule_score"] == 3.0


def test_quality_is_divided_by_what_was_produced():
    result = evaluated(
        ("实际完成率", {"planned": 500, "actual": 450, "measure_unit": "人", "score": 9.0,
                   "reason": "x", "evidence_id": "D"}),
        ("质量达标率", {"planned": 500, "actual": 405, "measure_unit": "人", "score": 6.48,
                   "reason": "x", "evidence_id": "D"}),
    )  # fmt: skip
    (finding,) = (f for f in result.findings if f.code == "key-quality-denominator")
    assert finding.found == "500"
    assert "实际产出数为450" in finding.message


def test_a_rate_in_percent_is_of_what_was_produced_already():
    result = evaluated(
        ("实际完成率", {"planned": 100, "actual": 80, "measure_unit": "%", "score": 8.0,
                   "reason": "x", "evidence_id": "D"}),
        ("质量达标率", {"planned": 100, "actual": 90, "measure_unit": "%", "score": 7.2,
                   "reason": "x", "evidence_id": "D"}),
    )  # fmt: skip
    assert "key-quality-denominator" not in codes(result)


def test_a_score_unlike_the_rule_stands_and_is_reported():
    result = evaluated(
        ("管理制度健全性", {"check_points": 2, "check_points_met": 1, "score": 2.0,
                     "reason": "缺业务制度", "evidence_id": "D-9"}),
        money={"received_wan": 200, "executed_wan": 200},
    )  # fmt: skip
    (finding,) = result.findings
    assert (finding.code, finding.found) == ("key-score-differs", "2.00")
    assert "评价组2.00分，按规则1.50分（达到要点1个，共2个），相差+0.50分" in finding.message
    assert str(finding.where).endswith("!I11")
    assert result.projects["score"].tolist() == [99.0]


@pytest.mark.parametrize(
    ("changes", "options", "reason"),
    [
        ([("实施效益", {"score": None})], {}, "1个指标没有得分"),
        ([("实施效益", {"score": 20.5})], {}, "1个指标的得分高于分值"),
        ([("实施效益", {"score": 19.999})], {}, "1个指标的得分高于分值或不是0.01的倍数"),
        ([("实施效益", {"points": 19, "score": 19})], {}, "分值合计为99，不是100"),
        ([], {"drop": ["实施效益"]}, "分值合计为80，不是100"),
        ([("自创指标", {"points": 0, "score": 0})], {}, "1个指标不在指标体系中"),
        ([], {"drop": NAMES}, "没有评价组得分"),
    ],
)
def test_no_total_and_no_grade_where_a_score_is_wrong(changes, options, reason):
    result = evaluated(*changes, **options)
    (project,) = result.projects.itertuples()
    assert project.status == "refused"
    assert reason in project.refused_reason
    assert pd.isna(project.score)
    assert pd.isna(project.grade)
    (finding,) = (f for f in result.findings if f.code == "key-score-refused")
    assert finding.severity == "error"


def test_a_deduction_wants_a_reason_and_a_working_paper():
    result = evaluated(("实施效益", {"score": 19.0}))
    assert {"key-reason-missing", "key-evidence-missing"} <= set(codes(result))
    assert result.ledger.iloc[-1]["reason"] == "评价组未写明扣分理由"


def test_other_points_are_noted_and_the_floor_of_results_is_held():
    result = evaluated(
        ("实施效益", {"points": 19.0, "score": 19.0}),
        ("立项依据充分性", {"points": 5.0, "score": 5.0}),
    )
    found = {f.code: f for f in result.findings}
    assert found["key-points-differ"].severity == "note"
    assert found["key-points-differ"].found == "立项依据充分性5（规则4）、实施效益19（规则20）"
    assert found["key-output-benefit-floor"].found == "59.0%"
    assert result.projects["status"].tolist() == ["scored"]


@pytest.mark.parametrize(
    ("lost", "grade"), [(10.0, "excellent"), (10.01, "good"), (20.0, "good"), (20.01, "fair")]
)
def test_grades_are_read_off_the_printed_total(lost, grade):
    """Half-open bands of 财预〔2020〕10号: 90.00 is 优, 89.99 is 良."""
    changes = [("实施效益", {"score": 20 - min(lost, 20.0)})]
    if lost > 20:
        changes.append(("实际完成率", {"score": 10 - round(lost - 20, 2)}))
    assert evaluated(*changes).projects["grade"].tolist() == [grade]


def test_special_projects_are_in_and_others_are_not():
    assert len(evaluated(project={"is_key": False, "is_special": True}).projects) == 1
    assert evaluated(project={"is_key": False}).projects.empty


def test_a_district_lays_its_own_points_over_the_convention(tmp_path):
    local = tmp_path / "local.yaml"
    points = dict(POINTS) | {"实施效益": 25, "满意度": 5}
    lines = "\n".join(f"          {name}: {value:g}" for name, value in points.items())
    local.write_text(
        "schema: 1\ndocuments: {d: {title: 区办法, number: null, issuer: 区, issued: null}}\n"
        "rules:\n  key.points:\n    title: 分值\n    unit: points\n    values:\n"
        f"      2020-02-25:\n        value:\n{lines}\n        basis: local\n"
        "        source: {document: d}\n        verified: false\n",
        "utf-8",
    )
    rules = load_rules(local).on(evaluation_date(2020))
    assert key_framework(rules)["rule_points"].loc["实施效益"] == 25


def test_points_that_do_not_add_to_100_are_refused(tmp_path):
    local = tmp_path / "local.yaml"
    lines = "\n".join(f"          {name}: 4" for name in NAMES)
    local.write_text(
        "schema: 1\ndocuments: {}\nrules:\n  key.points:\n    title: 分值\n    unit: points\n"
        f"    values:\n      2020-02-25:\n        value:\n{lines}\n"
        "        basis: convention\n        source: null\n",
        "utf-8",
    )
    with pytest.raises(RuleError, match="合计为 68 分"):
        key_framework(load_rules(local).on(evaluation_date(2020)))


@settings(deadline=None)
@given(st.lists(st.integers(0, 100), min_size=17, max_size=17))
def test_full_less_kept_is_the_ledger_exactly(shares):
    changes = [
        (name, {"score": int(POINTS[name] * share) / 100})
        for name, share in zip(NAMES, shares, strict=True)
    ]
    result = evaluated(*changes)
    cents = (result.ledger[["full", "kept", "lost"]] * 100).round().astype(int)
    assert (cents["full"] - cents["kept"] == cents["lost"]).all()
    assert (cents["lost"] > 0).all()
    total = sum(int(POINTS[name] * share) for name, share in zip(NAMES, shares, strict=True))
    assert round(result.projects["score"].iloc[0] * 100) == total
    assert 10_000 - cents["lost"].sum() == total
    assert round(result.levels["score"].sum() * 100) == total


def test_the_tables_are_left_as_they_were():
    year = key_year(("实施效益", {"score": 12.5}))
    before = {name: frame.copy(deep=True) for name, frame in year.tables.items()}
    evaluate_key_projects(year, RULES)
    for name, frame in before.items():
        pd.testing.assert_frame_equal(year[name], frame)
