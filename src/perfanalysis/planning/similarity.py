"""Texts that are nearly the same, compared character by character.

Chinese has no spaces between words, so that scorers of tokens see one word: the ratio of the
characters that two texts share in order (``rapidfuzz.fuzz.ratio``) is used throughout.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from rapidfuzz import fuzz, process

from perfanalysis.data.forms_text import plain

_PUNCTUATION = re.compile(r"[\s,.;:，。；：、“”‘’\"'（）()《》〈〉\[\]【】—\-_/·]+")
_TARGET = ["op", "target", "measure_unit", "target_text"]


def bare(text: str) -> str:
    """The characters that count: half-width, without spaces and punctuation.

    Examples
    --------
    >>> bare("修 路（ｋｍ）"), bare("修路km")
    ('修路km', '修路km')
    """
    return _PUNCTUATION.sub("", plain(text))


def alike(texts: Sequence[str], *, cutoff: float) -> npt.NDArray[np.bool_]:
    """Which of some texts are nearly the same.

    Parameters
    ----------
    texts : sequence of str, length n
    cutoff : float
        Percent of the characters in common, 100 for equal texts.

    Returns
    -------
    ndarray of bool, shape (n, n)
        Symmetric, true on the diagonal but for a text without any character that counts.
    """
    shown = [bare(text) for text in texts]
    ratio = process.cdist(shown, shown, scorer=fuzz.ratio, score_cutoff=cutoff, dtype=np.float32)
    full = np.array([bool(text) for text in shown], dtype=np.bool_)
    near: npt.NDArray[np.bool_] = (ratio >= cutoff) & full[:, None] & full[None, :]
    return near


def covered_by(clause: str, texts: Sequence[str], *, cutoff: float) -> bool:
    """Whether some text says the same as a clause, or as a part of it."""
    best = process.extractOne(
        bare(clause), [bare(text) for text in texts], scorer=fuzz.partial_ratio, score_cutoff=cutoff
    )
    return best is not None


def copied_forms(rows: pd.DataFrame, *, cutoff: float, share: float) -> pd.DataFrame:
    """Pairs of forms of which nearly all indicators have the same name and the same target.

    Parameters
    ----------
    rows : DataFrame
        Indicators with ``project_id``, ``level3``, ``op``, ``target``, ``measure_unit``,
        ``target_text``. What is copied across the kinds of one form counts once.
    cutoff : float
        Percent from which two names are the same; see `alike`.
    share : float
        Ratio of the indicators of the shorter form that must be the same.

    Returns
    -------
    DataFrame
        ``project_id``, ``other_id`` (two rows a pair), ``same`` (indicators in common), ``of``
        (indicators of the form), sorted by ids. Targets that most forms share, 98% or a
        satisfaction of 95%, count like others: a copy has all of them.
    """
    used = rows[rows["level3"].fillna("").map(bare) != ""].copy()
    if used.empty:
        return pd.DataFrame(columns=["project_id", "other_id", "same", "of"])
    used["name"] = _classes(used["level3"], cutoff)
    used["said"] = used[_TARGET].astype("object").fillna("").astype(str).agg("|".join, axis=1)
    used = used.drop_duplicates(["project_id", "name", "said"])
    counts = used.groupby("project_id").size()
    pairs = used.merge(used, on=["name", "said"], suffixes=("", "_other"))
    pairs = pairs[pairs["project_id"] != pairs["project_id_other"]]
    same = pairs.groupby(["project_id", "project_id_other"]).size().rename("same").reset_index()
    same = same.rename(columns={"project_id_other": "other_id"})
    own, other = same["project_id"].map(counts), same["other_id"].map(counts)
    enough = same["same"] >= share * np.minimum(own, other)
    several = np.minimum(own, other) >= _FEWEST
    found = same.assign(of=own)[enough & several]
    return found.sort_values(["project_id", "other_id"], ignore_index=True)


_FEWEST = 4
"""Indicators below which two short forms may well agree by themselves."""


def _classes(names: pd.Series, cutoff: float) -> npt.NDArray[Any]:
    """A number for each name, the same for names that are alike: the first such name's."""
    codes, texts = pd.factorize(names.map(bare))
    first = alike(list(texts), cutoff=cutoff).argmax(axis=1)
    classes: npt.NDArray[Any] = first[codes]
    return classes


__all__ = ["alike", "bare", "copied_forms", "covered_by"]
