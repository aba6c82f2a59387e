"""What became of the things that the money bought: idle assets, assets nobody looks after."""

from __future__ import annotations

import pandas as pd

from perfanalysis.data.flags import flags_frame, quoted
from perfanalysis.data.tables import YearData
from perfanalysis.rules.values import RulesInForce


def asset_flags(year: YearData, rules: RulesInForce) -> pd.DataFrame:
    """Flag assets that are long finished and not in use, and finished ones without upkeep.

    Parameters
    ----------
    year : YearData
        Tables ``projects``, ``assets``.
    rules : RulesInForce
        ``assets.idle_days``: days from the day an asset was finished to the end of the budget
        year, from which it is to be in use.

    Returns
    -------
    DataFrame
        Flags of kinds ``asset-idle`` and ``upkeep-missing``; ``amount_wan`` is the value of the
        asset; largest first within a kind.
    """
    projects = year["projects"][["project_id", "unit_id", "name"]]
    finished = year["assets"].dropna(subset=["finished"]).rename_axis("row").reset_index()
    finished = finished.rename(columns={"name": "asset"}).merge(projects, on="project_id")
    finished = finished.sort_values(["value_wan", "asset_id"], ascending=[False, True])
    rule = rules.get("assets.idle_days")
    waited = (pd.Timestamp(year.budget_year, 12, 31) - finished["finished"]).dt.days
    idle = finished[~finished["in_use"] & (waited >= rule.value)]
    neglected = finished[finished["upkeep"].isna()]
    unused = f"至年末已满{rule.value}天，没有投入使用"
    return flags_frame(
        [
            *_rows(year, idle, "asset-idle", "in_use", unused, rule.key, rule.basis),
            *_rows(year, neglected, "upkeep-missing", "upkeep", "没有后续管护安排", "", ""),
        ]
    )


def _rows(
    year: YearData, assets: pd.DataFrame, kind: str, column: str, seen: str, rule: str, basis: str
) -> list[tuple[object, ...]]:
    return [
        (
            kind,
            row.project_id,
            row.unit_id,
            row.name,
            row.value_wan,
            f"资产{quoted(row.asset)}已于{row.finished:%Y-%m-%d}完工，{seen}",
            str(year.where("assets", row.row, column)),
            rule,
            basis,
        )
        for row in assets.itertuples(index=False)
    ]


__all__ = ["asset_flags"]
