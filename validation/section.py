"""One section of docs/validation.md: how it is made, and how it reads."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared"


class NotHere(Exception):
    """Data that a section needs is not on this machine; the message names it."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table of a section.

    Attributes
    ----------
    frame : DataFrame
        As it is printed: figures already rounded, headings as they read.
    said : str
        What it shows, in a sentence or two, before it.
    """

    frame: pd.DataFrame
    said: str


@dataclass(frozen=True, slots=True)
class Section:
    """A section of the document.

    Attributes
    ----------
    name : str
        For ``--only``; marks its place in the document.
    title : str
    source : str
        What the answers that it compares with are from.
    make : callable
        Returns the tables; raises `NotHere` where its data is not there.
    """

    name: str
    title: str
    source: str
    make: Callable[[], Iterable[Table]]


def written(section: Section) -> str:
    """The section as Markdown, from its heading on."""
    parts = [f"## {section.title}", f"Source: {section.source}"]
    for table in section.make():
        parts += [table.said, markdown(table.frame)]
    return "\n\n".join(parts) + "\n"


def markdown(frame: pd.DataFrame) -> str:
    """A frame as a Markdown table; missing values are a dash."""
    rows = [frame.columns, ["---"] * len(frame.columns), *frame.itertuples(index=False)]
    return "\n".join("| " + " | ".join(map(_cell, row)) + " |" for row in rows)


def _cell(value: object) -> str:
    if pd.isna(value):  # type: ignore[call-overload]
        return "–"
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, int):
        return f"{value:,}"
    return str(value).replace("|", "\\|")


def shared(*parts: str) -> Path:
    """A file or folder of the data that lies beside the repository.

    Raises
    ------
    NotHere
        If it does not.
    """
    path = SHARED.joinpath(*parts)
    if not path.exists():
        raise NotHere(f"../shared/{'/'.join(parts)} 不在，跳过")
    return path


__all__ = ["ROOT", "NotHere", "Section", "Table", "markdown", "shared", "written"]
