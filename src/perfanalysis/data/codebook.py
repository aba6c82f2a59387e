"""The codebook: which tables there are and what each column holds.

One YAML file a table, in ``codebooks/``: a new table is one new file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Literal

import yaml

Kind = Literal["id", "text", "int", "number", "money", "ratio", "points", "date", "bool", "choice"]
NUMERIC = ("int", "number", "money", "ratio", "points")
UNITS = {"money": "万元", "ratio": "比率", "points": "分"}


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table.

    Attributes
    ----------
    name, zh : str
        English name in code, Chinese name in files; either is accepted as a header.
    kind : str
        See `Kind`. Money is in 万元, a ratio is not a percentage.
    unit : str
        Unit of the values, empty for text.
    nullable : bool
        Whether a cell may be empty.
    low, high : float or None
        Smallest and largest value allowed.
    choices : mapping of str to str
        Code to Chinese label, of a ``choice``; either is accepted in a file.
    ref : str or None
        ``table.column`` of the same year that the value must stand in.
    note : str
    """

    name: str
    zh: str
    kind: Kind
    unit: str
    nullable: bool
    low: float | None
    high: float | None
    choices: Mapping[str, str]
    ref: str | None
    note: str


@dataclass(frozen=True, slots=True)
class Table:
    """One table: its names, what a row is, its key and its columns in order."""

    name: str
    title: str
    row: str
    key: tuple[str, ...]
    columns: Mapping[str, Column]

    @property
    def required(self) -> tuple[str, ...]:
        """Columns without which a row belongs nowhere: the key, and ids that may not be empty."""
        ids = (c.name for c in self.columns.values() if c.ref is not None and not c.nullable)
        return tuple(dict.fromkeys((*self.key, *ids)))


@cache
def codebook() -> Mapping[str, Table]:
    """Every table by its English name, sorted."""
    folder = files("perfanalysis.data") / "codebooks"
    found = {
        entry.name.removesuffix(".yaml"): yaml.safe_load(entry.read_text("utf-8"))
        for entry in folder.iterdir()
        if entry.name.endswith(".yaml")
    }
    return MappingProxyType({name: _table(name, found[name]) for name in sorted(found)})


def _table(name: str, raw: dict[str, Any]) -> Table:
    columns = {key: _column(key, body) for key, body in raw["columns"].items()}
    return Table(name, raw["title"], raw["row"], tuple(raw["key"]), MappingProxyType(columns))


def _column(name: str, raw: dict[str, Any]) -> Column:
    kind: Kind = raw["type"]
    return Column(
        name=name,
        zh=raw["zh"],
        kind=kind,
        unit=raw.get("unit", UNITS.get(kind, "")),
        nullable=raw.get("empty", False),
        low=raw.get("min"),
        high=raw.get("max"),
        choices=MappingProxyType(raw.get("choices", {})),
        ref=raw.get("ref"),
        note=raw.get("note", ""),
    )


__all__ = ["NUMERIC", "Column", "Kind", "Table", "codebook"]
