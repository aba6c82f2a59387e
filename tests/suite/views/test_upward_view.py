"""The cells behind each point of the superior's assessment are there and say what is counted."""

import csv
import re

import pandas as pd
import pytest
from made_years import ROOT

from perfanalysis.data.source import cell_runs
from perfanalysis.rules.loader import load_rules
from perfanalysis.suite.config import load_suite
from perfanalysis.suite.views.upward import evidence_of, upward_view
from perfanalysis.suite.workyear import WorkYear

FOLDERS = {"system": 2021, "targets": 2022, "monitoring": 2021, "use": 2022}


@pytest.fixture(scope="module")
def year():
    return WorkYear(load_suite(ROOT / "suite.toml"), 2021, ROOT / "data", load_rules())


@pytest.fixture(scope="module")
def view(year):
    return upward_view(year)


def read(item, cell):
    """What the committed CSV has in the cell, and under which header."""
    file, name = cell.split("!")
    letters, row = re.fullmatch(r"([A-Z])(\d+)", name).groups()
    with (ROOT / "data" / str(FOLDERS.get(item, 2020)) / file).open(encoding="utf-8-sig") as lines:
        rows = list(csv.reader(lines))
    position = ord(letters) - ord("A")
    return file.removesuffix(".csv"), rows[0][position], rows[int(row) - 1][position]


def test_there_is_a_cell_for_each_that_is_counted(view):
    for item, counted in view.counted.items():
        cells = len(counted.done_cells)
        assert cells == counted.done * (2 if item == "key_evaluation" else 1)
        if item != "system":
            assert len(counted.open_cells) == counted.due - counted.done
        assert all(counted.done_cells + counted.open_cells)


def test_the_cells_hold_what_is_counted(year, view):
    seen = {
        item: {read(item, cell) for cell in counted.done_cells}
        for item, counted in view.counted.items()
    }
    assert {each[:2] for each in seen["coverage"]} == {("units", "unit_id")}
    assert len(seen["coverage"]) == 67
    assert seen["rectification"] == {("rectification", "status", "closed")}
    assert {each[:2] for each in seen["monitoring"]} == {("monitoring_funds", "executed_wan")}
    assert {each[:2] for each in seen["self_evaluation"]} == {("indicators", "project_id")}
    reviewed = year.scores.projects.query("review_total.notna()")["project_id"]
    assert {each[2] for each in seen["self_evaluation"]} == set(reviewed)
    assert {each[:2] for each in seen["key_evaluation"]} == {
        ("key_scores", "score"),
        ("site_visits", "verified"),
    }
    assert all(value <= "2022-01-20" for *_, value in seen["publication"])
    overdue = view.counted["rectification"].open_cells
    assert {read("rectification", cell)[2] for cell in overdue} <= {"open", "closed", "in_progress"}
    unfilled = year.scores.projects.query("review_total.isna()")["project_id"]
    cells = view.counted["self_evaluation"].open_cells
    assert {read("self_evaluation", cell)[2] for cell in cells} == set(unfilled) != set()


def test_what_was_due_and_not_done_is_named_by_its_own_row(year, view):
    ids = year.target_review.subjects.query("status != 'reviewed'")["project_id"]
    found = {read("targets", cell)[2] for cell in view.counted["targets"].open_cells}
    assert found == set(ids) != set()


@pytest.mark.parametrize(("lang", "more"), [("zh", "等，共"), ("en", " and others, ")])
def test_many_cells_are_said_by_their_first_and_their_number(year, view, lang, more):
    _, say = year.page("95_upward_assessment", lang)
    rows = evidence_of(view, say).set_index("item")
    assert rows.loc["coverage", "done_cells"] == "units.csv!A2:A68"
    assert view.counted["use"].due == 0
    assert pd.isna(rows.loc["use", "done_cells"])
    done = rows.loc["monitoring", "done_cells"]
    assert done.startswith("monitoring_funds.csv!")
    assert more in done
    assert str(len(view.counted["monitoring"].done_cells)) in done
    assert done.count("monitoring_funds.csv") == 1


def test_runs_of_cells_by_hand():
    cells = [
        "a.xlsx!表!AB9",
        "a.xlsx!表!AB10",
        "a.xlsx!表!AB8",
        "b.csv!A2",
        "",
        "b.csv!A2",
        "b.csv",
    ]
    assert cell_runs(cells) == ["a.xlsx!表!AB8:AB10", "b.csv!A2"]
    assert cell_runs(["b.csv!A2", "b.csv!B3"]) == ["b.csv!A2", "b.csv!B3"]
    assert cell_runs([]) == []
