"""What was paid against verified work and the terms of the contract."""

from __future__ import annotations

import pandas as pd

from perfanalysis.data.tables import YearData
from perfanalysis.errors import RuleNotInForceError
from perfanalysis.money.hits import cells, hits
from perfanalysis.rules.values import RulesInForce

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


def ahead_of_work(compared: pd.DataFrame, rules: RulesInForce) -> pd.DataFrame:
    """The payments of `paid_against_work` that went further beyond the work than is tolerated."""
    tolerance = rules.value("payments.ahead_tolerance") * compared["signed_wan"]
    return compared[compared["ahead_wan"] > tolerance]


def contract_curves(year: YearData) -> pd.DataFrame:
    """What was paid under each measured contract, and the work verified, month by month.

    Parameters
    ----------
    year : YearData
        Tables ``contracts``, ``payments``.

    Returns
    -------
    DataFrame
        Twelve rows a contract with a sum, sorted by ``contract_id`` and ``month``: ``project_id``,
        ``signed_wan``, ``paid_wan`` and ``due_wan`` (work verified + the agreed advance) at the end
        of the month, 万元; ``paid_share`` and ``due_share`` of the contract sum. As in
        `paid_against_work`, no work is verified before the first measurement.
    """
    measured = year["contracts"].dropna(subset=["date", "contract_id", "work_done_wan"])
    measured = measured[measured["signed_wan"] > 0].sort_values("date", kind="stable")
    first = measured.drop_duplicates("contract_id").set_index("contract_id")
    ends = pd.date_range(f"{year.budget_year}-01-01", periods=12, freq="ME")
    months = pd.DataFrame({"month": range(1, 13), "date": ends.astype(measured["date"].dtype)})
    grid = first[["project_id"]].reset_index().merge(months, how="cross")
    grid = grid.sort_values(["date", "contract_id"], kind="stable")
    paid = year["payments"].dropna(subset=["contract_id", "date", "amount_wan"])
    paid = paid.sort_values("date", kind="stable")
    paid = paid.assign(paid_wan=paid.groupby("contract_id")["amount_wan"].cumsum())
    parts = (
        measured[["date", "contract_id", *_MEASURED]],
        paid[["date", "contract_id", "paid_wan"]],
    )
    for part in parts:
        grid = pd.merge_asof(grid, part, on="date", by="contract_id")
    terms = first.assign(work_done_wan=0.0).reindex(grid["contract_id"]).set_axis(grid.index)
    grid[_MEASURED] = grid[_MEASURED].where(grid["work_done_wan"].notna(), terms[_MEASURED])
    grid = grid.assign(
        paid_wan=grid["paid_wan"].fillna(0.0),
        due_wan=grid["work_done_wan"] + grid["advance_wan"].fillna(0.0),
    )
    shares = {f"{each}_share": grid[f"{each}_wan"] / grid["signed_wan"] for each in ("paid", "due")}
    grid = grid.assign(**shares).sort_values(["contract_id", "month"], ignore_index=True)
    order = ["contract_id", "project_id", "month", "signed_wan", "paid_wan", "due_wan", *shares]
    return grid[order]


