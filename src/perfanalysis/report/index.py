"""The entry page of a work year: its figures, what became of every report, and the listings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from perfanalysis.errors import ReportError
from perfanalysis.report import INDEX
from perfanalysis.report.listings import (
    MOST_LISTED,
    Entry,
    Listing,
    Status,
    check_listing,
    entry_listing,
    listing_html,
    member_listing,
)
from perfanalysis.report.markup import html
from perfanalysis.report.places import PLACES
from perfanalysis.report.templating import Frame, Link, render
from perfanalysis.report.text import Lang, Texts, texts

if TYPE_CHECKING:
    from perfanalysis.report.site import PageFacts

# Figures of the whole, in the order shown; each has its words under headline-… in the texts.
HEADLINES = (
    "coverage", "projects", "annual", "executed", "rate", "review", "grades", "lost",
    "proposal", "findings",
)  # fmt: skip
_WIDE = frozenset({"grades"})


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure at the top of an index.

    Attributes
    ----------
    key : str
        One of `HEADLINES`.
    label, value : str
    href : str
        The page that it comes from.
    """

    key: str
    label: str
    value: str
    href: str

    @property
    def is_wide(self) -> bool:
        """Whether the value is several numbers, which want the room of two figures."""
        return self.key in _WIDE


@dataclass(frozen=True, slots=True)
class _Group:
    anchor: str
    heading: str
    body: Markup
    rows: int = 0  # how many of its kind it lists
    level: int = 2


def render_index(
    entries: Sequence[Entry],
    *,
    title: str,
    lang: Lang = "zh",
    sample: bool = False,
    facts: Mapping[str, str] | None = None,
    money_unit: str = "万元",
    money_scale: Any = 1,
    frame: Frame | None = None,
) -> dict[str, str]:
    """Return the index of a work year, and the pages that its long listings go on over.

    Parameters
    ----------
    entries : sequence of Entry
        In the order shown. A group of one page without a listing stands first, under a heading that
        all such share; the others follow in order of first appearance, then the listing of all
        that they have as members.
    title : str
    lang : {"zh", "en"}
    sample : bool
        Whether the data is made up.
    facts : mapping of str to str, optional
        Under the title: client, evaluator, status.
    money_unit, money_scale : str, number
        As suite.toml gives them.
    frame : Frame, optional
        Links to other work years.

    Returns
    -------
    dict of str to str
        File name to page; ``index.html`` first.

    Raises
    ------
    ReportError
        If a listing holds a key that no column is known for.
    """
    say = texts("common", lang, money_unit=money_unit, money_scale=money_scale)
    frame = frame or Frame()
    alone, several = _sorted_out(entries)
    listings = {
        heading: entry_listing(members, f"group-{number}", say)
        for number, (heading, members) in enumerate(several.items(), start=1)
        if any(entry.listing for entry in members)
    }
    every = member_listing(entries, say)
    groups = [_Group("whole", say("index-whole"), _list(alone, say))] if alone else []
    for number, (heading, members) in enumerate(several.items(), start=1):
        listing = listings.get(heading)
        body = _first_rows(listing, say) if listing else _list(members, say)
        groups.append(_Group(f"group-{number}", heading, body, len(members)))
    if every.rows:
        rows = _first_rows(every, say)
        groups.append(_Group(every.anchor, every.heading, rows, len(every.rows)))
    found = _find(entries, groups, say)
    if found:
        groups.insert(0, _Group("find", say("index-find"), found))
    index = render(
        "index.html.j2",
        title=title,
        say=say,
        frame=frame,
        sample=sample,
        facts=facts or {},
        figures=headline_figures(entries, say),
        state=_state(entries, say),
        failed=[entry for entry in entries if entry.status == "failed"],
        groups=groups,
        contents=groups,
    )
    pages = {INDEX: index}
    for listing in (*listings.values(), every):
        pages |= _further(listing, title, say, frame, sample)
    return pages


def headline_figures(entries: Sequence[Entry], say: Texts) -> list[Figure]:
    """The figures of the whole that the pages gave, in the order of `HEADLINES`."""
    given = {key: (values, entry) for entry in entries for key, values in entry.headline.items()}
    return [
        Figure(
            key,
            say(f"headline-{key}-label", **given[key][0]),
            say(f"headline-{key}", **given[key][0]),
            given[key][1].href,
        )
        for key in HEADLINES
        if key in given
    ]


