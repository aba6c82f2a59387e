"""Scores brought together: by unit, for the district, and what was lost where."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pandas as pd

from perfanalysis.rules.values import DatedValue
from perfanalysis.scoring.projects import ProjectScores

GRADES = ("excellent", "good", "fair", "poor")


def summarise_units(scores: ProjectScores) -> pd.DataFrame:
    """One row a unit with self-evaluated projects.

    Parameters
    ----------
    scores : ProjectScores

    Returns
    -------
    DataFrame
        Sorted by ``unit_id``: ``projects`` and ``graded`` (numbers), ``annual_wan``,
        ``executed_wan`` (万元, sums of what is known, missing where nothing is),
        ``execution_rate`` (ratio of the sums over the projects that have both figures),
        ``stated_mean``, ``review_mean``, ``difference_mean`` (points, means over the projects
        that have both scores, unrounded), ``lost`` (points lost by review, all projects).
    """
    projects = scores.projects
    both = projects["stated_total"].notna() & projects["review_total"].notna()
    known = projects["annual_wan"].notna() & projects["executed_wan"].notna()
    scored = projects.assign(
        budgeted=projects["annual_wan"].where(known),
        spent=projects["executed_wan"].where(known),
        stated=projects["stated_total"].where(both),
        review=projects["review_total"].where(both),
        gap=projects["difference"].where(both),
    )
    table = scored.groupby("unit_id").agg(
        projects=("project_id", "size"),
        graded=("grade", "count"),
        annual_wan=("annual_wan", _sum_of_known),
        executed_wan=("executed_wan", _sum_of_known),
        budgeted=("budgeted", "sum"),
        spent=("spent", "sum"),
        stated_mean=("stated", "mean"),
        review_mean=("review", "mean"),
        difference_mean=("gap", "mean"),
    )
    rate = table["spent"] / table["budgeted"].where(table["budgeted"] > 0)
    lost = exact_points(scores.ledger.groupby("unit_id")["lost"].sum())
    table = table.assign(
        execution_rate=rate, lost=lost.reindex(table.index, fill_value=0.0)
    ).reset_index()
    order = ["projects", "graded", "annual_wan", "executed_wan", "execution_rate"]
    return table[["unit_id", *order, "stated_mean", "review_mean", "difference_mean", "lost"]]


def _sum_of_known(values: pd.Series) -> float:
    """Sum of what is known; missing, not zero, where nothing is."""
    return float(values.sum(min_count=1))


def score_gaps(scores: ProjectScores) -> pd.DataFrame:
    """Projects with both scores.

    Columns ``name``, ``stated_total``, ``review_total``, their ``average`` and ``difference``
    (stated − review).
    """
    both = scores.projects.dropna(subset=["difference"])
    average = (both["stated_total"] + both["review_total"]) / 2
    names = ["name", "stated_total", "review_total", "average", "difference"]
    return both.assign(average=average)[names].reset_index(drop=True)


def grade_counts(scores: ProjectScores) -> pd.DataFrame:
    """Number and money of projects of each grade, best first; then those without a grade.

    Columns ``grade`` (code; empty text where no grade was given), ``projects``, ``annual_wan``.
    """
    grade = scores.projects["grade"].fillna("")
    table = (
        scores.projects.assign(grade=grade)
        .groupby("grade")
        .agg(projects=("project_id", "size"), annual_wan=("annual_wan", "sum"))
    )
    return table.reindex([*GRADES, ""], fill_value=0).rename_axis("grade").reset_index()


def losses_by(ledger: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    """Sum the deductions of a ledger, largest first.

    Returns `columns`, ``deductions`` (number of lines), ``projects`` and ``lost`` (points).
    """
    table = (
        ledger.groupby(columns)
        .agg(
            deductions=("lost", "size"),
            projects=("project_id", "nunique"),
            lost=("lost", "sum"),
        )
        .reset_index()
    )
    table = table.assign(lost=exact_points(table["lost"]))
    order = ["lost", *columns]
    return table.sort_values(order, ascending=[False, *[True] * len(columns)], ignore_index=True)


def rule_losses(
    ledger: pd.DataFrame, rules: Iterable[DatedValue], *, within: Sequence[str] = ()
) -> pd.DataFrame:
    """Points lost by ``rule``, ``basis`` and ``document``; also by the columns `within`.

    With the rule's ``rule_title``, and ``verified``: see `DatedValue.checked`.
    """
    table = losses_by(ledger, [*within, "rule", "basis", "document"])
    known = {rule.key: rule for rule in rules}
    titles = {key: rule.title for key, rule in known.items()}
    return table.assign(
        rule_title=table["rule"].map(titles).fillna(table["rule"]),
        verified=table["rule"].map({key: rule.checked for key, rule in known.items()}),
    )


def total_lost(ledger: pd.DataFrame) -> float:
    """Points lost in a ledger or a table of losses, exact to the hundredth."""
    return round(float(ledger["lost"].sum()) * 100) / 100


def exact_points(sums: pd.Series) -> pd.Series:
    """Sums of points, freed of what binary addition adds: points are whole hundredths."""
    return (sums * 100).round() / 100


__all__ = [
    "GRADES",
    "exact_points",
    "grade_counts",
    "losses_by",
    "rule_losses",
    "summarise_units",
    "total_lost",
]
