"""The formula of `score_indicators` written for other engines: score and ledger, floats, no flags.

They round binary floats half-up and so print another score where the exact decimal is a tie; the
benchmark counts those rows. Each reads the Parquet file itself and leaves its results in memory.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pandas as pd

Peer = Callable[[Path], Any]
"""Takes the Parquet file of indicators; gives kept points in the order of the rows."""


def row_wise(table: pd.DataFrame) -> pd.Series:
    """What an evaluator writes first: a function for one row, applied to each."""
    return table.apply(_kept, axis=1)


def _kept(row: pd.Series) -> float:
    points, target, actual = row["points"], row["target"], row["actual"]
    if pd.isna(actual) and pd.isna(row["actual_text"]):
        return 0.0
    if pd.isna(actual) or pd.isna(target) or row["op"] == "qualitative":
        return _half_up(min(max(row["self_score"], 0), points))
    met = actual <= target if row["op"] == "at_most" else actual >= target
    if met:
        return points
    if target <= 0:
        return 0.0
    share = 1 - (actual - target) / target if row["op"] == "at_most" else actual / target
    return _half_up(points * max(0, share))


def _half_up(value: float) -> float:
    return math.floor(value * 100 + 0.5) / 100


def with_polars(path: Path) -> pd.Series:
    """Lazy Polars: scanned, computed on all cores, collected."""
    import polars as pl

    col = pl.col
    floor = col("op") != "at_most"
    share = pl.when(floor).then(col("actual") / col("target"))
    share = share.otherwise(1 - (col("actual") - col("target")) / col("target"))
    met = (floor & (col("actual") >= col("target"))) | (~floor & (col("actual") <= col("target")))
    half_up = lambda value: (value * 100 + 0.5).floor() / 100  # noqa: E731
    kept = (
        pl.when(col("actual").is_null() & col("actual_text").is_null())
        .then(0.0)
        .when(col("actual").is_null() | col("target").is_null() | (col("op") == "qualitative"))
        .then(half_up(pl.min_horizontal(col("self_score").clip(0), col("points"))))
        .when(met)
        .then(col("points"))
        .when(col("target") <= 0)
        .then(0.0)
        .otherwise(half_up(col("points") * share.clip(0)))
    )
    scored = (
        pl.scan_parquet(path)
        .select(_READ)
        .with_columns(kept=kept)
        .with_columns(difference=col("self_score") - col("kept"))
        .collect()
    )
    reason = pl.format(
        "完成{}，目标{}{}，按比例扣{}分",
        col("actual").cast(pl.String).fill_null(""),
        col("target").cast(pl.String).fill_null(""),
        col("measure_unit").fill_null(""),
        (col("points") - col("kept")).round(2).cast(pl.String),
    )
    ledger = scored.filter(col("kept") < col("points")).with_columns(reason=reason)
    assert ledger.height
    return scored["kept"].to_numpy()


_READ = ["indicator_id", "project_id", "level1", "level2", "level3", "op", "target", "points"]
_READ += ["actual", "actual_text", "self_score", "reason", "measure_unit", "source_cell"]

_SCORED = """
create or replace temp table scored as
select {columns}, self_score - kept as difference from (
  select *, case
    when actual is null and actual_text is null then 0
    when actual is null or target is null or op = 'qualitative'
      then floor(least(greatest(self_score, 0), points) * 100 + 0.5) / 100
    when (op = 'at_most' and actual <= target) or (op <> 'at_most' and actual >= target)
      then points
    when target <= 0 then 0
    when op = 'at_most'
      then floor(points * greatest(0, 1 - (actual - target) / target) * 100 + 0.5) / 100
    else floor(points * greatest(0, actual / target) * 100 + 0.5) / 100
  end as kept from read_parquet('{path}'))
"""
_LEDGER = """
create or replace temp table ledger as
select *, '完成' || coalesce(cast(actual as varchar), '') || '，目标'
  || coalesce(cast(target as varchar), '') || coalesce(measure_unit, '') || '，按比例扣'
  || cast(round(points - kept, 2) as varchar) || '分' as deduction
from scored where kept < points
"""


def with_duckdb(path: Path) -> Any:
    """SQL into temporary tables, on all cores, insertion order kept."""
    import duckdb

    with duckdb.connect() as base:
        base.execute(_SCORED.format(columns=", ".join([*_READ, "kept"]), path=path))
        base.execute(_LEDGER)
        return base.execute("select kept from scored").fetchnumpy()["kept"]


def peers() -> tuple[dict[str, Peer], dict[str, str]]:
    """Those installed, and why the others are left out."""
    known: dict[str, Peer] = {"polars": with_polars, "duckdb": with_duckdb}
    found = {name: way for name, way in known.items() if find_spec(name)}
    return found, {name: f"{name} is not installed" for name in known if name not in found}


__all__ = ["peers", "row_wise", "with_duckdb", "with_polars"]
