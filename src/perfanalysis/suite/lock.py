"""One run at a time in a workspace: the second says whom it waits for, and waits."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from perfanalysis.errors import ParameterError

NAME = ".lock"
_LONGEST = 20


@contextmanager
def locked(folder: Path, say: Callable[[str], None]) -> Iterator[None]:
    """Hold the lock of a folder; the system gives it back should this process die.

    Parameters
    ----------
    folder : Path
        Made where it does not exist.
    say : callable
        Told once, in Chinese, where another process has to be waited for.

    Raises
    ------
    ParameterError
        If the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = open(folder / NAME, "a+b")  # noqa: SIM115  closed below, and by the system
    except OSError as error:
        raise ParameterError(
            f"不能写入工作文件夹 {folder}（{error.strerror}）。请核对写入权限和磁盘空间。"
        ) from None
    with file:
        if not _take(file, wait=False):
            file.seek(0)
            holder = file.read(_LONGEST).decode("ascii", "replace").strip()
            say(f"另一次运行（进程 {holder or '未知'}）正在使用这个工作文件夹，等它结束后继续。")
            _take(file, wait=True)
        file.truncate(0)
        file.write(str(os.getpid()).encode())
        file.flush()
        yield


if os.name == "posix":
    import fcntl

    def _take(file: BinaryIO, *, wait: bool) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

else:  # pragma: no cover
    import msvcrt
    import time

    def _take(file: BinaryIO, *, wait: bool) -> bool:
        while True:
            file.seek(_LONGEST)  # beyond what is read, since the lock keeps others from reading
            try:
                msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
            except OSError:
                if not wait:
                    return False
                time.sleep(1)
            else:
                return True


__all__ = ["locked"]
