"""Flags: things seen in the data that somebody must verify. A flag never changes a score."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

FLAG_COLUMNS = (
    "kind",
    "project_id",
    "unit_id",
    "name",
    "amount_wan",
    "seen",
    "where",
    "rule",
    "basis",
)


def flags_frame(rows: Iterable[tuple[object, ...]]) -> pd.DataFrame:
    """One row a flag, in the order given.

    Columns: ``kind`` (code of the sort of flag), ``project_id``, ``unit_id``, ``name`` of the
    project, ``amount_wan`` (万元 at stake, missing where no money is), ``seen`` (what was seen,
    Chinese), ``where`` (``file!sheet!cell``), ``rule`` (rule key, empty where none is needed)
    and ``basis`` of that rule.
    """
    frame = pd.DataFrame(list(rows), columns=list(FLAG_COLUMNS))
    text = {column: "str" for column in FLAG_COLUMNS if column != "amount_wan"}
    return frame.astype(text | {"amount_wan": "float64"})


def quoted(text: object) -> str:
    """A name as a flag quotes it: “…”, or that it is blank."""
    return f"“{text}”" if isinstance(text, str) and text else "（名称空白）"


__all__ = ["FLAG_COLUMNS", "flags_frame", "quoted"]
