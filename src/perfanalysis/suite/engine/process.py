"""The process that runs the cells of one report, seen from the one that waits for it."""

from __future__ import annotations

import atexit
import multiprocessing
import os
import random
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection
from typing import Any, NoReturn

from perfanalysis.suite.engine.recorder import CellRun, Message
from perfanalysis.suite.engine.shell import serve_cells
from perfanalysis.suite.engine.usage import memory_of, usage_of
from perfanalysis.suite.limits import MEGABYTE, Limits
from perfanalysis.suite.processes import anonymous_file, end_with_parent

LOOK = 0.1  # seconds between two looks at what a running cell takes
PATIENCE = 2.0  # seconds that a process which has nothing left to do gets to end by itself
_NEW = (
    "import sys; from perfanalysis.suite.engine.process import serve_new; "
    "serve_new(*map(int, sys.argv[1:]))"
)
_running: set[int] = set()


class ProcessEnded(Exception):
    """The process that ran the cells is no more; the message says why, in Chinese.

    Parameters
    ----------
    reason : str
    messages : tuple of Message
        What the cell had shown by then, as far as it is known.
    """

    def __init__(self, reason: str, messages: tuple[Message, ...] = ()) -> None:
        super().__init__(reason)
        self.messages = messages


class EngineRefused(Exception):
    """The notebook needs a real kernel; the message says what for, in Chinese."""


class CellProcess:
    """A fork, or a new interpreter, that runs cells one after the other.

    It leads a process group, which ends with it: so nothing that the cells started is left behind.

    Parameters
    ----------
    limits : Limits
    fork : bool, default True
        False starts a new interpreter, for a process that must not be forked: nothing is shared
        with it, so it imports for itself, as a kernel does.
    """

    def __init__(self, limits: Limits, *, fork: bool = True) -> None:
        self._limits = limits
        self._until = time.monotonic() + limits.report_seconds
        self._captured = {name: anonymous_file(name) for name in ("stdout", "stderr")}
        self._connection, there = multiprocessing.Pipe()
        self._pid = self._fork(there) if fork else self._spawn(there)
        there.close()
        _running.add(self._pid)

    def _fork(self, there: Connection) -> int:
        pid = os.fork()
        if not pid:
            self._connection.close()
            os.setsid()
            _serve_and_exit(there, self._captured, self._limits)
        self._reap: Callable[[], object] = lambda: os.waitpid(pid, 0)
        return pid

    def _spawn(self, there: Connection) -> int:
        files = [there.fileno(), *self._captured.values()]
        started = subprocess.Popen(
            [sys.executable, "-P", "-c", _NEW, *map(str, files)],
            pass_fds=files,
            start_new_session=True,
        )
        self._connection.send(self._limits)
        self._reap = started.wait
        return started.pid

    def run(self, source: str) -> CellRun:
        """Run one cell.

        Raises
        ------
        ProcessEnded
            If the process ended or was ended before the cell was done.
        EngineRefused
            If the cell needs a real kernel.
        """
        begun = time.monotonic()
        try:
            self._connection.send(source)
            while not self._connection.poll(LOOK):
                self._look(begun)
            run: CellRun = self._connection.recv()
        except (EOFError, OSError):
            raise ProcessEnded(self._ending()) from None
        if run.ended == "refused":
            raise EngineRefused(run.reason)
        if run.ended:
            raise ProcessEnded(run.reason, run.messages)
        return run

    def close(self, *, patience: float) -> None:
        """End the process, and whatever the cells started, if it does not end by itself."""
        self._connection.close()
        self._wait(patience)
        _kill(self._pid)
        _running.discard(self._pid)
        self._reap()
        for file in self._captured.values():
            os.close(file)

    def _look(self, begun: float) -> None:
        """See to it that a running cell keeps its limits."""
        limits, now = self._limits, time.monotonic()
        if now - begun > limits.cell_seconds:
            self._interrupt(f"超过了每个单元格 {limits.cell_seconds:g} 秒的时限")
        if now > self._until:
            self._interrupt(f"超过了每份报告 {limits.report_seconds:g} 秒的时限")
        written = sum(os.fstat(file).st_size for file in self._captured.values())
        if written > limits.report_output_mb * MEGABYTE:
            raise ProcessEnded(f"超过了每份报告 {limits.report_output_mb:g} MB 的输出上限")
        usage = usage_of(self._pid)
        if len(usage.processes) > limits.processes:
            raise ProcessEnded(f"同时运行的进程超过了 {limits.processes} 个的上限")
        most = limits.memory_mb * MEGABYTE
        if usage.resident > most and memory_of(usage.processes) > most:
            raise ProcessEnded(f"占用内存超过了 {limits.memory_mb:g} MB 的上限")
        if self._exit_status() is not None and not self._connection.poll():
            raise EOFError  # what the cells started may hold the pipe open

    def _interrupt(self, reason: str) -> None:
        """Ask the cell where it is, as Ctrl-C does, and give it up."""
        os.kill(self._pid, signal.SIGINT)
        messages: tuple[Message, ...] = ()
        with suppress(EOFError, OSError):
            if self._connection.poll(PATIENCE):
                messages = self._connection.recv().messages
        raise ProcessEnded(reason, messages)

    def _ending(self) -> str:
        status = self._wait(PATIENCE)
        if status is None:
            return "运行单元格的进程没有了回应"
        if status.si_code == os.CLD_EXITED:
            return f"运行单元格的进程自行退出（代码 {status.si_status}）"
        name = signal.Signals(status.si_status).name
        return f"运行单元格的进程被信号 {name} 终止"

    def _wait(self, seconds: float) -> Any:
        """Wait for the end of the process, without yet taking its process id from it."""
        until = time.monotonic() + seconds
        while (status := self._exit_status()) is None and time.monotonic() < until:
            time.sleep(0.001)
        return status

    def _exit_status(self) -> Any:
        return os.waitid(os.P_PID, self._pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)


