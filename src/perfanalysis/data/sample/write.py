"""The made-up district on disk: the same bytes on every machine."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from perfanalysis.data.codebook import codebook
from perfanalysis.data.sample.model import Row, Tables
from perfanalysis.data.sample.planting import Planted

NOTICE = "本目录中的数据全部是虚构的示例，不对应任何真实的地区、部门、单位、企业或个人。\n"


def write_tables(folder: Path, tables: Tables) -> None:
    """One CSV a table, in the codebook's column order, and a notice that it is made up."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in sorted(tables.items()):
        header = list(codebook()[name].columns)
        buffer = io.StringIO()
        writer = csv.writer(buffer, lineterminator="\n")
        writer.writerow(header)
        writer.writerows([_text(row.get(column)) for column in header] for row in rows)
        write_text(folder / f"{name}.csv", buffer.getvalue())
    write_text(folder / "SAMPLE.txt", NOTICE)


def write_text(path: Path, text: str) -> None:
    """UTF-8 without BOM, ``\\n`` on every system."""
    path.write_bytes(text.encode("utf-8"))


def planted_json(records: Sequence[Planted], head: dict[str, Any]) -> str:
    """The list of what was planted: one object a line, sorted."""
    order = sorted(records, key=lambda r: (r.budget_year, r.kind, r.subjects))
    lines = [
        json.dumps(
            {
                "kind": r.kind,
                "budget_year": r.budget_year,
                "subjects": list(r.subjects),
                "table": r.table,
                "note": r.note,
            },
            ensure_ascii=False,
        )
        for r in order
    ]
    text = json.dumps(head, ensure_ascii=False, indent=2)
    body = ",\n    ".join(lines)
    planted = f"[\n    {body}\n  ]" if lines else "[]"
    return f'{text[:-2]},\n  "planted": {planted}\n}}\n'


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.4f}".rstrip("0").rstrip(".")
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


__all__ = ["NOTICE", "planted_json", "write_tables", "write_text"]
