"""Each code of a review is raised on the one thing that it is for, and not beside it.

Definitions and threshold cases: ../shared/real_forms/expected_findings.json ("codes"); scores by
hand from rules.md 1.3 to 1.5. `FORM` is a sound form: 10/50/30/10, everything filled.
"""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from perfanalysis.data.findings import Where
from perfanalysis.rules.loader import evaluation_date, load_rules
from perfanalysis.scoring.measurable import is_measurable
from perfanalysis.scoring.review import (
    BY_RULE,
    WITHOUT_RULE,
    indicator_codes,
    review_forms,
    review_indicators,
    rules_of,
)
from perfanalysis.scoring.review_texts import CODES
from year_tables import make_table

EXAMPLES = Path(__file__).parents[2] / "examples" / "rules"
BOOK = load_rules()
RULES = BOOK.on(evaluation_date(2021))
FORM = {
    "year": 2021.0,
    "has_total_line": True,
    "initial_wan": 100.0,
    "annual_wan": 100.0,
    "executed_wan": 90.0,
    "execution_points": 10.0,
    "execution_score": 9.0,
    "parts_wan": 100.0,
    "part_points": 0.0,
    "has_total": True,
    "total_points": 100.0,
    "total_score": 99.0,
}
ROWS = (
    {"level1": "output", "level2": "数量指标", "level3": "里程", "points": 50.0},
    {"level1": "benefit", "level2": "社会效益指标", "level3": "受益人口", "points": 30.0},
    {"level1": "satisfaction", "level2": "服务对象满意度", "level3": "满意度", "points": 10.0},
)
WHERE = Where("a.xlsx", "表一", "D11")


def indicator(**facts):
    """An indicator whose target is met in full, with what is given changed."""
    row = {
        "level1": "output",
        "level2": "数量指标",
        "level3": "里程",
        "op": "at_least",
        "target": 100.0,
        "target_text": "≥100公里",
        "measure_unit": "公里",
        "points": 10.0,
        "actual": 100.0,
        "actual_text": "100公里",
        "self_score": 10.0,
    }
    return row | facts


def table(*rows):
    return make_table("indicators", list(rows))


def raised(**facts):
    codes = indicator_codes(table(indicator(**facts)), RULES)
    return {code for code in (*WITHOUT_RULE, *BY_RULE) if codes[code].iloc[0]}


def form_codes(*, rows=ROWS, year=2021, book=BOOK, **facts):
    filled = [indicator(**{"self_score": row["points"], **row}) for row in rows]
    frame = table(*filled).assign(
        form=0,
        level1_text=pd.Series([row["level1"] for row in rows], dtype="str"),
        where=pd.Series([WHERE for _ in rows], dtype="object"),
    )
    form = FORM | {"year": float(year)} | facts
    places = dict.fromkeys(("where", "funds_where", "part_where", "total_where"), WHERE)
    forms = pd.DataFrame([form | places])
    return review_forms(forms, frame, book, budget_year=year)


def codes_of(**facts):
    return [(f.code, f.subject) for f in form_codes(**facts)]


def test_a_sound_form_gives_nothing():
    assert codes_of() == []


@pytest.mark.parametrize(
    ("facts", "codes"),
    [
        ({}, set()),
        ({"actual": 99.0}, {"score-above-rule"}),
        ({"actual": 99.0, "reason": "天气"}, {"score-above-rule"}),
        ({"actual": 99.6}, set()),  # 9.96, within 0.05
        ({"actual": 99.0, "self_score": 9.9}, set()),
        ({"self_score": 9.0}, {"score-below-rule"}),
        ({"self_score": 9.0, "reason": "资料不全"}, set()),
        ({"self_score": 9.0, "reason": "无"}, {"score-below-rule"}),
        ({"self_score": 9.95}, set()),
        ({"actual": 130.0}, {"overachieved-unexplained"}),
        ({"actual": 129.95}, set()),
        ({"actual": 130.0, "reason": "政策调整"}, set()),
        ({"actual": 200.0, "op": "equal"}, {"overachieved-unexplained"}),
        ({"actual": 50.0, "op": "at_most"}, set()),
        ({"op": "at_most", "actual": 110.0, "self_score": 9.0}, set()),  # linear 9.00
        ({"op": "at_most", "actual": 110.0, "self_score": 9.09}, set()),  # ratio 9.09
        ({"op": "at_most", "actual": 110.0, "self_score": 9.2}, {"score-above-rule"}),
        ({"op": "at_most", "actual": 110.0, "self_score": 8.9}, {"score-below-rule"}),
        ({"target": 0.0, "op": "equal", "actual": 0.0}, {"zero-target"}),
        ({"target": 0.0, "op": "at_most", "actual": 1.0}, {"zero-target", "score-above-rule"}),
        ({"target": 0.0, "op": "equal", "actual": 1.0, "self_score": 0.0}, {"zero-target"}),
        ({"measure_unit": "万元"}, {"money-as-quantity"}),
        ({"measure_unit": "元/人"}, {"money-as-quantity"}),
        ({"measure_unit": "万元", "level2": "成本指标"}, set()),
        ({"measure_unit": "单元"}, set()),
        ({"actual": None, "actual_text": None}, set()),
        ({"self_score": None}, set()),
        ({"points": None, "self_score": None}, set()),
        ({"self_score": 11.0}, {"score-above-rule"}),
    ],
)
def test_an_indicator_gives_the_codes_of_its_definition_and_no_other(facts, codes):
    assert raised(**facts) == codes


