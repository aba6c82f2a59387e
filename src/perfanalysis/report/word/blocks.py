"""What a Word report is made of: plain text in order, whatever it was read from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

RowKind = Literal["body", "group", "total"]
ParagraphStyle = Literal["body", "finding", "notice", "note"]


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of text; with a target, the number of the table or figure of that anchor."""

    text: str
    target: str = ""


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of level 1 to 3; one that is not numbered stands outside the list 一、（一）1."""

    text: tuple[Span, ...]
    level: int
    numbered: bool = True


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph."""

    text: tuple[Span, ...]
    style: ParagraphStyle = "body"


@dataclass(frozen=True, slots=True)
class Items:
    """A list, numbered where the order matters."""

    items: tuple[tuple[Span, ...], ...]
    ordered: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """Labels and their values."""

    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table.

    Attributes
    ----------
    cells : tuple of str
    span : int
        Columns that the first cell takes.
    kind : {"body", "group", "total"}
    """

    cells: tuple[str, ...]
    span: int = 1
    kind: RowKind = "body"


@dataclass(frozen=True, slots=True)
class Table:
    """A numbered table.

    Attributes
    ----------
    anchor : str
    number, caption, unit : str
        E.g. 表1, 资金, 单位：万元.
    head : tuple of str
    numeric : tuple of bool
        Which columns stand to the right.
    rows : tuple of Row
    notes : tuple of str
    """

    anchor: str
    number: str
    caption: str
    unit: str
    head: tuple[str, ...]
    numeric: tuple[bool, ...]
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Figure:
    """A numbered picture with its text alternative."""

    anchor: str
    number: str
    caption: str
    alt: str
    picture: bytes
    notes: tuple[str, ...] = ()


Block = Heading | Paragraph | Items | Facts | Table | Figure


@dataclass(frozen=True, slots=True)
class Report:
    """A whole report.

    Attributes
    ----------
    title : str
    lang : {"zh", "en"}
    sample : bool
        Whether the data is made up; the header then says so.
    facts : mapping of str to str
        The cover: label to value.
    state : str
        Draft or final, with version and date; in the header of every page.
    blocks : tuple of Block
    signatures : tuple of str
        Lines of the signature block.
    """

    title: str
    lang: Literal["zh", "en"]
    sample: bool
    facts: Mapping[str, str]
    state: str
    blocks: tuple[Block, ...]
    signatures: tuple[str, ...] = field(default=())


__all__ = [
    "Block",
    "Facts",
    "Figure",
    "Heading",
    "Items",
    "Paragraph",
    "Report",
    "Row",
    "RowKind",
    "Span",
    "Table",
]
