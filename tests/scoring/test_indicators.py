"""Scoring indicators: known values, the Decimal reference on whatever hypothesis finds, flags."""

from datetime import date
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import reference
from perfanalysis.errors import DataError, RuleNotInForceError
from perfanalysis.rules.loader import load_rules
from perfanalysis.scoring.indicators import FLAGS, RULE_OF, Cause, score_indicators
from year_tables import make_table

RULES = load_rules().on(date(2021, 3, 31))
RATIO = """
schema: 1
documents: {}
rules:
  self.ceiling_formula:
    title: 反向指标（≤）超出目标时的得分
    unit: choice
    values:
      2020-02-25: {value: ratio, basis: convention, source: null}
"""


@pytest.fixture(scope="module")
def ratio_rules(tmp_path_factory):
    path = tmp_path_factory.mktemp("rules") / "ratio.yaml"
    path.write_text(RATIO, "utf-8")
    return load_rules(path).on(date(2021, 3, 31))


def indicator(**values):
    given = {"indicator_id": "I1", "project_id": "P1", "level1": "output", "level3": "示例指标"}
    return given | {"op": "at_least", "points": 10.0} | values


def review(rules=RULES, **values):
    return score_indicators(make_table("indicators", [indicator(**values)]), rules)


def kept_of(reviewed):
    return f"{reviewed.frame['review_score'].iloc[0]:.2f}"


def flags_of(reviewed):
    return set(filter(None, reviewed.frame["flags"].iloc[0].split(";")))


KNOWN = [
    # op, target, actual, points, kept under the linear formula; by hand from rules.md 1.3 and 1.5
    pytest.param("at_least", 500, 500, 8, "8.00", id="on target"),
    pytest.param("at_least", 500, 450, 8, "7.20", id="90% done"),
    pytest.param("at_least", 500, 0, 8, "0.00", id="an achieved zero"),
    pytest.param("at_least", 500, -3, 8, "0.00", id="worse than nothing"),
    pytest.param("at_least", 500, 900, 8, "8.00", id="beyond target: no more than full"),
    pytest.param("at_least", 1600, 1201, 8, "6.01", id="6.005 rounds half up, not to even"),
    pytest.param("at_least", 100, 82.675, 100, "82.68", id="82.675 is the decimal, not the float"),
    pytest.param("equal", 6, 6, 20, "20.00", id="equal, met"),
    pytest.param("equal", 6, 9, 20, "20.00", id="equal, exceeded"),
    pytest.param("equal", 6, 3, 20, "10.00", id="equal, half"),
    pytest.param("equal", 0, 0, 5, "5.00", id="equal to zero, met"),
    pytest.param("equal", 0, 1, 5, "0.00", id="equal to zero, missed"),
    pytest.param("at_least", 0, 0, 5, "5.00", id="at least zero, met"),
    pytest.param("at_least", 0, -1, 5, "0.00", id="at least zero, missed"),
    pytest.param("at_most", 0, 0, 5, "5.00", id="at most zero, met"),
    pytest.param("at_most", 0, 2, 5, "0.00", id="at most zero, missed"),
    pytest.param("at_least", -5, -7, 5, "0.00", id="a negative target missed allows no ratio"),
    pytest.param("at_least", -5, -4, 5, "5.00", id="a negative target met"),
    pytest.param("at_most", 5300, 5300, 10, "10.00", id="at the ceiling"),
    pytest.param("at_most", 5300, 0, 10, "10.00", id="nothing spent"),
    pytest.param("at_most", 5300, 5830, 10, "9.00", id="10% over the ceiling, linear"),
    pytest.param("at_most", 5300, 10600, 10, "0.00", id="twice the ceiling, linear"),
    pytest.param("at_most", 5300, 20000, 10, "0.00", id="beyond twice, linear"),
]


@pytest.mark.parametrize(("op", "target", "actual", "points", "kept"), KNOWN)
def test_known_scores(op, target, actual, points, kept):
    assert kept_of(review(op=op, target=target, actual=actual, points=points)) == kept


def test_the_ratio_formula_keeps_more_over_a_ceiling(ratio_rules):
    # rules.md 1.5: 5830 against ≤5300 with 10 points keeps 9.09
    assert kept_of(review(ratio_rules, op="at_most", target=5300, actual=5830)) == "9.09"
    assert kept_of(review(ratio_rules, op="at_most", target=5300, actual=10600)) == "5.00"


