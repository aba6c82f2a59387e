"""Estimates with their intervals, against zero and against what could have been detected."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from perfanalysis.errors import ReportError
from perfanalysis.report.canvas import (
    BAND,
    BLUE,
    GREY,
    Chart,
    dots,
    figure_of,
    heading,
    house_style,
    lines,
    scale_below,
    upright,
)
from perfanalysis.report.columns import Column, text_col
from perfanalysis.report.rows import beside, boxes, chosen_rows, full_note, row_panel
from perfanalysis.report.tables import header_of
from perfanalysis.report.text import Texts
from perfanalysis.report.typeface import width_of

_BAND = 0.19  # inches: height of a detectable band


def coefficients(
    frame: pd.DataFrame,
    *,
    name: str,
    estimate: str,
    low: str,
    high: str,
    column: Column,
    caption: str,
    say: Texts,
    detectable: str = "",
    level: float = 0.95,
    sort: bool = True,
    note: str = "",
) -> Chart:
    """Draw estimates as dots with their intervals, largest first, with values at the right.

    A dot whose interval leaves out zero is filled and blue, else hollow and grey, and the words
    beside it say so.

    Parameters
    ----------
    frame : DataFrame
        One row an estimate; rows without one are left out, and the note counts them.
    name, estimate, low, high : str
        Its columns; ``low`` and ``high`` are the ends of the interval.
    column : Column
        How all three are called and printed, with their sign.
    detectable : str
        Column with the smallest effect that the data could have shown (MDE, >= 0): a grey band
        between plus and minus that much. Empty for none.
    level : float
        Coverage of the interval, between 0 and 1; the note says it.
    sort : bool
        False keeps the order of the frame, where it has a meaning.

    Raises
    ------
    ReportError
        If an interval has an end missing or does not hold its estimate, or a detectable effect
        is missing or negative.
    """
    rows, dropped = chosen_rows(frame, estimate, caption)
    if sort:
        rows = rows.sort_values(estimate, ascending=False, kind="stable")
    values = [_numbers(rows[each], column, say) for each in (estimate, low, high)]
    reach = _numbers(rows[detectable], column, say) if detectable else np.zeros(len(rows))
    _check(rows[name], values, reach, caption)
    clear = (values[1] > 0) | (values[2] < 0)
    words = _words(rows[[estimate, low, high]], clear, column, say)
    with house_style():
        panel, heights = row_panel(
            [str(each) for each in rows[name]], right=0.15 + max(map(width_of, words)), bottom=0.35
        )
        ends = np.concatenate([*values, reach, -reach, [0.0]])
        room = (ends.max() - ends.min() or 1.0) * 0.04
        panel.set_xlim(ends.min() - room, ends.max() + room)
        if detectable:
            edges = {"facecolor": BAND, "edgecolor": GREY, "linewidth": 0.5}
            boxes(panel, heights, list(-reach), list(reach), height=_BAND, **edges)
        _zero_and_ticks(panel, column)
        _marks(panel, heights, values, clear)
        for at, word in zip(heights, words, strict=True):
            beside(panel, panel.get_xlim()[1], at, word)
        heading(panel, header_of(column, say, money=True))
    said = say("chart-interval-note", level=level)
    said += say("chart-detectable-note") if detectable else ""
    shown = {name: text_col(say("chart-name"))}
    for each, label in ((estimate, column.label), (low, "chart-low"), (high, "chart-high")):
        shown[each] = _like(column, label if each == estimate else say(label), signed=True)
    if detectable:
        shown[detectable] = _like(column, say("chart-detectable"), signed=False)
    alt = _alt(rows[name], words, clear, column.label, say)
    return Chart(figure_of(panel), caption, alt, rows, shown, full_note(said + note, dropped, say))


def _numbers(values: pd.Series, column: Column, say: Texts) -> np.ndarray[Any, Any]:
    """Return the numbers as they are printed: scaled, not rounded; a rate in percent."""
    factor = 100 if column.kind == "rate" else 1
    missing = values.isna()
    if missing.any():
        raise ReportError(f"“{values.name}”一列第{int(missing.argmax()) + 1}行为空，图不能画。")
    return np.array([float(column.scaled(each, say.money_scale)) * factor for each in values])


def _check(
    names: pd.Series,
    values: Sequence[np.ndarray[Any, Any]],
    reach: np.ndarray[Any, Any],
    caption: str,
) -> None:
    estimates, lows, highs = values
    wrong = (estimates < lows) | (estimates > highs) | (reach < 0)
    if wrong.any():
        raise ReportError(
            f"图“{caption}”中“{names.iloc[int(wrong.argmax())]}”的区间不含估计值，"
            "或能看出的最小差别小于0。请核对计算。"
        )


def _words(
    rows: pd.DataFrame, clear: np.ndarray[Any, Any], column: Column, say: Texts
) -> list[str]:
    signed = _like(column, column.label, signed=True)
    printed = [
        [signed.printed(each, money_scale=say.money_scale) for each in rows[name]] for name in rows
    ]
    keys = np.where(clear, "chart-estimate-clear", "chart-estimate-unclear")
    return [
        say(str(key), value=value, low=low, high=high)
        for key, value, low, high in zip(keys, *printed, strict=True)
    ]


def _like(column: Column, label: str, *, signed: bool) -> Column:
    return Column(label, column.kind, column.decimals, signed, unit=column.unit)


def _zero_and_ticks(panel: Axes, column: Column) -> None:
    low, high = panel.get_xlim()
    ticks = [tick for tick in MaxNLocator(5).tick_values(low, high) if low <= tick <= high]
    words = [f"{tick:g}".replace("-", "\N{MINUS SIGN}") for tick in ticks]
    upright(panel, 0)
    scale_below(panel, ticks, [word + "%" * (column.kind == "rate") for word in words])


def _marks(
    panel: Axes,
    heights: Sequence[float],
    values: Sequence[np.ndarray[Any, Any]],
    clear: np.ndarray[Any, Any],
) -> None:
    colours = np.where(clear, BLUE, GREY)
    ends = zip(heights, *values[1:], strict=True)
    spans = [[(start, at), (end, at)] for at, start, end in ends]
    lines(panel, spans, color=colours, linewidth=1.4)
    faces = np.where(clear, BLUE, "white")
    dots(panel, np.column_stack([values[0], heights]), wide=5.5, face=faces, edge=colours)


def _alt(
    names: pd.Series, words: Sequence[str], clear: np.ndarray[Any, Any], label: str, say: Texts
) -> str:
    first, last = f"{names.iloc[0]} {words[0]}", f"{names.iloc[-1]} {words[-1]}"
    key = "chart-alt-estimates" if len(words) > 1 else "chart-alt-estimate"
    return say(key, n=len(words), clear=int(clear.sum()), label=label, first=first, last=last)


__all__ = ["coefficients"]
