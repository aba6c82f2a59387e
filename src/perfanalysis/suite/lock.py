"""One run at a time in a workspace and into a folder of reports: the second says so and waits."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from perfanalysis.errors import ParameterError

NAME = ".lock"
PUBLISHING = ".publishing.lock"
_LONGEST = 20


@contextmanager
def locked(folder: Path, say: Callable[[str], None]) -> Iterator[None]:
    """Hold the lock of a workspace; the system gives it back should this process die.

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
    problem = f"不能写入工作文件夹 {folder}（{{}}）。请核对写入权限和磁盘空间。"
    with _held(folder / NAME, say, "这个工作文件夹", problem):
        yield


@contextmanager
def publishing(reports: Path, say: Callable[[str], None]) -> Iterator[None]:
    """Hold the lock of a folder of reports, which workspaces may share; nothing of it stays there.

    Parameters and errors are those of `locked`.
    """
    path, new = reports / PUBLISHING, not reports.exists()
    problem = f"不能写入报告文件夹 {reports}（{{}}）。请核对 --reports 和写入权限。"
    with _held(path, say, f"报告文件夹 {reports}", problem):
        try:
            yield
        finally:
            with suppress(OSError):  # a system that keeps open files keeps it until the next run
                path.unlink()
                if new:
                    reports.rmdir()  # where nothing was published


@contextmanager
def _held(path: Path, say: Callable[[str], None], what: str, problem: str) -> Iterator[None]:
    said = False
    while True:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            file = open(path, "a+b")  # noqa: SIM115  closed below, and by the system
        except OSError as error:
            raise ParameterError(problem.format(error.strerror)) from None
        with file:
            if not _take(file, wait=False):
                if not said:
                    file.seek(0)
                    holder = file.read(_LONGEST).decode("ascii", "replace").strip()
                    say(f"另一次运行（进程 {holder or '未知'}）正在使用{what}，等它结束后继续。")
                    said = True
                _take(file, wait=True)
            if not _is_at(file, path):  # whoever held it has removed it: others lock the new one
                continue
            with suppress(OSError):  # a full disk: it only tells others whom they wait for
                os.truncate(file.fileno(), 0)
                os.write(file.fileno(), str(os.getpid()).encode())
            yield
            return


def _is_at(file: BinaryIO, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except FileNotFoundError:
        return False


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


__all__ = ["locked", "publishing"]
