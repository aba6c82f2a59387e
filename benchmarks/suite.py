"""N unit reports of the sample district by every way there is: ratios, one JSON line at the end.

Usage: python benchmarks/suite.py [--reports 67] [--slow-reports 67] [--rounds 1] [--jobs 2]
           [--skip cli cli_stub pool] [--snakemake]

The ways that take minutes (cli, cli_stub, pool, snakemake) can make fewer reports: every figure is
seconds a report, and what they pay once is small beside one report.

cli       papermill, then jupyter nbconvert, as commands in a loop of `jobs` at once
cli_stub  the same without rfc3987_syntax, whose import takes most of a start
snakemake the same commands driven by Snakemake, which --snakemake installs for the time of the run
pool      papermill.execute_notebook and nbconvert's exporter in a process pool
cold      perfanalysis run, nothing made before
one       the same of one report: starts, the opening of the data, a report; less its cells, this
          is the start that a changed run is allowed
changed   perfanalysis run after one figure of one unit changed
unchanged perfanalysis run once more
floor     the same cells drawing the same images in one warm process a core, imports excluded; the
          data is opened inside its time, once a process, as a run has to
opened    the same with the data opened and one report made before its time begins
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
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import asdict
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter
from typing import Any

from commands import run_to_end
from snakemake_peer import by_snakemake, install
from suite_table import median_rows, print_table
from timing import machine, print_last

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent
NOTEBOOK = "30_unit"
SLOW = ("cli", "cli_stub", "snakemake", "pool")
WAYS = (*SLOW, "one", "cold", "unchanged", "changed", "floor", "opened")
LARGE = ("pandas", "papermill", "matplotlib", "IPython", "nbformat")
STUB = "import sys\nsys.modules.setdefault('rfc3987_syntax', None)\n"


def workspace(folder: Path) -> Path:
    """A copy of the sample district, its settings and its notebook of a unit."""
    (folder / "notebooks").mkdir(parents=True)
    shutil.copytree(ROOT / "data", folder / "data")
    shutil.copy(ROOT / "notebooks" / f"{NOTEBOOK}.ipynb", folder / "notebooks")
    shutil.copy(ROOT / "suite.toml", folder)
    shutil.copytree(ROOT / "rules", folder / "rules")
    shutil.copytree(ROOT / "examples" / "rules", folder / "examples" / "rules")
    (folder / "stub").mkdir()
    (folder / "stub" / "sitecustomize.py").write_text(STUB, "utf-8")
    return folder


def unit_ids(folder: Path, count: int) -> list[str]:
    """The first units of the evaluated year."""
    with (folder / "data" / "2020" / "units.csv").open(encoding="utf-8-sig", newline="") as lines:
        return [row["unit_id"] for row in csv.DictReader(lines)][:count]


def command(*words: str | Path, cwd: Path, stubs: Path | None = None) -> str:
    """What a command of this environment prints; an error of its ends the benchmark."""
    path = filter(None, [stubs and str(stubs), os.environ.get("PYTHONPATH")])
    return run_to_end(
        [BIN / words[0], *words[1:]],
        cwd=cwd,
        variables={"PYTHONPATH": os.pathsep.join(path)} if stubs else None,
    )


def by_commands(folder: Path, units: Sequence[str], jobs: int, *, stub: bool) -> None:
    """(a) Two commands a report."""
    cwd, out = folder / "notebooks", folder / ("cli_stub" if stub else "cli")
    out.mkdir(exist_ok=True)
    stubs = folder / "stub" if stub else None

    def report(unit: str) -> None:
        made = out / f"{NOTEBOOK}-{unit}.ipynb"
        source = f"{NOTEBOOK}.ipynb"
        options = ("-k", "python3", "--no-progress-bar")
        command("papermill", source, made, "-p", "unit_id", unit, *options, cwd=cwd, stubs=stubs)
        command("jupyter", "nbconvert", "--to", "html", "--no-input", made, cwd=cwd, stubs=stubs)

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


def words_of_run(folder: Path, units: Sequence[str], jobs: int) -> list[str]:
    """The command that makes these reports, and no others."""
    words = ["perfanalysis", "run", "--work-year", "2021", "--jobs", str(jobs), "--json"]
    if len(units) < len(unit_ids(folder, sys.maxsize)):
        words += [word for unit in units for word in ("--only", f"{NOTEBOOK}-{unit}")]
    return words


def by_us(folder: Path, units: Sequence[str], jobs: int) -> list[str]:
    """(c), (d), (e): whatever `perfanalysis run` does; the units whose pages it made again."""
    pages = json.loads(command(*words_of_run(folder, units, jobs), cwd=folder))["remade"]
    return [page.removeprefix(f"{NOTEBOOK}-").removesuffix(".html") for page in pages]


def imported_when_unchanged(folder: Path, units: Sequence[str], jobs: int) -> list[str]:
    """Those of the large libraries that a run with nothing to do imports."""
    words = words_of_run(folder, units, jobs)
    code = f"""
import contextlib, io, json, sys
from perfanalysis.cli import main
sys.argv = {words!r}
with contextlib.suppress(SystemExit), contextlib.redirect_stdout(io.StringIO()):
    main()
