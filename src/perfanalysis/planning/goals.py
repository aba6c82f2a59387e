"""How far the goals of each project are, against what was planned by the month."""

from __future__ import annotations

import numpy as np
import pandas as pd

from perfanalysis.data.tables import YearData

LEVELS = ("%", "百分比", "分钟", "小时", "元")
"""Units of indicators that stand at a level all year and do not grow."""
CAUSES = ("funding", "system", "staff", "hardware", "other")


def goal_rows(year: YearData, *, month: int, source: str) -> pd.DataFrame:
    """The latest progress of each indicator up to a month, as one source reports it.

    Parameters
    ----------
    year : YearData
        ``indicators``, ``monitoring_indicators``.
    month : int
    source : {"unit", "third_party"}

    Returns
    -------
    DataFrame
        One row an indicator: ``row`` (index in ``monitoring_indicators``), ``indicator_id``,
        ``project_id``, ``level3``, ``op``, ``target``, ``measure_unit``, ``month``, ``progress``,
        ``planned_share``, ``expected_year_end``, ``likelihood``, ``cause``, ``note`` and
        ``attained``: progress ÷ (target × planned share), for what stands at a level progress ÷
        target, for a ceiling target ÷ progress; capped at 1, missing where it cannot be told.
    """
    table = year["monitoring_indicators"].rename_axis("row").reset_index()
    seen = table[(table["source"] == source) & (table["month"] <= month)]
    latest = seen.sort_values(["month", "row"], kind="stable").drop_duplicates(
        "indicator_id", keep="last"
    )
    columns = ["indicator_id", "project_id", "level3", "op", "target", "measure_unit"]
    rows = latest.merge(year["indicators"][columns], on="indicator_id", how="inner")
    rows = rows.dropna(subset=["project_id"]).sort_values("row", ignore_index=True)
    return rows.assign(attained=_attained(rows))


def _attained(rows: pd.DataFrame) -> np.ndarray:
    target, progress = rows["target"].to_numpy("float64"), rows["progress"].to_numpy("float64")
    planned = rows["planned_share"].to_numpy("float64")
    level = rows["measure_unit"].isin(LEVELS).to_numpy() | (rows["op"] != "at_least").to_numpy()
    ceiling = (rows["op"] == "at_most").to_numpy()
    due = target * np.where(level, 1.0, planned)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(ceiling, due / progress, progress / due)
        ratio = np.where(due <= 0, np.where(ceiling & (progress > due), 0.0, np.nan), ratio)
        ratio = np.where(ceiling & (progress <= due), 1.0, ratio)
    return np.clip(ratio, 0.0, 1.0)


def project_goals(rows: pd.DataFrame) -> pd.DataFrame:
    """The goals of each project together.

    Parameters
    ----------
    rows : DataFrame
        From `goal_rows`.

    Returns
    -------
    DataFrame
        Index ``project_id``: ``goals`` (indicators reported), ``attained`` (mean ratio, missing
        where none can be told), ``certain``, ``possible``, ``impossible`` (numbers), ``causes``
        (codes of `CAUSES` in their order, joined by a comma), ``notes`` (what was said, joined).
    """
    groups = rows.groupby("project_id")
    table = pd.DataFrame({"goals": groups.size(), "attained": groups["attained"].mean()})
    for likelihood in ("certain", "possible", "impossible"):
        said = (rows["likelihood"] == likelihood).groupby(rows["project_id"]).sum()
        table[likelihood] = said.astype("int64")
    table["causes"] = groups["cause"].agg(_causes)
    table["notes"] = groups["note"].agg(lambda said: "；".join(dict.fromkeys(said.dropna())))
    return table


def _causes(said: pd.Series) -> str:
    named = set(said.dropna())
    return ",".join(cause for cause in CAUSES if cause in named)


__all__ = ["CAUSES", "LEVELS", "goal_rows", "project_goals"]
