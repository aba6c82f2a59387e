"""A large workspace: what a run of many units costs by part, and what grows faster than they do.

    python benchmarks/workspace.py [--sizes 250 500 1000 2000] [--jobs 2] [--keep DIR]

The district is the made-up one, several times over with other ids. A report reads what a real
unit's report reads (`unit_view`) and prints one table of it, so that the cells weigh little and all
else shows. Each step is a process of its own: a first run, one in which nothing changed, one after
one unit's name changed, and `verify_reports`. The last line is one JSON object.
"""

from __future__ import annotations

import argparse
import json
import math
import resource
import shutil
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import nbformat
import pandas as pd
from timing import machine, print_last

from perfanalysis.data.sample import write_sample

BLOCK = 250
"""Units of the made-up district that a larger one is put together from."""
WORTH = 0.5
"""Seconds, or megabytes, under which a part is not worth a statement about its growth."""
FASTER = 1.1
"""Power of the number of units from which a part is said to grow faster than they do."""

SETTINGS = """\
work_year = 2021
[district]
name = "示例区"
sample = true
[engagement]
client = "示例区财政局"
agency = "示例机构"
lead_evaluator = "甲某"
report_date = 2021-11-30
"""
DECLARED = (
    "work_year = 2021\ndata_dir = 'data'\nsuite_file = 'suite.toml'\n"
    "lang = 'zh'\nedition = 'internal'\n"
)
UNIT = """\
from perfanalysis.report.layout import layout
from perfanalysis.suite.views.unit import unit_view
from perfanalysis.suite.workyear import open_work_year

year = open_work_year(work_year=work_year, data_dir=data_dir, suite_file=suite_file)
page, say = year.page("30_unit", lang)
view = unit_view(year, unit_id)
page.header(view.unit["name"], {"编码": unit_id}, listing=view.listing, members=view.members)
page.findings([f"共有{len(view.projects)}个项目。"])
page.table(view.projects, caption="项目", columns=layout(say, name="text", annual_wan="money"))
"""
DISTRICT = """\
from perfanalysis.suite.workyear import open_work_year

year = open_work_year(work_year=work_year, data_dir=data_dir, suite_file=suite_file)
page, say = year.page("60_district", lang)
page.header("全区")
page.findings([f"共有{len(year.scores.projects)}个项目。"])
"""
VIEW = "perfanalysis.suite.views.unit:unit_view"
PARTS: Mapping[str, tuple[str, str]] = {
    "digests of the sources": ("perfanalysis.suite.run", "sources_of"),
    "checks before": ("perfanalysis.suite.make", "prepare"),
    "handing out reports": ("perfanalysis.suite.make", "run_jobs"),
    "sources once more": ("perfanalysis.suite.publish", "sources_of"),
    "frames": ("perfanalysis.suite.publish", "frames"),
    "index": ("perfanalysis.suite.publish", "_index"),
    "search index": ("perfanalysis.suite.publish", "_search"),
    "manifest": ("perfanalysis.suite.manifest", "write_manifest"),
    "exchange of folders": ("perfanalysis.suite.staging", "Staging.publish"),
    "page over the years": ("perfanalysis.suite.publish", "rebuild_years"),
    "record": ("perfanalysis.suite.make", "write_record"),
}
"""What of a run is timed in its main process: module and name of each function."""
STEPS = ("first run", "unchanged", "one unit changed", "verify")


