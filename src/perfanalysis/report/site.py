"""From an executed notebook to a page of the site.

Only what `report.page` showed is printed; code, prompts and Markdown cells never are.
`report.exporter` offers the same to ``jupyter nbconvert``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup
from nbformat import NotebookNode

from perfanalysis.errors import ReportError
from perfanalysis.report.index import Entry, check_index_facts, render_index
from perfanalysis.report.markup import named_references, settle_references
from perfanalysis.report.page import METADATA
from perfanalysis.report.places import places_of
from perfanalysis.report.templating import Frame, Link, assets, render
from perfanalysis.report.text import Lang, texts

MOST_BYTES = 600_000


@dataclass(frozen=True, slots=True)
class Heading:
    """One line of the contents."""

    anchor: str
    heading: str
    level: int


@dataclass(frozen=True, slots=True)
class PageFacts:
    """What an executed notebook says about its page.

    Attributes
    ----------
    title : str
    notebook : str
    lang : {"zh", "en"}
    sample : bool
        Whether the data is made up.
    facts : mapping of str to str
        What stands under the title.
    listing : mapping of str to plain value
        Figures by which the index lists the page.
    headline : mapping of str to (mapping of str to plain value)
        Figures of the whole that stand at the top of the index.
    members : tuple of (mapping of str to plain value)
        What the index lists of what the page is about; see `Page.header`.
    places : tuple of str
        Which of the questions in `report.places` it answers.
    findings, notices : tuple of str
    contents : tuple of Heading
    names : mapping of str to str
        Anchor of each table and figure to its number, e.g. 表1.
    captions : mapping of str to str
        Anchor to caption.
    """

    title: str
    notebook: str
    lang: Lang
    sample: bool
    facts: Mapping[str, str]
    listing: Mapping[str, Any]
    headline: Mapping[str, Mapping[str, Any]]
    members: tuple[Mapping[str, Any], ...]
    places: tuple[str, ...]
    findings: tuple[str, ...]
    notices: tuple[str, ...]
    contents: tuple[Heading, ...]
    names: Mapping[str, str]
    captions: Mapping[str, str]


def render_page(notebook: NotebookNode, *, frame: Frame | None = None) -> str:
    """Return the page of an executed notebook.

    Parameters
    ----------
    notebook : NotebookNode
        As papermill left it; title, language and the rest are what its cells showed.
    frame : Frame, optional
        Breadcrumbs and neighbours.

    Raises
    ------
    ReportError
        If a cell failed or printed something past `report.page`, the page has no title, the
        text cites a table or figure that is not there, or the page is larger than 600 kB.
    """
    pieces = list(pieces_of(notebook))
    facts = _facts([about for about, _ in pieces])
    html = render(
        "page.html.j2",
        title=facts.title,
        say=texts("common", facts.lang),
        frame=frame or Frame(),
        contents=facts.contents,
        pieces=[Markup(settle_references(body, facts.names)) for _, body in pieces],
    )
    if len(html.encode()) > MOST_BYTES:
        raise ReportError(
            f"页面“{facts.title}”有{len(html.encode()) // 1000}kB，超过{MOST_BYTES // 1000}kB。"
            "请减少行数或图的数量，其余放入数据表。"
        )
    return html


def page_facts(notebook: NotebookNode) -> PageFacts:
    """Return what an executed notebook says about its page."""
    return _facts([about for about, _ in pieces_of(notebook)])


def render_failure(
    *,
    title: str,
    notebook: str,
    error: str,
    message: str,
    lang: Lang = "zh",
    sample: bool = False,
    cell: int | None = None,
    source: str = "",
    traceback: str = "",
    parameters: Mapping[str, object] | None = None,
    command: str = "",
    frame: Frame | None = None,
) -> str:
    """Return the page that stands where a report could not be made.

    Parameters
    ----------
    title : str
        Title of the report.
    notebook : str
    error, message : str
        Name of the exception, and what it says.
    cell : int, optional
        Number of the failing cell, from 1.
    source, traceback : str
        The cell, and the trace without colour codes.
    parameters : mapping, optional
    command : str
        Command that makes this one report again.
    """
    say = texts("common", lang)
    return render(
        "failure.html.j2",
        title=say("failure-title", title=title),
        say=say,
        frame=frame or Frame(),
        sample=sample,
        notebook=notebook,
        error=error,
        message=message,
        cell=cell,
        source=source,
        traceback=traceback,
        parameters={name: str(value) for name, value in (parameters or {}).items()},
        command=command,
    )


def _facts(pieces: Sequence[Mapping[str, Any]]) -> PageFacts:
    heads = [about for about in pieces if about["role"] == "header"]
    if len(heads) != 1:
        raise ReportError(f"笔记本应调用一次 page.header，实际为{len(heads)}次。")
    head = heads[0]
    numbered = [about for about in pieces if about["role"] in ("table", "figure")]
    names = {about["anchor"]: about["name"] for about in numbered}
    return PageFacts(
        title=head["title"],
        notebook=head["notebook"],
        lang=head["lang"],
        sample=head["sample"],
        facts=head["facts"],
        listing=head["listing"],
        headline=head["headline"],
        members=tuple(head["members"]),
        places=places_of(head["notebook"], names),
        findings=tuple(
            named_references(sentence, names)
            for about in pieces
            for sentence in about.get("sentences", ())
        ),
        notices=tuple(
            named_references(about["text"], names) for about in pieces if about["role"] == "notice"
        ),
        contents=tuple(
            Heading(about["anchor"], named_references(about["heading"], names), about["level"])
            for about in pieces
            if "heading" in about and about["level"] <= 3
        ),
        names=names,
        captions={about["anchor"]: about["caption"] for about in numbered},
    )


def pieces_of(notebook: NotebookNode) -> Iterator[tuple[Mapping[str, Any], str]]:
    """Yield what `report.page` showed, in order: its metadata and its HTML."""
    for number, cell in enumerate(notebook.cells, start=1):
        for output in cell.get("outputs", ()):
            about = output.get("metadata", {}).get(METADATA)
            if about is not None:
                if about["role"] != "style":
                    yield about, output["data"]["text/html"]
            elif output.output_type == "error":
                raise ReportError(f"第{number}个单元格出错：{output.ename}: {output.evalue}")
            elif output.output_type != "stream" or output.name == "stdout":
                raise ReportError(
                    f"第{number}个单元格输出了未经 page 排版的内容，不能发布。"
                    "请改用 page.table、page.figure 或 page.paragraph，并去掉单元格末尾的裸表达式。"
                )


__all__ = [
    "MOST_BYTES",
    "Entry",
    "Frame",
    "Heading",
    "Link",
    "PageFacts",
    "assets",
    "check_index_facts",
    "page_facts",
    "render_failure",
    "render_index",
    "render_page",
]
