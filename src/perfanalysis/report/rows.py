"""What charts with one row a thing share: which rows, the axes, the words beside a mark."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection

from perfanalysis.errors import ReportError
from perfanalysis.report.canvas import WIDTH, axes, write
from perfanalysis.report.text import Texts
from perfanalysis.report.typeface import labels, width_of

MOST_ROWS = 48
SIDE = 0.08  # inches
_ROW, _SECOND_LINE = 0.25, 0.15  # inches a row, and more where a label has two lines
_TOP, _BOTTOM = 0.34, 0.1
_EMS = 18  # Chinese characters a line of a label


def chosen_rows(frame: pd.DataFrame, value: str, caption: str) -> tuple[pd.DataFrame, int]:
    """Return the rows that have a value, and how many have none; too few or many are refused."""
    rows = frame[frame[value].notna()]
    if not 0 < len(rows) <= MOST_ROWS:
        raise ReportError(
            f"图“{caption}”要画{len(rows)}行，应为1至{MOST_ROWS}行。"
            "没有数据时请改用一句话说明；太多时请只画前若干名，其余见表。"
        )
    return rows, len(frame) - len(rows)


def row_panel(
    names: Sequence[str], *, right: float, bottom: float = _BOTTOM
) -> tuple[Axes, list[float]]:
    """Return axes in which one unit of y is an inch, and the height of each row's middle."""
    shown = labels(names, _EMS)
    sizes = [_ROW + _SECOND_LINE * ("\n" in label) for label in shown]
    edges = np.concatenate([[0.0], np.cumsum(sizes)])
    heights = [float(edge) for edge in (edges[:-1] + edges[1:]) / 2]
    left = max(width_of(line) for label in shown for line in label.split("\n")) + 0.15
    inches = float(edges[-1])
    panel = axes(
        inches + _TOP + bottom, left=left, right=min(right, WIDTH / 2), top=_TOP, bottom=bottom
    )
    panel.set_ylim(inches, 0)
    side = {"ha": "right", "va": "center_baseline", "linespacing": 1.35}
    for at, label in zip(heights, shown, strict=True):
        write(panel, 0, at, label, of="y", shift=(-3.5, 0), **side)
    return panel, heights


def beside(panel: Axes, x: float, y: float, text: str, **look: Any) -> None:
    """Write words at the right of a mark."""
    write(panel, x, y, text, shift=(4, 0), **look)


def boxes(
    panel: Axes,
    heights: Sequence[float],
    starts: Sequence[float],
    ends: Sequence[float],
    *,
    height: float = 0.15,
    **look: Any,
) -> None:
    """Draw a bar a row, from its start to its end."""
    half = height / 2
    corners = [
        [(start, at - half), (end, at - half), (end, at + half), (start, at + half)]
        for at, start, end in zip(heights, starts, ends, strict=True)
    ]
    panel.add_collection(PolyCollection(corners, **look), autolim=False)


def full_note(note: str, dropped: int, say: Texts) -> str:
    """Return the note, with how many rows were left out for want of a value."""
    return note + (say("chart-dropped", n=dropped) if dropped else "")


__all__ = ["MOST_ROWS", "SIDE", "beside", "boxes", "chosen_rows", "full_note", "row_panel"]
