"""The ledger: one line for every deduction, with its reason, rule, document and source cell."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from perfanalysis.data.findings import Where
from perfanalysis.data.source import Source, column_letters
from perfanalysis.rules.values import RulesInForce
from perfanalysis.scoring.exact import (
    HUNDREDTHS,
    Floats,
    Ints,
    Texts,
    blocks,
    joined,
    number_texts,
    percent_texts,
    points_texts,
)
from perfanalysis.scoring.indicators import RULE_OF, Cause, ReviewedIndicators

LEDGER_COLUMNS = (
    "project_id",
    "unit_id",
    "indicator_id",
    "level1",
    "level2",
    "indicator",
    "full",
    "kept",
    "lost",
    "reason",
    "rule",
    "basis",
    "document",
    "source_cell",
)
_COMPARED = ["op", "target", "actual", "measure_unit"]
_USED = (*LEDGER_COLUMNS[:5], "level3", *_COMPARED, "source_cell")
_SIGNS = {"at_least": "≥", "at_most": "≤", "equal": "＝"}


def indicator_ledger(
    reviewed: ReviewedIndicators,
    indicators: pd.DataFrame,
    rules: RulesInForce,
    *,
    source: Source | None = None,
) -> pd.DataFrame:
    """One line for every indicator that lost points, in the order of the table.

    Parameters
    ----------
    reviewed : ReviewedIndicators
        From `score_indicators` on the same table and rules.
    indicators : DataFrame
        Index: position of each row in its file.
    rules : RulesInForce
    source : Source, optional
        Where the table came from; names the cells of rows that have no ``source_cell``.

    Returns
    -------
    DataFrame
        Columns `LEDGER_COLUMNS`; ``full − kept = lost`` in points of two decimals, ``lost > 0``.
    """
    used = [name for name in _USED if name in indicators]
    ledgers = []
    first = 0
    for block in blocks(indicators[used]):
        here = slice(first, first + len(block))
        rows = np.flatnonzero(reviewed.kept[here] < reviewed.points[here])
        ledgers.append(_lines(reviewed, block.iloc[rows], rows + first, rules, source))
        first += len(block)
    return pd.concat(ledgers, ignore_index=True)


def _lines(
    reviewed: ReviewedIndicators,
    lines: pd.DataFrame,
    rows: Ints,
    rules: RulesInForce,
    source: Source | None,
) -> pd.DataFrame:
    """The ledger of some indicators and their positions in the table."""
    cause = reviewed.cause[rows]
    reasons = _reasons(lines, cause, reviewed.points[rows], reviewed.kept[rows], rules)
    return pd.DataFrame(
        {
            "project_id": lines["project_id"],
            "unit_id": lines["unit_id"],
            "indicator_id": lines["indicator_id"],
            "level1": lines["level1"],
            "level2": lines["level2"].fillna(""),
            "indicator": lines["level3"],
            **_points(reviewed.points[rows], reviewed.kept[rows]),
            "reason": as_text(reasons, lines.index),
            **_authority([RULE_OF[Cause(c)] if c else "" for c in range(len(Cause))], cause, rules),
            "source_cell": source_cells(lines, "indicators", "actual", source),
        }
    )


def execution_ledger(
    projects: pd.DataFrame, full: Ints, kept: Ints, rules: RulesInForce
) -> pd.DataFrame:
    """One line for every project that lost points on budget execution, in their order.

    Parameters
    ----------
    projects : DataFrame
        project_id, unit_id, ``base_wan`` (the denominator), ``executed_wan``, ``partial`` (some
        source of funds has no executed amount), ``source_cell``.
    full, kept : ndarray of int64, shape (n,)
        Hundredths at stake and kept.
    rules : RulesInForce

    Returns
    -------
    DataFrame
        Columns `LEDGER_COLUMNS`; ``indicator_id`` and ``level2`` are empty.
    """
    rows = np.flatnonzero(kept < full)
    lines, full, kept = projects.iloc[rows], full[rows], kept[rows]
    missing = lines["executed_wan"].isna().to_numpy()
    reasons = _execution_reasons(lines, full - kept, missing, rules)
    blank = pd.Series("", index=lines.index, dtype="str")
    keys = ["self.execution_score", RULE_OF[Cause.MISSING_ACTUAL]]
    return pd.DataFrame(
        {
            "project_id": lines["project_id"],
            "unit_id": lines["unit_id"],
            "indicator_id": blank,
            "level1": as_text(repeated("execution", rows.size), lines.index),
            "level2": blank,
            "indicator": as_text(repeated("预算执行率", rows.size), lines.index),
            **_points(full, kept),
            "reason": as_text(reasons, lines.index),
            **_authority(keys, missing.astype(np.int8), rules),
            "source_cell": lines["source_cell"],
        }
    ).reset_index(drop=True)


def _points(full: Ints, kept: Ints) -> dict[str, Floats]:
    return {
        "full": full / HUNDREDTHS,
        "kept": kept / HUNDREDTHS,
        "lost": (full - kept) / HUNDREDTHS,
    }


def _authority(
    keys: Sequence[str], which: np.ndarray[tuple[int], np.dtype[np.int8]], rules: RulesInForce
) -> dict[str, pd.api.extensions.ExtensionArray]:
    """Rule key, basis and document of each line, from the few rules that there are."""
    dated = [rules.get(key) if key else None for key in keys]
    texts = {
        "rule": keys,
        "basis": [value.basis if value else "" for value in dated],
        "document": [value.cite() if value else "" for value in dated],
    }
    positions = pa.array(which)
    return {
        name: pd.array(pa.array(values, pa.large_string()).take(positions), dtype="str")
        for name, values in texts.items()
    }


def _reasons(
    lines: pd.DataFrame,
    cause: np.ndarray[tuple[int], np.dtype[np.int8]],
    points: Ints,
    kept: Ints,
    rules: RulesInForce,
) -> Texts:
    """The reason of every line: each cause's sentences are built together, then put in order."""
    parts: list[Texts] = [pa.array([], pa.large_string())]
    places: list[Ints] = [np.empty(0, dtype=np.int64)]
    for each in np.unique(cause).tolist():
        rows = np.flatnonzero(cause == each)
        some = lines[_COMPARED].iloc[rows]
        parts.append(_sentences(Cause(each), some, points[rows], kept[rows], rules))
        places.append(rows)
    order = np.empty(len(lines), dtype=np.int64)
    order[np.concatenate(places)] = np.arange(len(lines))
    return pa.concat_arrays(parts).take(pa.array(order))


