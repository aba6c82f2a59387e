"""No process outlives a run that is killed while its cells are at work."""

import os
import signal
import subprocess
import sys

import pytest
from pipes_of_tests import ending_of, open_pipe, process_at
from tiny_notebooks import make_notebook
from workspaces import DECLARED, make_workspace

pytestmark = pytest.mark.slow

# Holds the pipe open for as long as it lives, and says in it which process it is.
AT_WORK = """\
import os, signal
out = os.open({pipe!r}, os.O_WRONLY)
os.write(out, b"%d" % os.getpid())
signal.pause()
"""


@pytest.mark.parametrize("engine", ["forked", "jupyter"])
def test_cells_and_workers_end_with_a_run_that_is_killed(tmp_path, engine):
    root = make_workspace(tmp_path / "w")
    pipe, reader = open_pipe(tmp_path)
    make_notebook(
        root / "notebooks" / "60_district.ipynb",
        DECLARED,
        AT_WORK.format(pipe=str(pipe)),
        about={"scope": "district", "title": "等"},
        tags={0: ["parameters"]},
    )
    with (
        subprocess.Popen(
            [sys.executable, "-m", "perfanalysis.cli", "run", "--jobs", "2", "--engine", engine],
            cwd=root,
            stdout=subprocess.PIPE,  # every process of the run holds it
            stderr=subprocess.STDOUT,
            start_new_session=True,
        ) as process,
        process_at(reader),
    ):
        process.kill()
        assert ending_of(reader) == b""
        try:
            process.communicate(timeout=60)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            raise
    assert not (root / "reports" / "2021").exists()
