"""Which rules make the difference between what units stated and what the review gives."""

from __future__ import annotations

import pandas as pd

from perfanalysis.scoring.projects import ProjectScores
from perfanalysis.scoring.summary import exact_points

GIVEN, ADDED = "given", "added"
"""Not a rule: the review gives more than stated; the form's total is not the sum of its rows."""
_KEYS = ["project_id", "indicator_id"]


def gap_by_rule(scores: ProjectScores) -> pd.DataFrame:
    """Split stated − reviewed by the rule whose deduction the unit did not make.

    A difference of an indicator is laid on the lines of the ledger that took its points, in
    proportion to what they took (in whole hundredths); one under zero is `GIVEN`; what a stated
    total is above its own rows is `ADDED`.

    Parameters
    ----------
    scores : ProjectScores

    Returns
    -------
    DataFrame
        ``rule`` (key, `GIVEN` or `ADDED`), ``title`` (missing for these), ``document``,
        ``basis``, ``deductions`` (number of rows), ``projects``, ``gap`` (points, exact to the
        hundredth), largest first. Sums to the sum of the projects' ``difference``.
    """
    both = scores.projects.dropna(subset=["difference"])
    parts = pd.concat([_of_indicators(scores, both), _of_execution(both)], ignore_index=True)
    parts = pd.concat([parts, _of_addition(both, parts)], ignore_index=True)
    lines = _laid_on_rules(parts, scores.ledger)
    table = (
        lines.groupby("rule")
        .agg(deductions=("gap", "size"), projects=("project_id", "nunique"), gap=("gap", "sum"))
        .reset_index()
    )
    known = {rule.key: rule for rule in scores.rules}
    named = {
        name: table["rule"].map({key: getattr(rule, name) for key, rule in known.items()})
        for name in ("title", "document", "basis")
    }
    table = table.assign(gap=exact_points(table["gap"]), **named)
    return table.sort_values(["gap", "rule"], ascending=[False, True], ignore_index=True)


def _of_indicators(scores: ProjectScores, both: pd.DataFrame) -> pd.DataFrame:
    rows = scores.indicators[scores.indicators["project_id"].isin(both["project_id"])]
    return rows[[*_KEYS, "difference"]].rename(columns={"difference": "gap"})


def _of_execution(both: pd.DataFrame) -> pd.DataFrame:
    gap = both["stated_execution_score"] - both["execution_score"]
    return pd.DataFrame({"project_id": both["project_id"], "indicator_id": "", "gap": gap})


def _of_addition(both: pd.DataFrame, parts: pd.DataFrame) -> pd.DataFrame:
    """What the rows of a form leave of the difference of its total."""
    explained = both["project_id"].map(parts.groupby("project_id")["gap"].sum()).fillna(0.0)
    gap = exact_points(both["difference"] - explained)
    return pd.DataFrame({"project_id": both["project_id"], "gap": gap, "rule": ADDED})


def _laid_on_rules(parts: pd.DataFrame, ledger: pd.DataFrame) -> pd.DataFrame:
    """One row a difference and rule."""
    parts = parts.assign(gap=exact_points(parts["gap"].fillna(0.0)))
    parts = parts[parts["gap"] != 0]
    own = parts["rule"].mask(parts["rule"].isna() & (parts["gap"] < 0), GIVEN)
    settled = parts.assign(rule=own)
    open_rows = settled[settled["rule"].isna()].drop(columns="rule")
    lines = ledger[[*_KEYS, "rule", "lost"]].fillna({"indicator_id": ""})
    laid = open_rows.merge(lines, on=_KEYS, how="left")
    laid = laid.assign(gap=_shared(laid), rule=laid["rule"].fillna(ADDED))
    names = ["project_id", "rule", "gap"]
    return pd.concat([settled.loc[settled["rule"].notna(), names], laid[names]], ignore_index=True)


def _shared(laid: pd.DataFrame) -> pd.Series:
    """The part of each line in its indicator's gap; hundredths, so that the parts add up to it."""
    groups = [laid[name] for name in _KEYS]
    taken = laid["lost"].groupby(groups)
    share = (taken.cumsum() / taken.transform("sum")).fillna(1.0)
    upto = (laid["gap"] * share * 100).round()
    return (upto - upto.groupby(groups).shift(fill_value=0.0)) / 100


__all__ = ["ADDED", "GIVEN", "gap_by_rule"]
