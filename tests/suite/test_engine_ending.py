"""No process that runs cells outlives the wish to run them."""

import multiprocessing
import os
import signal
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool

import pytest
from pipes_of_tests import ending_of, open_pipe, process_at
from tiny_notebooks import make_notebook

from perfanalysis.suite.engine.process import stop_cells
from perfanalysis.suite.execute import execute
from perfanalysis.suite.limits import Limits
from perfanalysis.suite.processes import ENVIRONMENT

# Holds the pipe open for as long as it lives, and says in it which process it is.
ENDLESS = (
    "import os\nout = os.open({!r}, os.O_WRONLY)\nos.write(out, b'%d\\n' % os.getpid())\n"
    "while True:\n    pass"
)


@pytest.fixture
def own_worker(monkeypatch):
    """A worker process of this test alone."""
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        yield pool


@pytest.fixture
def running(own_worker, tmp_path):
    """Start an endless cell; its future, and the pipe that tells of it."""
    pipe, reader = open_pipe(tmp_path)
    own_worker.submit(signal.signal, signal.SIGINT, stop_cells).result()
    notebook = make_notebook(tmp_path / "in.ipynb", ENDLESS.format(str(pipe)))
    future = own_worker.submit(
        execute,
        notebook,
        tmp_path / "out.ipynb",
        {},
        engine="forked",
        cwd=tmp_path,
        limits=Limits(cell_seconds=60),
    )
    with process_at(reader):
        yield future, reader


def test_ctrl_c_ends_the_cell_and_the_worker_lives(own_worker, running):
    future, reader = running
    (worker,) = own_worker._processes
    os.kill(worker, signal.SIGINT)
    assert ending_of(reader) == b""
    assert "SIGKILL" in future.result().failure.message
    assert own_worker.submit(os.getpid).result() == worker


def test_a_worker_that_is_killed_takes_its_cells_with_it(own_worker, running):
    future, reader = running
    (worker,) = own_worker._processes
    os.kill(worker, signal.SIGKILL)
    assert ending_of(reader) == b""
    with pytest.raises(BrokenProcessPool):
        future.result()
