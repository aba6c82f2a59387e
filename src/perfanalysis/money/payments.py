"""Single payments that need a second look: split, paid twice, round, outside working days."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from perfanalysis.data.flags import quoted
from perfanalysis.data.tables import YearData
from perfanalysis.money.hits import cells, hits
from perfanalysis.rules.values import RulesInForce

SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Found:
    """Hits of payment checks, and how many of each to expect by coincidence.

    Attributes
    ----------
    hits : DataFrame
        See `perfanalysis.money.hits.hits`.
    looked : dict of str to int
        Number of cases that each check looked at.
    expected : dict of str to float
        Number of hits that a placebo beside each heuristic gives.
    """

    hits: pd.DataFrame
    looked: dict[str, int]
    expected: dict[str, float]


def payment_hits(year: YearData, rules: RulesInForce) -> Found:
    """Look at payments one by one and in small groups.

    Parameters
    ----------
    year : YearData
        Tables ``projects``, ``payments``.
    rules : RulesInForce
        ``payments.*``.

    Returns
    -------
    Found
        Of ``payment-split``, ``payment-duplicate``, ``payment-round``, ``payment-outside-year``
        and ``payment-weekend``. What to expect by coincidence comes from a placebo: groups just
        above the limit; equal payments in the next stretch of the same length; whole 万元 that are
        no multiple of the step, scaled.
    """
    units = year["projects"].set_index("project_id")["unit_id"]
    paid = year["payments"].dropna(subset=["date", "amount_wan"])
    paid = paid[paid["amount_wan"] > 0]
    paid = paid.assign(unit_id=units.reindex(paid["project_id"]).to_numpy())
    free = paid[paid["contract_id"].isna()]
    split, split_placebo = _split(year, rules, free)
    twice, twice_placebo = _duplicates(year, rules, paid)
    whole, whole_placebo = _round(year, rules, free)
    found = [split, twice, whole, _outside(year, paid), _weekend(year, rules, paid)]
    return Found(
        pd.concat(found, ignore_index=True),
        {
            "payment-split": len(free),
            "payment-duplicate": len(paid),
            "payment-round": len(free),
            "payment-outside-year": len(paid),
            "payment-weekend": len(paid),
        },
        {
            "payment-split": float(split_placebo),
            "payment-duplicate": float(twice_placebo),
            "payment-round": whole_placebo,
        },
    )


def split_groups(
    paid: pd.DataFrame,
    *,
    limits: tuple[float, ...],
    band: float,
    count: int,
    days: int,
    above: bool,
) -> pd.Series:
    """Number the groups of payments just under (or, as a placebo, just above) a limit.

    Parameters
    ----------
    paid : DataFrame
        ``project_id``, ``payee``, ``date``, ``amount_wan``; any index.
    limits : tuple of float
        In 万元.
    band : float
        Width of “just”, a share of the limit.
    count, days : int
        So many payments of one project to one payee within so many days make a group.
    above : bool
        Take amounts from the limit to limit × (1 + band) instead.

    Returns
    -------
    Series
        The payments that are in a group (index kept) and the number of the group.
    """
    steps = np.sort(np.asarray(limits, dtype="float64"))
    amounts = paid["amount_wan"].to_numpy()
    if above:
        place = np.searchsorted(steps, amounts, side="right") - 1
        limit = steps[np.clip(place, 0, None)]
        near = (place >= 0) & (amounts < limit * (1 + band))
    else:
        place = np.searchsorted(steps, amounts, side="right")
        limit = steps[np.clip(place, None, len(steps) - 1)]
        near = (place < len(steps)) & (amounts >= limit * (1 - band))
    kept = paid.assign(limit=limit)[near]
    kept = kept.sort_values(["project_id", "payee", "limit", "date"], kind="stable")
    keys = kept.groupby(["project_id", "payee", "limit"], sort=False).ngroup()
    ends = kept["date"].shift(1 - count)
    full = (keys.shift(1 - count) == keys) & ((ends - kept["date"]).dt.days <= days)
    member = full.copy()
    for step in range(1, count):
        member |= full.shift(step, fill_value=False)
    return keys[member]


def _split(year: YearData, rules: RulesInForce, free: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    rule = rules.get("payments.split_limits")
    named = {name: rules.value(f"payments.split_{name}") for name in ("band", "count", "days")}
    limits = tuple(float(each) for each in rule.value)
    inside = free[free["date"].dt.year == year.budget_year]
    groups = split_groups(inside, limits=limits, above=False, **named)
    placebo = split_groups(inside, limits=limits, above=True, **named)
    rows = inside.loc[groups.index].assign(group=groups, row=groups.index)
    table = rows.groupby("group").agg(
        project_id=("project_id", "first"),
        payee=("payee", "first"),
        number=("row", "size"),
        first=("date", "min"),
        last=("date", "max"),
        largest=("amount_wan", "max"),
        money_wan=("amount_wan", "sum"),
        rows=("row", list),
    )
    steps = np.sort(np.asarray(limits))
    limit = steps[np.searchsorted(steps, table["largest"].to_numpy(), side="right")]
    seen = [
        f"{row.first:%Y-%m-%d}至{row.last:%Y-%m-%d}向{quoted(row.payee)}付款{row.number}笔共"
        f"{row.money_wan:,.2f}，每笔略低于{row.limit:g}"
        for row in table.assign(limit=limit).itertuples()
    ]
    found = table.assign(excess=table["money_wan"] / limit, seen=seen)
    at = cells(year, "payments", table["rows"], "amount_wan")
    return hits("payment-split", found, rows=at, rule=rule), placebo.nunique()


def _duplicates(
    year: YearData, rules: RulesInForce, paid: pd.DataFrame
) -> tuple[pd.DataFrame, int]:
    rule = rules.get("payments.duplicate_days")
    same = ["unit_id", "payee", "amount_wan"]
    alike = paid[paid.duplicated(same, keep=False)]
    alike = alike.sort_values([*same, "date"], kind="stable")
    keys = alike.groupby(same, sort=False).ngroup()
    gap = (alike["date"] - alike["date"].shift()).dt.days.where(keys == keys.shift())
    placebo = int(((gap > rule.value) & (gap <= 2 * rule.value)).sum())
    again = gap <= rule.value
    alike = alike.assign(run=(~again).cumsum(), row=alike.index)
    runs = alike[alike["run"].isin(alike.loc[again, "run"])]
    table = runs.groupby("run").agg(
        project_id=("project_id", "first"),
        projects=("project_id", "nunique"),
        payee=("payee", "first"),
        amount=("amount_wan", "first"),
        number=("row", "size"),
        first=("date", "min"),
        last=("date", "max"),
        rows=("row", list),
    )
    seen = [
        f"{row.first:%Y-%m-%d}至{row.last:%Y-%m-%d}向{quoted(row.payee)}付同一金额{row.amount:,.2f}"
        f"共{row.number}笔" + ("，分在两个以上项目" if row.projects > 1 else "")
        for row in table.itertuples()
    ]
    found = table.assign(
        money_wan=table["amount"] * (table["number"] - 1), excess=table["number"], seen=seen
    )
    at = cells(year, "payments", table["rows"], "amount_wan")
    return hits("payment-duplicate", found, rows=at, rule=rule), placebo


def _round(year: YearData, rules: RulesInForce, free: pd.DataFrame) -> tuple[pd.DataFrame, float]:
    rule, least = rules.get("payments.round_step"), rules.value("payments.round_least")
    large = free[free["amount_wan"] >= least]
    same = ["project_id", "budget_line", "amount_wan"]
    times = large.groupby(same, dropna=False)["payment_id"].transform("size")
    large = large[times < rules.value("payments.round_repeats")]
    micro = np.rint(large["amount_wan"] * 1_000_000).astype("int64")
    step = round(rule.value * 1_000_000)
    whole = large[micro % step == 0]
    others = int(((micro % 1_000_000 == 0) & (micro % step != 0)).sum())
    seen = [
        f"{row.date:%Y-%m-%d}无合同支付整数金额{row.amount_wan:,.2f}给{quoted(row.payee)}，"
        f"用途{quoted(row.purpose)}"
        for row in whole.itertuples()
    ]
    found = whole.assign(money_wan=whole["amount_wan"], excess=whole["amount_wan"] / least)
    at = cells(year, "payments", [[row] for row in whole.index], "amount_wan")
    table = hits("payment-round", found.assign(seen=seen), rows=at, rule=rule)
    return table, others / max(1.0, rule.value - 1)


def _outside(year: YearData, paid: pd.DataFrame) -> pd.DataFrame:
    outside = paid[paid["date"].dt.year != year.budget_year]
    seen = [
        f"{row.date:%Y-%m-%d}支付{row.amount_wan:,.2f}，不在{year.budget_year}预算年度内"
        for row in outside.itertuples()
    ]
    at = cells(year, "payments", [[row] for row in outside.index], "date")
    found = outside.assign(money_wan=outside["amount_wan"], seen=seen)
    return hits("payment-outside-year", found, rows=at)


def _weekend(year: YearData, rules: RulesInForce, paid: pd.DataFrame) -> pd.DataFrame:
    rule = rules.get("payments.make_up_workdays")
    worked = pd.to_datetime([str(day) for day in rule.value])
    free_day = (paid["date"].dt.day_of_week >= SATURDAY) & ~paid["date"].isin(worked)
    days = paid[free_day].assign(row=lambda frame: frame.index)
    table = days.groupby("project_id", as_index=False).agg(
        number=("row", "size"), money_wan=("amount_wan", "sum"), rows=("row", list)
    )
    seen = [
        f"周末付款{row.number}笔共{row.money_wan:,.2f}，请核对是否调休上班"
        for row in table.itertuples()
    ]
    at = cells(year, "payments", table["rows"], "date")
    return hits("payment-weekend", table.assign(seen=seen), rows=at, rule=rule)


__all__ = ["Found", "payment_hits", "split_groups"]
