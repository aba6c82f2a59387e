"""What a check is, and how its hits become findings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from perfanalysis.data.findings import Finding, Severity
from perfanalysis.data.tables import YearData

TOLERANCE_WAN = 1e-6
"""Imported sums tie to 0.01 元."""
TOLERANCE_POINTS = 0.005
"""Half of the smallest step that points are given in."""

MONEY = ("initial_wan", "annual_wan", "received_wan", "executed_wan")

Find = Callable[..., pd.DataFrame]


@dataclass(frozen=True, slots=True)
class Standards:
    """What checks need of the rules in force; where nothing is said, the national ones.

    Attributes
    ----------
    execution_points : float
        Points of budget execution in a self-evaluation form: 财预〔2020〕10号附件1.
    execution_points_with_cost : float
        The same where a project has a cost indicator: 财预〔2021〕101号.
    """

    execution_points: float = 10.0
    execution_points_with_cost: float = 10.0


@dataclass(frozen=True, slots=True)
class Check:
    """A rule across rows or tables.

    Attributes
    ----------
    code : str
        Stable English code of its findings.
    severity : {"error", "warning", "note"}
    table, column : str
        Whose cell a finding names.
    needs : tuple of str
        Tables without which the check is not made.
    problem : str
        What is wrong, in Chinese.
    remedy : str
        What to do, in Chinese.
    find : callable
        Takes the year, gives the hits: see `hits`.
    by_standards : bool
        Whether `find` takes `Standards` as well.
    """

    code: str
    severity: Severity
    table: str
    column: str
    needs: tuple[str, ...]
    problem: str
    remedy: str
    find: Find
    by_standards: bool

    def findings(self, year: YearData, standards: Standards) -> list[Finding]:
        """One finding a hit; none where a table that the check needs was not loaded."""
        if any(name not in year.tables for name in (self.table, *self.needs)):
            return []
        rows = self.find(year, standards) if self.by_standards else self.find(year)
        return [
            self._finding(year, row, subject, found)
            for row, subject, found in zip(rows.index, rows["subject"], rows["found"], strict=True)
        ]

    def _finding(self, year: YearData, row: int, subject: object, found: str) -> Finding:
        where = year.where(self.table, row, self.column)
        message = f"{where} {self.problem}（{found}）" if found else f"{where} {self.problem}"
        return Finding(self.code, self.severity, str(subject), where, found, message, self.remedy)


CHECKS: dict[str, Check] = {}


def check(
    code: str,
    severity: Severity,
    *,
    table: str,
    column: str = "",
    needs: tuple[str, ...] = (),
    problem: str,
    remedy: str,
    by_standards: bool = False,
) -> Callable[[Find], Find]:
    """Enter a function that finds hits into the list of checks."""

    def enter(find: Find) -> Find:
        CHECKS[code] = Check(
            code, severity, table, column, needs, problem, remedy, find, by_standards
        )
        return find

    return enter


def hits(rows: pd.DataFrame, subject: str, template: str = "", *columns: str) -> pd.DataFrame:
    """Say what was found in each row.

    Parameters
    ----------
    rows : DataFrame
        The rows hit, with their index in the table that the check names.
    subject : str
        Column that says what a finding is about.
    template : str
        What was found, with a ``{}`` for each of `columns`.

    Returns
    -------
    DataFrame
        Columns subject and found.
    """
    cells = zip(*(rows[name].map(_plain) for name in columns), strict=True)
    found = [template.format(*values) for values in cells] if columns else [template] * len(rows)
    return pd.DataFrame({"subject": rows[subject], "found": found}, index=rows.index)


def _plain(value: object) -> str:
    """Numbers with as many decimals as they have, dates as ISO, text as it is."""
    if isinstance(value, pd.Timestamp):
        return str(value.date())
    if isinstance(value, float):
        return f"{value:,.6f}".rstrip("0").rstrip(".")
    return "空" if value is pd.NA else str(value)


def project_money(year: YearData) -> pd.DataFrame:
    """Money of each project over its sources, 万元, by project_id.

    Where a total stands beside parts, the total counts. A figure that one source lacks is missing.
    """
    funds = year["funds"]
    total = funds["fund_source"] == "total"
    kept = total | ~funds["project_id"].isin(funds.loc[total, "project_id"])
    return funds.loc[kept].groupby("project_id")[list(MONEY)].sum(skipna=False)


def looked_up(keys: pd.Series, values: pd.Series) -> pd.Series:
    """The value of each key, with the dtype of the values even where there is no key."""
    return values.reindex(keys).set_axis(keys.index)


__all__ = [
    "CHECKS",
    "MONEY",
    "TOLERANCE_POINTS",
    "TOLERANCE_WAN",
    "Check",
    "Standards",
    "check",
    "hits",
    "looked_up",
    "project_money",
]
