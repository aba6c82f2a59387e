"""What a notebook shows, in order: every argument is plain text, numbered and escaped here.

In JupyterLab the pieces look as they will on the published page; `report.site` reads them
off the executed notebook by the ``perfanalysis`` metadata that each one carries.
"""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from IPython.display import display

from perfanalysis.errors import ReportError
from perfanalysis.report.canvas import Chart, image_of
from perfanalysis.report.columns import WITHHELD, Column, text_col
from perfanalysis.report.formats import is_missing
from perfanalysis.report.keeper import Keeper
from perfanalysis.report.markup import check_anchor, html, reference, with_references
from perfanalysis.report.public import Public, public_headline
from perfanalysis.report.sentence import Sentence
from perfanalysis.report.tables import (
    MOST_ROWS,
    Table,
    check_total,
    printed_rows,
    table_element,
    table_html,
)
from perfanalysis.report.templating import source
from perfanalysis.report.text import Lang, texts

METADATA = "perfanalysis"
MOST_FINDINGS = 6


class Page:
    """The page that a notebook builds, piece by piece.

    Parameters
    ----------
    notebook : str
        Name of the notebook, e.g. ``30_unit``; also of its file in ``texts/``, if it has one.
    lang : {"zh", "en"}
    sample : bool
        Whether the data is made up; the page then says so.
    money_unit, money_scale : str, number
        Unit of money as suite.toml gives it; printed money = value × scale.
    public : Public, optional
        What the public edition may show; everything in the internal one.
    """

    def __init__(
        self,
        notebook: str,
        *,
        lang: Lang = "zh",
        sample: bool = False,
        money_unit: str = "万元",
        money_scale: Any = 1,
        public: Public | None = None,
    ) -> None:
        self.notebook = notebook
        self.sample = sample
        self._say = texts("common", lang, money_unit=money_unit, money_scale=money_scale)
        self._keeper = Keeper(public) if public else None
        self._names: dict[str, str] = {}
        self._anchors: set[str] = set()
        self._cited: set[str] = set()
        self._counts = {"table": 0, "figure": 0}
        self._level = 1

    @property
    def lang(self) -> Lang:
        """Language of the page."""
        return self._say.lang

    @property
    def money_unit(self) -> str:
        """Unit of money as printed."""
        return self._say.money_unit

    def header(
        self,
        title: str,
        facts: Mapping[str, str] | None = None,
        *,
        listing: Mapping[str, Any] | None = None,
        headline: Mapping[str, Mapping[str, Any]] | None = None,
        members: Sequence[Mapping[str, Any]] = (),
    ) -> None:
        """Show the title and who, what and when.

        Parameters
        ----------
        title : str
        facts : mapping of str to str
            Label to value, shown under the title.
        listing : mapping of str to plain value
            Figures by which the index of the work year lists this page, not rounded.
        headline : mapping of str to (mapping of str to plain value), optional
            Figures of the whole that stand at the top of the index: key of a ``headline-…``
            sentence of the common texts to its values, as the page itself prints them.
        members : sequence of (mapping of str to plain value), optional
            What the index lists of what this page is about, e.g. its projects: ``name``,
            ``anchor`` of its row on this page, ``flags`` (codes), and figures as in `listing`.
        """
        if self._level != 1 or "top" in self._anchors:
            raise ReportError("一个页面只能有一个题头，且须在各节之前。")
        self._anchor("top")
        if os.environ.get("PERFANALYSIS_STYLE") != "beside":  # the suite has a file for all pages
            self._emit(f"<style>{source('content.css')}</style>", "style")
        banner = f'<p class="sample">{html(self._say("sample"))}</p>' if self.sample else ""
        rows = "".join(
            f"<div><dt>{html(label)}</dt><dd>{html(value)}</dd></div>"
            for label, value in (facts or {}).items()
        )
        body = f'<dl class="facts">{rows}</dl>' if rows else ""
        edition = ""
        if self._keeper:
            edition = ' data-edition="public"'
            banner += f'<p class="sample">{html(self._say("edition-public"))}</p>'
            headline = public_headline(headline or {}, self._keeper.public)
            members = [each for each in members if WITHHELD not in each.values()]
        self._emit(
            f'<header class="head" id="top"{edition}>{banner}<h1>{html(title)}</h1>{body}</header>',
            "header",
            title=title,
            lang=self.lang,
            sample=self.sample,
            notebook=self.notebook,
            facts=dict(facts or {}),
            listing=_plain(listing or {}),
            headline={key: _plain(values) for key, values in (headline or {}).items()},
            members=[_plain(member) for member in members],
        )

    def findings(self, sentences: Sequence[str]) -> None:
        """Show the main points: one to six sentences, what happened and why it matters."""
        if not 0 < len(sentences) <= MOST_FINDINGS:
            raise ReportError(
                f"要点应为1至{MOST_FINDINGS}条，现有{len(sentences)}条。请合并或取舍。"
            )
        heading = self._say("findings")
        self._anchor("findings")
        items = "".join(f'<li class="finding">{self._inline(text)}</li>' for text in sentences)
        self._level = 2
        self._emit(
            f'<h2 id="findings">{html(heading)}</h2><ul class="findings">{items}</ul>',
            "findings",
            anchor="findings",
            heading=heading,
            level=2,
            sentences=list(sentences),
        )
        self._numbers([each for each in sentences if isinstance(each, Sentence)])

    def section(self, heading: str, anchor: str, *, level: int = 2) -> None:
        """Start a section; its heading is the finding where there is one."""
        if not 2 <= level <= min(4, self._level + 1):
            raise ReportError(
                f"标题“{heading}”的级别 {level} 越级：上一级标题是 {self._level} 级。"
            )
        self._anchor(anchor)
        self._level = level
        self._emit(
            f'<h{level} id="{anchor}">{self._inline(heading)}</h{level}>',
            "section",
            anchor=anchor,
            heading=heading,
            level=level,
        )

    def paragraph(self, text: str) -> None:
        """Show text; a blank line starts a new paragraph."""
        parts = [part for part in text.split("\n\n") if part.strip()]
        self._emit("".join(f"<p>{self._inline(part)}</p>" for part in parts), "paragraph")

    def items(self, sentences: Sequence[str], *, ordered: bool = False) -> None:
        """Show a list, numbered where the order matters."""
        if not sentences:
            raise ReportError("空的列表不能印出；请改用一句话说明没有。")
        tag = "ol" if ordered else "ul"
        body = "".join(f"<li>{self._inline(text)}</li>" for text in sentences)
        self._emit(f"<{tag}>{body}</{tag}>", "items")

    def notice(self, text: str) -> None:
        """Show what the reader must know before using the page, e.g. a rule not verified."""
        self._emit(f'<p class="notice">{self._inline(text)}</p>', "notice", text=text)

    def table(
        self,
        frame: pd.DataFrame,
        *,
        caption: str,
        columns: Mapping[str, Column],
        unit: str = "",
        total: Mapping[str, Any] | None = None,
        notes: Sequence[str] = (),
        source: str = "",
        group: str = "",
        anchor: str = "",
        row_anchor: str = "",
    ) -> None:
        """Show a numbered table.

        Parameters
        ----------
        frame : DataFrame
        caption : str
            Neutral name; the number is put before it.
        columns : mapping of str to Column
            Column of the frame to how it is shown; the first is the row's header.
        unit : str
            Unit at the right above the table; leave it out for money.
        total : mapping of str to value, optional
            Last row, computed apart from the rows; refused if the rows do not add to it.
        notes, source : sequence of str, str
        group : str
            Column, not shown, whose rows stand together under its text and their sums.
        anchor : str
            Stable id for links; ``table-1`` and so on if left out.
        row_anchor : str
            Column, not shown, with a stable id for each row; see `report.markup.row_anchor`.
        """
        table = Table(frame, columns, caption, unit, total, tuple(notes), source, group, row_anchor)
        for each in frame[row_anchor][:MOST_ROWS] if row_anchor else ():
            self._anchor(each)
        number, anchor = self._number("table", anchor)
        if self._keeper:
            check_total(table, self._say)
            table = self._keeper.table(table, number)
        body = table_html(table, number=number, anchor=anchor, say=self._say)
        self._emit(body, "table", anchor=anchor, name=number, caption=caption)

    def figure(self, chart: Chart, *, anchor: str = "") -> None:
        """Show a numbered chart with its alternative text and its numbers.

        The public edition has a sentence in its place where the chart shows what is held back.
        """
        if not chart.alt.strip() or not chart.caption.strip():
            raise ReportError("图必须有图题和替代文字（alt）。")
        number, anchor = self._number("figure", anchor)
        if self._keeper and self._keeper.hides(chart, number):
            return self._left_out(chart, number, anchor)
        mime, data = image_of(chart)
        encoded = base64.b64encode(data).decode()
        caption = html(self._say("caption", number=number, name=chart.caption))
        note = f'<p class="note">{html(chart.note)}</p>' if chart.note else ""
        self._emit(
            f'<div class="chart" id="{anchor}"><figure>'
            f'<div class="chart-box" role="region" tabindex="0" aria-label="{html(number)}">'
            f'<img alt="{html(chart.alt)}" src="data:{mime};base64,{encoded}"></div>'
            f"<figcaption>{caption}</figcaption></figure>{note}{self._data(chart, number, anchor)}"
            "</div>",
            "figure",
            anchor=anchor,
            name=number,
            caption=chart.caption,
        )

    def reproduction(self, rows: Mapping[str, str]) -> None:
        """Show what is needed to make the same page again: versions, inputs, seed.

        In the public edition, what the page left out and why stands before it.
        """
        if self._keeper:
            self.section(self._say("left-heading"), "withheld")
            self.items(self._keeper.sentences(self._say))
        heading = self._say("reproduction")
        self._anchor("reproduction")
        self._level = 2
        body = "".join(
            f"<div><dt>{html(label)}</dt><dd>{html(value)}</dd></div>"
            for label, value in rows.items()
        )
        self._emit(
            f'<h2 id="reproduction">{html(heading)}</h2><dl class="facts">{body}</dl>',
            "section",
            anchor="reproduction",
            heading=heading,
            level=2,
        )

    def ref(self, anchor: str) -> str:
        """Return text that reads 表1 or 图2 and links there; the table may come later."""
        self._cited.add(anchor)
        return reference(anchor)

    def _left_out(self, chart: Chart, number: str, anchor: str) -> None:
        """Say where a figure would stand that the public edition does not show."""
        caption = html(self._say("caption", number=number, name=chart.caption))
        text = html(self._say("left-figure-here"))
        self._emit(
            f'<p class="notice" id="{anchor}">{caption}　{text}</p>',
            "figure",
            anchor=anchor,
            name=number,
            caption=chart.caption,
        )

    def _data(self, chart: Chart, number: str, anchor: str) -> str:
        table = Table(chart.data, chart.columns, chart.caption)
        rows = printed_rows(table, self._say)[:MOST_ROWS]
        body = table_element(table, rows, None, self._say, label=f"{anchor}-data")
        summary = self._say("figure-data", number=number)
        if any(column.kind == "money" for column in chart.columns.values()):
            summary = self._say("header-unit", label=summary, unit=self.money_unit)
        return f'<details><summary id="{anchor}-data">{html(summary)}</summary>{body}</details>'

    def _numbers(self, sentences: Sequence[Sentence]) -> None:
        """Show what the numbers of the main points were before rounding.

        For who checks them, and for `suite.diff`. The public edition has them as printed only.
        """
        if self._keeper:
            return
        rows = pd.DataFrame(
            [
                (each.clause(one), each[one.start : one.end], f"{float(one.value):.10g}")
                for each in sentences
                for one in each.numbers
            ],
            columns=["clause", "printed", "unrounded"],
        )
        if rows.empty:
            return
        columns = {name: text_col(self._say(f"point-{name}")) for name in rows}
        table = Table(rows, columns, self._say("point-numbers"))
        printed = printed_rows(table, self._say)
        body = table_element(table, printed, None, self._say, label="findings-data")
        summary = f'<summary id="findings-data">{html(table.caption)}</summary>'
        self._emit(f'<details class="numbers">{summary}{body}</details>', "numbers")

    def _number(self, kind: str, anchor: str) -> tuple[str, str]:
        self._counts[kind] += 1
        number = self._say(f"{kind}-number", n=self._counts[kind])
        anchor = anchor or f"{kind}-{self._counts[kind]}"
        self._anchor(anchor)
        self._names[anchor] = number
        return number, anchor

    def _anchor(self, anchor: str) -> None:
        if check_anchor(anchor) in self._anchors:
            raise ReportError(f"锚点 {anchor} 在本页用了两次；每个锚点只能用一次。")
        self._anchors.add(anchor)

    def _inline(self, text: str) -> str:
        pending = self._say("pending-reference")

        def name_of(anchor: str) -> str | None:
            return self._names.get(anchor, pending) if anchor in self._cited else None

        return with_references(text, name_of)

    def _emit(self, body: str, role: str, **facts: Any) -> None:
        metadata = {METADATA: {"role": role, **facts}}
        display({"text/html": str(body)}, raw=True, metadata=metadata)  # type: ignore[no-untyped-call]


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return values as JSON has them; NumPy numbers become Python's, missing ones null."""
    shown: dict[str, Any] = {}
    for key, value in values.items():
        plain = value.item() if hasattr(value, "item") else value
        shown[key] = None if not isinstance(plain, list) and is_missing(plain) else plain
    try:
        return dict(json.loads(json.dumps(shown, allow_nan=False)))
    except (TypeError, ValueError) as error:
        raise ReportError(f"目录数据只能是文字、数字或空值：{shown!r}。") from error


__all__ = ["METADATA", "Page"]
