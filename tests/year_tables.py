"""Tables of a budget year from a few rows, with the codebook's columns and dtypes."""

import pandas as pd

from perfanalysis.data.codebook import codebook
from perfanalysis.data.source import Source
from perfanalysis.data.tables import YearData
from perfanalysis.data.typed import empty_table

PROJECT = {
    "unit_id": "U01",
    "name": "示例项目",
    "fund_kind": "general",
    "special_kind": "none",
    "project_type": "recurring",
    "is_self_evaluated": True,
}

STANDARDS = """schema: 1
documents:
  repairs:
    {title: 维修支出标准, number: 示财〔2020〕1号, issuer: 示例区财政局, issued: 2020-01-01}
rules:
  cost.standards:
    title: 各项产出的支出标准（每单位产出的金额）
    unit: list
    values:
      2020-02-25:
        value: [{output: 维修面积, amount: AMOUNT}]
        basis: local
        source: {document: repairs, clause: 第二条}
        verified: false
"""
"""A local rule file with a spending standard, of ``AMOUNT`` 万元 a piece."""


def make_table(name, rows):
    """The rows as a table of the codebook; what a row leaves out is empty."""
    empty = empty_table(codebook()[name])
    columns = {}
    for column, dtype in empty.dtypes.items():
        blank = False if dtype == "bool" else None
        columns[column] = pd.Series([row.get(column, blank) for row in rows], dtype=dtype)
    return pd.DataFrame(columns)


def make_year(budget_year=2021, *, named=True, **tables):
    """A budget year; `named`: its tables know the file they came from."""
    frames = {name: empty_table(table) for name, table in codebook().items()}
    frames |= {name: make_table(name, rows) for name, rows in tables.items()}
    sources = {
        name: Source(f"{name}.csv", "", {c: i for i, c in enumerate(frames[name])})
        for name in tables
    }
    return YearData(budget_year, frames, sources if named else {}, ())
