"""The grade of a total, read off the printed points."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from perfanalysis.errors import RuleError
from perfanalysis.scoring.exact import HUNDREDTHS, Bools, Ints


def grades_of(total: Ints, refused: Bools, floors: Mapping[str, float]) -> Any:
    """Grade code of each total, a text array: the highest floor that it reaches.

    Parameters
    ----------
    total : ndarray of int64, shape (n,)
        Hundredths of a point.
    refused : ndarray of bool, shape (n,)
        Which have no grade.
    floors : mapping of str to float
        Lowest points of each grade, inclusive. None at all mean that no grades are given.

    Raises
    ------
    RuleError
        If no grade begins at 0.
    """
    if not floors:
        return pd.array([None] * total.size, dtype="str")
    ranked = sorted(floors, key=lambda grade: floors[grade])
    if floors[ranked[0]] > 0:
        raise RuleError("规则 self.grade_floors 没有从0分起的等级。请在规则文件中补上。")
    edges = np.array([round(floors[grade] * HUNDREDTHS) for grade in ranked])
    rank = np.searchsorted(edges, total, side="right") - 1
    texts = pa.array(ranked, pa.large_string()).take(pa.array(rank, mask=refused | (rank < 0)))
    return pd.array(texts, dtype="str")


__all__ = ["grades_of"]
