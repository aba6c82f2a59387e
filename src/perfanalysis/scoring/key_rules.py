"""The indicator framework of key evaluation, and what its formulas give.

The team's score stands; what is computed here is only held against it. Two denominators are not
those of other forms and have their own methods: ``spend_rate`` divides by the money received,
``quality_rate`` by what was actually produced.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from perfanalysis.errors import RuleError
from perfanalysis.rules.values import RulesInForce
from perfanalysis.scoring.exact import HUNDREDTHS, Bools, Floats, Ints, hundredths, share_half_up

LEVELS = ("decision", "process", "output", "benefit")
FULL = 100 * HUNDREDTHS
MONEY_METHODS = {
    "funding_rate": ("received_wan", "annual_wan"),
    "spend_rate": ("executed_wan", "received_wan"),
}
_FORMULAS = ("share_met", "proportional", "planned_over_actual", "linear_excess", "none")


def key_framework(rules: RulesInForce) -> pd.DataFrame:
    """The indicators of key evaluation in the order of the framework.

    Parameters
    ----------
    rules : RulesInForce

    Returns
    -------
    DataFrame
        Index ``level3``: ``level1`` (code), ``level2``, ``method``, ``standard`` (formula or what
        is judged), ``check_points`` (number), ``check_texts`` (the check points, each on a line),
        ``rule_points`` (points of the rule).

    Raises
    ------
    RuleError
        If the points are not those of the framework's indicators, or do not add to 100.
    """
    entries = rules.value("key.framework")
    points: Mapping[str, float] = rules.value("key.points")
    names = [entry["level3"] for entry in entries]
    strange = sorted({*names} ^ {*points})
    if strange or len(set(names)) < len(names):
        raise RuleError(
            f"规则 key.points 与 key.framework 的三级指标不一致：{'、'.join(strange) or '有重名'}。"
            f"请使两者逐一对应。"
        )
    table = pd.DataFrame(
        {
            "level1": [entry["level1"] for entry in entries],
            "level2": [entry["level2"] for entry in entries],
            "method": [entry["method"] for entry in entries],
            "standard": [entry["standard"] for entry in entries],
            "check_points": [len(entry.get("check_points", ())) for entry in entries],
            "check_texts": ["\n".join(entry.get("check_points", ())) for entry in entries],
            "rule_points": [float(points[name]) for name in names],
        },
        index=pd.Index(names, name="level3", dtype="str"),
    )
    _check_framework(table, rules)
    return table


def _check_framework(table: pd.DataFrame, rules: RulesInForce) -> None:
    whole, valid = hundredths(table["rule_points"].to_numpy())
    if not valid.all() or whole.sum() != FULL:
        total = table["rule_points"].sum()
        raise RuleError(f"规则 key.points 合计为 {total:g} 分，应为100，且都是0.01的倍数。请改正。")
    scoring: Mapping[str, str] = rules.value("key.scoring")
    unknown = sorted({*table["method"]} - {*scoring})
    unknown += sorted(f for f in scoring.values() if f not in _FORMULAS)
    if unknown or not set(table["level1"]) <= {*LEVELS}:
        known = "、".join((*LEVELS, *_FORMULAS))
        raise RuleError(
            f"规则 key.framework 或 key.scoring 有未知的写法：{'、'.join(unknown) or '一级指标'}。"
            f"可用：{known}。"
        )


def formula_scores(
    rows: pd.DataFrame, points: Ints, formulas: Mapping[str, str]
) -> tuple[Ints, Bools]:
    """What the formula of each row gives.

    Parameters
    ----------
    rows : DataFrame, n rows
        ``method``; ``check_points``, ``check_points_met``; ``part`` and ``whole``, numerator and
        denominator of the row's rate; for timeliness and cost, the actual and the planned value.
    points : ndarray of int64, shape (n,)
        Hundredths at stake.
    formulas : mapping of str to str
        Rule ``key.scoring``.

    Returns
    -------
    ndarray of int64, shape (n,)
        Hundredths, rounded half-up; 0 where not known.
    ndarray of bool, shape (n,)
        Whether a formula applies and has its numbers.
    """
    formula = rows["method"].map(formulas).fillna("none").to_numpy("str")
    met = rows["check_points_met"].to_numpy("float64", na_value=np.nan)
    asked = rows["check_points"].to_numpy("float64", na_value=np.nan)
    shared = formula == "share_met"
    part = np.where(shared, met, rows["part"].to_numpy("float64"))
    whole = np.where(shared, asked, rows["whole"].to_numpy("float64"))
    known = (formula != "none") & (part >= 0) & (whole > 0) & np.isfinite(part + whole)
    result = np.where(known, points, 0).astype(np.int64)
    short = known & np.isin(formula, ["share_met", "proportional"]) & (part < whole)
    result[short] = share_half_up(points[short], part[short], whole[short])
    late = known & (formula == "planned_over_actual") & (part > whole)
    result[late] = share_half_up(points[late], whole[late], part[late])
    dear = known & (formula == "linear_excess") & (part > whole)
    result[dear] = _linear(points[dear], part[dear], whole[dear])
    return result, known


def _linear(points: Ints, part: Floats, whole: Floats) -> Ints:
    """``points × (1 − excess)``; nothing is left from twice the plan on."""
    left = np.where(part < 2 * whole, part, 2 * whole)
    return share_half_up(points, left, whole, excess=True)


__all__ = ["FULL", "LEVELS", "MONEY_METHODS", "formula_scores", "key_framework"]
