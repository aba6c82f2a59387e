"""Findings that were fed back to units: put right in time, late, or not yet."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from perfanalysis.data.lookup import texts_of
from perfanalysis.data.tables import YearData

STATES = ("overdue", "open", "late", "closed")
RECTIFICATION_COLUMNS = (
    "finding_id",
    "unit_id",
    "project_id",
    "name",
    "issue",
    "due",
    "state",
    "days_late",
    "closed",
    "recovered_wan",
    "adjusted_wan",
    "reply",
    "where",
)


def rectification_states(year: YearData, *, day: date) -> pd.DataFrame:
    """The state of each finding of a year on a day.

    Parameters
    ----------
    year : YearData
        ``projects``, ``rectification``.
    day : date
        What was closed later is not known yet.

    Returns
    -------
    DataFrame
        `RECTIFICATION_COLUMNS`, overdue ones first, then by due date: ``state`` is ``overdue`` (not
        closed, due before `day`), ``open`` (not closed, not due), ``late`` (closed after it was
        due), ``closed`` (in time); ``days_late`` in calendar days (0 where in time or not due);
        ``recovered_wan``, ``adjusted_wan`` in 万元; ``where`` is the cell of the status.
    """
    table = year["rectification"]
    today = pd.Timestamp(day)
    closed = table["closed"].where((table["status"] == "closed") & (table["closed"] <= today))
    done, due = closed.notna(), table["due"]
    state = np.select(
        [done & (closed > due), done, due < today], ["late", "closed", "overdue"], "open"
    )
    late = (closed.fillna(today) - due).dt.days.clip(lower=0)
    projects = year["projects"].set_index("project_id")["name"]
    found = table.assign(
        name=texts_of(table["project_id"], projects, missing=""),
        state=pd.Series(state, table.index, dtype="str"),
        days_late=late.fillna(0).astype("int64"),
        closed=closed,
        where=[str(year.where("rectification", row, "status")) for row in table.index],
        order=[STATES.index(each) for each in state],
    )
    found = found.sort_values(["order", "due", "finding_id"], kind="stable", ignore_index=True)
    return found[list(RECTIFICATION_COLUMNS)]


__all__ = ["RECTIFICATION_COLUMNS", "STATES", "rectification_states"]
