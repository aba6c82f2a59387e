"""Did spending follow the budget, in total and line by line: PEFA's two measures, over years."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from perfanalysis.data.tables import YearData
from perfanalysis.money.execution import project_funds
from perfanalysis.money.hits import cells, first_rows, hits
from perfanalysis.rules.values import DatedValue, RulesInForce

YEARS = 3


def outturn(lines: pd.DataFrame, *, by: Sequence[str]) -> pd.DataFrame:
    """Aggregate outturn and composition variance of groups of budget lines.

    Parameters
    ----------
    lines : DataFrame
        Columns of `by`, ``budget`` (original budget) and ``actual`` (outturn), same unit of
        money; lines without one of the two are left out and counted.
    by : sequence of str
        What makes a group, such as a unit and a year.

    Returns
    -------
    DataFrame
        One row a group, sorted: ``lines``, ``left_out``, ``budget``, ``actual``, ``outturn`` =
        Σ actual ÷ Σ budget, ``composition`` = Σ |actual − budget × outturn| ÷ Σ |budget × outturn|
        (ratios; empty where the budget is not above 0).

    References
    ----------
    PEFA Secretariat (2016). Framework for assessing public financial management, PI-1.1 and PI-2.1:
    each line is rescaled by the total outturn before absolute deviations are taken.
    """
    keys = list(by)
    known = lines[["budget", "actual"]].notna().all(axis=1)
    whole = lines.assign(left_out=~known).groupby(keys, as_index=False)["left_out"].sum()
    counted = lines[known]
    groups = counted.groupby(keys)
    ratio = groups["actual"].transform("sum") / groups["budget"].transform("sum")
    adjusted = counted["budget"] * ratio
    table = (
        counted.assign(
            lines=1, deviation=(counted["actual"] - adjusted).abs(), adjusted=adjusted.abs()
        )
        .groupby(keys, as_index=False)[["lines", "budget", "actual", "deviation", "adjusted"]]
        .sum()
    )
    usable = table["budget"] > 0
    table["outturn"] = (table["actual"] / table["budget"]).where(usable)
    base = table["adjusted"].where(usable & (table["adjusted"] > 0))
    table["composition"] = table["deviation"] / base
    table = whole.merge(table, on=keys, how="left").fillna({"lines": 0})
    columns = ["lines", "left_out", "budget", "actual", "outturn", "composition"]
    return table.astype({"lines": "int64", "left_out": "int64"})[[*keys, *columns]]


def times_off(off: pd.DataFrame, *, last: int, years: int = YEARS) -> pd.Series:
    """Count in how many of the last years each subject was off.

    Parameters
    ----------
    off : DataFrame
        Columns ``subject``, ``year`` and ``off`` (bool).
    last : int
        The latest year that counts.
    years : int, default 3

    Returns
    -------
    Series
        Index ``subject``: number of years off; only subjects with a figure in every one of them.
    """
    inside = off[(off["year"] > last - years) & (off["year"] <= last)].dropna(subset=["off"])
    groups = inside.groupby("subject")
    full = groups["year"].nunique() == years
    return groups["off"].sum()[full].astype("int64")


def unit_outturn(years: Sequence[YearData]) -> pd.DataFrame:
    """`outturn` of the projects of each unit and year: initial budget against executed money.

    Returns
    -------
    DataFrame
        Columns of `outturn` with ``unit_id`` and ``year``; 万元.
    """
    lines = [
        project_funds(year["funds"])
        .reset_index()
        .merge(year["projects"][["project_id", "unit_id"]], on="project_id")
        .assign(year=year.budget_year)
        for year in years
    ]
    named = pd.concat(lines).rename(columns={"initial_wan": "budget", "executed_wan": "actual"})
    return outturn(named, by=["unit_id", "year"])


def outturn_hits(
    year: YearData, rules: RulesInForce, *, history: Sequence[YearData] = ()
) -> pd.DataFrame:
    """Units whose spending left the initial budget in two of the last three years.

    Parameters
    ----------
    year : YearData
        Tables ``projects``, ``funds``.
    rules : RulesInForce
        ``outturn.*``; all conventions, borrowed from PEFA.
    history : sequence of YearData
        The two years before; without both nothing is found.

    Returns
    -------
    DataFrame
        Hits (see `hits`) of ``outturn-off`` and ``composition-off`` with the unit as subject;
        ``money_wan`` is this year's deviation.
    """
    table = unit_outturn([year, *history[: YEARS - 1]])
    now = table[table["year"] == year.budget_year].set_index("unit_id")
    few = table["lines"] < rules.value("outturn.min_lines")
    measures = {
        "outturn-off": ("outturn.aggregate", (table["outturn"] - 1).abs()),
        "composition-off": ("outturn.composition", table["composition"].mask(few)),
    }
    found = []
    for check, (key, size) in measures.items():
        rule = rules.get(key)
        known = pd.DataFrame(
            {"subject": table["unit_id"], "year": table["year"], "size": size}
        ).dropna(subset=["size"])
        known = known.assign(off=known["size"] > rule.value)
        times = times_off(known, last=year.budget_year)
        units = times.index[times >= rules.value("outturn.years")]
        latest = known[known["year"] == year.budget_year].set_index("subject")["size"]
        found.append(_off(year, check, rule, now.loc[units], latest[units], times[units]))
    return pd.concat(found, ignore_index=True)


def _off(
    year: YearData,
    check: str,
    rule: DatedValue,
    now: pd.DataFrame,
    size: pd.Series,
    times: pd.Series,
) -> pd.DataFrame:
    what = "支出总额偏离年初预算" if check == "outturn-off" else "支出结构偏离年初预算"
    seen = [
        f"{what}：本年{each:.1%}（年初预算{row.budget:,.2f}，支出{row.actual:,.2f}），"
        f"最近三年有{count}年超过{rule.value:.0%}"
        for row, each, count in zip(now.itertuples(), size, times, strict=True)
    ]
    base = np.abs(now["actual"] - now["budget"]) if check == "outturn-off" else size * now["actual"]
    found = now.reset_index().assign(
        money_wan=np.asarray(base),
        excess=np.asarray(size) / rule.value,
        seen=seen,
    )
    projects = year["projects"]
    first = projects[projects["unit_id"].isin(found["unit_id"])]
    members = first.drop_duplicates("unit_id").set_index("unit_id")["project_id"]
    rows = first_rows(year["funds"], members.reindex(found["unit_id"]))
    return hits(check, found, rows=cells(year, "funds", rows, "initial_wan"), rule=rule)


__all__ = ["YEARS", "outturn", "outturn_hits", "times_off", "unit_outturn"]
