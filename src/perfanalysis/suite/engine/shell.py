"""The forked side: an IPython shell that records what a kernel would send to its clients.

The shell is ipykernel's own, with its display hook and publisher; only the session underneath
is ours. So outputs have the form, the order and the metadata that an ordinary kernel gives them.
"""

from __future__ import annotations

import asyncio
import builtins
import getpass
import os
import sys
from multiprocessing.connection import Connection
from types import MethodType
from typing import Any

# What a shell imports when it starts: here it is once, not once a fork.
import IPython.core.application
import IPython.core.completerlib
import IPython.core.logger
import IPython.core.oinspect  # noqa: F401
from ipykernel.comm.comm import BaseComm
from ipykernel.compiler import XCachingCompiler
from ipykernel.ipkernel import IPythonKernel
from ipykernel.zmqshell import ZMQInteractiveShell
from IPython.core.profiledir import ProfileDir
from traitlets.config import Config

from perfanalysis.suite.engine.recorder import CapturedFile, CellRun, OutStream, Recorder
from perfanalysis.suite.limits import Limits

INLINE_BACKEND = "module://matplotlib_inline.backend_inline"
_QUIET = ("io_loop",)  # asked for by the shell itself, to stop a kernel that has one


class _Kernel:
    """What the shell asks its kernel for; anything else is there in a real kernel only."""

    eventloop = None
    _allow_stdin = False

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name in _QUIET:
            raise AttributeError(name)
        self._recorder.refuse(f"单元格用到了 Jupyter 内核本身（kernel.{name}）")


def serve_cells(connection: Connection, captured: dict[str, int], limits: Limits) -> None:
    """Run each cell source that arrives and send back its `CellRun`, until there is no more.

    Parameters
    ----------
    connection : Connection
        Where sources (str) come from and `CellRun` objects go to.
    captured : dict of str to int
        For ``stdout`` and ``stderr`` the file that gets what is written past ``sys.stdout`` and
        ``sys.stderr``, by C code or by a child process.
    limits : Limits
        Those on output are kept here, the others by the parent.
    """
    recorder = Recorder(connection, limits)
    shell = _start_shell(recorder, captured)
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    loop.run_until_complete(_serve(connection, recorder, shell))


async def _serve(connection: Connection, recorder: Recorder, shell: Any) -> None:
    """Serve in a running event loop, as a kernel does: tasks go on from one cell to the next."""
    while not shell.exit_now:
        try:
            source = await _received(connection)
        except EOFError:
            return
        shell.set_parent(recorder.begin())
        result = await _run_cell(shell, source)
        sys.stdout.flush()
        sys.stderr.flush()
        failed = not result.success or shell._last_traceback_during_displayhook
        recorder.finish(shell.execution_count - 1, failed=failed)


async def _received(connection: Connection) -> str:
    loop, ready = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(connection.fileno(), ready.set)
    try:
        await ready.wait()
    finally:
        loop.remove_reader(connection.fileno())
    return str(connection.recv())


async def _run_cell(shell: Any, source: str) -> Any:
    """Run one cell as ipykernel does, awaiting it only where it awaits something itself."""
    transformed, problem = source, None
    try:
        transformed = shell.transform_cell(source)
    except Exception:
        problem = sys.exc_info()
    how = {"transformed_cell": transformed, "preprocessing_exc_tuple": problem}
    if not shell.should_run_async(source, **how):
        return shell.run_cell(source, store_history=True)
    result = None
    try:
        result = await shell.run_cell_async(source, store_history=True, **how)
    finally:
        shell.events.trigger("post_execute")
        shell.events.trigger("post_run_cell", result)
    return result


def _start_shell(recorder: Recorder, captured: dict[str, int]) -> Any:
    """The shell that an ordinary kernel would have, without the kernel."""
    os.environ.setdefault("MPLBACKEND", INLINE_BACKEND)
    if "" not in sys.path:  # where IPython puts the current folder: after the standard library
        places = [n for n, place in enumerate(sys.path) if place.endswith("site-packages")]
        sys.path.insert(min(places, default=0), "")
    beyond = os.dup(2)
    for number, name in enumerate(("stdout", "stderr"), start=1):
        os.dup2(captured[name], number)
        setattr(sys, name, OutStream(name, recorder, CapturedFile(number), beyond))
    kernel: Any = _Kernel(recorder)
    builtins.input = MethodType(IPythonKernel.raw_input, kernel)
    getpass.getpass = MethodType(IPythonKernel.getpass, kernel)
    widgets: Any = BaseComm
    widgets.publish_msg = lambda *_, **__: recorder.refuse("笔记本用到了交互控件（comm）")
    shell: Any = ZMQInteractiveShell.instance(
        config=Config(
            {"HistoryManager": {"enabled": False}, "IPKernelApp": {"connection_file": ""}}
        ),
        profile_dir=ProfileDir(),
        kernel=kernel,
        compiler_class=XCachingCompiler,
    )
    shell.enable_gui = lambda gui=None: None
    shell.displayhook.session = recorder
    shell.display_pub.session = recorder
    return shell


__all__ = ["INLINE_BACKEND", "CellRun", "serve_cells"]
