"""A process that is fit to fork."""

import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from functools import partial

import pytest
from tiny_notebooks import make_notebook

from perfanalysis.suite.execute import execute
from perfanalysis.suite.limits import Limits
from perfanalysis.suite.processes import ENVIRONMENT


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


@pytest.fixture(scope="module")
def run_in(worker, tmp_path_factory):
    """Execute cells, the first of them the parameters cell, and give back what came of it."""

    def run_cells(engine, *sources, parameters=None, tags=None, **limits):
        folder = tmp_path_factory.mktemp(engine)
        notebook = make_notebook(
            folder / "in.ipynb",
            "year = 2020",
            *sources,
            tags={0: ["parameters"], **{n + 1: names for n, names in (tags or {}).items()}},
        )
        return worker.submit(
            execute,
            notebook,
            folder / "out.ipynb",
            parameters or {"year": 2021},
            engine=engine,
            cwd=folder,
            limits=Limits(**limits),
        ).result()

    return run_cells


@pytest.fixture
def run(run_in):
    """Execute cells by the forked engine."""
    return partial(run_in, "forked")