def _sentences(
    cause: Cause, lines: pd.DataFrame, points: Ints, kept: Ints, rules: RulesInForce
) -> Texts:
    lost = points_texts(points - kept)
    if cause is Cause.MISSING_ACTUAL:
        return joined("没有实际完成值，不得分，扣", lost, "分；补报后重新计分")
    if cause is Cause.JUDGEMENT:
        return joined(
            "定性指标，单位自评判断为",
            points_texts(kept),
            "分（分值",
            points_texts(points),
            "分），复核照列，扣",
            lost,
            "分",
        )
    if cause is Cause.NOT_COMPUTED:
        return joined(
            "目标值或实际完成值不是数值，不能计算，照列单位自评",
            points_texts(kept),
            "分，扣",
            lost,
            "分",
        )
    verb = "实际" if cause is Cause.CEILING else "完成"
    return joined(verb, _compared(lines), _measure(cause, lines, rules), "扣", lost, "分")


def _compared(lines: pd.DataFrame) -> Texts:
    """``450人，目标≥500人，``."""
    unit = _filled(lines["measure_unit"])
    sign = _filled(lines["op"].map(_SIGNS).astype("str"))
    actual = number_texts(lines["actual"].to_numpy("float64"))
    target = number_texts(lines["target"].to_numpy("float64"))
    return joined(actual, unit, "，目标", sign, target, unit, "，")


