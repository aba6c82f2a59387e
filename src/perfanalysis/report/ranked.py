"""Charts with one row a thing, sorted: bars, dots against the grade lines, steps to a total."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from perfanalysis.errors import ReportError
from perfanalysis.report.canvas import (
    BLUE,
    DARK_GREY,
    GREY,
    INK,
    MID_BLUE,
    ORANGE,
    PINK,
    Chart,
    dots,
    figure_of,
    heading,
    house_style,
    lines,
    scale_below,
    upright,
    write,
)
from perfanalysis.report.columns import Column, score_col, text_col
from perfanalysis.report.rows import SIDE, beside, boxes, chosen_rows, full_note, row_panel
from perfanalysis.report.tables import TIE, header_of
from perfanalysis.report.text import Texts
from perfanalysis.report.typeface import weight_for, width_of


def bars(
    frame: pd.DataFrame,
    *,
    name: str,
    value: str,
    column: Column,
    caption: str,
    say: Texts,
    flagged: str = "",
    highlight: Collection[str] = (),
    sort: bool = True,
    note: str = "",
) -> Chart:
    """Draw horizontal bars from zero, largest first, with the value at the end of each.

    Parameters
    ----------
    frame : DataFrame
        One row a bar; rows without a value are left out, and the note counts them.
    name, value : str
        Its columns.
    column : Column
        How the value is called and printed.
    flagged : str
        Column of booleans: drawn in orange with the words 需核实.
    highlight : collection of str
        Names drawn in blue while the others are grey.
    sort : bool
        False keeps the order of the frame, where it has a meaning.
    """
    rows, dropped = chosen_rows(frame, value, caption)
    if sort:
        rows = rows.sort_values(value, ascending=False, kind="stable")
    names = [str(each) for each in rows[name]]
    numbers = [float(column.scaled(each, say.money_scale)) for each in rows[value]]
    printed = [column.printed(each, money_scale=say.money_scale) for each in rows[value]]
    marks = list(rows[flagged].astype(bool)) if flagged else [False] * len(rows)
    words = [
        f"{text} {say('chart-flag')}" if mark else text
        for text, mark in zip(printed, marks, strict=True)
    ]
    with house_style():
        panel, heights = row_panel(names, right=SIDE + max(map(width_of, words)))
        colours = [_colour(each, mark, highlight) for each, mark in zip(names, marks, strict=True)]
        boxes(panel, heights, [0.0] * len(rows), numbers, facecolors=colours)
        low, high = min(0.0, *numbers), max(0.0, *numbers)
        panel.set_xlim(low, high if high > low else low + 1)
        upright(panel, 0)
        for at, number, word, mark in zip(heights, numbers, words, marks, strict=True):
            beside(panel, max(number, 0), at, word, color=PINK if mark else INK)
        heading(panel, header_of(column, say, money=True))
    alt = _alt_ranked(names, printed, column.label, say) + _alt_flagged(names, marks, say)
    shown = {name: text_col(say("chart-name")), value: column}
    return Chart(figure_of(panel), caption, alt, rows, shown, full_note(note, dropped, say))


def points_lost(
    frame: pd.DataFrame, *, name: str, lost: str, caption: str, say: Texts, note: str = ""
) -> Chart:
    """Draw where points were lost: bars of the points, most first."""
    column = score_col(say("chart-points-lost"))
    return bars(frame, name=name, value=lost, column=column, caption=caption, say=say, note=note)


def grade_dots(
    frame: pd.DataFrame,
    *,
    name: str,
    score: str,
    grade: str,
    floors: Mapping[str, float],
    caption: str,
    say: Texts,
    low: str = "",
    high: str = "",
    highlight: Collection[str] = (),
    note: str = "",
) -> Chart:
    """Draw scores as dots against the grade lines, highest first, with values at the right.

    Parameters
    ----------
    frame : DataFrame
        One row a dot.
    name, score, grade : str
        Its columns; ``grade`` holds codes, read off the printed score.
    floors : mapping of str to float
        Grade to its lowest score, as the rule gives it.
    low, high : str
        Columns of the ends of an interval. A dot whose interval stays in one grade is filled
        and says 等级确定; else it is hollow and grey.
    highlight : collection of str
        Names drawn in blue while the others are grey.
    """
    rows, dropped = chosen_rows(frame, score, caption)
    rows = rows.sort_values(score, ascending=False, kind="stable")
    names = [str(each) for each in rows[name]]
    values = rows[score].astype(float).to_numpy()
    ends = rows[[low or score, high or score]].astype(float).to_numpy()
    sure = _grade_at(ends[:, 0], floors) == _grade_at(ends[:, 1], floors)
    column = score_col(say("chart-score"))
    words = [
        f"{column.printed(value)} {say.label('grade', code)}"
        for value, code in zip(rows[score], rows[grade], strict=True)
    ]
    if low:
        words = [
            f"{word} {say('chart-sure' if ok else 'chart-unsure')}"
            for word, ok in zip(words, sure, strict=True)
        ]
    with house_style():
        panel, heights = row_panel(names, right=0.15 + max(map(width_of, words)), bottom=0.5)
        _grade_lines(panel, floors, ends, say)
        if low:
            spans = [
                [(start, at), (end, at)] for at, (start, end) in zip(heights, ends, strict=True)
            ]
            lines(panel, spans, linewidth=1.2)
        colours = [
            _colour(each, False, highlight) if ok else GREY
            for each, ok in zip(names, sure, strict=True)
        ]
        faces = [colour if ok else "white" for colour, ok in zip(colours, sure, strict=True)]
        dots(panel, np.column_stack([values, heights]), wide=5.5, face=faces, edge=colours)
        for at, word in zip(heights, words, strict=True):
            beside(panel, panel.get_xlim()[1], at, word)
    printed = [column.printed(value) for value in rows[score]]
    alt = _alt_ranked(names, printed, column.label, say) + _alt_grades(rows[grade], say)
    shown = _dot_columns(name, score, grade, low, high, say)
    rows = rows.assign(**{grade: [say.label("grade", code) for code in rows[grade]]})
    return Chart(figure_of(panel), caption, alt, rows, shown, full_note(note, dropped, say))


def waterfall(
    frame: pd.DataFrame,
    *,
    name: str,
    amount: str,
    is_total: str,
    column: Column,
    caption: str,
    say: Texts,
    note: str = "",
) -> Chart:
    """Draw the steps from one total to another, in the order of the frame.

    Parameters
    ----------
    frame : DataFrame
        One row a bar. Where ``is_total`` holds, ``amount`` is a level, else a signed change.

    Raises
    ------
    ReportError
        If the changes do not lead from one total to the next.
    """
    rows, _ = chosen_rows(frame, amount, caption)
    names = [str(each) for each in rows[name]]
    totals = list(rows[is_total].astype(bool))
    amounts = [column.scaled(each, say.money_scale) for each in rows[amount]]
    spans = _spans(amounts, totals, caption)
    signed = Column(column.label, column.kind, column.decimals, signed=True, unit=column.unit)
    printed = [
        (column if total else signed).printed(each, money_scale=say.money_scale)
        for each, total in zip(rows[amount], totals, strict=True)
    ]
    with house_style():
        panel, heights = row_panel(names, right=SIDE + max(map(width_of, printed)))
        colours = [
            BLUE if total else MID_BLUE if end >= start else GREY
            for (start, end), total in zip(spans, totals, strict=True)
        ]
        panel.set_xlim(min(0.0, *map(min, spans)), max(0.0, *map(max, spans)))
        boxes(panel, heights, *zip(*spans, strict=True), facecolors=colours)
        joints = zip(pairwise(heights), spans, strict=False)
        lines(panel, [[(at, one), (at, two)] for (one, two), (_, at) in joints], linewidth=0.6)
        upright(panel, 0)
        for at, span, word in zip(heights, spans, printed, strict=True):
            beside(panel, max(span), at, word)
        heading(panel, header_of(column, say, money=True))
    alt = say(
        "chart-alt-steps",
        start=f"{names[0]}{printed[0]}",
        end=f"{names[-1]}{printed[-1]}",
        n=len(rows) - sum(totals),
    )
    shown = {name: text_col(say("chart-name")), amount: signed}
    return Chart(figure_of(panel), caption, alt, rows, shown, note)


def _colour(name: str, flagged: bool, highlight: Collection[str]) -> str:
    if flagged:
        return ORANGE
    return BLUE if not highlight or name in highlight else GREY


def _grade_at(scores: np.ndarray[Any, Any], floors: Mapping[str, float]) -> np.ndarray[Any, Any]:
    return np.searchsorted(np.sort([float(floor) for floor in floors.values()]), scores, "right")


def _grade_lines(
    panel: Axes, floors: Mapping[str, float], ends: np.ndarray[Any, Any], say: Texts
) -> None:
    """Set the axis to hold every interval; draw the grade lines and name the bands."""
    start = max(0.0, np.floor((ends.min() - 2) / 10) * 10)
    panel.set_xlim(start, 100.5)
    bands = sorted((float(floor), code) for code, floor in floors.items())
    upper = [*[floor for floor, _ in bands[1:]], 100.0]
    for (floor, code), top in zip(bands, upper, strict=True):
        if top <= start:
            continue
        if floor > start:
            upright(panel, floor, color=GREY, linestyle=(0, (4, 3)))
        word = say.label("grade", code)
        over = {"ha": "center", "va": "baseline", "color": DARK_GREY, "weight": weight_for(word)}
        write(panel, (max(floor, start) + top) / 2, 1, word, of="x", shift=(0, 5), **over)
    ticks = sorted({start, *(f for f, _ in bands if f > start), 100.0})
    axis = "chart-axis" if start == 0 else "chart-axis-from"
    label = say(axis, label=say("chart-score"), start=int(start))
    scale_below(panel, ticks, [f"{tick:g}" for tick in ticks], label)


def _spans(
    amounts: Sequence[Decimal], totals: Sequence[bool], caption: str
) -> list[tuple[float, float]]:
    """Return from where to where each bar goes."""
    level, spans = Decimal(0), []
    for index, (amount, total) in enumerate(zip(amounts, totals, strict=True)):
        if total and index and abs(amount - level) > TIE:
            raise ReportError(f"图“{caption}”各步相加为{level}，合计却是{amount}。请查明差额。")
        spans.append((0.0 if total else float(level), float(amount if total else level + amount)))
        level = amount if total else level + amount
    return spans


def _dot_columns(
    name: str, score: str, grade: str, low: str, high: str, say: Texts
) -> dict[str, Column]:
    shown = {name: text_col(say("chart-name")), score: score_col(say("chart-score"))}
    if low:
        shown[low] = score_col(say("chart-low"))
        shown[high] = score_col(say("chart-high"))
    return {**shown, grade: text_col(say("chart-grade"))}


def _alt_ranked(names: Sequence[str], printed: Sequence[str], label: str, say: Texts) -> str:
    key = "chart-alt-ranked" if len(names) > 1 else "chart-alt-one"
    return say(
        key,
        n=len(names),
        label=label,
        first=names[0],
        most=printed[0],
        last=names[-1],
        least=printed[-1],
    )


def _alt_flagged(names: Sequence[str], marks: Sequence[bool], say: Texts) -> str:
    named = [name for name, mark in zip(names, marks, strict=True) if mark]
    return say("chart-alt-flagged", n=len(named), names=say.joined(named[:5])) if named else ""


def _alt_grades(grades: pd.Series, say: Texts) -> str:
    counts = grades.value_counts()
    order = [code for code in ("excellent", "good", "fair", "poor") if code in counts]
    parts = [
        say("chart-grade-count", grade=say.label("grade", code), n=int(counts[code]))
        for code in order
    ]
    return say("chart-alt-grades", counts=say.joined(parts))


__all__ = ["bars", "grade_dots", "points_lost", "waterfall"]
