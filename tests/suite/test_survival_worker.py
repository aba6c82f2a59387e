"""A disk that fails in a worker: that report fails, or the run says so, and nothing is cut off."""

import errno
import json
import os
import shutil
import subprocess
import sys

import pytest
from pipes_of_tests import LONG
from workspaces import make_workspace, tree

from perfanalysis.suite.manifest import verify_reports
from perfanalysis.suite.run import run_suite

pytestmark = pytest.mark.slow

PAGE, UNTOUCHED = "30_unit-002", "原有报告保持不变"
SPOIL = """\
import builtins, errno, os

real, seen = builtins.open, []
name, at, code = (os.environ.get("SPOIL") or ":0:0").split(":")


class CutOff:
    def __init__(self, file):
        self.file = file

    def __getattr__(self, name):
        return getattr(self.file, name)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.file.close()

    def write(self, content):
        self.file.write(content[: len(content) // 2])
        self.file.flush()
        with real(os.environ["SPOILT"], "a") as told:
            told.write("cut off")
        raise OSError(int(code), os.strerror(int(code)))


def opened(file, mode="r", *arguments, **named):
    found = real(file, mode, *arguments, **named)
    if "w" in mode and name and name in str(file):
        seen.append(file)
        if len(seen) == int(at):
            return CutOff(found)
    return found


builtins.open = opened
"""
WRITES = [(f"{PAGE}.ipynb", 1), (f"{PAGE}.ipynb", 2), (f"{PAGE}.html", 1)]


@pytest.fixture(scope="module")
def spoilable(tmp_path_factory):
    """A workspace whose workers import a module that can spoil a write; and what is to come."""
    root = make_workspace(tmp_path_factory.mktemp("worker") / "w")
    (root.parent / "spoil").mkdir()
    (root.parent / "spoil" / "spoil.py").write_text(SPOIL)
    notebook = root / "notebooks" / "30_unit.ipynb"
    content = json.loads(notebook.read_text("utf-8"))
    content["cells"][1]["source"] = "import spoil\n" + "".join(content["cells"][1]["source"])
    content["metadata"]["perfanalysis"]["word"] = True
    notebook.write_text(json.dumps(content), "utf-8")
    whole = shutil.copytree(root, root.with_name("whole"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(root.parent / "spoil"))
        patch.syspath_prepend(root.parent / "spoil")
        run_suite(whole / "suite.toml", jobs=1)
        yield root, tree(whole / "reports")


def run(root, *, main=False, spoil="", told=""):
    code = (
        "import spoil\n" * main + "from perfanalysis.cli import main; main(['run', '--jobs', '1'])"
    )
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=root,
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=LONG,
        env=os.environ | {"SPOIL": spoil, "SPOILT": str(told)},
    )


@pytest.mark.parametrize("code", [errno.EIO, errno.ENOSPC], ids=errno.errorcode.get)
@pytest.mark.parametrize(("name", "at"), WRITES)
def test_a_write_that_fails_in_a_worker(spoilable, tmp_path, name, at, code):
    root, told = shutil.copytree(spoilable[0], tmp_path / "w"), tmp_path / "told"
    done = run(root, spoil=f"{name}:{at}:{code}", told=told)
    assert told.read_text() == "cut off"
    assert "Traceback" not in done.stderr
    reports = root / "reports" / "2021"
    if code == errno.ENOSPC:
        assert (done.returncode, UNTOUCHED in done.stderr) == (2, True), done
        assert not reports.exists()
    else:
        assert done.returncode == 1, done.stderr
        assert "Input/output error" in (reports / f"{PAGE}.html").read_text("utf-8")
        assert verify_reports(reports) == ()
        assert not (reports / "word" / f"{PAGE}.docx").exists()
    for notebook in (root / "build").rglob("*.ipynb"):
        json.loads(notebook.read_text("utf-8"))
    assert run(root).returncode == 0
    assert tree(root / "reports") == spoilable[1]


@pytest.mark.parametrize("code", [errno.EIO, errno.ENOSPC], ids=errno.errorcode.get)
def test_a_word_file_that_cannot_be_written_ends_the_run(spoilable, tmp_path, code):
    root, told = shutil.copytree(spoilable[0], tmp_path / "w"), tmp_path / "told"
    done = run(root, main=True, spoil=f"{PAGE}.docx:1:{code}", told=told)
    assert told.read_text() == "cut off"
    assert (done.returncode, UNTOUCHED in done.stderr) == (2, True), done
    assert "Traceback" not in done.stderr
    assert not (root / "reports" / "2021").exists()
    assert run(root).returncode == 0
    assert tree(root / "reports") == spoilable[1]
