"""The district's own assessment by its superior: a self-score, and the evidence for each point."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from perfanalysis.rules.values import RulesInForce
from perfanalysis.scoring.exact import HUNDREDTHS, share_half_up

ITEMS = (
    "system",
    "coverage",
    "targets",
    "monitoring",
    "self_evaluation",
    "key_evaluation",
    "use",
    "rectification",
    "publication",
)
SELF_SCORE_COLUMNS = ("item", "full", "done", "due", "share", "kept", "lost")


def self_score(done: Mapping[str, tuple[int, int]], rules: RulesInForce) -> pd.DataFrame:
    """Score the district on each indicator of its superior.

    Parameters
    ----------
    done : mapping of str to (int, int)
        For each item of the rule, what was done and what was due.
    rules : RulesInForce
        ``upward.points``: points by item.

    Returns
    -------
    DataFrame
        `SELF_SCORE_COLUMNS` in the order of the rule: ``share`` (ratio, at most 1), ``kept`` and
        ``lost`` (points); all three missing where nothing was due, which earns no point by itself
        and is for the superior to judge.

    Notes
    -----
    An item keeps ``points × min(done ÷ due, 1)``, rounded half up to 0.01.
    """
    points: Mapping[str, float] = rules.value("upward.points")
    counts = np.array([done[item] for item in points], dtype="float64").reshape(-1, 2)
    own, due = np.minimum(counts[:, 0], counts[:, 1]), counts[:, 1]
    known = due > 0
    full = np.round(np.array([*points.values()], dtype="float64") * HUNDREDTHS).astype(np.int64)
    kept = share_half_up(full, np.where(known, own, 0.0), np.where(known, due, 1.0))
    table = pd.DataFrame(
        {
            "item": list(points),
            "full": full / HUNDREDTHS,
            "done": counts[:, 0].astype(np.int64),
            "due": counts[:, 1].astype(np.int64),
            "share": np.where(known, own / np.where(known, due, 1.0), np.nan),
            "kept": np.where(known, kept / HUNDREDTHS, np.nan),
            "lost": np.where(known, (full - kept) / HUNDREDTHS, np.nan),
        }
    )
    return table[list(SELF_SCORE_COLUMNS)]


__all__ = ["ITEMS", "SELF_SCORE_COLUMNS", "self_score"]
