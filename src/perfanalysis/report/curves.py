"""How spending ran through the year: small multiples of the cumulative share."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from numpy.typing import NDArray

from perfanalysis.errors import ReportError
from perfanalysis.report.canvas import (
    BAND,
    BLUE,
    DARK_GREY,
    GREY,
    INK,
    ORANGE,
    PINK,
    WIDTH,
    Chart,
    axes,
    figure_of,
    house_style,
    lines,
    write,
)
from perfanalysis.report.columns import Column, int_col, rate_col, text_col
from perfanalysis.report.formats import percent
from perfanalysis.report.text import Texts
from perfanalysis.report.typeface import labels, weight_for

MOST_PANELS = 12
_GRID = "#D9D9D9"


def cumulative(
    frame: pd.DataFrame,
    *,
    key: str,
    month: str,
    share: str,
    caption: str,
    say: Texts,
    elapsed: str = "",
    band: pd.DataFrame | None = None,
    flagged: Collection[str] = (),
    note: str = "",
    dashed: str = "",
) -> Chart:
    """Draw how spending ran through the year: one panel a key, same scale.

    Parameters
    ----------
    frame : DataFrame
        One row a key and month (1 to 12), in order of month; panels stand in order of keys.
    share, elapsed : str
        Columns of ratios: cumulative share executed, and the share of the year gone by.
    band : DataFrame, optional
        ``month``, ``low``, ``high``: the peers' 10 to 90% band, the same in every panel; with
        the column `key`, each panel has its own or none.
    flagged : collection of str
        Keys drawn in orange, with the words 需核实.
    note : str
        What the dashed line and the band stand for, where it is not what is said by itself:
        share of the year gone by, and 10 to 90% of the peers.
    dashed : str
        What the dashed line is called over its numbers; the share of the year gone by if left out.
    """
    keys = list(dict.fromkeys(frame[key].astype(str)))
    if not 0 < len(keys) <= MOST_PANELS:
        raise ReportError(f"图“{caption}”要画{len(keys)}格，应为1至{MOST_PANELS}格；其余见表。")
    top = max(1.0, float(frame[share].max()), float(band["high"].max()) if band is not None else 0)
    across = 2 if len(keys) == 4 else min(len(keys), 3)
    parts = dict(list(frame.groupby(frame[key].astype(str), sort=False)))
    ends = [parts[each][share].iloc[-1] for each in keys]
    with house_style():
        panel, places = _grid(len(keys), across, top * 1.05)
        _months(panel, places, [index % across == 0 for index in range(len(keys))], say)
        if band is not None:
            own = [band[band[key] == each] if key in band else band for each in keys]
            _bands(panel, places, own)
        if elapsed:
            passed = [
                place.points(rows[month], rows[elapsed])
                for place, rows in zip(places, parts.values(), strict=True)
            ]
            lines(panel, passed, linestyle=(0, (4, 3)))
        for place, (name, rows) in zip(places, parts.items(), strict=True):
            points = place.points(rows[month], rows[share])
            _own_line(panel, points, name in flagged)
            _end_word(panel, points[-1], rows[share].iloc[-1], name in flagged, say)
            _panel_name(panel, place, name)
    alt = _alt_cumulative(keys, ends, flagged, say)
    shown: dict[str, Column] = {
        key: text_col(say("chart-name")),
        month: int_col(say("chart-month")),
        share: rate_col(say("chart-share")),
    }
    if elapsed:
        shown[elapsed] = rate_col(dashed or say("chart-elapsed"))
    said = [say("chart-elapsed-note")] if elapsed else []
    said += [say("chart-band-note")] if band is not None else []
    if band is not None:
        on = [key, month] if key in band else [month]
        ends_of = band.rename(columns={"month": month}).set_index(on)[["low", "high"]]
        frame = frame.join(ends_of.add_prefix("band_"), on=on)
        shown["band_low"] = rate_col(say("chart-band-low"))
        shown["band_high"] = rate_col(say("chart-band-high"))
    note = note or "".join(said)
    return Chart(figure_of(panel), caption, alt, frame, shown, note)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where one panel stands in the figure, in inches, and the highest share it holds."""

    left: float
    bottom: float
    wide: float
    high: float
    top: float

    def points(self, months: pd.Series, shares: pd.Series) -> NDArray[np.float64]:
        """Months and shares as places of the figure: one row a month."""
        across = self.left + (months.to_numpy("float64") - 1) / 11 * self.wide
        return np.column_stack([across, self.up(shares.to_numpy("float64"))])

    def up(self, shares: Any) -> Any:
        """Height of shares."""
        return self.bottom + shares / self.top * self.high


