"""Run the suite: every notebook about every scope, published with an index and a manifest."""

from __future__ import annotations

import glob
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from perfanalysis.errors import ParameterError
from perfanalysis.suite import manifest
from perfanalysis.suite.config import Edition, Lang, load_suite
from perfanalysis.suite.execute import Failure
from perfanalysis.suite.plan import Task
from perfanalysis.suite.pool import run_jobs
from perfanalysis.suite.prepare import Prepared, Request, prepare
from perfanalysis.suite.progress import Display, Silent
from perfanalysis.suite.publish import INDEX, frames, publish
from perfanalysis.suite.staging import Staging, edition_folder
from perfanalysis.suite.worker import EngineName, Job, Outcome, can_fork


@dataclass(frozen=True, slots=True)
class RunResult:
    """What a run made.

    Attributes
    ----------
    index : Path
        The page that links every other.
    made : tuple of str
        File names of the pages made in this run.
    failed : mapping of str to Failure
        Reports that could not be made, by the file name of their failure page.
    partial : bool
        Whether reports were left out, those of an earlier run staying as they were.
    findings : mapping of str to int, or None
        Findings in the data of the evaluated and the monitored year, by severity; None if the
        data could not be checked.
    engines : tuple of str
        Engines that ran the cells.
    """

    index: Path
    made: tuple[str, ...]
    failed: Mapping[str, Failure]
    partial: bool
    findings: Mapping[str, int] | None
    engines: tuple[EngineName, ...]

    def as_dict(self) -> dict[str, Any]:
        """Plain types only, for JSON."""
        return {
            "index": str(self.index),
            "made": list(self.made),
            "failed": {page: asdict(failure) for page, failure in self.failed.items()},
            "partial": self.partial,
            "findings": None if self.findings is None else dict(self.findings),
            "engines": list(self.engines),
        }


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
    parameters: Mapping[str, object] | None = None,
    jobs: int | None = None,
    engine: EngineName = "forked",
    display: Display | None = None,
) -> RunResult:
    """Make every report of a work year and publish them.

    What is wrong with the settings, the parameters or the data is raised before anything starts
    and before anything published is touched; a report that fails afterwards gets a failure page.
    The executed notebooks are kept in the workspace, under ``build``.

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
    parameters : mapping, optional
        More parameters, for the notebooks that declare them; see `plan_tasks`.
    jobs : int, optional
        Processes, > 0; one a core if left out.
    engine : {"forked", "jupyter"}
        Where the system cannot fork, ``jupyter`` is used and said.
    display : Display, optional
        Shows the progress; nothing is shown if left out.

    Raises
    ------
    ParameterError
        If the settings, a notebook or a parameter cannot be used.
    DataError
        If the evaluated or the monitored year cannot be read, an input was changed meanwhile, or
        there is no published run whose failures could be made again.
    """
    if jobs is not None and jobs < 1:
        raise ParameterError(f"jobs 应为正整数，实际为 {jobs}。请改正，或省去以用全部核心。")
    suite = load_suite(suite_file)
    shown = display or Silent()
    if engine == "forked" and not can_fork():
        shown.say("本系统不支持快速引擎，改用普通 Jupyter 内核运行。")
        engine = "jupyter"
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
    )
    if retry_failed:
        request = replace(request, only=_failed(request))
        if not request.only:
            shown.say("上次运行没有失败的报告，无需重试。")
            return RunResult(_target(request) / INDEX, (), {}, True, {}, ())
    return _run(prepare(suite, request), jobs or os.cpu_count() or 1, shown)


def _target(request: Request) -> Path:
    return edition_folder(request.reports, request.work_year, request.lang, request.edition)


def _failed(request: Request) -> list[str]:
    """Patterns of the pages that failed in the published run."""
    if request.only:
        raise ParameterError("retry_failed 与 only 不能同时使用。请只用其中之一。")
    pages = manifest.read_manifest(_target(request))["pages"]
    return [
        glob.escape(page.removesuffix(".html")) for page, about in pages.items() if about["failed"]
    ]


def _run(run: Prepared, workers: int, shown: Display) -> RunResult:
    request = run.request
    target = _target(request)
    executed = run.suite.root / "build" / f"{request.work_year}-{request.edition}-{request.lang}"
    executed.mkdir(parents=True, exist_ok=True)
    staging = Staging(target, keep=run.partial)
    surrounds = frames(run)
    jobs = [
        Job(task.page, task.notebook.path.resolve(), task.parameters, surrounds[task.page])
        for task in sorted(run.tasks, key=_narrow)
    ]
    try:
        with shown:
            shown.start(len(jobs))
            made = run_jobs(
                jobs,
                run.setup(executed=executed, pages=staging.folder),
                workers=workers,
                on_done=_teller(shown),
            )
        index = publish(run, staging, made.outcomes)
    except BaseException:
        staging.discard()
        raise
    failed = {page: each.failure for page, each in sorted(made.outcomes.items()) if each.failure}
    return RunResult(
        index=index,
        made=tuple(page for page in sorted(made.outcomes) if page not in failed),
        failed=failed,
        partial=run.partial,
        findings=made.findings,
        engines=tuple(sorted({outcome.engine for outcome in made.outcomes.values()})),
    )


def _narrow(task: Task) -> bool:
    """Pages of the whole district take longest, so they start first."""
    return task.notebook.scope != "district"


def _teller(shown: Display) -> Callable[[Outcome], None]:
    """Show each report that is done, and once for each reason that another engine made it."""
    told: set[str] = set()

    def tell(outcome: Outcome) -> None:
        reason = outcome.engine_reason
        if reason and reason not in told:
            told.add(reason)
            shown.say(f"改用普通 Jupyter 内核运行（自 {outcome.page} 起）：{reason}。")
        shown.done(outcome.page, _problem(outcome))

    return tell


def _problem(outcome: Outcome) -> str:
    if outcome.failure is None:
        return ""
    return f"{outcome.failure.error}: {outcome.failure.message}".partition("\n")[0]


__all__ = ["RunResult", "run_suite"]
