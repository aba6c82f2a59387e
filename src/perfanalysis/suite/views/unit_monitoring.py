"""What a unit's page says of dual monitoring: how far, why, what will be left, what is due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from perfanalysis.planning.monitoring import MONTHS
from perfanalysis.planning.workdays import add_workdays
from perfanalysis.report.formats import half_up
from perfanalysis.suite.views.by_unit import ByUnit, by_unit, kept
from perfanalysis.suite.views.common import Said
from perfanalysis.suite.views.monitoring import SO_FAR, in_trouble, light_bounds
from perfanalysis.suite.workyear import WorkYear

FORESEEN = (
    "expected_wan",
    "expected_low_wan",
    "expected_high_wan",
    "expected_sd_wan",
    "unspent_wan",
    "unspent_low_wan",
    "unspent_high_wan",
)
PRINTED = 2
"""Decimals of money: a unit's page changes where what it prints does."""


@dataclass(frozen=True)
class UnitMonitoring:
    """What a unit's section on dual monitoring shows.

    Attributes
    ----------
    month : int
    day : date
        Of the report.
    ended : bool
        The monitored year was over on that day.
    bounds : dict of str to float
        See `light_bounds`; empty where nothing is monitored.
    projects : DataFrame
        Its monitored projects, most money first; see `monitor_projects`, where ``so_far_wan`` is
        called ``executed_wan``. Forecasts to 0.01 万元.
    trouble : DataFrame
        Those in trouble, with ``why``; once the year is over the most money left first.
    goals : DataFrame
        Indicators whose target is not certain to be reached: the target is ``year_target``, what
        was done by the month ``so_far``.
    warnings, spot : DataFrame
        Its own rows.
    """

    month: int
    day: date
    ended: bool
    bounds: dict[str, float]
    projects: pd.DataFrame
    trouble: pd.DataFrame
    goals: pd.DataFrame
    warnings: pd.DataFrame
    spot: pd.DataFrame


def unit_monitoring(year: WorkYear, unit_id: str) -> UnitMonitoring:
    """Gather the numbers of a unit's section; all are empty where nothing is monitored."""
    if not year.monitoring["projects"]["is_monitored"].any():
        return _nothing_monitored(year)
    parts = _of_units(year)
    return UnitMonitoring(
        month=year.monitored.month,
        day=year.suite.engagement.report_date,
        ended=year.monitored.ended,
        bounds=light_bounds(year),
        **{name: frame[unit_id] for name, frame in parts.items()},
    )


@kept
def _of_units(year: WorkYear) -> dict[str, ByUnit]:
    """The frames of `UnitMonitoring`, of all units."""
    found = year.monitored
    projects = found.projects.sort_values(
        ["annual_wan", "project_id"], ascending=[False, True], ignore_index=True
    )
    projects = projects.assign(**{name: projects[name].round(PRINTED) for name in FORESEEN})
    unsure = found.goals["likelihood"].isin(["possible", "impossible"])
    goals = found.goals[unsure].rename(columns={"target": "year_target", "progress": "so_far"})
    frames = {
        "projects": projects.rename(columns=SO_FAR),
        "trouble": in_trouble(projects).sort_values(
            "unused_wan", ascending=False, kind="stable", ignore_index=True
        ),
        "goals": goals,
        "warnings": found.warnings,
        "spot": found.spot,
    }
    return {name: by_unit(frame) for name, frame in frames.items()}


def _nothing_monitored(year: WorkYear) -> UnitMonitoring:
    """The section of a district that monitors nothing, which needs no rule of monitoring."""
    nothing = pd.DataFrame()
    day = year.suite.engagement.report_date
    return UnitMonitoring(MONTHS, day, False, {}, nothing, nothing, nothing, nothing, nothing)


