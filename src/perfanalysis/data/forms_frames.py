"""Forms as two frames, a row a form and a row an indicator, so that all are reviewed at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pandas as pd

from perfanalysis.data.forms_model import Form, FormIndicator, FundLine, plain_number

_TEXTS = ("level1", "level1_text", "level2", "level3", "op", "target_text", "measure_unit")
_ANSWERS = ("actual_text", "reason")
_NUMBERS = ("target", "points", "actual")


@dataclass(frozen=True)
class FormFrames:
    """What forms state, as numbers.

    Attributes
    ----------
    forms : DataFrame
        One row a form, index from 0: year (float, NaN where none), initial_wan, annual_wan,
        executed_wan (of 年度资金总额, 万元), has_total_line, parts_wan (largest amount of a row
        under it, 万元), part_points (largest points or score of such a row), execution_points,
        execution_score, has_total (a total row), total_points, total_score; where, funds_where,
        part_where, total_where (`Where`).
    indicators : DataFrame
        One row an indicator: the columns of the codebook's table, form (index in `forms`),
        level1_text (as printed), where (`Where`).
    """

    forms: pd.DataFrame
    indicators: pd.DataFrame


def form_frames(forms: Sequence[Form]) -> FormFrames:
    """Put forms into frames."""
    rows = [(number, row) for number, form in enumerate(forms) for row in form.indicators]
    return FormFrames(
        pd.DataFrame([_form_row(form) for form in forms], columns=list(_FORM_COLUMNS)),
        _indicators_frame([row for _, row in rows], [number for number, _ in rows]),
    )


_FORM_COLUMNS = (
    "year",
    "has_total_line",
    "initial_wan",
    "annual_wan",
    "executed_wan",
    "execution_points",
    "execution_score",
    "parts_wan",
    "part_points",
    "has_total",
    "total_points",
    "total_score",
    "where",
    "funds_where",
    "part_where",
    "total_where",
)


def _form_row(form: Form) -> tuple[Any, ...]:
    total = form.total
    scored = max(form.parts, key=_at_stake, default=None)
    amounts = (
        [total.initial_wan, total.annual_wan, total.executed_wan, total.points, total.score]
        if total
        else [None] * 5
    )
    first = total or (form.funds[0] if form.funds else None)
    return (
        _number(None if form.year is None else Decimal(form.year)),
        total is not None,
        *map(_number, amounts),
        float(max((_largest(line) for line in form.parts), default=Decimal(0))),
        float(_at_stake(scored)) if scored else 0.0,
        form.has_total,
        _number(form.total_points),
        _number(form.total_score),
        form.where,
        first.where if first else form.where,
        scored.where if scored else form.where,
        form.total_where,
    )


def _largest(line: FundLine) -> Decimal:
    amounts = (line.initial_wan, line.annual_wan, line.received_wan, line.executed_wan)
    return max(amount or Decimal(0) for amount in amounts)


def _at_stake(line: FundLine) -> Decimal:
    return max(line.points or Decimal(0), line.score or Decimal(0))


def _number(value: Decimal | None) -> float:
    return float("nan") if value is None else float(value)


def _indicators_frame(rows: list[FormIndicator], forms: list[int]) -> pd.DataFrame:
    columns: dict[str, Any] = {"form": pd.Series(forms, dtype="int64")}
    for name in (*_TEXTS, *_ANSWERS):
        texts = [getattr(row, name) or None for row in rows]
        columns[name] = pd.Series(texts, dtype="str")
    for name in _NUMBERS:
        values = [plain_number(getattr(row, name)) for row in rows]
        columns[name] = pd.Series(values, dtype="float64")
    columns["self_score"] = pd.Series([plain_number(row.score) for row in rows], dtype="float64")
    for name in ("indicator_id", "project_id", "unit_id"):
        columns[name] = pd.Series([None] * len(rows), dtype="str")
    columns["where"] = pd.Series([row.where for row in rows], dtype="object")
    return pd.DataFrame(columns)


__all__ = ["FormFrames", "form_frames"]
