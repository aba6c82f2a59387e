"""Charts of two measures of the same things: gap against average, and slope."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from perfanalysis.errors import ReportError
from perfanalysis.report.canvas import (
    BLUE,
    DARK_GREY,
    GREY,
    WIDTH,
    Chart,
    axes,
    dots,
    figure_of,
    heading,
    house_style,
    lines,
    scale_below,
    write,
)
from perfanalysis.report.columns import Column, score_col, text_col
from perfanalysis.report.formats import fixed
from perfanalysis.report.text import Texts
from perfanalysis.report.typeface import labels, weight_for, width_of

MOST_SLOPES = 15
_LINE = 0.19  # inches between two labels
_DASHED = (0, (4, 3))


def gap(
    frame: pd.DataFrame,
    *,
    name: str,
    average: str,
    difference: str,
    mean: float,
    limits: tuple[float, float],
    caption: str,
    say: Texts,
    label_outside: int = 5,
    note: str = "",
) -> Chart:
    """Draw the difference of two scores against their average (Bland and Altman 1986).

    Parameters
    ----------
    frame : DataFrame
        One row a point: ``average`` and ``difference`` are its columns.
    mean, limits : float, (float, float)
        Mean difference and limits of agreement (mean ± 1.96 standard deviations), computed by
        the caller.
    label_outside : int
        How many of the points outside the limits are named, the farthest first; one whose
        name would stand on another is not.
    """
    if frame.empty:
        raise ReportError(f"图“{caption}”没有数据；请改用一句话说明。")
    frame = frame.reset_index(drop=True)
    outside = frame[(frame[difference] < limits[0]) | (frame[difference] > limits[1])]
    far = (outside[difference] - mean).abs().sort_values(ascending=False, kind="stable").index
    named = outside.loc[far].head(label_outside)
    words = {
        key: fixed(value, 1, signed=True)
        for key, value in zip(("mean", "low", "high"), (mean, *limits), strict=True)
    }
    with house_style():
        panel = _gap_panel(frame[average], frame[difference], mean, limits)
        _level_names(
            panel,
            [
                (mean, say("chart-mean", value=words["mean"]), BLUE),
                (limits[0], say("chart-limit-low", value=words["low"]), DARK_GREY),
                (limits[1], say("chart-limit-high", value=words["high"]), DARK_GREY),
            ],
        )
        points = frame[[average, difference]]
        _point_names(panel, labels(named[name], 10, 1), named.index, points)
        _scales(panel, say("chart-average"))
        heading(panel, say("chart-difference"))
    alt = say("chart-alt-gap", n=len(frame), outside=len(outside), **words)
    shown = {
        name: text_col(say("chart-name")),
        average: score_col(say("chart-average-short")),
        difference: score_col(say("chart-difference-short"), signed=True),
    }
    return Chart(figure_of(panel), caption, alt, frame, shown, say("chart-gap-note") + note)


def slope(
    frame: pd.DataFrame,
    *,
    name: str,
    before: str,
    after: str,
    headings: tuple[str, str],
    column: Column,
    caption: str,
    say: Texts,
    highlight: Collection[str] = (),
    note: str = "",
) -> Chart:
    """Draw two values of the same things, joined; at most 15.

    Parameters
    ----------
    frame : DataFrame
        One row a line.
    before, after : str
        Its columns; rows without one of them are left out, and the note counts them.
    headings : (str, str)
        What stands over the two sides, e.g. 2020年度 and 2021年度.
    column : Column
        How both values are printed.
    highlight : collection of str
        Names drawn in blue while the others are grey.
    """
    rows = frame[frame[before].notna() & frame[after].notna()]
    if not 0 < len(rows) <= MOST_SLOPES:
        raise ReportError(f"图“{caption}”要画{len(rows)}条线，应为1至{MOST_SLOPES}条；其余见表。")
    sides = [
        [float(column.scaled(each, say.money_scale)) for each in rows[side]]
        for side in (before, after)
    ]
    printed = [
        [column.printed(each, money_scale=say.money_scale) for each in rows[side]]
        for side in (before, after)
    ]
    lit = [not highlight or str(each) in highlight for each in rows[name]]
    ends = [
        f"{value}　{label}"
        for value, label in zip(printed[1], labels(rows[name], 14, 1), strict=True)
    ]
    with house_style():
        panel = _slope_panel(sides, lit, [printed[0], ends])
        for at, word in enumerate(headings):
            over = {"color": DARK_GREY, "weight": weight_for(word)}
            write(panel, at, 1, word, of="x", shift=(0, 8), ha="center", va="baseline", **over)
    pairs = list(zip(*sides, strict=True))
    alt = say(
        "chart-alt-slope",
        n=len(rows),
        label=column.label,
        before=headings[0],
        after=headings[1],
        risen=sum(two > one for one, two in pairs),
        fallen=sum(two < one for one, two in pairs),
    )
    shown = {
        name: text_col(say("chart-name")),
        before: _named(column, headings[0]),
        after: _named(column, headings[1]),
    }
    dropped = len(frame) - len(rows)
    note += say("chart-dropped", n=dropped) if dropped else ""
    return Chart(figure_of(panel), caption, alt, rows, shown, note)


def spread(values: Sequence[float], least: float) -> list[float]:
    """Move labels apart so that neighbours are at least ``least`` away; order is kept.

    >>> spread([1.0, 1.0, 5.0], 1.0)
    [0.5, 1.5, 5.0]
    """
    order = sorted(range(len(values)), key=lambda at: (values[at], at))
    groups: list[tuple[float, list[int]]] = []  # middle of a run of labels, its members
    for at in order:
        middle, members = values[at], [at]
        while groups:
            before, others = groups[-1]
            total = len(members) + len(others)
            if middle - before >= least * total / 2:
                break
            groups.pop()
            middle = (middle * len(members) + before * len(others)) / total
            members = [*others, *members]
        groups.append((middle, members))
    placed = [0.0] * len(values)
    for middle, members in groups:
        for step, at in enumerate(members):
            placed[at] = middle + (step - (len(members) - 1) / 2) * least
    return placed


def _named(column: Column, label: str) -> Column:
    return Column(label, column.kind, column.decimals, column.signed, unit=column.unit)


def _gap_panel(
    averages: pd.Series, differences: pd.Series, mean: float, limits: tuple[float, float]
) -> Axes:
    panel = axes(3.4, left=0.6, right=1.25, top=0.3, bottom=0.5)
    points = np.column_stack([averages, differences])
    dots(panel, points, wide=4, face="white", edge=BLUE, linewidths=1, zorder=2)
    levels = ((0.0, DARK_GREY, 0.8, "-"), (mean, BLUE, 1.2, "-"))
    for level, colour, wide, dash in (*levels, *((each, GREY, 0.8, _DASHED) for each in limits)):
        across = {"transform": panel.get_yaxis_transform(), "linestyle": dash}
        lines(panel, [[(0, level), (1, level)]], color=colour, linewidth=wide, **across)
    side = (averages.max() - averages.min()) * 0.05 or 1.0
    panel.set_xlim(averages.min() - side, averages.max() + side)
    low = min(float(differences.min()), limits[0], 0.0)
    high = max(float(differences.max()), limits[1], 0.0)
    room = (high - low) * 0.08 or 1.0
    panel.set_ylim(low - room, high + room)
    return panel


def _scales(panel: Axes, label: str) -> None:
    """Write the scales below and at the left; the tick marks of matplotlib are not drawn."""
    ticks = _ticks(*panel.get_xlim())
    scale_below(panel, ticks, [f"{tick:g}" for tick in ticks], label)
    for tick in _ticks(*panel.get_ylim()):
        word = f"{tick:g}".replace("-", "\N{MINUS SIGN}")
        write(panel, 0, tick, word, of="y", shift=(-3.5, 0), ha="right", va="center_baseline")


def _ticks(low: float, high: float) -> list[float]:
    return [
        tick
        for tick in MaxNLocator(9, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high)
        if low <= tick <= high
    ]


def _level_names(panel: Axes, words: Sequence[tuple[float, str, str]]) -> None:
    low, high = panel.get_ylim()
    spots = spread([level for level, _, _ in words], (high - low) * 0.065)
    for spot, (_, word, colour) in zip(spots, words, strict=True):
        write(panel, 1, spot, word, of="y", shift=(5, 0), color=colour, fontsize=8)


def _point_names(panel: Axes, names: Sequence[str], rows: pd.Index, points: pd.DataFrame) -> None:
    """Name points at their right, else at their left; where both are taken, not at all.

    ``points`` holds x and y of every point, ``rows`` the labels of those to name.
    """
    box = panel.get_position()
    (left, right), (low, high) = panel.get_xlim(), panel.get_ylim()
    inches = box.width * WIDTH
    across = (points.iloc[:, 0] - left) / (right - left) * inches
    up = (points.iloc[:, 1] - low) / (high - low) * box.height * figure_of(panel).get_figheight()
    taken = [(x, x, y) for x, y in zip(across, up, strict=True)]  # start, end, height
    for name, row in zip(names, rows, strict=True):
        wide = width_of(name, 8)
        for shift, start in ((5, across[row] + 0.06), (-5, across[row] - 0.06 - wide)):
            if start < 0 or start + wide > inches or _covers(start, wide, up[row], taken):
                continue
            taken.append((start, start + wide, up[row]))
            x, y = points.loc[row]
            side = "left" if shift > 0 else "right"
            write(panel, x, y, name, shift=(shift, 0), ha=side, fontsize=8)
            break


def _covers(
    start: float, wide: float, height: float, taken: Sequence[tuple[float, float, float]]
) -> bool:
    return any(
        one <= start + wide and two >= start and abs(height - at) < 0.1 for one, two, at in taken
    )


def _slope_panel(
    sides: Sequence[Sequence[float]], lit: Sequence[bool], words: Sequence[Sequence[str]]
) -> Axes:
    """Draw the lines, and the words beside their ends, moved apart and tied to them."""
    height = max(1.6, (_LINE + 0.02) * len(lit)) + 0.45
    margins = [min(WIDTH / 2.5, max(map(width_of, side)) + 0.35) for side in words]
    panel = axes(height, left=margins[0], right=margins[1], top=0.35, bottom=0.1)
    low, high = min(map(min, sides)), max(map(max, sides))
    least = (high - low or 1.0) * _LINE / (height - 0.45 - _LINE)
    spots = [spread(side, least) for side in sides]
    panel.set_ylim(min(low, *map(min, spots)) - least / 2, max(high, *map(max, spots)) + least / 2)
    panel.set_xlim(0, 1)
    order = sorted(range(len(lit)), key=lambda row: lit[row])  # what is blue lies on top
    colours = [BLUE if lit[row] else GREY for row in order]
    joined = [[(0, sides[0][row]), (1, sides[1][row])] for row in order]
    lines(panel, joined, color=colours, linewidth=1.3)
    for at, (sign, align) in enumerate(((-1, "right"), (1, "left"))):
        points = [(at, sides[at][row]) for row in order]
        dots(panel, points, wide=4, face=colours, edge=colours)
        for spot, word in zip(spots[at], words[at], strict=True):
            write(panel, at, spot, word, shift=(sign * 18, 0), ha=align)
        _leaders(panel, at, sides[at], spots[at], sign)
    return panel


def _leaders(
    panel: Axes, at: int, values: Sequence[float], spots: Sequence[float], sign: int
) -> None:
    """Tie each label to its point with a thin line."""
    point = sign / 72 / (panel.get_position().width * WIDTH)  # one point of paper, in units of x
    ends = zip(values, spots, strict=True)
    tied = [[(at + 4 * point, value), (at + 15 * point, spot)] for value, spot in ends]
    lines(panel, tied, linewidth=0.5)


__all__ = ["MOST_SLOPES", "gap", "slope", "spread"]
