"""How fast the money went: each project's whole curve against its peers' and its own past.

No official document says what a rush (突击花钱) is, and a share of the fourth quarter alone says
little: payments are lumpy, and contracts are paid on acceptance. So a project is compared with the
project-years of the same spending type, and with its own earlier years; what is paid under a
measured contract is left to `perfanalysis.money.contracts`. The result is a screen: ranked, with
the false discovery rate controlled, and with the number of false flags to expect.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from perfanalysis.data.tables import YearData
from perfanalysis.money.contracts import paid_against_work
from perfanalysis.rules.values import RulesInForce

DECEMBER, WEEK = 12, 7
NORMAL_MAD = 1.4826
FREE, BOUND = "free", "contract"
MEASURES = ("lateness", "left_to_december")


@dataclass(frozen=True, slots=True)
class PaceScreen:
    """The screen for late spending of a budget year.

    Attributes
    ----------
    projects : DataFrame
        `project_paces` of the year, of those that can be compared, with ``kind`` (type of spending
        compared with), ``peers`` (project-years of it); for each of `MEASURES` ``peer_…`` (their
        median) and ``peer_p_…``, ``own_…`` (mean of the project's earlier years) and ``own_p_…``
        (missing where it has none); ``p`` (of all, Bonferroni), ``adjusted``
        (Benjamini–Hochberg) and ``flagged``.
    tests : int
        Projects that could be compared.
    expected_false : float
        False flags to expect, see `expected_false`.
    """

    projects: pd.DataFrame
    tests: int
    expected_false: float


def project_paces(year: YearData, *, compared: pd.DataFrame | None = None) -> pd.DataFrame:
    """Measure when each project paid within the budget year.

    Parameters
    ----------
    year : YearData
        Tables ``payments``, ``contracts``, ``budget_lines``.
    compared : DataFrame, optional
        `paid_against_work` of its tables, where it is known already.

    Returns
    -------
    DataFrame
        One row a project that paid on balance something, sorted by ``project_id``: ``scope`` (of
        its largest budget line, empty where it has none), ``way`` (``contract``: more than half of
        the money under measured contracts; else ``free``), ``payments`` (number of free ones),
        ``paid_wan``, ``free_wan`` (not under a measured contract), ``lateness``: Σ free amount ×
        share of the year gone by ÷ free money — the area under the curve of free money still to
        be paid, 0 to 1; ``left_to_december`` (share of the free money), ``december_wan`` (free
        money of December), ``december_share`` (of all paid), ``last_week_multiple`` (last seven
        days ÷ average week; Liebman and Mahoney 2017), ``concentration`` (Herfindahl index of the
        months, 1/12 to 1).
    """
    payments = year["payments"]
    payments = payments[payments["date"].dt.year == year.budget_year]
    if compared is None:
        compared = paid_against_work(year["contracts"], year["payments"])
    bound = payments.index.isin(compared.index)
    amount = payments["amount_wan"].fillna(0.0)
    free = amount.where(~bound, 0.0)
    days = 366 if pd.Timestamp(year.budget_year, 1, 1).is_leap_year else 365
    gone = payments["date"].dt.day_of_year / days
    late = payments["date"].dt.month == DECEMBER
    last_week = payments["date"].dt.day_of_year > days - WEEK
    parts = pd.DataFrame(
        {
            "project_id": payments["project_id"],
            "paid_wan": amount,
            "free_wan": free,
            "payments": ~bound,
            "moment": free * gone,
            "december_wan": free.where(late, 0.0),
            "last_week": amount.where(last_week, 0.0),
        }
    )
    groups = parts.groupby("project_id")
    table = groups.sum()
    months = amount.groupby([payments["project_id"], payments["date"].dt.month]).sum()
    table["squares"] = (months**2).groupby(level=0).sum()
    table = table[table["paid_wan"] > 0]
    measured = pd.DataFrame(
        {
            "way": np.where(table["free_wan"] < table["paid_wan"] / 2, BOUND, FREE),
            "payments": table["payments"],
            "paid_wan": table["paid_wan"],
            "free_wan": table["free_wan"],
            "lateness": table["moment"] / table["free_wan"].where(table["free_wan"] > 0),
            "left_to_december": table["december_wan"]
            / table["free_wan"].where(table["free_wan"] > 0),
            "december_wan": table["december_wan"],
            "december_share": table["december_wan"] / table["paid_wan"],
            "last_week_multiple": table["last_week"] / table["paid_wan"] * days / WEEK,
            "concentration": table["squares"] / table["paid_wan"] ** 2,
        }
    )
    lines = year["budget_lines"].sort_values("amount_wan", ascending=False, kind="stable")
    scope = lines.drop_duplicates("project_id").set_index("project_id")["scope"]
    measured["scope"] = scope.reindex(measured.index).fillna("")
    return measured.rename_axis("project_id").reset_index()


def screen_pace(
    paces: pd.DataFrame, rules: RulesInForce, *, history: Sequence[pd.DataFrame] = ()
) -> PaceScreen:
    """Compare the curve of each project with its peers' and with its own earlier years.

    Parameters
    ----------
    paces : DataFrame
        `project_paces` of the year.
    rules : RulesInForce
        ``pace.min_payments``, ``pace.min_peers``, ``pace.min_spread``, ``pace.false_discovery``.
    history : sequence of DataFrame
        `project_paces` of earlier years.

    Returns
    -------
    PaceScreen

    Notes
    -----
    Projects that pay mostly under measured contracts are not tested: their money follows the work,
    and is held against it. Peers of the others are the project-years of this and the earlier years
    whose largest budget line has the same scope; all of them where most projects of that scope pay
    under contracts, or there is no line. With too few peers there is no test. Two measures of the
    curve are compared, its lateness and the share that it leaves to December: x is tested
    one-sided, (x − median) ÷ (s √(1 + 1/n)) on t with n − 1 degrees of freedom, s = 1.4826 × the
    median absolute deviation, not under the floor. Its change against the mean of the project's
    own earlier years is tested in the same way among the changes of its peers. The tests of a
    project count as one by Bonferroni.

    References
    ----------
    Liebman, J. B., and Mahoney, N. (2017). Do expiring budgets lead to wasteful year-end spending?
    American Economic Review 107: 3510–3549.
    Benjamini, Y., and Hochberg, Y. (1995). Controlling the false discovery rate. JRSS B 57:
    289–300.
    """
    fewest, floors = rules.value("pace.min_payments"), rules.value("pace.min_spread")
    least = rules.value("pace.min_peers")
    pool = pd.concat([paces.assign(now=True), *(each.assign(now=False) for each in history)])
    pool = typed_spending(pool.reset_index(drop=True), fewest=fewest)
    own, before = pool[pool["now"]].reset_index(drop=True), pool[~pool["now"]]
    types = pool["scope"].where(pool["typical"], FREE)
    kinds = pd.concat([types, pd.Series(FREE, pool.index)[types != FREE]])
    for measure in MEASURES:
        values, floor = pool[measure].reindex(kinds.index), floors[measure]
        peers = _robust(values.reset_index(drop=True), kinds.reset_index(drop=True), floor)
        own[f"peer_{measure}"] = own["kind"].map(peers["center"]).astype("float64")
        own["peers"] = own["kind"].map(peers["number"]).astype("float64")
        own[f"peer_p_{measure}"] = _tail(own[measure], own["kind"], peers, least)
        past = before.groupby("project_id")[measure].mean()
        own[f"own_{measure}"] = own["project_id"].map(past).astype("float64")
        change = own[measure] - own[f"own_{measure}"]
        known = change.notna()
        changes = _robust(change[known], own.loc[known, "kind"], floor * np.sqrt(2))
        own[f"own_p_{measure}"] = _tail(change, own["kind"], changes, least)
    return _decided(own, rules.value("pace.false_discovery"))


def typed_spending(pool: pd.DataFrame, *, fewest: int) -> pd.DataFrame:
    """Keep the project-years that can be compared, and name what each is compared within.

    Parameters
    ----------
    pool : DataFrame
        Rows of `project_paces` of one or more years.
    fewest : int
        Fewest free payments of a project-year.

    Returns
    -------
    DataFrame
        Those that pay mostly outside contracts, with ``typical`` (most of its scope do so too)
        and ``kind``: the scope where it is typical, else ``free``, all of them.
    """
    bound = (pool["way"] == BOUND).groupby(pool["scope"]).transform("mean")
    typical = (bound <= 1 / 2) & (pool["scope"] != "")
    usable = (pool["way"] == FREE) & (pool["payments"] >= fewest) & pool["lateness"].notna()
    kept = pool.assign(typical=typical)[usable]
    return kept.assign(kind=kept["scope"].where(kept["typical"], FREE))


def _robust(values: pd.Series, kinds: pd.Series, floor: float) -> pd.DataFrame:
    """Median (``center``), scaled MAD not under the floor (``spread``), ``number`` of each kind."""
    center = values.groupby(kinds).median()
    distance = (values - kinds.map(center).astype("float64")).abs()
    spread = distance.groupby(kinds).median() * NORMAL_MAD
    return pd.DataFrame(
        {"center": center, "spread": spread.clip(lower=floor), "number": kinds.value_counts()}
    )


def _tail(values: pd.Series, kinds: pd.Series, peers: pd.DataFrame, least: int) -> np.ndarray:
    """Upper tail of t for each value among its kind; missing where peers are too few."""
    of = peers.reindex(kinds).to_numpy("float64")
    center, spread, n = of[:, 0], of[:, 1], of[:, 2]
    z = (values.to_numpy("float64") - center) / (spread * np.sqrt(1 + 1 / n))
    return np.where(n >= least, stats.t.sf(z, np.maximum(n - 1, 1)), np.nan)


def _decided(own: pd.DataFrame, rate: float) -> PaceScreen:
    each = own[[f"{side}_p_{measure}" for measure in MEASURES for side in ("peer", "own")]]
    p = (each.min(axis=1) * each.notna().sum(axis=1)).clip(upper=1).where(each.notna().any(axis=1))
    tested = p.notna().to_numpy()
    adjusted = np.full(len(p), np.nan)
    if tested.any():
        adjusted[tested] = stats.false_discovery_control(p[tested], method="bh")
    flagged = np.less_equal(adjusted, rate, where=tested, out=np.zeros(len(p), dtype=bool))
    projects = own.assign(p=p, adjusted=adjusted, flagged=flagged)
    cut = float(p[flagged].max()) if flagged.any() else 0.0
    tests = int(tested.sum())
    return PaceScreen(projects, tests, expected_false(tests, cut, rate))


def expected_false(tests: int, cut: float, rate: float) -> float:
    """Number of false flags to expect of a Benjamini–Hochberg screen.

    Parameters
    ----------
    tests : int
        Number of tests.
    cut : float
        Largest p that was flagged, 0 where nothing was.
    rate : float
        False discovery rate that was asked for.

    Returns
    -------
    float
        ``tests × cut``: as many as that of so many projects without anything to find lie under
        the cut. Where nothing is flagged, `rate`: the chance of any flag when there is nothing.
    """
    if not tests:
        return 0.0
    return max(tests * cut, rate)


def district_last_week(paces: pd.DataFrame) -> float:
    """Payments of the last seven days ÷ average week, over all projects together."""
    whole = paces["paid_wan"].sum()
    if not whole > 0:
        return float("nan")
    return float((paces["last_week_multiple"] * paces["paid_wan"]).sum() / whole)


__all__ = [
    "PaceScreen",
    "district_last_week",
    "expected_false",
    "project_paces",
    "screen_pace",
    "typed_spending",
]
