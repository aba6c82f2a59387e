"""Funds, payments, budget lines and requests: what must add up."""

from __future__ import annotations

import pandas as pd

from perfanalysis.data.checks.registry import (
    MONEY,
    TOLERANCE_WAN,
    check,
    hits,
    looked_up,
    project_money,
)
from perfanalysis.data.tables import YearData


@check(
    "funds-do-not-add",
    "error",
    table="funds",
    column="annual_wan",
    problem="年度资金总额与分项资金之和不一致，按总额计算",
    remedy="请向单位核实后更正总额或分项。",
)
def funds_do_not_add(year: YearData) -> pd.DataFrame:
    rows = _totals_with_parts(year)
    apart = pd.concat(
        {name: (rows[name] - rows[f"{name}_parts"]).abs() > TOLERANCE_WAN for name in MONEY},
        axis=1,
    ).any(axis=1)
    template = "全年预算 {}，分项之和 {}；执行 {}，分项之和 {}"
    columns = ("annual_wan", "annual_wan_parts", "executed_wan", "executed_wan_parts")
    return hits(rows.loc[apart], "project_id", template, *columns)


@check(
    "funds-total-beside-parts",
    "note",
    table="funds",
    column="fund_source",
    problem="该项目有分项资金又有年度资金总额，按总额计算，分项不再相加",
    remedy="请只留分项；分项不全的，只留总额。",
)
def funds_total_beside_parts(year: YearData) -> pd.DataFrame:
    return hits(_totals_with_parts(year), "project_id")


def _totals_with_parts(year: YearData) -> pd.DataFrame:
    """The total rows of projects that have parts too, beside the sums of these."""
    funds = year["funds"]
    total = funds["fund_source"] == "total"
    parts = funds.loc[~total].groupby("project_id")[list(MONEY)].sum(skipna=False)
    rows = funds.join(parts.add_suffix("_parts"), on="project_id")
    return rows.loc[total & rows["project_id"].isin(parts.index)]


@check(
    "project-without-funds",
    "error",
    table="projects",
    column="project_id",
    needs=("funds",),
    problem="该项目在资金表中没有一行",
    remedy="请在 funds 中补录年初、全年预算数与执行数。",
)
def project_without_funds(year: YearData) -> pd.DataFrame:
    projects = year["projects"]
    return hits(
        projects.loc[~projects["project_id"].isin(year["funds"]["project_id"])], "project_id"
    )


@check(
    "executed-over-budget",
    "warning",
    table="projects",
    column="project_id",
    needs=("funds",),
    problem="该项目全年执行数大于全年预算数，执行率超过100%",
    remedy="请核实是否漏记预算追加；计分时执行率以100%封顶，原数照列。",
)
def executed_over_budget(year: YearData) -> pd.DataFrame:
    rows = _projects_with_money(year)
    over = rows["executed_wan"] > rows["annual_wan"] + TOLERANCE_WAN
    template = "执行 {}，全年预算 {}"
    return hits(rows.loc[over], "project_id", template, "executed_wan", "annual_wan")


@check(
    "executed-over-received",
    "warning",
    table="projects",
    column="project_id",
    needs=("funds",),
    problem="该项目全年执行数大于到位资金",
    remedy="请核实到位资金是否漏记上年结转，或是否垫付。",
)
def executed_over_received(year: YearData) -> pd.DataFrame:
    rows = _projects_with_money(year)
    over = rows["executed_wan"] > rows["received_wan"] + TOLERANCE_WAN
    template = "执行 {}，到位 {}"
    return hits(rows.loc[over], "project_id", template, "executed_wan", "received_wan")


@check(
    "executed-missing",
    "warning",
    table="projects",
    column="project_id",
    needs=("funds",),
    problem="该项目已自评，但有资金来源未填全年执行数",
    remedy="请补录全年执行数；确未支出的填 0。",
)
def executed_missing(year: YearData) -> pd.DataFrame:
    rows = _projects_with_money(year)
    blank = rows["is_self_evaluated"] & rows["executed_wan"].isna() & rows["has_funds"]
    return hits(rows.loc[blank], "project_id")


def _projects_with_money(year: YearData) -> pd.DataFrame:
    money = project_money(year)
    projects = year["projects"]
    joined = projects.join(money, on="project_id")
    return joined.assign(has_funds=projects["project_id"].isin(money.index))


@check(
    "carried-in-over-annual",
    "error",
    table="funds",
    column="carried_in_wan",
    problem="上年结转数大于全年预算数，而全年预算数已含上年结转",
    remedy="请核实全年预算数是否漏含上年结转。",
)
def carried_in_over_annual(year: YearData) -> pd.DataFrame:
    funds = year["funds"]
    over = funds["carried_in_wan"] > funds["annual_wan"] + TOLERANCE_WAN
    template = "结转 {}，全年预算 {}"
    return hits(funds.loc[over], "project_id", template, "carried_in_wan", "annual_wan")


