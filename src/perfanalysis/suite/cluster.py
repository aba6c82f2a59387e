"""Reports on the machines of a Dask cluster; what they send back is written here, as locally.

Needs the extra ``cluster``. A scheduler without TLS lets whoever reaches it run any code:
see docs/adr/dask-as-the-cluster.md.
"""

from __future__ import annotations

import asyncio
import json
import logging
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version
from itertools import islice
from pathlib import Path
from typing import Any

from perfanalysis.errors import DataError, ParameterError, PerfAnalysisError
from perfanalysis.suite import member
from perfanalysis.suite.cache.program import program
from perfanalysis.suite.clean import Sent
from perfanalysis.suite.durable import write_whole
from perfanalysis.suite.job import Job, Setup
from perfanalysis.suite.manifest import versions
from perfanalysis.suite.outcome import EngineName, Outcome, failure_of, killed
from perfanalysis.suite.pool import OnDone
from perfanalysis.suite.prepare import Prepared

CONNECT_SECONDS = 20
"""How long a scheduler has to answer, and then its first member."""


def run_on_cluster(
    jobs: Sequence[Job],
    run: Prepared,
    setup: Setup,
    *,
    scheduler: str,
    at_once: int | None = None,
    on_done: OnDone,
) -> dict[str, Outcome]:
    """Make every report on a Dask cluster, going on past those that fail; outcomes by page.

    The workspace must be readable by every member at the same path. Where a member is lost, its
    reports are made by others; one that was on as many lost members as the scheduler allows
    (Dask's ``distributed.scheduler.allowed-failures``) has failed.

    Parameters
    ----------
    jobs : sequence of Job
    run : Prepared
    setup : Setup
        With the folders that are written into here.
    scheduler : str
        Address, e.g. ``tcp://host:8786`` or ``tls://host:8786``, or path of a scheduler file.
    at_once : int, optional
        Reports in the cluster at a time; as many as it takes if left out.
    on_done : callable
        Called with each `Outcome` as it comes.

    Raises
    ------
    ParameterError
        If the scheduler cannot be reached, has no members, or is lost.
    DataError
        If a member has other files or another program.
    """
    order = _order(run, setup)
    with _connected(scheduler) as client:
        _check_members(client, order)
        try:
            return _Dispatch(client, order, on_done).make(jobs, at_once)
        finally:
            with suppress(Exception):  # members that are lost end their processes themselves
                client.run(member.stop, order.run, on_error="ignore")


class _Dispatch:
    """Sends jobs and keeps what comes back."""

    def __init__(self, client: Any, order: member.Order, on_done: OnDone) -> None:
        self._client = client
        self._order = order
        self._on_done = on_done
        self._made: dict[str, Outcome] = {}
        self._accepted = client.submit(member.accept, order, key=f"{order.run}-order")
        client.replicate([self._accepted])  # Dask sends a report where its order already is

    def make(self, jobs: Sequence[Job], at_once: int | None) -> dict[str, Outcome]:
        """Make all; at most so many are sent at a time."""
        from distributed import as_completed

        waiting = iter(jobs)
        sent: dict[str, Job] = {}
        first = [self._send(job, sent) for job in islice(waiting, at_once)]
        coming = as_completed(first, loop=self._client.loop)
        for future in coming:
            self._keep(sent.pop(future.key), future)
            future.release()
            for job in islice(waiting, 1):
                coming.add(self._send(job, sent))
        return self._made

    def _send(self, job: Job, sent: dict[str, Job]) -> Any:
        key = f"{self._order.run}-{job.page}"
        sent[key] = job
        return self._client.submit(member.make, self._accepted, job, key=key)

    def _keep(self, job: Job, future: Any) -> None:
        outcome = self._outcome(job, future)
        self._made[job.page] = outcome
        self._on_done(outcome)

    def _outcome(self, job: Job, future: Any) -> Outcome:
        engine = self._order.setup.engine
        try:
            sent: Sent = _result(future)
        except PerfAnalysisError:
            raise
        except Exception as error:  # of this report alone, e.g. a disk that is full over there
            return _failed(job, error, engine)
        setup = self._order.setup
        if sent.executed is not None:
            write_whole(setup.executed / Path(job.page).with_suffix(".ipynb"), sent.executed)
        if sent.page is not None:
            write_whole(setup.pages / job.page, sent.page)
        return sent.outcome


