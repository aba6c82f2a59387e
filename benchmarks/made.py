"""Made-up tables of any size for the benchmarks: the same bytes every time, no real unit.

A county has 183 projects and a project 12 indicators: 50 points of output, 30 of benefit, 10 of
satisfaction, 10 of execution. About one indicator in five loses points, as in the sample district.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

PROJECTS_A_COUNTY = 183
INDICATORS_A_PROJECT = 12
BLOCK = 366_000  # indicators made at once
GROUP = 131_072  # rows of a Parquet row group
POINTS = np.array([10, 8, 8, 8, 8, 8, 10, 10, 5, 5, 5, 5], dtype="float64")
LEVELS = np.repeat(["output", "benefit", "satisfaction"], [6, 4, 2])
LEVELS_2 = ["数量指标", "数量指标", "质量指标", "质量指标", "时效指标", "成本指标"]
LEVELS_2 += ["社会效益指标", "经济效益指标", "生态效益指标", "可持续影响指标"]
LEVELS_2 += ["服务对象满意度指标"] * 2
NAMES = ["完成数量", "覆盖范围", "验收合格率", "达标率", "按时完成率", "单位成本"]
NAMES += ["受益人数", "带动投入", "环境改善率", "长效管理机制", "群众满意度", "服务对象满意度"]
OPS = ["at_least"] * 5 + ["at_most"] + ["at_least"] * 3 + ["qualitative"] + ["at_least"] * 2
UNITS = ["人", "处", "%", "%", "%", "元", "人", "万元", "%", None, "%", "%"]
SIGNS = {"at_least": "≥", "at_most": "≤"}


def write_country(folder: Path, rows: int, *, seed: int = 20_211_231) -> Path:
    """Write indicators, projects, funds and units of about `rows` indicators as Parquet.

    Parameters
    ----------
    folder : Path
        Made; the tables stand in ``folder/2021``.
    rows : int
        Rounded down to whole projects.
    """
    year = folder / "2021"
    year.mkdir(parents=True)
    projects = rows // INDICATORS_A_PROJECT
    rng = np.random.default_rng(seed)
    with _Writer(year / "indicators.parquet") as writer:
        step = BLOCK // INDICATORS_A_PROJECT
        for first in range(0, projects, step):
            writer.add(_indicators(np.arange(first, min(first + step, projects)), rng))
    for name, frame in _others(projects, rng).items():
        frame.to_parquet(year / f"{name}.parquet", index=False, row_group_size=GROUP)
    return year


class _Writer:
    """A Parquet file written block by block."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.file: pq.ParquetWriter | None = None

    def __enter__(self) -> _Writer:
        return self

    def add(self, table: pa.Table) -> None:
        if self.file is None:
            self.file = pq.ParquetWriter(self.path, table.schema)
        self.file.write_table(table, row_group_size=GROUP)

    def __exit__(self, *_: object) -> None:
        if self.file is not None:
            self.file.close()


def project_ids(numbers: np.ndarray) -> pa.Array:
    """``C0001-P001`` …: the county and the project in it."""
    county, project = np.divmod(numbers, PROJECTS_A_COUNTY)
    return _joined("C", _padded(county + 1, 4), "-P", _padded(project + 1, 3))