@contextmanager
def cell_process(limits: Limits, *, fork: bool = True) -> Iterator[CellProcess]:
    """Start a `CellProcess` and leave nothing of it behind."""
    process = CellProcess(limits, fork=fork)
    patience = 0.0
    try:
        yield process
        patience = PATIENCE
    finally:
        process.close(patience=patience)


def stop_cells(*_: object) -> None:
    """End what runs cells now, as a signal handler; the report that is being made fails."""
    for pid in _running:
        _kill(pid)


def _kill(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)
    with suppress(ProcessLookupError):  # it may not lead its group yet
        os.kill(pid, signal.SIGKILL)


def serve_new(connection: int, stdout: int, stderr: int) -> NoReturn:
    """Serve cells in an interpreter that was started for it; takes file descriptors."""
    there = Connection(connection)
    for file in (connection, stdout, stderr):
        os.set_inheritable(file, False)
    _serve_and_exit(there, {"stdout": stdout, "stderr": stderr}, there.recv())


def _serve_and_exit(connection: Connection, captured: dict[str, int], limits: Limits) -> NoReturn:
    parent = os.getppid()
    code = 1
    try:
        end_with_parent(parent)
        _be_fresh()
        serve_cells(connection, captured, limits)
        atexit._run_exitfuncs()
        code = 0
    except BaseException:
        traceback.print_exc(file=sys.__stderr__)
    finally:
        os._exit(code)


def _be_fresh() -> None:
    """Undo what a new interpreter would not have: inherited handlers, states and settings."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    atexit._clear()
    _running.clear()
    multiprocessing.set_start_method(None, force=True)
    random.seed()
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed()
    with open(os.devnull, "rb") as nothing:
        os.dup2(nothing.fileno(), 0)


__all__ = [
    "PATIENCE",
    "CellProcess",
    "EngineRefused",
    "ProcessEnded",
    "cell_process",
    "serve_new",
    "stop_cells",
]
