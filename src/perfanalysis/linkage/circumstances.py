"""What rules may look at besides results and execution: years, reviews, warnings, carry-over."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from perfanalysis.data.tables import YearData
from perfanalysis.scoring.projects import ProjectScores

CIRCUMSTANCES = (
    "years_poor",
    "target_share",
    "assessment_share",
    "warnings_unanswered",
    "rectification_open",
    "review_gap",
    "unused_carryover_wan",
    "surplus_growth_wan",
    "gate",
    "gate_reason",
)


def project_circumstances(
    scores: ProjectScores,
    evaluated: YearData,
    base: YearData,
    gate: YearData,
    *,
    earlier: Sequence[ProjectScores] = (),
    decided: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Gather what the rules of linkage may look at.

    Parameters
    ----------
    scores : ProjectScores
        Review of the evaluated year.
    evaluated : YearData
        With ``projects``, ``funds``, ``rectification`` and ``unit_finance``.
    base : YearData
        The work year, with ``projects`` and ``warnings``.
    gate : YearData
        The year that the money is for, with ``budget_requests``, ``target_review`` and
        ``pre_assessment``.
    earlier : sequence of ProjectScores
        Reviews of years before.
    decided : DataFrame, optional
        What `planning.gate.budget_gate` decided on each request; where there is none, or neither
        reviews of targets nor pre-assessments, no gate was held and nobody is stopped by it.

    Returns
    -------
    DataFrame
        By project_id, the columns `CIRCUMSTANCES`: consecutive years graded 差 up to the evaluated
        one (empty without a grade); points ÷ full points of the last stage of target review, and of
        pre-assessment (empty where there is none); warnings of the work year without an answer;
        findings of the evaluated year not rectified; points between self-evaluation and review;
        money carried into the evaluated year and not used in it (万元; where sources are not apart,
        what was carried in counts as spent first); growth of the unit's carry-over and surplus
        (万元, empty where not stated); gate (code) and gate_reason (empty where none was held).
    """
    known = [evaluated["projects"], base["projects"], gate["budget_requests"]]
    ids = pd.concat([table[["project_id", "unit_id"]] for table in known])
    units = ids.drop_duplicates("project_id").set_index("project_id")["unit_id"]
    own = scores.projects.set_index("project_id")
    open_ = evaluated["rectification"].query("status == 'open'")
    silent = base["warnings"].loc[base["warnings"]["answered"].isna()]
    table = pd.DataFrame(
        {
            "years_poor": _years_poor([*earlier, scores]),
            "target_share": _share(gate["target_review"]),
            "assessment_share": _share(gate["pre_assessment"]),
            "review_gap": own["difference"].abs(),
            "unused_carryover_wan": _unused(evaluated["funds"]),
        }
    ).reindex(units.index)
    counts = {
        "warnings_unanswered": silent["project_id"].value_counts(),
        "rectification_open": open_["project_id"].value_counts(),
    }
    for name, count in counts.items():
        table[name] = count.reindex(table.index).fillna(0).astype("float64")
    table["surplus_growth_wan"] = units.map(_growth(evaluated["unit_finance"])).astype("float64")
    held = decided is not None and not (
        gate["target_review"].empty and gate["pre_assessment"].empty
    )
    table = table.join(_passed(decided if held else None))
    return table[list(CIRCUMSTANCES)]


def _passed(decided: pd.DataFrame | None) -> pd.DataFrame:
    """What the gate decided, by project; nothing where it was not held."""
    if decided is None:
        return pd.DataFrame(columns=["gate", "gate_reason"], dtype="object")
    own = decided.set_index("project_id")[["gate", "reason"]]
    return own.rename(columns={"reason": "gate_reason"}).astype("object")


def _years_poor(years: Sequence[ProjectScores]) -> pd.Series:
    """Consecutive years graded 差 that end in the last one."""
    ordered = sorted(years, key=lambda scores: scores.budget_year)
    run = pd.Series(dtype="float64")
    before = None
    for scores in ordered:
        grade = scores.projects.set_index("project_id")["grade"]
        carried = run.reindex(grade.index).fillna(0.0)
        if before is not None and scores.budget_year != before + 1:
            carried = carried * 0.0
        run = (carried + 1).where(grade == "poor", 0.0).where(grade.notna())
        before = scores.budget_year
    return run


def _share(review: pd.DataFrame) -> pd.Series:
    """Points ÷ full points by project, of the last stage where there are two."""
    if "stage" in review:
        last = review["stage"] == "last"
        review = review.loc[last | ~review["project_id"].isin(review.loc[last, "project_id"])]
    sums = review.loc[review["score"].notna()].groupby("project_id")[["score", "full"]].sum()
    return sums["score"] / sums["full"].where(sums["full"] > 0)


def _unused(funds: pd.DataFrame) -> pd.Series:
    carried = funds["carried_in_wan"].fillna(0.0)
    left = np.maximum(carried - funds["executed_wan"].fillna(0.0), 0.0)
    return left.where(carried > 0, 0.0).groupby(funds["project_id"]).sum()


def _growth(finance: pd.DataFrame) -> pd.Series:
    wide = finance.pivot_table("value", "unit_id", "item", "first", observed=True)
    if not {"carryover", "carryover_last"} <= {*wide.columns}:
        return pd.Series(dtype="float64")
    return wide["carryover"] - wide["carryover_last"]


__all__ = ["CIRCUMSTANCES", "project_circumstances"]
