"""Where a run is published: built beside the published folder, which it replaces at the end."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from perfanalysis.errors import ParameterError
from perfanalysis.suite.config import Edition, Lang
from perfanalysis.suite.durable import PARTS, exchange, sync_folder, write_whole
from perfanalysis.suite.manifest import FILE_NAME

_ENGLISH = "en"


def edition_folder(reports: Path, work_year: int, lang: Lang, edition: Edition) -> Path:
    """Folder of one edition: ``2021``, ``2021/en``, ``2021-public`` or ``2021-public/en``."""
    folder = reports / (f"{work_year}-public" if edition == "public" else str(work_year))
    return folder / _ENGLISH if lang == "en" else folder


class Staging:
    """A folder being built beside `target`, which stays as it is until `publish`.

    Files are written whole and never changed in place, so the two folders may share them.

    Parameters
    ----------
    target : Path
    keep : iterable of str
        Published files to start from, by their path in `target`.

    Raises
    ------
    ParameterError
        If the folder cannot be written.
    """

    def __init__(self, target: Path, *, keep: Iterable[str] = ()) -> None:
        self.target = target
        self.folder = _beside(target, "new")
        self._old = _beside(target, "old")
        try:
            self._recover()
            self.folder.mkdir(parents=True)
            self._share(target / name for name in keep)
        except OSError as error:
            problem = f"不能写入报告文件夹 {self.folder.parent}（{error.strerror}）"
            raise ParameterError(f"{problem}。请核对 --reports 和写入权限。") from None

    def write(self, name: str, content: str | bytes) -> None:
        """Write one file of the edition; text as UTF-8."""
        write_whole(self.folder / name, content.encode() if isinstance(content, str) else content)

    def clear_parts(self) -> None:
        """Remove what a worker that was killed had begun to write."""
        for part in self.folder.rglob(PARTS):
            part.unlink()

    def publish(self) -> None:
        """Put what was built in the place of what was published.

        Raises
        ------
        OSError
            If it cannot be done; then what was published still is.
        ParameterError
            If it was done, but the disk does not confirm it.
        """
        for manifest in self.target.glob(f"*/{FILE_NAME}"):  # editions that stand below it
            self._share(path for path in manifest.parent.rglob("*") if path.is_file())
        self.target.parent.mkdir(parents=True, exist_ok=True)
        self._change_places()
        try:
            sync_folder(self.target.parent)
        except OSError as error:
            raise ParameterError(
                f"新报告已换上，但磁盘没有确认存好（{error.strerror or error}）：此刻断电，"
                f"{self.target} 可能变回原有报告。请核对磁盘空间和磁盘状况后重新运行。"
            ) from error
        self.discard()

    def discard(self) -> None:
        """Leave what is published as it is."""
        with suppress(OSError):
            self._put_back()
        left = [self.folder, self._old] if self.target.is_dir() else [self.folder]
        for folder in left:
            shutil.rmtree(folder, ignore_errors=True)

    def _change_places(self) -> None:
        if not self.target.is_dir():
            self.folder.rename(self.target)
        elif not exchange(self.folder, self.target):
            self.target.rename(self._old)
            self.folder.rename(self.target)

    def _put_back(self) -> None:
        """Let what was published stand again, where it was moved away and nothing came."""
        if self._old.is_dir() and not self.target.is_dir():
            self._old.rename(self.target)

    def _share(self, files: Iterable[Path]) -> None:
        """Let published files stand in the new folder too."""
        folders = set()
        for path in files:
            copy = self.folder / path.relative_to(self.target)
            copy.parent.mkdir(parents=True, exist_ok=True)
            try:
                os.link(path, copy)
            except OSError:  # a file system without links
                write_whole(copy, path.read_bytes())
            folders.add(copy.parent)
        for folder in folders:
            sync_folder(folder)

    def _recover(self) -> None:
        """Clear away what a run that was cut off left behind."""
        self._put_back()
        self.discard()


def _beside(target: Path, ending: str) -> Path:
    """A hidden folder in the same file system, outside every edition: no edition counts it in."""
    if target.name == _ENGLISH:
        return target.parent.with_name(f".{target.parent.name}-{target.name}.{ending}")
    return target.with_name(f".{target.name}.{ending}")


__all__ = ["Staging", "edition_folder"]
