"""Whatever goes wrong, what is published is wholly the old year or wholly the new one."""

import os
import random
import resource
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from pipes_of_tests import LONG, process_at, run_in_terminal, waiting_cell
from tiny_notebooks import make_notebook
from workspaces import DECLARED, make_workspace, tree

from perfanalysis.suite.manifest import verify_reports
from perfanalysis.suite.run import run_suite

pytestmark = pytest.mark.slow

SABOTEUR = Path(__file__).with_name("saboteur.py")
KILLS = 20
ABOVE = ("index.html", "script.js", "style.css", "years.js")
"""Beside the folders of the years."""


def change(root):
    units = root / "data" / "2020" / "units.csv"
    units.write_text(units.read_text("utf-8").replace("004局", "004处"), "utf-8")


def run(root, *arguments):
    """Until nothing that shares its output is left: also its workers and what they started."""
    with subprocess.Popen(
        [sys.executable, SABOTEUR, *map(str, arguments)],
        cwd=root,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
    ) as process:
        said, _ = process.communicate(timeout=LONG)
    return process.returncode, said


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """A workspace whose data changed after its run; what is published, and what should be."""
    root = make_workspace(tmp_path_factory.mktemp("survival") / "w")
    run_suite(root / "suite.toml", jobs=1)
    old = tree(root / "reports")
    change(root)
    other = shutil.copytree(root, root.with_name("other"))
    run_suite(other / "suite.toml", jobs=1)
    return root, old, tree(other / "reports")


@pytest.fixture(scope="module")
def steps(published, tmp_path_factory):
    """How many steps on the disk a run takes."""
    root = shutil.copytree(published[0], tmp_path_factory.mktemp("steps") / "w")
    code, said = run(root, "count", 0)
    assert code == 0, said
    assert tree(root / "reports") == published[2]
    return int(said.splitlines()[-1])


def check(root, published, *, broken):
    """Nothing half-written is published, and the next run makes it whole and leaves nothing."""
    _, old, new = published
    assert tree(root / "reports" / "2021") in (below(old), below(new)), broken
    assert verify_reports(root / "reports" / "2021") == (), broken
    run_suite(root / "suite.toml", jobs=1)
    assert tree(root / "reports") == new, broken
    left = {path.name for path in (root / "reports").iterdir()}
    assert left == {"2021", *ABOVE}, broken


def below(files):
    inside = {name: each for name, each in files.items() if name.startswith("2021/")}
    return {name.removeprefix("2021/"): content for name, content in inside.items()}


def test_any_step_on_the_disk_may_fail(published, steps, tmp_path):
    reached = set()
    for at in range(1, steps + 1):
        root = shutil.copytree(published[0], tmp_path / str(at))
        code, said = run(root, "fail", at)
        reached.add(code)
        assert code in (0, 2), said
        assert "Traceback" not in said
        assert code == 0 or "磁盘空间" in said
        stands = tree(root / "reports" / "2021") == below(published[1])
        assert ("原有报告保持不变" in said) == (code == 2 and stands), said
        check(root, published, broken=f"step {at} of {steps}")
        shutil.rmtree(root)
    assert reached == {0, 2}  # a record that cannot be kept is no failure


def test_the_process_may_be_killed_at_any_step(published, steps, tmp_path):
    for seed in range(KILLS):
        at = random.Random(seed).randint(1, steps)
        root = shutil.copytree(published[0], tmp_path / str(seed))
        code, said = run(root, "kill", at)
        assert code == -signal.SIGKILL, said
        check(root, published, broken=f"seed {seed}, step {at} of {steps}")
        shutil.rmtree(root)


def test_a_full_disk_is_said_and_harms_nothing(published, tmp_path):
    root = shutil.copytree(published[0], tmp_path / "w")
    largest = 4_000  # bytes of a file: less than a page or the style sheet
    done = subprocess.run(
        [sys.executable, "-m", "perfanalysis.cli", "run", "--jobs", "1"],
        cwd=root,
        capture_output=True,
        encoding="utf-8",
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest)),
    )
    assert done.returncode == 2
    assert "原有报告保持不变" in done.stderr
    assert "Traceback" not in done.stderr
    check(root, published, broken="a full disk")


@pytest.mark.parametrize("engine", ["forked", "jupyter"])
def test_ctrl_c_ends_the_run_and_all_that_it_started(tmp_path, engine):
    root = make_workspace(tmp_path / "w")
    run_suite(root / "suite.toml", jobs=1)
    before = tree(root / "reports")
    waiting, reader = waiting_cell(tmp_path)
    make_notebook(
        root / "notebooks" / "60_district.ipynb",
        DECLARED,
        waiting,
        about={"scope": "district", "title": "等"},
        tags={0: ["parameters"]},
    )
    with (
        run_in_terminal(root, "--jobs", "2", "--engine", engine) as process,
        process_at(reader),
    ):  # the cell is at work
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does
        said, _ = process.communicate(timeout=LONG)
    assert process.returncode == 130, said
    assert "Traceback" not in said
    assert "已中止" in said
    assert tree(root / "reports") == before
