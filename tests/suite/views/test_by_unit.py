"""Frames of the district, of which each unit shows its rows."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_years import work_year

from perfanalysis.suite.views.by_unit import by_unit, kept
from perfanalysis.suite.views.unit import unit_view
from perfanalysis.suite.views.unit_frames import unit_frames


@given(st.lists(st.tuples(st.sampled_from("ABC"), st.integers()), max_size=12))
def test_a_unit_has_the_rows_that_a_filter_finds(rows):
    frame = pd.DataFrame(rows, columns=["unit_id", "n"]).astype({"unit_id": "str", "n": "object"})
    parts = by_unit(frame)
    for unit in "ABC":
        own = frame[frame["unit_id"] == unit].reset_index(drop=True)
        pd.testing.assert_frame_equal(parts[unit], own)


def test_rows_of_no_unit_are_those_of_none():
    frame = pd.DataFrame({"unit_id": ["A", None], "n": [1, 2]})
    assert by_unit(frame)["A"]["n"].tolist() == [1]


def test_a_part_can_be_changed_without_the_frame():
    parts = by_unit(pd.DataFrame({"unit_id": ["A", "A"], "n": [1, 2]}))
    own = parts["A"]
    own.loc[0, "n"] = 9
    assert parts["A"]["n"].tolist() == [1, 2]


def test_what_is_kept_is_worked_out_once_for_each_work_year():
    asked = []

    @kept
    def work(year):
        asked.append(year)
        return year.evaluation_year

    first, other = work_year(), work_year()
    assert work(first) == work(first) == work(other)
    assert [id(year) for year in asked] == [id(first), id(other)]


def test_units_share_every_row_and_every_point_of_the_district():
    year = work_year()
    units = year.evaluation["units"]["unit_id"]
    views = [unit_view(year, unit) for unit in units]
    assert sum(len(view.ledger) for view in views) == len(year.scores.ledger) > 0
    assert sum(len(view.flags) for view in views) == len(year.flags)
    lost = sum(view.losses["lost"].sum() for view in views)
    assert lost == pytest.approx(year.scores.ledger["lost"].sum(), abs=1e-9)
    assert unit_frames(year) is unit_frames(year)
