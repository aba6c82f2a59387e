"""How spending ran through the year: small multiples of the cumulative share."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from perfanalysis.errors import ReportError
from perfanalysis.report.canvas import (
    BAND,
    BLUE,
    GREY,
    INK,
    ORANGE,
    PINK,
    WIDTH,
    Chart,
    figure_of,
    house_style,
)
from perfanalysis.report.columns import Column, int_col, rate_col, text_col
from perfanalysis.report.formats import percent
from perfanalysis.report.text import Texts
from perfanalysis.report.typeface import labels, weight_for

MOST_PANELS = 12


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
) -> Chart:
    """Draw how spending ran through the year: one panel a key, same scale.

    Parameters
    ----------
    frame : DataFrame
        One row a key and month (1 to 12), in order of month; panels stand in order of keys.
    share, elapsed : str
        Columns of ratios: cumulative share executed, and the share of the year gone by.
    band : DataFrame, optional
        ``month``, ``low``, ``high``: the peers' 10 to 90% band, the same in every panel.
    flagged : collection of str
        Keys drawn in orange, with the words 需核实.
    note : str
        What the dashed line and the band stand for, where it is not what is said by itself:
        share of the year gone by, and 10 to 90% of the peers.
    """
    keys = list(dict.fromkeys(frame[key].astype(str)))
    if not 0 < len(keys) <= MOST_PANELS:
        raise ReportError(f"图“{caption}”要画{len(keys)}格，应为1至{MOST_PANELS}格；其余见表。")
    top = max(1.0, float(frame[share].max()), float(band["high"].max()) if band is not None else 0)
    across = 2 if len(keys) == 4 else min(len(keys), 3)
    with house_style():
        panels = _grid(len(keys), across)
        for index, (panel, each) in enumerate(zip(panels, keys, strict=True)):
            rows = frame[frame[key].astype(str) == each]
            _months(panel, top, index % across == 0, say)
            if band is not None:
                _band(panel, band)
            if elapsed:
                panel.plot(rows[month], rows[elapsed], color=GREY, lw=0.8, ls=(0, (4, 3)))
            _own_line(panel, rows[month], rows[share], each in flagged, say)
            _panel_title(panel, each)
    ends = [frame.loc[frame[key].astype(str) == each, share].iloc[-1] for each in keys]
    alt = _alt_cumulative(keys, ends, flagged, say)
    shown: dict[str, Column] = {
        key: text_col(say("chart-name")),
        month: int_col(say("chart-month")),
        share: rate_col(say("chart-share")),
    }
    if elapsed:
        shown[elapsed] = rate_col(say("chart-elapsed"))
    parts = [say("chart-elapsed-note")] if elapsed else []
    parts += [say("chart-band-note")] if band is not None else []
    if band is not None:
        ends_of = band.set_index("month")[["low", "high"]].add_prefix("band_")
        frame = frame.join(ends_of, on=month)
        shown["band_low"] = rate_col(say("chart-band-low"))
        shown["band_high"] = rate_col(say("chart-band-high"))
    note = note or "".join(parts)
    return Chart(figure_of(panels[0]), caption, alt, frame, shown, note)


def _grid(count: int, across: int) -> list[Axes]:
    """Return ``count`` panels of one figure, row by row."""
    down = math.ceil(count / across)
    high, wide = 1.9 if count == 1 else 1.25, (WIDTH - 0.5) / across
    height = down * (high + 0.5) + 0.15
    figure = Figure(figsize=(WIDTH, height), dpi=200)
    panels = []
    for index in range(count):
        row, column = divmod(index, across)
        left = (0.5 + column * wide) / WIDTH
        bottom = (height - (row + 1) * (high + 0.5) + 0.15) / height
        panels.append(figure.add_axes((left, bottom, (wide - 0.5) / WIDTH, high / height)))
    return panels


def _months(panel: Axes, top: float, first: bool, say: Texts) -> None:
    panel.set_xlim(1, 12)
    panel.set_ylim(0, top * 1.05)
    ticks = (3, 6, 9, 12)
    panel.set_xticks(ticks, [say("chart-month-tick", n=n) for n in ticks])
    levels = (0, 0.5, 1)
    panel.set_yticks(levels, [percent(level, 0) if first else "" for level in levels])
    panel.grid(axis="y")


def _band(panel: Axes, band: pd.DataFrame) -> None:
    """Shade the peers' range; its edges stand out from the page where the area does not."""
    panel.fill_between(
        band["month"], band["low"], band["high"], facecolor=BAND, edgecolor=GREY, lw=0.5
    )


def _own_line(panel: Axes, months: pd.Series, shares: pd.Series, flagged: bool, say: Texts) -> None:
    panel.plot(months, shares, color=ORANGE if flagged else BLUE, clip_on=False)
    word = percent(shares.iloc[-1], 0) + (f"\n{say('chart-flag')}" if flagged else "")
    panel.annotate(
        word,
        (months.iloc[-1], shares.iloc[-1]),
        (4, 0),
        textcoords="offset points",
        va="center",
        color=PINK if flagged else INK,
        fontsize=8,
        annotation_clip=False,
    )


def _panel_title(panel: Axes, name: str) -> None:
    label = labels([name], 12, 1)[0]
    panel.set_title(label, loc="left", fontsize=9, weight=weight_for(label), pad=4)


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