@check(
    "carried-out-over-unspent",
    "warning",
    table="funds",
    column="carried_out_wan",
    problem="结转下年数大于全年预算数减全年执行数",
    remedy="请核实结转数与执行数。",
)
def carried_out_over_unspent(year: YearData) -> pd.DataFrame:
    funds = year["funds"]
    unspent = (funds["annual_wan"] - funds["executed_wan"]).clip(lower=0)
    over = funds["carried_out_wan"] > unspent + TOLERANCE_WAN
    rows = funds.assign(unspent=unspent)
    template = "结转 {}，未支出 {}"
    return hits(rows.loc[over], "project_id", template, "carried_out_wan", "unspent")


@check(
    "date-outside-year",
    "warning",
    table="payments",
    column="date",
    problem="支付日期不在该预算年度内",
    remedy="请核实日期；属于上年结转或以后年度的支付，请放入相应年度。",
)
def date_outside_year(year: YearData) -> pd.DataFrame:
    payments = year["payments"]
    outside = payments["date"].notna() & (payments["date"].dt.year != year.budget_year)
    return hits(payments.loc[outside], "payment_id", "{}", "date")


@check(
    "payments-differ",
    "warning",
    table="projects",
    column="project_id",
    needs=("funds", "payments"),
    problem="该项目支付记录之和与全年执行数不一致",
    remedy="请核对支付记录是否齐全，执行数是否含预付或冲销。",
)
def payments_differ(year: YearData) -> pd.DataFrame:
    paid = year["payments"].groupby("project_id")["amount_wan"].sum(skipna=False)
    rows = _projects_with_money(year).assign(paid=looked_up(year["projects"]["project_id"], paid))
    apart = (rows["paid"] - rows["executed_wan"]).abs() > TOLERANCE_WAN
    template = "支付之和 {}，执行 {}"
    return hits(rows.loc[apart], "project_id", template, "paid", "executed_wan")


@check(
    "payments-missing",
    "note",
    table="projects",
    column="project_id",
    needs=("funds", "payments"),
    problem="该项目有执行数而没有支付记录，支付进度不可分析",
    remedy="请向国库支付系统取得该项目的支付明细。",
)
def payments_missing(year: YearData) -> pd.DataFrame:
    rows = _projects_with_money(year)
    payments = year["payments"]
    spent = rows["executed_wan"] > TOLERANCE_WAN
    without = spent & ~rows["project_id"].isin(payments["project_id"]) & (len(payments) > 0)
    return hits(rows.loc[without], "project_id", "执行 {}", "executed_wan")


@check(
    "contract-unknown",
    "warning",
    table="payments",
    column="contract_id",
    needs=("contracts",),
    problem="支付记录的合同编号在合同表中不存在",
    remedy="请核对合同编号，或补录合同。",
)
def contract_unknown(year: YearData) -> pd.DataFrame:
    payments, contracts = year["payments"], year["contracts"]
    strange = payments["contract_id"].notna() & (len(contracts) > 0)
    strange &= ~payments["contract_id"].isin(contracts["contract_id"])
    return hits(payments.loc[strange], "payment_id", "{}", "contract_id")


@check(
    "budget-lines-differ",
    "warning",
    table="projects",
    column="project_id",
    needs=("funds", "budget_lines"),
    problem="该项目批复明细之和与全年预算数不一致",
    remedy="请核对批复明细是否齐全，有无调整预算未列明细。",
)
def budget_lines_differ(year: YearData) -> pd.DataFrame:
    lines = year["budget_lines"].groupby("project_id")["amount_wan"].sum(skipna=False)
    rows = _projects_with_money(year).assign(lines=looked_up(year["projects"]["project_id"], lines))
    apart = (rows["lines"] - rows["annual_wan"]).abs() > TOLERANCE_WAN
    template = "明细之和 {}，全年预算 {}"
    return hits(rows.loc[apart], "project_id", template, "lines", "annual_wan")


@check(
    "request-unit-unknown",
    "warning",
    table="budget_requests",
    column="unit_id",
    needs=("units",),
    problem="预算申请的单位编码在单位表中不存在",
    remedy="请核对编码，或在 units 中补录该单位。",
)
def request_unit_unknown(year: YearData) -> pd.DataFrame:
    requests, units = year["budget_requests"], year["units"]
    strange = ~requests["unit_id"].isin(units["unit_id"]) & (len(units) > 0)
    return hits(requests.loc[strange], "project_id", "{}", "unit_id")
