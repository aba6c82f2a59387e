"""What a worker process does: pay for the imports and the data once, then make report by report."""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from perfanalysis.errors import PerfAnalysisError
from perfanalysis.report.site import check_index_facts, page_facts, render_page
from perfanalysis.suite.books import keep_book
from perfanalysis.suite.cache.kept import Kept, read_kept
from perfanalysis.suite.cache.program import combined
from perfanalysis.suite.cache.slices import digest
from perfanalysis.suite.cache.store import Store
from perfanalysis.suite.durable import write_whole
from perfanalysis.suite.engine.process import stop_cells
from perfanalysis.suite.execute import FULL, execute
from perfanalysis.suite.job import Job, Setup
from perfanalysis.suite.notebooks import find_notebooks
from perfanalysis.suite.outcome import EngineName, How, Outcome, failure_of
from perfanalysis.suite.results import unpack_results, work_out
from perfanalysis.suite.workyear import WorkYear, open_work_year

if TYPE_CHECKING:
    from mmap import mmap

# What the index is told of a page.
_OF_A_PAGE = ("title", "findings", "listing", "headline", "members", "places")

# Wants a live shell when it is imported: imported before the fork, it would show no figure.
_NEVER_AHEAD = "matplotlib_inline"


class _State:
    setup: Setup


def start_worker(engine: EngineName, notebooks: Path) -> None:
    """Pay for the imports of the notebooks and for a first chart, for forks to find."""
    if engine != "forked":
        return
    for name in _imports_of(notebooks):
        if not name.startswith(_NEVER_AHEAD):
            with suppress(Exception):  # no module, or the cell that imports it says why
                import_module(name)
    if "perfanalysis.report.charts" in sys.modules:
        with suppress(Exception):  # the report that draws says why it cannot be done
            import_module("perfanalysis.report.warm").warm_up("zh")


def open_run(setup: Setup, opened: bytes | mmap | None = None) -> None:
    """Get ready to make reports of a run.

    Parameters
    ----------
    setup : Setup
    opened : buffer, optional
        The results of the work year, from `pack_results`; worked out here if left out.
    """
    signal.signal(signal.SIGINT, stop_cells)  # the main process ends us
    os.chdir(setup.root)
    _State.setup = setup
    if setup.preload and (opened is not None or setup.engine == "forked"):
        with suppress(Exception):  # what cannot be had fails where it is asked for
            year = _work_year(setup)
            if opened is None:
                work_out(year)
            else:
                unpack_results(year, opened)
    if setup.engine == "forked":
        gc.collect()
        gc.freeze()


def make_book() -> None:
    """Make the workbook and keep it; where that fails, whoever publishes makes it and says why."""
    setup = _State.setup
    with suppress(Exception):
        if setup.book and (setup.force or Store(setup.cache).get(setup.book) is None):
            keep_book(Store(setup.cache), setup.book, _work_year(setup), setup.lang)


def _imports_of(notebooks: Path) -> list[str]:
    with suppress(PerfAnalysisError):  # the main process says what is wrong with them
        return sorted({name for each in find_notebooks(notebooks) for name in each.imports})
    return []


def make_report(job: Job) -> Outcome:
    """Make one page, from what was kept of it where nothing that it depends on has changed."""
    setup = _State.setup
    data = job.data or _slice(job, setup)
    kept = None if setup.force else from_kept(job, setup, data)
    return _from_cells(job, setup, {**job.parts, "data": data}) if kept is None else kept


def from_kept(job: Job, setup: Setup, data: str) -> Outcome | None:
    """Make one page without running its cells; None where no executed notebook was kept.

    Parameters
    ----------
    job : Job
    setup : Setup
    data : str
        Digest of what the report reads of the data.
    """
    store, parts = Store(setup.cache), {**job.parts, "data": data}
    kept = read_kept(store.get(combined(parts)))
    if kept is None:
        return None
    path = _executed(job, setup)
    if not path.is_file() or path.read_bytes() != kept.notebook:
        write_whole(path, kept.notebook)
    try:
        return _finish(job, kept, None, parts, setup)
    except OSError:
        raise
    except Exception:  # the page can no longer be made: then the report says why
        return None


def _executed(job: Job, setup: Setup) -> Path:
    return setup.executed / Path(job.page).with_suffix(".ipynb")


def _from_cells(job: Job, setup: Setup, parts: Mapping[str, str]) -> Outcome:
    path = _executed(job, setup)
    executed = execute(
        job.notebook,
        path,
        job.parameters,
        engine=setup.engine,
        cwd=setup.root,
        limits=setup.limits,
    )
    failure = executed.failure
    if failure is None:
        try:
            kept = Kept.of(_facts(executed.notebook), executed, path.read_bytes())
            made = _finish(job, kept, executed.notebook, parts, setup)
            unkept = _keep(Store(setup.cache), combined(parts), kept.as_bytes())
            return replace(made, unkept=made.unkept or unkept)
        except Exception as error:
            if isinstance(error, OSError) and error.errno in FULL:
                raise
            failure = failure_of(error)
    return Outcome(job.page, {}, failure, executed.engine, executed.engine_reason, parts=parts)


def _facts(notebook: Any) -> Mapping[str, Any]:
    facts = page_facts(notebook)
    check_index_facts(facts)
    return {name: getattr(facts, name) for name in _OF_A_PAGE}


def _finish(job: Job, kept: Kept, notebook: Any, parts: Mapping[str, str], setup: Setup) -> Outcome:
    """Make the page of an executed notebook; `notebook` is None where it is read back."""
    store, unkept = Store(setup.cache), ""
    key = combined({"executed": kept.digest, "frame": repr(job.frame), "page": setup.page_part})
    page = None if setup.force else store.get(key)
    how: How = "reused" if page is not None else "rendered"
    if page is None:
        shown = kept.as_notebook() if notebook is None else notebook
        page = render_page(shown, frame=job.frame).encode()
        unkept = _keep(store, key, page)
    write_whole(setup.pages / job.page, page)
    return Outcome(
        page=job.page,
        facts=kept.facts,
        failure=None,
        engine=kept.engine,
        engine_reason=kept.reason,
        how=how if notebook is None else "executed",
        parts=parts,
        entries=(combined(parts), key),
        unkept=unkept,
    )


def _slice(job: Job, setup: Setup) -> str:
    """Digest of what the report reads: of its view where it has one, else of all the data."""
    if job.view and setup.preload:
        with suppress(Exception):  # the report says what is wrong
            return digest(_view(job.view, setup.root)(_work_year(setup), *job.scope))
    return setup.inputs


def _view(named: str, root: Path) -> Callable[..., Any]:
    """The function that ``module:function`` names; the module may lie in the workspace."""
    module, _, name = named.partition(":")
    sys.path.insert(0, str(root))
    try:
        function: Callable[..., Any] = getattr(import_module(module), name)
    finally:
        sys.path.remove(str(root))
    return function


def _keep(store: Store, key: str, content: bytes) -> str:
    """Keep an entry; why it could not be, which costs the next run time and this one nothing."""
    try:
        store.put(key, content)
    except OSError as error:
        return error.strerror or str(error)
    return ""


def _work_year(setup: Setup) -> WorkYear:
    return open_work_year(
        work_year=setup.work_year,
        data_dir=setup.data_dir,
        suite_file=setup.suite_file,
        edition=setup.edition,
    )


__all__ = ["from_kept", "make_book", "make_report", "open_run", "start_worker"]
