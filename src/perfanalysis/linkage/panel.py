"""Results of a budget year beside the budget two years on: what the question is asked of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from perfanalysis.data.tables import YearData
from perfanalysis.money.execution import project_funds
from perfanalysis.scoring.projects import ProjectScores

PANEL_COLUMNS = (
    "project_id",
    "unit_id",
    "budget_year",
    "project_type",
    "result",
    "execution",
    "review_total",
    "base_wan",
    "requested_wan",
    "approved_wan",
)
LEFT_OUT = {
    "no_result": "没有可计算的结果",
    "no_execution": "没有执行率",
    "no_base": "下一年没有年初预算",
    "not_requested": "再下一年没有申请",
    "not_approved": "再下一年申请而未批复或批复为零",
}


@dataclass(frozen=True)
class LinkagePanel:
    """Projects with a result and both budgets.

    Attributes
    ----------
    rows : DataFrame
        `PANEL_COLUMNS`, a row a project and evaluated budget year: result (points kept of 100 over
        the indicators that have a review score; execution is not in it), execution (executed ÷
        annual, in percent), review_total (points), base_wan (initial budget of the year after),
        requested_wan and approved_wan (of the year after that; requests may be empty).
    left_out : DataFrame
        budget_year, reason (`LEFT_OUT`), projects (number): who is not in `rows`. A project is
        counted under the first reason that holds.
    """

    rows: pd.DataFrame
    left_out: pd.DataFrame


def linkage_panel(
    scores: Mapping[int, ProjectScores],
    budgets: Mapping[int, YearData],
    requests: Mapping[int, pd.DataFrame],
) -> LinkagePanel:
    """Put the results of each budget year beside the base and the budget that could follow them.

    Parameters
    ----------
    scores : mapping of int to ProjectScores
        By evaluated budget year Y.
    budgets : mapping of int to YearData
        With ``projects`` and ``funds``, for each Y + 1.
    requests : mapping of int to DataFrame
        Table ``budget_requests`` of each Y + 2.

    Returns
    -------
    LinkagePanel
        Years without the base or the requests are not in it.
    """
    years = [year for year in sorted(scores) if year + 1 in budgets and year + 2 in requests]
    tables = [_year(scores[year], budgets[year + 1], requests[year + 2]) for year in years]
    if not tables:
        empty = pd.DataFrame(columns=[*PANEL_COLUMNS, "reason"])
        tables = [empty.astype({"budget_year": "int64", "reason": "str"})]
    table = pd.concat(tables, ignore_index=True)
    kept = table["reason"] == ""
    left = table.loc[~kept].groupby(["budget_year", "reason"]).size()
    return LinkagePanel(
        rows=table.loc[kept, list(PANEL_COLUMNS)].reset_index(drop=True),
        left_out=left.rename("projects").reset_index(),
    )


def result_shares(indicators: pd.DataFrame) -> pd.Series:
    """Points kept of 100 by project, over the indicators that have a review score.

    Parameters
    ----------
    indicators : DataFrame
        ``ProjectScores.indicators``.
    """
    scored = indicators.loc[indicators["review_score"].notna() & (indicators["points"] > 0)]
    sums = scored.groupby("project_id")[["review_score", "points"]].sum()
    return 100 * sums["review_score"] / sums["points"]


def _year(scores: ProjectScores, base: YearData, requests: pd.DataFrame) -> pd.DataFrame:
    own = scores.projects.set_index("project_id")
    types = base["projects"].set_index("project_id")["project_type"]
    asked = requests.set_index("project_id")
    table = own[["unit_id", "review_total"]].assign(
        budget_year=scores.budget_year,
        project_type=types.astype("object").reindex(own.index),
        result=result_shares(scores.indicators).reindex(own.index),
        execution=100 * own["execution_rate"],
        base_wan=project_funds(base["funds"])["initial_wan"].reindex(own.index),
        requested_wan=asked["requested_wan"].reindex(own.index),
        approved_wan=asked["approved_wan"].reindex(own.index),
    )
    cases = {
        "no_result": table["result"].isna(),
        "no_execution": table["execution"].isna(),
        "no_base": ~(table["base_wan"] > 0),
        "not_requested": ~pd.Series(table.index.isin(asked.index), table.index),
        "not_approved": ~(table["approved_wan"] > 0),
    }
    reason = np.select(list(cases.values()), list(cases), "")
    return table.assign(reason=reason).reset_index()


__all__ = ["LEFT_OUT", "PANEL_COLUMNS", "LinkagePanel", "linkage_panel", "result_shares"]
