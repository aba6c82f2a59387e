"""Results of a work year that many reports share, worked out once and handed to other processes."""

from __future__ import annotations

import copyreg
import io
import pickle
from contextlib import suppress
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from perfanalysis.suite.stageyears import StageYears
from perfanalysis.suite.workyear import WorkYear

if TYPE_CHECKING:
    from mmap import mmap

# Results that one page of the whole district shows: its fork works them out, not every run.
_ONE_PAGE = (
    "targets",
    "earlier_scores",
    "earlier_years",
    "unit_costs",
    "panel",
    "findings",
    "rectified",
    "published",
    "assessment",
)
_SHARED = tuple(
    name
    for kind in (StageYears, WorkYear)
    for name, value in vars(kind).items()
    if isinstance(value, cached_property) and name not in _ONE_PAGE
)


def work_out(year: WorkYear) -> None:
    """Work out what many reports share; what cannot be had fails where it is asked for."""
    for name in _SHARED:
        with suppress(Exception):
            getattr(year, name)


def pack_results(year: WorkYear) -> bytes:
    """What many reports share, worked out, for other processes that open the same work year."""
    work_out(year)
    packed = io.BytesIO()
    pickler = pickle.Pickler(packed, pickle.HIGHEST_PROTOCOL)
    table: dict[type, Any] = {**copyreg.dispatch_table, MappingProxyType: _reduced}
    pickler.dispatch_table = table
    pickler.dump({name: vars(year)[name] for name in _SHARED if name in vars(year)})
    return packed.getvalue()


def unpack_results(year: WorkYear, packed: bytes | mmap) -> None:
    """Give a work year the results that `pack_results` packed."""
    vars(year).update(pickle.loads(packed))


def _reduced(values: MappingProxyType[Any, Any]) -> tuple[Any, ...]:
    return _read_only, (dict(values),)


def _read_only(values: dict[Any, Any]) -> MappingProxyType[Any, Any]:
    return MappingProxyType(values)  # whose own name pickle does not find


__all__ = ["pack_results", "unpack_results", "work_out"]
