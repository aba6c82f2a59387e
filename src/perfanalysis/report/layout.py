"""From a frame of codes to the columns of a printed table, in the language of the page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from types import MappingProxyType
from typing import Any

import pandas as pd

from perfanalysis.errors import ReportError
from perfanalysis.report.columns import (
    Column,
    chance_col,
    date_col,
    int_col,
    money_col,
    number_col,
    plain_col,
    pp_col,
    rate_col,
    score_col,
    text_col,
)
from perfanalysis.report.formats import is_whole
from perfanalysis.report.text import Texts

_KINDS: Mapping[str, Callable[..., Column]] = MappingProxyType(
    {
        "balance": lambda label: replace(money_col(label), adds=False),
        "balance+": lambda label: replace(money_col(label, signed=True), adds=False),
        "chance": chance_col,
        "count": partial(int_col, adds=True),
        "date": date_col,
        "int": partial(int_col, adds=False),
        "money": money_col,
        "money+": partial(money_col, signed=True),
        "number": number_col,
        "plain": plain_col,
        "points": partial(score_col, adds=True),
        "pp": pp_col,
        "price": lambda label: replace(money_col(label, decimals=4), adds=False),
        "rate": rate_col,
        "fraction": partial(rate_col, decimals=2),
        "score": score_col,
        "score+": partial(score_col, signed=True),
        "text": text_col,
    }
)


def layout(say: Texts, **kinds: str) -> dict[str, Column]:
    """Return the columns of a table, labelled from ``choices.yaml`` under ``column``.

    Parameters
    ----------
    say : Texts
    **kinds : str
        Column of the frame to how it is shown: ``text``, ``money``, ``rate``, ``fraction`` (a
        rate of two decimals), ``chance`` (a probability), ``pp``, ``score``, ``points`` (a score
        that adds up), ``int``, ``count`` (an int that adds up), ``balance`` (money that does not),
        ``price`` (money for one of something), ``number``, ``plain`` (quantities of different
        units in one column), ``date``; ``money+``, ``balance+`` and
        ``score+`` with their sign. ``text>page`` links each text to the page that column ``page``
        of the frame names.

    Examples
    --------
    >>> from perfanalysis.report.text import texts
    >>> layout(texts("common", "zh"), name="text", annual_wan="money")["annual_wan"].label
    '全年预算数'
    """
    return {name: _column(say.label("column", name), kind) for name, kind in kinds.items()}


def counted(frame: pd.DataFrame, *names: str) -> dict[str, str]:
    """Return how `layout` shows measured columns: as counts where all their values are whole.

    Examples
    --------
    >>> counted(pd.DataFrame({"a": [34.0, None], "b": [6.4, 12.0]}), "a", "b")
    {'a': 'int', 'b': 'number'}
    """
    return {name: "int" if all(map(is_whole, frame[name].dropna())) else "number" for name in names}


def labelled(frame: pd.DataFrame, say: Texts, **kinds: str) -> pd.DataFrame:
    """Return the frame with the codes of some columns replaced by their labels.

    Parameters
    ----------
    frame : DataFrame
    say : Texts
    **kinds : str
        Column to the kind of code in ``choices.yaml``, e.g. ``grade="grade"``, or ``said`` for
        sentences of the library, such as reasons. A missing one stays missing.
    """
    shown: dict[str, Any] = {
        name: frame[name].map(
            say.said if kind == "said" else partial(say.label, kind), na_action="ignore"
        )
        for name, kind in kinds.items()
    }
    return frame.assign(**shown)


def _column(label: str, kind: str) -> Column:
    name, _, page = kind.partition(">")
    if name not in _KINDS or (page and name != "text"):
        raise ReportError(f"列“{label}”的格式 {kind!r} 未知；可用：{'、'.join(_KINDS)}。")
    return _KINDS[name](label, href=page) if page else _KINDS[name](label)


__all__ = ["counted", "labelled", "layout"]
