"""A search index of published pages that finds Chinese words in unsegmented text, from a file.

The pages themselves are read: titles, headings, main points, captions and what names a row (units,
projects, indicators). Scripts that a page loads when somebody searches hold

- ``search-pages.js``: every page, and over how many files the rest is spread;
- ``search-words-<n>.js``: term to the pages that have it, spread by the term's first character;
- ``search-text-<n>.js``: the texts of some pages one after the other.

A term is a pair of neighbouring Chinese characters, the last character of a run of them, or a word
of other letters and digits. So whatever is typed is found as the beginning of a term, in one file.
A page that has all the terms is then searched for the very words in its texts.
"""

from __future__ import annotations

import html
import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

MOST_BYTES = 250_000
"""Of one file, about; a larger index is spread over more of them."""

_CJK = "\u3005\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_RUN = re.compile(f"([{_CJK}]+)|((?:(?![{_CJK}])[^\\W_])+)")
_PIECE = re.compile(
    r'<(h1|h2|h3|h4|figcaption)(?: id="([^"]*)")?>(.*?)</\1>'
    r'|<(figure|div) class="(table|chart)" id="([^"]*)">'
    r'|<(li) class="finding">(.*?)</li>'
    r'|<(tr) id="([^"]*)">'
    r'|<(th) scope="row(?:group)?"[^>]*>(.*?)</th>',
    re.DOTALL,
)
_ASIDE = re.compile(
    r'<tfoot>.*?</tfoot>| <span class="(?:rows|unit)">.*?</span>'
    r'|<details class="numbers">.*?</details>',
    re.DOTALL,
)
_TAG = re.compile(r"<[^>]*>")
# The script has the same digits: the first half ends a number, the other half goes on.
_DIGITS = "".join(chr(code) for code in range(35, 127) if chr(code) not in "\\<&'")
_HALF = len(_DIGITS) // 2


@dataclass(slots=True)
class Section:
    """Texts that stand under one heading, table or figure.

    Attributes
    ----------
    anchor, heading : str
    texts : list of (str, str)
        Text, and the anchor of its row; empty where that of the section is meant.
    """

    anchor: str
    heading: str
    texts: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class PageText:
    """What of a page can be searched."""

    title: str
    sections: tuple[Section, ...]


def page_text(page: str) -> PageText:
    """Read what can be searched off a page of ours.

    Parameters
    ----------
    page : str
        HTML as `report.site` makes it.
    """
    title, row, drawn = "", "", False
    sections = [Section("", "")]
    for match in _PIECE.finditer(_ASIDE.sub("", page)):
        kind = match[1] or match[4] or match[7] or match[9] or match[11]
        if kind == "h1":
            title = _plain(match[3])
        elif kind == "figcaption":
            sections[-1].heading = _plain(match[3])
        elif kind in ("figure", "div"):
            drawn = match[5] == "chart"
            sections.append(Section(match[6], ""))
        elif kind == "tr":
            row = match[10]
        elif kind in ("li", "th"):
            if not (kind == "th" and drawn):
                sections[-1].texts.append((_plain(match[8] or match[12]), row))
            row = ""
        else:
            drawn = False
            sections.append(Section(match[2] or "", _plain(match[3])))
    for section in sections:
        section.texts = list({text: (text, anchor) for text, anchor in section.texts}.values())
    return PageText(title, tuple(each for each in sections if each.heading or each.texts))


def search_files(pages: Mapping[str, str]) -> dict[str, str]:
    """Return the files of the index.

    Parameters
    ----------
    pages : mapping of str to str
        File name to HTML, in the order in which pages that match equally are shown.

    Returns
    -------
    dict of str to str
        File name to script.
    """
    texts = [page_text(page) for page in pages.values()]
    chunks, starts = _chunks([_as_rows(each) for each in texts])
    postings = _postings(pages, texts)
    size = sum(len(term.encode()) + len(where) + 6 for term, where in postings.items())
    shards = 1 + size // MOST_BYTES
    about = {
        "pages": [[href, text.title] for href, text in zip(pages, texts, strict=True)],
        "starts": starts,
        "shards": shards,
    }
    words: list[dict[str, str]] = [{} for _ in range(shards)]
    for term, where in postings.items():
        words[ord(term[0]) % shards][term] = where
    return {
        "search-pages.js": _script("pages", about),
        **{f"search-words-{n}.js": _script(f"words-{n}", each) for n, each in enumerate(words)},
        **{f"search-text-{n}.js": _script(f"text-{n}", each) for n, each in enumerate(chunks)},
    }


def normal(text: str) -> str:
    """Text as it is compared: without width and case."""
    return unicodedata.normalize("NFKC", text).lower()


def terms(text: str) -> Iterator[str]:
    """Yield the terms of a text.

    >>> list(terms("预算执行率 P005-01"))
    ['预算', '算执', '执行', '行率', '率', 'p005', '01']
    """
    for run, word in _RUN.findall(normal(text)):
        if word:
            yield word
        else:
            yield from (run[at : at + 2] for at in range(len(run)))


def packed(numbers: Sequence[int]) -> str:
    """Write ascending whole numbers as the steps between them, most in one character.

    >>> packed([0, 1, 2, 300])
    '###t+'
    """
    shown, before = [], -1
    for number in numbers:
        step, before = number - before - 1, number
        while step >= _HALF:
            shown.append(_DIGITS[_HALF + step % _HALF])
            step //= _HALF
        shown.append(_DIGITS[step])
    return "".join(shown)


def _postings(names: Iterable[str], texts: Sequence[PageText]) -> dict[str, str]:
    """Term to the numbers of the pages that have it, packed; sorted by term.

    A page is also found by its file name, which holds the id of the unit or project.
    """
    found: dict[str, list[int]] = {}
    for number, (name, page) in enumerate(zip(names, texts, strict=True)):
        said = [page.title, name]
        for section in page.sections:
            said += [section.heading, *(text for text, _ in section.texts)]
        for term in set(terms("\n".join(said))):
            found.setdefault(term, []).append(number)
    return {term: packed(found[term]) for term in sorted(found)}


def _as_rows(page: PageText) -> list[object]:
    """A page as the script reads it; a text alone where its row has no anchor."""
    return [
        [
            section.anchor,
            section.heading,
            [[text, anchor] if anchor else text for text, anchor in section.texts],
        ]
        for section in page.sections
    ]


def _chunks(pages: Sequence[object]) -> tuple[list[list[object]], list[int]]:
    """Pages in lots of about `MOST_BYTES`, and the number of each lot's first page."""
    chunks: list[list[object]] = [[]]
    starts, size = [0], 0
    for number, page in enumerate(pages):
        length = len(json.dumps(page, ensure_ascii=False).encode())
        if chunks[-1] and size + length > MOST_BYTES:
            chunks.append([])
            starts.append(number)
            size = 0
        chunks[-1].append(page)
        size += length
    return chunks, starts


def _script(name: str, content: object) -> str:
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return f'searchData("{name}",{text});\n'


def _plain(fragment: str) -> str:
    return html.unescape(_TAG.sub("", fragment)).strip()


__all__ = [
    "MOST_BYTES",
    "PageText",
    "Section",
    "normal",
    "packed",
    "page_text",
    "search_files",
    "terms",
]
