"""The yearly assessment of a unit's budget performance management (专项考核), with a ledger.

Each item asks of how many cases (targets, warnings, findings …) a unit did what was due. An item
without a case does not count: the score is what was kept of the points that could be had. What
counts, and for how much, is a rule of the district; no national document fixes it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from perfanalysis.rules.values import RulesInForce
from perfanalysis.scoring.exact import HUNDREDTHS, share_half_up

ITEMS = ("targets", "warnings", "self_evaluation", "results", "rectification", "publication")
CASE_COLUMNS = ("unit_id", "item", "got", "full", "what", "where")
LEDGER_COLUMNS = (
    "unit_id",
    "item",
    "full",
    "kept",
    "lost",
    "reason",
    "rule",
    "basis",
    "source_cell",
)
SHOWN = 3
"""Cases that a reason names; the others are counted."""


@dataclass(frozen=True)
class Assessment:
    """The assessment of a year.

    Attributes
    ----------
    units : DataFrame
        One row a unit, in the order given: ``unit_id``, a column an item of `ITEMS` (points kept,
        missing where nothing was due), ``possible`` and ``kept`` (points), ``score`` (of 100, two
        digits; missing where too little could be assessed), ``refused_reason``.
    ledger : DataFrame
        `LEDGER_COLUMNS`: one line a unit and item that lost points.
    """

    units: pd.DataFrame
    ledger: pd.DataFrame


def assess_units(units: pd.Series, cases: pd.DataFrame, rules: RulesInForce) -> Assessment:
    """Assess each unit by what it did of what was due.

    Parameters
    ----------
    units : Series of str
        Ids of the units to assess.
    cases : DataFrame
        `CASE_COLUMNS`: what was due to the unit under an item, ``got`` of ``full`` (any unit of
        measure, the same within an item), what it is about (Chinese) and the cell.
    rules : RulesInForce
        ``assessment.points`` (by item), ``assessment.least`` (points that must be possible).

    Returns
    -------
    Assessment

    Notes
    -----
    An item keeps ``points × Σ got ÷ Σ full``, rounded half up to 0.01; the score is
    ``100 × kept ÷ possible``, rounded likewise.
    """
    points: Mapping[str, float] = rules.value("assessment.points")
    sums = cases.groupby(["unit_id", "item"])[["got", "full"]].sum()
    sums = sums[sums["full"] > 0].reset_index()
    sums = sums[sums["unit_id"].isin(units)]
    full = (sums["item"].map(points).to_numpy("float64") * HUNDREDTHS).round().astype(np.int64)
    kept = share_half_up(full, sums["got"].to_numpy("float64"), sums["full"].to_numpy("float64"))
    sums = sums.assign(points=full, kept=kept)
    return Assessment(_units(units, sums, rules), _ledger(sums, cases, rules))


def _units(units: pd.Series, sums: pd.DataFrame, rules: RulesInForce) -> pd.DataFrame:
    """Points by item in a row a unit, and the score."""
    kept = sums.pivot(index="unit_id", columns="item", values="kept")
    kept = kept.reindex(index=units, columns=list(ITEMS))
    totals = sums.groupby("unit_id")[["points", "kept"]].sum().reindex(units).fillna(0)
    possible, own = (totals[name].to_numpy("float64") for name in ("points", "kept"))
    enough = possible >= rules.value("assessment.least") * HUNDREDTHS
    hundred = np.full(len(units), 100 * HUNDREDTHS, dtype=np.int64)
    score = share_half_up(hundred, np.where(enough, own, 0.0), np.where(enough, possible, 1.0))
    table = (kept.astype("float64") / HUNDREDTHS).rename_axis(columns=None)
    table = table.rename_axis("unit_id").reset_index()
    reasons = [
        "" if well else f"可考核的只有{part / HUNDREDTHS:g}分，不给总分"
        for well, part in zip(enough, possible, strict=True)
    ]
    return table.assign(
        possible=possible / HUNDREDTHS,
        kept=own / HUNDREDTHS,
        score=np.where(enough, score / HUNDREDTHS, np.nan),
        refused_reason=reasons,
    )


def _ledger(sums: pd.DataFrame, cases: pd.DataFrame, rules: RulesInForce) -> pd.DataFrame:
    """A line for each item that lost points, naming the cases that lost most."""
    rule = rules.get("assessment.points")
    short = cases.assign(missed=1 - cases["got"] / cases["full"]).query("missed > 0")
    short = short.sort_values("missed", ascending=False, kind="stable")
    by_case = dict(iter(short.groupby(["unit_id", "item"], sort=False)))
    order = sums.assign(place=sums["item"].map(ITEMS.index))
    order = order[order["kept"] < order["points"]].sort_values(["unit_id", "place"])
    lines = []
    for row in order.itertuples(index=False):
        own = by_case[row.unit_id, row.item]
        named = [*own["what"].head(SHOWN)]
        if len(own) > SHOWN:
            named.append(f"另有{len(own) - SHOWN}项")
        cells = "；".join(dict.fromkeys(own["where"].head(SHOWN)))
        lines.append(
            (
                row.unit_id,
                row.item,
                row.points / HUNDREDTHS,
                row.kept / HUNDREDTHS,
                (row.points - row.kept) / HUNDREDTHS,
                "；".join(named),
                rule.key,
                rule.basis,
                cells,
            )
        )
    return pd.DataFrame(lines, columns=list(LEDGER_COLUMNS))


__all__ = ["CASE_COLUMNS", "ITEMS", "LEDGER_COLUMNS", "Assessment", "assess_units"]
