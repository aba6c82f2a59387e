"""What a worker process does: pay for the imports and the data once, then make report by report."""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import Any

from perfanalysis.report.index import check_listing
from perfanalysis.report.site import Frame, page_facts, render_page
from perfanalysis.suite.engine.forked import can_fork
from perfanalysis.suite.engine.process import stop_cells
from perfanalysis.suite.execute import EngineName, Failure, execute, failure_of
from perfanalysis.suite.limits import Limits

# In the environment of every process that runs cells, kernels included: no library starts a
# thread, and nothing depends on this machine's language or time zone.
ENVIRONMENT: Mapping[str, str] = {
    "JE_ARROW_MALLOC_CONF": "background_thread:false",
    "LC_ALL": "C.UTF-8",
    "MKL_NUM_THREADS": "1",
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "NUMEXPR_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "PYTHONHASHSEED": "0",
    "PYTHONUTF8": "1",
    "TZ": "UTC",
}

# Results that one page of the whole district shows: its fork works them out, not every worker.
_ONE_PAGE = ("targets", "findings")

# Wants a live shell when it is imported: imported before the fork, it would show no figure.
_NEVER_AHEAD = "matplotlib_inline"


@dataclass(frozen=True, slots=True)
class Setup:
    """What every worker is told once.

    Attributes
    ----------
    root : Path
        Folder that the cells run in.
    engine : {"forked", "jupyter"}
    modules : tuple of str
        Imported before the first report; a name that is no module is passed over.
    work_year, data_dir, suite_file
        As `open_work_year` takes them, relative to `root` or absolute.
    preload : bool
        Whether workers open the work year before they fork.
    executed, pages : Path
        Folders that executed notebooks and pages are written into.
    limits : Limits
    """

    root: Path
    engine: EngineName
    modules: tuple[str, ...]
    work_year: int
    data_dir: str
    suite_file: str
    preload: bool
    executed: Path
    pages: Path
    limits: Limits


@dataclass(frozen=True, slots=True)
class Job:
    """One report, as a worker is told of it."""

    page: str
    notebook: Path
    parameters: Mapping[str, object]
    frame: Frame


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a report.

    Attributes
    ----------
    page : str
    facts : mapping
        ``title``, ``findings`` and ``listing`` of `PageFacts`; empty if it failed.
    failure : Failure or None
    engine : {"forked", "jupyter"}
        What ran its cells.
    engine_reason : str
        Why it was not the engine that was asked for; empty if it was.
    """

    page: str
    facts: Mapping[str, Any]
    failure: Failure | None
    engine: EngineName
    engine_reason: str = ""


class _State:
    setup: Setup


def start_worker(setup: Setup) -> None:
    """Initialise the process: the imports and, for forks to find, the results of the work year."""
    signal.signal(signal.SIGINT, stop_cells)  # the main process ends us
    os.chdir(setup.root)
    _State.setup = setup
    if setup.engine == "forked":
        for name in setup.modules:
            if not name.startswith(_NEVER_AHEAD):
                with suppress(Exception):  # no module, or the cell that imports it says why
                    import_module(name)
        if "perfanalysis.report.charts" in sys.modules:
            with suppress(Exception):  # the report that draws says why it cannot be done
                import_module("perfanalysis.report.warm").warm_up("zh")
        if setup.preload:
            _open_everything(setup)
        gc.collect()
        gc.freeze()


def count_findings() -> Mapping[str, int] | None:
    """Findings in the data of the work year, by severity; None if it cannot be checked."""
    try:
        return dict(Counter(finding.severity for finding in _work_year(_State.setup).findings))
    except Exception:  # the page that shows the findings fails and says why
        return None


def make_report(job: Job) -> Outcome:
    """Execute one notebook and write its page."""
    setup = _State.setup
    executed = execute(
        job.notebook,
        setup.executed / Path(job.page).with_suffix(".ipynb"),
        job.parameters,
        engine=setup.engine,
        cwd=setup.root,
        limits=setup.limits,
    )
    facts: Mapping[str, Any] = {}
    failure = executed.failure
    if failure is None:
        try:
            facts = _write_page(executed.notebook, setup.pages / job.page, job.frame)
        except Exception as error:
            failure = failure_of(error)
    return Outcome(job.page, facts, failure, executed.engine, executed.engine_reason)


def _write_page(notebook: Any, path: Path, frame: Frame) -> Mapping[str, Any]:
    html = render_page(notebook, frame=frame)
    facts = page_facts(notebook)
    check_listing(facts.listing)
    path.write_bytes(html.encode())
    return {"title": facts.title, "findings": facts.findings, "listing": facts.listing}


def _work_year(setup: Setup) -> Any:
    from perfanalysis.suite.workyear import open_work_year

    return open_work_year(
        work_year=setup.work_year, data_dir=setup.data_dir, suite_file=setup.suite_file
    )


def _open_everything(setup: Setup) -> None:
    """Work out what many reports share; what cannot be had fails where it is asked for."""
    with suppress(Exception):
        year = _work_year(setup)
        for name, value in vars(type(year)).items():
            if isinstance(value, cached_property) and name not in _ONE_PAGE:
                with suppress(Exception):
                    getattr(year, name)


__all__ = [
    "ENVIRONMENT",
    "EngineName",
    "Job",
    "Outcome",
    "Setup",
    "can_fork",
    "count_findings",
    "make_report",
    "start_worker",
]