print(json.dumps([name for name in {LARGE!r} if name in sys.modules]))
"""
    found: list[str] = json.loads(run_to_end([sys.executable, "-c", code], cwd=folder))
    return found


def change_one(folder: Path, unit: str, turn: int) -> None:
    """A little less spent by the first project of the unit: its page shows it."""
    path = folder / "data" / "2020" / "funds.csv"
    rows = list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"))))
    own = next(row for row in rows if row["project_id"].startswith(f"P{unit[1:]}-"))
    own["executed_wan"] = f"{float(own['executed_wan']) - 1 - turn:.6f}"
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, list(own))
        writer.writeheader()
        writer.writerows(rows)


def start_floor(folder: Path, unit: str = "") -> None:
    """Pay for the imports of the cells once, and for a first report of a unit if one is given."""
    from perfanalysis.suite.processes import ENVIRONMENT

    os.environ.update(ENVIRONMENT)
    os.chdir(folder / "notebooks")
    for node in ast.parse(_cells()[1]).body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            exec(ast.unparse(node), {})
    if unit:
        floor_report(unit)


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


def by_floor(
    folder: Path, units: Sequence[str], jobs: int, *, opened: bool
) -> tuple[float, list[float]]:
    """(f) Wall time of all reports once every process is warm, and seconds of each report."""
    with ProcessPoolExecutor(
        jobs,
        mp_context=get_context("spawn"),
        initializer=start_floor,
        initargs=(folder, units[0] if opened else ""),
    ) as pool:
        for future in [pool.submit(_nothing) for _ in range(jobs)]:
            future.result()
        start = perf_counter()
        each = list(pool.map(floor_report, units))
        return perf_counter() - start, each


def _nothing() -> None:
    from time import sleep

    sleep(0.5)  # long enough that the other processes take theirs


def one_round(folder: Path, units: Sequence[str], options: Any, turn: int) -> dict[str, Any]:
    """Seconds a report of every way, one after another, and what else each tells."""
    found: dict[str, Any] = {"told": {}}
    for name in WAYS:
        if name in options.skip or (name == "snakemake" and not options.snakemake):
            continue
        some = {"one": 1, **dict.fromkeys(SLOW, options.slow_reports)}.get(name, len(units))
        start = perf_counter()
        wall, told = one_way(name, folder, units[:some], options, turn)
        found[name] = (wall or perf_counter() - start) / min(some, len(units))
        found["told"][name] = told
        print(f"{name}: {found[name]:.3f} s a report", flush=True)
        if name == "unchanged":
            found["told"]["imported"] = imported_when_unchanged(folder, units, options.jobs)
    return found


def one_way(
    name: str, folder: Path, units: Sequence[str], options: Any, turn: int
) -> tuple[float, list[Any]]:
    """Make reports in one way; its wall time if not the call's own, and what it tells.

    The two floors tell the seconds of each report, our runs the units whose pages were made.
    """
    jobs = options.jobs
    if name in ("floor", "opened"):
        return by_floor(folder, units, jobs, opened=name == "opened")
    if name in SLOW:
        shutil.rmtree(folder / name, ignore_errors=True)
    if name in ("cli", "cli_stub"):
        by_commands(folder, units, jobs, stub=name == "cli_stub")
    elif name == "pool":
        by_pool(folder, units, jobs)
    elif name == "snakemake":
        by_snakemake(folder.parent / "environment", folder, NOTEBOOK, units, jobs)
    else:
        if name in ("one", "cold"):
            for made in ("reports", "build"):
                shutil.rmtree(folder / made, ignore_errors=True)
        if name == "changed":
            change_one(folder, units[0], turn)
        return 0.0, by_us(folder, units, jobs)
    return 0.0, []


def main() -> None:
    """Measure, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--reports", type=int, default=67)
    parser.add_argument("--slow-reports", type=int, default=67)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--skip", nargs="*", choices=WAYS, default=[])
    parser.add_argument("--snakemake", action="store_true", help="install and measure it too")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = workspace(Path(name) / "workspace")
        left_out = install(Path(name) / "environment") if options.snakemake else "not asked for"
        options.snakemake = not left_out
        units = unit_ids(folder, options.reports)
        rounds = [one_round(folder, units, options, turn) for turn in range(options.rounds)]
    seconds = {
        way: statistics.median(one[way] for one in rounds) for way in rounds[0] if way != "told"
    }
    table = median_rows(rounds, units, options.jobs)
    told = rounds[0]["told"]
    result = {
        "benchmark": "suite",
        "machine": machine(),
        "reports": len(units),
        "slow_reports": min(options.slow_reports, len(units)),
        "jobs": options.jobs,
        "rounds": options.rounds,
        "seconds_a_report": {way: round(value, 3) for way, value in seconds.items()},
        "table": [asdict(row) | {"reached": row.reached} for row in table],
        "cells_seconds": {
            way: [round(value, 3) for one in rounds for value in one["told"].get(way, [])]
            for way in ("floor", "opened")
        },
        "pages_made_after_a_change": len(told.get("changed", [])),
        "imported_when_unchanged": told.get("imported", []),
        "snakemake_left_out": left_out,
    }
    for way in ("floor", "opened"):
        print(f"cells of each report ({way}), seconds:", *result["cells_seconds"][way])
    print_table(table)
    print_last(result)


if __name__ == "__main__":
    main()
