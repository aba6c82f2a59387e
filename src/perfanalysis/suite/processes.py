"""What every process that runs cells, or makes reports, is given; nothing here needs a library."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import tempfile
from collections.abc import Mapping

# In the environment of every process that runs cells, kernels included: no library starts a
# thread, and nothing depends on this machine's language or time zone.
ENVIRONMENT: Mapping[str, str] = {
    "JE_ARROW_MALLOC_CONF": "background_thread:false",
    "LC_ALL": "C.UTF-8",
    "MKL_NUM_THREADS": "1",
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "NUMEXPR_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "PERFANALYSIS_STYLE": "beside",
    "PYTHONHASHSEED": "0",
    "PYTHONUTF8": "1",
    "TZ": "UTC",
}

_PR_SET_PDEATHSIG = 1


def can_fork() -> bool:
    """Whether this system forks safely; macOS has fork, but its frameworks do not survive it."""
    return hasattr(os, "fork") and sys.platform != "darwin"


def end_with_parent(parent: int) -> None:
    """Have the system end this process when its parent ends, however it does."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)


def anonymous_file(name: str) -> int:
    """A file that no folder lists, gone when nobody has it open; in memory where that can be."""
    if hasattr(os, "memfd_create"):
        return os.memfd_create(name)
    with tempfile.TemporaryFile() as file:
        return os.dup(file.fileno())


__all__ = ["ENVIRONMENT", "anonymous_file", "can_fork", "end_with_parent"]
