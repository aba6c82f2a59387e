"""Whether level-1 and level-2 projects hold together (一、二级项目衔接)."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pandas as pd

from perfanalysis.planning.similarity import alike, covered_by

_CLAUSES = re.compile(r"[，,；;。、\n]|(?<=[^\d])[:：]")
_QUANTITY = re.compile(r"[≥≤＝=<>]?\s*[\d,.]+\s*\S*$")
_SHORTEST = 4
"""Characters below which a part of an objective says nothing of its own."""


def objective_clauses(objective: str) -> list[str]:
    """The parts of an objective that name something to be reached, without their figures.

    Examples
    --------
    >>> objective_clauses("按计划完成保安服务：配备保安人数≥70人，覆盖学校数≥35所。")
    ['配备保安人数', '覆盖学校数']
    """
    parts = [part.strip() for part in _CLAUSES.split(objective)]
    measured = [part for part in parts if re.search(r"\d", part)]
    named = [_QUANTITY.sub("", part).strip() for part in measured or parts]
    return [name for name in named if len(name) >= _SHORTEST]


def uncovered(
    projects: pd.DataFrame, rows: pd.DataFrame, *, cutoff: float
) -> Iterator[tuple[str, str]]:
    """Parts of a level-1 project's objective that no indicator answers to.

    Parameters
    ----------
    projects : DataFrame
        ``project_id``, ``parent_id``, ``objective``.
    rows : DataFrame
        Indicators with ``project_id`` and ``level3``. Those of the level-2 projects count, and
        the level-1 project's own, which it has where it spends money itself.
    cutoff : float
        Percent; see `covered_by`.

    Yields
    ------
    tuple of str
        Id of the level-1 project, and the part of its objective.
    """
    names = rows.dropna(subset=["level3"]).groupby("project_id")["level3"].agg(list)
    objectives = projects.set_index("project_id")["objective"]
    for parent, children in _families(projects):
        objective = objectives.get(parent)
        if not isinstance(objective, str):
            continue
        said = [name for each in (parent, *children) for name in names.get(each, [])]
        for clause in objective_clauses(objective):
            if not covered_by(clause, said, cutoff=cutoff):
                yield parent, clause


def unequal_sums(
    projects: pd.DataFrame, rows: pd.DataFrame, *, cutoff: float, tolerance: float
) -> pd.DataFrame:
    """Counted targets of a level-1 project that its level-2 projects do not add up to.

    Parameters
    ----------
    projects : DataFrame
        ``project_id``, ``parent_id``.
    rows : DataFrame
        Indicators with ``row``, ``project_id``, ``level2``, ``level3``, ``op``, ``target``,
        ``measure_unit``. Quantities of at least so many count, percentages do not.
    cutoff : float
        Percent from which two names are the same.
    tolerance : float
        Ratio of the parent's target that the sum may be off.

    Returns
    -------
    DataFrame
        ``row`` (of the parent's indicator), ``project_id``, ``level3``, ``target``, ``total``
        (of the level-2 projects), ``parts`` (their number).
    """
    counted = rows[
        rows["level2"].str.contains("数量", na=False)
        & (rows["op"] == "at_least")
        & rows["target"].notna()
        & (rows["measure_unit"] != "%")
    ]
    found = []
    for parent, children in _families(projects):
        below = counted[counted["project_id"].isin(children)].reset_index(drop=True)
        for own in counted[counted["project_id"] == parent].itertuples(index=False):
            texts = [str(own.level3), *below["level3"].fillna("")]
            near = alike(texts, cutoff=cutoff)[0, 1:] & (below["measure_unit"] == own.measure_unit)
            total = below.loc[near, "target"].sum()
            if near.any() and abs(total - own.target) > tolerance * abs(own.target):
                found.append(
                    (own.row, parent, own.level3, own.target, float(total), int(near.sum()))
                )
    columns = ["row", "project_id", "level3", "target", "total", "parts"]
    return pd.DataFrame(found, columns=columns)


def _families(projects: pd.DataFrame) -> Iterator[tuple[str, list[str]]]:
    """Every level-1 project that the table knows, with its level-2 projects."""
    known = set(projects["project_id"])
    children = projects.dropna(subset=["parent_id"]).groupby("parent_id")["project_id"]
    for parent, below in children:
        if parent in known:
            yield str(parent), below.tolist()


__all__ = ["objective_clauses", "uncovered", "unequal_sums"]
