"""The gap by rule: shared out by hand, and that nothing of it is lost."""

from datetime import date

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from perfanalysis.rules.loader import evaluation_date, load_rules
from perfanalysis.scoring.gap_rules import ADDED, GIVEN, gap_by_rule
from perfanalysis.scoring.projects import ProjectScores

RULES = load_rules().on(evaluation_date(2020)).all()
A, B, E = "self.quantitative", "self.missing_actual", "self.execution_score"


def scores(projects, indicators=(), ledger=()):
    """Projects (id, difference, stated and reviewed execution), indicators (project, id, gap)."""
    names = ["project_id", "difference", "stated_execution_score", "execution_score"]
    lines = pd.DataFrame(ledger, columns=["project_id", "indicator_id", "rule", "lost"])
    rows = pd.DataFrame(indicators, columns=["project_id", "indicator_id", "difference"])
    table = pd.DataFrame(projects, columns=names)
    lines = lines.astype({"lost": "float64"})
    return ProjectScores(2020, date(2021, 3, 31), table, rows, lines, RULES, ())


def gaps(result):
    return gap_by_rule(result).set_index("rule")["gap"].to_dict()


def test_each_part_of_a_gap_goes_to_its_rule():
    made = scores(
        [("P1", 11.0, 10.0, 8.0), ("P2", -2.0, 9.0, 9.0), ("P3", None, 10.0, 0.0)],
        [("P1", "I1", 6.0), ("P1", "I2", 4.0), ("P2", "I3", -2.0), ("P3", "I4", 7.0)],
        [
            ("P1", "I1", A, 6.0),
            ("P1", "I2", A, 4.0),
            ("P1", "I2", B, 2.0),
            ("P1", None, E, 2.0),
            ("P3", "I4", A, 7.0),
        ],
    )
    # P1: I1 gives A 6; I2's 4 goes 4:2, A 2.67 and B 1.33; execution 10 - 8; the rows make 12,
    # the total 11: -1. P2 gave itself 2 less than the rule. P3 was refused and has no gap.
    table = gap_by_rule(made).set_index("rule")
    assert table["gap"].to_dict() == {A: 8.67, E: 2.0, B: 1.33, ADDED: -1.0, GIVEN: -2.0}
    assert table["deductions"].to_dict() == {A: 2, E: 1, B: 1, ADDED: 1, GIVEN: 1}
    assert table.loc[A, "document"] == "财预〔2020〕10号"
    assert pd.isna(table.loc[ADDED, "title"])


def test_three_rules_share_a_hundredth_without_losing_it():
    lines = [("P1", "I1", rule, 1.0) for rule in (A, B, "self.ceiling_formula")]
    found = gaps(scores([("P1", 0.01, 10.0, 10.0)], [("P1", "I1", 0.01)], lines))
    assert sum(found.values()) == pytest.approx(0.01, abs=1e-12)


def test_a_gap_that_no_deduction_answers_to_is_not_dropped():
    assert gaps(scores([("P1", 3.0, 10.0, 10.0)], [("P1", "I1", 3.0)])) == {ADDED: 3.0}


def test_without_any_gap_there_is_no_row():
    assert gap_by_rule(scores([("P1", 0.0, 10.0, 10.0)], [("P1", "I1", 0.0)])).empty
    assert gap_by_rule(scores([])).empty


POINTS = st.integers(-2000, 2000).map(lambda hundredths: hundredths / 100)
LOST = st.lists(st.integers(1, 900).map(lambda n: n / 100), min_size=0, max_size=3)


@given(st.lists(st.tuples(POINTS, POINTS, LOST), min_size=1, max_size=4))
def test_the_rows_add_up_to_the_gaps_of_the_projects(drawn):
    projects = [(f"P{n}", total, 10.0, 10.0) for n, (total, _, _) in enumerate(drawn)]
    indicators = [(f"P{n}", "I1", gap) for n, (_, gap, _) in enumerate(drawn)]
    lines = [
        (f"P{n}", "I1", (A, B, E)[at], lost)
        for n, (_, _, losses) in enumerate(drawn)
        for at, lost in enumerate(losses)
    ]
    found = gap_by_rule(scores(projects, indicators, lines))
    assert found["gap"].sum() == pytest.approx(sum(total for total, _, _ in drawn), abs=1e-9)
