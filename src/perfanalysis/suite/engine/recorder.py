"""Keep what the cells show, in the order in which they show it and within its bounds."""

from __future__ import annotations

import codecs
import io
import os
import threading
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any, Literal, NoReturn

from jupyter_client.session import Session

from perfanalysis.suite.limits import MEGABYTE, Limits

Message = tuple[str, dict[str, Any]]
_CHUNK = 1 << 16


@dataclass(frozen=True, slots=True)
class CellRun:
    """What running one cell gave.

    Attributes
    ----------
    messages : tuple of (str, dict)
        Type and content of each message, as a kernel sends them on its IOPub channel.
    execution_count : int or None
        None if the cell did not come to its end.
    failed : bool
    ended : {"", "limit", "refused"}
        Why the process ended in the middle of the cell: it showed more than it may, or it needs
        what only a real kernel has.
    reason : str
        The same for a reader, in Chinese.
    """

    messages: tuple[Message, ...]
    execution_count: int | None
    failed: bool
    ended: Literal["", "limit", "refused"] = ""
    reason: str = ""


class Recorder(Session):
    """A session whose messages are kept instead of sent.

    Parameters
    ----------
    connection : Connection
        Where each `CellRun` goes.
    limits : Limits
    """

    def __init__(self, connection: Connection, limits: Limits) -> None:
        super().__init__()
        self._connection = connection
        self._limits = limits
        self._lock = threading.RLock()
        self._messages: list[Message] = []
        self._cell = 0
        self._cell_bytes = self._report_bytes = 0

    def begin(self) -> dict[str, Any]:
        """Start a cell; what it returns is the parent of all messages of this cell."""
        self._cell += 1
        self._cell_bytes = 0
        return {"header": {"msg_id": self._cell, "msg_type": "execute_request"}}

    def finish(self, execution_count: int, *, failed: bool) -> None:
        """Send what the cell gave."""
        with self._lock:
            self._connection.send(CellRun(self._take(), execution_count, failed))

    def send(
        self,
        stream: object,
        msg_or_type: Any,
        content: Any = None,
        parent: Any = None,
        *_: object,
        **__: object,
    ) -> None:
        if isinstance(msg_or_type, dict):
            message = msg_or_type
            msg_or_type, content = message["msg_type"], message["content"]
            parent = message["parent_header"]
        packed = self.pack(content)
        with self._lock:
            if self._belongs(parent):
                self._count(len(packed))
                self._messages.append((msg_or_type, self.unpack(packed)))

    def write(self, name: str, text: str, parent: Mapping[str, Any]) -> None:
        """Add to a stream; neighbouring writes are one message."""
        with self._lock:
            if not text or not self._belongs(parent):
                return
            self._count(len(text.encode(errors="surrogatepass")))
            if self._messages and self._messages[-1][0] == "stream":
                last = self._messages[-1][1]
                if last["name"] == name:
                    last["text"].write(text)
                    return
            buffer = io.StringIO(newline="")
            buffer.write(text)
            self._messages.append(("stream", {"name": name, "text": buffer}))

    def refuse(self, reason: str) -> NoReturn:
        """End the process: the notebook needs a real kernel."""
        self._end("refused", reason)

    def _belongs(self, parent: Mapping[str, Any] | None) -> bool:
        """Whether it is the running cell's: clients pass over what earlier cells still say."""
        return bool(parent) and parent["msg_id"] == self._cell  # type: ignore[index]

    def _count(self, size: int) -> None:
        self._cell_bytes += size
        self._report_bytes += size
        if self._cell_bytes > self._limits.cell_output_mb * MEGABYTE:
            self._end("limit", f"超过了每个单元格 {self._limits.cell_output_mb:g} MB 的输出上限")
        if self._report_bytes > self._limits.report_output_mb * MEGABYTE:
            self._end("limit", f"超过了每份报告 {self._limits.report_output_mb:g} MB 的输出上限")

    def _end(self, ended: Literal["limit", "refused"], reason: str) -> NoReturn:
        """End the process from whichever thread this is, whatever the cell would catch."""
        with self._lock:
            self._connection.send(CellRun(self._take(), None, True, ended, reason))
            os._exit(0)

    def _take(self) -> tuple[Message, ...]:
        taken, self._messages = self._messages, []
        for kind, content in taken:
            if kind == "stream":
                content["text"] = content["text"].getvalue()
        return tuple(taken)


class CapturedFile:
    """A file that stands for file descriptor 1 or 2, read as it grows.

    A kernel has a pipe there, and a thread that reads it some time; here what C code or a child
    process wrote is read before whatever is shown next.
    """

    def __init__(self, number: int) -> None:
        self._number = number
        self._read = os.lseek(number, 0, os.SEEK_END)
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode

    def new_text(self) -> str:
        """What was written since the last time, at most 64 KB of it."""
        if os.lseek(self._number, 0, os.SEEK_END) <= self._read:
            return ""
        read = os.pread(self._number, _CHUNK, self._read)
        self._read += len(read)
        return self._decode(read)

    def write(self, text: str) -> None:
        """Add to the file; from a process that the cells started, which has no recorder."""
        data = text.encode(errors="surrogatepass")
        while data:
            data = data[os.write(self._number, data) :]


class OutStream(io.TextIOBase):
    """``sys.stdout`` or ``sys.stderr`` of the cells.

    Parameters
    ----------
    name : {"stdout", "stderr"}
    recorder : Recorder
    captured : CapturedFile
    beyond : int
        What `fileno` gives: as in a kernel, the place outside that both went to before.
    """

    encoding = "UTF-8"

    def __init__(self, name: str, recorder: Recorder, captured: CapturedFile, beyond: int) -> None:
        self.name = name
        self._recorder = recorder
        self._captured = captured
        self._beyond = beyond
        self._process = os.getpid()
        self._parent: Mapping[str, Any] = {}
        self._task_parent: ContextVar[Mapping[str, Any]] = ContextVar("parent")

    def set_parent(self, parent: Mapping[str, Any]) -> None:
        """Say whose output it is from now on; tasks that run already keep theirs."""
        self._parent = parent["header"]
        self._task_parent.set(self._parent)

    def fileno(self) -> int:
        return self._beyond

    def writable(self) -> bool:
        return True

    def flush(self) -> None:
        if os.getpid() == self._process:
            while text := self._captured.new_text():
                self._recorder.write(self.name, text, self._parent)

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text)}")
        if os.getpid() != self._process:
            self._captured.write(text)
        else:
            self.flush()
            self._recorder.write(self.name, text, self._task_parent.get(self._parent))
        return len(text)


__all__ = ["CapturedFile", "CellRun", "Message", "OutStream", "Recorder"]
