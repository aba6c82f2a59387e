"""Text columns turned into the codebook's types, with a finding for each cell that will not go."""

from __future__ import annotations

import pandas as pd
import pandera.pandas as pa

from perfanalysis.data.codebook import NUMERIC, Column, Table
from perfanalysis.data.findings import Finding
from perfanalysis.data.source import Source, cell_of

TRUE = {"true", "1", "是", "y", "yes", "√"}
FALSE = {"false", "0", "否", "n", "no", "", "×"}
_FULL_WIDTH = str.maketrans("０１２３４５６７８９．－，％＋", "0123456789.-,%+")


def empty_table(table: Table) -> pd.DataFrame:
    """The table with its columns and dtypes and no row."""
    return pd.DataFrame(
        {name: pd.Series([], dtype=_dtype(column)) for name, column in table.columns.items()}
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
        All columns of the codebook, in its order, with its dtypes. Rows without a key and
        repeats of a key are set aside.
    list of Finding
    """
    raw, findings = _blank_rows_left_out(raw)
    columns = {}
    for column in table.columns.values():
        if column.name in raw:
            columns[column.name], unread = _converted(raw[column.name], column)
            findings += [_unread(column, source, row, text) for row, text in unread.items()]
        else:
            columns[column.name] = pd.Series(index=raw.index, dtype=_dtype(column))
    frame = pd.DataFrame(columns, index=raw.index)
    findings += _out_of_bounds(frame, table, source, {f.where for f in findings})
    return _keyed(frame, table, source, findings)


def _blank_rows_left_out(raw: pd.DataFrame) -> tuple[pd.DataFrame, list[Finding]]:
    """A row with nothing in it holds no fact; leaving it out loses none."""
    text = raw.astype("str").apply(lambda values: values.str.strip())
    return raw.loc[~(raw.isna() | (text == "")).all(axis=1)], []


def _dtype(column: Column) -> str:
    if column.kind == "int":
        return "Int64"
    if column.kind in NUMERIC:
        return "float64"
    return {"date": "datetime64[us]", "bool": "bool"}.get(column.kind, "str")


def _converted(values: pd.Series, column: Column) -> tuple[pd.Series, pd.Series]:
    """The typed column, and the texts (by row) that could not be converted."""
    if column.kind in NUMERIC:
        return _numbers(values, column)
    if column.kind == "date":
        return _dates(values)
    text = values.astype("str").str.strip()
    text = text.mask(values.isna() | (text == ""))
    if column.kind == "bool":
        lower = text.fillna("").str.lower()
        known = lower.isin(TRUE | FALSE)
        return lower.isin(TRUE), text[~known]
    if column.kind == "choice":
        labels = {label: code for code, label in column.choices.items()}
        codes = text.map(labels).fillna(text)
        known = codes.isin(list(column.choices)) | codes.isna()
        return codes.where(known).astype("str"), text[~known]
    return text.astype("str"), text.iloc[:0]


def _numbers(values: pd.Series, column: Column) -> tuple[pd.Series, pd.Series]:
    if pd.api.types.is_numeric_dtype(values):
        return values.astype(_dtype(column)), values.iloc[:0].astype("str")
    text = values.astype("str").str.strip().str.translate(_FULL_WIDTH)
    empty = values.isna() | (text == "")
    plain = text.str.replace(r"(?<=\d),(?=\d{3})", "", regex=True)
    numbers = pd.to_numeric(plain.mask(empty), errors="coerce").astype("float64")
    numbers = numbers.where(numbers.abs() < float("inf"))
    if column.kind == "int":
        numbers = numbers.where(numbers % 1 == 0)
    unread = text[~empty & numbers.isna()]
    return numbers.astype(_dtype(column)), unread


def _dates(values: pd.Series) -> tuple[pd.Series, pd.Series]:
    if pd.api.types.is_datetime64_any_dtype(values):
        return values.astype("datetime64[us]"), values.iloc[:0].astype("str")
    text = values.astype("str").str.strip()
    empty = values.isna() | (text == "")
    iso = (
        text.str.replace(r"[年月/.]", "-", regex=True)
        .str.replace("日", "")
        .str.replace(r" 00:00:00$", "", regex=True)
        .mask(empty)
    )
    dates = pd.to_datetime(iso, format="%Y-%m-%d", errors="coerce")
    return dates.astype("datetime64[us]"), text[~empty & dates.isna()]


def _unread(column: Column, source: Source, row: int, text: str) -> Finding:
    where = cell_of(source, row, column.name)
    if column.kind == "choice":
        remedy = f"只能填：{'、'.join(column.choices.values())}。"
    else:
        needed = {"date": "日期，如 2021-03-31", "bool": "是或否", "int": "整数"}
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
    frame: pd.DataFrame, table: Table, source: Source, reported: set[object]
) -> list[Finding]:
    """What pandera finds (ranges, empty cells), in Chinese."""
    try:
        _schema(table).validate(frame, lazy=True)
    except pa.errors.SchemaErrors as errors:
        cases = errors.failure_cases
    else:
        return []
    findings = []
    for case in cases.itertuples():
        column = table.columns[case.column]
        where = cell_of(source, int(case.index), column.name)
        if where in reported:
            continue
        empty = case.check == "not_nullable"
        found = "" if empty else f"{case.failure_case:g}"
        limits = f"{_limit(column.low, '不小于')}{_limit(column.high, '不大于')}"
        problem = "为空" if empty else f"为 {found}，应{limits}{column.unit}"
        findings.append(
            Finding(
                "value-missing" if empty else "value-out-of-range",
                "error",
                column.name,
                where,
                found,
                f"{where} 的{column.zh}{problem}",
                "请向填报单位核实后补正。",
            )
        )
    return findings


def _limit(value: float | None, word: str) -> str:
    return "" if value is None else f"{word}{value:g}"


def _schema(table: Table) -> pa.DataFrameSchema:
    columns = {}
    for column in table.columns.values():
        checks = []
        if column.low is not None:
            checks.append(pa.Check.ge(column.low))
        if column.high is not None:
            checks.append(pa.Check.le(column.high))
        nullable = column.nullable or column.name in table.key
        columns[column.name] = pa.Column(checks=checks, nullable=nullable)
    return pa.DataFrameSchema(columns)


def _keyed(
    frame: pd.DataFrame, table: Table, source: Source, findings: list[Finding]
) -> tuple[pd.DataFrame, list[Finding]]:
    """Set aside rows without a key and repeats of a key."""
    key = list(table.key)
    nameless = frame[key].isna().any(axis=1)
    repeated = frame.duplicated(key) & ~nameless
    for row in frame.index[nameless | repeated]:
        where = cell_of(source, row, key[0])
        found = "、".join(str(v) for v in frame.loc[row, key] if pd.notna(v))
        code, problem = (
            ("key-missing", f"缺少{table.row}的编码")
            if nameless[row]
            else ("id-duplicated", f"与前面的行重复（{found}）")
        )
        findings.append(
            Finding(
                code,
                "error",
                found or table.name,
                where,
                found,
                f"{where} {problem}，该行未计入",
                "请核对后保留一行并补全编码。",
            )
        )
    return frame.loc[~(nameless | repeated)], findings


__all__ = ["empty_table", "typed_table"]
