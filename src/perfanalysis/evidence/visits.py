"""Site visits: reported against verified, what to visit, and what a sample of visits supports."""

from __future__ import annotations

from dataclasses import dataclass
from zlib import crc32

import numpy as np
import pandas as pd
from scipy import stats

from perfanalysis.data.tables import YearData
from perfanalysis.errors import ParameterError


def checked_items(visits: pd.DataFrame) -> pd.DataFrame:
    """Each item checked on site: what was reported, what was found.

    Parameters
    ----------
    visits : DataFrame
        Table ``site_visits``.

    Returns
    -------
    DataFrame
        The table with ``ratio`` (verified ÷ reported, missing where nothing was reported or
        counted), ``shortfall`` (reported − verified, in the item's unit) and ``agrees``.
    """
    reported, verified = visits["reported"], visits["verified"]
    known = reported.notna() & verified.notna()
    return visits.assign(
        ratio=(verified / reported.where(reported > 0)).where(known),
        shortfall=(reported - verified).where(known),
        agrees=(known & (reported == verified)),
    )


@dataclass(frozen=True, slots=True)
class Supports:
    """What a sample of checked items says of all items.

    Attributes
    ----------
    checked, wrong : int
    share : float
        Wrong among those checked, a ratio.
    high : float
        Upper limit of the share of wrong ones among all, one-sided (Clopper–Pearson).
    confidence : float
    """

    checked: int
    wrong: int
    share: float
    high: float
    confidence: float


def supports(checked: int, wrong: int, *, confidence: float = 0.95) -> Supports:
    """How many of all items may be wrong, if these were drawn at random.

    Parameters
    ----------
    checked, wrong : int
    confidence : float
        One-sided.

    Raises
    ------
    ParameterError
        If nothing was checked, or more are wrong than were checked.

    References
    ----------
    Clopper & Pearson (1934), Biometrika 26:404–413.
    """
    if checked < 1 or not 0 <= wrong <= checked:
        raise ParameterError("没有核查过的事项，或不符的多于核查的，不能推断。")
    high = 1.0 if wrong == checked else stats.beta.ppf(confidence, wrong + 1, checked - wrong)
    return Supports(checked, wrong, wrong / checked, float(high), confidence)


def sampling_plan(
    frame: pd.DataFrame, *, size: int, seed: int, stratum: str = "stratum", measure: str = "size"
) -> pd.DataFrame:
    """Which places to visit: stratified, probability proportional to size, reproducible.

    Each stratum gets its share of the visits by its total size (largest remainder, at least one
    each); within it, places are drawn systematically in a seeded random order. A place larger
    than the step is taken for certain.

    Parameters
    ----------
    frame : DataFrame, one row a place
        ``place_id`` (unique), the columns `stratum` and `measure` (> 0, e.g. 万元).
    size : int
        Visits in all.
    seed : int

    Returns
    -------
    DataFrame
        The drawn rows in the order of the frame, with ``probability`` (of inclusion) and
        ``weight`` (1 ÷ probability).

    Raises
    ------
    ParameterError
        If an id repeats, a size is not positive, or there are fewer places than visits or fewer
        visits than strata.

    References
    ----------
    Madow (1949), Annals of Mathematical Statistics 20:333–354.
    """
    _check_frame(frame, size, measure, stratum)
    visits = _allocated(frame.groupby(stratum)[measure].agg(["sum", "size"]), size)
    drawn = [
        _systematic(own, int(visits[str(name)]), measure, seed)
        for name, own in frame.groupby(stratum)
    ]
    return pd.concat(drawn).sort_index()


def _check_frame(frame: pd.DataFrame, size: int, measure: str, stratum: str) -> None:
    if frame["place_id"].duplicated().any() or not (frame[measure] > 0).all():
        raise ParameterError("抽样框的编号有重复，或规模不是正数。请先更正抽样框。")
    strata = frame[stratum].nunique()
    if not strata <= size <= len(frame):
        raise ParameterError(
            f"勘查{size}处，应不少于{strata}个分层、不多于抽样框的{len(frame)}处。"
        )


def _allocated(strata: pd.DataFrame, size: int) -> pd.Series:
    """Visits of each stratum: one each, the rest by size, never more than it has places."""
    visits = pd.Series(1, strata.index.astype("str"))
    sums = strata["sum"].set_axis(visits.index)
    places = strata["size"].set_axis(visits.index)
    for _ in range(size - len(visits)):
        short = (size * sums / sums.sum() - visits).where(visits < places, -np.inf)
        visits[short.idxmax()] += 1
    return visits


def _systematic(own: pd.DataFrame, visits: int, measure: str, seed: int) -> pd.DataFrame:
    """Madow's draw in a random order; places larger than the step are certain."""
    certain = pd.Series(data=False, index=own.index)
    while True:
        rest = own.loc[~certain, measure]
        left = visits - int(certain.sum())
        large = rest * left >= rest.sum() - 1e-12 if left else rest < 0
        if not large.any():
            break
        certain |= large.reindex(own.index, fill_value=False)
    probability = certain.astype("float64")
    chosen = certain.copy()
    if left:
        probability[rest.index] = left * rest / rest.sum()
        names = own.loc[rest.index, "place_id"].astype("str")
        rng = np.random.default_rng([seed, crc32("".join(names).encode())])
        order = rest.index[rng.permutation(len(rest))]
        ends = probability[order].cumsum().to_numpy()
        hits = np.searchsorted(ends, rng.random() + np.arange(left), side="right")
        chosen[order[np.minimum(hits, len(order) - 1)]] = True
    return own.assign(probability=probability, weight=1 / probability)[chosen]


WORKING_PAPERS = ("data_requests", "site_visits", "key_scores")


def working_papers(year: YearData, project_id: str) -> pd.DataFrame:
    """Every piece of evidence that a project's evaluation names.

    Parameters
    ----------
    year : YearData
        Tables `WORKING_PAPERS`.
    project_id : str

    Returns
    -------
    DataFrame
        ``evidence_id`` (empty where none was given), ``kind`` (the table that names it), ``what``
        (the material, item or indicator), ``source_cell``; in the order of the tables.
    """
    named = {"data_requests": "item", "site_visits": "item", "key_scores": "indicator"}
    rows = []
    for table in WORKING_PAPERS:
        own = year[table]
        own = own[own["project_id"] == project_id]
        for index, row in own.iterrows():
            paper = row["evidence_id"] if pd.notna(row["evidence_id"]) else ""
            where = str(year.where(table, index, "evidence_id"))
            rows.append((paper, table, row[named[table]], where))
    columns = ["evidence_id", "kind", "what", "source_cell"]
    return pd.DataFrame(rows, columns=columns, dtype="str")


__all__ = ["Supports", "checked_items", "sampling_plan", "supports", "working_papers"]
