"""What will have been spent by the end of the year, from how past projects of the kind went on.

The kind of spending is the scope of a project's largest approved budget line: salaries go out
month by month, works by measurement, equipment on delivery. Within a kind, projects far behind the
calendar are looked at apart from the others. What is carried over from the past is the share of the
*money still left* at the same month that was spent by the end of the year.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from perfanalysis.data.lookup import texts_of
from perfanalysis.data.tables import YearData
from perfanalysis.money.execution import cumulative_curve

Floats = npt.NDArray[np.float64]
NO_KIND = "未分类"
ALL_KINDS = "全部项目"
SLOW = "（进度慢）"
"""Added to the kind of projects far behind the calendar."""


def spending_kinds(year: YearData) -> pd.Series:
    """Kind of spending of each project, by its id: the scope of its largest budget line."""
    lines = year["budget_lines"].dropna(subset=["scope"])
    sums = lines.groupby(["project_id", "scope"])["amount_wan"].sum().reset_index()
    largest = sums.sort_values(["amount_wan", "scope"], ascending=[False, True], kind="stable")
    kinds = largest.drop_duplicates("project_id").set_index("project_id")["scope"]
    kinds = kinds.astype("object").reindex(year["projects"]["project_id"])
    return kinds.fillna(NO_KIND).astype("str")


def paced(kinds: pd.Series, share: pd.Series, *, month: int, slow: float) -> pd.Series:
    """Kinds of spending, apart for projects whose share is under `slow` × the year gone by."""
    return kinds.where(~(share < slow * month / 12), kinds + SLOW)


def past_rests(years: Sequence[YearData], month: int, *, slow: float) -> pd.DataFrame:
    """How much of what was left at the end of a month went out by the end of the year.

    Parameters
    ----------
    years : sequence of YearData
        Past budget years, with ``projects``, ``funds``, ``payments``, ``budget_lines``.
    month : int
        1 to 12.
    slow : float
        See `paced`.

    Returns
    -------
    DataFrame
        One row a past project with a budget that was not spent by then: ``budget_year``,
        ``project_id``, ``kind``, ``share`` (spent by then, of the annual budget), ``rest`` (ratio,
        0 to 1, of what was left).
    """
    found = [_rests(year, month, slow) for year in years]
    columns = ["budget_year", "project_id", "kind", "share", "rest"]
    return pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=columns)


def _rests(year: YearData, month: int, slow: float) -> pd.DataFrame:
    curve = cumulative_curve(year, by="project").pivot(index="key", columns="month", values="share")
    share, end = curve[month], curve[12]
    left = share[share < 1].index
    rest = ((end - share) / (1 - share)).reindex(left).clip(0, 1)
    table = pd.DataFrame({"share": share.reindex(left), "rest": rest}).dropna()
    table = table.rename_axis("project_id").reset_index()
    kinds = texts_of(table["project_id"], spending_kinds(year), missing=NO_KIND)
    kinds = paced(kinds, table["share"], month=month, slow=slow)
    columns = ["budget_year", "project_id", "kind", "share", "rest"]
    return table.assign(budget_year=year.budget_year, kind=kinds)[columns]


def expected_year_end(
    now: pd.DataFrame, past: pd.DataFrame, *, level: float, least: int
) -> pd.DataFrame:
    """Expected spending of each project by the end of the year, with an interval.

    Parameters
    ----------
    now : DataFrame
        ``kind``, ``annual_wan``, ``executed_wan`` (万元, by the end of the month).
    past : DataFrame
        From `past_rests`, of the same month.
    level : float
        Share of projects whose interval is to hold the outcome.
    least : int
        Past projects of the kind below which those of all kinds (at the same pace) are taken, and
        where these are fewer too all of them.

    Returns
    -------
    DataFrame
        Index of `now`: ``expected_wan`` (mean), ``expected_low_wan``, ``expected_high_wan``,
        ``expected_sd_wan``, ``peers`` (kind that it rests on), ``peers_n``. Missing where the
        budget is missing or nothing past is known. Spending beyond the budget is left as it is.

    Notes
    -----
    The interval runs between order statistics of rank ⌊(n+1)(1−level)/2⌋ from either end, which
    holds a further draw from the same projects with at least the level (a tolerance interval
    without any distribution); it presumes that this year goes on as past ones did.
    """
    groups = _groups(past)
    used = [_peers(str(kind), groups, least) for kind in now["kind"]]
    known = {kind: _facts(groups[kind], level) for kind in set(used)}
    facts = np.array([known[kind] for kind in used]).reshape(len(now), 5)
    executed = now["executed_wan"].to_numpy("float64")
    left = np.clip(now["annual_wan"].to_numpy("float64") - executed, 0, None)
    return pd.DataFrame(
        {
            "expected_wan": executed + left * facts[:, 0],
            "expected_low_wan": executed + left * facts[:, 1],
            "expected_high_wan": executed + left * facts[:, 2],
            "expected_sd_wan": left * facts[:, 3],
            "peers": used,
            "peers_n": facts[:, 4].astype(np.int64),
        },
        index=now.index,
    )


def _groups(past: pd.DataFrame) -> dict[str, Floats]:
    """Past shares by kind, of the slow projects of all kinds, and of all projects."""
    rests = past["rest"].astype("float64")
    slow = past["kind"].astype("str").str.endswith(SLOW)
    groups = {str(kind): part.to_numpy() for kind, part in rests.groupby(past["kind"])}
    return groups | {ALL_KINDS + SLOW: rests[slow].to_numpy(), ALL_KINDS: rests.to_numpy()}


def _peers(kind: str, groups: Mapping[str, Floats], least: int) -> str:
    wider = [kind, ALL_KINDS + SLOW] if kind.endswith(SLOW) else [kind]
    return next((each for each in wider if len(groups.get(each, ())) >= least), ALL_KINDS)


def _facts(rests: Floats, level: float) -> tuple[float, float, float, float, int]:
    """Mean, lower and upper end, standard deviation and number of past shares."""
    n = rests.size
    if n < 2:
        nan = float("nan")
        return nan, nan, nan, nan, n
    ordered = np.sort(rests)
    rank = max(int(np.floor((n + 1) * (1 - level) / 2)), 1)
    return (
        float(rests.mean()),
        float(ordered[rank - 1]),
        float(ordered[n - rank]),
        float(rests.std(ddof=1)),
        n,
    )


__all__ = [
    "ALL_KINDS",
    "NO_KIND",
    "SLOW",
    "expected_year_end",
    "paced",
    "past_rests",
    "spending_kinds",
]
