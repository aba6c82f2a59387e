"""The entry page of a work year: its figures, what became of every report, and the listings."""

from __future__ import annotations

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
from perfanalysis.report.templating import Frame, render
from perfanalysis.report.text import Lang, Texts, texts

Status = Literal["made", "kept", "failed"]

# What a page may give to `Page.header(listing=...)`: key to how it is printed, in this order.
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
    "findings": int_col,
    "value": number_col,
}


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
    """

    href: str
    group: str
    title: str
    status: Status = "made"
    summary: str = ""
    listing: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Group:
    anchor: str
    heading: str
    body: Markup
    level: int = 2


def render_index(
    entries: Sequence[Entry],
    *,
    title: str,
    lang: Lang = "zh",
    sample: bool = False,
    facts: Mapping[str, str] | None = None,
    headline: Mapping[str, str] | None = None,
    money_unit: str = "万元",
    money_scale: Any = 1,
    frame: Frame | None = None,
) -> str:
    """Return the index of a work year.

    Parameters
    ----------
    entries : sequence of Entry
        In the order shown. A group of one page without a listing stands first, under a heading that
        all such share; the others follow in order of first appearance.
    title : str
    lang : {"zh", "en"}
    sample : bool
        Whether the data is made up.
    facts : mapping of str to str, optional
        Under the title: client, evaluator, status.
    headline : mapping of str to str, optional
        Label to figure with its unit, at most eight.
    money_unit, money_scale : str, number
        As suite.toml gives them.
    frame : Frame, optional
        Links to other work years.

    Raises
    ------
    ReportError
        If a listing holds a key that no column is known for.
    """
    say = texts("common", lang, money_unit=money_unit, money_scale=money_scale)
    failed = sum(entry.status == "failed" for entry in entries)
    kept = sum(entry.status == "kept" for entry in entries)
    state = say("index-some-failed" if failed else "index-all-made", n=len(entries), failed=failed)
    groups = _groups(entries, say)
    return render(
        "index.html.j2",
        title=title,
        say=say,
        frame=frame or Frame(),
        sample=sample,
        facts=facts or {},
        headline=headline or {},
        failed=failed,
        state=state + (say("index-kept", n=kept) if kept else ""),
        groups=groups,
        contents=groups,
    )


def check_listing(listing: Mapping[str, Any]) -> None:
    """Raise ReportError if the index would not know how to print a figure of a listing."""
    unknown = sorted(set(listing) - set(_LISTED))
    if unknown:
        raise ReportError(f"目录不认识这些数字：{'、'.join(unknown)}；可用：{'、'.join(_LISTED)}。")


def _groups(entries: Sequence[Entry], say: Texts) -> list[_Group]:
    """Return the pages that stand alone under one heading, then each kind with several."""
    by_group: dict[str, list[Entry]] = {}
    for entry in entries:
        by_group.setdefault(entry.group, []).append(entry)
    several = {
        heading: members
        for heading, members in by_group.items()
        if len(members) > 1 or members[0].listing
    }
    alone = [members[0] for heading, members in by_group.items() if heading not in several]
    shown = [_Group("whole", say("index-whole"), _list(alone, say))] if alone else []
    for number, (heading, members) in enumerate(several.items(), start=1):
        anchor = f"group-{number}"
        listed = any(entry.listing for entry in members)
        body = _listing(members, anchor, say) if listed else _list(members, say)
        shown.append(_Group(anchor, heading, body))
    return shown


def _list(entries: Sequence[Entry], say: Texts) -> Markup:
    """Return a list of pages, each with what it found."""
    items = "".join(
        f'<div><dt><a href="{html(entry.href)}">{html(entry.title)}</a>{_status(entry, say)}</dt>'
        f"<dd>{html(entry.summary)}</dd></div>"
        for entry in entries
    )
    return Markup(f'<dl class="pages">{items}</dl>')


def _status(entry: Entry, say: Texts) -> str:
    if entry.status == "made":
        return ""
    return f' <span class="{entry.status}">{html(say(f"status-{entry.status}"))}</span>'


def _listing(entries: Sequence[Entry], anchor: str, say: Texts) -> Markup:
    """Return a table of pages that the script makes sortable and filterable."""
    for entry in entries:
        check_listing(entry.listing)
    used = [key for key in _LISTED if any(key in entry.listing for entry in entries)]
    columns: dict[str, Column] = {"title": text_col(say("index-name"), href="href")}
    columns |= {key: _LISTED[key](say(f"listing-{key}")) for key in used}
    if any(entry.status != "made" for entry in entries):
        columns["status"] = text_col(say("index-status"))
    table = Table(_frame(entries, used, say), columns, caption=entries[0].group)
    body = table_element(table, printed_rows(table, say), None, say, label=anchor, sortable=True)
    return Markup(
        f'<div class="listing" data-filter="{html(say("index-filter"))}"'
        f' data-count="{html(say("index-count"))}">{body}</div>'
    )


def _frame(entries: Sequence[Entry], keys: Sequence[str], say: Texts) -> pd.DataFrame:
    rows = []
    for entry in entries:
        row = {key: entry.listing.get(key) for key in keys}
        if row.get("grade"):
            row["grade"] = say.label("grade", str(row["grade"]))
        status = say(f"status-{entry.status}")
        rows.append({"title": entry.title, "href": entry.href, "status": status, **row})
    return pd.DataFrame(rows, columns=["title", "href", "status", *keys], dtype="object")


__all__ = ["Entry", "Status", "check_listing", "render_index"]
