"""What a process and all that it started take, read from /proc; nothing where there is none."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_PROC = Path("/proc")
_GROUP, _RESIDENT = 2, 21  # places after the name in /proc/<pid>/stat, see proc(5)
_PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096


@dataclass(frozen=True, slots=True)
class Usage:
    """What a process group takes.

    Attributes
    ----------
    processes : tuple of int
        Process ids.
    resident : int
        Bytes in memory, those that processes share counted for each of them.
    """

    processes: tuple[int, ...]
    resident: int


def usage_of(group: int) -> Usage:
    """What the processes of a process group take now."""
    processes, pages = [], 0
    for pid in _process_ids():
        with suppress(OSError):  # it ended meanwhile
            facts = (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
            if int(facts[_GROUP]) == group:
                processes.append(pid)
                pages += int(facts[_RESIDENT])
    return Usage(tuple(processes), pages * _PAGE)


def memory_of(processes: Iterable[int]) -> int:
    """Bytes in memory of some processes, each shared page divided among those that share it."""
    total = 0
    for pid in processes:
        with suppress(OSError):
            for line in (_PROC / str(pid) / "smaps_rollup").read_text().splitlines():
                if line.startswith("Pss:"):
                    total += int(line.split()[1]) * 1024
    return total


def _process_ids() -> list[int]:
    try:
        return [int(name) for name in os.listdir(_PROC) if name.isdecimal()]
    except OSError:
        return []


__all__ = ["Usage", "memory_of", "usage_of"]