def words(target, actual="完成", **facts):
    return raised(
        op="qualitative", target=None, target_text=target, actual=None, actual_text=actual, **facts
    )


def test_words_without_a_measure_are_raised_and_dates_are_not():
    assert words("效果显著") == {"target-unmeasurable"}
    assert words("2021年12月", "2021年11月") == set()


@pytest.mark.parametrize(
    ("done", "score", "codes"),
    [
        ("2021年12月", 10.0, set()),
        ("2022年3月", 10.0, {"score-above-rule"}),
        ("2022年3月", 8.0, set()),
        ("2021年12月20日", 10.0, set()),
        ("已完成", 10.0, set()),
    ],
)
def test_a_deadline_missed_by_the_dates_stated_cannot_have_full_points(done, score, codes):
    assert (
        words("2021年12月15日前" if "20日" not in done else "2021年12月", done, self_score=score)
        == codes
    )


def test_a_month_that_only_may_be_late_is_not_late():
    assert words("2021年12月15日", "2021年12月") == set()


MEASURABLE = (
    "≥95%",
    "12月底前完成",
    "2021年度",
    "2021年内完成",
    "年底前",
    "第四季度",
    "汛期前",
    "24小时内",
    "10-15个",
    "1:50",
    "第1名",
    "二级以上",
    "三次",
    "有年度工作计划或上级文件或审批报告",
    "形成调研报告",
    "制定实施方案",
    "出具审计报告",
    "通过竣工验收",
    "验收合格",
    "零事故",
    "无重大安全事故",
    "全覆盖",
    "应保尽保",
    "不低于上年",
    "达到GB3838-2002标准",
)
VAGUE = (
    "效果显著",
    "有效",
    "高",
    "好",
    "合规",
    "及时",
    "按时完成",
    "长期",
    "逐步提高",
    "符合相关文件要求",
    "严格执行相关财经法规制度",
    "在项目计划完成时间内完成",
    "目标明确、内容细化、目标量化",
    "完成2021年各项任务",
    "按照2021年工作计划有序推进",
    "按照财预〔2020〕10号执行",
    "按市政府12号文件执行",
    "有计划地推进",
    "完成年度工作计划",
    "符合国家标准",
    "确保工作正常运转",
)


@pytest.mark.parametrize("text", MEASURABLE)
def test_what_anyone_could_check_is_measurable(text):
    assert is_measurable(text)


@pytest.mark.parametrize("text", VAGUE)
def test_an_opinion_is_not_measurable(text):
    assert not is_measurable(text)


@given(st.text(max_size=60))
def test_no_text_breaks_the_judgement(text):
    assert is_measurable(text) in (True, False)


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"initial_wan": np.nan, "annual_wan": 0.0, "executed_wan": 0.0}, "funds-total-empty"),
        ({"part_points": 10.0}, "funds-subrow-scored"),
        ({"initial_wan": 0.0}, "funds-initial-zero"),
        ({"executed_wan": 100.1, "execution_score": 10.0}, "executed-over-budget"),
        ({"execution_score": 8.9}, "execution-score-differs"),
        ({"execution_score": 9.1}, "execution-score-differs"),
    ],
)
def test_funds_give_the_code_of_their_definition(facts, code):
    assert (code, "funds") in codes_of(**facts)


