"""The codebook: which tables there are and what each column holds.

One YAML file a table, in ``codebooks/``: a new table is one new file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Literal

import yaml

Kind = Literal["id", "text", "int", "number", "money", "ratio", "points", "date", "bool", "choice"]
NUMERIC = ("int", "number", "money", "ratio", "points")
UNITS = {"money": "万元", "ratio": "比率", "points": "分"}


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table.

    Attributes
    ----------
    name, zh : str
        English name in code, Chinese name in files; either is accepted as a header.
    kind : str
        See `Kind`. Money is in 万元, a ratio is not a percentage.
    unit : str
        Unit of the values, empty for text.
    nullable : bool
        Whether a cell may be empty.
    low, high : float or None
        Smallest and largest value allowed.
    choices : mapping of str to str
        Code to Chinese label, of a ``choice``; either is accepted in a file.
    ref : str or None
        ``table.column`` of the same year that the value must stand in.
    note : str
    """

    name: str
    zh: str
    kind: Kind
    unit: str
    nullable: bool
    low: float | None
    high: float | None
    choices: Mapping[str, str]
    ref: str | None
    note: str


@dataclass(frozen=True, slots=True)
class Table:
    """One table: its names, what a row is, its key and its columns in order."""

    name: str
    title: str
    row: str
    key: tuple[str, ...]
    columns: Mapping[str, Column]

    @property
    def required(self) -> tuple[str, ...]:
        """Columns without which a row belongs nowhere: the key, and ids that may not be empty."""
        ids = (c.name for c in self.columns.values() if c.ref is not None and not c.nullable)
        return tuple(dict.fromkeys((*self.key, *ids)))


@cache
def codebook() -> Mapping[str, Table]:
    """Every table by its English name, sorted."""
    folder = files("perfanalysis.data") / "codebooks"
    found = {
        entry.name.removesuffix(".yaml"): yaml.safe_load(entry.read_text("utf-8"))
        for entry in folder.iterdir()
        if entry.name.endswith(".yaml")
    }
    return MappingProxyType({name: _table(name, found[name]) for name in sorted(found)})


def _table(name: str, raw: dict[str, Any]) -> Table:
    columns = {key: _column(key, body) for key, body in raw["columns"].items()}
    return Table(name, raw["title"], raw["row"], tuple(raw["key"]), MappingProxyType(columns))


def _column(name: str, raw: dict[str, Any]) -> Column:
    kind: Kind = raw["type"]
    return Column(
        name=name,
        zh=raw["zh"],
        kind=kind,
        unit=raw.get("unit", UNITS.get(kind, "")),
        nullable=raw.get("empty", False),
        low=raw.get("min"),
        high=raw.get("max"),
        choices=MappingProxyType(raw.get("choices", {})),
        ref=raw.get("ref"),
        note=raw.get("note", ""),
    )


_KINDS = {
    "id": "编码",
    "text": "文字",
    "int": "整数",
    "number": "数值",
    "money": "金额",
    "ratio": "比率",
    "points": "分数",
    "date": "日期",
    "bool": "是否",
    "choice": "选项",
}


def codebook_markdown() -> str:
    """The page docs/codebook.md: every table and column, in the order of `codebook`."""
    lines = [
        "# 数据字典",
        "",
        "由 `perfanalysis.data.codebook.codebook_markdown()` 生成，不要手改；"
        "内容在 `src/perfanalysis/data/codebooks/`，一张表一个文件。",
        "",
        "一个预算年度一个文件夹，一张表一个文件（CSV、Excel 或 Parquet），"
        "文件名用英文表名或中文表名，表头用英文列名或中文列名，可以混用。"
        "CSV 可以是 UTF-8（有无 BOM 均可）或 GB18030。",
        "",
        "- 编码是文字：`001` 与 `1` 不同；Excel 中请设为文本格式，超过15位的数字会丢失数位。",
        "- 金额以万元计，列名以 `_wan` 结尾；比率是小数，0.85 即 85%，也可写 85%。",
        "- 数值可写千分位（1,234.56）和全角数字；日期写 2021-03-31、2021/3/31、2021.3.31、"
        "2021年3月31日或 20210331，有时刻的只取日期。",
        "- 是否：是、√、1、true；否、×、0、false；空即否。",
        "- 主键不得重复；“引用”的编码须在所引用的表中存在，否则该行不计入，并给出发现。",
        "",
    ]
    for table in codebook().values():
        lines += _table_lines(table)
    return "\n".join(lines)


def _table_lines(table: Table) -> list[str]:
    keys = "、".join(f"`{name}`" for name in table.key)
    return [
        f"## {table.name} {table.title}",
        "",
        f"一行是{table.row}。主键：{keys}。",
        "",
        "| 列 | 中文名 | 类型 | 单位 | 范围 | 可空 | 说明 |",
        "|---|---|---|---|---|---|---|",
        *(_column_line(column) for column in table.columns.values()),
        "",
    ]


def _column_line(column: Column) -> str:
    bounds = {"≥": column.low, "≤": column.high}
    limits = "，".join(f"{sign}{bound:g}" for sign, bound in bounds.items() if bound is not None)
    labels = "、".join(f"{label} `{code}`" for code, label in column.choices.items())
    said = [labels, f"引用 `{column.ref}`" if column.ref else "", column.note]
    cells = [
        f"`{column.name}`",
        column.zh,
        _KINDS[column.kind],
        column.unit,
        limits,
        "是" if column.nullable else "否",
        "；".join(filter(None, said)),
    ]
    return f"| {' | '.join(cells)} |"


__all__ = ["NUMERIC", "Column", "Kind", "Table", "codebook", "codebook_markdown"]
