"""A chart and how it is drawn to bytes: one style, our fonts, the same bytes each time.

Figures are made and drawn without ``pyplot``: no backend is chosen, no state is kept, and
nothing is shown twice. What stands at an axis is written here as plain text and lines: the tick
objects of matplotlib take three quarters of the time of a chart of 20 rows (see
``benchmarks/charts.py``).
"""

from __future__ import annotations

import io
import math
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import CircleCollection, LineCollection
from matplotlib.figure import Figure
from matplotlib.transforms import ScaledTranslation
from numpy.typing import ArrayLike, NDArray
from PIL import Image

from perfanalysis.errors import ReportError
from perfanalysis.report.columns import Column
from perfanalysis.report.typeface import FAMILIES, families_for, register

# Contrast on white in brackets: graphics need 3, text 4.5 (reports.md, section 3).
BLUE = "#12436D"  # this unit; 10.25
MID_BLUE = "#2073BC"  # 4.95
TURQUOISE = "#28A197"  # 3.17
ORANGE = "#F46A25"  # flagged by a stated rule; 3.03
PINK = "#801650"  # words on a flag; 9.77
INK = "#0B0C0C"
DARK_GREY = "#3D3D3D"  # 10.86
GREY = "#767676"  # others, or uncertain; 4.54
BAND = "#D5DCE4"  # area of a band; its edges are drawn in GREY
GRAPHICS = (BLUE, MID_BLUE, TURQUOISE, ORANGE, PINK, DARK_GREY, GREY)
TEXT_COLOURS = (BLUE, MID_BLUE, PINK, INK, DARK_GREY, GREY)

WIDTH = 6.3  # inches: 160 mm, the text width of A4; never scaled
_DPI = 200
_COLOURS = 64
_WHITE = 0xFFFFFFFF  # of a pixel, with its opacity

STYLE: Any = {
    "font.family": list(FAMILIES),
    "font.size": 9,
    "axes.unicode_minus": True,
    "axes.titley": 1.0,  # fixed: nothing is measured to place a title that is not there
    "text.color": INK,
    "text.hinting": "none",  # at 200 dots an inch it changes nothing and takes a sixth of the time
    "text.parse_math": False,  # a dollar sign in a name is a dollar sign
    "lines.linewidth": 1.6,
    "lines.solid_capstyle": "butt",
}


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawn figure with the words and numbers that belong to it.

    Attributes
    ----------
    figure : matplotlib.figure.Figure
    caption : str
        Neutral name; the number is given by the page.
    alt : str
        What is seen, in one or two sentences, computed from the data.
    data : DataFrame
        The numbers drawn, one row a mark.
    columns : mapping of str to Column
        How the numbers are printed under the figure.
    note : str
        What a line or band stands for, e.g. 线段为95%区间.
    """

    figure: Figure
    caption: str
    alt: str
    data: pd.DataFrame
    columns: Mapping[str, Column] = field(default_factory=dict)
    note: str = ""


@contextmanager
def house_style() -> Iterator[None]:
    """Draw in the one style, with our fonts."""
    register()
    with matplotlib.rc_context(STYLE):
        yield


def axes(height: float, *, left: float, right: float, top: float, bottom: float) -> Axes:
    """Return the axes of a new figure of the page's width; margins in inches, fixed."""
    figure = Figure(figsize=(WIDTH, height), dpi=_DPI)
    box = (left / WIDTH, bottom / height, (WIDTH - left - right) / WIDTH)
    panel = figure.add_axes((*box, (height - top - bottom) / height))
    panel.set_axis_off()
    return panel


def write(
    panel: Axes,
    x: float,
    y: float,
    text: str,
    *,
    of: Literal["data", "x", "y", "axes"] = "data",
    shift: tuple[float, float] = (0, 0),
    **look: Any,
) -> None:
    """Write words at a place of the axes, moved by ``shift`` points of paper.

    Parameters
    ----------
    of : {"data", "x", "y", "axes"}
        Which of x and y are data; what is not is a share of the axes.
    **look
        What `matplotlib.text.Text` takes; ``va`` is the middle where it is not given.
    """
    base = {
        "data": panel.transData,
        "x": panel.get_xaxis_transform(),
        "y": panel.get_yaxis_transform(),
        "axes": panel.transAxes,
    }[of]
    moved = ScaledTranslation(shift[0] / 72, shift[1] / 72, figure_of(panel).dpi_scale_trans)
    panel.text(x, y, text, transform=base + moved, **{"va": "center", **look})


def lines(
    panel: Axes, ends: ArrayLike, *, color: Any = GREY, linewidth: float = 0.8, **look: Any
) -> None:
    """Draw straight or broken lines at once: an array of lines, of points, of x and y."""
    look = {"transform": panel.transData, "zorder": 2, "clip_on": False, **look}
    drawn = LineCollection(
        list(np.asarray(ends, float)), colors=color, linewidths=linewidth, **look
    )
    panel.add_collection(drawn, autolim=False)


