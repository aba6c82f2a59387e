"""What happens inside a member of a Dask cluster: the same files first, then report by report.

A member has threads and must not fork, so it forwards to clean processes of its own, one a thread.
They live as long as the `Order` lies in the member's memory: Dask drops it when the run is over or
whoever ordered it is gone, and with it go the processes.
"""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from perfanalysis.errors import DataError, PerfAnalysisError
from perfanalysis.suite.cache.program import program
from perfanalysis.suite.clean import CleanProcess, Ended, Sent
from perfanalysis.suite.config import load_suite
from perfanalysis.suite.job import Job, Setup
from perfanalysis.suite.manifest import compared, versions
from perfanalysis.suite.outcome import killed
from perfanalysis.suite.processes import can_fork
from perfanalysis.suite.request import Request, Sources, sources_of
from perfanalysis.suite.wording import choices

T = TypeVar("T")
_CHANGES = {"removed": "没有", "added": "多出", "changed": "内容不同"}


@dataclass(frozen=True)
class Order:
    """A run, as the members of a cluster are told of it once.

    Attributes
    ----------
    run : str
        Tells it from others.
    suite_file : Path
    request : Request
        With absolute folders.
    sources : mapping
        See `sources_of`.
    setup : Setup
    versions : mapping of str to str
        Of Python and the packages.
    program : str
        Digest of the package's files.
    """

    run: str
    suite_file: Path
    request: Request
    sources: Sources
    setup: Setup
    versions: Mapping[str, str]
    program: str


class _Crew:
    """The clean processes of one order."""

    def __init__(self, order: Order) -> None:
        self.run = order.run
        self._setup = order.setup
        self._lock = threading.Lock()
        self._idle: list[CleanProcess] = []
        self._all: set[CleanProcess] = set()
        self._stopped = False

    def ask(self, question: Callable[[CleanProcess], T]) -> T:
        """Put a question to a process that has nothing to do.

        Raises
        ------
        Ended
            If it ended before it answered.
        """
        process = self._take()
        try:
            answer = question(process)
        except BaseException:
            with self._lock:
                self._all.discard(process)
            process.kill()
            raise
        with self._lock:
            self._idle.append(process)
        return answer

    def stop(self) -> None:
        """End every process, also one that is at work."""
        with self._lock:
            self._stopped = True
            for process in self._all:
                process.kill()

    def _take(self) -> CleanProcess:
        with self._lock:
            if self._stopped:
                raise Ended
            if self._idle:
                return self._idle.pop()
            process = CleanProcess(self._setup)
            self._all.add(process)
            return process


_crews: dict[int, _Crew] = {}
_starting = threading.Lock()


def accept(order: Order) -> Order:
    """Give back the order: Dask keeps it where reports of it are made."""
    return order


def problem_with(order: Order) -> str:
    """Why this member must not work on a run: another program, other files; empty if it may.

    A sentence in Chinese that its name goes before.
    """
    here, there = order.versions, versions()
    if other := compared(here, there):
        told = "、".join(f"{n} 本机 {here.get(n)}，该成员 {there.get(n)}" for n in other)
        return f"的软件版本与本机不同：{told}。请装成相同的版本。"
    if program().whole != order.program:
        return (
            f"的 perfanalysis 与本机同为 {order.versions['perfanalysis']}，"
            "但程序文件不同。请装成相同的程序，并重新启动该成员。"
        )
    if order.setup.engine == "forked" and not can_fork():
        return "的系统不支持快速引擎。请加 --engine jupyter，或只用 Linux 成员。"
    return _problem_with_files(order)


def make(order: Order, job: Job) -> Sent:
    """Make one report; one that takes its process down is made once more in a new one.

    Raises
    ------
    DataError
        If this member must not make it; see `problem_with`.
    """
    crew = _crew(order)
    for _ in range(2):
        try:
            return crew.ask(lambda process: process.make(job))
        except Ended:
            continue
    message = f"集群成员 {_name()} 上的工作进程两次被系统终止，常见原因是内存不足"
    return Sent(killed(job.page, message, order.setup.engine), None, None)


def stop(run: str) -> None:
    """End the processes of a run, also those at work."""
    with _starting:
        for crew in list(_crews.values()):
            if crew.run == run:
                crew.stop()


def _crew(order: Order) -> _Crew:
    with _starting:
        crew = _crews.get(id(order))
        if crew is None:
            if problem := problem_with(order):  # it may have joined after the run began
                raise DataError(f"集群成员 {_name()} {problem}")
            crew = _crews[id(order)] = _Crew(order)
            weakref.finalize(order, _dismiss, id(order))
        return crew


def _dismiss(number: int) -> None:
    _crews.pop(number).stop()


def _problem_with_files(order: Order) -> str:
    root = order.setup.root
    try:
        found = sources_of(load_suite(order.suite_file), order.request)
    except (OSError, PerfAnalysisError) as error:
        return (
            f"读不了工作文件夹 {root}：{error}请把它放在每个成员都以同一路径读到的共享文件系统上。"
        )
    changed = [
        f"{name}（{_CHANGES[change]}）"
        for kind, stated in order.sources.items()
        for name, change in compared(stated, found[kind]).items()
    ]
    if not changed:
        return ""
    return (
        f"读到的文件与本机不同（工作文件夹 {root}，数据 {order.request.data}）："
        f"{choices(changed)}。请让每个成员以同一路径读到同一份文件。"
    )


def _name() -> str:
    from distributed import get_worker

    return str(get_worker().address)


__all__ = ["Order", "accept", "make", "problem_with", "stop"]
