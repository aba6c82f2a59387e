"""What was due to each unit in a year, case by case, for its assessment."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pandas as pd

from perfanalysis.data.tables import YearData
from perfanalysis.followup.assessment import CASE_COLUMNS

KINDS = {
    "targets": "绩效目标",
    "self_evaluation": "自评结果",
    "evaluation_report": "评价报告",
    "budget": "预算",
    "final_account": "决算",
}

Case = tuple[str, str, float, float, str, str]


def assessment_cases(
    *,
    reviewed: pd.DataFrame,
    targets: YearData,
    warnings: pd.DataFrame,
    scores: pd.DataFrame,
    evaluated: YearData,
    rectified: pd.DataFrame,
    published: pd.DataFrame,
) -> pd.DataFrame:
    """Gather the cases of all items.

    Parameters
    ----------
    reviewed : DataFrame
        `TargetReview.subjects`; ``last_score`` of 100 points counts.
    targets : YearData
        The year that was reviewed, for the cells.
    warnings : DataFrame
        From `warning_status`; those not due yet do not count.
    scores : DataFrame
        `ProjectScores.projects`: review against stated total, and review of 100.
    evaluated : YearData
        For the cells.
    rectified : DataFrame
        From `rectification_states`; those not due yet do not count.
    published : DataFrame
        From `publication_coverage`.

    Returns
    -------
    DataFrame
        `CASE_COLUMNS`.
    """
    cases = [
        *_targets(reviewed, targets),
        *_warnings(warnings),
        *_self_evaluation(scores, evaluated),
        *_results(scores, evaluated),
        *_rectified(rectified),
        *_published(published),
    ]
    return pd.DataFrame(cases, columns=list(CASE_COLUMNS))


def _targets(reviewed: pd.DataFrame, year: YearData) -> Iterator[Case]:
    rows = year["target_review"]
    last = rows[rows["stage"] == "last"].rename_axis("row").reset_index()
    first = last.drop_duplicates("project_id").set_index("project_id")["row"]
    for row in reviewed.dropna(subset=["last_score"]).itertuples(index=False):
        cell = str(year.where("target_review", first[row.project_id], "score"))
        what = f"“{row.name}”的目标终审{row.last_score:.2f}分"
        yield row.unit_id, "targets", float(row.last_score), 100.0, what, cell


def _warnings(warnings: pd.DataFrame) -> Iterator[Case]:
    said = {"overdue": "到期未答复", "late": "逾期答复"}
    for row in warnings[warnings["status"] != "open"].itertuples(index=False):
        what = f"预警{row.warning_id}{said.get(row.status, '按期答复')}"
        yield row.unit_id, "warnings", float(row.status == "answered"), 1.0, what, row.where


def _self_evaluation(scores: pd.DataFrame, year: YearData) -> Iterator[Case]:
    """What the review left of each self-score; scoring oneself low costs nothing."""
    both = scores.dropna(subset=["stated_total", "review_total"])
    both = both[both["stated_total"] > 0]
    for row, cell in zip(both.itertuples(index=False), _cells(year, both), strict=True):
        left = min(row.review_total, row.stated_total)
        what = f"“{row.name}”自评{row.stated_total:.2f}分，复核{row.review_total:.2f}分"
        yield row.unit_id, "self_evaluation", float(left), float(row.stated_total), what, cell


def _results(scores: pd.DataFrame, year: YearData) -> Iterator[Case]:
    known = scores.dropna(subset=["review_total"])
    for row, cell in zip(known.itertuples(index=False), _cells(year, known), strict=True):
        what = f"“{row.name}”复核{row.review_total:.2f}分"
        yield row.unit_id, "results", float(row.review_total), 100.0, what, cell


def _rectified(rectified: pd.DataFrame) -> Iterator[Case]:
    said = {"overdue": "到期未整改完", "late": "逾期整改完"}
    for row in rectified[rectified["state"] != "open"].itertuples(index=False):
        what = f"问题{row.finding_id}{said.get(row.state, '按期整改完')}"
        yield row.unit_id, "rectification", float(row.state == "closed"), 1.0, what, row.where


def _published(published: pd.DataFrame) -> Iterator[Case]:
    for row in published.itertuples(index=False):
        there = pd.notna(row.published)
        what = f"{KINDS.get(row.kind, row.kind)}{'已' if there else '未'}公开"
        yield row.unit_id, "publication", float(there), 1.0, what, row.where


def _cells(year: YearData, scores: pd.DataFrame) -> Sequence[str]:
    """The cell of each project's id."""
    projects = year["projects"]
    row = pd.Series(projects.index, index=projects["project_id"])
    return [str(year.where("projects", row[key], "project_id")) for key in scores["project_id"]]


__all__ = ["KINDS", "assessment_cases"]
