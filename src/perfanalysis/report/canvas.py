"""A chart and how it is drawn to bytes: one style, our fonts, the same bytes each time.

Figures are made and drawn without ``pyplot``: no backend is chosen, no state is kept, and
nothing is shown twice.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text
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

STYLE: Any = {
    "font.family": list(FAMILIES),
    "font.size": 9,
    "axes.unicode_minus": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "axes.edgecolor": DARK_GREY,
    "axes.linewidth": 0.8,
    "axes.labelcolor": DARK_GREY,
    "axes.axisbelow": True,
    "grid.color": "#D9D9D9",
    "grid.linewidth": 0.6,
    "text.color": INK,
    "text.parse_math": False,  # a dollar sign in a name is a dollar sign
    "xtick.color": DARK_GREY,
    "xtick.major.size": 3,
    "ytick.color": INK,
    "ytick.major.size": 0,
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
    return figure.add_axes((*box, (height - top - bottom) / height))


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
        for text in chart.figure.findobj(Text):
            text.set_fontfamily(families_for(text.get_text()))
        try:
            canvas.draw()  # type: ignore[no-untyped-call]
        except UserWarning as error:
            raise ReportError(f"图“{chart.caption}”中有字体里没有的字：{error}。") from error
    pixels = np.asarray(canvas.buffer_rgba())  # type: ignore[no-untyped-call]
    picture = Image.fromarray(pixels).convert("RGB")
    few = picture.quantize(_COLOURS, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    few.putpalette(_snapped(few.getpalette() or []))
    buffer = io.BytesIO()
    few.save(buffer, "png", compress_level=6)
    return "image/png", buffer.getvalue()


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
    "figure_of",
    "house_style",
    "image_of",
]
