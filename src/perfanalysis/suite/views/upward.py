"""The numbers of the page that the district sends to its superior."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from perfanalysis.data.source import cell_runs
from perfanalysis.followup.upward import self_score
from perfanalysis.report.text import Texts
from perfanalysis.suite.views.common import Said
from perfanalysis.suite.views.upward_cells import Counted, counted_items
from perfanalysis.suite.workyear import WorkYear

MOST_RUNS = 3
"""Runs of cells that a table names; of more, the first and how many cells there are."""
PAGES = {
    "system": "90_work_summary",
    "coverage": "60_district",
    "targets": "10_target_review",
    "monitoring": "20_monitoring",
    "self_evaluation": "60_district",
    "key_evaluation": "90_work_summary",
    "use": "70_linkage",
    "rectification": "85_assessment",
    "publication": "85_assessment",
}
"""The report that shows the evidence for each item."""
TABLES = {
    "system": "regulations",
    "coverage": "units",
    "targets": "target_review",
    "monitoring": "monitoring_funds",
    "self_evaluation": "indicators",
    "key_evaluation": "key_scores",
    "use": "budget_requests",
    "rectification": "rectification",
    "publication": "publication",
}
"""The table that holds it."""


@dataclass(frozen=True)
class UpwardView:
    """What the page shows.

    Attributes
    ----------
    items : DataFrame
        See `self_score`, with ``report`` (notebook of the evidence), ``page``, ``folder`` (budget
        year of the table) and ``file_rows`` (rows in it).
    counted : dict of str to Counted
        What was done and what was not of each item, with the cells that show it.
    """

    items: pd.DataFrame
    counted: dict[str, Counted]

    @property
    def known(self) -> pd.DataFrame:
        """Items of which something was due."""
        return self.items.dropna(subset=["kept"])

    @property
    def missing(self) -> pd.DataFrame:
        """Items without any evidence on file."""
        return self.items[self.items["file_rows"] == 0]


def upward_view(year: WorkYear) -> UpwardView:
    """Gather what was done, against what was due, and where it is on file."""
    counted = counted_items(year)
    items = self_score({item: (each.done, each.due) for item, each in counted.items()}, year.rules)
    years = {
        "system": year.monitoring,
        "targets": year.targets,
        "monitoring": year.monitoring,
    }
    folders, rows = [], []
    for item in items["item"]:
        table = TABLES[item]
        if item == "use":
            folders.append(year.requests_year)
            rows.append(len(year.requests))
            continue
        of = years.get(item, year.evaluation)
        folders.append(of.budget_year)
        rows.append(len(of[table]))
    pages = items["item"].map(PAGES)
    return UpwardView(
        items.assign(report=pages, page=pages + ".html", folder=folders, file_rows=rows), counted
    )


def evidence_of(view: UpwardView, say: Texts) -> pd.DataFrame:
    """The items with ``evidence_table``, ``done_cells`` and ``open_cells`` in words.

    Cells are missing where there is none.
    """
    tables = [
        say("evidence-table", year=row.folder, table=say.label("upward_table", row.item))
        for row in view.items.itertuples(index=False)
    ]
    counted = [view.counted[item] for item in view.items["item"]]
    return view.items.assign(
        evidence_table=tables,
        done_cells=[_in_words(each.done_cells, say) for each in counted],
        open_cells=[_in_words(each.open_cells, say) for each in counted],
    )


def _in_words(cells: Sequence[str], say: Texts) -> str | None:
    """Runs of cells, each file named once; of many, the first ones and how many cells there are."""
    runs = cell_runs(cells)
    if not runs:
        return None
    files = [run.rpartition("!")[0] for run in runs]
    named = [
        run if file not in files[:place] else run.removeprefix(f"{file}!")
        for place, (file, run) in enumerate(zip(files, runs, strict=True))
    ]
    if len(runs) <= MOST_RUNS:
        return say.joined(named)
    first = [run for run in named if "!" in run]
    return say(
        "cells-more", cells=say.joined(first if first[1:] else named[:MOST_RUNS]), n=len(cells)
    )


def upward_findings(view: UpwardView, say: Texts) -> list[Said]:
    """The main points, as keys of ``95_upward_assessment`` with their values."""
    known = view.known
    total = {"kept": known["kept"].sum(), "full": known["full"].sum()}
    short = known[known["lost"] > 0].sort_values("lost", ascending=False, kind="stable")
    said: list[Said] = [("main-score", total | {"items": len(known), "all": len(view.items)})]
    if len(short):
        top = short.iloc[0]
        label = say.label("upward_item", top["item"])
        values = {"item": label, "done": int(top["done"]), "due": int(top["due"])}
        said.append(("main-lost", values | {"lost": top["lost"]}))
    undue = view.items[view.items["kept"].isna()]
    if len(undue):
        items = say.joined(say.label("upward_item", item) for item in undue["item"])
        said.append(("main-undue", {"items": items, "full": undue["full"].sum()}))
    if len(view.missing):
        items = say.joined(say.label("upward_item", item) for item in view.missing["item"])
        said.append(("main-missing", {"items": items}))
    return said


__all__ = ["PAGES", "TABLES", "UpwardView", "evidence_of", "upward_findings", "upward_view"]
