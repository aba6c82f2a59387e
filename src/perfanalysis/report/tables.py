"""Tables of a page: three rules, one precision a column, missing written, totals checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pandas as pd
from markupsafe import Markup

from perfanalysis.errors import ReportError
from perfanalysis.report.columns import MISSING, WITHHELD, Column
from perfanalysis.report.formats import exact, fixed, half_up, is_missing
from perfanalysis.report.markup import check_anchor, check_page_link, html
from perfanalysis.report.text import Texts

COUNTED = 10  # rows; of longer ones the caption says how many they are
LONG_TABLE = 60  # rows; longer ones are folded
MOST_ROWS = 400  # rows; of longer ones only the first are printed, and a note says so
LONG_CELL = 18  # characters; a column with such text is kept wide enough to read
TIE = Decimal("1e-6")  # 0.01 yuan in 万元: what imported sums tie to
_LEGEND = dict(zip(MISSING, ("not-applicable", "not-reported", "withheld"), strict=True))


@dataclass(frozen=True, slots=True)
class Table:
    """A table as it is to be printed.

    Attributes
    ----------
    frame : DataFrame
        One row a line, in the order shown. It is not changed.
    columns : mapping of str to Column
        The columns shown, in order; the first is the row's header.
    caption : str
        Neutral name of the table.
    unit : str
        What stands at the right above the table; empty for the money unit where money is shown.
    total : mapping of str to value, or None
        The last row. Each value was computed apart from the rows and is checked against them.
    notes : sequence of str
    source : str
    group : str
        Column of the frame, not shown, whose rows stand together under a line with its text and
        the sums of the columns that add up; empty for none.
    row_anchor : str
        Column of the frame, not shown, with the id of each row; empty for none.
    """

    frame: pd.DataFrame
    columns: Mapping[str, Column]
    caption: str
    unit: str = ""
    total: Mapping[str, Any] | None = None
    notes: Sequence[str] = field(default=())
    source: str = ""
    group: str = ""
    row_anchor: str = ""


def table_html(table: Table, *, number: str, anchor: str, say: Texts) -> Markup:
    """Return a numbered table as HTML.

    Raises
    ------
    ReportError
        If a column is missing, a value is not of its column's kind, money would carry another
        unit than the page's, or the rows do not add to the total shown.
    """
    _check_columns(table)
    rows = printed_rows(table, say)[:MOST_ROWS]
    total, adjusted = _total_row(table, say)
    body = table_element(table, rows, total, say, label=f"{anchor}-caption")
    unit = _unit(table, say)
    counted = COUNTED <= len(rows) <= LONG_TABLE  # of more, the line that unfolds them says it
    parts = [
        f'<figure class="table" id="{anchor}"><figcaption id="{anchor}-caption">',
        html(say("caption", number=number, name=table.caption)),
        f' <span class="rows">{html(say("rows-counted", n=len(rows)))}</span>' if counted else "",
        f' <span class="unit">{html(say("unit", unit=unit))}</span>' if unit else "",
        "</figcaption>",
        folded(body, len(rows), say),
        _notes(table, rows, total, adjusted, say),
        "</figure>",
    ]
    return Markup("".join(parts))


def folded(body: str, rows: int, say: Texts) -> str:
    """Fold a table that is longer than `LONG_TABLE` rows."""
    if rows <= LONG_TABLE:
        return body
    return f"<details><summary>{html(say('all-rows', n=rows))}</summary>{body}</details>"


def printed_rows(table: Table, say: Texts) -> list[list[str]]:
    """Return every cell as the text that is printed."""
    shown = [
        [column.printed(value, money_scale=say.money_scale) for value in table.frame[name]]
        for name, column in table.columns.items()
    ]
    return [list(row) for row in zip(*shown, strict=True)]


def table_element(
    table: Table,
    rows: list[list[str]],
    total: list[str] | None,
    say: Texts,
    *,
    label: str,
    sortable: bool = False,
) -> str:
    """Return the ``<table>`` in the box that it scrolls in.

    A sortable one carries its numbers for the script, and the unit of money in the header.
    """
    columns = list(table.columns.values())
    heads = "".join(
        f'<th scope="col"{_class(column, index, rows)}>'
        f"{html(header_of(column, say, money=sortable))}</th>"
        for index, column in enumerate(columns)
    )
    values = _values(table) if sortable else {}
    ids = [check_anchor(each) for each in table.frame[table.row_anchor]] if table.row_anchor else []
    lines = [
        _row(cells, columns, _links(table, at), {name: of[at] for name, of in values.items()})
        for at, cells in enumerate(rows)
    ]
    for at, each in enumerate(ids[: len(lines)]):
        lines[at] = lines[at].replace("<tr>", f'<tr id="{each}">', 1)
    groups = _groups(table, len(rows), say)
    body = "".join(groups.get(at, "") + line for at, line in enumerate(lines))
    if not rows:
        body = f'<tr><td colspan="{len(columns)}">{html(say("no-rows"))}</td></tr>'
    foot = f"<tfoot>{_row(total, columns, {}, {})}</tfoot>" if total else ""
    return (
        f'<div class="table-box" role="region" tabindex="0" aria-labelledby="{label}">'
        f'<table aria-labelledby="{label}"><thead><tr>{heads}</tr></thead>'
        f"<tbody>{body}</tbody>{foot}</table></div>"
    )


def _groups(table: Table, shown: int, say: Texts) -> dict[int, str]:
    """Return the line over each group, by the position of its first row."""
    if not table.group:
        return {}
    texts = table.frame[table.group].iloc[:shown].astype("str")
    starts = [at for at in range(len(texts)) if not at or texts.iloc[at] != texts.iloc[at - 1]]
    if len(starts) != texts.nunique():
        raise ReportError(f"表“{table.caption}”同一组（{table.group}）的各行没有排在一起。")
    adds = [column.adds for column in table.columns.values()]
    span = adds.index(True) if True in adds else len(adds)
    lines = {}
    for at in starts:
        rows = table.frame[table.frame[table.group] == texts.iloc[at]]
        sums = [
            f'<td class="num">{html(_sum(rows[name], column, say)) if column.adds else ""}</td>'
            for name, column in list(table.columns.items())[span:]
        ]
        head = f'<th scope="rowgroup" colspan="{span}">{html(texts.iloc[at])}</th>'
        lines[at] = f'<tr class="group">{head}{"".join(sums)}</tr>'
    return lines


def _sum(values: pd.Series, column: Column, say: Texts) -> str:
    if (values.astype("object") == WITHHELD).any():
        return WITHHELD
    total = sum((exact(value) for value in values if not is_missing(value)), Decimal(0))
    return column.printed(total, money_scale=say.money_scale)


def _check_columns(table: Table) -> None:
    if not table.columns:
        raise ReportError(f"表“{table.caption}”没有列。")
    hidden = [column.href for column in table.columns.values() if column.href]
    hidden += [name for name in (table.group, table.row_anchor) if name]
    missing = [name for name in [*table.columns, *hidden] if name not in table.frame.columns]
    if missing:
        raise ReportError(
            f"表“{table.caption}”要显示的列不在数据中：{'、'.join(missing)}；"
            f"数据有：{'、'.join(map(str, table.frame.columns))}。"
        )


def _unit(table: Table, say: Texts) -> str:
    if not any(column.kind == "money" for column in table.columns.values()):
        return table.unit
    if table.unit not in ("", say.money_unit, say.money_unit_given):
        raise ReportError(
            f"表“{table.caption}”的金额单位写作{table.unit}，但本次运行的金额单位是"
            f"{say.money_unit_given}。请不写 unit，由页面按 suite.toml 给出。"
        )
    return say.money_unit


def header_of(column: Column, say: Texts, *, money: bool = False) -> str:
    """Return the header of a column with its unit; that of money only if asked for."""
    unit = column.unit or (say(column.unit_key) if column.unit_key else "")
    if money and column.kind == "money":
        unit = say.money_unit
    return say("header-unit", label=column.label, unit=unit) if unit else column.label


def _class(column: Column, index: int, rows: list[list[str]]) -> str:
    if column.is_numeric:
        return ' class="num"'
    if column.kind == "date":
        return ' class="short"'
    longest = max((_width(row[index]) for row in rows), default=0)
    return f' class="{"long" if longest > LONG_CELL else "name" if longest > 4 else "short"}"'


def _width(text: str) -> float:
    """Width in Chinese characters; a Latin one is half as wide."""
    return sum(1.0 if character > "\u2e7f" else 0.5 for character in text)


def _links(table: Table, at: int) -> dict[int, str]:
    """Return position of a cell to the page it links to, for one row."""
    found = {}
    for index, column in enumerate(table.columns.values()):
        if column.href:
            href = table.frame[column.href].iloc[at]
            if not is_missing(href) and href:
                found[index] = check_page_link(str(href))
    return found


def _values(table: Table) -> dict[int, list[str]]:
    """Return position of a numeric column to its numbers as the script reads them."""
    return {
        index: ["" if is_missing(value) else str(exact(value)) for value in table.frame[name]]
        for index, (name, column) in enumerate(table.columns.items())
        if column.is_numeric
    }


def _row(
    cells: list[str],
    columns: list[Column],
    links: Mapping[int, str],
    values: Mapping[int, str],
) -> str:
    shown = []
    for index, (cell, column) in enumerate(zip(cells, columns, strict=True)):
        content: str = html(cell).replace("!", Markup("!<wbr>"))  # file!cell may break there
        if index in links:
            content = f'<a href="{html(links[index])}">{content}</a>'
        of = "num" if column.is_numeric else "date" if column.kind == "date" else ""
        kind = f' class="{of}"' if of else ""
        if index in values:
            kind += f' data-value="{values[index]}"'
        tag = '<th scope="row"' if index == 0 else "<td"
        shown.append(f"{tag}{kind}>{content}</{'th' if index == 0 else 'td'}>")
    return f"<tr>{''.join(shown)}</tr>"


def check_total(table: Table, say: Texts) -> None:
    """Raise ReportError if the rows do not add to the total, before any of them is held back."""
    _check_columns(table)
    _total_row(table, say)


def _total_row(table: Table, say: Texts) -> tuple[list[str] | None, bool]:
    """Return the last row, and whether rounding keeps the printed rows from adding to it."""
    if table.total is None:
        return None, False
    strangers = [name for name in table.total if name not in table.columns]
    if strangers:
        raise ReportError(f"表“{table.caption}”的合计给了不显示的列：{'、'.join(strangers)}。")
    cells, adjusted = [], False
    for index, (name, column) in enumerate(table.columns.items()):
        if name in table.total:
            cells.append(column.printed(table.total[name], money_scale=say.money_scale))
            if column.adds:
                adjusted |= _check_sum(table, name, column, say.money_scale)
        else:
            cells.append(say("total") if index == 0 else "")
    return cells, adjusted


def _check_sum(table: Table, name: str, column: Column, scale: Decimal) -> bool:
    """Refuse rows that do not add; return whether the printed ones miss by rounding alone."""
    stated = table.total[name] if table.total else None
    if is_missing(stated) or (isinstance(stated, str) and stated in MISSING):
        return False
    if (table.frame[name].astype("object") == WITHHELD).any():
        return False  # checked before the rows were held back
    parts = [
        column.scaled(value, scale)
        for value in table.frame[name]
        if not is_missing(value) and value not in MISSING
    ]
    total = column.scaled(exact(stated), scale)
    if abs(sum(parts, Decimal(0)) - total) > TIE:
        raise ReportError(
            f"表“{table.caption}”的“{column.label}”各行相加为"
            f"{fixed(sum(parts, Decimal(0)), column.decimals)}，合计却给了"
            f"{fixed(total, column.decimals)}。请查明差额后再出报告。"
        )
    printed = sum((half_up(part, column.decimals) for part in parts), Decimal(0))
    return printed != half_up(total, column.decimals)


def _notes(
    table: Table, rows: list[list[str]], total: list[str] | None, adjusted: bool, say: Texts
) -> str:
    cells = {cell for row in [*rows, total or []] for cell in row}
    used = [say(f"missing-{key}") for mark, key in _LEGEND.items() if mark in cells]
    notes = [say("note", text=note) for note in table.notes]
    if len(table.frame) > len(rows):
        notes.append(say("note", text=say("cut-note", n=len(table.frame), shown=len(rows))))
    if adjusted:
        notes.append(say("note", text=say("rounding-note")))
    if used:
        notes.append(say("note", text=say("missing-join").join(used) + say("missing-end")))
    if table.source:
        notes.append(say("source", text=table.source))
    return "".join(f'<p class="note">{html(note)}</p>' for note in notes)


__all__ = [
    "LONG_TABLE",
    "MOST_ROWS",
    "TIE",
    "Table",
    "check_total",
    "folded",
    "header_of",
    "printed_rows",
    "table_element",
    "table_html",
]
