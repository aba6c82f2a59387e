"""Two rule sets on the same requests, by hand: which units and which rules are apart."""

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_proposal import NOTHING_ELSE, asked, based, scored

from perfanalysis.errors import DataError
from perfanalysis.linkage.amounts import micro
from perfanalysis.linkage.proposal import propose_budget
from perfanalysis.linkage.what_if import compare_proposals, rules_apart, units_apart
from perfanalysis.rules.loader import evaluation_date, load_rules

CITY = Path(__file__).parents[2] / "examples" / "rules" / "linkage-city-2012.yaml"
OURS, THEIRS = (load_rules(*each).on(evaluation_date(2020)) for each in ((), (CITY,)))
FIRST_YEAR = pd.DataFrame({"years_poor": [1.0]}, index=pd.Index(["P1"], name="project_id"))
FACTS = FIRST_YEAR.reindex(columns=NOTHING_ELSE.columns)


def both(poor, best, requested):
    """P1 差 and P2 优 of U01, P3 good of U02: under the default rules and under the city's."""
    results = scored(("P1", 50, 9, 9), ("P2", 95, 9, 9), ("P3", 85, 9, 9))
    base = based(("P1", poor), ("P2", best), ("P3", 10, {"unit_id": "U02"}))
    requests = asked(("P1", poor), ("P2", requested), ("P3", 10, {"unit_id": "U02"}))
    return [
        propose_budget(results, base, requests, rules, circumstances=FACTS)
        for rules in (OURS, THEIRS)
    ]


def test_which_rules_are_apart_by_hand():
    """Ours: P1 100 − 30, P2 100 + 10. Theirs: P1 100 − 15, P2 100. Together 180 and 185."""
    own, other = both(100, 100, 120)
    table = rules_apart(own, other).set_index("title")
    moved = {
        "评价为差：核减基数的30%": [1, -30, 0, 30],
        "达不到要求的第一年：削减15%": [1, 0, -15, -15],
        "评价为优：优先保障，可在申请数以内比基数最多增加10%，资金来自同类预算核减的部分": [
            1, 10, 0, -10,
        ],
    }  # fmt: skip
    assert table.index.tolist() == [*moved]  # the largest first
    assert {title: row.tolist() for title, row in table.iterrows()} == moved


def test_which_units_are_apart_by_hand():
    own, other = both(100, 100, 120)
    table = units_apart(compare_proposals({"a": own, "b": other}), "a", "b")
    assert table.to_dict("records") == [
        {"unit_id": "U01", "projects": 2, "base_wan": 200, "proposed_wan": 180}
        | {"other_wan": 185, "less_wan": 5}
    ]


def test_the_same_rules_are_nowhere_apart():
    own, _ = both(100, 100, 120)
    assert rules_apart(own, own).empty
    assert units_apart(compare_proposals({"a": own, "b": own}), "a", "b").empty


def test_proposals_for_other_requests_are_not_compared():
    own, other = both(100, 100, 120)[0], both(90, 100, 120)[1]
    with pytest.raises(DataError, match="不能并列"):
        rules_apart(own, other)


@settings(max_examples=20)
@given(*[st.floats(0.01, 300).map(lambda value: round(value, 4)) for _ in range(3)])
def test_rules_and_units_add_up_to_the_difference(poor, best, requested):
    own, other = both(poor, best, requested)
    whole = micro(other.projects["proposed_wan"]).sum() - micro(own.projects["proposed_wan"]).sum()
    assert micro(rules_apart(own, other)["less_wan"]).sum() == whole
    units = units_apart(compare_proposals({"a": own, "b": other}), "a", "b")
    assert micro(units["less_wan"]).sum() == whole