def _grid(count: int, across: int, top: float) -> tuple[Axes, list[_Place]]:
    """Return axes over the whole figure, one unit an inch, and its panels row by row."""
    down = math.ceil(count / across)
    high, wide = 1.9 if count == 1 else 1.25, (WIDTH - 0.5) / across
    height = down * (high + 0.5) + 0.15
    panel = axes(height, left=0, right=0, top=0, bottom=0)
    panel.set_xlim(0, WIDTH)
    panel.set_ylim(0, height)
    places = []
    for index in range(count):
        row, column = divmod(index, across)
        bottom = height - (row + 1) * (high + 0.5) + 0.15
        places.append(_Place(0.5 + column * wide, bottom, wide - 0.5, high, top))
    return panel, places


def _months(panel: Axes, places: Sequence[_Place], first: Sequence[bool], say: Texts) -> None:
    """Draw the scales of every panel; the words of the shares at the first of a row."""
    levels, ticks = (0, 0.5, 1), (3, 6, 9, 12)
    base, grid, marks = [], [], []
    for place, named in zip(places, first, strict=True):
        right = place.left + place.wide
        base.append([(place.left, place.bottom), (right, place.bottom)])
        grid += [[(place.left, place.up(at)), (right, place.up(at))] for at in levels[1:]]
        for tick in ticks:
            x = place.left + (tick - 1) / 11 * place.wide
            marks.append([(x, place.bottom), (x, place.bottom - 3 / 72)])
            below: dict[str, Any] = {"ha": "center", "va": "top", "color": DARK_GREY}
            write(panel, x, place.bottom, say("chart-month-tick", n=tick), shift=(0, -6.5), **below)
        for at in levels if named else ():
            side: dict[str, Any] = {"ha": "right", "va": "center_baseline"}
            write(panel, place.left, place.up(at), percent(at, 0), shift=(-3.5, 0), **side)
    lines(panel, grid, color=_GRID, linewidth=0.6, zorder=0.5)
    lines(panel, base + marks, color=DARK_GREY)


def _bands(panel: Axes, places: Sequence[_Place], bands: Sequence[pd.DataFrame]) -> None:
    """Shade the peers' range of each panel that has one; edges show where areas do not."""
    areas = [
        np.concatenate(
            [
                place.points(band["month"], band["low"]),
                place.points(band["month"], band["high"])[::-1],
            ]
        )
        for place, band in zip(places, bands, strict=True)
        if len(band)
    ]
    drawn = PolyCollection(areas, facecolors=BAND, edgecolors=GREY, linewidths=0.5)
    panel.add_collection(drawn, autolim=False)


def _own_line(panel: Axes, points: NDArray[np.float64], flagged: bool) -> None:
    lines(panel, [points], color=ORANGE if flagged else BLUE, linewidth=1.6)


def _end_word(
    panel: Axes, end: NDArray[np.float64], last: float, flagged: bool, say: Texts
) -> None:
    """Write the last share where the line ends."""
    word = percent(last, 0) + (f"\n{say('chart-flag')}" if flagged else "")
    style: dict[str, Any] = {"color": PINK if flagged else INK, "fontsize": 8}
    write(panel, end[0], end[1], word, shift=(4, 0), **style)


def _panel_name(panel: Axes, place: _Place, name: str) -> None:
    label = labels([name], 12, 1)[0]
    over: dict[str, Any] = {"va": "baseline", "weight": weight_for(label)}
    write(panel, place.left, place.bottom + place.high, label, shift=(0, 4), **over)


def _alt_cumulative(
    keys: Sequence[str], ends: Sequence[float], flagged: Collection[str], say: Texts
) -> str:
    ranked = sorted(zip(ends, keys, strict=True), key=lambda pair: -pair[0])
    (most, first), (least, last) = ranked[0], ranked[-1]
    key = "chart-alt-cumulative" if len(keys) > 1 else "chart-alt-cumulative-one"
    text = say(key, n=len(keys), first=first, most=percent(most), last=last, least=percent(least))
    named = [each for each in keys if each in flagged]
    return text + (say("chart-alt-flagged", n=len(named), names=say.joined(named)) if named else "")


__all__ = ["MOST_PANELS", "cumulative"]
