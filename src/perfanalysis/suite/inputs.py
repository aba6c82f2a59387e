"""Whether the files that a work year is read from are still those that were read."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path


def state_of(files: Iterable[Path], data: Path) -> tuple[tuple[str, int, int], ...]:
    """Name, size and time of change of `files` and of all in a folder: changes when one does."""
    inputs = [*map(str, files), *sorted(_files_under(data))]
    return tuple(
        (path, status.st_size, status.st_mtime_ns) for path in inputs if (status := os.stat(path))
    )


def _files_under(folder: Path) -> Iterator[str]:
    """The files of a folder; by `os`, which is asked of every report and is faster than `Path`."""
    for inside, _, names in os.walk(folder):
        for name in names:
            if os.path.isfile(path := os.path.join(inside, name)):
                yield path


__all__ = ["state_of"]
