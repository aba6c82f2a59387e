"""Review every indicator of a table by the rule in force: whole columns at once.

A quantitative indicator is computed (财预〔2020〕10号): full points when the target is met,
otherwise in proportion; a ceiling by the formula that the rule names. A qualitative one is not:
its score is the unit's judgement, capped at the points and checked against the band of its words.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from perfanalysis.data.values import arrow_text
from perfanalysis.errors import DataError
from perfanalysis.rules.values import RulesInForce
from perfanalysis.scoring.exact import (
    HUNDREDTHS,
    Bools,
    Floats,
    Ints,
    Texts,
    blocks,
    hundredths,
    rounded_points,
    share_half_up,
)

USED = (
    "indicator_id",
    "project_id",
    "unit_id",
    "level1",
    "level2",
    "level3",
    "op",
    "target",
    "points",
    "actual",
    "actual_text",
    "self_score",
    "reason",
)


class Cause(IntEnum):
    """Why an indicator does not keep its full points; one cause a row."""

    NONE = 0
    MISSING_ACTUAL = 1
    SHORTFALL = 2
    CEILING = 3
    NONPOSITIVE_TARGET = 4
    JUDGEMENT = 5
    NOT_COMPUTED = 6


RULE_OF = {
    Cause.MISSING_ACTUAL: "self.missing_actual",
    Cause.SHORTFALL: "self.quantitative",
    Cause.CEILING: "self.ceiling_formula",
    Cause.NONPOSITIVE_TARGET: "self.nonpositive_target",
    Cause.JUDGEMENT: "self.qualitative_judgement",
    Cause.NOT_COMPUTED: "self.qualitative_judgement",
}

FLAGS = {
    "points-invalid": "分值缺失或不是0.01的倍数",
    "no-actual": "没有实际完成值",
    "no-stated-score": "不能计算且没有自评得分",
    "not-computed": "目标值或完成值不是数值，未计算",
    "zero-target": "目标值为零",
    "nonpositive-target": "目标值为负数",
    "overachieved": "远超目标",
    "overachieved-unexplained": "远超目标且未说明原因",
    "band-mismatch": "得分不在所写档次的区间内",
    "score-above-rule": "自评得分高于规则",
    "score-below-rule": "自评得分低于规则且未说明原因",
}
"""Code of each flag and what it says; a flag never changes a score."""


@dataclass(frozen=True)
class ReviewedIndicators:
    """The indicators of a table, reviewed.

    Attributes
    ----------
    frame : DataFrame
        One row an indicator, index as in the input: indicator_id, project_id, unit_id, level1,
        level2, level3, op, target, actual, points, review_score, self_score, difference
        (self_score − review_score), flags (codes of `FLAGS`, joined by ``;``). Scores are points,
        empty where there is none.
    points, kept : ndarray of int64, shape (n,)
        The same in whole hundredths; ``points − kept`` is what was lost. Where not `scored`, kept
        equals points: nothing is known to be lost.
    scored : ndarray of bool, shape (n,)
        Whether there is a review score.
    cause : ndarray of int8, shape (n,)
        `Cause` of each row.
    """

    frame: pd.DataFrame
    points: Ints
    kept: Ints
    scored: Bools
    cause: np.ndarray[tuple[int], np.dtype[np.int8]]


@dataclass(frozen=True)
class _Columns:
    """The columns that scores come from."""

    points: Ints
    valid: Bools
    target: Floats
    actual: Floats
    stated: Floats
    at_least: Bools
    at_most: Bools
    equal: Bools
    has_text: Bools
    explained: Bools

    @property
    def floor(self) -> Bools:
        """Reaching the target is what counts: ≥ and ＝."""
        return self.at_least | self.equal

    @property
    def numeric(self) -> Bools:
        """Computable in kind: a sign and a numeric target."""
        return (self.floor | self.at_most) & ~np.isnan(self.target)

    @property
    def missing(self) -> Bools:
        """No actual at all, neither a number nor words."""
        return np.isnan(self.actual) & ~self.has_text

    @property
    def computed(self) -> Bools:
        """The score follows from target and actual."""
        return self.numeric & ~np.isnan(self.actual)


def score_indicators(indicators: pd.DataFrame, rules: RulesInForce) -> ReviewedIndicators:
    r"""Review the indicators of a table.

    Parameters
    ----------
    indicators : DataFrame
        The columns of the codebook's table of that name.
    rules : RulesInForce
        Rules of the evaluation date.

    Returns
    -------
    ReviewedIndicators

    Raises
    ------
    DataError
        If a column is missing.
    RuleNotInForceError
        If a rule of self-evaluation has no value on the date.

    Notes
    -----
    With target :math:`A > 0`, actual :math:`B` and points :math:`w`, a floor (≥, ＝) that is
    missed keeps :math:`w\max(0, B)/A`; a ceiling (≤) that is broken keeps
    :math:`w(1 - (B-A)/A)`, not below 0, or :math:`wA/B`. Rounded half-up to 0.01, once. A target
    of zero or below allows no ratio: met keeps all, missed nothing.
    """
    absent = [name for name in USED if name not in indicators]
    if absent:
        raise DataError(f"绩效指标表缺少列 {'、'.join(absent)}。请对照数据字典补上。")
    reviews = [_reviewed(block, rules) for block in blocks(indicators)]
    points, kept, scored, cause, score, difference = (
        np.concatenate([getattr(review, name) for review in reviews])
        for name in ("points", "kept", "scored", "cause", "score", "difference")
    )
    flags = pa.chunked_array([review.flags for review in reviews], pa.large_string())
    names = ["indicator_id", "project_id", "unit_id", "level1", "level2", "level3", "op"]
    frame = indicators[[*names, "target", "actual", "points"]].assign(
        review_score=score,
        self_score=indicators["self_score"],
        difference=difference,
        flags=pd.array(flags, dtype="str"),
    )
    return ReviewedIndicators(frame, points, kept, scored, cause)


@dataclass(frozen=True)
class _Review:
    """What `ReviewedIndicators` holds, of a block."""

    points: Ints
    kept: Ints
    scored: Bools
    cause: np.ndarray[tuple[int], np.dtype[np.int8]]
    score: Floats
    difference: Floats
    flags: Texts


def _reviewed(indicators: pd.DataFrame, rules: RulesInForce) -> _Review:
    columns = _columns(indicators)
    kept, cause = _computed(columns, rules.value("self.ceiling_formula"))
    judged = columns.valid & ~columns.computed & ~columns.missing
    scored = columns.valid & (~judged | ~np.isnan(columns.stated))
    sure = np.flatnonzero(judged & scored)
    stated = np.clip(columns.stated[sure], 0, columns.points[sure] / HUNDREDTHS)
    kept[sure] = rounded_points(stated)
    qualitative = _is(indicators["op"], "qualitative")
    cause[sure] = np.where(qualitative[sure], Cause.JUDGEMENT, Cause.NOT_COMPUTED)
    kept = np.where(scored, kept, columns.points)
    cause[kept == columns.points] = Cause.NONE
    flags = _flags(indicators, columns, judged, scored, rules)
    score = np.where(scored, kept / HUNDREDTHS, np.nan)
    # the difference of two decimals, not of their binary neighbours
    difference = np.round((columns.stated - score) * 1e6) / 1e6
    return _Review(columns.points, kept, scored, cause, score, difference, flags)


def _columns(indicators: pd.DataFrame) -> _Columns:
    points, valid = hundredths(_floats(indicators["points"]))
    return _Columns(
        points=points,
        valid=valid,
        target=_floats(indicators["target"]),
        actual=_floats(indicators["actual"]),
        stated=_floats(indicators["self_score"]),
        at_least=_is(indicators["op"], "at_least"),
        at_most=_is(indicators["op"], "at_most"),
        equal=_is(indicators["op"], "equal"),
        has_text=indicators["actual_text"].notna().to_numpy(),
        explained=indicators["reason"].notna().to_numpy(),
    )


def _floats(column: pd.Series) -> Floats:
    values: Floats = column.to_numpy("float64", na_value=np.nan)
    return np.where(np.isfinite(values), values, np.nan)


def _is(column: pd.Series, text: str) -> Bools:
    same: Bools = (column == text).to_numpy("bool", na_value=False)
    return same


def _met(c: _Columns) -> Bools:
    """Target reached. ＝0 asks for nothing above zero, as ≤0 does."""
    below = c.at_most | (c.equal & (c.target == 0))
    met: Bools = np.where(below, c.actual <= c.target, c.actual >= c.target)
    return met


def _computed(c: _Columns, formula: str) -> tuple[Ints, np.ndarray[tuple[int], np.dtype[np.int8]]]:
    """Hundredths kept and the cause of each row that target and actual decide."""
    kept = c.points.copy()
    cause = np.zeros(kept.size, dtype=np.int8)
    missing = c.valid & c.missing
    kept[missing], cause[missing] = 0, Cause.MISSING_ACTUAL
    short = c.valid & c.computed & ~_met(c)
    flat = short & ~(c.target > 0)
    kept[flat], cause[flat] = 0, Cause.NONPOSITIVE_TARGET
    low = np.flatnonzero(short & (c.target > 0) & c.floor)
    kept[low] = share_half_up(c.points[low], np.maximum(c.actual[low], 0), c.target[low])
    cause[low] = Cause.SHORTFALL
    over = np.flatnonzero(short & (c.target > 0) & c.at_most)
    kept[over] = _over_ceiling(c.points[over], c.target[over], c.actual[over], formula)
    cause[over] = Cause.CEILING
    return kept, cause


def _over_ceiling(points: Ints, target: Floats, actual: Floats, formula: str) -> Ints:
    if formula == "ratio":
        return share_half_up(points, target, actual)
    with np.errstate(over="ignore"):
        twice = 2 * target
    return share_half_up(points, np.minimum(actual, twice), target, excess=True)


def _flags(
    indicators: pd.DataFrame,
    c: _Columns,
    judged: Bools,
    scored: Bools,
    rules: RulesInForce,
) -> Texts:
    over = _overachieved(c, rules)
    above, below = _off_rule(c, float(rules.value("self.score_tolerance")))
    masks = {
        "points-invalid": ~c.valid,
        "no-actual": c.missing,
        "no-stated-score": judged & ~scored,
        "not-computed": judged & ~_is(indicators["op"], "qualitative"),
        "zero-target": c.numeric & (c.target == 0),
        "nonpositive-target": c.numeric & (c.target < 0),
        "overachieved": over,
        "overachieved-unexplained": over & ~c.explained,
        "band-mismatch": _outside_band(indicators, c, rules),
        "score-above-rule": above,
        "score-below-rule": below & ~c.explained,
    }
    return _joined_codes(masks)


def _overachieved(c: _Columns, rules: RulesInForce) -> Bools:
    """Actual far beyond a floor's target; a ceiling has no such thing."""
    ratio = float(rules.value("self.overachievement_review"))
    from_zero = float(rules.value("self.overachievement_zero_target"))
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        far = c.actual / c.target >= ratio - 1e-12
    far = np.where(c.target == 0, c.actual >= from_zero, far & (c.target > 0))
    overachieved: Bools = c.computed & c.floor & far & _met(c)
    return overachieved


