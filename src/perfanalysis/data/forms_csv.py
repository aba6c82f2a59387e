"""A table's CSV file, changed row by row and otherwise left as it stands."""

from __future__ import annotations

import csv
import errno
import io
import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from perfanalysis.data.codebook import Table
from perfanalysis.data.csv_text import marked, unmarked
from perfanalysis.data.encoding import decode
from perfanalysis.data.findings import Finding, Where
from perfanalysis.data.reading import RawTable, read_table, table_files

_BOM = b"\xef\xbb\xbf"


class CsvTable:
    """The rows of a table, to be added to and written back.

    Rows above the header, columns that the codebook does not know, the encoding and the line
    ends stay as they are. A file in another format can be read, not written.

    Parameters
    ----------
    folder : Path
        Of the budget year.
    table : Table

    Attributes
    ----------
    findings : list of Finding
        Why it cannot be read or written, if so.
    """

    def __init__(self, folder: Path, table: Table) -> None:
        self.table = table
        self.findings: list[Finding] = []
        self.changed = False
        paths = table_files(folder, table) if folder.is_dir() else []
        self.path = paths[0] if paths else folder / f"{table.name}.csv"
        self._encoding, self._newline, self._bom = "utf-8", "\n", b""
        self.columns: dict[str, int] = {}
        self.rows: list[list[str]] = []
        self._top: list[list[str]] = []
        self._index: dict[str, dict[str, list[list[str]]]] = {}
        if not paths:
            self.columns = {name: i for i, name in enumerate(table.columns)}
            self._top = [list(table.columns)]
            return
        raw, problems = read_table(folder, table)
        if raw is None:
            self.findings = problems or [self._unusable("无法读取")]
        elif self.path.suffix.lower() == ".csv":
            self._read(raw)
        else:
            self.columns = {name: i for i, name in enumerate(raw.columns)}
            self._top = [list(raw.columns)]
            self.rows = [list(map(str, row)) for row in raw.frame.fillna("").to_numpy()]

    def _read(self, raw: RawTable) -> None:
        data = self.path.read_bytes()
        text = decode(data, self.path.name)
        self._bom = _BOM if data.startswith(_BOM) else b""
        self._encoding = "utf-8" if _is_utf8(data) else "gb18030"
        self._newline = "\r\n" if "\r\n" in text else "\n"
        lines = list(csv.reader(io.StringIO(text, newline="")))
        self.columns = dict(raw.columns)
        self._top, self.rows = lines[: raw.header + 1], lines[raw.header + 1 :]

    def value(self, row: list[str], column: str) -> str:
        """A cell of a row; empty where the file has no such column or the row is short."""
        position = self.columns.get(column, -1)
        return unmarked(row[position].strip()) if 0 <= position < len(row) else ""

    def where(self, column: str, value: str) -> list[list[str]]:
        """The rows that hold a value in a column, in their order."""
        if column not in self._index:
            index: dict[str, list[list[str]]] = {}
            for row in self.rows:
                index.setdefault(self.value(row, column), []).append(row)
            self._index[column] = index
        return list(self._index[column].get(value, ()))

    def add(self, values: Mapping[str, str]) -> None:
        """Add a row at the end."""
        columns = self.columns
        for column in values:
            if column not in columns:
                self._have(column)
        row = [""] * len(self._top[-1])
        for column, value in values.items():
            row[columns[column]] = marked(value)
        self.rows.append(row)
        for column, index in self._index.items():
            index.setdefault(self.value(row, column), []).append(row)
        self.changed = True

    def put(self, row: list[str], values: Mapping[str, str]) -> None:
        """Set cells of a row; a column that the file lacks is added to it.

        Not of a column that `where` looks in.
        """
        for column, value in values.items():
            if value == self.value(row, column):
                continue
            self._have(column)
            position = self.columns[column]
            row.extend([""] * (position + 1 - len(row)))
            row[position] = marked(value)
            self.changed = True

    def _have(self, column: str) -> None:
        if column not in self.columns:
            self.columns[column] = len(self._top[-1])
            self._top[-1].append(column)

    def replace(self, old: Iterable[list[str]], new: Iterable[Mapping[str, str]]) -> None:
        """Put new rows in the place of old ones; the same rows change nothing."""
        olds, news = list(old), list(new)
        for row, values in zip(olds, news, strict=False):
            self.put(row, values)
        for values in news[len(olds) :]:
            self.add(values)
        gone = {id(row) for row in olds[len(news) :]}
        if gone:
            self.rows = [row for row in self.rows if id(row) not in gone]
            self._index.clear()
            self.changed = True

    @property
    def beside(self) -> Path:
        """Where the new file is written before it takes the place of the old one."""
        return self.path.with_name(f".{self.path.name}.new")

    def write_beside(self) -> None:
        """Write the rows as they are now; the file itself still stands.

        Raises
        ------
        OSError
            If that cannot be written.
        """
        if self.path.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(self.path))
        buffer = io.StringIO(newline="")
        csv.writer(buffer, lineterminator=self._newline).writerows([*self._top, *self.rows])
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.beside.write_bytes(self._bom + buffer.getvalue().encode(self._encoding))

    @property
    def blocked(self) -> list[Finding]:
        """Why the changes cannot be written; empty where they can."""
        if self.findings or not self.changed or self.path.suffix.lower() == ".csv":
            return self.findings
        return [self._unusable("不是 CSV，不能写入")]

    def _unusable(self, problem: str) -> Finding:
        name, table = self.path.name, self.table
        return Finding(
            "table-not-written",
            "error",
            table.name,
            Where(name),
            self.path.suffix,
            f"{name}（{table.title}）{problem}，导入的内容没有写入任何数据表",
            "请另存为 CSV（UTF-8）后重新导入。",
        )


def put_in_place(tables: Iterable[CsvTable]) -> tuple[str, ...]:
    """Write those tables that changed; the names of their files, sorted.

    No old file is replaced before every new one is complete.

    Raises
    ------
    OSError
        If a file cannot be written.
    """
    changed = [table for table in tables if table.changed]
    try:
        for table in changed:
            table.write_beside()
        for table in changed:
            os.replace(table.beside, table.path)
    except OSError:
        for table in changed:
            with suppress(OSError):
                table.beside.unlink()
        raise
    return tuple(sorted(table.path.name for table in changed))


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


__all__ = ["CsvTable", "put_in_place"]