@pytest.mark.parametrize(
    "facts",
    [
        {"execution_score": 9.05, "total_score": 99.05},
        {"initial_wan": np.nan},
        {"annual_wan": 0.0, "executed_wan": 0.0, "parts_wan": 0.0},
        {"executed_wan": 100.0, "execution_score": 10.0, "total_score": 100.0},
    ],
)
def test_sound_funds_give_nothing(facts):
    assert codes_of(**facts) == []


def test_a_rate_above_one_is_scored_as_one_and_shown_as_it_is():
    findings = form_codes(executed_wan=120.0, execution_score=10.0, total_score=100.0)
    assert [(f.code, f.found) for f in findings] == [("executed-over-budget", "120 / 100")]
    assert "120%" in findings[0].message


def changed(place, **facts):
    rows = [dict(row) for row in ROWS]
    rows[place] |= facts
    return tuple(rows)


def test_no_points_at_all_is_one_finding_not_many():
    rows = tuple(row | {"points": None} for row in ROWS)
    found = codes_of(
        rows=rows,
        execution_points=np.nan,
        execution_score=np.nan,
        total_score=np.nan,
        total_points=np.nan,
    )
    assert found == [("weights-missing", "form")]


@pytest.mark.parametrize(
    ("points", "facts", "code"),
    [
        (60.0, {"total_score": 109.0, "total_points": 110.0}, "weights-sum"),
        (40.0, {"total_score": 89.0, "total_points": 90.0}, "weights-sum"),
        (48.0, {"total_score": 97.0, "total_points": 98.0}, "weights-sum"),
        (40.0, {"total_score": 89.0, "total_points": 100.0}, "weights-sum"),
        (40.0, {"total_score": 99.0, "total_points": 100.0}, "form-incomplete"),
        (40.0, {"total_score": np.nan, "total_points": np.nan}, "form-incomplete"),
    ],
)
def test_a_wrong_sum_is_told_from_missing_rows(points, facts, code):
    assert codes_of(rows=changed(0, points=points), **facts) == [(code, "form")]


def test_another_split_is_a_warning_and_only_where_the_points_add_up():
    rows = changed(0, points=40.0)[:2] + changed(2, points=20.0)[2:]
    findings = form_codes(rows=rows)
    assert [(f.code, f.severity) for f in findings] == [("weights-level1-differ", "warning")]
    assert "产出40" in findings[0].message
    assert "产出50" in findings[0].message


def test_a_form_with_cost_is_held_to_the_split_with_cost():
    """财预〔2021〕101号: 20/40/20/10 and 10 of execution."""
    cost = {"level1": "cost", "level2": "经济成本", "level3": "总成本", "points": 20.0}
    rows = (cost, *changed(0, points=40.0)[:1], *changed(1, points=20.0)[1:])
    assert codes_of(rows=rows) == []
    assert codes_of(rows=rows, year=2019) == [("weights-level1-differ", "form")]


@pytest.mark.parametrize(
    ("total", "scores", "found"),
    [
        (99.0, 50.0, []),
        (99.04, 50.0, []),
        (99.1, 50.0, [("total-mismatch", "form")]),
        (98.0, 50.0, [("total-mismatch", "form")]),
        (98.0, None, [("form-incomplete", "form")]),
        (99.0, None, [("form-incomplete", "form")]),
        (99.5, None, [("form-incomplete", "form"), ("total-mismatch", "form")]),
        (48.0, None, [("form-incomplete", "form"), ("total-mismatch", "form")]),
    ],
)
def test_a_total_must_lie_within_what_the_rows_allow(total, scores, found):
    rows = changed(0, self_score=scores)
    assert sorted(codes_of(rows=rows, total_score=total)) == found


def test_an_empty_self_evaluation_is_unfilled_and_incomplete():
    blank = {"actual": None, "actual_text": None, "self_score": None}
    rows = tuple(row | blank for row in ROWS)
    found = codes_of(rows=rows, total_score=np.nan, execution_score=np.nan)
    assert found == [("form-unfilled", "form"), ("form-incomplete", "form")]


@pytest.mark.parametrize(
    ("facts", "missing"),
    [
        ({"rows": ROWS[:2], "total_score": 89.0, "total_points": 90.0}, "满意度指标"),
        ({"has_total_line": False}, "年度资金总额一行"),
        ({"annual_wan": np.nan}, "全年预算数"),
        ({"executed_wan": np.nan}, "全年执行数"),
        ({"execution_score": np.nan, "total_score": 90.0}, "预算执行得分"),
        ({"total_score": np.nan}, "总分"),
        ({"rows": changed(0, actual=None, actual_text=None)}, "1行实际完成值（里程）"),
        ({"rows": (), "total_score": np.nan}, "绩效指标"),
    ],
)
def test_what_is_missing_is_named(facts, missing):
    found = [f.found for f in form_codes(**facts) if f.code == "form-incomplete"]
    assert len(found) == 1
    assert missing in found[0]


