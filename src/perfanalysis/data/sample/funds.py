"""Tables ``funds`` and ``transfers`` of the made-up district."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from perfanalysis.data.sample.calendar import day_in
from perfanalysis.data.sample.model import Row, wan
from perfanalysis.data.sample.money import Money, Transfer
from perfanalysis.data.sample.planting import Planting


def fund_rows(money_of: Mapping[str, Money]) -> list[Row]:
    """Table ``funds``: one row a source; the sources add up to the project, never a total row."""
    rows: list[Row] = []
    for key, money in sorted(money_of.items()):
        fiscal = money.approved + money.adjusted
        from_carried = 0 if money.stale else min(money.carried_in, money.executed)
        left = money.executed - from_carried
        from_other = min(
            money.other, left * money.other // max(1, fiscal + money.other) // 100 * 100
        )
        from_fiscal = left - from_other
        unspent_carried = money.carried_in - from_carried
        carried_carried = min(money.carried_out, unspent_carried)
        carried_other = min(money.carried_out - carried_carried, money.other - from_other)
        short = money.annual - money.received
        fiscal_received = max(fiscal - short, from_fiscal)
        rows.append(
            _fund_row(
                key,
                "current_fiscal",
                money.approved,
                fiscal,
                fiscal_received,
                from_fiscal,
                0,
                money.carried_out - carried_carried - carried_other,
            )
        )
        if money.carried_in:
            carried = (money.carried_in, money.carried_in, from_carried, money.carried_in)
            rows.append(_fund_row(key, "carried_in", 0, *carried, carried_carried))
        if money.other:
            other = (money.other, money.other, money.other, from_other, 0, carried_other)
            rows.append(_fund_row(key, "other", *other))
    return rows


def _fund_row(
    key: str,
    source: str,
    initial: int,
    annual: int,
    received: int,
    executed: int,
    carried_in: int,
    carried_out: int,
) -> Row:
    return {
        "project_id": key,
        "fund_source": source,
        "initial_wan": wan(initial),
        "annual_wan": wan(annual),
        "received_wan": wan(received),
        "executed_wan": wan(executed),
        "carried_in_wan": wan(carried_in),
        "carried_out_wan": wan(carried_out),
    }


def transfer_rows(transfers: Sequence[Transfer], year: int, planting: Planting) -> list[Row]:
    """Table ``transfers``; some lack the approval."""
    rows: list[Row] = []
    for number, transfer in enumerate(transfers, 1):
        draw = planting.plan.stream("transfer", year, number)
        key = f"DJ{year}{number:03d}"
        rows.append(
            {
                "transfer_id": key,
                "from_project": transfer.source,
                "to_project": transfer.target,
                "amount_wan": wan(transfer.amount),
                "date": day_in(draw, year, draw.integer(5, 11)),
                "approved_document": f"示财预〔{year}〕{draw.integer(20, 90)}号"
                if transfer.approved
                else None,
            }
        )
        kind = "decoy:transfer-approved" if transfer.approved else "transfer-unapproved"
        subjects = [key, transfer.source, transfer.target]
        planting.record(kind, year, subjects, "transfers", f"调剂 {wan(transfer.amount)} 万元")
    return rows


__all__ = ["fund_rows", "transfer_rows"]
