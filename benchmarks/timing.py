"""Times of several ways of doing one thing, taken in turn so that a busy machine hits all alike."""

from __future__ import annotations

import gc
import json
import os
import platform
import statistics
from collections.abc import Callable, Mapping
from time import perf_counter
from typing import Any


def interleaved(ways: Mapping[str, Callable[[], object]], *, repeats: int) -> dict[str, float]:
    """Median seconds of each way over `repeats` rounds, every way once a round."""
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(repeats):
        for name, way in ways.items():
            gc.collect()
            start = perf_counter()
            result = way()
            seconds[name].append(perf_counter() - start)
            del result
    return {name: statistics.median(values) for name, values in seconds.items()}


def machine() -> dict[str, Any]:
    """What the ratios were taken on."""
    return {"cores": os.cpu_count(), "python": platform.python_version()}


def print_last(result: Mapping[str, Any]) -> None:
    """The one JSON line at the end."""
    print(json.dumps(result, ensure_ascii=False, sort_keys=True))


__all__ = ["interleaved", "machine", "print_last"]