def dots(panel: Axes, places: ArrayLike, *, wide: float, face: Any, edge: Any, **look: Any) -> None:
    """Draw circles of ``wide`` points of paper at an array of x and y."""
    drawn = CircleCollection(
        [math.pi * wide**2 / 4],
        offsets=np.asarray(places, float),
        offset_transform=panel.transData,
        facecolors=face,
        edgecolors=edge,
        **{"zorder": 3, "clip_on": False, **look},
    )
    panel.add_collection(drawn, autolim=False)


def upright(panel: Axes, x: float, **look: Any) -> None:
    """Draw a line over the whole height of the axes."""
    lines(
        panel,
        [[(x, 0), (x, 1)]],
        **{"color": DARK_GREY, **look},
        transform=panel.get_xaxis_transform(),
    )


def scale_below(panel: Axes, ticks: Sequence[float], words: Sequence[str], label: str = "") -> None:
    """Draw the axis under the axes, its ticks with their words, and what it measures."""
    lines(panel, [[(0, 0), (1, 0)]], color=DARK_GREY, transform=panel.transAxes)
    down = -3 / 72 / (panel.get_position().height * figure_of(panel).get_figheight())
    lines(
        panel,
        [[(tick, 0), (tick, down)] for tick in ticks],
        color=DARK_GREY,
        transform=panel.get_xaxis_transform(),
    )
    for tick, word in zip(ticks, words, strict=True):
        write(panel, tick, 0, word, of="x", shift=(0, -6.5), ha="center", va="top", color=DARK_GREY)
    if label:
        below = {"ha": "center", "va": "top", "color": DARK_GREY}
        write(panel, 0.5, 0, label, of="axes", shift=(0, -20.5), **below)


def heading(panel: Axes, text: str) -> None:
    """Say over the axes what is measured, with its unit."""
    write(panel, 0, 1, text, of="axes", shift=(0, 6), va="baseline", color=DARK_GREY)


def figure_of(panel: Axes) -> Figure:
    """Return the figure that axes stand in."""
    figure = panel.get_figure(root=True)
    if figure is None:
        raise ReportError("坐标轴不在任何图中。")
    return figure


def image_of(chart: Chart) -> tuple[str, bytes]:
    """Return mime type and bytes of a chart: a PNG of 200 dots an inch and few colours.

    Raises
    ------
    ReportError
        If a character is in no font: a box would be printed.
    """
    with house_style(), warnings.catch_warnings():
        warnings.filterwarnings("error", message="Glyph .* missing")
        canvas = FigureCanvasAgg(chart.figure)
        for text in [each for panel in chart.figure.axes for each in panel.texts]:
            text.set_fontfamily(families_for(text.get_text()))
        try:
            canvas.draw()  # type: ignore[no-untyped-call]
        except UserWarning as error:
            raise ReportError(f"图“{chart.caption}”中有字体里没有的字：{error}。") from error
    few = _of_few_colours(np.asarray(canvas.buffer_rgba()))  # type: ignore[no-untyped-call]
    buffer = io.BytesIO()
    few.save(buffer, "png", compress_level=4)  # 6 is one percent smaller in half as long again
    return "image/png", buffer.getvalue()


def _of_few_colours(pixels: NDArray[np.uint8]) -> Image.Image:
    """Return the picture in white and the few colours that stand for the rest of it.

    Nine pixels in ten are white, and are not looked at again.
    """
    height, width = pixels.shape[:2]
    inked = np.flatnonzero(np.ascontiguousarray(pixels).view(np.uint32) != _WHITE)
    shown = np.zeros(height * width, np.uint8)
    palette = [255, 255, 255]
    if len(inked):
        line = np.ascontiguousarray(pixels.reshape(-1, 4)[inked, :3])
        few = Image.fromarray(line[np.newaxis]).quantize(
            _COLOURS - 1, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE
        )
        shown[inked] = np.asarray(few)[0] + 1
        palette += _snapped(few.getpalette() or [])
    picture = Image.frombytes("P", (width, height), shown.tobytes())
    picture.putpalette(palette)
    return picture


def _snapped(palette: Sequence[int]) -> list[int]:
    """Put back the house colours that the reduction moved by a shade."""
    house = [tuple(bytes.fromhex(colour[1:])) for colour in (*GRAPHICS, INK, BAND, "#FFFFFF")]
    snapped: list[int] = []
    for at in range(0, len(palette), 3):
        colour = tuple(palette[at : at + 3])
        near = [
            each for each in house if max(abs(a - b) for a, b in zip(each, colour, strict=True)) < 3
        ]
        snapped.extend(near[0] if near else colour)
    return snapped


__all__ = [
    "BAND",
    "BLUE",
    "DARK_GREY",
    "GRAPHICS",
    "GREY",
    "INK",
    "MID_BLUE",
    "ORANGE",
    "PINK",
    "STYLE",
    "TEXT_COLOURS",
    "TURQUOISE",
    "WIDTH",
    "Chart",
    "axes",
    "dots",
    "figure_of",
    "heading",
    "house_style",
    "image_of",
    "lines",
    "scale_below",
    "upright",
    "write",
]
