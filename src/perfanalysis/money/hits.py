"""What one check found, before the checks are put together: a row a hit, with its cells."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from perfanalysis.data.tables import YearData
from perfanalysis.rules.values import DatedValue

CELLS_NAMED = 6
_TEXT = ("check", "project_id", "unit_id", "seen", "rule", "basis", "rows")


def hits(
    check: str,
    found: pd.DataFrame,
    *,
    rows: Iterable[str],
    rule: DatedValue | None = None,
) -> pd.DataFrame:
    """Make the hits of one check.

    Parameters
    ----------
    check : str
        Code of the check.
    found : DataFrame
        One row a hit: ``project_id`` (or ``unit_id`` where a unit is the subject), ``money_wan``
        (at stake), ``excess`` (how far beyond the rule, 1 at the rule; missing where it has no
        measure), ``seen`` (Chinese), and ``p`` where the check has one.
    rows : iterable of str
        Source cells of each hit, see `cells`.
    rule : DatedValue, optional
        The threshold; None where none is needed.

    Returns
    -------
    DataFrame
        Those columns and ``check``, ``rule``, ``basis`` and ``rows``.
    """
    columns: dict[str, object] = {
        "check": check,
        "project_id": found.get("project_id", ""),
        "unit_id": "" if "project_id" in found else found.get("unit_id", ""),
        "money_wan": found.get("money_wan", np.nan),
        "excess": found.get("excess", np.nan),
        "p": found.get("p", np.nan),
        "seen": found.get("seen", ""),
        "rule": rule.key if rule else "",
        "basis": rule.basis if rule else "",
        "rows": list(rows),
    }
    numbers = dict.fromkeys(("money_wan", "excess", "p"), "float64")
    frame = pd.DataFrame(columns, index=found.index)
    return frame.astype(dict.fromkeys(_TEXT, "str") | numbers).reset_index(drop=True)


def cells(year: YearData, table: str, rows: Iterable[Sequence[int]], column: str) -> list[str]:
    """Name the source cells of each hit: its rows of a table (by index), in one column.

    More than `CELLS_NAMED` cells are counted instead of named.
    """
    return [_named(year, table, each, column) for each in rows]


def _named(year: YearData, table: str, rows: Sequence[int], column: str) -> str:
    named = "；".join(str(year.where(table, row, column)) for row in rows[:CELLS_NAMED])
    return named + (f"；等{len(rows)}处" if len(rows) > CELLS_NAMED else "")


def day(date: pd.Timestamp) -> str:
    """A date as a flag says it."""
    return "日期不明" if pd.isna(date) else f"{date:%Y-%m-%d}"


def amount(wan: float) -> str:
    """An amount of money as a flag says it, or that none was given."""
    return "（金额未填）" if pd.isna(wan) else f"{wan:,.2f}"


def listed(frame: pd.DataFrame, by: Sequence[str]) -> pd.Series:
    """Index values of the rows of each group, as lists."""
    return frame.assign(_row=frame.index).groupby(list(by), sort=True)["_row"].agg(list)


def first_rows(table: pd.DataFrame, projects: pd.Series) -> list[list[int]]:
    """Index of the first row of each project in a table; none where it has no row."""
    rows = pd.Series(table.index, index=table["project_id"])
    rows = rows[~rows.index.duplicated()].to_dict()
    return [[rows[project]] if project in rows else [] for project in projects]


__all__ = ["CELLS_NAMED", "amount", "cells", "day", "first_rows", "hits", "listed"]