def make_workspace(root: Path, units: int) -> Path:
    """Write settings, data and the two small notebooks; `units` in whole `BLOCK`s."""
    root.mkdir(parents=True)
    (root / "suite.toml").write_text(SETTINGS, "utf-8")
    write_sample(root / "block", units=BLOCK, years=(2020, 2022), clean=True)
    for path in sorted((root / "block").glob("*/*.csv")):
        table = pd.read_csv(path, dtype="str", keep_default_na=False)
        blocks = [_block(table, number) for number in range(units // BLOCK)]
        out = root / "data" / path.relative_to(root / "block")
        out.parent.mkdir(parents=True, exist_ok=True)
        pd.concat(blocks).to_csv(out, index=False)
    shutil.rmtree(root / "block")
    unit = {"scope": "unit", "title": {"zh": "单位报告", "en": "Unit"}, "view": VIEW}
    district = {"scope": "district", "title": {"zh": "全区分析", "en": "District"}}
    (root / "notebooks").mkdir()
    _notebook(root / "notebooks" / "30_unit.ipynb", DECLARED + "unit_id = ''\n", UNIT, unit)
    _notebook(root / "notebooks" / "60_district.ipynb", DECLARED, DISTRICT, district)
    return root


def _block(table: pd.DataFrame, number: int) -> pd.DataFrame:
    """The same rows of other units: every id begins with another letter."""
    named = [name for name in table if name.endswith("_id") or name in ("from", "to", "account")]
    letter = chr(ord("A") + number)
    return table.assign(
        **{name: table[name].where(table[name] == "", letter + table[name]) for name in named}
    )


def _notebook(path: Path, parameters: str, source: str, about: Mapping[str, Any]) -> None:
    cells = [nbformat.v4.new_code_cell(parameters, id="c0", metadata={"tags": ["parameters"]})]
    cells.append(nbformat.v4.new_code_cell(source, id="c1"))
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    metadata = {
        "kernelspec": kernel, "language_info": {"name": "python"}, "perfanalysis": about
    }  # fmt: skip
    nbformat.write(nbformat.v4.new_notebook(metadata=metadata, cells=cells), path)


def do(root: Path, name: str, jobs: int) -> dict[str, Any]:
    """Do one step in this process: what it took, and processor seconds by part."""
    spent: dict[str, float] = defaultdict(float)
    for part in ("digests of the sources",) if name == "unchanged" else PARTS:
        _time(part, spent)
    started, remade = perf_counter(), 0
    if name == "verify":
        from perfanalysis.suite.manifest import verify_reports

        if verify_reports(root / "reports" / "2021", data_dir=root / "data"):
            raise SystemExit("the published folder is not what its manifest says")
    else:
        from perfanalysis.suite.run import run_suite

        result = run_suite(root / "suite.toml", jobs=jobs)
        if result.failed:
            raise SystemExit(f"a report failed: {next(iter(result.failed.items()))}")
        remade = len(result.remade)
    mine, others = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    spent["workers"] = others.ru_utime + others.ru_stime
    return {
        "seconds": perf_counter() - started,
        "processor": sum(each.ru_utime + each.ru_stime for each in (mine, others)),
        "main MB": mine.ru_maxrss / 1024,
        "largest worker MB": others.ru_maxrss / 1024,
        "made again": remade,
        "parts": dict(spent),
    }


def _time(part: str, spent: dict[str, float]) -> None:
    """Let the function of a part add the processor seconds that it takes in this process."""
    module, name = PARTS[part]
    owner: Any = import_module(module)
    *inner, last = name.split(".")
    for each in inner:
        owner = getattr(owner, each)
    original: Callable[..., Any] = getattr(owner, last)

    def timed(*arguments: Any, **named: Any) -> Any:
        start = process_time()
        try:
            return original(*arguments, **named)
        finally:
            spent[part] += process_time() - start

    setattr(owner, last, timed)


def measure(root: Path, units: int, jobs: int) -> dict[str, Any]:
    """Every step of one size, each in a process of its own."""
    make_workspace(root, units)
    found: dict[str, Any] = {"indicator rows": indicator_rows(root)}
    for name in STEPS:
        if name == "one unit changed":
            rename_unit(root)
        words = [sys.executable, __file__, "--do", name, "--keep", str(root), "--jobs", str(jobs)]
        done = subprocess.run(words, check=True, capture_output=True, text=True)
        found[name] = json.loads(done.stdout.splitlines()[-1])
        print(units, name, json.dumps(found[name]), flush=True)
    return found


def indicator_rows(root: Path) -> int:
    """Rows of the indicators of the two years that are read whole."""
    files = [root / "data" / str(year) / "indicators.csv" for year in (2020, 2021)]
    return sum(len(pd.read_csv(path, usecols=["indicator_id"])) for path in files)


def rename_unit(root: Path) -> None:
    """Give the first unit another name."""
    path = root / "data" / "2020" / "units.csv"
    table = pd.read_csv(path, dtype="str", keep_default_na=False)
    table.loc[0, "name"] += "（新）"
    table.to_csv(path, index=False)


def growth(sizes: Sequence[int], found: Mapping[int, Mapping[str, Any]]) -> dict[str, float]:
    """Of each part that takes time: by which power of the number of units it grows.

    Taken from the two largest sizes.
    """
    small, large = sizes[-2:]
    parts = {
        f"{name}: {part}": (times[part], found[large][name]["parts"][part])
        for name in STEPS
        for times in (found[small][name]["parts"],)
        for part in times
    } | {
        f"{name}: {what}": (found[small][name][what], found[large][name][what])
        for name in STEPS
        for what in ("seconds", "processor", "main MB", "largest worker MB")
    }
    return {
        name: round(math.log(after / before) / math.log(large / small), 2)
        for name, (before, after) in parts.items()
        if after >= WORTH
    }


def print_table(sizes: Sequence[int], found: Mapping[int, Mapping[str, Any]]) -> None:
    """One line a part: its figure at each size."""
    for name in STEPS:
        whole = ("seconds", "processor", "main MB", "largest worker MB", "made again")
        rows = {what: [found[size][name][what] for size in sizes] for what in whole}
        rows |= {
            part: [found[size][name]["parts"].get(part, 0.0) for size in sizes]
            for part in found[sizes[-1]][name]["parts"]
        }
        print(f"\n{name}")
        for what, values in rows.items():
            print(f"  {what:<24}" + "".join(f"{value:>10.2f}" for value in values))


def main() -> None:
    """Measure every size, or do one step."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[250, 500, 1000, 2000])
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--keep", type=Path, help="where the workspaces are made, and stay")
    parser.add_argument("--do", choices=STEPS, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.do:
        print_last(do(given.keep, given.do, given.jobs))
        return
    if any(size % BLOCK for size in given.sizes) or len(given.sizes) < 2:
        parser.error(f"--sizes takes two or more multiples of {BLOCK}")
    with tempfile.TemporaryDirectory() as folder:
        root = given.keep or Path(folder)
        found = {size: measure(root / str(size), size, given.jobs) for size in given.sizes}
    sizes = sorted(given.sizes)
    print_table(sizes, found)
    powers = growth(sizes, found)
    print("\ngrows faster than the units:", {n: p for n, p in powers.items() if p > FASTER})
    print_last({**machine(), "sizes": {str(n): each for n, each in found.items()}, "power": powers})


if __name__ == "__main__":
    main()
