"""Run the suite: every notebook about every scope, published with an index and a manifest.

What needs no library stands here, so that a run with nothing to do is done at once; the work
itself is in `perfanalysis.suite.make`.
"""

from __future__ import annotations

import glob
import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from perfanalysis.errors import ParameterError
from perfanalysis.report import INDEX
from perfanalysis.suite import manifest
from perfanalysis.suite.cache.keys import (
    Before,
    has_basis,
    read_record,
    record_path,
    stamp_of,
    unchanged,
)
from perfanalysis.suite.config import Edition, Lang, Suite, load_suite
from perfanalysis.suite.lock import locked, publishing
from perfanalysis.suite.outcome import EngineName, RunResult
from perfanalysis.suite.processes import can_fork
from perfanalysis.suite.progress import Display, Silent
from perfanalysis.suite.request import Request, sources_of
from perfanalysis.suite.workers import Workers

EARLY = 8
"""Workers that are started before it is known for how many there is something to do."""


def run_suite(
    suite_file: Path | str = "suite.toml",
    *,
    work_year: int | None = None,
    data_dir: Path | str | None = None,
    reports_dir: Path | str | None = None,
    notebooks_dir: Path | str | None = None,
    lang: Lang | None = None,
    edition: Edition = "internal",
    only: Sequence[str] = (),
    retry_failed: bool = False,
    force: bool = False,
    parameters: Mapping[str, object] | None = None,
    jobs: int | None = None,
    engine: EngineName = "forked",
    scheduler: str | None = None,
    display: Display | None = None,
) -> RunResult:
    """Make every report of a work year and publish them.

    What is wrong with the settings, the parameters or the data is raised before any report is made
    and before anything published is touched; a report that fails afterwards gets a failure page.
    The executed notebooks are kept in the workspace, under ``build``, and so is what need not be
    done again while nothing that it depends on changes. A second run in the same workspace, or
    into the same folder of reports, waits.

    Parameters
    ----------
    suite_file : Path or str
        Its folder is the workspace.
    work_year : int, optional
        suite.toml's own if left out.
    data_dir, reports_dir, notebooks_dir : Path or str, optional
        ``data``, ``reports`` and ``notebooks`` of the workspace if left out.
    lang : {"zh", "en"}, optional
        suite.toml's own if left out.
    edition : {"internal", "public"}
    only : sequence of str
        Glob patterns of the pages to make; the others are kept as they are.
    retry_failed : bool
        Make again what failed in the published run, and nothing else.
    force : bool
        Make everything again, changed or not.
    parameters : mapping, optional
        More parameters, for the notebooks that declare them; see `plan_tasks`.
    jobs : int, optional
        Processes, > 0; one a core if left out. On a cluster, reports that are sent at a time; as
        many as it takes if left out.
    engine : {"forked", "jupyter"}
        Where the system cannot fork, ``jupyter`` is used and said.
    scheduler : str, optional
        Address or scheduler file of a Dask cluster that makes the reports; this machine if left
        out. See `perfanalysis.suite.cluster.run_on_cluster`.
    display : Display, optional
        Shows the progress; nothing is shown if left out.

    Raises
    ------
    ParameterError
        If the settings, a notebook or a parameter cannot be used, a file cannot be written, or the
        scheduler cannot be reached.
    DataError
        If the evaluated or the monitored year cannot be read, an input was changed meanwhile, a
        member of the cluster has other files or another program, or
        there is no published run whose failures could be made again.
    """
    if jobs is not None and jobs < 1:
        raise ParameterError(f"jobs 应为正整数，实际为 {jobs}。请改正，或省去以用全部核心。")
    suite = load_suite(suite_file)
    shown = display or Silent()
    request = Request(
        work_year=suite.work_year if work_year is None else work_year,
        data=Path(data_dir) if data_dir else suite.root / "data",
        reports=Path(reports_dir) if reports_dir else suite.root / "reports",
        notebooks=Path(notebooks_dir) if notebooks_dir else suite.root / "notebooks",
        lang=lang or suite.language,
        edition=edition,
        only=only,
        parameters=parameters or {},
        engine=engine,
        force=force,
    )
    with locked(suite.root / "build", shown.say):
        if retry_failed:
            request = replace(request, only=_failed(request))
            if not request.only:
                shown.say("上次运行没有失败的报告，无需重试。")
                return RunResult(request.target / INDEX, (), {}, True, {}, ())
        return _run(suite, request, jobs, scheduler, shown)


def _failed(request: Request) -> list[str]:
    """Patterns of the pages that failed in the published run."""
    if request.only:
        raise ParameterError("retry_failed 与 only 不能同时使用。请只用其中之一。")
    pages = manifest.read_manifest(request.target)["pages"]
    return [
        glob.escape(page.removesuffix(".html")) for page, about in pages.items() if about["failed"]
    ]


def _run(
    suite: Suite, request: Request, jobs: int | None, scheduler: str | None, shown: Display
) -> RunResult:
    sources = sources_of(suite, request)
    path = record_path(suite, request)
    before = Before(path, read_record(path), stamp_of(suite, request, sources))
    done = None if request.force else unchanged(before, request.target)
    if done is not None:
        shown.say("与上次运行相比没有任何改动，已发布的报告保持不变。")
        return done
    if request.engine == "forked" and not can_fork():
        shown.say("本系统不支持快速引擎，改用普通 Jupyter 内核运行。")
        request = replace(request, engine="jupyter")
    workers = Workers(
        jobs or os.cpu_count() or 1,
        root=suite.root,
        engine=request.engine,
        notebooks=request.notebooks,
    )
    with publishing(request.reports, shown.say), workers:
        if scheduler is None and (request.force or not has_basis(before.record, sources)):
            workers.start(1 if request.only or request.scopes else EARLY)
        from perfanalysis.suite.make import make_suite

        return make_suite(
            suite,
            request,
            sources,
            before,
            workers=workers,
            scheduler=scheduler,
            at_once=jobs,
            shown=shown,
        )


__all__ = ["RunResult", "run_suite"]