def _indicators(projects: np.ndarray, rng: np.random.Generator) -> pa.Table:
    size = projects.size * INDICATORS_A_PROJECT
    kind = np.tile(np.arange(INDICATORS_A_PROJECT), projects.size)
    owner = pc.take(project_ids(projects), pa.array(np.repeat(np.arange(projects.size), 12)))
    op, unit = pa.array(OPS).take(pa.array(kind)), pa.array(UNITS).take(pa.array(kind))
    judged = kind == OPS.index("qualitative")
    target = np.where(kind < 2, rng.integers(5, 2000, size), rng.integers(80, 101, size))
    target = np.where(judged, np.nan, target.astype("float64"))
    points = POINTS[kind]
    actual, blank = _actual(target, kind, rng)
    share = np.clip(np.where(kind == 5, 2 - actual / target, actual / target), 0, 1)
    stated = np.where(judged, points * rng.choice([1, 1, 1, 0.9], size), points * share)
    stated = np.where(np.isnan(stated), points, np.round(stated, 2))
    words = _joined(_short(actual), pc.fill_null(unit, ""))
    words = pc.if_else(pa.array(judged), pa.scalar("达成年度指标"), words)
    sign = pa.array([SIGNS.get(each, "") for each in OPS]).take(pa.array(kind))
    wanted = _joined(sign, _short(target), pc.fill_null(unit, ""))
    explained = pa.array(rng.random(size) < 0.17)
    return pa.table(
        {
            "indicator_id": _joined(owner, "-i", _padded(kind + 1, 2)),
            "project_id": owner,
            "unit_id": pa.nulls(size, pa.string()),
            "level1": pa.array(LEVELS.tolist()).take(pa.array(kind)),
            "level2": pa.array(LEVELS_2).take(pa.array(kind)),
            "level3": pa.array(NAMES).take(pa.array(kind)),
            "op": op,
            "target": pa.array(target, from_pandas=True),
            "target_text": pc.if_else(pa.array(judged), pa.scalar("建立长效机制"), wanted),
            "measure_unit": unit,
            "points": points,
            "actual": pa.array(actual, from_pandas=True),
            "actual_text": pc.if_else(pa.array(blank), pa.scalar(None, pa.string()), words),
            "self_score": stated,
            "reason": pc.if_else(
                explained, pa.scalar("前期论证不充分，今后加强准备"), pa.scalar(None, pa.string())
            ),
            "source_cell": _joined("自评表", owner, ".xlsx!Sheet1!G", _whole(kind + 14)),
        }
    )


def _actual(
    target: np.ndarray, kind: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Actual values: four in five on target or above, a few far above, a few blank."""
    draw = rng.random(target.size)
    missed = draw < 0.17
    ceiling = kind == 5
    better = np.where(ceiling, rng.uniform(0.7, 1, target.size), rng.uniform(1, 1.2, target.size))
    worse = np.where(ceiling, rng.uniform(1, 1.6, target.size), rng.uniform(0.5, 1, target.size))
    share = np.where(missed, worse, np.where(draw < 0.5, 1, better))
    share = np.where((draw > 0.98) & ~ceiling, rng.uniform(1.3, 2, target.size), share)
    actual = np.round(target * share, 2)
    blank = (draw > 0.17) & (draw < 0.19)
    return np.where(blank, np.nan, actual), blank


def _others(projects: int, rng: np.random.Generator) -> dict[str, pd.DataFrame]:
    numbers = np.arange(projects)
    ids = project_ids(numbers).to_pandas()
    counties = -(-projects // PROJECTS_A_COUNTY)
    unit = pd.Series([f"C{number + 1:04d}" for number in range(counties)])
    annual = np.round(rng.lognormal(4.5, 1.2, projects), 2) + 1
    executed = np.round(annual * np.where(rng.random(projects) < 0.6, 1, rng.random(projects)), 2)
    projects_table = pd.DataFrame(
        {
            "project_id": ids,
            "unit_id": unit.take(numbers // PROJECTS_A_COUNTY).to_numpy(),
            "name": "示例项目" + pd.Series(numbers).astype("str"),
            "fund_kind": "general",
            "special_kind": "none",
            "project_type": "recurring",
            "is_self_evaluated": True,
            "is_monitored": False,
            "is_key": False,
            "is_special": False,
            "stated_total": np.round(rng.uniform(88, 100, projects), 2),
            "stated_execution_score": 10.0,
            "stated_grade": "excellent",
        }
    )
    funds = pd.DataFrame(
        {
            "project_id": ids,
            "fund_source": "current_fiscal",
            "initial_wan": annual,
            "annual_wan": annual,
            "received_wan": annual,
            "executed_wan": executed,
        }
    )
    units = pd.DataFrame({"unit_id": unit, "name": "示例县" + unit, "department_id": "D001"})
    return {"projects": projects_table, "funds": funds, "units": units}


def _joined(*parts: pa.Array | str) -> pa.Array:
    scalars = [pa.scalar(part) if isinstance(part, str) else part for part in parts]
    return pc.binary_join_element_wise(*scalars, pa.scalar(""))


def _whole(numbers: np.ndarray) -> pa.Array:
    return pc.cast(pa.array(numbers), pa.string())


def _padded(numbers: np.ndarray, width: int) -> pa.Array:
    return pc.utf8_lpad(_whole(numbers), width, "0")


def _short(values: np.ndarray) -> pa.Array:
    """``450``, ``92.4``; empty where there is none."""
    texts = pc.cast(pa.array(values, from_pandas=True), pa.string())
    return pc.fill_null(pc.replace_substring_regex(texts, r"\.0$", ""), "")


__all__ = ["project_ids", "write_country"]
