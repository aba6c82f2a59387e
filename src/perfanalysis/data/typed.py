"""Text columns turned into the codebook's types, with a finding for each cell that will not go."""

from __future__ import annotations

import pandas as pd
import pandera.pandas as pa
import pyarrow.compute as pc

from perfanalysis.data.codebook import Column, Table
from perfanalysis.data.findings import Finding, Where
from perfanalysis.data.source import Source, cell_of
from perfanalysis.data.values import arrow_text, converted, dtype_of

TOTALS = ("合计", "小计", "总计")


def empty_table(table: Table) -> pd.DataFrame:
    """The table with its columns and dtypes and no row."""
    return pd.DataFrame(
        {name: pd.Series([], dtype=dtype_of(column)) for name, column in table.columns.items()}
    )


def typed_table(
    raw: pd.DataFrame, table: Table, source: Source
) -> tuple[pd.DataFrame, list[Finding]]:
    """Convert and validate a table read as text.

    Parameters
    ----------
    raw : DataFrame
        Known columns under English names.
    table : Table
    source : Source
        Names the cells in findings.

    Returns
    -------
    DataFrame
        All columns of the codebook, in its order, with its dtypes. Rows that cannot be
        identified, repeats of a key and total rows are set aside.
    list of Finding
    """
    raw = _without_blank_rows(raw)
    columns = {}
    findings: list[Finding] = []
    for column in table.columns.values():
        if column.name in raw:
            columns[column.name], unread = converted(raw[column.name], column)
            findings += [_unread(column, source, row, text) for row, text in unread.items()]
        else:
            columns[column.name] = _absent(raw.index, column)
    frame = pd.DataFrame(columns, index=raw.index)
    frame, aside = _identified(frame, table, source)
    if frame.empty:  # text left over from filtering holds no Arrow chunk; pandas cannot join it
        frame = empty_table(table)
    reported = {finding.where for finding in (*findings, *aside)}
    return frame, findings + aside + _out_of_bounds(frame, table, source, reported)


def _without_blank_rows(raw: pd.DataFrame) -> pd.DataFrame:
    """A row with nothing in it holds no fact; leaving it out loses none."""
    filled = pd.Series(False, index=raw.index)
    for name in raw.columns:
        filled |= _has_something(raw[name])
        if filled.all():
            return raw
    return raw.loc[filled]


def _has_something(values: pd.Series) -> pd.Series:
    if not pd.api.types.is_numeric_dtype(values):
        return values.notna() & (values.astype("str").str.strip() != "")
    return values.notna()


def _absent(index: pd.Index, column: Column) -> pd.Series:
    if column.kind == "bool":
        return pd.Series(False, index=index)
    return pd.Series(index=index, dtype=dtype_of(column))


def _unread(column: Column, source: Source, row: int, text: str) -> Finding:
    where = cell_of(source, row, column.name)
    if column.kind == "choice":
        remedy = f"只能填：{'、'.join(column.choices.values())}。"
    else:
        needed = {"date": "日期，如 2021-03-31", "bool": "是或否", "int": "整数"}
        needed |= {"id": "完整的编码，单元格设为文本格式", "text": "不含控制字符的文字"}
        remedy = f"请改为{needed.get(column.kind, '数值')}。"
    return Finding(
        "value-unreadable",
        "error",
        column.name,
        where,
        text,
        f"{where} 的{column.zh}“{text}”无法识别，按空值处理",
        remedy,
    )


def _out_of_bounds(
    frame: pd.DataFrame, table: Table, source: Source, reported: set[Where]
) -> list[Finding]:
    """What pandera finds (ranges, empty cells), in Chinese."""
    try:
        _schema(table, source).validate(frame, lazy=True)
    except pa.errors.SchemaErrors as errors:
        cases = errors.failure_cases
    else:
        return []
    findings = []
    for name, check, value, row in zip(
        cases["column"], cases["check"], cases["failure_case"], cases["index"], strict=True
    ):
        column = table.columns[name]
        where = cell_of(source, int(row), name)
        if where not in reported:
            findings.append(_bound(column, where, "" if check == "not_nullable" else f"{value:g}"))
    return findings


def _bound(column: Column, where: Where, found: str) -> Finding:
    limits = f"{_limit(column.low, '不小于')}{_limit(column.high, '不大于')}"
    unit = "" if column.kind == "money" else column.unit
    problem = f"为 {found}，应{limits}{unit}" if found else "为空"
    return Finding(
        "value-out-of-range" if found else "value-missing",
        "error",
        column.name,
        where,
        found,
        f"{where} 的{column.zh}{problem}",
        "请向填报单位核实后补正。",
    )


def _limit(value: float | None, word: str) -> str:
    return "" if value is None else f"{word} {value:g} "


def _schema(table: Table, source: Source) -> pa.DataFrameSchema:
    """Bounds of every column; emptiness only of columns that are there and name no row."""
    columns = {}
    for column in table.columns.values():
        checks = []
        if column.low is not None:
            checks.append(pa.Check.ge(column.low))
        if column.high is not None:
            checks.append(pa.Check.le(column.high))
        judged = column.name in source.columns and column.name not in table.required
        columns[column.name] = pa.Column(checks=checks, nullable=column.nullable or not judged)
    return pa.DataFrameSchema(columns)


def _identified(
    frame: pd.DataFrame, table: Table, source: Source
) -> tuple[pd.DataFrame, list[Finding]]:
    """Set aside total rows, rows without an id they need, and repeats of a key."""
    findings: list[Finding] = []
    key = list(table.key)
    ids = list(table.required)
    total = frame[ids].isin(TOTALS).any(axis=1)
    nameless = frame[ids].isna().any(axis=1) & ~total
    if not (total.any() or nameless.any() or _repeats(frame[key])):
        return frame, findings
    first = frame.loc[~(total | nameless)].drop_duplicates(key)
    repeated = ~(total | nameless) & ~frame.index.isin(first.index)
    first_rows = pd.Series(first.index, index=pd.MultiIndex.from_frame(first[key]))
    for row in frame.index[total | nameless | repeated]:
        cells = frame.loc[row]
        found = "、".join(str(cells[name]) for name in key if pd.notna(cells[name]))
        where = cell_of(source, row, key[0])
        if total[row]:
            findings.append(_aside("total-row", where, found or table.name, "是合计行"))
        elif nameless[row]:
            lack = next(name for name in ids if pd.isna(cells[name]))
            where = cell_of(source, row, lack)
            problem = f"缺少{table.columns[lack].zh}"
            findings.append(_aside("key-missing", where, found or table.name, problem))
        else:
            before = first_rows[tuple(cells[name] for name in key)]
            problem = f"与第{before + source.header + 2}行重复（{found}）"
            findings.append(_aside("id-duplicated", where, found, problem))
    return frame.loc[first.index], findings


def _repeats(keys: pd.DataFrame) -> bool:
    """Whether a key stands twice; in rising order, as most files have them, none can."""
    if len(keys.columns) > 1:
        return bool(keys.duplicated().any())
    ids = arrow_text(keys.iloc[:, 0])
    rising = pc.all(pc.less(ids[:-1], ids[1:])).as_py()
    return not (rising or keys.iloc[:, 0].is_unique)


def _aside(code: str, where: Where, subject: str, problem: str) -> Finding:
    return Finding(
        code,
        "warning" if code == "total-row" else "error",
        subject,
        where,
        "" if code == "key-missing" else subject,
        f"{where} {problem}，该行未计入",
        "合计由程序计算，请从表中删去。" if code == "total-row" else "请核对后保留一行并补全编码。",
    )


__all__ = ["TOTALS", "empty_table", "typed_table"]