def _failed(job: Job, error: Exception, engine: EngineName) -> Outcome:
    from distributed.scheduler import KilledWorker

    if not isinstance(error, KilledWorker):
        return Outcome(job.page, {}, failure_of(error), engine)
    message = f"执行这份报告的集群成员接连 {error.allowed_failures + 1} 次失去，不再重试"
    return killed(job.page, message, engine)


def _result(future: Any) -> Any:
    """What a task gave.

    Raises
    ------
    ParameterError
        If the scheduler is lost.
    """
    from distributed.client import FutureCancelledError

    try:
        return future.result()
    except (FutureCancelledError, asyncio.CancelledError):
        raise ParameterError(
            "与集群调度器失去联系。原有报告保持不变，请核对调度器后重新运行。"
        ) from None


def _order(run: Prepared, setup: Setup) -> member.Order:
    request = run.request
    return member.Order(
        run=f"perfanalysis-{uuid.uuid4().hex}",
        suite_file=run.suite.path.resolve(),
        request=replace(
            request, data=request.data.resolve(), notebooks=request.notebooks.resolve()
        ),
        sources=run.sources,
        setup=setup,
        versions=versions(),
        program=program().whole,
    )


@contextmanager
def _connected(scheduler: str) -> Iterator[Any]:
    """A client of the scheduler that has at least one member."""
    try:
        from distributed import Client
    except ModuleNotFoundError:
        raise ParameterError(
            "--scheduler 需要 Dask。请先安装：pip install 'perfanalysis[cluster]'。"
        ) from None
    for name in ("distributed", "distributed.client"):  # errors are told by us
        logging.getLogger(name).setLevel(logging.CRITICAL)
    if "://" not in scheduler and not Path(scheduler).is_file():
        raise ParameterError(
            f"--scheduler {scheduler} 不是地址（如 tcp://主机:8786），也不是调度器文件。请改正。"
        )
    try:
        address = _greeted(scheduler)
        client = Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
    except Exception as error:  # no address, no answer, no certificate: Dask's own, all of them
        raise ParameterError(
            f"连不上集群调度器 {scheduler}（{_told(error)}）。请核对地址、网络和 TLS 设置，"
            "或省去 --scheduler 在本机运行。"
        ) from None
    try:
        _await_member(client, scheduler)
        yield client
    finally:
        client.close()


def _greeted(scheduler: str) -> str:
    """Address of a scheduler that answers in time: `Client` waits for ever for a mute one."""
    from distributed.comm import connect
    from distributed.security import Security
    from distributed.utils import LoopRunner

    address = scheduler
    if "://" not in scheduler:
        address = json.loads(Path(scheduler).read_text("utf-8"))["address"]

    async def greet() -> None:
        arguments = Security().get_connection_args("client")
        await (await connect(address, timeout=CONNECT_SECONDS, **arguments)).close()

    LoopRunner().run_sync(lambda: asyncio.wait_for(greet(), CONNECT_SECONDS))
    return address


def _await_member(client: Any, scheduler: str) -> None:
    try:
        client.wait_for_workers(1, timeout=CONNECT_SECONDS)
    except TimeoutError:
        raise ParameterError(
            f"集群 {scheduler} 在 {CONNECT_SECONDS} 秒内没有任何成员（dask worker）。"
            "请启动成员后重新运行。"
        ) from None


def _check_members(client: Any, order: member.Order) -> None:
    """Refuse a cluster in which any member has another program or other files.

    The version is asked first, and by the standard library: another program may not understand
    the rest.
    """
    mine = order.versions["perfanalysis"]
    for name, theirs in _of_each(client, version, "perfanalysis"):
        if isinstance(theirs, PackageNotFoundError):
            raise DataError(f"集群成员 {name} 没有安装 perfanalysis。请安装 {mine}。")
        if theirs != mine:
            raise DataError(
                f"集群成员 {name} 的 perfanalysis 是 {theirs}，本机是 {mine}。请装成相同的版本。"
            )
    for name, problem in _of_each(client, member.problem_with, order):
        if isinstance(problem, Exception):
            raise DataError(f"集群成员 {name} 无法核对（{_told(problem)}）。请核对其安装。")
        if problem:
            raise DataError(f"集群成员 {name} {problem}")


def _of_each(client: Any, function: Callable[..., Any], *arguments: Any) -> list[tuple[str, Any]]:
    """What a function gives on each member, or the exception that it raised there."""
    answers: dict[str, Any] = client.run(function, *arguments, on_error="return")
    return sorted(answers.items())


def _told(error: BaseException) -> str:
    return str(error).partition("\n")[0] or type(error).__name__


__all__ = ["CONNECT_SECONDS", "run_on_cluster"]
