"""Text turned into the values that a column of the codebook holds.

Notation is read (``1,234.56``, full-width digits, ``95%`` in a ratio column, ``2021年3月1日``,
是/否); a value is never guessed. What cannot be read is left empty and handed back as text.
"""

from __future__ import annotations

import unicodedata
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from perfanalysis.data.codebook import NUMERIC, Column

TRUE = {"true", "1", "是", "y", "yes", "√", "✓"}
FALSE = {"false", "0", "否", "n", "no", "", "×"}
EXACT_INTEGER = 2.0**53
"""Whole numbers from here on have lost digits as floats."""
_FULL_WIDTH = str.maketrans("０１２３４５６７８９．－，％＋", "0123456789.-,%+")
_SIGNS = {"≧": "≥", "≦": "≤", "═": "=", ">=": "≥", "<=": "≤", "=>": "≥", "=<": "≤"}
_CONTROL = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x{fffe}\x{ffff}]"
_LOST_DIGITS = r"[0-9](?:\.[0-9]+)?[eE]\+[0-9]{2,}"
_PLAIN_NUMBER = r"^-?[0-9]{1,12}(?:\.[0-9]{1,3})?$"
"""At most 15 digits: every way to read it gives the same float."""
_LONG, _SEEN = 50_000, 5_000
"""Rows from which a column is looked at for repetition, and how many of its first are."""
_DATE = (
    r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?"
    r"(?:[ T][0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?)?"
)


def dtype_of(column: Column) -> str:
    """The pandas dtype that holds a column."""
    if column.kind == "int":
        return "Int64"
    if column.kind in NUMERIC:
        return "float64"
    return {"date": "datetime64[us]", "bool": "bool"}.get(column.kind, "str")


def converted(values: pd.Series, column: Column) -> tuple[pd.Series, pd.Series]:
    """Convert the cells of a column.

    Returns
    -------
    Series
        With the dtype of the column; empty where a cell is empty or cannot be read.
    Series of str
        The texts that cannot be read, by row.
    """
    if column.kind in NUMERIC:
        return _numbers(values, column)
    if column.kind == "date":
        return _dates(values)
    if column.kind != "bool" and _is_repetitive(values):
        return _converted_once(values, column)
    text = _text(values)
    if column.kind == "bool":
        lower = text.fillna("").str.lower()
        return lower.isin(TRUE), text[~lower.isin(TRUE | FALSE)]
    if column.kind == "choice":
        return _choices(text, column)
    bad = _matches(text, f"{_CONTROL}|^{_LOST_DIGITS}$" if column.kind == "id" else _CONTROL)
    return (text.mask(bad).astype("str") if bad.any() else text), text[bad]


def _is_repetitive(values: pd.Series) -> bool:
    """Whether a long column of text seems to hold few texts, many times each."""
    if len(values) < _LONG or not isinstance(values.dtype, pd.StringDtype):
        return False
    return bool(values.iloc[:_SEEN].nunique() < _SEEN / 4)


def _converted_once(values: pd.Series, column: Column) -> tuple[pd.Series, pd.Series]:
    """As `converted`, each distinct text once."""
    places, cells = pd.factorize(values)
    known, unread = converted(pd.Series(cells, dtype="str"), column)
    bad = np.isin(places, unread.index)
    found = pd.Series(known.array.take(places, allow_fill=True), index=values.index)
    return found, pd.Series(unread.loc[places[bad]].array, index=values.index[bad])


def arrow_text(text: pd.Series) -> Any:
    """The texts of a column as an Arrow array; of a ``str`` column, without a copy."""
    texts = pa.array(text.array)
    chunked = texts if isinstance(texts, pa.ChunkedArray) else pa.chunked_array([texts])
    return chunked if chunked.type == pa.large_string() else chunked.cast(pa.large_string())