def test_a_blank_initial_budget_alone_is_not_incomplete():
    assert codes_of(initial_wan=np.nan) == []


def test_without_a_rule_only_what_needs_none_is_raised_and_a_note_says_so():
    rows = changed(0, actual=50.0, target_text="≥100公里", level2="数量指标", measure_unit="万元")
    found = form_codes(rows=rows, year=2016, execution_score=5.0, total_score=95.0)
    assert [(f.code, f.severity) for f in found] == [
        ("rule-not-in-force", "note"),
        ("money-as-quantity", "warning"),
    ]
    assert "2017-03-31" in found[0].message
    assert rules_of(BOOK, 2019) is not None
    assert rules_of(BOOK, 2018) is None


def test_a_local_rule_file_lies_over_the_national_one(tmp_path):
    """A district that divides by the initial budget, as the central form of 2016 did."""
    local = tmp_path / "local.yaml"
    local.write_text(
        "schema: 1\n"
        "documents:\n"
        "  d: {title: 示例办法, number: 示例〔2021〕1号, issuer: 示例局, issued: 2021-01-01}\n"
        "rules:\n"
        "  self.execution_denominator:\n"
        "    title: 分母\n"
        "    unit: choice\n"
        "    values:\n"
        "      2021-01-01:\n"
        "        {value: initial, basis: local, source: {document: d}, verified: false}\n",
        "utf-8",
    )
    book = load_rules(local)
    assert codes_of(initial_wan=90.0, book=book) == [("execution-score-differs", "funds")]
    assert codes_of(initial_wan=90.0) == []


@pytest.mark.parametrize(("output", "found"), [(40.0, []), (45.0, ["weights-sum"])])
def test_a_split_that_fixes_execution_only_leaves_the_rest_open(output, found):
    """The Hubei form: 20 for execution, 80 free."""
    book = load_rules(EXAMPLES / "hubei.yaml")
    rows = changed(0, points=output)
    codes = codes_of(
        rows=rows,
        book=book,
        execution_points=20.0,
        execution_score=18.0,
        total_score=58.0 + output,
        total_points=60.0 + output,
    )
    assert codes == [(code, "form") for code in found]
    national = codes_of(
        rows=rows,
        execution_points=20.0,
        execution_score=18.0,
        total_score=58.0 + output,
        total_points=60.0 + output,
    )
    assert len(national) == 1


def test_a_local_file_covers_a_year_that_no_national_rule_does():
    """The Haidian form of 2016: executed over the initial budget, a ceiling by the ratio."""
    book = load_rules(EXAMPLES / "haidian.yaml")
    facts = {"initial_wan": 180.0, "execution_score": 5.0, "total_score": 95.0}
    rows = changed(0, op="at_most", actual=110.0, self_score=50.0)
    assert [c for c, _ in codes_of(rows=rows, year=2016, book=book, **facts)] == [
        "score-above-rule"
    ]
    assert [c for c, _ in codes_of(rows=rows, year=2016, **facts)] == ["rule-not-in-force"]


def test_findings_name_the_cell_what_stands_there_and_what_the_rule_gives():
    rows = table(indicator(actual=72.74, actual_text="72.74公里", points=2.0, self_score=2.0))
    (found,) = review_indicators(rows, RULES, where=[WHERE])
    assert (found.code, found.subject, found.where) == ("score-above-rule", "里程", WHERE)
    assert "72.74公里" in found.message
    assert "按规则1.45分" in found.message


def test_every_code_of_the_definitions_can_be_raised():
    assert set(CODES) >= {
        "funds-total-empty",
        "funds-subrow-scored",
        "funds-initial-zero",
        "executed-over-budget",
        "execution-score-differs",
        "score-above-rule",
        "score-below-rule",
        "overachieved-unexplained",
        "zero-target",
        "money-as-quantity",
        "target-unmeasurable",
        "weights-missing",
        "weights-sum",
        "weights-level1-differ",
        "total-mismatch",
        "form-unfilled",
        "form-incomplete",
    }


def test_the_input_is_not_changed():
    rows = table(indicator(), indicator(reason="无", self_score=5.0))
    before = rows.copy(deep=True)
    indicator_codes(rows, RULES)
    pd.testing.assert_frame_equal(rows, before)
