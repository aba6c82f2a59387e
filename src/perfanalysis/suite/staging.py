"""Where a run is published: built beside the published folder, swapped in at the end."""

from __future__ import annotations

import shutil
from pathlib import Path

from perfanalysis.errors import ParameterError
from perfanalysis.suite.config import Edition, Lang
from perfanalysis.suite.manifest import FILE_NAME, published_files


def edition_folder(reports: Path, work_year: int, lang: Lang, edition: Edition) -> Path:
    """Folder of one edition: ``2021``, ``2021/en``, ``2021-public`` or ``2021-public/en``."""
    folder = reports / (f"{work_year}-public" if edition == "public" else str(work_year))
    return folder / "en" if lang == "en" else folder


class Staging:
    """A folder being built beside `target`, which stays as it is until `publish`.

    Parameters
    ----------
    target : Path
    keep : bool
        Start from a copy of what is published instead of from nothing.

    Raises
    ------
    ParameterError
        If the folder cannot be written.
    """

    def __init__(self, target: Path, *, keep: bool) -> None:
        self.target = target
        self.folder = target.with_name(f".{target.name}.new")
        self._old = target.with_name(f".{target.name}.old")
        try:
            self._recover()
            self.folder.mkdir(parents=True)
        except OSError as error:
            problem = f"不能写入报告文件夹 {target.parent}（{error.strerror}）"
            raise ParameterError(f"{problem}。请核对 --reports 和写入权限。") from None
        if keep and target.is_dir():
            for path in published_files(target):
                copy = self.folder / path.relative_to(target)
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, copy)

    def write(self, name: str, content: str | bytes) -> None:
        """Write one file of the edition; text as UTF-8."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)

    def publish(self) -> None:
        """Put what was built in the place of what was published."""
        if self.target.is_dir():
            self.target.rename(self._old)
        self.folder.rename(self.target)
        self._finish()

    def discard(self) -> None:
        """Leave what was published as it was."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _recover(self) -> None:
        """Clear away what a run that was cut off left behind."""
        if self._old.is_dir() and not self.target.is_dir():
            self._old.rename(self.target)
        self._finish()
        self.discard()

    def _finish(self) -> None:
        """Carry over the editions that stand below the old folder, then remove it."""
        if not self._old.is_dir():
            return
        for manifest in self._old.glob(f"*/{FILE_NAME}"):
            nested = manifest.parent
            if not (self.target / nested.name).exists():
                nested.rename(self.target / nested.name)
        shutil.rmtree(self._old)


__all__ = ["Staging", "edition_folder"]
