"""The listings of the index: units and projects as tables that can be sorted and filtered."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import pandas as pd
from markupsafe import Markup

from perfanalysis.errors import ReportError
from perfanalysis.report.columns import (
    Column,
    int_col,
    money_col,
    number_col,
    rate_col,
    score_col,
    text_col,
)
from perfanalysis.report.markup import html
from perfanalysis.report.tables import Table, printed_rows, table_element
from perfanalysis.report.text import Texts

Status = Literal["made", "kept", "failed"]

MOST_LISTED = 500
"""Rows of one page; a longer listing goes on over pages of its own."""

# What a page may give to the index: key to how it is printed, in this order.
_LISTED: Mapping[str, Callable[[str], Column]] = {
    "projects": int_col,
    "annual_wan": money_col,
    "executed_wan": money_col,
    "execution_rate": rate_col,
    "stated_score": score_col,
    "review_score": score_col,
    "grade": text_col,
    "points_lost": score_col,
    "deductions": int_col,
    "flags": int_col,
    "initial_wan": money_col,
    "requested_wan": money_col,
    "proposed_wan": money_col,
    "value": number_col,
}
_MEMBER_TEXT = ("name", "anchor", "flags")


@dataclass(frozen=True, slots=True)
class Entry:
    """One report in the index.

    Attributes
    ----------
    href : str
        File name of its page, the failure page included.
    group : str
        Heading that it stands under, e.g. 单位报告; the same for all pages of a notebook.
    title : str
        What the link reads: the title, or in a listing the name of the unit or project.
    status : {"made", "kept", "failed"}
        ``kept``: of an earlier run.
    summary : str
        Its first finding, or what failed.
    listing : mapping of str to plain value
        From `PageFacts.listing`; a group with any becomes a sortable listing.
    headline : mapping of str to (mapping of str to plain value)
        From `PageFacts.headline`.
    members : sequence of (mapping of str to plain value)
        From `PageFacts.members`; those of all pages become one listing.
    places : sequence of str
        From `PageFacts.places`.
    """

    href: str
    group: str
    title: str
    status: Status = "made"
    summary: str = ""
    listing: Mapping[str, Any] = field(default_factory=dict)
    headline: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    members: Sequence[Mapping[str, Any]] = ()
    places: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Listing:
    """Rows that are listed together.

    Attributes
    ----------
    heading : str
    anchor : str
    rows : list of (mapping of str to value)
        ``title``, ``href``, perhaps ``owner`` and ``status``, and figures.
    """

    heading: str
    anchor: str
    rows: list[dict[str, Any]]


def entry_listing(entries: Sequence[Entry], anchor: str, say: Texts) -> Listing:
    """Pages of one kind, a row each."""
    rows = []
    for entry in entries:
        check_listing(entry.listing)
        status = say(f"status-{entry.status}")
        rows.append({"title": entry.title, "href": entry.href, "status": status, **entry.listing})
    if all(entry.status == "made" for entry in entries):
        rows = [{name: row[name] for name in row if name != "status"} for row in rows]
    return Listing(entries[0].group, anchor, rows)


def member_listing(entries: Sequence[Entry], say: Texts) -> Listing:
    """What the pages are about, a row each, e.g. every project with the unit that it is of."""
    rows = []
    for entry in entries:
        for member in entry.members:
            check_listing({name: member[name] for name in member if name not in _MEMBER_TEXT})
            flags = [say.label("flag", code) for code in member.get("flags", ())]
            rows.append(
                {
                    **member,
                    "title": member["name"],
                    "href": f"{entry.href}#{member['anchor']}",
                    "owner": entry.title,
                    "flags": say.joined(flags),
                }
            )
    return Listing(say("index-members"), "members", rows)


def check_listing(listing: Mapping[str, Any]) -> None:
    """Raise ReportError if the index would not know how to print a figure of a listing."""
    unknown = sorted(set(listing) - set(_LISTED))
    if unknown:
        raise ReportError(f"目录不认识这些数字：{'、'.join(unknown)}；可用：{'、'.join(_LISTED)}。")


def listing_html(listing: Listing, rows: Sequence[Mapping[str, Any]], say: Texts) -> Markup:
    """Return some rows of a listing as a table that the script makes sortable and filterable."""
    columns = _columns(listing, say)
    frame = pd.DataFrame([_printable(row, columns, say) for row in rows], dtype="object")
    table = Table(frame, columns, caption=listing.heading)
    body = table_element(
        table, printed_rows(table, say), None, say, label=listing.anchor, sortable=True
    )
    words = {
        "filter": say("index-filter"),
        "count": say("index-count"),
        "all": say("index-filter-all"),
        "flagged": say("index-filter-flagged"),
    }
    choices = {
        index: say("format-separator") if name == "flags" else ""
        for index, (name, column) in enumerate(columns.items())
        if name in ("grade", "status", "flags") and column.kind == "text"
    }
    flagged = [
        index
        for index, (name, column) in enumerate(columns.items())
        if name == "flags" and column.kind == "int"
    ]
    about = json.dumps({"words": words, "choices": choices, "flagged": flagged}, ensure_ascii=False)
    return Markup(f'<div class="listing" data-about="{html(about)}">{body}</div>')


def _columns(listing: Listing, say: Texts) -> dict[str, Column]:
    """The columns that any row of a listing has a figure for."""
    columns: dict[str, Column] = {"title": text_col(say("index-name"), href="href")}
    has = {name for row in listing.rows for name in row}
    if "owner" in has:
        columns["owner"] = text_col(say("index-owner"))
    for name, column in _LISTED.items():
        if name in has:
            words = "owner" in has and name == "flags"
            columns[name] = (text_col if words else column)(say(f"listing-{name}"))
    if "status" in has:
        columns["status"] = text_col(say("index-status"))
    return columns


def _printable(row: Mapping[str, Any], columns: Mapping[str, Column], say: Texts) -> dict[str, Any]:
    shown = {name: row.get(name) for name in ("href", *columns)}
    if shown.get("grade"):
        shown["grade"] = say.label("grade", str(shown["grade"]))
    return shown


__all__ = [
    "MOST_LISTED",
    "Entry",
    "Listing",
    "Status",
    "check_listing",
    "entry_listing",
    "listing_html",
    "member_listing",
]
