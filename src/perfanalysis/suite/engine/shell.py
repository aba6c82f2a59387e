"""The forked side: an IPython shell that records what a kernel would send to its clients.

The shell is ipykernel's own, with its display hook and publisher; only the session underneath
is ours. So outputs have the form, the order and the metadata that an ordinary kernel gives them.
"""

from __future__ import annotations

import io
import os
import signal
import sys
from dataclasses import dataclass
from multiprocessing.connection import Connection
from types import SimpleNamespace
from typing import Any

from ipykernel.compiler import XCachingCompiler
from ipykernel.zmqshell import ZMQInteractiveShell
from IPython.core.profiledir import ProfileDir
from jupyter_client.session import Session
from traitlets.config import Config

INLINE_BACKEND = "module://matplotlib_inline.backend_inline"


@dataclass(frozen=True, slots=True)
class CellRun:
    """What running one cell gave.

    Attributes
    ----------
    messages : tuple of (str, dict)
        Type and content of each message, as a kernel sends them on its IOPub channel.
    execution_count : int
    failed : bool
    """

    messages: tuple[tuple[str, dict[str, Any]], ...]
    execution_count: int
    failed: bool


class _Recorder(Session):
    """A session whose messages are kept instead of sent."""

    def __init__(self) -> None:
        super().__init__()
        self._messages: list[tuple[str, dict[str, Any]]] = []

    def send(
        self, stream: object, msg_or_type: Any, content: Any = None, *_: object, **__: object
    ) -> None:
        if isinstance(msg_or_type, dict):
            msg_or_type, content = msg_or_type["msg_type"], msg_or_type["content"]
        self._messages.append((msg_or_type, self.unpack(self.pack(content))))

    def write(self, name: str, text: str) -> None:
        """Add to a stream; neighbouring writes are one message."""
        if self._messages and self._messages[-1][0] == "stream":
            last = self._messages[-1][1]
            if last["name"] == name:
                last["text"].write(text)
                return
        buffer = io.StringIO()
        buffer.write(text)
        self._messages.append(("stream", {"name": name, "text": buffer}))

    def take(self) -> tuple[tuple[str, dict[str, Any]], ...]:
        """Hand over the messages so far."""
        taken, self._messages = self._messages, []
        for kind, content in taken:
            if kind == "stream":
                content["text"] = content["text"].getvalue()
        return tuple(taken)


class _Stream(io.TextIOBase):
    """``sys.stdout`` or ``sys.stderr`` of the cells."""

    encoding = "UTF-8"

    def __init__(self, name: str, recorder: _Recorder) -> None:
        self.name = name
        self._recorder = recorder

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text)}")
        if text:
            self._recorder.write(self.name, text)
        return len(text)


def serve_cells(connection: Connection, other_end: Connection) -> None:
    """Run each cell source that arrives and send back its `CellRun`, until there is no more.

    Parameters
    ----------
    connection : Connection
        Where sources (str) come from and `CellRun` objects go to.
    other_end : Connection
        The parent's end, inherited by the fork: closed, so that a parent's death is seen.
    """
    other_end.close()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.dup2(2, 1)  # what bypasses sys.stdout must not end up among the results of a command
    recorder = _Recorder()
    shell = _start_shell(recorder)
    while True:
        try:
            source = connection.recv()
        except EOFError:
            return
        result = shell.run_cell(source, store_history=True)
        failed = not result.success or shell._last_traceback_during_displayhook
        connection.send(CellRun(recorder.take(), shell.execution_count - 1, failed))


def _start_shell(recorder: _Recorder) -> Any:
    """The shell that an ordinary kernel would have, without the kernel."""
    os.environ.setdefault("MPLBACKEND", INLINE_BACKEND)
    sys.stdout = _Stream("stdout", recorder)
    sys.stderr = _Stream("stderr", recorder)
    shell: Any = ZMQInteractiveShell.instance(
        config=Config({"HistoryManager": {"enabled": False}}),
        profile_dir=ProfileDir(),
        kernel=SimpleNamespace(eventloop=None),
        compiler_class=XCachingCompiler,
    )
    shell.enable_gui = lambda gui=None: None
    shell.displayhook.session = recorder
    shell.display_pub.session = recorder
    return shell


__all__ = ["INLINE_BACKEND", "CellRun", "serve_cells"]
