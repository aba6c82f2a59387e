"""Read one form from its layout."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache

from perfanalysis.data.findings import Finding, Where
from perfanalysis.data.forms_cells import CellReader
from perfanalysis.data.forms_funds import read_funds
from perfanalysis.data.forms_grid import distinct
from perfanalysis.data.forms_indicators import read_indicators
from perfanalysis.data.forms_layout import Layout
from perfanalysis.data.forms_model import Form, FormIndicator, FundLine
from perfanalysis.data.forms_text import plain, said
from perfanalysis.data.forms_values import read_number
from perfanalysis.data.forms_words import LONGEST, is_whole_unit, words_of, year_in

_GRADE = re.compile(r"([优良中差])(?:秀|好|等)?")
_GRADE_AFTER = re.compile(r"(?:等级|结论):?([优良中差])")
_OTHER_DATE = re.compile(r"日期|时间|字〔")
_STAMP = re.compile(r"[（(](?:盖章|公章|签章|加盖公章|章)[）)]")


def read_form(layout: Layout) -> tuple[Form, list[Finding]]:
    """Read a form; what cannot be taken is left empty, with a finding each."""
    reader = CellReader(layout.grid)
    total = _total(layout, reader)
    names = {kind: _name(layout, kind) for kind in ("project", "unit", "dept")}
    titles = [cell.text for cell in layout.titles]
    funds, indicators = _execution_moved(
        read_funds(layout, reader), read_indicators(layout, reader)
    )
    form = Form(
        where=_first(layout),
        year=_year(layout),
        whole_unit=any(map(is_whole_unit, [*titles, names["project"]])),
        project=names["project"],
        unit=names["unit"],
        dept=names["dept"],
        project_where=_label_where(layout, "project"),
        unit_where=_label_where(layout, "unit"),
        objective=_goal(layout, "goal", reader),
        objective_result=_goal(layout, "goal_actual", reader),
        funds=funds,
        indicators=indicators,
        has_total=layout.total >= 0,
        total_points=total[0],
        total_score=total[1],
        grade=_grade(layout),
        total_where=_total_where(layout),
    )
    return form, reader.findings


def _execution_moved(
    funds: tuple[FundLine, ...], indicators: tuple[FormIndicator, ...]
) -> tuple[tuple[FundLine, ...], tuple[FormIndicator, ...]]:
    """Budget execution written as a level-1 indicator is what other forms have beside the total.

    Only where the total row has no points of its own: else they would count twice.
    """
    rows = [row for row in indicators if row.level1 == "execution"]
    total = next((line for line in funds if line.source == "total"), None)
    if len(rows) != 1 or (total is not None and total.points is not None):
        return funds, indicators
    row = rows[0]
    line = total or FundLine("total", "", None, None, None, None, None, None, row.where)
    moved = replace(line, points=row.points, score=row.score)
    others = tuple(each for each in funds if each is not total)
    return (moved, *others), tuple(each for each in indicators if each is not row)


def _first(layout: Layout) -> Where:
    for row in layout.grid.rows[layout.start : layout.end]:
        for cell in row:
            if cell.text:
                return layout.grid.where(cell)
    return layout.grid.where()


def _label_where(layout: Layout, kind: str) -> Where:
    if kind in layout.labels:
        return layout.grid.where(layout.labels[kind][0])
    return _first(layout)


def _name(layout: Layout, kind: str) -> str:
    text = layout.labels[kind][1] if kind in layout.labels else ""
    return _STAMP.sub("", said(text)).strip()


def _year(layout: Layout) -> int | None:
    """From the label 年度, else from a short text above the first block."""
    if "year" in layout.labels and (year := year_in(f"{layout.labels['year'][1]}年")):
        return year
    blocks = [row for row in (layout.funds_head, layout.indicators_head) if row >= 0]
    names = {id(cell) for cell, _ in layout.labels.values()}
    texts = [
        cell.text
        for line in layout.lines[layout.start : min(blocks, default=layout.end)]
        for cell, _ in line
        if len(cell.text) <= LONGEST and id(cell) not in names
    ]
    texts += [text for text in reversed(layout.grid.preamble) if len(text) <= LONGEST]
    dated = [text for text in texts if year_in(text) and not _OTHER_DATE.search(text)]
    dated.sort(key=lambda text: "年度" not in text)
    return year_in(dated[0]) if dated else None


def _goal(layout: Layout, kind: str, reader: CellReader) -> str:
    """The text under (or, where nothing is under it, beside) the head of a goal."""
    head = layout.goals.get(kind)
    if head is None or head.bottom + 1 >= len(layout.grid.rows):
        return ""
    below = layout.at(head.bottom + 1, head.col)
    is_text = below.row == head.bottom + 1 and not words_of(below.text).label
    if below.row >= layout.indicators_head >= 0 or not is_text:
        return ""
    return reader.text(below, "年度总体目标")


def _total(layout: Layout, reader: CellReader) -> tuple[Decimal | None, Decimal | None]:
    """Points and score of the total row."""
    points = _of_total(layout, "points", "总分值", reader)
    score = _of_total(layout, "score", "总得分", reader)
    return points, _inline_total(layout) if points is None and score is None else score


def _of_total(layout: Layout, kind: str, label: str, reader: CellReader) -> Decimal | None:
    column = layout.indicators.get(kind)
    if layout.total < 0 or column is None:
        return None
    cell = layout.at(layout.total, column)
    spans_from_left = cell.col < column
    if cell.row != layout.total or spans_from_left or _grade_in(cell.text):
        return None
    return reader.number(cell, label)


def _inline_total(layout: Layout) -> Decimal | None:
    """A total written behind its label: 总分：96分."""
    if layout.total < 0:
        return None
    for cell in distinct(layout.grid.rows[layout.total]):
        match = re.fullmatch(r"\D*(\d+(?:\.\d+)?)分?", plain(cell.text))
        if match and words_of(cell.text).row == "total":
            return read_number(match[1])
    return None


@lru_cache(maxsize=4096)
def _grade_in(text: str) -> str:
    folded = plain(text)
    match = _GRADE.fullmatch(folded) or _GRADE_AFTER.search(folded)
    return match[1] if match else ""


def _grade(layout: Layout) -> str:
    """优, 良, 中 or 差, in the total row or just below it."""
    if layout.total < 0:
        return ""
    rows = layout.grid.rows[layout.total : min(layout.end, layout.total + 4)]
    return next((grade for row in rows for cell in row if (grade := _grade_in(cell.text))), "")


def _total_where(layout: Layout) -> Where:
    if layout.total < 0:
        return _first(layout)
    return layout.grid.where(distinct(layout.grid.rows[layout.total])[0])


__all__ = ["read_form"]
