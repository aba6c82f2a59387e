"""How scoring and import grow: ratios taken side by side, one JSON line at the end.

Usage: python benchmarks/scale.py [--sizes 10000 100000 1000000 6245424] [--forms 200]

A country is 2,844 counties × 183 projects × 12 indicators = 6,245,424 rows, made up.
"""

from __future__ import annotations

import argparse
import gc
import json
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from made import write_country
from made_batch import write_batch
from peers import peers, row_wise
from python_calamine import CalamineWorkbook
from timing import interleaved, machine, print_last

from perfanalysis.data.forms import read_forms
from perfanalysis.data.tables import YearData, load_year
from perfanalysis.rules.loader import load_rules
from perfanalysis.scoring.importing import import_forms
from perfanalysis.scoring.indicators import USED, score_indicators
from perfanalysis.scoring.ledger import indicator_ledger
from perfanalysis.scoring.projects import score_projects

COUNTRY = 2844 * 183 * 12
SIZES = (10_000, 100_000, 1_000_000, COUNTRY)
ROW_WISE_ROWS = 10_000
RULES = load_rules().on(date(2022, 3, 31))
COLUMNS = [*USED, "measure_unit", "source_cell"]
TABLES = ("units", "projects", "funds", "indicators")


def read_indicators(year: Path) -> pd.DataFrame:
    """The columns that scoring uses."""
    return pd.read_parquet(year / "indicators.parquet", columns=COLUMNS)


def read_tables(year: Path) -> YearData:
    """The three tables that `score_projects` takes, as they stand in Parquet."""
    tables = {name: pd.read_parquet(year / f"{name}.parquet") for name in ("projects", "funds")}
    return YearData(2021, {**tables, "indicators": read_indicators(year)}, {}, ())


def score_and_ledger(table: pd.DataFrame) -> tuple[Any, pd.DataFrame]:
    """Review of the indicators alone."""
    reviewed = score_indicators(table, RULES)
    return reviewed, indicator_ledger(reviewed, table, RULES)


def ours(path: Path) -> np.ndarray:
    """From the file to kept points, as the peers do it."""
    table = read_indicators(path.parent)
    return score_and_ledger(table)[0].kept / 100


def measure_size(year: Path, rows: int) -> dict[str, Any]:
    """Times and ratios of one size."""
    path = year / "indicators.parquet"
    tables = read_tables(year)
    table = tables["indicators"]
    others, left_out = peers()
    ways: dict[str, Callable[[], object]] = {
        "read": partial(read_indicators, year),
        "score": partial(score_and_ledger, table),
        "read_tables": partial(read_tables, year),
        "score_projects": partial(score_projects, tables, RULES),
        "end_to_end": partial(ours, path),
        **{name: partial(way, path) for name, way in others.items()},
    }
    if rows <= 10 * ROW_WISE_ROWS:
        ways["row_wise"] = partial(row_wise, table.head(ROW_WISE_ROWS))
    if rows <= 1_000_000:
        ways["load_year"] = partial(load_year, year, only=TABLES)
    for way in (ways["read"], ways["score"]):
        way()  # imports and caches
    seconds, processor = interleaved(ways, repeats=3 if rows > 100_000 else 7)
    kept = ours(path)
    differ = {name: int((np.abs(way(path) - kept) > 1e-9).sum()) for name, way in others.items()}
    return {
        "rows": len(table),
        "seconds": {name: round(value, 4) for name, value in seconds.items()},
        "ratios": _ratios(seconds, len(table)),
        "processor_seconds": {name: round(value, 4) for name, value in processor.items()},
        "processor_ratios": _ratios(processor, len(table)),
        "rows_rounded_otherwise": differ,
        "left_out": left_out,
        "score_projects, ns a row": _own_and_kernel(partial(score_projects, tables, RULES), rows),
        **measure_memory(year),
    }


def _own_and_kernel(way: Callable[[], object], rows: int) -> dict[str, float]:
    """Processor time of a call in its own code and in the kernel, which hands out fresh memory.

    A small table finds its memory again in what the last call gave back; a large one does not.
    The least of three calls, by its own code.
    """
    found = []
    for _ in range(3):
        gc.collect()
        before = resource.getrusage(resource.RUSAGE_SELF)
        result = way()
        after = resource.getrusage(resource.RUSAGE_SELF)
        del result
        found.append((after.ru_utime - before.ru_utime, after.ru_stime - before.ru_stime))
    own, kernel = min(found)
    return {"own": round(own / rows * 1e9), "kernel": round(kernel / rows * 1e9)}


