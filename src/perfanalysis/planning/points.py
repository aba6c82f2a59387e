"""Points that somebody gave, criterion by criterion, held against those of the rule."""

from __future__ import annotations

import numpy as np
import pandas as pd

from perfanalysis.scoring.exact import HUNDREDTHS, Floats, hundredths


def marked_points(rows: pd.DataFrame, full: Floats, *, stranger: str) -> pd.DataFrame:
    """Rows with their points in hundredths, and what is wrong with each.

    Parameters
    ----------
    rows : DataFrame, n rows
        ``criterion``, ``score``, ``full`` (points as stated).
    full : ndarray, shape (n,)
        Points of the rule; 0 where it has no such criterion.
    stranger : str
        What to say of a criterion that the rule does not have, Chinese.

    Returns
    -------
    DataFrame
        With ``kept_points`` and ``full_points`` (hundredths, of the rule) and ``wrong`` (Chinese,
        empty where the points count).
    """
    own, valid = hundredths(rows["score"].to_numpy("float64"))
    most, _ = hundredths(full)
    stated, _ = hundredths(rows["full"].to_numpy("float64"))
    wrong = np.select(
        [most == 0, stated != most, rows["score"].isna(), ~valid, own > most],
        [stranger, "满分与规则不同", "没有得分", "得分无效", "得分高于满分"],
        "",
    )
    said = np.where(wrong == "", "", rows["criterion"].fillna("").to_numpy("str") + "：" + wrong)
    return rows.assign(kept_points=own, full_points=most, wrong=said)


def lost_points(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows of `marked_points` that count and lost points, with ``full``, ``kept``, ``lost``."""
    lost = rows[(rows["wrong"] == "") & (rows["kept_points"] < rows["full_points"])]
    return lost.assign(
        full=lost["full_points"] / HUNDREDTHS,
        kept=lost["kept_points"] / HUNDREDTHS,
        lost=(lost["full_points"] - lost["kept_points"]) / HUNDREDTHS,
    )


__all__ = ["lost_points", "marked_points"]
