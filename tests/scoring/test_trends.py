"""Several years side by side: three small years worked out by hand."""

from datetime import date

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from perfanalysis.scoring.projects import ProjectScores
from perfanalysis.scoring.trends import composition, review_panel, score_pairs, units_of, years_of

COLUMNS = ["project_id", "unit_id", "annual_wan", "executed_wan", "stated_total", "review_total"]


def scores(year, *rows):
    frame = pd.DataFrame(rows, columns=COLUMNS).assign(name="项目", grade=None)
    frame = frame.astype({"review_total": "float64", "executed_wan": "float64"})
    empty = pd.DataFrame()
    return ProjectScores(year, date(year + 1, 3, 31), frame, empty, empty, (), ())


def panel():
    """P1 stays, P2 leaves, P3 enters, P4 is never scored; then P3 alone."""
    return review_panel(
        {
            2021: scores(2021, ("P3", "U2", 30.0, 15.0, 95.0, 90.0)),
            2019: scores(
                2019,
                ("P1", "U1", 100.0, 80.0, 98.0, 90.0),
                ("P2", "U1", 50.0, 50.0, 99.0, 70.0),
                ("P4", "U1", 10.0, None, 99.0, None),
            ),
            2020: scores(
                2020,
                ("P1", "U1", 100.0, 90.0, 98.0, 94.0),
                ("P3", "U2", 20.0, 20.0, 97.0, 84.0),
            ),
        }
    )


def test_years_keep_their_own_money_and_means():
    table = years_of(panel()).set_index("year")
    assert table["projects"].to_dict() == {2019: 3, 2020: 2, 2021: 1}
    assert table["scored"].to_dict() == {2019: 2, 2020: 2, 2021: 1}
    assert table["annual_wan"].to_dict() == {2019: 160.0, 2020: 120.0, 2021: 30.0}
    # P4 has no executed amount: 130 of 150, not of 160
    assert table.loc[2019, "execution_rate"] == pytest.approx(130 / 150)
    assert table["review_mean"].to_dict() == {2019: 80.0, 2020: 89.0, 2021: 90.0}


def test_the_change_of_the_mean_is_split():
    table = composition(panel()).set_index("year")
    # 2020: mean 80 to 89. P1 rose 4 (90 to 94); entry of P3 took 89 - 94 = -5; P2's leaving
    # gave 90 - 80 = 10. 2021: P1 left 89 to 84 = -5, P3 rose 6.
    names = ["stayed", "entered", "left", "change", "same", "entering", "leaving"]
    assert table.loc[2020, names].tolist() == [1, 1, 1, 9.0, 4.0, -5.0, 10.0]
    assert table.loc[2021, names].tolist() == [1, 0, 1, 1.0, 6.0, 0.0, -5.0]
    assert table.loc[2020, ["entered_wan", "left_wan"]].tolist() == [20.0, 50.0]


def test_pairs_are_neighbouring_years_of_a_project():
    assert score_pairs(panel())[["project_id", "year", "before", "after"]].values.tolist() == [
        ["P1", 2019, 90.0, 94.0],
        ["P3", 2020, 84.0, 90.0],
    ]


def test_a_year_between_is_not_jumped_over():
    gap = panel()
    gap = gap[gap["year"] != 2020]
    assert score_pairs(gap).empty
    assert composition(gap).empty


def test_units_by_year():
    table = units_of(panel()).set_index("unit_id")
    assert table.loc["U1", "2019"] == 80.0
    assert pd.isna(table.loc["U2", "2019"])


ROW = st.tuples(st.sampled_from("ABCDEF"), st.integers(0, 10_000).map(lambda n: n / 100))


@given(st.lists(ROW, min_size=1, unique_by=lambda row: row[0]), st.data())
def test_the_parts_add_up_to_the_change(first, data):
    second = data.draw(st.lists(ROW, min_size=1, unique_by=lambda row: row[0]))
    made = {
        year: scores(year, *((name, "U1", 1.0, 1.0, 99.0, score) for name, score in rows))
        for year, rows in ((2019, first), (2020, second))
    }
    row = composition(review_panel(made)).iloc[0]
    if row["stayed"]:
        assert row["same"] + row["entering"] + row["leaving"] == pytest.approx(row["change"])
    else:
        assert row[["same", "entering", "leaving"]].isna().all()
