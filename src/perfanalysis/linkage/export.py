"""The proposal as files, and as a waterfall from this budget to the next."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from perfanalysis.data import export
from perfanalysis.data.codebook import codebook
from perfanalysis.data.export import write_tables
from perfanalysis.data.findings import findings_frame
from perfanalysis.linkage.amounts import micro
from perfanalysis.linkage.facts import GRADES
from perfanalysis.linkage.proposal import Proposal
from perfanalysis.rules.loader import values_frame

TITLES = {
    "projects": "项目建议数",
    "steps": "逐步计算",
    "totals": "合计",
    **export.TITLES,
}
_LABELS: dict[str, Mapping[Any, str]] = {
    **export.LABELS,
    "grade": GRADES,
    "result_from": {"key": "重点评价", "review": "自评复核", "": ""},
    "status": {
        "continued": "延续",
        "new": "没有基数",
        "not_requested": "未申请",
        "refused": "未提出建议",
    },
    "level": {
        "district": "全区",
        "fund_kind": "预算类型",
        "unit": "单位",
        "unit_fund_kind": "单位与预算类型",
    },
    "decide": {True: "是", False: ""},
}
_HEADERS = {
    **export.HEADERS,
    "base_wan": "年初预算（万元）",
    "requested_wan": "申请数（万元）",
    "proposed_wan": "建议数（万元）",
    "change_wan": "建议数减年初预算（万元）",
    "new_wan": "其中没有基数的项目（万元）",
    "score": "得分",
    "grade": "等级",
    "result_from": "结果来源",
    "execution_rate": "预算执行率",
    "decide": "金额待定",
    "status": "状态",
    "reason": "说明",
    "step": "步骤",
    "action": "动作",
    "title": "内容",
    "fact": "依据的事实",
    "amount_wan": "金额（万元）",
    "after_wan": "之后（万元）",
    "direction": "所循方向",
    "level": "层级",
    "projects": "项目数",
    "continued": "延续",
    "new": "没有基数",
    "not_requested": "未申请",
    "refused": "未提出建议",
}


def write_proposal(proposal: Proposal, path: Path | str) -> tuple[Path, ...]:
    """Write projects, steps, totals, rules and findings.

    Parameters
    ----------
    proposal : Proposal
    path : Path or str
        ``.xlsx``: one workbook, a sheet a table, Chinese headers and labels. ``.csv`` (UTF-8 with
        BOM) or ``.parquet``: the projects under that name, every other table beside it
        (``link.csv``, ``link-steps.csv`` …), English names and codes.

    Returns
    -------
    tuple of Path
        The files written.

    Raises
    ------
    ParameterError
        If the suffix is another, or the folder does not exist.
    DataError
        If a table does not fit on a sheet.
    """
    tables = {
        "projects": proposal.projects,
        "steps": proposal.steps,
        "totals": proposal.totals,
        "rules": values_frame(proposal.rules),
        "findings": findings_frame(proposal.findings),
    }
    return write_tables(path, tables, titles=TITLES, labelled=labelled_proposal)


def labelled_proposal(table: pd.DataFrame) -> pd.DataFrame:
    """The table with Chinese headers, and labels for codes."""
    columns = codebook()["projects"].columns
    labels = {name: column.choices for name, column in columns.items() if column.choices} | _LABELS
    headers = {name: column.zh for name, column in columns.items()} | _HEADERS
    shown = {
        name: table[name].map(labels[name]).fillna(table[name]) for name in table if name in labels
    }
    return table.assign(**shown).rename(columns=headers)


def proposal_waterfall(proposal: Proposal, *, unit_id: str | None = None) -> pd.DataFrame:
    """What each rule moved between the base and the proposal.

    Parameters
    ----------
    proposal : Proposal
    unit_id : str, optional
        Of one unit; of the district otherwise.

    Returns
    -------
    DataFrame
        One row a rule, in the order in which they apply: rule, action, title, basis, document,
        projects (number that it applied to; of the base, that have one), amount_wan (exact sum,
        万元). The first is the base; all add up to the proposal.
    """
    steps = proposal.steps
    idle = (steps["action"] == "base") & (steps["amount_wan"] == 0)
    steps = steps.loc[~idle & (steps["action"] != "barred")]
    if unit_id is not None:
        steps = steps.loc[steps["unit_id"] == unit_id]
    groups = steps.assign(micro=micro(steps["amount_wan"])).groupby(
        ["rule", "action", "title", "basis", "document"], sort=False
    )
    table = groups.agg(projects=("project_id", "size"), micro=("micro", "sum")).reset_index()
    order = {value: place for place, value in enumerate(_order(proposal))}
    place = table["rule"].map(order)
    amount = table["micro"] / 1_000_000
    table = table.drop(columns="micro").assign(amount_wan=amount, place=place)
    return table.sort_values("place", ignore_index=True).drop(columns="place")


def _order(proposal: Proposal) -> list[str]:
    """Names of the steps in the order in which they are taken."""
    rules = next(value.value for value in proposal.rules if value.key == "link.rules")
    ids = [entry["id"] for entry in rules]
    return ["link.base", "link.not_requested", "link.new_project", *ids, "link.rounding"]


__all__ = ["TITLES", "labelled_proposal", "proposal_waterfall", "write_proposal"]
