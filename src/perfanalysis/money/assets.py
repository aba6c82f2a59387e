"""What became of the things that the money bought: idle assets, assets nobody looks after."""

from __future__ import annotations

import pandas as pd

from perfanalysis.data.flags import quoted
from perfanalysis.data.tables import YearData
from perfanalysis.money.hits import cells, hits
from perfanalysis.rules.values import RulesInForce


def asset_hits(year: YearData, rules: RulesInForce) -> pd.DataFrame:
    """Find assets that are long finished and not in use, and finished ones without upkeep.

    Parameters
    ----------
    year : YearData
        Table ``assets``.
    rules : RulesInForce
        ``assets.idle_days``: days from the day an asset was finished to the end of the budget
        year, from which it is to be in use.

    Returns
    -------
    DataFrame
        Hits (see `hits`) of ``asset-idle`` and ``upkeep-missing``, one an asset; ``money_wan`` is
        its value.
    """
    finished = year["assets"].dropna(subset=["finished"])
    rule = rules.get("assets.idle_days")
    waited = (pd.Timestamp(year.budget_year, 12, 31) - finished["finished"]).dt.days
    long = finished.assign(excess=waited / max(1, rule.value))
    idle = long[~finished["in_use"] & (waited >= rule.value)]
    neglected = finished[finished["upkeep"].isna()]
    unused = _found(idle, f"至年末已满{rule.value}天，没有投入使用")
    bare = _found(neglected, "没有后续管护安排")
    return pd.concat(
        [
            hits("asset-idle", unused, rows=_cells(year, idle, "in_use"), rule=rule),
            hits("upkeep-missing", bare, rows=_cells(year, neglected, "upkeep")),
        ],
        ignore_index=True,
    )


def _found(assets: pd.DataFrame, what: str) -> pd.DataFrame:
    seen = [
        f"资产{quoted(row.name)}已于{row.finished:%Y-%m-%d}完工，{what}"
        for row in assets.itertuples(index=False)
    ]
    return assets.assign(money_wan=assets["value_wan"], seen=seen)


def _cells(year: YearData, assets: pd.DataFrame, column: str) -> list[str]:
    return cells(year, "assets", [[row] for row in assets.index], column)


__all__ = ["asset_hits"]