def check_index_facts(facts: PageFacts) -> None:
    """Raise ReportError if the index would not know how to print what a page says of itself."""
    unknown = sorted(set(facts.headline) - set(HEADLINES))
    if unknown:
        raise ReportError(
            f"目录不认识这些要目数字：{'、'.join(unknown)}；可用：{'、'.join(HEADLINES)}。"
        )
    say = texts("common", facts.lang)
    entry = Entry(
        "page.html", "", "", headline=facts.headline, listing=facts.listing, members=facts.members
    )
    headline_figures([entry], say)
    check_listing(facts.listing)
    member_listing([entry], say)


def _state(entries: Sequence[Entry], say: Texts) -> str:
    failed = sum(entry.status == "failed" for entry in entries)
    kept = sum(entry.status == "kept" for entry in entries)
    state = say("index-some-failed" if failed else "index-all-made", n=len(entries), failed=failed)
    return state + (say("index-kept", n=kept) if kept else "")


def _sorted_out(entries: Sequence[Entry]) -> tuple[list[Entry], dict[str, list[Entry]]]:
    """Pages that stand alone, and those of which there are several of a kind, by heading."""
    by_group: dict[str, list[Entry]] = {}
    for entry in entries:
        by_group.setdefault(entry.group, []).append(entry)
    several = {
        heading: members
        for heading, members in by_group.items()
        if len(members) > 1 or members[0].listing
    }
    alone = [members[0] for heading, members in by_group.items() if heading not in several]
    return alone, several


def _find(entries: Sequence[Entry], groups: Sequence[_Group], say: Texts) -> Markup:
    """Links to what is asked for most: the listings, and places of pages that were made."""
    answers = {
        place: f"{entry.href}#{PLACES[place][1]}"
        for entry in entries
        if entry.status != "failed"
        for place in entry.places
    }
    links = [
        (f"#{each.anchor}", say("index-find-rows", heading=each.heading, n=each.rows))
        for each in groups
        if each.rows
    ]
    links += [(answers[place], say(f"place-{place}")) for place in PLACES if place in answers]
    if not answers:
        return Markup("")
    items = (Markup('<li><a href="{}">{}</a></li>').format(href, text) for href, text in links)
    return Markup('<ul class="find">{}</ul>').format(Markup("").join(items))


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


def _first_rows(listing: Listing, say: Texts) -> Markup:
    """The rows that the index itself has room for, and links to the others."""
    body = listing_html(listing, listing.rows[:MOST_LISTED], say)
    further = [
        Markup('<li><a href="{}">{}</a></li>').format(name, _span(first, listing, say))
        for name, first in _parts(listing)
    ]
    if not further:
        return body
    note = say("index-cut", n=len(listing.rows), shown=MOST_LISTED)
    return body + Markup("<p>{}</p><ul>{}</ul>").format(note, Markup("").join(further))


def _parts(listing: Listing) -> list[tuple[str, int]]:
    """File name and first row of each further page of a listing."""
    starts = range(MOST_LISTED, len(listing.rows), MOST_LISTED)
    return [(f"list-{listing.anchor}-{n}.html", at) for n, at in enumerate(starts, start=2)]


def _span(first: int, listing: Listing, say: Texts) -> str:
    last = min(first + MOST_LISTED, len(listing.rows))
    return say("index-span", heading=listing.heading, first=first + 1, last=last)


def _further(
    listing: Listing, title: str, say: Texts, frame: Frame, sample: bool
) -> dict[str, str]:
    """The pages that a long listing goes on over."""
    pages = {}
    for name, first in _parts(listing):
        rows = listing.rows[first : first + MOST_LISTED]
        group = _Group(listing.anchor, listing.heading, listing_html(listing, rows, say))
        pages[name] = render(
            "index.html.j2",
            title=_span(first, listing, say),
            say=say,
            frame=replace(frame, trail=[*frame.trail, Link(title, INDEX)], downloads=()),
            sample=sample,
            facts={},
            figures=[],
            state="",
            failed=[],
            groups=[group],
        )
    return pages


__all__ = [
    "HEADLINES",
    "Entry",
    "Figure",
    "Status",
    "check_index_facts",
    "headline_figures",
    "render_index",
]
