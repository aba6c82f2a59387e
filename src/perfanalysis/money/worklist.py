"""What the evaluator goes and verifies: every money flag as a task, most money first."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import pandas as pd

ASK: Mapping[str, str] = MappingProxyType(
    {
        "low-execution": "执行情况说明、未支出原因和后续支出计划",
        "executed-over-budget": "预算追加或调剂的批复文件",
        "initial-zero": "预算追加的批复文件",
        "year-end-rush": "12月各笔付款的合同、验收单和付款申请",
        "payment-ahead-of-work": "计量支付证书、监理签认的工程量和付款申请",
        "payment-over-contract": "补充合同或变更签证、结算审核报告",
        "payment-before-acceptance": "验收报告和付款条款",
        "retention-not-kept": "质保金条款、保函或质保金收据",
        "advance-over-terms": "合同预付款条款和预付款保函",
        "retention-over-terms": "合同质保金条款",
        "progress-underpaid": "进度款申请和欠付说明",
        "payment-split": "各笔付款的采购方式审批和合同（或报价单）",
        "payment-duplicate": "各笔付款的发票、凭证和银行回单",
        "payment-round": "付款依据、结算明细和余款去向",
        "payment-outside-year": "国库支付凭证和记账日期",
        "payment-weekend": "国库支付凭证（核对是否调休上班）",
        "payee-out-of-scope": "合同、发票和与项目内容的关系说明",
        "purpose-out-of-scope": "付款凭证、专项资金管理办法和支出依据",
        "purpose-unmatched": "付款凭证和批复明细",
        "budget-line-foreign": "付款凭证和批复明细",
        "budget-line-over": "明细间调剂的审批文件",
        "account-mixed": "专户与共用账户的对账单、明细账",
        "transfer-unapproved": "项目间调剂的批复文件",
        "carry-over-two-years": "结转资金台账和收回、续用的批复",
        "funds-idle": "资金到位凭证和项目停滞原因",
        "no-movement": "项目进展说明和后续计划",
        "asset-idle": "资产移交单和现场查看",
        "upkeep-missing": "管护责任书、管护经费来源和现场查看",
        "outturn-off": "三年的预算调整批复和说明",
        "composition-off": "三年的预算调整批复和说明",
    }
)
"""What to ask for, by check; Chinese."""
WORKLIST = (
    "place",
    "unit_id",
    "unit_name",
    "project_id",
    "name",
    "check",
    "severity",
    "money_wan",
    "seen",
    "ask",
    "rows",
    "rule",
    "basis",
)


def money_worklist(flags: pd.DataFrame, units: pd.DataFrame) -> pd.DataFrame:
    """Turn the money flags of a year into a worklist.

    Parameters
    ----------
    flags : DataFrame
        `perfanalysis.money.flags.money_flags`.
    units : DataFrame
        Table ``units``.

    Returns
    -------
    DataFrame
        Columns of `WORKLIST`, one row a flag, most money at stake first (without money last):
        ``place`` (from 1), ``ask`` (documents to ask for), the rest as in `flags`. The same money
        may stand under several checks: ``money_wan`` is not to be added up.
    """
    names = units.set_index("unit_id")["name"]
    table = flags.assign(
        unit_name=flags["unit_id"].map(names).fillna(""), ask=flags["check"].map(ASK).fillna("")
    )
    keys = ["money_wan", "check", "project_id", "unit_id", "rows"]
    up = [False, True, True, True, True]
    table = table.sort_values(keys, ascending=up, na_position="last", ignore_index=True)
    return table.assign(place=range(1, len(table) + 1))[list(WORKLIST)]


__all__ = ["ASK", "WORKLIST", "money_worklist"]
