"""The entry page over the work years, and how a page finds the same report of another year."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from markupsafe import Markup

from perfanalysis.report import INDEX
from perfanalysis.report.columns import text_col
from perfanalysis.report.index import HEADLINES, headline_figures
from perfanalysis.report.listings import Entry
from perfanalysis.report.tables import Table, printed_rows, table_element
from perfanalysis.report.templating import Frame, render
from perfanalysis.report.text import Lang, Texts, texts

YEARS_SCRIPT = "years.js"


@dataclass(frozen=True, slots=True)
class Edition:
    """One published folder.

    Attributes
    ----------
    folder : str
        Relative to the folder of the reports, with ``/``: ``2021``, ``2021/en``, ``2021-public``.
    work_year : int
    lang : {"zh", "en"}
    edition : {"internal", "public"}
    title : str
    sample : bool
        Whether its data is made up.
    money : tuple of (str, number)
        Unit and scale of money as suite.toml gave them.
    entries : tuple of Entry
        Its pages.
    """

    folder: str
    work_year: int
    lang: Lang
    edition: str
    title: str
    sample: bool
    money: tuple[str, Any]
    entries: tuple[Entry, ...]


def years_page(lang: Lang) -> str:
    """File name of the entry page of a language."""
    return INDEX if lang == "zh" else f"index-{lang}.html"


def render_years(editions: Sequence[Edition], lang: Lang) -> str:
    """Return the entry page: a column a work year, newest first, then every edition.

    Parameters
    ----------
    editions : sequence of Edition
        At least one.
    lang : {"zh", "en"}
        Of the page's own words.
    """
    say = texts("common", lang)
    ordered = sorted(editions, key=lambda each: (-each.work_year, each.folder))
    by_year: dict[int, Edition] = {}
    for each in sorted(ordered, key=lambda each: (each.edition != "internal", each.lang != lang)):
        by_year.setdefault(each.work_year, each)
    chosen = [by_year[year] for year in sorted(by_year, reverse=True)]
    return render(
        "years.html.j2",
        title=say("years-title"),
        say=say,
        frame=Frame(),
        searchable=False,
        sample=any(each.sample for each in editions),
        table=_table(chosen, lang, say),
        editions=[
            {
                "href": f"{each.folder}/{INDEX}",
                "lang": texts("common", each.lang)("html-lang"),
                "title": each.title,
                "about": _about(each, say),
            }
            for each in ordered
        ],
    )


def years_script(editions: Sequence[Edition]) -> str:
    """Return the script that tells a page in which other folders it stands."""
    content = [
        {
            "folder": each.folder,
            "title": each.title,
            "lang": texts("common", each.lang)("html-lang"),
            "pages": [INDEX, *(entry.href for entry in each.entries)],
        }
        for each in sorted(editions, key=lambda each: (-each.work_year, each.folder))
        if each.edition == "internal"
    ]
    return f"yearsData({json.dumps(content, ensure_ascii=False, separators=(',', ':'))});\n"


def _about(edition: Edition, say: Texts) -> str:
    failed = sum(entry.status == "failed" for entry in edition.entries)
    key = f"years-{edition.edition}"
    return say(f"{key}-failed" if failed else key, n=len(edition.entries), failed=failed)


def _table(editions: Sequence[Edition], lang: Lang, say: Texts) -> Markup:
    """The figures of the years side by side: a column a year, a row where any has the figure."""
    years = {f"y{each.work_year}": _figures(each, lang) for each in editions}
    used = [key for key in HEADLINES if any(key in figures for figures in years.values())]
    columns = {"figure": text_col(say("years-year"))} | {
        f"y{each.work_year}": text_col(say("years-row", year=each.work_year)) for each in editions
    }
    rows: list[dict[str, str | None]] = [
        {
            "figure": say(f"headline-{key}-column"),
            **{name: figures.get(key) for name, figures in years.items()},
        }
        for key in used
    ]
    frame = pd.DataFrame(rows, columns=list(columns), dtype="object")
    table = Table(frame, columns, caption=say("years-title"))
    body = table_element(table, printed_rows(table, say), None, say, label="figures")
    return Markup(body)


def _figures(edition: Edition, lang: Lang) -> Mapping[str, str]:
    unit, scale = edition.money
    own = texts("common", lang, money_unit=unit, money_scale=scale)
    return {figure.key: figure.value for figure in headline_figures(edition.entries, own)}


__all__ = ["YEARS_SCRIPT", "Edition", "render_years", "years_page", "years_script"]
