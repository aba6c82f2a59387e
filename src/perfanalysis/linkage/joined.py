"""Base, request and result of every project side by side, before any rule is applied."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from perfanalysis.data.findings import Finding, Where
from perfanalysis.data.tables import YearData
from perfanalysis.money.execution import project_funds
from perfanalysis.scoring.key_evaluation import KeyEvaluation
from perfanalysis.scoring.projects import ProjectScores

_KINDS = ["category", "fund_kind", "special_kind", "project_type"]
_IDENTITY = ["project_id", "unit_id", "name", *_KINDS]
_NO_RESULT = "没有评价结果：不是自评项目，也未列入重点评价"
_NO_GRADE = "有得分，不评等级"


def joined_projects(
    scores: ProjectScores,
    base: YearData,
    requests: pd.DataFrame,
    key_evaluation: KeyEvaluation | None,
    circumstances: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """One row a project that has a base or a request: first those of the base year, in order.

    Returns
    -------
    DataFrame
        project_id, unit_id, name, category, fund_kind, special_kind, project_type (empty where the
        base year does not know the project), base_wan, requested_wan, unspent_wan (annual −
        executed of the evaluated year), annual_wan, executed_wan (evaluated year), execution_rate,
        score, grade (code, ``none`` without one), result_from (``key``, ``review`` or empty),
        status (``continued``, ``new``, ``not_requested``, ``refused``), reason, and the columns of
        `circumstances`, if given.
    """
    table = _with_requests(base, requests)
    table = table.join(_results(scores, key_evaluation), on="project_id")
    if circumstances is not None:
        table = table.join(circumstances, on="project_id")
    annual, executed = table["annual_wan"], table["executed_wan"]
    table = table.assign(
        execution_rate=executed / annual.where(annual > 0),
        unspent_wan=(annual - executed).clip(lower=0.0),
        grade=table["grade"].fillna("none"),
        result_from=table["result_from"].fillna(""),
    )
    status, reason = _status(table)
    return table.assign(status=status, reason=reason).reset_index(drop=True)


def _with_requests(base: YearData, requests: pd.DataFrame) -> pd.DataFrame:
    """Projects of the base year that have money or a request, then those that are only asked."""
    own = base["projects"][_IDENTITY]
    money = project_funds(base["funds"])["initial_wan"]
    paid = money.index.get_indexer(own["project_id"])
    at = pd.Index(requests["project_id"]).get_indexer(own["project_id"])
    own = own.assign(
        base_wan=_taken(money, paid, float("nan")),
        requested_wan=_taken(requests["requested_wan"], at, float("nan")),
        requested_kind=_taken(requests["fund_kind"].astype("object"), at, None),
        based=paid >= 0,
        asked=at >= 0,
    )
    only = np.ones(len(requests), dtype=np.bool_)
    only[at[at >= 0]] = False
    new = requests.loc[only, ["project_id", "unit_id", "name", "fund_kind", "requested_wan"]]
    new = new.assign(requested_kind=new["fund_kind"].astype("object"), based=False, asked=True)
    return pd.concat([own.loc[own["based"] | own["asked"]], new], ignore_index=True)


def _taken(values: pd.Series, at: np.ndarray[Any, Any], missing: object) -> np.ndarray[Any, Any]:
    """The values at some positions; `missing` at −1."""
    known = values.to_numpy()
    padded = np.concatenate([known, np.array([missing], dtype=known.dtype)])
    result: np.ndarray[Any, Any] = padded[at]
    return result


def _results(scores: ProjectScores, key_evaluation: KeyEvaluation | None) -> pd.DataFrame:
    """Score, grade and money of the evaluated year; a key evaluation goes before a review."""
    money = ["annual_wan", "executed_wan"]
    review = scores.projects.set_index("project_id")
    table = review[[*money, "refused_reason"]].assign(
        score=review["review_total"],
        grade=review["grade"],
        result_from=pd.Series("review", review.index, dtype="str").where(
            review["review_total"].notna()
        ),
    )
    if key_evaluation is None:
        return table
    key = key_evaluation.projects.set_index("project_id")
    key = key.assign(
        result_from=pd.Series("key", key.index, dtype="str").where(key["grade"].notna())
    )
    columns = ["score", "grade", "result_from"]
    graded = key.loc[key["grade"].notna(), columns]
    others = key.loc[~key.index.isin(table.index), [*money, *columns, "refused_reason"]]
    table = pd.concat([table, others])
    table.loc[table.index.isin(graded.index), columns] = graded.reindex(
        table.index[table.index.isin(graded.index)]
    )
    return table


def _status(table: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Status of each project, and the reason of what is out of the ordinary."""
    based, asked = table["based"].to_numpy("bool"), table["asked"].to_numpy("bool")
    amount = table["base_wan"].to_numpy("float64")
    other_kind = (
        asked & based & (table["requested_kind"] != table["fund_kind"].astype("object")).to_numpy()
    )
    no_base = based & np.isnan(amount)
    no_amount = asked & table["requested_wan"].isna().to_numpy()
    new = asked & ~(based & (amount > 0))
    idle = ~asked & based & (amount == 0)
    cases = [
        (other_kind, "refused", "申请的预算类型与工作年度不同，资金不能跨类"),
        (no_base, "refused", "工作年度没有填年初预算数"),
        (no_amount, "refused", "没有填申请数"),
        (new & based, "new", "工作年度年初预算为零，没有基数"),
        (new, "new", "工作年度没有该项目，没有基数"),
        (idle, "not_requested", "工作年度年初预算为零，也没有申请"),
        (~asked, "not_requested", "有年初预算而未申请"),
    ]
    conditions = [case[0] for case in cases]
    status = np.select(conditions, [case[1] for case in cases], "continued")
    reason = np.select(conditions, [case[2] for case in cases], "")
    graded = (table["grade"] != "none").to_numpy("bool")
    kept = (status == "continued") & ~graded
    refused = table["refused_reason"].fillna("").to_numpy("str")
    result = np.where(table["score"].notna(), _NO_GRADE, _NO_RESULT)
    said = np.where(refused != "", np.char.add("评价未定等级：", refused), result)
    index = table.index
    return (
        pd.Series(status, index, dtype="str"),
        pd.Series(np.where(kept, said, reason), index, dtype="str"),
    )


def joined_findings(table: pd.DataFrame, budget_year: int) -> tuple[Finding, ...]:
    """A finding for each project that has no proposal."""
    refused = table.loc[table["status"] == "refused"]
    where = Where("budget_requests")
    return tuple(
        Finding(
            "proposal-refused",
            "error",
            row.project_id,
            where,
            row.reason,
            f"项目 {row.project_id}（{row.name}）未提出建议数：{row.reason}",
            f"请核对 {budget_year} 年度的项目、资金表和下一年度的预算申请表。",
        )
        for row in refused.itertuples()
    )


__all__ = ["joined_findings", "joined_projects"]
