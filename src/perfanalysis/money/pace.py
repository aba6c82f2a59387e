"""How fast the money went: slow projects, and a screen for year-end rush.

No official document says what a rush (突击花钱) is. The screen lists projects to verify; it
leaves out those with few payments, and a December payment under a contract that was accepted by
then is no late one: it settles what was delivered.
"""

from __future__ import annotations

import pandas as pd

from perfanalysis.data.flags import flags_frame
from perfanalysis.data.tables import YearData
from perfanalysis.rules.loader import RulesInForce

DECEMBER = 12


def december_shares(year: YearData) -> pd.DataFrame:
    """Payments of each project within the budget year, and how much of the money left late.

    Parameters
    ----------
    year : YearData
        Tables ``payments``, ``contracts``.

    Returns
    -------
    DataFrame
        Columns ``project_id``, ``payments`` (number), ``paid_wan``, ``december_wan`` (in
        December, but for what settles a contract accepted by then), ``december_share`` (ratio
        of the two, missing where nothing was paid).
    """
    payments = year["payments"]
    payments = payments[payments["date"].dt.year == year.budget_year]
    accepted = year["contracts"].groupby("contract_id")["acceptance_date"].min()
    # not map, which fails on the empty table of a year without contracts
    settled = accepted.reindex(payments["contract_id"]).to_numpy() <= payments["date"].to_numpy()
    late = (payments["date"].dt.month == DECEMBER) & ~settled
    table = (
        payments.assign(december_wan=payments["amount_wan"].where(late, 0.0))
        .groupby("project_id")
        .agg(
            payments=("amount_wan", "size"),
            paid_wan=("amount_wan", "sum"),
            december_wan=("december_wan", "sum"),
        )
        .reset_index()
    )
    share = table["december_wan"] / table["paid_wan"]
    return table.assign(december_share=share.where(table["paid_wan"] > 0))


def slow_projects(rates: pd.DataFrame, year: YearData, rules: RulesInForce) -> pd.DataFrame:
    """Flag projects whose execution rate is under the rule's threshold.

    Parameters
    ----------
    rates : DataFrame
        ``execution_rates(year, by="project")``: ``key``, ``annual_wan``, ``executed_wan``,
        ``execution_rate``.
    year : YearData
    rules : RulesInForce
        ``pace.low_execution`` (ratio).

    Returns
    -------
    DataFrame
        Flags of kind ``low-execution``; ``amount_wan`` is what was not spent; largest first.
    """
    rule = rules.get("pace.low_execution")
    slow = rates[rates["execution_rate"] < rule.value]
    slow = slow.assign(unspent=slow["annual_wan"] - slow["executed_wan"])
    slow = slow.sort_values(["unspent", "key"], ascending=[False, True])
    named = slow.merge(year["projects"], left_on="key", right_on="project_id", how="inner")
    first_row = _first_rows(year["funds"])
    return flags_frame(
        (
            "low-execution",
            row.project_id,
            row.unit_id,
            row.name,
            row.unspent,
            f"全年预算{row.annual_wan:,.2f}，执行{row.executed_wan:,.2f}，"
            f"执行率{row.execution_rate:.1%}，低于{rule.value:.0%}",
            str(year.where("funds", first_row[row.project_id], "executed_wan")),
            rule.key,
            rule.basis,
        )
        for row in named.itertuples(index=False)
    )


def rush_screen(year: YearData, rules: RulesInForce) -> pd.DataFrame:
    """List projects that paid an unusual share of their money in December.

    Parameters
    ----------
    year : YearData
        Tables ``projects``, ``payments``, ``contracts``.
    rules : RulesInForce
        ``pace.december_share`` (ratio), ``pace.min_payments``.

    Returns
    -------
    DataFrame
        Flags of kind ``year-end-rush``; ``amount_wan`` is what was paid late; largest first.
    """
    rule, fewest = rules.get("pace.december_share"), rules.value("pace.min_payments")
    shares = december_shares(year)
    late = shares[(shares["december_share"] >= rule.value) & (shares["payments"] >= fewest)]
    late = late.sort_values(["december_wan", "project_id"], ascending=[False, True])
    named = late.merge(year["projects"], on="project_id", how="inner")
    first_row = _first_rows(year["payments"])
    return flags_frame(
        (
            "year-end-rush",
            row.project_id,
            row.unit_id,
            row.name,
            row.december_wan,
            f"全年{row.payments}笔共支付{row.paid_wan:,.2f}，其中12月{row.december_wan:,.2f}，"
            f"占{row.december_share:.1%}",
            str(year.where("payments", first_row[row.project_id], "amount_wan")),
            rule.key,
            rule.basis,
        )
        for row in named.itertuples(index=False)
    )


def _first_rows(table: pd.DataFrame) -> pd.Series:
    """Index of the first row of each project, by project id."""
    rows = pd.Series(table.index, index=table["project_id"])
    return rows[~rows.index.duplicated()]


__all__ = ["december_shares", "rush_screen", "slow_projects"]
