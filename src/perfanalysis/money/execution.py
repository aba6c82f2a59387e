"""How much of the money was spent: two rates under two names, and the curve over the year.

``execution_rate`` = executed ÷ annual budget is the rate of the self-evaluation form;
``spend_rate`` = executed ÷ received is that of the evaluation framework, 附件2 of the same document
(财预〔2020〕10号). They answer different questions and are never put under one name.

Sums are exact: every amount is a whole number of 10⁻⁶ 万元 (0.01 元), added as integers.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal, get_args

import numpy as np
import pandas as pd

from perfanalysis.data.tables import YearData
from perfanalysis.errors import DataError, ParameterError

Level = Literal["project", "unit", "fund_kind", "category", "district"]
MONEY = ("initial_wan", "annual_wan", "received_wan", "executed_wan")
RATES = {
    "execution_rate": ("executed_wan", "annual_wan"),
    "spend_rate": ("executed_wan", "received_wan"),
    "funding_rate": ("received_wan", "annual_wan"),
}
DISTRICT = "district"
NO_CATEGORY = "未分类"
_MICRO = 1_000_000
_MOST = 2.0**62
_COLUMN = {"project": "project_id", "unit": "unit_id"}


def execution_rates(
    year: YearData, *, by: Level, projects: Iterable[str] | None = None
) -> pd.DataFrame:
    """Money and rates of execution of a budget year, by project or by group of projects.

    Parameters
    ----------
    year : YearData
        With ``projects`` and ``funds``.
    by : {"project", "unit", "fund_kind", "category", "district"}
    projects : iterable of str, optional
        Ids of the projects that count; all otherwise.

    Returns
    -------
    DataFrame
        One row a group, sorted by ``key``: ``projects`` (number), ``initial_wan``,
        ``annual_wan``, ``received_wan``, ``executed_wan`` (万元, sums of what is known, empty
        where nothing is), ``incomplete`` (projects without an annual budget or an executed
        amount), ``execution_rate`` = executed ÷ annual, ``spend_rate`` = executed ÷ received,
        ``funding_rate`` = received ÷ annual (ratios of sums over the projects that have both
        figures), ``mean_execution_rate`` (mean of the projects' own rates). Nothing is capped;
        a rate is empty where its denominator is 0 or missing.

    Raises
    ------
    ParameterError
        If `by` is none of these.
    DataError
        If an id is unknown, or amounts are too large to add up exactly.

    References
    ----------
    财政部，《项目支出绩效评价管理办法》，财预〔2020〕10号，附件1（自评表）、附件2（指标体系框架）。
    """
    table = _selected(year, by, projects)
    money = project_funds(year["funds"]).reindex(table["project_id"])
    money.index = pd.Index(table["key"], name="key")
    own = _ratio(money["executed_wan"], money["annual_wan"])
    unknown = money[["annual_wan", "executed_wan"]].isna().any(axis=1)
    result = _exact_sums(money[list(MONEY)]).assign(
        projects=own.groupby(level=0).size(), incomplete=unknown.groupby(level=0).sum()
    )
    for rate, (over, under) in RATES.items():
        both = money[over].notna() & money[under].notna()
        pair = _exact_sums(money[[over, under]].where(both))
        result[rate] = _ratio(pair[over], pair[under])
    result["mean_execution_rate"] = own.groupby(level=0).mean()
    order = ["projects", *MONEY, "incomplete", *RATES, "mean_execution_rate"]
    return result[order].reset_index()


def cumulative_curve(
    year: YearData, *, by: Level, projects: Iterable[str] | None = None
) -> pd.DataFrame:
    """Money paid up to each month, against the share of the year that has gone by.

    Parameters
    ----------
    year : YearData
        With ``projects``, ``funds`` and ``payments``.
    by : {"project", "unit", "fund_kind", "category", "district"}
    projects : iterable of str, optional
        Ids of the projects that count; all otherwise.

    Returns
    -------
    DataFrame
        Twelve rows a group, sorted by ``key`` and ``month`` (1 to 12): ``executed_wan`` (万元, paid
        up to the end of the month), ``share`` (of the annual budget; empty where that is 0 or
        missing), ``paid_share`` (of all paid in the year; empty where nothing was),
        ``elapsed_share`` (months ÷ 12). Payments dated outside the budget year are left out; they
        have a finding of their own.

    Raises
    ------
    ParameterError
        If `by` is none of these.
    DataError
        If an id is unknown, or amounts are too large to add up exactly.
    """
    table = _selected(year, by, projects)
    key_of = table.set_index("project_id")["key"]
    payments = year["payments"]
    inside = payments["project_id"].isin(key_of.index)
    inside &= payments["date"].dt.year == year.budget_year
    paid = payments.loc[inside]
    groups = [paid["project_id"].map(key_of).rename("key"), paid["date"].dt.month.rename("month")]
    keys = pd.Index(sorted(table["key"].unique()), name="key")
    grid = pd.MultiIndex.from_product([keys, range(1, 13)], names=["key", "month"])
    micro = _micro(paid["amount_wan"].fillna(0.0)).groupby(groups).sum()
    running = micro.reindex(grid, fill_value=0).groupby(level="key").cumsum()
    money = project_funds(year["funds"]).reindex(table["project_id"])
    budget = _exact_sums(money[["annual_wan"]].set_axis(pd.Index(table["key"], name="key")))
    executed = running / _MICRO
    last = executed.groupby(level="key").transform("last")
    month = executed.index.get_level_values("month").to_numpy()
    return pd.DataFrame(
        {
            "executed_wan": executed,
            "share": _ratio(executed, budget["annual_wan"].reindex(grid, level="key")),
            "paid_share": _ratio(executed, last),
            "elapsed_share": month / 12,
        }
    ).reset_index()


def project_funds(funds: pd.DataFrame) -> pd.DataFrame:
    """Money of each project over its sources.

    Parameters
    ----------
    funds : DataFrame
        Table ``funds``. A ``total`` row stands for its project; other rows beside it are its
        breakdown and not added again.

    Returns
    -------
    DataFrame
        Index ``project_id``, sorted: the columns of `MONEY` in 万元, exact sums of what is known
        (empty where nothing is), and ``partial``: some source has no executed amount although
        another has.
    """
    counted = counted_funds(funds)
    counted = counted.loc[counted["project_id"].notna()]
    number, ids = pd.factorize(counted["project_id"], sort=True)
    money = counted[list(MONEY)].set_axis(number)
    sums = _exact_sums(money)
    blank = money["executed_wan"].isna().groupby(level=0).any()
    named = sums.assign(partial=blank & sums["executed_wan"].notna())
    return named.set_axis(pd.Index(ids, name="project_id"))


def counted_funds(funds: pd.DataFrame) -> pd.DataFrame:
    """The rows of ``funds`` that add up: a project's ``total`` row, or else its sources."""
    total = (funds["fund_source"] == "total").to_numpy("bool")
    project, ids = pd.factorize(funds["project_id"])
    has_total = np.zeros(len(ids), dtype=np.bool_)
    has_total[project[total]] = True
    return funds.loc[total | ~has_total[project]]


def _selected(year: YearData, by: Level, projects: Iterable[str] | None) -> pd.DataFrame:
    """The projects that count, with their group as ``key``."""
    if by not in get_args(Level):
        raise ParameterError(f"by 为 {by!r}，只能是 {'、'.join(get_args(Level))} 之一。")
    table = year["projects"]
    if projects is not None:
        wanted = list(dict.fromkeys(projects))
        known = set(table["project_id"])
        unknown = [str(project) for project in wanted if project not in known]
        if unknown:
            raise DataError(f"没有项目 {'、'.join(unknown[:5])}。请核对项目编码与预算年度。")
        table = table.loc[table["project_id"].isin(wanted)]
    if by == "district":
        return table.assign(key=DISTRICT)
    return table.assign(key=table[_COLUMN.get(by, by)].fillna(NO_CATEGORY))


def _exact_sums(money: pd.DataFrame) -> pd.DataFrame:
    """Sums by index, added as integers; empty where every value is missing."""
    known = money.notna().groupby(level=0).any()
    micro = money.fillna(0.0).apply(_micro).groupby(level=0).sum()
    return (micro / _MICRO).where(known)


def _micro(amounts: pd.Series) -> pd.Series:
    """Whole 10⁻⁶ 万元 of each amount; refuses what int64 could not add up."""
    micro = np.rint(amounts.to_numpy("float64") * _MICRO)
    if np.abs(micro).sum() >= _MOST:
        raise DataError(
            f"{amounts.name} 合计超过 {_MOST / _MICRO:g} 万元，无法精确相加。请核对金额单位。"
        )
    return pd.Series(micro.astype("int64"), amounts.index)


def _ratio(over: pd.Series, under: pd.Series) -> pd.Series:
    return over / under.where(under > 0)


def share_band(curves: pd.DataFrame, *, by: Sequence[str] = ()) -> pd.DataFrame:
    """Spread of the share paid over the groups of `cumulative_curve`, month by month.

    Parameters
    ----------
    curves : DataFrame
        Its rows, perhaps with more columns.
    by : sequence of str
        Of these columns, each value has a spread of its own.

    Returns
    -------
    DataFrame
        The columns of `by`, ``month``, and ``low``, ``middle``, ``high``: the 10%, 50% and 90%
        quantiles (ratios).
    """
    spread = curves.groupby([*by, "month"])["share"].quantile([0.1, 0.5, 0.9]).unstack()
    return spread.set_axis(["low", "middle", "high"], axis=1).reset_index()


__all__ = [
    "DISTRICT",
    "MONEY",
    "NO_CATEGORY",
    "RATES",
    "Level",
    "counted_funds",
    "cumulative_curve",
    "execution_rates",
    "project_funds",
    "share_band",
]
