"""Make what has changed, publish all of it, and keep a record for the next run."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from importlib import import_module
from itertools import chain
from pathlib import Path
from typing import Any

from perfanalysis.errors import DataError, ParameterError
from perfanalysis.suite import manifest
from perfanalysis.suite.cache.keys import (
    Before,
    Record,
    basis_of,
    cache_folder,
    why,
    write_record,
)
from perfanalysis.suite.cache.program import is_changed
from perfanalysis.suite.cache.store import Store
from perfanalysis.suite.config import Suite
from perfanalysis.suite.frames import frames
from perfanalysis.suite.outcome import Outcome, RunResult
from perfanalysis.suite.partial import kept_files
from perfanalysis.suite.pool import run_jobs
from perfanalysis.suite.prepare import Prepared, may_preload, prepare
from perfanalysis.suite.progress import Display
from perfanalysis.suite.request import Request, Sources
from perfanalysis.suite.results import pack_results
from perfanalysis.suite.reuse import take_kept
from perfanalysis.suite.staging import Staging
from perfanalysis.suite.workers import Workers
from perfanalysis.suite.workyear import WorkYear


def make_suite(
    suite: Suite,
    request: Request,
    sources: Sources,
    before: Before,
    *,
    workers: Workers,
    scheduler: str | None,
    at_once: int | None,
    shown: Display,
) -> RunResult:
    """Make every report that was asked for.

    Parameters
    ----------
    suite : Suite
    request : Request
    sources : mapping
        See `sources_of`.
    before : Before
    workers : Workers
        Those that run already import meanwhile.
    scheduler : str or None
    at_once : int or None
        Reports in the cluster at a time.
    shown : Display

    Raises
    ------
    ParameterError, DataError
        See `perfanalysis.suite.run.run_suite`.
    """
    run = prepare(suite, request, sources, whole=bool(workers.all) and may_preload(sources))
    target = request.target
    kept = kept_files(run)
    staging = Staging(target, keep=kept)
    try:
        made = _make(run, before.record, staging, workers, scheduler, at_once, shown)
        with _forgotten_unless_whole(run, made):
            from perfanalysis.suite.publish import publish
            from perfanalysis.suite.words import write_words

            outcomes = write_words(run, staging.folder, made.outcomes)
            made = replace(made, outcomes=outcomes)
            index = publish(run, staging, outcomes, kept)
    except OSError as error:
        staging.discard()
        raise ParameterError(
            f"写入时出错（{error.strerror or error}）。原有报告保持不变，请核对磁盘空间和写入权限后"
            "重新运行。"
        ) from error
    except BaseException:
        staging.discard()
        raise
    pages = before.record.pages if before.record else {}
    result = _result(run, made, index, pages)
    if is_changed():
        _forget(run, made)
        return result
    with suppress(OSError):  # without a record, the next run only does more
        write_record(before.path, _record(run, made, result, before.stamp, pages))
    return result


@dataclass(frozen=True)
class Made:
    """What was made.

    Attributes
    ----------
    outcomes : mapping of str to Outcome
        By page.
    findings : mapping of str to int, or None
        Findings in the data by severity; None if it could not be checked.
    """

    outcomes: Mapping[str, Outcome]
    findings: Mapping[str, int] | None


@contextmanager
def _forgotten_unless_whole(run: Prepared, made: Made) -> Iterator[None]:
    """Forget what was kept of a run whose sources changed under it: nobody knows what it read."""
    try:
        yield
    except DataError:
        _forget(run, made)
        raise


def _forget(run: Prepared, made: Made) -> None:
    store = Store(cache_folder(run.suite))
    for outcome in made.outcomes.values():
        for key in outcome.entries if outcome.how != "reused" else ():
            store.remove(key)


def _make(
    run: Prepared,
    record: Record | None,
    staging: Staging,
    workers: Workers,
    scheduler: str | None,
    at_once: int | None,
    shown: Display,
) -> Made:
    run.executed.mkdir(parents=True, exist_ok=True)
    jobs = run.jobs(frames(run))
    with shown:
        shown.start(len(jobs))
        setup, tell = run.setup(executed=run.executed, pages=staging.folder), _teller(shown)
        taken = take_kept(jobs, setup, record, basis_of(run.sources), on_done=tell)
        left, year = taken.left, run.opened()
        if not left:
            return Made(taken.outcomes, taken.findings)
        if scheduler is None:
            workers.start(len(left))
            opened = pack_results(year) if setup.preload else b""
            made = run_jobs(
                left,
                setup,
                workers=workers,
                opened=opened,
                on_done=tell,
                meanwhile=lambda: _look_ahead(year),
            )
        else:
            from perfanalysis.suite.cluster import run_on_cluster

            made = run_on_cluster(
                left, run, setup, scheduler=scheduler, at_once=at_once, on_done=tell
            )
        return Made({**made, **taken.outcomes}, _count_findings(year))


def _look_ahead(year: WorkYear) -> None:
    """Do while the workers are busy what is needed when they are done."""
    for name in ("publish", "words"):
        import_module(f"perfanalysis.suite.{name}")
    _count_findings(year)


def _count_findings(year: WorkYear) -> Mapping[str, int] | None:
    """Findings in the data of the work year, by severity; None if it cannot be checked."""
    try:
        found = chain.from_iterable(year.findings.values())
        return dict(Counter(finding.severity for finding in found))
    except Exception:  # the page that shows the findings fails and says why
        return None


def _result(
    run: Prepared, made: Made, index: Path, before: Mapping[str, Mapping[str, Any]]
) -> RunResult:
    outcomes = sorted(made.outcomes.items())
    failed = {page: each.failure for page, each in outcomes if each.failure}
    reasons = {
        page: why(each, before.get(page), force=run.request.force) for page, each in outcomes
    }
    return RunResult(
        index=index,
        made=tuple(page for page, _ in outcomes if page not in failed),
        failed=failed,
        partial=run.partial,
        findings=made.findings,
        engines=tuple(sorted({each.engine for _, each in outcomes})),
        remade={page: reason for page, reason in reasons.items() if reason},
    )


def _record(
    run: Prepared,
    made: Made,
    result: RunResult,
    stamp: str,
    before: Mapping[str, Mapping[str, Any]],
) -> Record:
    """The record of this run; pages that were left out stay as they were recorded."""
    published = {task.page for task in run.everything}
    basis = basis_of(run.sources)
    now = {
        page: {"parts": dict(each.parts), "entries": list(each.entries), "basis": basis}
        for page, each in made.outcomes.items()
    }
    pages = {page: each for page, each in before.items() if page in published} | now
    written = (result.index.parent / manifest.FILE_NAME).read_bytes()
    return Record(
        stamp="" if result.failed else stamp,
        manifest=hashlib.sha256(written).hexdigest(),
        result=result.as_dict(),
        basis=basis,
        pages=pages,
    )


def _teller(shown: Display) -> Callable[[Outcome], None]:
    """Show each report that is done, and once for each reason that another engine made it."""
    told: set[str] = set()

    def tell(outcome: Outcome) -> None:
        reason = outcome.engine_reason
        if reason and reason not in told:
            told.add(reason)
            shown.say(f"改用普通 Jupyter 内核运行（自 {outcome.page} 起）：{reason}。")
        if outcome.unkept and outcome.unkept not in told:
            told.add(outcome.unkept)
            shown.say(f"缓存不能写入（{outcome.unkept}）：报告照常生成，但下次运行要重做。")
        shown.done(outcome.page, _problem(outcome))

    return tell


def _problem(outcome: Outcome) -> str:
    if outcome.failure is None:
        return ""
    return f"{outcome.failure.error}: {outcome.failure.message}".partition("\n")[0]


__all__ = ["make_suite"]
