"""Two published runs: which figures moved, by how much, and what they were made from."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any, Literal

from perfanalysis.errors import DataError, ParameterError
from perfanalysis.suite.manifest import Change, compared, published_files, read_manifest
from perfanalysis.suite.published import PrintedPage, PrintedRow, PrintedTable, read_page

PageChange = Literal["added", "removed", "failed", "mended", "appearance"]
SOURCES = ("inputs", "rules", "settings", "notebooks")
_NUMBER = re.compile(r"([+\-−]?)(\d+(?:,\d{3})*(?:\.\d+)?)(%?)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Moved:
    """One cell that reads otherwise.

    Attributes
    ----------
    page : str
    table : str
        Number and caption, as the later run prints them.
    row, column : str
        Headers; empty `column` where a whole row, empty `row` where a whole table came or went.
    before, after : str
        As printed; empty where it was not there.
    difference : str or None
        After − before, exact on the printed numbers, with ``%`` where both are percentages (then
        in percentage points); None where one of them is no number.
    """

    page: str
    table: str
    row: str
    column: str
    before: str
    after: str
    difference: str | None


@dataclass(frozen=True, slots=True)
class MovedText:
    """Sentences of a page that read otherwise; empty where there was none."""

    page: str
    before: str
    after: str


@dataclass(frozen=True)
class RunDiff:
    """What differs between two published runs.

    Attributes
    ----------
    pages : mapping of str to PageChange
        Pages that came, went, failed, were mended, or look otherwise and say the same.
    figures : tuple of Moved
    texts : tuple of MovedText
    sources : mapping of str to (mapping of str to Change)
        Files of `SOURCES` that were changed, added or removed.
    context : mapping of str to (str, str)
        Versions and the commit where they differ. They alone make no difference.
    """

    pages: Mapping[str, PageChange]
    figures: tuple[Moved, ...]
    texts: tuple[MovedText, ...]
    sources: Mapping[str, Mapping[str, Change]]
    context: Mapping[str, tuple[str, str]]

    @property
    def same(self) -> bool:
        """Whether both say the same and were made from the same."""
        return not (self.pages or self.figures or self.texts or any(self.sources.values()))

    def as_dict(self) -> dict[str, Any]:
        """Plain types only, for JSON."""
        return {"same": self.same, **asdict(self)}


def diff_reports(before: Path, after: Path) -> RunDiff:
    """Compare two published runs, page by page, as they are on disk.

    Tables are matched by their ids, columns by their headers. Of the rows that share a header the
    identical ones are paired first, the others in their order. The index is left out: it repeats
    the pages.

    Parameters
    ----------
    before, after : Path
        Published folders of one language, e.g. ``reports/2021`` of last week and of now.

    Raises
    ------
    DataError
        If a folder has no readable manifest, or lacks a page that its manifest names.
    ParameterError
        If they are in different languages, whose headers cannot be matched.
    """
    old, new = _read(before), _read(after)
    if old.get("lang") != new.get("lang"):
        raise ParameterError(
            f"{before} 与 {after} 语言不同，行名和列名无法对应。请比较同一语言的两份报告。"
        )
    files = {folder: _pages(folder, read) for folder, read in ((before, old), (after, new))}
    pages: dict[str, PageChange] = {}
    figures: list[Moved] = []
    texts: list[MovedText] = []
    for page in sorted(files[before] | files[after]):
        change = _page_change(page, old["pages"], new["pages"])
        if change is not None:
            pages[page] = change
        elif (before / page).read_bytes() != (after / page).read_bytes():
            one, other = read_page(before / page), read_page(after / page)
            cells, lines = list(_tables(page, one, other)), list(_texts(page, one, other))
            figures += cells
            texts += lines
            if not cells and not lines:
                pages[page] = "appearance"
    sources = {kind: compared(old[kind], new[kind]) for kind in SOURCES}
    return RunDiff(pages, tuple(figures), tuple(texts), sources, _context(old, new))


def _read(folder: Path) -> dict[str, Any]:
    """The manifest of a run, with a mapping for everything that is compared."""
    read = read_manifest(folder)
    kinds = [read.setdefault(kind, {}) for kind in (*SOURCES, "versions")]
    if not all(isinstance(each, dict) for each in (*kinds, *read["pages"].values())):
        raise DataError(f"{folder} 的清单内容不合格式。请重新运行以生成报告。")
    return read


def _pages(folder: Path, read: Mapping[str, Any]) -> set[str]:
    """Names of the pages that the manifest lists; each must stand in the folder itself."""
    present = {path.name for path in published_files(folder) if path.parent == folder}
    if missing := sorted(set(read["pages"]) - present):
        raise DataError(
            f"{folder} 缺少清单所列的页面 {missing[0]!r}（共缺 {len(missing)} 页）。"
            "请用 perfanalysis verify 核对后重新生成。"
        )
    return set(read["pages"])


def _page_change(page: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> PageChange | None:
    if page not in new:
        return "removed"
    if page not in old:
        return "added"
    failed, fails = bool(old[page].get("failed")), bool(new[page].get("failed"))
    if failed != fails:
        return "failed" if fails else "mended"
    return None


def _context(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    one, other = ({"commit": each.get("commit"), **each["versions"]} for each in (old, new))
    return {
        name: (str(one.get(name) or ""), str(other.get(name) or ""))
        for name in sorted(one.keys() | other.keys())
        if one.get(name) != other.get(name)
    }


def _tables(page: str, old: PrintedPage, new: PrintedPage) -> Iterator[Moved]:
    for name in dict.fromkeys((*old.tables, *new.tables)):
        one, other = old.tables.get(name), new.tables.get(name)
        if one is not None and other is not None:
            yield from _cells(page, one, other)
        elif one is not None:
            yield Moved(page, one.caption, "", "", _rows_of(one), "", None)
        elif other is not None:
            yield Moved(page, other.caption, "", "", "", _rows_of(other), None)


def _rows_of(table: PrintedTable) -> str:
    return f"{len(table.rows)} 行"


def _cells(page: str, old: PrintedTable, new: PrintedTable) -> Iterator[Moved]:
    for one, other in _paired(old.rows, new.rows):
        label = (other or one or PrintedRow("", ())).label
        if one is None or other is None:
            shown = ["　".join(row.cells) if row else "" for row in (one, other)]
            yield Moved(page, new.caption, label, "", shown[0], shown[1], None)
            continue
        before, after = _by_column(old, one), _by_column(new, other)
        for column in dict.fromkeys((*after, *before)):
            cells = before.get(column, ""), after.get(column, "")
            if cells[0] != cells[1]:
                yield Moved(page, new.caption, label, column[0], *cells, difference(*cells))


def _by_column(table: PrintedTable, row: PrintedRow) -> dict[tuple[str, int], str]:
    """Cells by header; the number tells columns of one name apart."""
    seen: Counter[str] = Counter()
    cells = {}
    for place, cell in enumerate(row.cells):
        head = table.columns[place] if place < len(table.columns) else ""
        cells[head, seen[head]] = cell
        seen[head] += 1
    return cells


def _paired(
    old: tuple[PrintedRow, ...], new: tuple[PrintedRow, ...]
) -> Iterator[tuple[PrintedRow | None, PrintedRow | None]]:
    """Rows that are not the same in both, paired by their labels."""
    one, other = Counter(old), Counter(new)
    left, right = _rest(old, one - other), _rest(new, other - one)
    for label in dict.fromkeys((*left, *right)):
        before, after = left.get(label, []), right.get(label, [])
        longest = max(len(before), len(after))
        for place in range(longest):
            yield (
                before[place] if place < len(before) else None,
                after[place] if place < len(after) else None,
            )


def _rest(rows: tuple[PrintedRow, ...], kept: Counter[PrintedRow]) -> dict[str, list[PrintedRow]]:
    """The rows counted in `kept`, in order, by label."""
    found: dict[str, list[PrintedRow]] = {}
    for row in rows:
        if kept[row] > 0:
            kept[row] -= 1
            found.setdefault(row.label, []).append(row)
    return found


def _texts(page: str, old: PrintedPage, new: PrintedPage) -> Iterator[MovedText]:
    matcher = SequenceMatcher(a=old.texts, b=new.texts, autojunk=False)
    for kind, start, end, start_new, end_new in matcher.get_opcodes():
        if kind != "equal":
            before, after = old.texts[start:end], new.texts[start_new:end_new]
            for place in range(max(len(before), len(after))):
                yield MovedText(
                    page, "".join(before[place : place + 1]), "".join(after[place : place + 1])
                )


def difference(before: str, after: str) -> str | None:
    """After − before of two printed numbers of one kind, exact; None if they are not.

    >>> difference("1,200.50", "−3.00"), difference("97.3%", "100%"), difference("—", "1")
    ('−1203.50', '+2.7%', None)
    """
    one, other = _NUMBER.fullmatch(before), _NUMBER.fullmatch(after)
    if one is None or other is None or one[3] != other[3]:
        return None
    moved = _decimal(other) - _decimal(one)
    sign = "−" if moved < 0 else "+" if moved else ""
    return f"{sign}{abs(moved):f}{one[3]}"


def _decimal(number: re.Match[str]) -> Decimal:
    value = Decimal(number[2].replace(",", ""))
    return -value if number[1] in ("-", "−") else value


__all__ = ["SOURCES", "Moved", "MovedText", "RunDiff", "diff_reports", "difference"]
