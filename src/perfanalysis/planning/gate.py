"""The gate to the budget: what may enter, on which condition, and how much money that is."""

from __future__ import annotations

import pandas as pd

from perfanalysis.planning.pre_assessment import PreAssessment
from perfanalysis.planning.review import TargetReview
from perfanalysis.rules.values import RulesInForce

GATES = ("passed", "complete", "revise", "refuse")
"""Passed; passes after completion; revise and resubmit; not funded. Later ones are stricter."""
GATE_COLUMNS = (
    "project_id",
    "unit_id",
    "name",
    "requested_wan",
    "is_new",
    "last_score",
    "grade",
    "pre_score",
    "pre_result",
    "gate",
    "reason",
    "rule",
    "basis",
)
GRADES = {"excellent": "优", "good": "良", "fair": "中", "poor": "差"}
PRE_RESULTS = {
    "support": "予以支持",
    "adjust": "调整后予以支持",
    "none": "不予支持",
    "incomplete": "评估内容不全",
    "missing": "应评未评",
}


def budget_gate(
    review: TargetReview, pre: PreAssessment, requests: pd.DataFrame, rules: RulesInForce
) -> pd.DataFrame:
    """Say of every request whether it passes: the stricter of target review and pre-assessment.

    Parameters
    ----------
    review : TargetReview
    pre : PreAssessment
    requests : DataFrame
        Table ``budget_requests`` of the year that is asked for.
    rules : RulesInForce
        ``review.gate``, ``review.unreviewed``, ``pre.gate``.

    Returns
    -------
    DataFrame
        `GATE_COLUMNS`, one row a request, in the order of the table: ``requested_wan`` (万元),
        ``gate`` (`GATES`), ``reason`` (Chinese), ``rule`` and ``basis`` of what decided. A new
        project that pre-assessment refused needs no targets.
    """
    columns = ["project_id", "unit_id", "name", "requested_wan"]
    table = requests[columns].reset_index(drop=True)
    targets = review.subjects.set_index("project_id")[["last_score", "grade", "status", "reason"]]
    table = table.join(targets.rename(columns={"reason": "unreviewed"}), on="project_id")
    new = pre.projects.set_index("project_id")[["score", "result", "reason"]]
    table = table.join(new.add_prefix("pre_"), on="project_id")
    table["is_new"] = table["pre_result"].notna()
    decided = [_decided(row, rules) for row in table.itertuples(index=False)]
    said = pd.DataFrame(decided, columns=["gate", "reason", "rule", "basis"], dtype="str")
    return pd.concat([table, said], axis=1)[list(GATE_COLUMNS)]


def gate_totals(gate: pd.DataFrame) -> pd.DataFrame:
    """Requests and their money by `GATES`: ``gate``, ``projects``, ``new``, ``requested_wan``."""
    groups = gate.groupby("gate")
    table = pd.DataFrame(
        {
            "projects": groups.size(),
            "new": groups["is_new"].sum(),
            "requested_wan": groups["requested_wan"].sum(),
        }
    )
    return table.reindex(list(GATES), fill_value=0).rename_axis("gate").reset_index()


def _decided(row: object, rules: RulesInForce) -> tuple[str, str, str, str]:
    """Gate, reason, rule and basis of one request: of the strictest that holds."""
    found = [*_by_pre_assessment(row, rules)]
    if not found or found[0][0] != "refuse":
        found.append(_by_targets(row, rules))
    return max(found, key=lambda each: GATES.index(each[0]))


def _by_pre_assessment(row: object, rules: RulesInForce) -> list[tuple[str, str, str, str]]:
    result, rule = row.pre_result, rules.get("pre.gate")  # type: ignore[attr-defined]
    if result not in PRE_RESULTS:
        return []
    reason = f"事前绩效评估{PRE_RESULTS[result]}：{row.pre_reason}"  # type: ignore[attr-defined]
    return [(str(rule.value[result]), reason, rule.key, rule.basis)]


def _by_targets(row: object, rules: RulesInForce) -> tuple[str, str, str, str]:
    if row.status != "reviewed":  # type: ignore[attr-defined]
        rule = rules.get("review.unreviewed")
        said = row.unreviewed  # type: ignore[attr-defined]
        why = said if isinstance(said, str) and said else "没有申报绩效目标"
        return str(rule.value), f"绩效目标未通过审核：{why}", rule.key, rule.basis
    rule = rules.get("review.gate")
    grade, score = row.grade, row.last_score  # type: ignore[attr-defined]
    reason = f"绩效目标终审{score:.2f}分，{GRADES[grade]}"
    return str(rule.value[grade]), reason, rule.key, rule.basis


__all__ = ["GATES", "GATE_COLUMNS", "budget_gate", "gate_totals"]
