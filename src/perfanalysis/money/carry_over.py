"""Money that stayed: carried over by age, never moved, or sunk into things nobody uses."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from perfanalysis.data.tables import YearData
from perfanalysis.money.execution import counted_funds, project_funds
from perfanalysis.money.hits import cells, first_rows, hits
from perfanalysis.rules.values import RulesInForce

_CENT = 1e-6
_DAYS_A_MONTH = 30.4375


def carry_over_ages(year: YearData, *, history: Sequence[YearData] = ()) -> pd.DataFrame:
    """Split what each project carries into the next year by the years it has been unspent.

    Parameters
    ----------
    year : YearData
        Table ``funds``.
    history : sequence of YearData
        Earlier years, the latest first and without a gap.

    Returns
    -------
    DataFrame
        Index ``project_id``, sorted; 万元: ``carried_in_wan``, ``carried_out_wan`` and of the
        latter ``one_wan`` (of this year's budget), ``two_wan`` (unspent for two years) and
        ``more_wan`` (three or more, as far as `history` goes back). Where sources are listed, the
        one that was carried in tells; else carried money counts as spent first.
    """
    now = _old(year)
    old = now["old_wan"]
    before = old.copy()
    more = pd.Series(0.0, index=now.index)
    for past in history[:1]:
        before = _old(past)["old_wan"].reindex(now.index).fillna(0.0)
        more = np.minimum(old, before)
    return pd.DataFrame(
        {
            "carried_in_wan": now["carried_in_wan"],
            "carried_out_wan": now["carried_out_wan"],
            "one_wan": (now["carried_out_wan"] - old).clip(lower=0),
            "two_wan": old - more,
            "more_wan": more,
        }
    )


def _old(year: YearData) -> pd.DataFrame:
    """Carried in, carried out, and what was both: unspent for two years at least."""
    counted = counted_funds(year["funds"])
    money = counted[["carried_in_wan", "carried_out_wan", "executed_wan"]].fillna(0.0)
    source = counted["fund_source"]
    left = (money["carried_in_wan"] - money["executed_wan"]).clip(lower=0)
    unspent = left.where(
        source == "total", money["carried_in_wan"].where(source == "carried_in", 0)
    )
    old = np.minimum(unspent, money["carried_out_wan"])
    table = money.assign(old_wan=old, project_id=counted["project_id"])
    return table.groupby("project_id")[["carried_in_wan", "carried_out_wan", "old_wan"]].sum()


def carry_hits(
    year: YearData, rules: RulesInForce, *, history: Sequence[YearData] = ()
) -> pd.DataFrame:
    """Look for money that did not move.

    Parameters
    ----------
    year : YearData
        Tables ``projects``, ``funds``, ``payments``, ``contracts``.
    rules : RulesInForce
        ``carry.*``.
    history : sequence of YearData
        Earlier years, the latest first.

    Returns
    -------
    DataFrame
        Hits (see `hits`) of ``carry-over-two-years``, ``funds-idle`` (received, nothing spent) and
        ``no-movement`` (no payment and no measured work for months, money left).

    References
    ----------
    《中华人民共和国预算法》第四十二条（结转资金连续两年未用完的，作为结余资金管理）。
    """
    return pd.concat(
        [_two_years(year, rules, history), _idle(year), _still(year, rules)], ignore_index=True
    )


def _two_years(year: YearData, rules: RulesInForce, history: Sequence[YearData]) -> pd.DataFrame:
    rule = rules.get("carry.years")
    ages = carry_over_ages(year, history=history).reset_index()
    old = (ages["two_wan"] if rule.value <= 2 else 0.0) + ages["more_wan"]
    aged = ages.assign(money_wan=old)[old > _CENT]
    seen = [
        f"上年结转{row.carried_in_wan:,.2f}，其中{row.money_wan:,.2f}本年仍未用完、又结转下年"
        + (f"（{row.more_wan:,.2f}已满三年）" if row.more_wan > _CENT else "")
        for row in aged.itertuples()
    ]
    funds = year["funds"]
    carried = funds[funds["fund_source"].isin(["carried_in", "total"])]
    at = cells(year, "funds", first_rows(carried, aged["project_id"]), "carried_out_wan")
    return hits("carry-over-two-years", aged.assign(seen=seen), rows=at, rule=rule)


def _idle(year: YearData) -> pd.DataFrame:
    money = project_funds(year["funds"]).reset_index()
    idle = money[(money["executed_wan"].abs() <= _CENT) & (money["received_wan"] > _CENT)]
    seen = [f"到位{row.received_wan:,.2f}，全年没有支出" for row in idle.itertuples()]
    found = idle.assign(money_wan=idle["received_wan"], seen=seen)
    at = cells(year, "funds", first_rows(year["funds"], idle["project_id"]), "executed_wan")
    return hits("funds-idle", found, rows=at)


def _still(year: YearData, rules: RulesInForce) -> pd.DataFrame:
    """Projects with money left whose last payment and last measured work lie long back."""
    rule = rules.get("carry.idle_months")
    money = project_funds(year["funds"])
    unspent = money["annual_wan"] - money["executed_wan"]
    share = unspent / money["annual_wan"].where(money["annual_wan"] > 0)
    payments = year["payments"]
    if payments.empty:
        return hits("no-movement", pd.DataFrame(), rows=[], rule=rule)
    paid = payments.groupby("project_id")["date"].max().reindex(money.index)
    measured = year["contracts"].groupby("project_id")["date"].max().reindex(money.index)
    moved = pd.concat([paid, measured], axis=1).max(axis=1)
    end = pd.Timestamp(year.budget_year, 12, 31)
    months = (end - moved).dt.days / _DAYS_A_MONTH
    chosen = (months >= rule.value) & (share >= rules.value("carry.idle_unspent"))
    still = money.assign(money_wan=unspent, moved=moved, months=months)[chosen].reset_index()
    seen = [
        f"{row.moved:%Y-%m-%d}以后没有付款也没有计量，已{row.months:.0f}个月，未支出{row.money_wan:,.2f}"
        for row in still.itertuples()
    ]
    at = cells(year, "funds", first_rows(year["funds"], still["project_id"]), "executed_wan")
    found = still.assign(excess=still["months"] / rule.value, seen=seen)
    return hits("no-movement", found, rows=at, rule=rule)


__all__ = ["carry_hits", "carry_over_ages"]
