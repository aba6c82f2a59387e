"""Texts that a spreadsheet program would run as a formula when it opens a CSV file.

As OWASP advises (CSV Injection), such a text is written behind a ``'``; readers take it off again,
so that what is written is what is read.
"""

from __future__ import annotations

import re

import pandas as pd

_RUNS = r"'*[=+\-@\t\r][^\s]"
_STARTS = frozenset("'=+-@\t\r")
_NUMBER = r"[-+]?[0-9][0-9,]*(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?%?"
_TO_MARK = re.compile(rf"(?!{_NUMBER}\Z){_RUNS}")
_MARKED = re.compile(r"'+[=+\-@\t\r][^\s]")


def marked(text: str) -> str:
    """The text as it goes into a CSV file; numbers as they are.

    Examples
    --------
    >>> marked("=1+1"), marked("-5.2"), marked("-甲"), marked("'=1"), marked("—")
    ("'=1+1", '-5.2', "'-甲", "''=1", '—')
    """
    return f"'{text}" if text[:1] in _STARTS and _TO_MARK.match(text) else text


def unmarked(text: str) -> str:
    """What `marked` was given."""
    return text[1:] if text[:1] == "'" and _MARKED.match(text) else text


def marked_frame(frame: pd.DataFrame) -> pd.DataFrame:
    """A table with `marked` texts; the frame itself stays as it is."""
    texts = frame.select_dtypes(["str", "object"])
    changed = {
        name: values.map(lambda cell: marked(cell) if isinstance(cell, str) else cell)
        for name, values in texts.items()
        if values.astype("str").str.match(_RUNS, na=False).any()
    }
    return frame.assign(**changed) if changed else frame


def unmarked_column(values: pd.Series) -> pd.Series:
    """A column of texts with each `unmarked`."""
    quoted = values.str.startswith("'", na=False)
    if not quoted.any():
        return values
    return values.mask(quoted, values[quoted].map(unmarked))


__all__ = ["marked", "marked_frame", "unmarked", "unmarked_column"]