def _off_rule(c: _Columns, tolerance: float) -> tuple[Bools, Bools]:
    """Stated above or below what the rule gives before rounding.

    A broken ceiling is above only if it exceeds both published formulas, and below only if it is
    under both.
    """
    points = c.points / HUNDREDTHS
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        share = np.maximum(c.actual, 0) / c.target
        linear, ratio = np.clip(2 - share, 0, 1), 1 / share
    positive, met = c.target > 0, _met(c)
    lax = np.where(positive, np.where(c.at_most, ratio, share), 0)
    strict = np.where(positive, np.where(c.at_most, linear, share), 0)
    lax, strict = np.where(met, 1, lax), np.where(met, 1, strict)
    known = c.valid & ~np.isnan(c.stated)
    edge = tolerance + 1e-9
    above = np.where(c.computed, c.stated > points * lax + edge, c.stated > points + edge)
    return known & above, known & c.computed & (c.stated < points * strict - edge)


def _outside_band(indicators: pd.DataFrame, c: _Columns, rules: RulesInForce) -> Bools:
    """Stated score outside the band that the unit's own words name."""
    outside = np.zeros(len(indicators), dtype=np.bool_)
    rows = np.flatnonzero(_is(indicators["op"], "qualitative") & c.valid & ~np.isnan(c.stated))
    texts = indicators["actual_text"].iloc[rows]
    open_rows = texts.notna().to_numpy()
    stated = rounded_points(np.maximum(c.stated[rows], 0))
    bands, words = rules.value("self.qualitative_bands"), rules.value("self.qualitative_words")
    for level in ("poor", "partial", "achieved"):
        if level not in bands:
            continue
        named = _contains_any(texts, words.get(level, ())) & open_rows
        open_rows = open_rows & ~named
        low, high = (_share_of(c.points[rows], bound) for bound in bands[level])
        top = stated <= high if bands[level][1] >= 1 else stated < high
        outside[rows] |= named & ~((stated >= low) & top)
    return outside


