"""N unit reports of the sample district by every way there is: ratios, one JSON line at the end.

Usage: python benchmarks/suite.py [--reports 6] [--jobs 2] [--skip cli cli_stub pool] [--rounds 1]

cli       papermill, then jupyter nbconvert, as commands in a loop of `jobs` at once
cli_stub  the same without rfc3987_syntax, whose import takes most of a start
pool      papermill.execute_notebook and nbconvert's exporter in a process pool
cold      perfanalysis run, nothing made before
changed   perfanalysis run after one figure of one unit changed
unchanged perfanalysis run once more
floor     the same cells drawing the same images in one warm process a core, imports excluded
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import csv
import io
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter
from typing import Any

from timing import machine, print_last

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent
NOTEBOOK = "30_unit"
WAYS = ("cli", "cli_stub", "pool", "cold", "unchanged", "changed", "floor")
STUB = "import sys\nsys.modules.setdefault('rfc3987_syntax', None)\n"


def workspace(folder: Path) -> Path:
    """A copy of the sample district, its settings and notebooks."""
    folder.mkdir(parents=True)
    for name in ("data", "notebooks"):
        shutil.copytree(ROOT / name, folder / name)
    shutil.copy(ROOT / "suite.toml", folder)
    (folder / "stub").mkdir()
    (folder / "stub" / "sitecustomize.py").write_text(STUB, "utf-8")
    return folder


def unit_ids(folder: Path, count: int) -> list[str]:
    """The first units of the evaluated year."""
    with (folder / "data" / "2020" / "units.csv").open(encoding="utf-8-sig", newline="") as lines:
        return [row["unit_id"] for row in csv.DictReader(lines)][:count]


def command(*words: str | Path, cwd: Path, stub: bool = False) -> None:
    """Run a command of this environment; an error of its ends the benchmark."""
    environment = dict(os.environ)
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    if stub:
        environment["PYTHONPATH"] = str(cwd.parent / "stub")
    done = subprocess.run(
        [str(BIN / words[0]), *map(str, words[1:])],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"{' '.join(map(str, words))}\n{done.stdout[-2000:]}{done.stderr[-2000:]}")


def by_commands(folder: Path, units: Sequence[str], jobs: int, *, stub: bool) -> None:
    """(a) Two commands a report."""
    cwd, out = folder / "notebooks", folder / "cli"
    out.mkdir(exist_ok=True)

    def report(unit: str) -> None:
        made = out / f"{NOTEBOOK}-{unit}.ipynb"
        source = f"{NOTEBOOK}.ipynb"
        options = ("-k", "python3", "--no-progress-bar")
        command("papermill", source, made, "-p", "unit_id", unit, *options, cwd=cwd, stub=stub)
        command("jupyter", "nbconvert", "--to", "html", "--no-input", made, cwd=cwd, stub=stub)

    with ThreadPoolExecutor(jobs) as pool:
        list(pool.map(report, units))


def by_pool(folder: Path, units: Sequence[str], jobs: int) -> None:
    """(b) papermill's function, a kernel a report, in processes that import once."""
    (folder / "pool").mkdir(exist_ok=True)
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        list(pool.map(_pool_report, [folder] * len(units), units))


def _pool_report(folder: Path, unit: str) -> None:
    import papermill
    from nbconvert import HTMLExporter

    cwd = folder / "notebooks"
    made = papermill.execute_notebook(
        str(cwd / f"{NOTEBOOK}.ipynb"),
        str(folder / "pool" / f"{unit}.ipynb"),
        {"unit_id": unit},
        kernel_name="python3",
        cwd=str(cwd),
        progress_bar=False,
    )
    html, _ = HTMLExporter(exclude_input=True).from_notebook_node(made)
    (folder / "pool" / f"{unit}.html").write_text(html, "utf-8")


def by_us(folder: Path, units: Sequence[str], jobs: int) -> None:
    """(c), (d), (e): whatever `perfanalysis run` does."""
    only = [word for unit in units for word in ("--only", f"{NOTEBOOK}-{unit}*")]
    command("perfanalysis", "run", "--work-year", "2021", *only, "--jobs", str(jobs), cwd=folder)


def change_one(folder: Path, unit: str, turn: int) -> None:
    """Another stated score in the first indicator of a project of the unit."""
    path = folder / "data" / "2020" / "indicators.csv"
    text = path.read_text("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    own = next(row for row in rows if row["project_id"].startswith(f"P{unit[1:]}-"))
    own["self_score"] = f"{float(own['points']) - 1 - turn / 100:g}"
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, list(own))
        writer.writeheader()
        writer.writerows(rows)


