"""What units published of their budgets and performance, and what they did not."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pandas as pd

from perfanalysis.data.tables import YearData


def publication_coverage(year: YearData, kinds: Sequence[str], *, day: date) -> pd.DataFrame:
    """Which documents each unit published by a day.

    Parameters
    ----------
    year : YearData
        ``units``, ``publication``.
    kinds : sequence of str
        Codes of the kinds that are asked of every unit.
    day : date

    Returns
    -------
    DataFrame
        One row a unit and kind, in the order of the table and of `kinds`: ``unit_id``, ``kind``,
        ``published`` (earliest date; missing where the unit has none with a date by `day`),
        ``where`` (cell of that date; of the document's row where it has none by `day`, and of
        the unit where no row stands for it).
    """
    units, table = year["units"], year["publication"]
    known = table[table["date"].notna() & (table["date"] <= pd.Timestamp(day))]
    first = (
        known.rename_axis("row")
        .reset_index()
        .sort_values(["date", "row"])
        .drop_duplicates(["unit_id", "kind"])
        .set_index(["unit_id", "kind"])
    )
    listed = table.drop_duplicates(["unit_id", "kind"]).rename_axis("row").reset_index()
    listed = listed.set_index(["unit_id", "kind"])["row"]
    rows = []
    for place, unit in units["unit_id"].items():
        for kind in kinds:
            if (unit, kind) in first.index:
                own = first.loc[(unit, kind)]
                where = year.where("publication", own["row"], "date")
                rows.append((unit, kind, own["date"], str(where)))
            elif (unit, kind) in listed.index:
                where = year.where("publication", listed[(unit, kind)], "date")
                rows.append((unit, kind, pd.NaT, str(where)))
            else:
                rows.append((unit, kind, pd.NaT, str(year.where("units", place, "unit_id"))))
    columns = ["unit_id", "kind", "published", "where"]
    return pd.DataFrame(rows, columns=columns).astype({"published": "datetime64[us]"})


__all__ = ["publication_coverage"]