def trouble_sentences(view: UnitMonitoring, year: WorkYear) -> list[Said]:
    """One sentence a project in trouble: how far, why, how much will not be spent, what is due.

    Keys of ``30_unit``: first the month, then the year's end where it is known, then the day.
    """
    warnings = view.warnings.drop_duplicates("project_id").set_index("project_id")
    said: list[Said] = []
    for row in view.trouble.itertuples(index=False):
        values = {
            "project": row.name,
            "light": row.light,
            "month": str(view.month),
            "annual": row.annual_wan,
            "share": row.executed_share,
            "elapsed": row.elapsed_share,
            "clauses": [
                *_so_far(row),
                _cause(row, warnings),
                *_foreseen(row, ended=view.ended),
                *_year_end(row),
                _due(row.project_id, warnings, view, year),
            ],
        }
        said.append(("trouble", values))
    return said


def _so_far(row: Any) -> list[Said]:
    """Plan and goals at the end of the month."""
    said: list[Said] = []
    if pd.notna(row.planned_share):
        said.append(("trouble-plan", {"planned": row.planned_share}))
    if pd.notna(row.attained):
        said.append(("trouble-goals", {"attained": row.attained}))
    if row.impossible > 0:
        said.append(("trouble-impossible", {"n": int(row.impossible)}))
    return said


def _cause(row: Any, warnings: pd.DataFrame) -> Said:
    """Why, in the unit's words: of its goals, or else its answer to the warning."""
    if isinstance(row.notes, str) and row.notes:
        return "trouble-cause", {"notes": row.notes}
    answer = warnings["answer"].get(row.project_id) if len(warnings) else None
    if isinstance(answer, str):
        return "trouble-answer", {"notes": answer}
    return "trouble-cause-none", {}


def _foreseen(row: Any, *, ended: bool) -> list[Said]:
    """What was expected to be left, how sure that is, and what to do with it."""
    said: list[Said] = []
    if pd.notna(row.unspent_wan):
        amounts = {"low": row.unspent_low_wan, "high": row.unspent_high_wan}
        said.append(("trouble-unspent", amounts | {"unspent": row.unspent_wan}))
        rest = half_up(row.annual_wan - row.executed_wan, PRINTED)
        if row.unspent_low_wan <= 0 and half_up(row.unspent_high_wan, PRINTED) >= rest:
            said.append(("trouble-wide", {}))
    if row.action:
        said.append((f"trouble-{row.action}-then" if ended else f"trouble-{row.action}", {}))
    return said


def _year_end(row: Any) -> list[Said]:
    """What was left in the end, once that is known."""
    if pd.isna(row.unused_wan):
        return []
    left = half_up(row.unused_wan, PRINTED) > 0
    values = {"spent": row.year_end_wan, "left": row.unused_wan}
    return [("trouble-left" if left else "trouble-left-none", values)]


def _due(project: str, warnings: pd.DataFrame, view: UnitMonitoring, year: WorkYear) -> Said:
    """What is due of a project, and when."""
    if project not in warnings.index and view.ended:
        return "trouble-unwarned-ended", {}
    if project not in warnings.index:
        rules = year.monitoring_rules
        off, on = (
            [date.fromisoformat(str(each)) for each in rules.value(f"monitor.days_{name}")]
            for name in ("off", "on")
        )
        days = rules.value("monitor.answer_days")
        due = add_workdays(view.day, days, off=off, on=on)
        return "trouble-unwarned", {"days": days, "day": view.day, "due": due}
    warning = warnings.loc[project]
    values = {"due": warning["due"].date(), "id": warning["warning_id"], "today": view.day}
    if warning["status"] == "open":
        return "trouble-open", values
    if warning["status"] == "overdue":
        return "trouble-overdue-ended" if view.ended else "trouble-overdue", values
    if warning["closed"]:
        return "trouble-closed", values | {"day": warning["corrected"].date()}
    return "trouble-uncorrected", values | {"day": warning["answered"].date()}


__all__ = ["UnitMonitoring", "trouble_sentences", "unit_monitoring"]