def _matches(text: pd.Series, pattern: str) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Whether each text has a match (in RE2's notation); a missing one has none."""
    found = pc.match_substring_regex(arrow_text(text), pattern)
    mask: np.ndarray[tuple[int], np.dtype[np.bool_]] = pc.fill_null(found, False).to_numpy()
    return mask


def _text(values: pd.Series) -> pd.Series:
    """Stripped text, missing where a cell is empty; a whole number has no decimal point."""
    if pd.api.types.is_float_dtype(values):
        whole = (values % 1 == 0) & (values.abs() < EXACT_INTEGER)
        values = values.astype("object").where(~whole, values.where(whole).astype("Int64"))
    text = values.astype("str").str.strip()
    blank = text == ""
    if not pd.api.types.is_string_dtype(values):
        blank |= values.isna()
    return text.mask(blank).astype("str") if blank.any() else text


def _choices(text: pd.Series, column: Column) -> tuple[pd.Series, pd.Series]:
    codes = {_plain_label(label): code for code, label in column.choices.items()}
    codes |= {code: code for code in column.choices}
    places, cells = pd.factorize(text)
    known = pd.array([codes.get(_plain_label(cell)) for cell in cells], dtype="str")
    found = pd.Series(known.take(places, allow_fill=True), index=text.index)
    return found, text[text.notna() & found.isna()]


def _plain_label(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text)
    return _SIGNS.get(plain, plain)


def _numbers(values: pd.Series, column: Column) -> tuple[pd.Series, pd.Series]:
    if _is_real(values):
        empty = values.isna()
        numbers = values.astype("float64")
    else:
        text = _text(values)
        empty = text.isna()
        numbers = _parsed(text, column)
    numbers = numbers.where(numbers.abs() < float("inf"))
    if column.kind == "int":
        numbers = numbers.where((numbers % 1 == 0) & (numbers.abs() < EXACT_INTEGER))
    return numbers.astype(dtype_of(column)), values[~empty & numbers.isna()].astype("str")


def _is_real(values: pd.Series) -> bool:
    types = pd.api.types
    return types.is_numeric_dtype(values) and not (
        types.is_bool_dtype(values) or types.is_complex_dtype(values)
    )


def _parsed(text: pd.Series, column: Column) -> pd.Series:
    if (text.isna() | _matches(text, _PLAIN_NUMBER)).all():
        return pd.Series(pc.cast(arrow_text(text), pa.float64()).to_numpy(), index=text.index)
    plain = text.str.translate(_FULL_WIDTH).str.replace(
        r"(?<=[0-9]),(?=[0-9]{3}(?![0-9]))", "", regex=True
    )
    share = plain.str.endswith("%", na=False) & (column.kind == "ratio")
    numbers = pd.to_numeric(plain.mask(share, plain.str.removesuffix("%")), errors="coerce")
    numbers = numbers.astype("float64")
    return numbers.mask(share, numbers / 100)


def _dates(values: pd.Series) -> tuple[pd.Series, pd.Series]:
    if pd.api.types.is_datetime64_any_dtype(values):
        days = values.dt.tz_localize(None).dt.normalize()
        return days.astype("datetime64[us]"), values.iloc[:0].astype("str")
    text = _text(values)
    places, distinct = pd.factorize(text)
    days = pd.Series(_days(pd.Series(distinct, dtype="str")).array.take(places, allow_fill=True))
    days.index = text.index
    return days, text[text.notna() & days.isna()]


def _days(text: pd.Series) -> pd.Series:
    """The day that each text names; missing where it names none."""
    plain = text.str.translate(_FULL_WIDTH).str.replace(
        r"^([0-9]{4})([0-9]{2})([0-9]{2})$", r"\1-\2-\3", regex=True
    )
    parts = plain.str.extract(f"^{_DATE}$")
    iso = parts[0] + "-" + parts[1] + "-" + parts[2]
    return pd.to_datetime(iso, format="%Y-%m-%d", errors="coerce").astype("datetime64[us]")


__all__ = ["FALSE", "TRUE", "arrow_text", "converted", "dtype_of"]
