"""What was paid against what was done."""

from __future__ import annotations

import pandas as pd

from perfanalysis.data.flags import flags_frame
from perfanalysis.data.tables import YearData
from perfanalysis.rules.loader import RulesInForce

_MEASURED = ["signed_wan", "work_done_wan", "advance_wan"]


def paid_against_work(contracts: pd.DataFrame, payments: pd.DataFrame) -> pd.DataFrame:
    """Compare what was paid under a contract with the work verified by then, payment by payment.

    Parameters
    ----------
    contracts : DataFrame
        Table ``contracts``: a row a contract and date of measurement.
    payments : DataFrame
        Table ``payments``; only those under a contract that `contracts` has, with a date and an
        amount, count.

    Returns
    -------
    DataFrame
        The payments that count (index kept), by date, with ``paid_wan``, everything paid under
        the contract up to and including that payment; ``signed_wan``, ``work_done_wan`` and
        ``advance_wan`` of the latest measurement on or before its date (before the first one no
        work is verified); ``ahead_wan``: paid − (work done + the agreed advance), in 万元, negative
        where payment lags.
    """
    paid = payments.dropna(subset=["contract_id", "date", "amount_wan"])
    paid = paid.sort_values("date", kind="stable")
    paid = paid.assign(paid_wan=paid.groupby("contract_id")["amount_wan"].cumsum())
    measured = contracts.dropna(subset=["date", "work_done_wan"]).sort_values("date", kind="stable")
    joined = pd.merge_asof(
        paid.reset_index(names="row"),
        measured[["date", "contract_id", *_MEASURED]],
        on="date",
        by="contract_id",
    ).set_index("row")
    first = measured.drop_duplicates("contract_id").set_index("contract_id")
    terms = first.assign(work_done_wan=0.0).reindex(joined["contract_id"]).set_axis(joined.index)
    joined[_MEASURED] = joined[_MEASURED].where(joined["work_done_wan"].notna(), terms[_MEASURED])
    joined = joined.dropna(subset=["work_done_wan"])
    allowed = joined["work_done_wan"] + joined["advance_wan"].fillna(0.0)
    return joined.assign(ahead_wan=joined["paid_wan"] - allowed)


def paid_ahead(year: YearData, rules: RulesInForce) -> pd.DataFrame:
    """Flag contracts paid beyond verified work and the agreed advance.

    Parameters
    ----------
    year : YearData
        Tables ``projects``, ``contracts``, ``payments``.
    rules : RulesInForce
        ``payments.ahead_tolerance``, a share of the contract sum.

    Returns
    -------
    DataFrame
        Flags of kind ``payment-ahead-of-work``, one a contract, at the payment when it was
        furthest ahead; ``amount_wan`` is how far; largest first.
    """
    rule = rules.get("payments.ahead_tolerance")
    compared = paid_against_work(year["contracts"], year["payments"])
    ahead = compared[compared["ahead_wan"] > rule.value * compared["signed_wan"]]
    ahead = ahead.reset_index().sort_values(["ahead_wan", "contract_id"], ascending=[False, True])
    worst = ahead.drop_duplicates("contract_id")
    named = worst.merge(year["projects"][["project_id", "unit_id", "name"]], on="project_id")
    return flags_frame(
        (
            "payment-ahead-of-work",
            row.project_id,
            row.unit_id,
            row.name,
            row.ahead_wan,
            f"合同{row.contract_id}至{row.date:%Y-%m-%d}已付{row.paid_wan:,.2f}，"
            f"已核实工程量{row.work_done_wan:,.2f}，超出{row.ahead_wan:,.2f}",
            str(year.where("payments", row.row, "amount_wan")),
            rule.key,
            rule.basis,
        )
        for row in named.itertuples(index=False)
    )


__all__ = ["paid_against_work", "paid_ahead"]
