"""Working days of the made-up district."""

from __future__ import annotations

from datetime import date, timedelta

from perfanalysis.data.sample.streams import Stream


def workday(day: date) -> date:
    """The day itself, or the last working day before it; the first one after New Year's Day."""
    step = timedelta(days=1 if (day.month, day.day) <= (1, 3) else -1)
    while day.weekday() > 4 or (day.month, day.day) == (1, 1) or _october(day):
        day += step
    return day


def day_in(draw: Stream, year: int, month: int, first: int = 4, last: int = 28) -> date:
    """A working day of a month, drawn between two days of it."""
    return workday(date(year, month, draw.integer(first, last)))


def _october(day: date) -> bool:
    return day.month == 10 and day.day <= 7


__all__ = ["day_in", "workday"]
