"""Scores brought together: sums and means added up by hand, and that losses tie exactly."""

from datetime import date
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perfanalysis.rules.loader import evaluation_date, load_rules
from perfanalysis.scoring.projects import ProjectScores
from perfanalysis.scoring.summary import (
    GRADES,
    exact_points,
    grade_counts,
    losses_by,
    rule_losses,
    score_gaps,
    summarise_units,
    total_lost,
)

RULES = load_rules().on(evaluation_date(2020)).all()
PROJECTS = {
    "project_id": "str",
    "unit_id": "str",
    "name": "str",
    "annual_wan": "float64",
    "executed_wan": "float64",
    "stated_total": "float64",
    "review_total": "float64",
    "difference": "float64",
    "grade": "str",
}
LEDGER = {
    "project_id": "str",
    "unit_id": "str",
    "level1": "str",
    "lost": "float64",
    "rule": "str",
    "basis": "str",
    "document": "str",
}


def lines(*rows):
    """A ledger: (project, unit, level 1, points lost, rule)."""
    table = [(*row[:4], row[4], "national", "财预〔2020〕10号") for row in rows]
    return pd.DataFrame(table, columns=list(LEDGER)).astype(LEDGER)


def scores(*projects, ledger=()):
    """Scores: (project, unit, annual, executed, stated, review, grade)."""
    rows = [
        (p, u, f"项目{p}", annual, executed, stated, review, _gap(stated, review), grade)
        for p, u, annual, executed, stated, review, grade in projects
    ]
    frame = pd.DataFrame(rows, columns=list(PROJECTS)).astype(PROJECTS)
    return ProjectScores(2020, date(2021, 3, 31), frame, pd.DataFrame(), lines(*ledger), RULES, ())


def _gap(stated, review):
    return None if stated is None or review is None else stated - review


MIXED = scores(
    ("P1", "U2", 100.0, 80.0, 98.0, 90.5, "excellent"),
    ("P2", "U2", 300.0, 150.0, 96.0, 84.25, "good"),
    ("P3", "U1", 50.0, 60.0, None, 70.0, "fair"),
    ("P4", "U1", 50.0, 0.0, 99.0, None, None),
    ("P5", "U3", 0.0, 0.0, 60.0, 60.0, "fair"),
    ledger=[
        ("P1", "U2", "output", 7.1, "self.quantitative"),
        ("P1", "U2", "execution", 2.4, "self.execution_score"),
        ("P2", "U2", "output", 0.2, "self.quantitative"),
        ("P4", "U1", "benefit", 30.0, "self.missing_actual"),
    ],
)


def test_units_by_hand():
    table = summarise_units(MIXED).set_index("unit_id")
    assert table.index.tolist() == ["U1", "U2", "U3"]
    # U2: (98 + 96) / 2, (90.5 + 84.25) / 2, (7.5 + 11.75) / 2; 230 of 400; 7.1 + 2.4 + 0.2
    assert table.loc["U2"].to_dict() == {
        "projects": 2,
        "graded": 2,
        "annual_wan": 400.0,
        "executed_wan": 230.0,
        "execution_rate": 0.575,
        "stated_mean": 97.0,
        "review_mean": 87.375,
        "difference_mean": 9.625,
        "lost": 9.7,
    }
    # U1: no project has both scores; 60 of 100 executed, one of two graded
    u1 = table.loc["U1"]
    assert u1[["projects", "graded", "execution_rate", "lost"]].tolist() == [2, 1, 0.6, 30.0]
    assert u1[["stated_mean", "review_mean", "difference_mean"]].isna().all()


def test_no_budget_gives_no_rate_and_no_deduction_loses_nothing():
    u3 = summarise_units(MIXED).set_index("unit_id").loc["U3"]
    assert np.isnan(u3["execution_rate"])
    assert (u3["lost"], u3["difference_mean"]) == (0.0, 0.0)


def test_projects_with_both_scores():
    table = score_gaps(MIXED)
    # P1 (98 + 90.5) / 2 = 94.25, P2 (96 + 84.25) / 2 = 90.125, P5 60
    assert table["name"].tolist() == ["项目P1", "项目P2", "项目P5"]
    assert table["average"].tolist() == [94.25, 90.125, 60.0]
    assert table["difference"].tolist() == [7.5, 11.75, 0.0]


def test_grades_best_first_and_every_project_once():
    table = grade_counts(MIXED).set_index("grade")
    assert table.index.tolist() == [*GRADES, ""]
    assert table["projects"].tolist() == [1, 1, 2, 0, 1]
    assert table["annual_wan"].tolist() == [100.0, 300.0, 50.0, 0.0, 50.0]


def test_losses_largest_first():
    table = losses_by(MIXED.ledger, ["level1"])
    assert table.values.tolist() == [
        ["benefit", 1, 1, 30.0],
        ["output", 2, 2, 7.3],
        ["execution", 1, 1, 2.4],
    ]


def test_equal_losses_are_in_the_order_of_their_names():
    ledger = lines(("P1", "U1", "output", 1.0, "b"), ("P1", "U1", "benefit", 1.0, "a"))
    assert losses_by(ledger, ["level1"])["level1"].tolist() == ["benefit", "output"]


def test_losses_by_rule_have_the_title_of_the_rule():
    table = rule_losses(MIXED.ledger, RULES).set_index("rule")
    titles = {rule.key: rule.title for rule in RULES}
    assert table.at["self.quantitative", "rule_title"] == titles["self.quantitative"]
    assert table.at["self.quantitative", "lost"] == 7.3
    strange = lines(("P1", "U1", "output", 1.0, "local.unknown"))
    assert rule_losses(strange, RULES)["rule_title"].tolist() == ["local.unknown"]


def test_an_empty_ledger_has_no_losses():
    assert losses_by(lines(), ["level1"]).empty
    assert total_lost(lines()) == 0.0


def test_a_district_without_projects_has_no_units():
    nothing = scores()
    assert summarise_units(nothing).empty
    assert grade_counts(nothing)["projects"].tolist() == [0] * 5
    assert score_gaps(nothing).empty


@pytest.mark.parametrize(
    ("points", "exact"), [((0.1, 0.2), 0.3), ((7.1, 0.2), 7.3), ((0.7, 0.1, 0.1), 0.9)]
)
def test_sums_of_points_are_what_a_reader_adds_up(points, exact):
    """Binary addition gives 0.30000000000000004, 7.3 - 1e-15, 0.8999999999999999."""
    assert exact_points(pd.Series([sum(points)])).tolist() == [exact]


LINE = st.tuples(
    st.sampled_from(["P1", "P2", "P3"]),
    st.sampled_from(["output", "benefit", "execution"]),
    st.integers(1, 10_000),
    st.sampled_from(["self.quantitative", "self.missing_actual"]),
)


@settings(deadline=None, max_examples=60)
@given(st.lists(LINE, max_size=40))
def test_losses_add_up_exactly_however_they_are_cut(drawn):
    ledger = lines(*((p, f"U{p}", level1, cents / 100, rule) for p, level1, cents, rule in drawn))
    kept = ledger.copy()
    whole = Decimal(sum(cents for _, _, cents, _ in drawn)) / 100
    assert Decimal(str(total_lost(ledger))) == whole
    for columns in (["level1"], ["rule", "basis", "document"], ["project_id", "level1"]):
        table = losses_by(ledger, columns)
        assert sum((Decimal(str(lost)) for lost in table["lost"]), Decimal(0)) == whole
        assert table["deductions"].sum() == len(drawn)
        assert Decimal(str(total_lost(table))) == whole
    pd.testing.assert_frame_equal(ledger, kept)
