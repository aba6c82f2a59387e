"""The templates, the style sheet and the script that every page of the site shares."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined

from perfanalysis.report.markup import clean
from perfanalysis.report.text import Texts

_SEARCH_WORDS = ("label", "results", "count", "none", "more", "broken")


@dataclass(frozen=True, slots=True)
class Link:
    """A page of the site and what the link reads."""

    text: str
    href: str


@dataclass(frozen=True, slots=True)
class Frame:
    """What surrounds a page.

    Attributes
    ----------
    trail : sequence of Link
        The pages above this one, outermost first.
    previous, following : Link or None
        Neighbours of the same kind.
    downloads : sequence of Link
        Files with the same content, or with its data.
    root : str
        The way up to the folder of all years, e.g. ``../``; empty where the folder of the page
        stands for itself.
    folder : str
        From there down to the folder of the page, e.g. ``2021``.
    """

    trail: Sequence[Link] = ()
    previous: Link | None = None
    following: Link | None = None
    downloads: Sequence[Link] = ()
    root: str = ""
    folder: str = ""


def assets() -> dict[str, str]:
    """Files that stand beside the pages: name to content."""
    return {
        "script.js": source("script.js"),
        "search.js": source("search.js"),
        "style.css": source("content.css") + source("site.css"),
    }


def render(
    template: str,
    *,
    title: str,
    say: Texts,
    frame: Frame,
    searchable: bool = True,
    **values: Any,
) -> str:
    """Fill a template of the site; every value is escaped unless it is Markup.

    A searchable page is one of the folder that `report.search.search_files` were made for.
    """
    words = {key: say(f"search-{key}") for key in _SEARCH_WORDS}
    page = environment().get_template(template)
    return page.render(
        title=clean(title),
        say=say,
        trail=frame.trail,
        previous=frame.previous,
        following=frame.following,
        downloads=frame.downloads,
        root=frame.root,
        folder=frame.folder,
        searchable=searchable,
        search_words=json.dumps(words, ensure_ascii=False),
        **{"contents": (), **values},
    )


@cache
def environment() -> Environment:
    """Return the Jinja environment: everything escaped, an unknown name is an error."""
    return Environment(
        loader=FunctionLoader(source),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_cleaned,
        keep_trailing_newline=True,
    )


@cache
def source(name: str) -> str:
    """Return a file of ``templates/``."""
    return (files("perfanalysis.report") / "templates" / name).read_text("utf-8")


def _cleaned(value: Any) -> Any:
    return value if hasattr(value, "__html__") else clean(value)


__all__ = ["Frame", "Link", "assets", "environment", "render", "source"]