def _share_of(points: Ints, bound: float) -> Ints:
    ones = np.ones(points.size)
    return share_half_up(points, ones * float(bound), ones)


def _contains_any(texts: pd.Series, words: tuple[str, ...]) -> Bools:
    found = np.zeros(len(texts), dtype=np.bool_)
    for word in words:
        has = pc.match_substring(arrow_text(texts), word)
        found |= pc.fill_null(has, False).to_numpy()
    return found


def _joined_codes(masks: dict[str, Bools]) -> Texts:
    """The codes of each row, joined by ``;``: few combinations, so each is built once."""
    bits = np.zeros(next(iter(masks.values())).size, dtype=np.int64)
    for position, mask in enumerate(masks.values()):
        bits |= mask.astype(np.int64) << position
    seen = np.flatnonzero(np.bincount(bits, minlength=1))
    names = list(masks)
    texts = [
        ";".join(name for i, name in enumerate(names) if bit >> i & 1) for bit in seen.tolist()
    ]
    place = np.zeros(int(seen.max(initial=0)) + 1, dtype=np.int64)
    place[seen] = np.arange(seen.size)
    return pa.array(texts, pa.large_string()).take(pa.array(place[bits]))


__all__ = ["FLAGS", "RULE_OF", "Cause", "ReviewedIndicators", "score_indicators"]
