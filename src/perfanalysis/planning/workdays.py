"""Working days: Monday to Friday, but for days off and with days on that a rule file lists."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta

_SATURDAY = 5


def is_workday(day: date, *, off: Collection[date] = (), on: Collection[date] = ()) -> bool:
    """Whether people work on a day."""
    return day in on or (day.weekday() < _SATURDAY and day not in off)


def add_workdays(
    start: date, days: int, *, off: Collection[date] = (), on: Collection[date] = ()
) -> date:
    """The day by which `days` working days have passed since `start`, which itself does not count.

    Parameters
    ----------
    start : date
    days : int
        At least 1.
    off, on : collection of date
        Weekdays that are holidays, and weekends that are worked (调休).

    Examples
    --------
    >>> add_workdays(date(2021, 8, 13), 10)
    datetime.date(2021, 8, 27)
    """
    day = start
    while days > 0:
        day += timedelta(days=1)
        days -= is_workday(day, off=off, on=on)
    return day


def workdays_after(
    first: date, last: date, *, off: Collection[date] = (), on: Collection[date] = ()
) -> int:
    """Working days after `first`, up to and including `last`; 0 where it is not later."""
    days = (first + timedelta(days=each) for each in range(1, (last - first).days + 1))
    return sum(is_workday(day, off=off, on=on) for day in days)


__all__ = ["add_workdays", "is_workday", "workdays_after"]
