"""A chart and how it is drawn to bytes: one style, our fonts, the same bytes each time."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from perfanalysis.report.columns import Column


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


def image_of(chart: Chart) -> tuple[str, bytes]:
    """Return mime type and bytes of a chart."""
    buffer = io.StringIO()
    FigureCanvasSVG(chart.figure).print_svg(  # type: ignore[no-untyped-call]
        buffer, metadata={"Date": None}
    )
    body = re.sub(r"<metadata>.*?</metadata>\s*", "", buffer.getvalue(), flags=re.DOTALL)
    return "image/svg+xml", body.encode()


__all__ = ["Chart", "image_of"]
