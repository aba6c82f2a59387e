"""Reports on several processes at once, none of which can take another's report down with it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from concurrent.futures.process import BrokenProcessPool

from perfanalysis.suite.job import Job, Setup
from perfanalysis.suite.outcome import Outcome, killed
from perfanalysis.suite.workers import Worker, Workers

OnDone = Callable[[Outcome], None]


def run_jobs(
    jobs: Sequence[Job],
    setup: Setup,
    *,
    workers: Workers,
    opened: bytes = b"",
    on_done: OnDone,
    meanwhile: Callable[[], None] = lambda: None,
) -> dict[str, Outcome]:
    """Make every report, going on past those that fail, and the workbook; outcomes by page.

    Where a worker process itself is killed, the report that it was at is made again in a new one;
    if that is killed too, the report has failed.

    Parameters
    ----------
    jobs : sequence of Job
    setup : Setup
    workers : Workers
    opened : bytes
        From `pack_results`; empty lets each worker open the work year for itself.
    on_done : callable
        Called with each `Outcome` as it comes.
    meanwhile : callable
        What this process does when all workers have something to do.
    """
    workers.start(len(jobs))
    workers.tell(setup, opened)
    waiting, made, died = deque(jobs), dict[str, Outcome](), set[str]()
    sent: dict[Future[Outcome], tuple[Worker, Job]] = {}
    booking: Future[None] | None = None

    def send(worker: Worker, job: Job) -> None:
        sent[worker.make(job)] = worker, job

    for worker in workers.all[: len(jobs)]:
        send(worker, waiting.popleft())
    meanwhile()
    while sent:
        for future in wait(sent, return_when=FIRST_COMPLETED).done:
            worker, job = sent.pop(future)
            try:
                outcome = future.result()
            except BrokenProcessPool:
                worker = workers.replace(worker)
                if job.page not in died:
                    died.add(job.page)
                    send(worker, job)
                    continue
                outcome = _killed(job, setup)
            if booking is None and len(waiting) < len(jobs) / 2:  # the others go on meanwhile
                booking = worker.make_book()
            if waiting:
                send(worker, waiting.popleft())
            made[job.page] = outcome
            on_done(outcome)
    if booking is not None:
        wait([booking])
    workers.dismiss()
    return made


def _killed(job: Job, setup: Setup) -> Outcome:
    message = "工作进程被系统终止，常见原因是内存不足。请减少 --jobs，或关闭其他程序后重试"
    return killed(job.page, message, setup.engine)


__all__ = ["OnDone", "run_jobs"]
