"""How the groups of a budget year paid, month by month, and the spread that they are seen in."""

from __future__ import annotations

import pandas as pd

from perfanalysis.data.tables import YearData
from perfanalysis.money.execution import Level, cumulative_curve, share_band

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


__all__ = ["paid_band", "paid_curves"]
