"""The numbers of the page on self-evaluation against review."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from perfanalysis.errors import ParameterError
from perfanalysis.evidence.gap import Bounds, Gap, bounds_for_all, gap_between, gaps_by
from perfanalysis.report.text import Texts
from perfanalysis.scoring.gap_rules import gap_by_rule
from perfanalysis.suite.views.common import Said, with_units
from perfanalysis.suite.workyear import WorkYear

DRAWS, SEED = 9_999, 20210502
"""Of the resampling by unit; printed on the page."""


@dataclass(frozen=True)
class Compared:
    """Stated scores beside those of one kind of review.

    Attributes
    ----------
    projects : DataFrame
        ``project_id``, ``unit_id``, ``name``, ``category``, ``stated``, ``reviewed``,
        ``average``, ``difference`` (points), ``unit_name``, ``page``; only those with both.
    gap : Gap or None
    refused : str
        Why there is no interval; else empty.
    bounds : Bounds or None
        Mean score of all self-evaluated projects; None where no project has both.
    """

    projects: pd.DataFrame
    gap: Gap | None
    refused: str
    bounds: Bounds | None


@dataclass(frozen=True)
class ReviewGapView:
    """What the page shows.

    Attributes
    ----------
    review : Compared
        The review of the forms by rule.
    evaluated : Compared
        The evaluation on site of key and special projects.
    by_unit, by_category : DataFrame
        `gaps_by` of `review`, with ``difference_mean``, ``spread``, ``stated_higher``.
    rules : DataFrame
        See `gap_by_rule`.
    """

    review: Compared
    evaluated: Compared
    by_unit: pd.DataFrame
    by_category: pd.DataFrame
    rules: pd.DataFrame


def review_gap_view(year: WorkYear) -> ReviewGapView:
    """Gather stated scores beside what the review and the evaluation on site give."""
    units = year.evaluation["units"].set_index("unit_id")["name"]
    scores, evaluated = _with_category(year), stated_on_site(year)
    review = _compared(scores, "review_total", len(scores), units)
    return ReviewGapView(
        review=review,
        evaluated=_compared(evaluated, "score", len(scores), units),
        by_unit=with_units(_by(review.projects, "unit_id"), units),
        by_category=_by(review.projects, "category"),
        rules=gap_by_rule(year.scores),
    )


def stated_on_site(year: WorkYear) -> pd.DataFrame:
    """Scores of the self-evaluated projects that were evaluated on site, with ``score`` there."""
    return _with_category(year).merge(
        year.key_evaluation.projects[["project_id", "score"]], on="project_id"
    )


def _with_category(year: WorkYear) -> pd.DataFrame:
    categories = year.evaluation["projects"][["project_id", "category"]]
    return year.scores.projects.merge(categories, on="project_id", how="left")


def _compared(table: pd.DataFrame, score: str, everything: int, units: pd.Series) -> Compared:
    known = table.rename(columns={"stated_total": "stated", score: "reviewed"}).dropna(
        subset=["stated", "reviewed"]
    )
    names = ["project_id", "unit_id", "name", "category", "stated", "reviewed"]
    rows = known[names].assign(
        average=(known["stated"] + known["reviewed"]) / 2,
        difference=known["stated"] - known["reviewed"],
    )
    rows = rows.sort_values(["difference", "project_id"], ascending=[False, True])
    rows = with_units(rows.reset_index(drop=True), units)
    bounds = bounds_for_all(rows["reviewed"].to_numpy("float64"), everything) if len(rows) else None
    try:
        return Compared(rows, gap_between(rows, draws=DRAWS, seed=SEED), "", bounds)
    except ParameterError as error:
        return Compared(rows, None, str(error), bounds)


def _by(projects: pd.DataFrame, by: str) -> pd.DataFrame:
    named = {"mean": "difference_mean", "sd": "spread", "above": "stated_higher"}
    return gaps_by(projects, by).rename(columns=named)


def review_gap_findings(view: ReviewGapView) -> list[Said]:
    """The main points, as keys of ``50_self_vs_review`` with their values."""
    said = [
        _mean("main-review", view.review),
        *_rules(view),
        _mean("main-evaluated", view.evaluated),
    ]
    bounds = view.evaluated.bounds
    if bounds is not None and bounds.reviewed < bounds.all:
        said.append(("main-bounds", _values(bounds)))
    return said


def _mean(key: str, compared: Compared) -> Said:
    gap = compared.gap
    if gap is None:
        return f"{key}-refused", {"n": len(compared.projects), "why": compared.refused}
    verdict = "above" if gap.low > 0 else "below" if gap.high < 0 else "unclear"
    return f"{key}-{verdict}", _values(gap) | {"size": abs(gap.mean)}


def _rules(view: ReviewGapView) -> list[Said]:
    """The rule that makes most of the gap; nothing where units state no more than the review."""
    if view.rules.empty or view.rules["gap"].iloc[0] <= 0 or pd.isna(view.rules["title"].iloc[0]):
        return []
    top = view.rules.iloc[0]
    values = {"rule": top["title"], "points": top["gap"], "projects": int(top["projects"])}
    return [("main-rules", values | {"total": view.rules["gap"].sum()})]


def gap_rows(view: ReviewGapView) -> pd.DataFrame:
    """The mean gaps with their intervals, a row a comparison; what is refused is missing."""
    rows = []
    for compared, each in (("review", view.review), ("evaluated", view.evaluated)):
        gap = each.gap
        rows.append(
            {
                "compared": compared,
                "n": len(each.projects),
                "units": each.projects["unit_id"].nunique(),
                "difference_mean": gap.mean if gap else None,
                "low": gap.low if gap else None,
                "high": gap.high if gap else None,
                "spread": gap.sd if gap else None,
            }
        )
    return pd.DataFrame(rows)


def bound_rows(view: ReviewGapView) -> pd.DataFrame:
    """Between what the mean of all self-evaluated projects must lie, a row a comparison."""
    both = {"review": view.review.bounds, "evaluated": view.evaluated.bounds}
    rows = [
        (compared, bounds.reviewed, bounds.all, bounds.low, bounds.high)
        for compared, bounds in both.items()
        if bounds is not None
    ]
    return pd.DataFrame(rows, columns=["compared", "n", "self_projects", "all_low", "all_high"])


def limits_finding(gap: Gap) -> Said:
    """Limits of agreement, and whether the gap goes with the level of the scores."""
    return "limits", _values(gap)


def rest_findings(view: ReviewGapView) -> list[Said]:
    """What can be said of all self-evaluated projects, whatever the choice of them."""
    both = {"rest-review": view.review.bounds, "rest-evaluated": view.evaluated.bounds}
    return [
        (key, _values(bounds) | {"rest": bounds.all - bounds.reviewed})
        for key, bounds in both.items()
        if bounds is not None
    ]


def rule_names(rules: pd.DataFrame, say: Texts) -> list[str]:
    """What each row of `gap_by_rule` is called on the page."""
    return [
        say(f"rule-{row.rule}") if pd.isna(row.title) else say.said(row.title)
        for row in rules.itertuples(index=False)
    ]


def _values(result: Gap | Bounds) -> dict[str, Any]:
    return {name: getattr(result, name) for name in result.__slots__}


__all__ = [
    "DRAWS",
    "SEED",
    "Compared",
    "ReviewGapView",
    "bound_rows",
    "gap_rows",
    "limits_finding",
    "rest_findings",
    "review_gap_findings",
    "review_gap_view",
    "rule_names",
    "stated_on_site",
]
