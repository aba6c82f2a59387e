"""What the two sections gave the targets, against the rule's points: a score, a grade, a ledger.

The first check (初审) is that of the finance section in charge of the unit, the last (终审) that
of the budget section, which decides. What they gave is never changed: a score that the rule does
not allow is refused, with the reason.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from perfanalysis.data.lookup import numbers_of, texts_of
from perfanalysis.data.tables import YearData
from perfanalysis.planning.points import lost_points, marked_points
from perfanalysis.planning.targets import filed_subjects
from perfanalysis.rules.values import RulesInForce
from perfanalysis.scoring.exact import HUNDREDTHS
from perfanalysis.scoring.grades import grades_of

STAGES = ("first", "last")
REVIEW_LEDGER = (
    "project_id",
    "unit_id",
    "name",
    "stage",
    "aspect",
    "criterion",
    "full",
    "kept",
    "lost",
    "reason",
    "rule",
    "basis",
    "document",
    "source_cell",
)


@dataclass(frozen=True)
class TargetReview:
    """The review of a year's targets.

    Attributes
    ----------
    subjects : DataFrame
        One row a project, then a unit, that filed targets: ``project_id`` (of a unit: its id),
        ``unit_id``, ``name``, ``is_unit``, ``first_score``, ``last_score`` (points, missing where
        refused), ``grade`` (of the last, code), ``status`` (``reviewed``, ``incomplete``,
        ``unreviewed``), ``reason`` (why there is no grade, else empty).
    ledger : DataFrame
        `REVIEW_LEDGER`: one line for each criterion of a stage that lost points.
    aspects : DataFrame
        ``project_id``, ``aspect``, ``kept`` and ``full`` points of the last check.
    """

    subjects: pd.DataFrame
    ledger: pd.DataFrame
    aspects: pd.DataFrame


def review_targets(year: YearData, rules: RulesInForce) -> TargetReview:
    """Add up what the sections gave, criterion by criterion.

    Parameters
    ----------
    year : YearData
        The year whose targets were reviewed: ``projects``, ``units``, ``target_review``.
    rules : RulesInForce
        ``review.points`` and ``review.grade_floors``.

    Returns
    -------
    TargetReview

    Raises
    ------
    RuleNotInForceError
        If a rule of the review has no value on the date.

    References
    ----------
    财政部，《中央部门预算绩效目标管理办法》，财预〔2015〕88号，附件（绩效目标审核表）。
    """
    subjects = filed_subjects(year).reset_index()
    rows = _marked(year["target_review"], rules)
    rows = rows[rows["project_id"].isin(subjects["project_id"])]
    whole = _totals(rows, rules)
    table = subjects.assign(is_unit=subjects["project_id"] == subjects["unit_id"])
    for stage in STAGES:
        part = whole[whole.index.get_level_values("stage") == stage].droplevel("stage")
        table = table.join(part.add_prefix(f"{stage}_"), on="project_id")
    table = _with_grades(table, rules)
    last = rows[rows["stage"] == "last"].groupby(["project_id", "aspect"], sort=False)
    aspects = last[["kept_points", "full_points"]].sum().div(HUNDREDTHS).reset_index()
    return TargetReview(
        subjects=table,
        ledger=_ledger(year, rows, subjects, rules),
        aspects=aspects.rename(columns={"kept_points": "kept", "full_points": "full"}),
    )


def criteria(rules: RulesInForce) -> dict[str, float]:
    """Points of each criterion of the review, in the order of the rule."""
    aspects = rules.value("review.points").values()
    return {name: float(points) for aspect in aspects for name, points in aspect.items()}


def _marked(table: pd.DataFrame, rules: RulesInForce) -> pd.DataFrame:
    """Rows of the review with their points in hundredths, and what is wrong with each."""
    aspect = {name: title for title, part in rules.value("review.points").items() for name in part}
    rows = table.rename_axis("row").reset_index()
    rows = rows.assign(aspect=texts_of(rows["criterion"], aspect, missing=""))
    full = numbers_of(rows["criterion"], criteria(rules)).fillna(0.0).to_numpy("float64")
    return marked_points(rows, full, stranger="不是审核内容")


def _totals(rows: pd.DataFrame, rules: RulesInForce) -> pd.DataFrame:
    """Points of each subject and stage, and why they do not count."""
    groups = rows.groupby(["project_id", "stage"], observed=True)
    points = groups["kept_points"].sum()
    wrong = groups["wrong"].agg(lambda said: "；".join(each for each in said if each))
    wanted = criteria(rules)
    absent = groups["criterion"].agg(lambda have: _absent(set(have), wanted))
    reason = wrong.where(wrong != "", absent)
    score = (points / HUNDREDTHS).where(reason == "")
    return pd.DataFrame({"score": score, "reason": reason, "points": points})


def _absent(have: set[str], wanted: Mapping[str, float]) -> str:
    missing = [name for name in wanted if name not in have]
    return f"缺少审核内容：{'、'.join(missing)}" if missing else ""


def _with_grades(table: pd.DataFrame, rules: RulesInForce) -> pd.DataFrame:
    none = table["last_points"].isna()
    refused = table["last_score"].isna()
    points = table["last_points"].fillna(0).astype("int64").to_numpy()
    grade = grades_of(points, refused.to_numpy("bool"), rules.value("review.grade_floors"))
    only_first = none & table["first_points"].notna()
    status = np.select([none, refused], ["unreviewed", "incomplete"], "reviewed")
    unsaid = np.where(only_first, "只有初审，没有终审记录", "没有审核记录")
    reason = np.where(none, unsaid, table["last_reason"].fillna(""))
    columns = ["project_id", "unit_id", "name", "is_unit", "first_score", "last_score"]
    return table[columns].assign(
        grade=grade,
        status=pd.Series(status, table.index, dtype="str"),
        reason=pd.Series(reason, table.index, dtype="str"),
    )


def _ledger(
    year: YearData, rows: pd.DataFrame, subjects: pd.DataFrame, rules: RulesInForce
) -> pd.DataFrame:
    """A line for every criterion that lost points; with no last opinion the first one stands."""
    rule = rules.get("review.points")
    first = rows[rows["stage"] == "first"].set_index(["project_id", "criterion"])["opinion"]
    lost = lost_points(rows)
    names = subjects.set_index("project_id")
    keys = pd.MultiIndex.from_frame(lost[["project_id", "criterion"]])
    before = pd.Series(first.reindex(keys).to_numpy(), lost.index)
    taken_over = lost["opinion"].isna() & before.notna()
    reason = lost["opinion"].where(~taken_over, "初审意见：" + before.astype("str"))
    return lost.assign(
        unit_id=texts_of(lost["project_id"], names["unit_id"]),
        name=texts_of(lost["project_id"], names["name"]),
        reason=reason.fillna("股室没有写明原因"),
        rule=rule.key,
        basis=rule.basis,
        document=rule.cite(),
        source_cell=[str(year.where("target_review", row, "score")) for row in lost["row"]],
    )[list(REVIEW_LEDGER)].reset_index(drop=True)


__all__ = ["REVIEW_LEDGER", "STAGES", "TargetReview", "criteria", "review_targets"]
