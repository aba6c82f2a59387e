"""The reviewed projects of several years side by side: who is there, and what moved the mean."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import pandas as pd

from perfanalysis.scoring.projects import ProjectScores

_SHOWN = [
    "project_id",
    "unit_id",
    "name",
    "annual_wan",
    "executed_wan",
    "stated_total",
    "review_total",
    "grade",
]


def review_panel(scores: Mapping[int, ProjectScores]) -> pd.DataFrame:
    """Self-evaluated projects of all years: one row a project and year, with ``year``.

    Projects without a review score are rows too, their score missing.
    """
    years = sorted(scores)
    return pd.concat(
        [scores[year].projects[_SHOWN].assign(year=year) for year in years], ignore_index=True
    )


def years_of(panel: pd.DataFrame) -> pd.DataFrame:
    """One row a year: what was reviewed, and how.

    Returns
    -------
    DataFrame
        ``year``, ``projects``, ``units``, ``scored``, ``annual_wan``, ``executed_wan`` (sums of
        what is known), ``execution_rate`` (of the projects that have both), ``stated_mean`` and
        ``review_mean`` (points, over what has them).
    """
    known = panel["annual_wan"].notna() & panel["executed_wan"].notna()
    table = (
        panel.assign(
            base=panel["annual_wan"].where(known), spent=panel["executed_wan"].where(known)
        )
        .groupby("year")
        .agg(
            projects=("project_id", "size"),
            units=("unit_id", "nunique"),
            scored=("review_total", "count"),
            annual_wan=("annual_wan", "sum"),
            executed_wan=("executed_wan", "sum"),
            base=("base", "sum"),
            spent=("spent", "sum"),
            stated_mean=("stated_total", "mean"),
            review_mean=("review_total", "mean"),
        )
    )
    rate = table["spent"] / table["base"].where(table["base"] > 0)
    return table.assign(execution_rate=rate).drop(columns=["base", "spent"]).reset_index()


def units_of(panel: pd.DataFrame) -> pd.DataFrame:
    """Mean review score of each unit (row, ``unit_id``) by year (columns, text); points."""
    table = panel.groupby(["unit_id", "year"])["review_total"].mean().unstack("year")
    return table.rename(columns=str).rename_axis(columns=None).reset_index()


def composition(panel: pd.DataFrame) -> pd.DataFrame:
    """What the change of the mean score between neighbouring years is made of.

    Returns
    -------
    DataFrame
        One row a pair of years: ``year`` (the later), ``stayed``, ``entered``, ``left``
        (projects with a score), ``entered_wan`` and ``left_wan`` (annual budget of the later,
        the earlier year), ``mean_before``, ``mean_after``, ``change``, and its parts ``same``
        (projects scored in both years), ``entering`` and ``leaving``: points, missing where no
        project stayed. ``same`` + ``entering`` + ``leaving`` = ``change``.
    """
    scored = panel.dropna(subset=["review_total"])
    years = sorted(panel["year"].unique())
    rows = [
        _moved(scored[scored["year"] == old], scored[scored["year"] == new], new)
        for old, new in pairwise(years)
        if new == old + 1
    ]
    names = ["stayed", "entered", "left", "entered_wan", "left_wan", "mean_before", "mean_after"]
    return pd.DataFrame(rows, columns=["year", *names, "change", "same", "entering", "leaving"])


def _moved(old: pd.DataFrame, new: pd.DataFrame, year: int) -> dict[str, float]:
    kept_old = old["project_id"].isin(new["project_id"])
    kept_new = new["project_id"].isin(old["project_id"])
    before, after = old["review_total"].mean(), new["review_total"].mean()
    same_before, same_after = (
        old.loc[kept_old, "review_total"].mean(),
        new.loc[kept_new, "review_total"].mean(),
    )
    return {
        "year": int(year),
        "stayed": int(kept_old.sum()),
        "entered": int((~kept_new).sum()),
        "left": int((~kept_old).sum()),
        "entered_wan": new.loc[~kept_new, "annual_wan"].sum(),
        "left_wan": old.loc[~kept_old, "annual_wan"].sum(),
        "mean_before": before,
        "mean_after": after,
        "change": after - before,
        "same": same_after - same_before,
        "entering": after - same_after,
        "leaving": same_before - before,
    }


def score_pairs(panel: pd.DataFrame) -> pd.DataFrame:
    """Projects scored in two neighbouring years: ``year`` (the earlier), ``before``, ``after``."""
    names = ["project_id", "unit_id", "year", "review_total"]
    scored = panel.dropna(subset=["review_total"])[names]
    later = scored.assign(year=scored["year"] - 1)[["project_id", "year", "review_total"]]
    found = scored.merge(later, on=["project_id", "year"], suffixes=("_before", "_after"))
    called = {"review_total_before": "before", "review_total_after": "after"}
    return found.rename(columns=called).sort_values(["year", "project_id"], ignore_index=True)


__all__ = ["composition", "review_panel", "score_pairs", "units_of", "years_of"]