def test_the_worked_case_of_the_loan_rules_rounds_half_up():
    # 财国合〔2019〕18号 worked case: 100.00, 77.39, 73.90, 92.00 at 20/50/20/10 gives 82.68;
    # its printed components are 20.00 + 38.70 + 14.78 + 9.20 (half-even would print 38.70 − 0.01)
    rows = [
        indicator(indicator_id=f"I{n}", target=100, actual=actual, points=points)
        for n, (actual, points) in enumerate([(100, 20), (77.39, 50), (73.9, 20), (92, 10)])
    ]
    reviewed = score_indicators(make_table("indicators", rows), RULES)
    assert reviewed.kept.tolist() == [2000, 3870, 1478, 920]
    assert reviewed.kept.sum() == 8268


numbers = st.none() | st.decimals(-1000, 100_000, places=2).map(float) | st.integers(-5, 2000)
wild = st.floats(-1e9, 1e15, allow_nan=False)
texts = st.sampled_from([None, "达成年度指标", "部分达成年度指标并具有一定效果", "已完成"])
rows = st.fixed_dictionaries(
    {
        "op": st.sampled_from(["at_least", "at_most", "equal", "qualitative", None]),
        "target": numbers | wild,
        "actual": numbers | wild,
        "points": st.none()
        | st.decimals(0, 100, places=2).map(float)
        | st.decimals(0, 100, places=3).map(float),
        "self_score": st.none() | st.decimals(0, 120, places=3).map(float),
        "actual_text": texts,
        "reason": st.sampled_from([None, "疫情影响"]),
    }
)


@pytest.mark.parametrize("formula", ["linear", "ratio"])
@given(data=st.lists(rows, min_size=1, max_size=20))
@settings(max_examples=150, deadline=None)
def test_agrees_with_the_decimal_reference(ratio_rules, formula, data):
    table = make_table("indicators", [indicator(**row) for row in data])
    reviewed = score_indicators(table, RULES if formula == "linear" else ratio_rules)
    for place, row in enumerate(data):
        expected = reference.score(
            points=row["points"],
            op=row["op"],
            target=row["target"],
            actual=row["actual"],
            actual_text=row["actual_text"],
            stated=row["self_score"],
            formula=formula,
        )
        assert reviewed.scored[place] == (expected.kept is not None)
        assert (reviewed.points - reviewed.kept)[place] == (
            0 if expected.kept is None else 100 * (Decimal(repr(row["points"])) - expected.kept)
        )
        assert RULE_OF.get(Cause(reviewed.cause[place])) == expected.rule


@given(data=st.lists(rows, min_size=1, max_size=20))
@settings(max_examples=60, deadline=None)
def test_the_row_beside_never_matters(data):
    table = make_table("indicators", [indicator(**row) for row in data])
    alone = [score_indicators(table.iloc[[n]], RULES).frame for n in range(len(data))]
    pd.testing.assert_frame_equal(pd.concat(alone), score_indicators(table, RULES).frame)


def test_no_actual_is_not_an_achieved_zero():
    missing, zero = review(target=100), review(target=100, actual=0)
    assert kept_of(missing) == kept_of(zero) == "0.00"
    assert missing.cause[0] == Cause.MISSING_ACTUAL
    assert zero.cause[0] == Cause.SHORTFALL
    assert "no-actual" in flags_of(missing) - flags_of(zero)


def test_a_qualitative_score_is_the_units_judgement_capped():
    words = {"op": "qualitative", "actual_text": "达成年度指标"}
    assert kept_of(review(**words, self_score=9)) == "9.00"
    assert kept_of(review(**words, self_score=12)) == "10.00"
    assert "score-above-rule" in flags_of(review(**words, self_score=12))
    unscored = review(**words)
    assert not unscored.scored[0]
    assert flags_of(unscored) == {"no-stated-score"}


def test_words_where_a_number_should_be_are_not_computed():
    words = review(target=100, actual_text="基本完成", self_score=7)
    assert (kept_of(words), words.cause[0]) == ("7.00", Cause.NOT_COMPUTED)
    assert "not-computed" in flags_of(words)
    no_target = review(actual=100, self_score=7)
    assert (kept_of(no_target), no_target.cause[0]) == ("7.00", Cause.NOT_COMPUTED)


