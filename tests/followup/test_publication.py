"""What units published."""

from datetime import date

import pandas as pd

from perfanalysis.followup.publication import publication_coverage
from year_tables import make_year


def document(number, unit, kind, day):
    when = pd.Timestamp(day) if day else None
    return {"publication_id": number, "unit_id": unit, "kind": kind, "title": "材料", "date": when}


def test_each_unit_and_kind_has_a_row_with_its_earliest_date():
    year = make_year(
        units=[{"unit_id": "U01", "name": "甲"}, {"unit_id": "U02", "name": "乙"}],
        publication=[
            document("1", "U01", "budget", "2021-03-01"),
            document("2", "U01", "budget", "2021-02-01"),
            document("3", "U01", "targets", "2021-12-01"),
            document("4", "U02", "budget", None),
        ],
    )
    found = publication_coverage(year, ["budget", "targets"], day=date(2021, 6, 1))
    assert found[["unit_id", "kind"]].values.tolist() == [
        ["U01", "budget"],
        ["U01", "targets"],
        ["U02", "budget"],
        ["U02", "targets"],
    ]
    assert found["published"].isna().tolist() == [False, True, True, True]
    assert found["published"][0] == pd.Timestamp("2021-02-01")
    assert found["where"].tolist() == [
        "publication.csv!F3",
        "publication.csv!F4",  # published after the day
        "publication.csv!F5",  # a row without a date
        "units.csv!A3",  # no row at all
    ]
