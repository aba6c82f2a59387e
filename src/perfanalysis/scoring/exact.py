"""Exact arithmetic on whole columns: shares of points, rounded half-up once.

A float stands for the shortest decimal that reads back as it, i.e. for what the file said: 82.675
means 82.675, not the nearest binary fraction below it. Python's `round`, `format` and pandas'
`round` do not do 四舍五入 on that decimal; these functions do. Points are whole hundredths.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

Floats: TypeAlias = npt.NDArray[np.float64]
Ints: TypeAlias = npt.NDArray[np.int64]
Bools: TypeAlias = npt.NDArray[np.bool_]
Texts: TypeAlias = Any  # a pyarrow array of large_string

HUNDREDTHS = 100
POINTS_TOLERANCE = 0.005
"""Points as floats are told apart from here on: they are exact hundredths."""
BLOCK = 1 << 18
"""Rows that are computed at a time."""
MOST_POINTS = 1e6
_SCALES = (1.0, 1e3, 1e6)
_DIGITS = 1e15  # up to 15 digits a decimal is known from its float


def blocks(table: pd.DataFrame) -> list[pd.DataFrame]:
    """The table in pieces that fit a processor's cache; one piece of a small or empty one.

    What is computed row by row is thereby computed once and in place: intermediate columns of a
    whole country would not fit anywhere near.
    """
    return [table.iloc[first : first + BLOCK] for first in range(0, max(len(table), 1), BLOCK)]


def hundredths(points: Floats) -> tuple[Ints, Bools]:
    """Points as whole hundredths, and which of them are points at all.

    Parameters
    ----------
    points : ndarray of float, shape (n,)

    Returns
    -------
    ndarray of int64, shape (n,)
        0 where not valid.
    ndarray of bool, shape (n,)
        False where missing, negative, above a million, or no multiple of 0.01.
    """
    with np.errstate(invalid="ignore", over="ignore"):
        whole = np.rint(points * HUNDREDTHS)
        valid = (whole / HUNDREDTHS == points) & (points >= 0) & (points <= MOST_POINTS)
    return np.where(valid, whole, 0).astype(np.int64), valid


def share_half_up(full: Ints, part: Floats, whole: Floats, *, excess: bool = False) -> Ints:
    r"""``full × part ÷ whole``, or ``full × (1 − (part − whole) ÷ whole)``, rounded half-up.

    Parameters
    ----------
    full : ndarray of int64, shape (n,)
        Whole units at stake (hundredths of a point), between 0 and 10⁸.
    part, whole : ndarray of float, shape (n,)
        Finite; ``whole > 0``; the exact result must not be negative and must fit int64.
    excess : bool, default False
        The second form.

    Returns
    -------
    ndarray of int64, shape (n,)

    Notes
    -----
    The float quotient is wrong by less than 10⁻¹² of `full`, so it decides every row that is
    further than that from a tie. The others are computed in scaled integers, and the few whose
    decimals are too long for those in fractions.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        scaled = full * (2 * whole - part) if excess else full * part
        quotient = scaled / whole
        rounded = np.floor(quotient + 0.5)
        margin = np.maximum(np.abs(quotient), full + 1) * 1e-12
        clear = np.abs(np.abs(quotient - rounded) - 0.5) > margin
        clear &= np.abs(quotient) < 1e12
    result = np.where(clear, rounded, 0).astype(np.int64)
    rest = np.flatnonzero(~clear)
    if rest.size:
        result[rest] = _exactly(full[rest], part[rest], whole[rest], excess)
    return result


def _exactly(full: Ints, part: Floats, whole: Floats, excess: bool) -> Ints:
    result = np.zeros(full.size, dtype=np.int64)
    left = np.ones(full.size, dtype=np.bool_)
    for scale in _SCALES:
        with np.errstate(over="ignore", invalid="ignore"):
            p, w = np.rint(part * scale), np.rint(whole * scale)
            fits = left & (p / scale == part) & (w / scale == whole)
            fits &= (np.abs(p) < _DIGITS) & (w < _DIGITS)
            fits &= full * (np.abs(p) + 2 * w) < 2.0**61
        p_int, w_int = p[fits].astype(np.int64), w[fits].astype(np.int64)
        top = full[fits] * ((2 * w_int - p_int) if excess else p_int)
        result[fits] = (2 * top + w_int) // (2 * w_int)
        left &= ~fits
    for row in np.flatnonzero(left):
        p_exact, w_exact = Fraction(repr(float(part[row]))), Fraction(repr(float(whole[row])))
        top_exact = 2 * w_exact - p_exact if excess else p_exact
        share = int(full[row]) * top_exact / w_exact
        result[row] = (share + Fraction(1, 2)).__floor__()
    return result


def rounded_points(values: Floats) -> Ints:
    """Points that may have more decimals, as hundredths rounded half-up; finite and ≥ 0."""
    hundred = np.full(values.size, HUNDREDTHS, dtype=np.int64)
    return share_half_up(hundred, values, np.ones(values.size))


def number_texts(values: Floats) -> Texts:
    """Numbers as an evaluator writes them: ``450``, ``82.675``; never ``1e+16``."""
    texts = pc.cast(pa.array(values), pa.large_string())
    odd = pc.match_substring_regex(texts, "e|^-0$")
    if not pc.any(odd).as_py():
        return texts
    plain = [
        f"{Decimal(repr(value)):f}".removesuffix(".0") if value else "0"
        for value in values[odd.to_numpy(zero_copy_only=False)].tolist()
    ]
    return pc.replace_with_mask(texts, odd, pa.array(plain, pa.large_string()))


def points_texts(whole: Ints) -> Texts:
    """Hundredths as points with two decimals: 7682 is ``76.82``."""
    units, cents = np.divmod(whole, HUNDREDTHS)
    return joined(_whole_texts(units), ".", pc.utf8_lpad(_whole_texts(cents), 2, "0"))


def percent_texts(part: Floats, whole: Floats, *, beyond: bool = False) -> Texts:
    """``part ÷ whole`` (or what is beyond 100 of it) in percent, half-up: ``90.0%``."""
    thousand = np.full(part.size, 1000, dtype=np.int64)
    share = share_half_up(thousand, part, whole)
    units, tenths = np.divmod(share - 1000 if beyond else share, 10)
    return joined(_whole_texts(units), ".", _whole_texts(tenths), "%")


def joined(*parts: Texts | str) -> Texts:
    """Texts of each row put together; a plain text stands in every row."""
    scalars = [pa.scalar(p, pa.large_string()) if isinstance(p, str) else p for p in parts]
    return pc.binary_join_element_wise(*scalars, pa.scalar("", pa.large_string()))


def _whole_texts(values: Ints) -> Texts:
    return pc.cast(pa.array(values), pa.large_string())


__all__ = [
    "HUNDREDTHS",
    "POINTS_TOLERANCE",
    "Bools",
    "Floats",
    "Ints",
    "Texts",
    "blocks",
    "hundredths",
    "joined",
    "number_texts",
    "percent_texts",
    "points_texts",
    "rounded_points",
    "share_half_up",
]