@pytest.mark.parametrize(
    ("text", "stated", "outside"),
    [
        # 10 points; bands of rules.md 1.4: [8, 10], [6, 8), [0, 6)
        ("达成年度指标", 8, False),
        ("达成年度指标", 7.99, True),
        ("达成年度指标", 10, False),
        ("部分达成年度指标并具有一定效果", 8, True),
        ("部分达成年度指标并具有一定效果", 7.99, False),
        ("部分达成年度指标并具有一定效果", 6, False),
        ("部分达成年度指标并具有一定效果", 5.99, True),
        ("未达成年度指标且效果较差", 6, True),
        ("未达成年度指标且效果较差", 5.99, False),
        ("未达成年度指标且效果较差", 0, False),
        ("效果显著", 1, False),
    ],
)
def test_a_band_is_checked_by_its_own_words(text, stated, outside):
    reviewed = review(op="qualitative", actual_text=text, self_score=stated)
    assert ("band-mismatch" in flags_of(reviewed)) == outside
    assert kept_of(reviewed) == f"{stated:.2f}"  # checked, never computed


@pytest.mark.parametrize(
    ("values", "flags"),
    [
        ({"target": 100, "actual": 130}, {"overachieved", "overachieved-unexplained"}),
        ({"target": 100, "actual": 130, "reason": "上级追加任务"}, {"overachieved"}),
        ({"target": 1.1, "actual": 1.43, "reason": "x"}, {"overachieved"}),
        ({"target": 100, "actual": 129.99}, set()),
        ({"target": 0, "actual": 30, "reason": "x"}, {"zero-target", "overachieved"}),
        ({"target": 0, "actual": 29}, {"zero-target"}),
        ({"op": "equal", "target": 0, "actual": 30}, {"zero-target"}),
        ({"op": "at_most", "target": 100, "actual": 1}, set()),
        ({"target": -5, "actual": 3}, {"nonpositive-target"}),
        ({"target": 500, "actual": 450, "self_score": 9.05}, set()),
        ({"target": 500, "actual": 450, "self_score": 9.06}, {"score-above-rule"}),
        ({"target": 500, "actual": 450, "self_score": 8.9}, {"score-below-rule"}),
        ({"target": 500, "actual": 450, "self_score": 8.9, "reason": "从严自评"}, set()),
        # a broken ceiling: above only beyond both formulas (9.00 and 9.09), below only under both
        ({"op": "at_most", "target": 5300, "actual": 5830, "self_score": 9.09}, set()),
        (
            {"op": "at_most", "target": 5300, "actual": 5830, "self_score": 9.2},
            {"score-above-rule"},
        ),
        (
            {"op": "at_most", "target": 5300, "actual": 5830, "self_score": 8.9},
            {"score-below-rule"},
        ),
        ({"target": 5, "actual": 5, "points": None}, {"points-invalid"}),
        ({"target": 5, "actual": 5, "points": 3.333}, {"points-invalid"}),
    ],
)
def test_flags(values, flags):
    assert flags_of(review(**values)) == flags


def test_a_flag_never_changes_a_score():
    assert kept_of(review(target=100, actual=1000)) == "10.00"


def test_every_flag_has_its_words():
    assert all(FLAGS.values())


def test_the_difference_is_of_decimals():
    row = review(target=500, actual=450, self_score=9.3).frame.iloc[0]
    assert row["difference"] == 0.3  # not 0.3000000000000007


def test_input_is_not_changed():
    table = make_table("indicators", [indicator(target=1, actual=0), indicator(indicator_id="I2")])
    before = table.copy(deep=True)
    score_indicators(table, RULES)
    pd.testing.assert_frame_equal(table, before)


def test_an_empty_table_gives_an_empty_review():
    reviewed = score_indicators(make_table("indicators", []), RULES)
    assert len(reviewed.frame) == reviewed.kept.size == 0


def test_a_missing_column_is_named():
    table = make_table("indicators", [indicator()]).drop(columns="actual")
    with pytest.raises(DataError, match="actual"):
        score_indicators(table, RULES)


def test_no_rule_no_score():
    table = make_table("indicators", [indicator(target=1, actual=1)])
    with pytest.raises(RuleNotInForceError, match="2020-02-25"):
        score_indicators(table, load_rules().on(date(2017, 3, 31)))


def test_infinite_numbers_count_as_missing():
    table = make_table("indicators", [indicator(target=1.0, actual=np.inf)])
    assert score_indicators(table, RULES).cause[0] == Cause.MISSING_ACTUAL
