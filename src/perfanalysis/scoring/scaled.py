"""Rates scored by scales: one engine for whole units and for the categories of funds.

A subject (a unit or a project) is scored on indicators of a framework; each indicator has its two
sides among the subject's facts, and a scale that is a rule of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from perfanalysis.errors import RuleError
from perfanalysis.rules.values import RulesInForce
from perfanalysis.scoring.exact import HUNDREDTHS, Ints
from perfanalysis.scoring.grades import grades_of
from perfanalysis.scoring.ledger import LEDGER_COLUMNS
from perfanalysis.scoring.scales import MEASURES, check_scale, kept_points, measured, said

FULL = 100 * HUNDREDTHS
_NAMED = ("level1", "level2", "level3", "standard", "points")

TOTALS = {
    "project_id": "str",
    "points": "float64",
    "kept": "float64",
    "score": "float64",
    "grade": "str",
    "status": "str",
    "refused_reason": "str",
}
"""Columns of `Scaled.totals` of projects, and their types."""


@dataclass(frozen=True)
class Scaled:
    """Subjects scored on a framework.

    Attributes
    ----------
    totals : DataFrame
        One row a subject, in the order given: the id column, points (that apply), kept, score
        (kept ÷ points × 100, half-up to 0.01), grade, status (``scored`` or ``refused``),
        refused_reason. A refused subject has no score and no grade.
    indicators : DataFrame
        One row a subject and indicator: the id column, level1, level2, level3, standard, points,
        part, whole, rate (ratio; missing where it cannot be computed), kept, status (``scored``,
        ``not_applicable``, ``missing``), source_cell, rule.
    ledger : DataFrame
        `LEDGER_COLUMNS`, a line a deduction; ``full − kept = lost``, exactly. The other id is
        empty.
    """

    totals: pd.DataFrame
    indicators: pd.DataFrame
    ledger: pd.DataFrame


def read_framework(rules: RulesInForce, key: str) -> pd.DataFrame:
    """The indicators of a framework with their points, in the rule's order.

    Parameters
    ----------
    rules : RulesInForce
    key : str
        Of the framework: a list of level1, level2, level3, rule (key of the scale), measure,
        part, whole (items), standard.

    Raises
    ------
    RuleError
        If an indicator repeats, or its measure or scale cannot be read.
    """
    table = pd.DataFrame(rules.value(key))
    unknown = sorted(set(table["measure"]) - set(MEASURES))
    if unknown or table["level3"].duplicated().any():
        raise RuleError(f"规则 {key} 有重名或未知的算法：{'、'.join(unknown) or '有重名'}。")
    for scale in table["rule"]:
        check_scale(scale, rules.value(scale))
    points = [float(rules.value(scale)["points"]) for scale in table["rule"]]
    return table.reindex(columns=list(dict.fromkeys([*table, "whole"]))).assign(points=points)


def score_scaled(
    ids: pd.Series, framework: pd.DataFrame, facts: pd.DataFrame, rules: RulesInForce
) -> Scaled:
    """Score each subject on each indicator.

    Parameters
    ----------
    ids : Series of str
        Subjects; its name (``unit_id`` or ``project_id``) is that of the id column.
    framework : DataFrame
        From `read_framework`.
    facts : DataFrame
        Index subject and item: ``value``, ``source_cell``.
    rules : RulesInForce

    Returns
    -------
    Scaled
    """
    rows = _scored(_rows(ids, framework, facts), str(ids.name), rules)
    return Scaled(
        totals=_totals(ids, rows, rules),
        indicators=rows.drop(columns=["points_h", "kept_h"]),
        ledger=_ledger(rows, str(ids.name), rules),
    )


def _rows(ids: pd.Series, framework: pd.DataFrame, facts: pd.DataFrame) -> pd.DataFrame:
    """Every indicator of every subject with both sides of its rate."""
    rows = ids.to_frame().merge(framework, how="cross")
    for side in ("part", "whole"):
        found = facts.reindex(pd.MultiIndex.from_frame(rows[[str(ids.name), side]]))
        rows[f"{side}_value"] = found["value"].to_numpy("float64")
        rows[f"{side}_cell"] = found["source_cell"].fillna("").to_numpy("str")
    percent = rows["measure"] == "percent"
    rows["whole_value"] = rows["whole_value"].mask(percent, 100.0)
    return rows


def _scored(rows: pd.DataFrame, name: str, rules: RulesInForce) -> pd.DataFrame:
    rates, kept, status = [], [], []
    points = [round(value * HUNDREDTHS) for value in rows["points"]]
    for row, full in zip(rows.itertuples(), points, strict=True):
        part, whole = row.part_value, row.whole_value
        if np.isnan(part) or np.isnan(whole):
            rate, gained, state = None, 0, "missing"
        elif part == 0 and whole == 0 and row.measure != "change":
            rate, gained, state = None, 0, "not_applicable"
        else:
            rate = measured(row.measure, part, whole)
            gained, state = kept_points(full, rate, rules.value(row.rule)), "scored"
        rates.append(np.nan if rate is None else float(rate))
        kept.append(gained)
        status.append(state)
    return pd.DataFrame(
        {
            name: rows[name],
            **{column: rows[column] for column in _NAMED},
            "part": rows["part_value"],
            "whole": rows["whole_value"],
            "rate": rates,
            "kept": np.array(kept) / HUNDREDTHS,
            "status": pd.Series(status, rows.index, dtype="str"),
            "source_cell": rows["part_cell"],
            "rule": rows["rule"],
            "points_h": points,
            "kept_h": kept,
        }
    )


def _totals(ids: pd.Series, rows: pd.DataFrame, rules: RulesInForce) -> pd.DataFrame:
    applies = rows[rows["status"] != "not_applicable"]
    sums = applies.groupby(ids.name)[["points_h", "kept_h"]].sum()
    sums = sums.reindex(ids).fillna(0).astype("int64")
    absent = rows[rows["status"] == "missing"].groupby(ids.name)["level3"].agg("、".join)
    absent = absent.reindex(ids).fillna("").to_numpy("str")
    points, kept = sums["points_h"].to_numpy(), sums["kept_h"].to_numpy()
    refused = (absent != "") | (points == 0)
    total = _of_hundred(kept, points)
    reasons = [f"缺少{names}的数据" if names else "" for names in absent]
    return pd.DataFrame(
        {
            str(ids.name): ids.to_numpy(),
            "points": points / HUNDREDTHS,
            "kept": kept / HUNDREDTHS,
            "score": np.where(refused, np.nan, total / HUNDREDTHS),
            "grade": grades_of(total, refused, rules.value("self.grade_floors")),
            "status": pd.Series(np.where(refused, "refused", "scored"), dtype="str"),
            "refused_reason": pd.Series(reasons, dtype="str"),
        }
    )


def _of_hundred(kept: Ints, points: Ints) -> Ints:
    """``kept ÷ points × 100``, in hundredths, half-up."""
    whole = np.maximum(points, 1)
    rounded: Ints = (2 * kept * FULL + whole) // (2 * whole)
    return rounded


def _ledger(rows: pd.DataFrame, name: str, rules: RulesInForce) -> pd.DataFrame:
    lost = rows[(rows["status"] == "scored") & (rows["kept_h"] < rows["points_h"])]
    used = [rules.get(key) for key in lost["rule"]]
    reasons = [
        f"{row.level3}{_sides(row, rule.value)}，{said(rule.value)}"
        for row, rule in zip(lost.itertuples(), used, strict=True)
    ]
    table = pd.DataFrame(
        {
            "project_id": "",
            "unit_id": "",
            "indicator_id": "",
            name: lost[name],
            "level1": lost["level1"],
            "level2": lost["level2"],
            "indicator": lost["level3"],
            "full": lost["points"],
            "kept": lost["kept"],
            "lost": (lost["points_h"] - lost["kept_h"]) / HUNDREDTHS,
            "reason": reasons,
            "rule": lost["rule"],
            "basis": [rule.basis for rule in used],
            "document": [rule.cite() for rule in used],
            "source_cell": lost["source_cell"],
        },
        columns=list(LEDGER_COLUMNS),
    )
    texts = table.columns.difference(["full", "kept", "lost"])
    return table.astype(dict.fromkeys(texts, "str")).reset_index(drop=True)


def _sides(row: Any, scale: Mapping[str, Any]) -> str:
    """The rate of a row with both its sides."""
    if np.isnan(row.rate):
        return f"的分母为0，分子为{row.part:,.6g}"
    number = scale.get("shown") == "number"
    small = 0 < abs(row.rate) < 0.01
    rate = f"{row.rate:.2f}" if number else f"{row.rate:.3%}" if small else f"{row.rate:.1%}"
    return f"为{rate}（{row.part:,.6g}与{row.whole:,.6g}）"


__all__ = ["Scaled", "read_framework", "score_scaled"]
