"""The measures of the suite benchmark: what was found beside what is to be reached."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Row:
    """A line of the table: what was measured, what is to be reached, in the same unit."""

    measure: str
    found: float
    reach: float
    at_least: bool = False

    @property
    def reached(self) -> bool:
        """Whether the measure is on the right side."""
        return self.found >= self.reach if self.at_least else self.found <= self.reach


def rows(one: Mapping[str, Any], units: Sequence[str], jobs: int) -> list[Row]:
    """The measures of a round, as far as their ways were measured."""
    found = []
    for way, letter in _SLOWER.items():
        if way in one and "cold" in one:
            reach = 12.0 if way == "cli" else 0.0
            found.append(Row(f"{letter} {way} / cold", one[way] / one["cold"], reach, True))
    if {"cold", "floor"} <= set(one):
        found.append(Row("(c) cold / (f) floor", one["cold"] / one["floor"], 1.25))
    if {"cold", "changed", "one", "opened"} <= set(one):
        found.append(
            Row("(d) one unit changed, s", one["changed"] * len(units), _due(one, units, jobs))
        )
    if {"cold", "unchanged"} <= set(one):
        whole = one["cold"] * len(units)
        found.append(Row("(e) unchanged, s", one["unchanged"] * len(units), max(0.03 * whole, 1.5)))
        imported = len(set(one["told"]["imported"]) & {"pandas", "papermill"})
        found.append(Row("(e) unchanged: pandas, papermill imported", imported, 0))
    return found


_SLOWER = {
    "cli": "(a)",
    "cli_stub": "(a) without rfc3987_syntax,",
    "pool": "(b)",
    "snakemake": "(g)",
}


def _due(one: Mapping[str, Any], units: Sequence[str], jobs: int) -> float:
    """Seconds in which a run after a change is to be done.

    Worker start (a run of one report less its cells) and 1.25 times the floor of the pages made.
    """
    cells = dict(zip(units, one["told"]["opened"], strict=True))
    start = one["one"] - cells[units[0]]
    again = [cells[unit] for unit in one["told"]["changed"]]
    return float(start + 1.25 * max(sum(again) / jobs, *again, 0.0))


def median_rows(rounds: Sequence[Mapping[str, Any]], units: Sequence[str], jobs: int) -> list[Row]:
    """The table of all rounds: medians."""
    each = [rows(one, units, jobs) for one in rounds]
    return [
        Row(
            first.measure,
            statistics.median(row.found for row in same),
            statistics.median(row.reach for row in same),
            first.at_least,
        )
        for same in zip(*each, strict=True)
        for first in same[:1]
    ]


def print_table(table: Sequence[Row]) -> None:
    """As docs/performance.md has it."""
    print("| measure | to reach | found | |", "|---|---|---|---|", sep="\n")
    for row in table:
        sign = "≥" if row.at_least else "≤"
        reach = f"{sign} {row.reach:.3g}" if row.reach or not row.at_least else "–"
        verdict = "" if reach == "–" else "reached" if row.reached else "**not reached**"
        print(f"| {row.measure} | {reach} | {row.found:.3g} | {verdict} |")


__all__ = ["Row", "median_rows", "print_table"]
