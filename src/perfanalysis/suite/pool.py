"""Reports on several processes at once, none of which can take another's report down with it."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import psutil

from perfanalysis.suite.outcome import Outcome, killed
from perfanalysis.suite.worker import (
    ENVIRONMENT,
    Job,
    Setup,
    count_findings,
    make_book,
    make_report,
    start_worker,
)

OnDone = Callable[[Outcome], None]


@dataclass
class Made:
    """What a pool gave.

    Attributes
    ----------
    outcomes : dict of str to Outcome
        By page.
    findings : mapping of str to int, or None
        Findings in the data by severity; None if it could not be checked.
    """

    outcomes: dict[str, Outcome] = field(default_factory=dict)
    findings: Mapping[str, int] | None = None


def run_jobs(jobs: Sequence[Job], setup: Setup, *, workers: int, on_done: OnDone) -> Made:
    """Make every report, going on past those that fail.

    Where a worker process itself is killed, the reports that it may have been at are made again,
    each with a process of its own: one that takes its process down again has failed.

    Parameters
    ----------
    jobs : sequence of Job
    setup : Setup
    workers : int
        Processes to use, > 0.
    on_done : callable
        Called with each `Outcome` as it comes.
    """
    made = Made()

    def keep(outcome: Outcome) -> None:
        made.outcomes[outcome.page] = outcome
        on_done(outcome)

    left = list(jobs)
    with _environment(ENVIRONMENT):
        while left:
            _run(left, setup, workers, made, keep)
            left = [job for job in left if job.page not in made.outcomes]
            for job in left[:workers]:
                _run([job], setup, 1, made, keep)
                if job.page not in made.outcomes:
                    keep(_killed(job, setup))
            left = left[workers:]
    return made


def _run(jobs: Sequence[Job], setup: Setup, workers: int, made: Made, keep: OnDone) -> None:
    """Make reports until all are made or a worker process dies."""
    others = set(multiprocessing.active_children())
    pool = ProcessPoolExecutor(
        min(workers, len(jobs)),
        mp_context=multiprocessing.get_context("spawn"),
        initializer=start_worker,
        initargs=(setup,),
    )
    try:
        futures: list[Future[Outcome]] = [pool.submit(make_report, job) for job in jobs]
        counting = pool.submit(count_findings)
        booking = pool.submit(make_book)
        with suppress(BrokenProcessPool):
            for future in as_completed(futures):
                keep(future.result())
            made.findings = counting.result()
            booking.result()
    except BaseException:  # Ctrl-C, or an error of ours: nobody waits for the cells
        _end(set(multiprocessing.active_children()) - others)
        raise
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _end(workers: Iterable[multiprocessing.process.BaseProcess]) -> None:
    """End workers and all that they started, kernels in sessions of their own included."""
    for worker in workers:
        with suppress(psutil.NoSuchProcess):
            for each in psutil.Process(worker.pid).children(recursive=True):
                with suppress(psutil.NoSuchProcess):
                    each.kill()
        worker.kill()


def _killed(job: Job, setup: Setup) -> Outcome:
    message = "工作进程被系统终止，常见原因是内存不足。请减少 --jobs，或关闭其他程序后重试"
    return killed(job.page, message, setup.engine)


@contextmanager
def _environment(values: Mapping[str, str]) -> Iterator[None]:
    """Set environment variables for the processes started meanwhile."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


__all__ = ["Made", "run_jobs"]