def start_floor(folder: Path) -> None:
    """Pay for the imports of the cells once."""
    from perfanalysis.suite.worker import ENVIRONMENT

    os.environ.update(ENVIRONMENT)
    os.chdir(folder / "notebooks")
    for node in ast.parse(_cells()[1]).body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            exec(ast.unparse(node), {})


def _cells() -> list[str]:
    notebook = json.loads(Path(f"{NOTEBOOK}.ipynb").read_text("utf-8"))
    return ["".join(c["source"]) for c in notebook["cells"] if c["cell_type"] == "code"]


def floor_report(unit: str) -> float:
    """Seconds that the cells of one report take when nothing else happens."""
    start = perf_counter()
    parameters, *cells = _cells()
    names: dict[str, Any] = {}
    with contextlib.redirect_stdout(io.StringIO()):
        exec(parameters, names)
        names["unit_id"] = unit
        for cell in cells:
            exec(cell, names)
    return perf_counter() - start


def by_floor(folder: Path, units: Sequence[str], jobs: int) -> tuple[float, list[float]]:
    """(f) Wall time of all reports once every process is warm, and seconds of each report."""
    with ProcessPoolExecutor(
        jobs, mp_context=get_context("spawn"), initializer=start_floor, initargs=(folder,)
    ) as pool:
        warm = [pool.submit(_nothing) for _ in range(jobs)]
        for future in warm:
            future.result()
        start = perf_counter()
        each = list(pool.map(floor_report, units))
        return perf_counter() - start, each


def _nothing() -> None:
    from time import sleep

    sleep(0.5)  # long enough that the other processes take theirs


def one_round(folder: Path, units: Sequence[str], options: Any, turn: int) -> dict[str, Any]:
    """Seconds of every way, one after another."""
    jobs, skip = options.jobs, options.skip
    seconds: dict[str, Any] = {}
    for name in WAYS:
        if name in skip:
            continue
        if name == "cold":
            for made in ("reports", "build"):
                shutil.rmtree(folder / made, ignore_errors=True)
        if name == "changed":
            change_one(folder, units[0], turn)
        start = perf_counter()
        if name in ("cli", "cli_stub"):
            by_commands(folder, units, jobs, stub=name == "cli_stub")
        elif name == "pool":
            by_pool(folder, units, jobs)
        elif name == "floor":
            wall, each = by_floor(folder, units, jobs)
            seconds |= {"floor": wall, "floor_each": each}
            continue
        else:
            by_us(folder, units, jobs)
        seconds[name] = perf_counter() - start
        print(f"{name}: {seconds[name]:.2f} s", flush=True)
    return seconds


def ratios(seconds: dict[str, float], reports: int) -> dict[str, float]:
    """The measures of the issue, as far as their ways were measured."""
    pairs = {
        "cli / cold": ("cli", "cold"),
        "cli_stub / cold": ("cli_stub", "cold"),
        "pool / cold": ("pool", "cold"),
        "cold / floor": ("cold", "floor"),
        "unchanged / cold": ("unchanged", "cold"),
        "changed / cold": ("changed", "cold"),
    }
    found = {
        name: round(seconds[over] / seconds[under], 3)
        for name, (over, under) in pairs.items()
        if over in seconds and under in seconds
    }
    a_report = {f"{way} s a report": round(seconds[way] / reports, 3) for way in seconds}
    return found | a_report


def main() -> None:
    """Measure, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--reports", type=int, default=6)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--skip", nargs="*", choices=WAYS, default=[])
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = workspace(Path(name) / "workspace")
        units = unit_ids(folder, options.reports)
        rounds = [one_round(folder, units, options, turn) for turn in range(options.rounds)]
    each = [value for one in rounds for value in one.pop("floor_each", [])]
    seconds = {way: statistics.median(one[way] for one in rounds) for way in rounds[0]}
    result = {
        "benchmark": "suite",
        "machine": machine(),
        "reports": len(units),
        "jobs": options.jobs,
        "seconds": {way: round(value, 3) for way, value in seconds.items()},
        "ratios": ratios(seconds, len(units)),
        "floor_report_seconds": [round(value, 3) for value in each],
    }
    for way, value in {**result["ratios"]}.items():
        print(f"{way}: {value}")
    print("cells of each report, seconds:", *result["floor_report_seconds"])
    print_last(result)


if __name__ == "__main__":
    main()
