"""How the groups of a budget year paid, month by month, and the spread that they are seen in."""

from __future__ import annotations

import pandas as pd

from perfanalysis.data.lookup import texts_of
from perfanalysis.data.tables import YearData
from perfanalysis.money.contracts import ahead_of_work, paid_against_work
from perfanalysis.money.execution import Level, cumulative_curve, share_band
from perfanalysis.planning.forecast import NO_KIND, spending_kinds
from perfanalysis.rules.values import RulesInForce

PRINTED = 3
"""Decimals of a share that is printed as 12.3%."""


def paid_curves(year: YearData, *, by: Level) -> pd.DataFrame:
    """Cumulative payments, as a share of the annual budget, of the groups that paid anything.

    Returns
    -------
    DataFrame
        Rows of `cumulative_curve` whose ``share`` and ``paid_share`` are known. A unit that left
        money unspent ends the year under 1.
    """
    return cumulative_curve(year, by=by).dropna(subset=["share", "paid_share"])


def paid_band(curves: pd.DataFrame) -> pd.DataFrame:
    """Spread of `paid_curves`, see `share_band`; empty where nobody paid anything.

    To the thousandth that is printed: a page about one unit changes where its peers read otherwise.
    """
    return share_band(curves).round(PRINTED) if len(curves) else pd.DataFrame()


def project_curves(year: YearData) -> pd.DataFrame:
    """`paid_curves` of projects, with the ``kind`` of spending (`spending_kinds`)."""
    curves = paid_curves(year, by="project")
    return curves.assign(kind=texts_of(curves["key"], spending_kinds(year), missing=NO_KIND))


def kind_bands(curves: pd.DataFrame, *, least: int) -> pd.DataFrame:
    """Spread of `project_curves` by ``kind``, of kinds with at least `least` projects.

    To the thousandth, as `paid_band`.
    """
    counts = curves.groupby("kind")["key"].nunique()
    known = curves[curves["kind"].isin(counts.index[counts >= least])]
    if known.empty:
        shares = dict.fromkeys(("low", "middle", "high"), pd.Series(dtype="float64"))
        return pd.DataFrame(
            {"kind": pd.Series(dtype="str"), "month": pd.Series(dtype="int64"), **shares}
        )
    return share_band(known, by=["kind"]).round(PRINTED)


def contracts_ahead(year: YearData, rules: RulesInForce) -> pd.Series:
    """万元 that each contract was paid ahead of work at the worst, most first; see `ahead_of_work`.

    Only contracts that are further ahead than is tolerated.
    """
    ahead = ahead_of_work(paid_against_work(year["contracts"], year["payments"]), rules)
    most = ahead.groupby("contract_id")["ahead_wan"].max()
    return most.sort_values(ascending=False, kind="stable")


__all__ = ["contracts_ahead", "kind_bands", "paid_band", "paid_curves", "project_curves"]
