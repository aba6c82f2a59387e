"""Values looked up by key, whatever the keys are.

`Series.map` on an empty column of texts gives texts, and one with no match gives floats: what a
report computes with must have one type, also for a district that filed nothing.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd


def numbers_of(keys: pd.Series, table: Mapping[str, float] | pd.Series) -> pd.Series:
    """The number of each key (float64), missing where there is none; index of `keys`.

    Examples
    --------
    >>> numbers_of(pd.Series([], dtype="str"), {"a": 1}).dtype
    dtype('float64')
    """
    found = pd.Series(dict(table), dtype="float64").reindex(keys.to_numpy("object"))
    return pd.Series(found.to_numpy("float64"), keys.index)


def texts_of(
    keys: pd.Series, table: Mapping[str, str] | pd.Series, *, missing: str | None = None
) -> pd.Series:
    """The text of each key (str), `missing` where there is none; index of `keys`.

    Examples
    --------
    >>> texts_of(pd.Series(["b"]), {"a": "x"}, missing="").tolist()
    ['']
    """
    found = pd.Series(dict(table), dtype="object").reindex(keys.to_numpy("object"))
    texts = pd.Series(found.to_numpy("object"), keys.index)
    return (texts if missing is None else texts.fillna(missing)).astype("str")


__all__ = ["numbers_of", "texts_of"]
