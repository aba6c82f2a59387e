"""A digest of the figures that a report shows: the same for equal ones, another for any change.

A view holds all that its notebook reads of the data, so its digest stands for that slice
(tests/suite/test_slice_of_notebooks.py holds the notebooks to it).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from pathlib import PurePath
from typing import Any

import numpy as np
import pandas as pd

_PLAIN = (str, bytes, int, float, complex, Decimal, date, Enum, PurePath, type(None), pd.Timedelta)
_PLAINEST = frozenset((str, bool, int, float, type(None), date))  # told without a look at bases


def digest(value: Any) -> str:
    """sha256 of a value made of frames, dataclasses, mappings, sequences and plain values.

    Raises
    ------
    TypeError
        If it holds something that equality cannot be told of.

    Examples
    --------
    >>> digest({"a": 1}) == digest({"a": 1}), digest({"a": 1}) == digest({"a": 1.0})
    (True, False)
    """
    whole = hashlib.sha256()
    for part in _parts(value):
        whole.update(f"{len(part)}:".encode())
        whole.update(part)
    return whole.hexdigest()


def _parts(value: Any) -> Iterator[bytes]:
    """The value as texts, one after the other; each is told apart by its length."""
    if isinstance(value, pd.DataFrame):
        yield b"frame"
        yield from _parts(value.index)
        for name, column in value.items():
            yield from _parts(name)
            yield from _column(column)
    elif isinstance(value, pd.Series):
        yield from (b"series", repr(value.name).encode())
        yield from _parts(value.index)
        yield from _column(value)
    elif isinstance(value, pd.Index):
        yield from (b"index", repr(value.names).encode())
        yield from _column(value if value.nlevels == 1 else value.to_flat_index())
    elif is_dataclass(value) and not isinstance(value, type):
        yield f"{type(value).__module__}.{type(value).__qualname__}".encode()
        for field in fields(value):
            yield from _parts(getattr(value, field.name))
    elif isinstance(value, Mapping):
        yield f"mapping {len(value)}".encode()
        for key, each in value.items():
            yield from _parts(key)
            yield from _parts(each)
    elif isinstance(value, list | tuple):
        yield f"{type(value).__name__} {len(value)}".encode()
        for each in value:
            yield from _parts(each)
    else:
        yield _plain(value)


def _column(values: Any) -> Iterator[bytes]:
    """Values of one type, at once; of an object column, one by one unless all are plain."""
    yield f"{values.dtype!r} {len(values)}".encode()
    listed = (values.to_numpy() if isinstance(values.dtype, np.dtype) else values.array).tolist()
    if values.dtype == object and not _are_plain(listed):
        for each in listed:
            yield from _parts(each)
    else:
        yield repr(listed).encode()


def _are_plain(values: list[Any]) -> bool:
    return set(map(type, values)) <= _PLAINEST or all(isinstance(each, _PLAIN) for each in values)


def _plain(value: Any) -> bytes:
    if isinstance(value, np.generic) or value is pd.NA or value is pd.NaT:
        return f"{type(value).__name__} {value!r}".encode()
    if isinstance(value, _PLAIN):
        return f"{type(value).__name__} {value!r}".encode()
    raise TypeError(f"no digest of a {type(value).__name__}")


__all__ = ["digest"]
