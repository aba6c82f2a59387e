"""``perfanalysis run`` as a user starts it: what is printed where, and the exit code."""

import json
import subprocess
import sys

import pytest
from tiny_notebooks import make_notebook
from workspaces import DECLARED, make_workspace


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    root = make_workspace(tmp_path_factory.mktemp("command"))
    make_notebook(
        root / "notebooks" / "90_bad.ipynb",
        DECLARED,
        "import os, sys\nos.system('echo past sys.stdout')\nprint('read me')\n{}['键']",
        about={"scope": "district", "title": "坏"},
        tags={0: ["parameters"]},
    )
    return root


def perf_run(root, *arguments):
    command = [sys.executable, "-m", "perfanalysis.cli", "run", "--jobs", "2", *arguments]
    return subprocess.run(command, cwd=root, capture_output=True, encoding="utf-8", check=False)


def test_the_last_line_is_the_index_and_failures_are_listed(workspace):
    done = perf_run(workspace)
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    assert lines[-1] == "reports/2021/index.html"
    assert (workspace / lines[-1]).is_file()
    assert "生成 4 页，失败 1 页" in lines[0]
    (failed,) = [line for line in lines if line.startswith("失败：")]
    assert "reports/2021/90_bad.html" in failed
    assert "第 3 个单元格 KeyError: '键'" in failed
    progress = [line for line in done.stderr.splitlines() if line.startswith("[")]
    assert len(progress) == 5
    assert progress[-1].startswith("[5/5] ")
    assert "Traceback" not in done.stderr


def test_json_is_one_object_and_nothing_else(workspace):
    done = perf_run(workspace, "--only", "90_bad", "--only", "60_district", "--json")
    assert done.returncode == 1
    result = json.loads(done.stdout)
    assert result["made"] == ["60_district.html"]
    assert result["failed"]["90_bad.html"]["error"] == "KeyError"
    assert result["partial"] is True


def test_errors_in_the_data_fail_a_strict_run_only(workspace):
    """The tiny tables lack indicators and payments, which the checks report as errors."""
    free = perf_run(workspace, "--only", "60_district", "--json")
    findings = json.loads(free.stdout)["findings"]
    assert free.returncode == 0
    assert findings["error"] > 0
    assert perf_run(workspace, "--only", "60_district", "--strict").returncode == 1
