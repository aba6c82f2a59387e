"""The processes that make reports, started while it is still worked out which.

Nothing here imports a library, in the main process or before a worker needs it: both import at
the same time, and the main process opens the work year meanwhile.
"""

from __future__ import annotations

import mmap
import multiprocessing
import os
import signal
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager, suppress
from multiprocessing.reduction import DupFd
from pathlib import Path
from types import TracebackType
from typing import Self

from perfanalysis.suite.job import Job, Setup
from perfanalysis.suite.outcome import EngineName, Outcome
from perfanalysis.suite.processes import ENVIRONMENT, anonymous_file, can_fork, end_with_parent

Started = tuple[Path, EngineName, Path]
"""Folder that the cells run in, engine, folder of the notebooks."""


class Shelf:
    """Bytes that processes which run already can be handed without a copy for each."""

    def __init__(self, file: int | None = None) -> None:
        self._file = anonymous_file("work-year") if file is None else file

    def __reduce__(self) -> tuple[object, ...]:
        return _received, (DupFd(self._file),)

    def put(self, content: bytes) -> None:
        """Put something on it, once."""
        with os.fdopen(os.dup(self._file), "wb") as out:
            out.write(content)

    def get(self, length: int) -> mmap.mmap:
        """What was put, so many bytes of it."""
        return mmap.mmap(self._file, length, access=mmap.ACCESS_READ)

    def close(self) -> None:
        """Give it up; others who have it keep it."""
        os.close(self._file)


def _received(duplicate: object) -> Shelf:
    return Shelf(duplicate.detach())  # type: ignore[attr-defined]


class Worker:
    """One process; what it is given is done in that order.

    Parameters
    ----------
    started : tuple
    shelf : Shelf or None
    """

    def __init__(self, started: Started, shelf: Shelf | None) -> None:
        self._pool = ProcessPoolExecutor(
            1,
            mp_context=multiprocessing.get_context("spawn"),
            initializer=_start,
            initargs=(*started, shelf),
        )
        with _environment(ENVIRONMENT):
            self._pool.submit(_nothing)

    def tell(self, setup: Setup, opened: int) -> None:
        """Tell it of the run; `opened` is the length of the work year on the shelf, or 0."""
        self._pool.submit(_tell, setup, opened)

    def make(self, job: Job) -> Future[Outcome]:
        """Have it make a report."""
        return self._pool.submit(_make, job)

    def make_book(self) -> Future[None]:
        """Have it make the workbook of the run."""
        return self._pool.submit(_make_book)

    def end(self, *, wait: bool) -> None:
        """Let it end when it has done what it was given."""
        self._pool.shutdown(wait=wait, cancel_futures=True)


class Workers:
    """The workers of a run; none is left when it is over, however it ends.

    Parameters
    ----------
    most : int
        Processes to use, > 0.
    root : Path
        Folder that the cells run in.
    engine : {"forked", "jupyter"}
    notebooks : Path
        Folder of the notebooks.
    """

    def __init__(self, most: int, *, root: Path, engine: EngineName, notebooks: Path) -> None:
        self.most = most
        self.engine = engine
        self._started: Started = (root.resolve(), engine, notebooks.resolve())
        self._others = set(multiprocessing.active_children())
        self._shelf = Shelf() if can_fork() else None
        self._told: tuple[Setup, int] | None = None
        self.all: list[Worker] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is not None:  # Ctrl-C, or an error: nobody waits for the cells
            self._kill()
        for worker in self.all:
            worker.end(wait=True)
        if self._shelf is not None:
            self._shelf.close()

    def start(self, count: int) -> None:
        """Have at least so many processes, but no more than `most`."""
        for _ in range(min(count, self.most) - len(self.all)):
            self._add()

    def tell(self, setup: Setup, opened: bytes) -> None:
        """Tell all, also those started later, of the run; `opened` is the work year, if it is."""
        length = 0
        if self._shelf is not None and opened:
            self._shelf.put(opened)
            length = len(opened)
        self._told = setup, length
        for worker in self.all:
            worker.tell(*self._told)

    def replace(self, worker: Worker) -> Worker:
        """A new one in the place of one whose process has died."""
        worker.end(wait=False)
        self.all.remove(worker)
        return self._add()

    def dismiss(self) -> None:
        """Let all end, without waiting for it."""
        for worker in self.all:
            worker.end(wait=False)

    def _add(self) -> Worker:
        worker = Worker(self._started, self._shelf)
        if self._told is not None:
            worker.tell(*self._told)
        self.all.append(worker)
        return worker

    def _kill(self) -> None:
        """End all and what they started, kernels in sessions of their own included."""
        import psutil

        for worker in set(multiprocessing.active_children()) - self._others:
            with suppress(psutil.NoSuchProcess):
                for each in psutil.Process(worker.pid).children(recursive=True):
                    with suppress(psutil.NoSuchProcess):
                        each.kill()
            worker.kill()


_shelves: list[Shelf | None] = []


def _start(root: Path, engine: EngineName, notebooks: Path, shelf: Shelf | None) -> None:
    """What a worker does first, without being told of the run: import."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the main process ends us
    if parent := multiprocessing.parent_process():
        end_with_parent(parent.pid or 0)
    os.chdir(root)
    _shelves.append(shelf)
    from perfanalysis.suite.worker import start_worker

    start_worker(engine, notebooks)


def _nothing() -> None:
    """Starts the process."""


def _tell(setup: Setup, opened: int) -> None:
    from perfanalysis.suite.worker import open_run

    shelf = _shelves[0]
    if shelf is None or not opened:
        open_run(setup)
        return
    with shelf.get(opened) as content:
        open_run(setup, content)


def _make(job: Job) -> Outcome:
    from perfanalysis.suite.worker import make_report

    return make_report(job)


def _make_book() -> None:
    from perfanalysis.suite.worker import make_book

    make_book()


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


__all__ = ["Worker", "Workers"]
