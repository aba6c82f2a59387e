"""Hits on execution rates, and on the curves that the screen of `perfanalysis.money.pace` picks."""

from __future__ import annotations

import pandas as pd

from perfanalysis.data.tables import YearData
from perfanalysis.money.execution import project_funds
from perfanalysis.money.hits import amount, cells, first_rows, hits, listed
from perfanalysis.money.pace import DECEMBER, PaceScreen
from perfanalysis.rules.values import RulesInForce

_CENT = 1e-6
LEAST_P = 0.001
"""Below it a p-value is printed as smaller than this: its digits say nothing more."""


def rate_hits(year: YearData, rules: RulesInForce) -> pd.DataFrame:
    """Look at how much of each budget was spent.

    Parameters
    ----------
    year : YearData
        Tables ``projects``, ``funds``.
    rules : RulesInForce
        ``pace.low_execution`` (ratio).

    Returns
    -------
    DataFrame
        Hits (see `hits`) of ``low-execution`` (money: what was not spent),
        ``executed-over-budget`` and ``initial-zero`` (spending without an initial budget).
    """
    money = project_funds(year["funds"]).reset_index()
    money = money[money["project_id"].isin(year["projects"]["project_id"])]
    return pd.concat(
        [_slow(year, rules, money), _beyond(year, money), _initial_zero(year, money)],
        ignore_index=True,
    )


def _slow(year: YearData, rules: RulesInForce, money: pd.DataFrame) -> pd.DataFrame:
    rule = rules.get("pace.low_execution")
    rate = money["executed_wan"] / money["annual_wan"].where(money["annual_wan"] > 0)
    slow = money.assign(rate=rate)[rate < rule.value]
    seen = [
        f"全年预算{row.annual_wan:,.2f}，执行{row.executed_wan:,.2f}，"
        f"执行率{row.rate:.1%}，低于{rule.value:.0%}"
        for row in slow.itertuples()
    ]
    unspent = slow["annual_wan"] - slow["executed_wan"]
    found = slow.assign(
        money_wan=unspent, excess=rule.value / slow["rate"].where(slow["rate"] > 0), seen=seen
    )
    at = cells(year, "funds", first_rows(year["funds"], slow["project_id"]), "executed_wan")
    return hits("low-execution", found, rows=at, rule=rule)


def _beyond(year: YearData, money: pd.DataFrame) -> pd.DataFrame:
    over = money[money["executed_wan"] > money["annual_wan"] + _CENT]
    seen = [
        f"全年预算{row.annual_wan:,.2f}，执行{row.executed_wan:,.2f}，超出"
        f"{row.executed_wan - row.annual_wan:,.2f}"
        for row in over.itertuples()
    ]
    found = over.assign(
        money_wan=over["executed_wan"] - over["annual_wan"],
        excess=over["executed_wan"] / over["annual_wan"].where(over["annual_wan"] > 0),
        seen=seen,
    )
    at = cells(year, "funds", first_rows(year["funds"], over["project_id"]), "executed_wan")
    return hits("executed-over-budget", found, rows=at)


def _initial_zero(year: YearData, money: pd.DataFrame) -> pd.DataFrame:
    zero = money[(money["initial_wan"] == 0) & (money["executed_wan"] > _CENT)]
    seen = [
        f"年初预算为0，全年预算{amount(row.annual_wan)}，执行{row.executed_wan:,.2f}"
        for row in zero.itertuples()
    ]
    at = cells(year, "funds", first_rows(year["funds"], zero["project_id"]), "initial_wan")
    return hits("initial-zero", zero.assign(money_wan=zero["executed_wan"], seen=seen), rows=at)


def _p(value: float) -> str:
    """A p-value of two digits; a floor stands for what only a computer can tell from nothing."""
    return f"p＜{LEAST_P:g}" if value < LEAST_P else f"p＝{value:.2g}"


def pace_hits(year: YearData, rules: RulesInForce, screen: PaceScreen) -> pd.DataFrame:
    """The projects that the pace screen flags, as hits of ``year-end-rush``.

    Money: what no verified work supports of December's payments.
    """
    rule = rules.get("pace.false_discovery")
    late = screen.projects[screen.projects["flagged"]]
    seen = [
        f"全年{row.payments}笔共{row.paid_wan:,.2f}，其中12月不按合同计量的支付"
        f"{row.december_wan:,.2f}（{row.december_share:.1%}），最后一周为平均周的"
        f"{row.last_week_multiple:.1f}倍；支付迟后指数{row.lateness:.2f}，"
        f"同类{row.peers:.0f}个项目年的中位数{row.peer_lateness:.2f}"
        + ("" if pd.isna(row.own_lateness) else f"，本项目往年{row.own_lateness:.2f}")
        + f"，{_p(row.p)}"
        for row in late.itertuples()
    ]
    found = late.assign(
        money_wan=late["december_wan"],
        excess=late["lateness"] / late["peer_lateness"].where(late["peer_lateness"] > 0),
        seen=seen,
    )
    payments = year["payments"]
    december = payments[
        (payments["date"].dt.year == year.budget_year)
        & (payments["date"].dt.month == DECEMBER)
        & payments["project_id"].isin(late["project_id"])
    ]
    rows = listed(december, ["project_id"]).reindex(late["project_id"])
    at = cells(
        year, "payments", [each if isinstance(each, list) else [] for each in rows], "amount_wan"
    )
    return hits("year-end-rush", found, rows=at, rule=rule)


__all__ = ["pace_hits", "rate_hits"]