def _ratios(seconds: dict[str, float], rows: int) -> dict[str, float]:
    ratios = {
        "score / read": seconds["score"] / seconds["read"],
        "score_projects / read_tables": seconds["score_projects"] / seconds["read_tables"],
    }
    for name in ("polars", "duckdb"):
        if name in seconds:
            ratios[f"end_to_end / {name}"] = seconds["end_to_end"] / seconds[name]
    if "row_wise" in seconds:
        a_row = seconds["row_wise"] / min(rows, ROW_WISE_ROWS)
        ratios["row_wise / score, a row"] = a_row / (seconds["score"] / rows)
    if "load_year" in seconds:
        ratios["load_year / read_tables"] = seconds["load_year"] / seconds["read_tables"]
    return {name: round(value, 3) for name, value in ratios.items()}


def measure_memory(year: Path) -> dict[str, float]:
    """Peak memory of `score_projects` in a process of its own, in times the tables read."""
    command = [sys.executable, __file__, "--peak", str(year)]
    found = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    peak, after_read = found["peak"] - found["start"], found["after_read"] - found["start"]
    return {
        "table_mb": round(found["table"] / 2**20, 1),
        "peak / table": round(peak / found["table"], 2),
        "peak of reading / table": round(after_read / found["table"], 2),
    }


def print_peak(year: Path) -> None:
    """What the child process of `measure_memory` prints, in bytes."""
    start = _peak()
    tables = read_tables(year)
    after_read = _peak()
    size = sum(int(frame.memory_usage(deep=True).sum()) for frame in tables.tables.values())
    score_projects(tables, RULES)
    print(json.dumps({"start": start, "after_read": after_read, "peak": _peak(), "table": size}))


def _peak() -> int:
    """The most that this process has held; not `getrusage`, which a child inherits."""
    status = Path("/proc/self/status").read_text("ascii")
    return next(int(line.split()[1]) * 1024 for line in status.splitlines() if "VmHWM" in line)


def measure_forms(folder: Path, count: int) -> dict[str, Any]:
    """Import of a batch of forms against reading the cells of the same files."""
    paths = write_batch(folder / "forms", count)
    import_forms(paths[:3], budget_year=2021, data_dir=folder / "warm")
    ways: dict[str, Callable[[], object]] = {
        "bare": partial(read_bare, paths),
        "read_forms": partial(read_forms, paths),
        "import_forms": partial(_import, paths),
    }
    seconds, processor = interleaved(ways, repeats=9)
    return {
        "forms": len(read_forms(paths).forms),
        "seconds": {name: round(value, 4) for name, value in seconds.items()},
        "ratios": _against_bare(seconds),
        "processor_ratios": _against_bare(processor),
    }


def _against_bare(seconds: dict[str, float]) -> dict[str, float]:
    ways = ("read_forms", "import_forms")
    return {f"{way} / bare": round(seconds[way] / seconds["bare"], 2) for way in ways}


def read_bare(paths: list[Path]) -> None:
    """Every cell of every sheet, and nothing done with it."""
    for path in paths:
        book = CalamineWorkbook.from_path(str(path))
        for name in book.sheet_names:
            book.get_sheet_by_name(name).to_python(skip_empty_area=False)


def _import(paths: list[Path]) -> object:
    with tempfile.TemporaryDirectory() as folder:
        return import_forms(paths, budget_year=2021, data_dir=folder)


def _growth(sizes: list[dict[str, Any]], kind: str) -> dict[str, float]:
    """Time a row of each size in times that of 10⁵ rows."""
    base = next((size for size in sizes if size["rows"] > 50_000), sizes[0])
    a_row = {size["rows"]: size[kind]["score_projects"] / size["rows"] for size in sizes}
    return {str(rows): round(value / a_row[base["rows"]], 3) for rows, value in a_row.items()}


def main() -> None:
    """Measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="*", default=list(SIZES))
    parser.add_argument("--forms", type=int, default=200)
    parser.add_argument("--peak", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.peak:
        print_peak(options.peak)
        return
    sizes = []
    result: dict[str, Any] = {"benchmark": "scale", "machine": machine()}
    with tempfile.TemporaryDirectory() as folder:
        for rows in options.sizes:
            year = write_country(Path(folder) / str(rows), rows)
            sizes.append(measure_size(year, rows))
            for name, value in {**sizes[-1].pop("left_out"), **sizes[-1]}.items():
                print(f"{rows:>9,} {name}: {value}", flush=True)
        if sizes:
            result["sizes"] = sizes
            for kind in ("seconds", "processor_seconds"):
                result[f"growth of {kind}"] = growth = _growth(sizes, kind)
                print(f"{kind} of score_projects a row, in times that of 10^5 rows: {growth}")
        if options.forms:
            result["forms"] = measure_forms(Path(folder), options.forms)
            print("forms:", result["forms"])
    print_last(result)


if __name__ == "__main__":
    main()