def contract_hits(year: YearData, rules: RulesInForce, compared: pd.DataFrame) -> pd.DataFrame:
    """Compare payments with the terms of each contract.

    Parameters
    ----------
    year : YearData
        Tables ``contracts``, ``payments``.
    rules : RulesInForce
        ``payments.ahead_tolerance`` (share of the contract sum) and ``contracts.*``; advance and
        progress are judged by the rule in force on the contract's first date.
    compared : DataFrame
        `paid_against_work` of these tables.

    Returns
    -------
    DataFrame
        Hits (see `hits`) of ``payment-ahead-of-work``, ``payment-over-contract``,
        ``payment-before-acceptance``, ``retention-not-kept``, ``advance-over-terms``,
        ``retention-over-terms`` and ``progress-underpaid``; one a contract and check.

    References
    ----------
    财建〔2004〕369号 (advance, progress)；财建〔2022〕183号 (progress)；建质〔2017〕138号
    (retention)：转述，未与原文核对。
    """
    terms = contract_terms(year["contracts"], rules)
    paid = compared.drop(columns=_MEASURED).join(
        terms.drop(columns=["project_id", "row"]), on="contract_id"
    )
    paid = paid.dropna(subset=["signed_wan"])
    tolerance = rules.value("payments.ahead_tolerance") * paid["signed_wan"]
    kept = paid["signed_wan"] * (1 - paid["retention"])
    accepted = paid["acceptance_date"] <= paid["date"]
    warranty = paid["acceptance_date"] + pd.DateOffset(
        months=rules.value("contracts.warranty_months")
    )
    over = paid.assign(beyond=paid["paid_wan"] - paid["signed_wan"], limit=paid["signed_wan"])
    early = paid.assign(beyond=paid["paid_wan"] - kept, limit=kept)
    beyond_kept = (early["beyond"] > tolerance) & (over["beyond"] <= tolerance)
    return pd.concat(
        [
            _ahead(year, rules, compared),
            _beyond(year, rules, "payment-over-contract", over[over["beyond"] > tolerance]),
            _beyond(
                year,
                rules,
                "payment-before-acceptance",
                early[(early["beyond"] > tolerance) & ~accepted],
            ),
            _beyond(
                year,
                rules,
                "retention-not-kept",
                early[beyond_kept & accepted & (early["date"] < warranty)],
            ),
            _over_terms(year, rules, terms, "advance_most", "advance-over-terms"),
            _over_terms(year, rules, terms, "retention_most", "retention-over-terms"),
            _underpaid(year, rules, terms, compared),
        ],
        ignore_index=True,
    )


def contract_terms(contracts: pd.DataFrame, rules: RulesInForce) -> pd.DataFrame:
    """Terms and last state of each contract, with the limits in force on its first date.

    Returns
    -------
    DataFrame
        Index ``contract_id``: ``project_id``, ``date`` of the last measurement as ``measured``,
        ``signed_wan``, ``work_done_wan``, ``advance_wan``, ``acceptance_date`` (the first one),
        ``retention`` (ratio, the rule's where none is stated), ``retention_rate`` as stated,
        ``advance_most``, ``progress_least``, ``retention_most`` (ratios), ``row`` (index of the
        last row).
    """
    ordered = contracts.dropna(subset=["date"]).sort_values("date", kind="stable")
    ordered = ordered.assign(row=ordered.index)
    groups = ordered.groupby("contract_id")
    terms = groups[["project_id", "date", *_MEASURED, "retention_rate", "row"]].last()
    terms = terms.rename(columns={"date": "measured"}).assign(
        acceptance_date=groups["acceptance_date"].min(),
        retention=terms["retention_rate"].fillna(rules.value("contracts.retention_default")),
    )
    first = groups["date"].min()
    for name in ("advance_most", "progress_least", "retention_most"):
        limits = {day: _limit(rules, f"contracts.{name}", day) for day in first.unique()}
        terms[name] = first.map(limits).astype("float64")
    return terms


def _limit(rules: RulesInForce, key: str, day: pd.Timestamp) -> float:
    """The rule in force on a contract's first date; the evaluation's where none was yet."""
    try:
        return float(rules.rules[key].on(day.date()).value)
    except RuleNotInForceError:
        return float(rules.value(key))


def _ahead(year: YearData, rules: RulesInForce, compared: pd.DataFrame) -> pd.DataFrame:
    rule = rules.get("payments.ahead_tolerance")
    ahead = ahead_of_work(compared, rules)
    worst = ahead.sort_values(["ahead_wan", "contract_id"], ascending=[False, True])
    worst = worst.drop_duplicates("contract_id")
    allowed = worst["paid_wan"] - worst["ahead_wan"]
    seen = [
        f"合同{row.contract_id}至{row.date:%Y-%m-%d}已付{row.paid_wan:,.2f}，已核实工程量"
        f"{row.work_done_wan:,.2f}，约定预付款{row.advance:,.2f}，超出{row.ahead_wan:,.2f}"
        for row in worst.assign(advance=worst["advance_wan"].fillna(0.0)).itertuples()
    ]
    found = worst.assign(
        money_wan=worst["ahead_wan"],
        excess=worst["paid_wan"] / allowed.where(allowed > 0),
        seen=seen,
    )
    rows = cells(year, "payments", [[row] for row in worst.index], "amount_wan")
    return hits("payment-ahead-of-work", found, rows=rows, rule=rule)


