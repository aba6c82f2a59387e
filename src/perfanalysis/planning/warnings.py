"""Warnings: whether each was answered in time, and whether the deviation was corrected."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

import pandas as pd

from perfanalysis.data.lookup import texts_of
from perfanalysis.data.tables import YearData
from perfanalysis.planning.workdays import add_workdays, workdays_after
from perfanalysis.rules.values import RulesInForce

STATUSES = ("overdue", "open", "late", "answered")
WARNING_COLUMNS = (
    "warning_id",
    "project_id",
    "unit_id",
    "name",
    "issued",
    "issue",
    "due",
    "answered",
    "answer",
    "days_late",
    "status",
    "corrected",
    "closed",
    "where",
)


def warning_status(year: YearData, rules: RulesInForce, *, day: date) -> pd.DataFrame:
    """The state of each warning of a year on a day.

    Parameters
    ----------
    year : YearData
        ``projects``, ``warnings``.
    rules : RulesInForce
        ``monitor.answer_days``, ``monitor.days_off``, ``monitor.days_on``.
    day : date
        What was issued, answered or corrected later is not known yet.

    Returns
    -------
    DataFrame
        `WARNING_COLUMNS`, overdue ones first, then by due date: ``due`` is the date in the notice,
        else so many working days after it was issued; ``status`` is ``overdue`` (not answered,
        due before `day`), ``open`` (not answered, not due), ``late``, ``answered``; ``days_late``
        in working days (0 if in time); ``closed`` says whether the correction is done.
    """
    off, on = (_days(rules, key) for key in ("monitor.days_off", "monitor.days_on"))
    answer_days = rules.value("monitor.answer_days")
    projects = year["projects"].set_index("project_id")
    table = year["warnings"]
    rows = [
        _state(row, answer_days, off, on, day)
        for row in table.itertuples()
        if pd.isna(row.issued) or row.issued.date() <= day
    ]
    found = pd.DataFrame(rows, columns=["row", "due", "answered", "days_late", "status", "closed"])
    told = table.loc[found["row"]].reset_index(drop=True)
    corrected = told["corrected"].where(found["closed"].astype("bool"))
    found = found.assign(
        **{name: told[name] for name in ("warning_id", "project_id", "issued", "issue")},
        answer=told["answer"].where(found["answered"].notna()),
        corrected=corrected,
        unit_id=texts_of(told["project_id"], projects["unit_id"]),
        name=texts_of(told["project_id"], projects["name"]),
        where=[str(year.where("warnings", row, "answered")) for row in found["row"]],
        order=[STATUSES.index(status) for status in found["status"]],
    )
    found = found.sort_values(["order", "due", "warning_id"], kind="stable", ignore_index=True)
    return found[list(WARNING_COLUMNS)]


def _days(rules: RulesInForce, key: str) -> frozenset[date]:
    return frozenset(date.fromisoformat(str(each)) for each in rules.value(key))


def _state(
    row: object, answer_days: int, off: Collection[date], on: Collection[date], day: date
) -> tuple[object, ...]:
    issued, due = row.issued, row.answer_due  # type: ignore[attr-defined]
    if pd.isna(due) and pd.notna(issued):
        due = pd.Timestamp(add_workdays(issued.date(), answer_days, off=off, on=on))
    answered, corrected = row.answered, row.corrected  # type: ignore[attr-defined]
    if pd.notna(answered) and answered.date() > day:
        answered = pd.NaT
    until = day if pd.isna(answered) else answered.date()
    late = 0 if pd.isna(due) else workdays_after(due.date(), until, off=off, on=on)
    if pd.isna(answered):
        status = "overdue" if pd.notna(due) and due.date() < day else "open"
    else:
        status = "late" if late else "answered"
    closed = bool(pd.notna(corrected) and corrected.date() <= day)
    return row.Index, due, answered, late, status, closed  # type: ignore[attr-defined]


__all__ = ["STATUSES", "WARNING_COLUMNS", "warning_status"]
