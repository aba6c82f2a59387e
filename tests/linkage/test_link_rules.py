"""Rules of linkage are read strictly; two that contradict each other are named before any use."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perfanalysis.errors import RuleFileError
from perfanalysis.linkage.rules import Interval, link_rules
from perfanalysis.rules.loader import evaluation_date, load_rules

EXAMPLES = Path(__file__).parents[2] / "examples" / "rules"
HEAD = """schema: 1
documents: {}
rules:
  link.rules:
    title: 规则
    unit: text
    values:
      2018-09-01:
        basis: convention
        source: null
        value:
"""
CAP = {"id": "cap", "group": "request", "when": "{}", "action": "cap_request"}


def rule(name, action, when="{}", **more):
    return {"id": name, "group": "grade", "when": when, "action": action} | more


def read(tmp_path, *entries, cap=True):
    """The rules of a local file that holds these entries."""
    lines = []
    for entry in [*entries, *([CAP] if cap else [])]:
        fields = {"title": "标题"} | entry
        body = "\n".join(f"            {key}: {value}" for key, value in fields.items())
        lines.append("          -\n" + body)
    path = tmp_path / "local.yaml"
    path.write_text(HEAD + "\n".join(lines) + "\n", "utf-8")
    return link_rules(load_rules(path).on(evaluation_date(2020)))


def test_the_shipped_rules_are_sound():
    rules = link_rules(load_rules().on(evaluation_date(2020)))
    assert [r.action for r in rules].count("cap_request") == 1
    dated = load_rules().on(evaluation_date(2020)).get("link.rules")
    assert dated.basis == "convention"
    assert dated.document is None


@pytest.mark.parametrize(
    ("name", "day"),
    [("city-2012", 2020), ("province-by-type", 2020), ("sichuan-2025", 2024)],
)
def test_the_examples_are_sound_and_local(name, day):
    rules = load_rules(EXAMPLES / f"linkage-{name}.yaml").on(evaluation_date(day))
    assert rules.get("link.rules").basis == "local"
    assert not rules.get("link.rules").verified
    assert link_rules(rules)


def test_the_city_of_2012_cuts_15_percent_and_has_its_own_bands():
    """15 percent and the bands 90/70/60 as published."""
    rules = load_rules(EXAMPLES / "linkage-city-2012.yaml").on(evaluation_date(2020))
    assert {r.id: r.share for r in link_rules(rules)}["not-met-first-year"] == 0.15
    assert rules.value("self.grade_floors") == {"excellent": 90, "good": 70, "fair": 60, "poor": 0}


def test_a_rule_is_read_as_it_stands(tmp_path):
    (one, _) = read(
        tmp_path,
        rule(
            "a", "cut", "{grade: [poor, fair], execution_rate: {from: 0.5, below: 0.8}}", share=0.2
        ),
    )
    assert one.values["grade"] == {"poor", "fair"}
    assert one.numbers["execution_rate"] == Interval(0.5, True, 0.8, False)
    assert (one.share, one.follows) == (0.2, "")


@pytest.mark.parametrize(
    ("entries", "words"),
    [
        (
            [
                rule("a", "keep", "{grade: [good, fair]}"),
                rule("b", "cut", "{grade: [fair]}", share=1),
            ],
            ["a（keep）", "b（cut）", "冲突"],
        ),
        ([rule("a", "keep"), rule("b", "cancel", "{grade: [poor]}")], ["a（keep）", "b（cancel）"]),
        (
            [
                rule("a", "cut", "{execution_rate: {to: 0.6}}", share=0.2),
                rule("b", "cut", "{execution_rate: {from: 0.6, below: 0.8}}", share=0.1),
            ],
            ["冲突"],
        ),
        (
            [
                rule("a", "keep", "{grade: [good], fund_kind: [general]}"),
                rule("b", "cut", "{grade: [good], project_type: [one_off]}", share=0.1),
            ],
            ["冲突"],
        ),
        ([rule("a", "keep", "{grade: [good]}"), rule("a", "keep", "{grade: [fair]}")], ["都叫 a"]),
        ([rule("a", "slash")], ["slash", "cut"]),
        ([rule("a", "cut")], ["share 为 None"]),
        ([rule("a", "cut", share=1.5)], ["share 为 1.5"]),
        ([rule("a", "cut", share=0)], ["share 为 0"]),
        ([rule("a", "cut", share=0.1234567)], ["六位小数"]),
        ([rule("a", "keep", share=0.1)], ["不用 share"]),
        ([rule("a", "keep", "{grades: [good]}")], ["未知条件 grades", "grade、"]),
        ([rule("a", "keep", "{grade: [优]}")], ["grade", "excellent"]),
        ([rule("a", "keep", "{grade: good}")], ["grade", "列表"]),
        ([rule("a", "keep", "{execution_rate: 0.8}")], ["界限"]),
        ([rule("a", "keep", "{execution_rate: {under: 0.8}}")], ["界限"]),
        ([rule("a", "keep", "{execution_rate: {from: 0.8, above: 0.8}}")], ["界限"]),
        ([rule("a", "keep", "{execution_rate: {from: 0.8, below: 0.8}}")], ["没有数"]),
        ([rule("a", "keep", "[]")], ["when"]),
        ([rule("a", "keep", colour="red")], ["未知 colour"]),
        ([{"id": "a", "action": "keep"}], ["缺少 group、when"]),
        ([rule("a", "keep", follows="link.nothing")], ["link.nothing"]),
        ([CAP], ["只有一条"]),
        ([CAP | {"id": "other", "group": "x"}], ["只有一条"]),
        ([rule("a", "prioritise", share=0.1)], ["cap（cap_request）", "之后"]),
    ],
)
def test_what_is_wrong_is_named(tmp_path, entries, words):
    with pytest.raises(RuleFileError) as raised:
        read(tmp_path, *entries)
    assert raised.value.path == "local.yaml"
    for word in words:
        assert word in str(raised.value)


def test_without_a_ceiling_the_rules_are_refused(tmp_path):
    with pytest.raises(RuleFileError, match="cap_request"):
        read(tmp_path, rule("a", "keep"), cap=False)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("{grade: [good]}", "{grade: [fair, poor]}"),
        ("{execution_rate: {below: 0.6}}", "{execution_rate: {from: 0.6}}"),
        ("{execution_rate: {to: 0.6}}", "{execution_rate: {above: 0.6}}"),
        ("{grade: [good], fund_kind: [general]}", "{grade: [good], fund_kind: [state_capital]}"),
    ],
)
def test_rules_that_exclude_each_other_are_no_conflict(tmp_path, one, other):
    assert len(read(tmp_path, rule("a", "keep", one), rule("b", "cancel", other))) == 3


def test_rules_of_different_groups_may_both_apply(tmp_path):
    low = rule("b", "cut", "{execution_rate: {below: 0.6}}", share=0.2) | {"group": "execution"}
    assert len(read(tmp_path, rule("a", "cut", "{grade: [poor]}", share=0.3), low)) == 3


BOUND = st.sampled_from([0.0, 0.25, 0.5, 0.75, 1.0])


@settings(deadline=None)
@given(BOUND, st.booleans(), BOUND, st.booleans(), BOUND, st.booleans(), BOUND, st.booleans())
def test_intervals_meet_where_some_number_lies_in_both(a, a_in, b, b_in, c, c_in, d, d_in):
    """Against brute force on a grid that holds every bound and a point between any two."""
    one, other = Interval(a, a_in, b, b_in), Interval(c, c_in, d, d_in)

    def inside(x, i):
        low = x >= i.low if i.low_in else x > i.low
        return low and (x <= i.high if i.high_in else x < i.high)

    grid = [n / 8 for n in range(-1, 10)]
    assert one.meets(other) == any(inside(x, one) and inside(x, other) for x in grid)
    assert one.empty == (not any(inside(x, one) for x in grid))
