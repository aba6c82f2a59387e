"""Tiny notebooks, and a process that is fit to fork."""

import multiprocessing
from concurrent.futures import ProcessPoolExecutor

import nbformat
import pytest

from perfanalysis.suite.execute import execute


def make_notebook(path, *sources, about=None, tags=None):
    """Write a notebook; `about` is its ``perfanalysis`` metadata, `tags` cell number to tags."""
    metadata = {
        "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
        "language_info": {"name": "python"},
    }
    if about:
        metadata["perfanalysis"] = about
    cells = [nbformat.v4.new_code_cell(source, id=f"c{n}") for n, source in enumerate(sources)]
    for number, names in (tags or {}).items():
        cells[number].metadata["tags"] = names
    nbformat.write(nbformat.v4.new_notebook(metadata=metadata, cells=cells), path)
    return path


@pytest.fixture(scope="module")
def worker():
    """A spawned process with one thread; pytest-xdist's own have more, and must not be forked."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        yield pool


@pytest.fixture
def run(worker, tmp_path):
    """Execute cells, the first of them the parameters cell, and give back what came of it."""

    def run_cells(*sources, engine="forked", parameters=None, seconds=60.0, tags=None):
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
            cell_seconds=seconds,
        ).result()

    return run_cells
