"""Which cells show each item of the superior's assessment as done, and which show what is not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from perfanalysis.data.tables import YearData
from perfanalysis.evidence.arrays import Bools
from perfanalysis.suite.views.work_facts import documents_in_force
from perfanalysis.suite.workyear import WorkYear

POOR = ("fair", "poor")


@dataclass(frozen=True, slots=True)
class Counted:
    """What was done of an item, against what was due.

    Attributes
    ----------
    done, due : int
    done_cells, open_cells : tuple of str
        ``file!cell`` of each that was done, and of each that was due and was not.
    """

    done: int
    due: int
    done_cells: tuple[str, ...]
    open_cells: tuple[str, ...]


def counted_items(year: WorkYear) -> dict[str, Counted]:
    """What was done and what was due, by item."""
    return {
        "system": _system(year),
        "coverage": _coverage(year),
        "targets": _targets(year),
        "monitoring": _monitoring(year),
        "self_evaluation": _self_evaluation(year),
        "key_evaluation": _key_evaluation(year),
        "use": _use(year),
        "rectification": _rectification(year),
        "publication": _publication(year),
    }


def _system(year: WorkYear) -> Counted:
    held = documents_in_force(year)
    cells = _cells(year.monitoring, "regulations", held.index, "number")
    return Counted(len(held), year.rules.value("upward.documents"), cells, ())


def _coverage(year: WorkYear) -> Counted:
    units = year.evaluation["units"].query("level == 1")
    done = units["unit_id"].isin(year.scores.projects["unit_id"])
    return _split(done, pd.Series(_cells(year.evaluation, "units", units.index), units.index))


def _targets(year: WorkYear) -> Counted:
    """A subject that was reviewed, by its first check; one that was not, by its own row."""
    subjects = year.target_review.subjects
    done = subjects["status"] == "reviewed"
    checked = _first(year.targets, "target_review", "project_id", "score")
    own = _first(year.targets, "projects", "project_id") | _first(year.targets, "units", "unit_id")
    ids = subjects["project_id"]
    return _split(done, ids.map(checked).where(done, ids.map(own)))


def _monitoring(year: WorkYear) -> Counted:
    projects = year.monitored.projects
    done = projects["executed_wan"].notna()
    own = projects["project_id"].map(_first(year.monitoring, "projects", "project_id"))
    return _split(done, projects["where"].where(done, own))


def _self_evaluation(year: WorkYear) -> Counted:
    projects = year.scores.projects
    filed = _first(year.evaluation, "indicators", "project_id")
    own = _first(year.evaluation, "projects", "project_id")
    ids, done = projects["project_id"], projects["review_total"].notna()
    return _split(done, ids.map(filed).where(done & ids.isin(list(filed)), ids.map(own)))


def _key_evaluation(year: WorkYear) -> Counted:
    key = year.key_evaluation.projects
    scored = _first(year.evaluation, "key_scores", "project_id", "score")
    visited = _first(year.evaluation, "site_visits", "project_id", "verified")
    own = _first(year.evaluation, "projects", "project_id")
    ids = key["project_id"]
    done = key["score"].notna() & ids.isin(list(visited))
    found = _split(done, ids.map(scored).where(done, ids.map(own)))
    seen = tuple(ids[done].map(visited))
    return Counted(found.done, found.due, found.done_cells + seen, found.open_cells)


def _use(year: WorkYear) -> Counted:
    """Projects graded fair or poor that asked again: with less proposed than before, and all."""
    if year.requests.empty:
        return Counted(0, 0, (), ())
    projects = year.proposal.projects.dropna(subset=["proposed_wan"])
    asked = projects[projects["grade"].isin(POOR) & (projects["base_wan"] > 0)]
    requests = _first(year.requested, "budget_requests", "project_id", "requested_wan")
    return _split(asked["proposed_wan"] < asked["base_wan"], asked["project_id"].map(requests))


def _rectification(year: WorkYear) -> Counted:
    due = year.rectified[year.rectified["state"] != "open"]
    return _split(due["state"] == "closed", due["where"])


def _publication(year: WorkYear) -> Counted:
    return _split(year.published["published"].notna(), year.published["where"])


def _cells(year: YearData, table: str, rows: Iterable[int], column: str = "") -> tuple[str, ...]:
    return tuple(str(year.where(table, row, column)) for row in rows)


def _first(year: YearData, table: str, key: str, column: str = "") -> dict[str, str]:
    """The cell of the first row of each id."""
    first = year[table].dropna(subset=[key]).drop_duplicates(key)
    cells = _cells(year, table, first.index, column or key)
    return dict(zip(first[key].astype("str"), cells, strict=True))


def _split(done: pd.Series, cells: pd.Series) -> Counted:
    mask: Bools = done.to_numpy(dtype=bool)
    known = cells.fillna("").astype("str").to_numpy()
    return Counted(
        int(mask.sum()), len(mask), tuple(map(str, known[mask])), tuple(map(str, known[~mask]))
    )


__all__ = ["POOR", "Counted", "counted_items"]