def _measure(cause: Cause, lines: pd.DataFrame, rules: RulesInForce) -> Texts:
    target = lines["target"].to_numpy("float64")
    actual = lines["actual"].to_numpy("float64")
    if cause is Cause.NONPOSITIVE_TARGET:
        return repeated("没有达到，目标值不是正数，不能按比例计分，", target.size)
    if cause is Cause.SHORTFALL:
        rate = percent_texts(np.maximum(actual, 0), target)
        return joined("完成率", _never(rate, "100.0%", "不足100%"), "，按比例")
    if rules.value("self.ceiling_formula") == "ratio":
        rate = percent_texts(target, actual)
        return joined("目标÷实际为", _never(rate, "100.0%", "不足100%"), "，按比例")
    return _excess(target, actual)


def _excess(target: Floats, actual: Floats) -> Texts:
    """``超出10.0%，按超出比例``; from twice the target on nothing is left to share."""
    with np.errstate(over="ignore"):
        twice = actual >= 2 * target
    excess = percent_texts(np.where(twice, target, actual), target, beyond=True)
    some = joined("超出", _never(excess, "0.0%", "不足0.1%"), "，按超出比例")
    return pc.if_else(
        pa.array(twice), pa.scalar("超出目标一倍及以上，不得分，", pa.large_string()), some
    )


def _execution_reasons(
    lines: pd.DataFrame,
    lost: Ints,
    missing: np.ndarray[tuple[int], np.dtype[np.bool_]],
    rules: RulesInForce,
) -> Texts:
    initial = rules.value("self.execution_denominator") == "initial"
    base = lines["base_wan"].to_numpy("float64")
    executed = lines["executed_wan"].fillna(0).to_numpy("float64")
    rate = percent_texts(executed, base)
    partly = pc.if_else(
        pa.array(lines["partial"].to_numpy("bool")),
        pa.scalar("（有资金来源未填执行数，按未执行计）", pa.large_string()),
        pa.scalar("", pa.large_string()),
    )
    sentence = joined(
        "执行",
        number_texts(executed),
        "万元，年初预算" if initial else "万元，全年预算",
        number_texts(base),
        "万元，执行率",
        _never(rate, "100.0%", "不足100%"),
        partly,
        "，按比例扣",
        points_texts(lost),
        "分",
    )
    absent = joined("没有全年执行数，不得分，扣", points_texts(lost), "分；补报后重新计分")
    return pc.if_else(pa.array(missing), absent, sentence)


def _never(texts: Texts, wrong: str, instead: str) -> Texts:
    """A share that only rounding makes whole (or nothing) is not printed as such."""
    text = pa.scalar(instead, pa.large_string())
    return pc.if_else(pc.equal(texts, pa.scalar(wrong, pa.large_string())), text, texts)


def _filled(column: pd.Series) -> Texts:
    return pa.array(column.fillna("").astype("str"), pa.large_string())


def repeated(text: str, times: int) -> Texts:
    """The same text in every row."""
    return pa.repeat(pa.scalar(text, pa.large_string()), times)


def as_text(texts: Texts, index: pd.Index) -> pd.Series:
    """A text column of a frame."""
    return pd.Series(pd.array(texts, dtype="str"), index=index)


def source_cells(lines: pd.DataFrame, table: str, column: str, source: Source | None) -> pd.Series:
    """``file!sheet!cell`` of each row: its own ``source_cell``, else its place in the file.

    Parameters
    ----------
    lines : DataFrame
        Index: position of each row in its file, from 0.
    table : str
        Name of the table, printed where the source is unknown.
    column : str
        The column whose cell is meant.
    source : Source or None
    """
    if "source_cell" in lines and lines["source_cell"].notna().all():
        return lines["source_cell"].astype("str")
    file, sheet = (source.file, source.sheet) if source else (table, "")
    position = source.columns.get(column) if source else None
    letters = column_letters(position) if position is not None else "A"
    prefix = str(Where(file, sheet, letters))
    first = 2 + (source.header if source else 0)
    numbers = pc.cast(pa.array(lines.index.to_numpy() + first), pa.large_string())
    cells = as_text(joined(prefix, numbers), lines.index)
    if "source_cell" not in lines:
        return cells
    return lines["source_cell"].fillna(cells).astype("str")


__all__ = [
    "LEDGER_COLUMNS",
    "as_text",
    "execution_ledger",
    "indicator_ledger",
    "repeated",
    "source_cells",
]
