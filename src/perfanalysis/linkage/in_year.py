"""Money moved within the year: what monitoring says will not be spent goes where it is short."""

from __future__ import annotations

import numpy as np
import pandas as pd

from perfanalysis.data.tables import YearData
from perfanalysis.linkage.amounts import MICRO, micro, scaled_down, share_of
from perfanalysis.money.execution import project_funds
from perfanalysis.rules.values import RulesInForce

_SOURCES = ("unit", "third_party")  # later ones are believed before earlier ones


def propose_in_year(year: YearData, rules: RulesInForce) -> pd.DataFrame:
    """Propose what to recover and redeploy within the monitored year.

    Parameters
    ----------
    year : YearData
        With ``projects``, ``funds`` and ``monitoring_funds``.
    rules : RulesInForce
        With ``link.in_year``.

    Returns
    -------
    DataFrame
        One row a monitored project whose expected spending differs from its budget: project_id,
        unit_id, name, fund_kind, month (of the last forecast), source, annual_wan, expected_wan,
        recover_wan, redeploy_wan (万元; each ≥ 0). Inside each fund kind no more is given than is
        recovered; where that is short it is shared in proportion to what is missing.
    """
    share = float(rules.value("link.in_year")["recover_share"])
    forecast = _forecasts(year["monitoring_funds"])
    money = project_funds(year["funds"])["annual_wan"]
    projects = year["projects"].loc[year["projects"]["is_monitored"]]
    table = projects[["project_id", "unit_id", "name", "fund_kind"]].merge(
        forecast, on="project_id"
    )
    table["annual_wan"] = money.reindex(table["project_id"]).to_numpy()
    table = table.dropna(subset=["annual_wan", "expected_wan"]).reset_index(drop=True)
    gap = micro(table["annual_wan"]) - micro(table["expected_wan"])
    recover = share_of(np.maximum(gap, 0), share)
    given = np.zeros(len(table), dtype=np.int64)
    for rows in table.groupby("fund_kind", observed=True).indices.values():
        given[rows] = scaled_down(np.maximum(-gap[rows], 0), int(recover[rows].sum()))
    moved = table.assign(recover_wan=recover / MICRO, redeploy_wan=given / MICRO).loc[gap != 0]
    order = [
        "project_id", "unit_id", "name", "fund_kind", "month", "source", "annual_wan",
        "expected_wan", "recover_wan", "redeploy_wan",
    ]  # fmt: skip
    return moved[order].reset_index(drop=True)


def _forecasts(monitoring: pd.DataFrame) -> pd.DataFrame:
    """The last forecast of each project; of one month, the third party's."""
    known = monitoring.loc[monitoring["expected_year_end_wan"].notna()]
    known = known.assign(rank=known["source"].astype("object").map(_SOURCES.index))
    last = known.sort_values(["month", "rank"], kind="stable").drop_duplicates(
        "project_id", keep="last"
    )
    table = last[["project_id", "month", "source", "expected_year_end_wan"]]
    return table.rename(columns={"expected_year_end_wan": "expected_wan"})


__all__ = ["propose_in_year"]
