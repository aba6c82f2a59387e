"""Results by key, a file each: whole, or as good as absent."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from perfanalysis.suite.durable import write_whole

_CHECKED = 65
"""Length of the checksum line that an entry begins with."""


@dataclass(frozen=True, slots=True)
class Store:
    """Entries under one folder; several processes may use it at once.

    Attributes
    ----------
    folder : Path
    """

    folder: Path

    def get(self, key: str) -> bytes | None:
        """Return what was put; None where there is none, or it is damaged."""
        try:
            whole = self._path(key).read_bytes()
        except OSError:
            return None
        content = whole[_CHECKED:]
        return content if whole[:_CHECKED] == _line(content) else None

    def put(self, key: str, content: bytes) -> None:
        """Keep something.

        Raises
        ------
        OSError
            If it cannot be written.
        """
        write_whole(self._path(key), _line(content) + content)

    def remove(self, key: str) -> None:
        """Forget an entry, if it is there."""
        with suppress(OSError):
            self._path(key).unlink()

    def entries(self) -> Iterator[Path]:
        """Every entry, and what a process that was killed left half-written."""
        return (path for path in sorted(self.folder.glob("??/*")) if path.is_file())

    def prune(self, used: set[str]) -> tuple[int, int]:
        """Remove the entries that no key of `used` leads to: how many, and their bytes."""
        removed = freed = 0
        for path in self.entries():
            if path.name not in used:
                size = path.stat().st_size
                with suppress(OSError):
                    path.unlink()
                    removed, freed = removed + 1, freed + size
        return removed, freed

    def _path(self, key: str) -> Path:
        return self.folder / key[:2] / key


def _line(content: bytes) -> bytes:
    return f"{hashlib.sha256(content).hexdigest()}\n".encode()


__all__ = ["Store"]