_SAID = {
    "payment-over-contract": "超过合同金额{limit:,.2f}，没有补充合同",
    "payment-before-acceptance": "除质保金外的合同款{limit:,.2f}已付清，而此时{state}",
    "retention-not-kept": "质保期内只应付{limit:,.2f}（{state}），质保金没有留足",
}


def _beyond(year: YearData, rules: RulesInForce, check: str, paid: pd.DataFrame) -> pd.DataFrame:
    """Contracts at the payment that first went beyond a limit, and how far it went in the end."""
    first = paid.drop_duplicates("contract_id")
    last = paid.drop_duplicates("contract_id", keep="last").set_index("contract_id")["beyond"]
    first = first.assign(money_wan=first["contract_id"].map(last))
    seen = [
        f"合同{row.contract_id}至{row.date:%Y-%m-%d}已付{row.paid_wan:,.2f}，"
        + _SAID[check].format(limit=row.limit, state=_state(row.acceptance_date))
        for row in first.itertuples()
    ]
    found = first.assign(excess=first["paid_wan"] / first["limit"].where(first["limit"] > 0))
    rows = cells(year, "payments", [[row] for row in first.index], "amount_wan")
    rule = rules.get("payments.ahead_tolerance")
    return hits(check, found.assign(seen=seen), rows=rows, rule=rule)


def _state(accepted: pd.Timestamp) -> str:
    return "尚无验收日期" if pd.isna(accepted) else f"{accepted:%Y-%m-%d}验收"


def _over_terms(
    year: YearData, rules: RulesInForce, terms: pd.DataFrame, limit: str, check: str
) -> pd.DataFrame:
    """Contracts that agree on more than a document allows."""
    if limit == "advance_most":
        agreed, column, what = terms["advance_wan"] / terms["signed_wan"], "advance_wan", "预付款"
    else:
        agreed, column, what = terms["retention_rate"], "retention_rate", "质保金"
    rule = rules.get(f"contracts.{limit}")
    over = terms.assign(agreed=agreed)[(agreed > terms[limit] + 1e-9) & (terms["signed_wan"] > 0)]
    seen = [
        f"合同{row.Index}约定{what}占合同金额{row.agreed:.1%}，高于{getattr(row, limit):.0%}"
        for row in over.itertuples()
    ]
    found = over.assign(
        money_wan=(over["agreed"] - over[limit]) * over["signed_wan"],
        excess=over["agreed"] / over[limit],
        seen=seen,
    )
    return hits(
        check, found, rows=cells(year, "contracts", [[r] for r in over["row"]], column), rule=rule
    )


def _underpaid(
    year: YearData, rules: RulesInForce, terms: pd.DataFrame, compared: pd.DataFrame
) -> pd.DataFrame:
    """Contracts whose verified work was paid less than the least share by the end of the year."""
    rule = rules.get("contracts.progress_least")
    state = terms.assign(paid=compared.groupby("contract_id")["paid_wan"].last())
    state = state.assign(paid=state["paid"].fillna(0.0))
    due = state["progress_least"] * state["work_done_wan"]
    tolerance = rules.value("payments.ahead_tolerance") * state["signed_wan"]
    under = state.assign(due=due)[due - state["paid"] > tolerance]
    seen = [
        f"合同{row.Index}已核实工程量{row.work_done_wan:,.2f}，全年已付{row.paid:,.2f}，"
        f"不足其{row.progress_least:.0%}"
        for row in under.itertuples()
    ]
    found = under.assign(
        money_wan=under["due"] - under["paid"],
        excess=under["due"] / under["paid"].where(under["paid"] > 0),
        seen=seen,
    )
    rows = cells(year, "contracts", [[row] for row in under["row"]], "work_done_wan")
    return hits("progress-underpaid", found, rows=rows, rule=rule)


__all__ = [
    "ahead_of_work",
    "contract_curves",
    "contract_hits",
    "contract_terms",
    "paid_against_work",
]
