"""What is published depends on the data, the notebooks and the program, and on nothing else."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from workspaces import tree

from perfanalysis.data.sample import write_sample

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
LONG = 900
"""Seconds after which a run is a failure of the test."""

# Options of the command, name of the workspace, environment.
USUAL = ("--jobs", "2"), "w", {"TZ": "UTC", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "0"}
RUNS = {
    "another place, time zone, locale and hash seed, one by one": (
        ("--jobs", "1"),
        "另一个 {folder}",
        {"TZ": "America/New_York", "LC_ALL": "C", "PYTHONHASHSEED": "1"},
    ),
    # where the locale is not installed, the system takes C
    "ordinary kernels": (
        ("--jobs", "2", "--engine", "jupyter"),
        "kernels",
        {"TZ": "Asia/Kathmandu", "LC_ALL": "tr_TR.UTF-8", "PYTHONHASHSEED": "2"},
    ),
}


def publish(parent, options, name, environment):
    """Make every report of a small district with the suite's own notebooks."""
    root = parent / name
    root.mkdir()
    write_sample(root / "data", units=3)
    shutil.copy(ROOT / "suite.toml", root)
    shutil.copytree(ROOT / "rules", root / "rules")
    shutil.copytree(ROOT / "examples" / "rules", root / "examples" / "rules")
    shutil.copytree(ROOT / "notebooks", root / "notebooks")
    done = subprocess.run(
        [sys.executable, "-m", "perfanalysis.cli", "run", *options],
        cwd=root,
        env={**os.environ, **environment},
        capture_output=True,
        encoding="utf-8",
        timeout=LONG,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return tree(root / "reports")


@pytest.fixture(scope="module")
def usual(tmp_path_factory):
    return publish(tmp_path_factory.mktemp("usual"), *USUAL)


@pytest.mark.parametrize("run", RUNS.values(), ids=RUNS)
def test_the_same_bytes(usual, tmp_path, run):
    published = publish(tmp_path, *run)
    assert published.keys() == usual.keys()
    assert [name for name in usual if published[name] != usual[name]] == []
