"""Where a unit stands among the units of its sector, as far as few years can tell."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from perfanalysis.errors import DataError
from perfanalysis.scoring.shrinkage import shrink_means

LEAST_PEERS = 3
"""Units of a sector, this one included, under which no place is given."""
COLUMNS = (
    "unit_id",
    "name",
    "sector",
    "peers",
    "years",
    "raw",
    "mean",
    "low",
    "high",
    "rank_low",
    "rank_high",
)


def place_units(years: Sequence[pd.DataFrame], *, level: float = 0.95) -> pd.DataFrame:
    """Pool the scores of each unit over years towards its sector, with intervals of the ranks.

    Parameters
    ----------
    years : sequence of DataFrame
        ``UnitScores.units`` of budget years, the one that is reported first: its sectors count.
    level : float
        Of the intervals.

    Returns
    -------
    DataFrame
        `COLUMNS`, one row a unit that can be placed: ``peers`` (units of its sector with a score,
        itself included), ``years`` (with a score), ``raw`` (mean score, points of 100), ``mean``,
        ``low``, ``high`` (shrunken, see `shrink_means`), ``rank_low``, ``rank_high`` (1 is the
        highest of the sector). Sectors with fewer than `LEAST_PEERS` units, or in which no unit
        has two scores, are left out: nothing tells chance from difference there.
    """
    empty = pd.DataFrame(columns=list(COLUMNS))
    if not years:
        return empty
    now = years[0].set_index("unit_id")
    scores = pd.concat([year[["unit_id", "score"]] for year in years]).dropna()
    scores = scores.assign(sector=scores["unit_id"].map(now["sector"]))
    found = []
    for sector, own in scores.groupby("sector", sort=True):
        if own["unit_id"].nunique() < LEAST_PEERS:
            continue
        try:
            places = shrink_means(own["score"], own["unit_id"].to_numpy("str"), level=level).table
        except DataError:
            continue
        places = places.rename(columns={"group": "unit_id", "n": "years"})
        found.append(places.assign(sector=sector, peers=len(places)))
    if not found:
        return empty
    table = pd.concat(found, ignore_index=True)
    return table.assign(name=table["unit_id"].map(now["name"]))[list(COLUMNS)]


__all__ = ["COLUMNS", "LEAST_PEERS", "place_units"]
