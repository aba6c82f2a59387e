"""Places of units in their sector, against shrinkage that can be told by eye."""

import pandas as pd
import pytest

from perfanalysis.scoring.shrinkage import shrink_means
from perfanalysis.scoring.unit_places import COLUMNS, place_units


def scored(**scores):
    """A year's table: unit (its sector is the first letter) and score."""
    rows = [
        {"unit_id": unit, "name": f"单位{unit}", "sector": unit[0], "score": score}
        for unit, score in scores.items()
    ]
    return pd.DataFrame(rows)


FAR = (
    scored(A1=95.0, A2=80.0, A3=60.0, B1=90.0, B2=70.0),
    scored(A1=96.0, A2=81.0, A3=61.0, B1=91.0, B2=71.0),
)


def test_units_far_apart_have_places_of_their_own_and_the_closest_sector_counts():
    table = place_units(FAR).set_index("unit_id")
    assert list(table.reset_index().columns) == list(COLUMNS)
    assert table.index.tolist() == ["A1", "A2", "A3"]  # of B there are two: no place
    assert table["rank_low"].tolist() == table["rank_high"].tolist() == [1, 2, 3]
    assert (table["peers"] == 3).all()
    assert (table["years"] == 2).all()
    assert table.at["A1", "raw"] == 95.5
    assert table.at["A1", "name"] == "单位A1"


def test_scores_that_differ_by_chance_have_no_order():
    one, two = scored(A1=80.0, A2=90.0, A3=85.0), scored(A1=90.0, A2=80.0, A3=85.0)
    table = place_units([one, two])
    assert table["rank_low"].tolist() == [1, 1, 1]
    assert table["rank_high"].tolist() == [3, 3, 3]
    assert table["mean"].nunique() == 1


def test_the_means_are_those_of_shrinking_within_the_sector():
    table = place_units(FAR)
    values = [95.0, 80.0, 60.0, 96.0, 81.0, 61.0]
    known = shrink_means(values, ["A1", "A2", "A3"] * 2).table
    assert table["mean"].tolist() == pytest.approx(known["mean"].tolist())


def test_one_year_alone_or_none_places_nobody():
    assert place_units([FAR[0]]).empty
    assert place_units([]).empty
    refused = FAR[0].assign(score=float("nan"))
    assert place_units([refused, refused]).empty
