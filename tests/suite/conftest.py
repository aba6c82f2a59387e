"""A process that is fit to fork."""

import multiprocessing
from concurrent.futures import ProcessPoolExecutor

import pytest
from tiny_notebooks import make_notebook

from perfanalysis.suite.execute import execute
from perfanalysis.suite.limits import Limits
from perfanalysis.suite.worker import ENVIRONMENT


@pytest.fixture(scope="module")
def worker():
    """A spawned process with one thread; pytest-xdist's own have more, and must not be forked."""
    with (
        pytest.MonkeyPatch.context() as patch,
        ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool,
    ):
        for name, value in ENVIRONMENT.items():
            patch.setenv(name, value)
        yield pool


@pytest.fixture
def run(worker, tmp_path):
    """Execute cells, the first of them the parameters cell, and give back what came of it."""

    def run_cells(*sources, engine="forked", parameters=None, tags=None, **limits):
        first = "year = 2020"
        notebook = make_notebook(
            tmp_path / "in.ipynb",
            first,
            *sources,
            tags={0: ["parameters"], **{n + 1: names for n, names in (tags or {}).items()}},
        )
        return worker.submit(
            execute,
            notebook,
            tmp_path / f"{engine}.ipynb",
            parameters or {"year": 2021},
            engine=engine,
            cwd=tmp_path,
            limits=Limits(**limits),
        ).result()

    return run_cells
