"""Findings fed back to units, on a day."""

from datetime import date

import pandas as pd

from perfanalysis.followup.rectification import rectification_states
from year_tables import PROJECT, make_year


def finding(number, due, status="open", closed=None, **more):
    due, closed = pd.Timestamp(due), pd.Timestamp(closed) if closed else None
    return {
        "finding_id": number,
        "unit_id": "U01",
        "project_id": "P1",
        "issue": "问题",
        "due": due,
        "status": status,
        "closed": closed,
        **more,
    }


def states(*rows, day=date(2021, 10, 1)):
    year = make_year(projects=[{**PROJECT, "project_id": "P1"}], rectification=list(rows))
    return rectification_states(year, day=day)


def test_each_state_by_hand():
    found = states(
        finding("A", "2021-09-30", "closed", "2021-09-30"),
        finding("B", "2021-09-20", "closed", "2021-09-23", recovered_wan=5.0),
        finding("C", "2021-09-21", "in_progress"),
        finding("D", "2021-10-01"),
    )
    assert found[["finding_id", "state", "days_late"]].values.tolist() == [
        ["C", "overdue", 10],
        ["D", "open", 0],
        ["B", "late", 3],
        ["A", "closed", 0],
    ]
    assert found["name"].tolist() == ["示例项目"] * 4
    assert found["where"].tolist()[0] == "rectification.csv!F4"


def test_what_is_closed_after_the_day_is_not_closed_yet():
    row = states(finding("A", "2021-09-30", "closed", "2021-10-02")).iloc[0]
    assert (row["state"], row["days_late"]) == ("overdue", 1)
    assert pd.isna(row["closed"])


def test_nothing_fed_back_gives_no_row():
    assert states().empty
