"""Times of several ways of doing one thing, taken in turn so that a busy machine hits all alike."""

from __future__ import annotations

import gc
import json
import os
import platform
import statistics
from collections.abc import Callable, Mapping
from time import perf_counter, process_time
from typing import Any


def interleaved(
    ways: Mapping[str, Callable[[], object]], *, repeats: int
) -> tuple[dict[str, float], dict[str, float]]:
    """Median seconds of each way over `repeats` rounds, every way once a round.

    Returns
    -------
    dict of str to float
        By the wall.
    dict of str to float
        Of processor, all threads together: what a machine that others use changes least.
    """
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    processor: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(repeats):
        for name, way in ways.items():
            gc.collect()
            start, busy = perf_counter(), process_time()
            result = way()
            seconds[name].append(perf_counter() - start)
            processor[name].append(process_time() - busy)
            del result
    return _medians(seconds), _medians(processor)


def _medians(values: Mapping[str, list[float]]) -> dict[str, float]:
    return {name: statistics.median(each) for name, each in values.items()}


def machine() -> dict[str, Any]:
    """What the ratios were taken on."""
    return {"cores": os.cpu_count(), "python": platform.python_version()}


def print_last(result: Mapping[str, Any]) -> None:
    """The one JSON line at the end."""
    print(json.dumps(result, ensure_ascii=False, sort_keys=True))


__all__ = ["interleaved", "machine", "print_last"]
