"""What a form as a whole gives away: funds, points, totals, what is missing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from perfanalysis.data.findings import Finding
from perfanalysis.rules.values import RulesInForce
from perfanalysis.scoring.review_texts import finding

FULL = 100.0
NEAR = 1e-6
"""Two sums of printed points or amounts that are closer than this are the same."""
TOLERANCE = 0.05
"""Points by which printed totals may differ where no rule says (rules.md 10.12)."""
FEW = 3
"""Names of rows that a finding lists."""
_LABELS = {
    "execution": "预算执行",
    "cost": "成本",
    "output": "产出",
    "benefit": "效益",
    "satisfaction": "满意度",
    "decision": "决策",
    "process": "过程",
    "other": "其他",
}


def form_findings(
    forms: pd.DataFrame, indicators: pd.DataFrame, rules: RulesInForce | None
) -> Iterator[tuple[int, Finding]]:
    """Findings of forms, each with the index of its form.

    Parameters
    ----------
    forms, indicators : DataFrame
        As in `perfanalysis.data.forms_frames.FormFrames`; only rows of these forms.
    rules : RulesInForce or None
        None where no rule covers the evaluation date.
    """
    facts = _facts(forms, indicators)
    yield from _of_funds(forms, rules)
    yield from _of_points(forms, facts)
    yield from _of_totals(forms, facts, rules)
    if rules is not None:
        yield from _of_levels(forms, facts, indicators, rules)
    yield from _of_gaps(forms, facts, rules)


def _facts(forms: pd.DataFrame, indicators: pd.DataFrame) -> pd.DataFrame:
    """Sums and counts of the rows of each form."""
    rows = pd.DataFrame(
        {
            "rows": 1,
            "points": indicators["points"].fillna(0),
            "pointed": indicators["points"].notna(),
            "scores": indicators["self_score"].fillna(0),
            "scored": indicators["self_score"].notna(),
            "unscored_points": indicators["points"].where(indicators["self_score"].isna(), 0),
            "answered": indicators["actual_text"].notna(),
            "satisfaction": _mentions(indicators, "满意", ("level1_text", "level2", "level3")),
            "execution": _mentions(indicators, "预算执行", ("level1_text", "level3")),
        }
    ).fillna({"unscored_points": 0})
    sums = rows.groupby(indicators["form"]).sum().reindex(forms.index, fill_value=0)
    execution = forms["execution_points"]
    return sums.assign(
        unanswered=_named(indicators, ~rows["answered"], forms.index),
        unpointed=_named(indicators, ~rows["pointed"], forms.index),
        unscored=_named(indicators, ~rows["scored"], forms.index),
        printed=sums["points"] + execution.fillna(0),
        stated=sums["scores"] + forms["execution_score"].fillna(0),
        open=sums["unscored_points"]
        + execution.where(forms["execution_score"].isna(), 0).fillna(0),
        has_execution=execution.notna() | (sums["execution"] > 0),
    )


def _named(indicators: pd.DataFrame, mask: pd.Series, forms: pd.Index) -> pd.Series:
    """Names of the rows of a mask, form by form: the first few of them."""
    names = indicators.loc[mask].groupby("form")["level3"].agg(list)
    texts = {
        form: "、".join(some[:FEW]) + ("等" if len(some) > FEW else "")
        for form, some in names.items()
    }
    return pd.Series([texts.get(form, "") for form in forms], index=forms, dtype="object")


def _mentions(indicators: pd.DataFrame, word: str, columns: tuple[str, ...]) -> pd.Series:
    found = pd.Series(False, index=indicators.index)
    for column in columns:
        found |= indicators[column].astype("str").str.contains(word, regex=False).eq(True)
    return found


def _raise(
    code: str, forms: pd.DataFrame, mask: Any, column: str, subject: str, **facts: pd.Series
) -> Iterator[tuple[int, Finding]]:
    """One finding for each form of the mask; `facts` are columns of text."""
    hit = np.flatnonzero(np.asarray(mask, dtype=bool))
    if not hit.size:
        return
    wheres = forms[column].iloc[hit].tolist()
    texts = {name: values.iloc[hit].tolist() for name, values in facts.items()}
    for place, form in enumerate(forms.index[hit].tolist()):
        shown = {name: str(values[place]) for name, values in texts.items()}
        yield form, finding(code, subject, wheres[place], **shown)


def _text(values: pd.Series) -> pd.Series:
    return values.map(lambda value: "" if pd.isna(value) else f"{value:.10g}")


def _of_funds(forms: pd.DataFrame, rules: RulesInForce | None) -> Iterator[tuple[int, Finding]]:
    initial, annual, executed = (forms[f"{n}_wan"] for n in ("initial", "annual", "executed"))
    amounts = forms[["initial_wan", "annual_wan", "executed_wan"]].fillna(0)
    empty = (amounts == 0).all(axis=1) & (forms["parts_wan"] > 0)
    yield from _raise(
        "funds-total-empty",
        forms,
        empty,
        "funds_where",
        "funds",
        label=forms["parts_wan"].map(lambda wan: f"其中最大 {wan:.10g} 万元"),
    )
    yield from _raise(
        "funds-subrow-scored",
        forms,
        forms["part_points"] > 0,
        "part_where",
        "funds",
        points=_text(forms["part_points"]),
    )
    yield from _raise(
        "funds-initial-zero",
        forms,
        (initial == 0) & (executed > 0),
        "funds_where",
        "funds",
        executed=_text(executed),
    )
    yield from _raise(
        "executed-over-budget",
        forms,
        executed > annual + NEAR,
        "funds_where",
        "funds",
        executed=_text(executed),
        annual=_text(annual),
        rate=_percent(executed, annual),
    )
    if rules is not None:
        yield from _of_execution(forms, rules)


def _of_execution(forms: pd.DataFrame, rules: RulesInForce) -> Iterator[tuple[int, Finding]]:
    base = forms[f"{rules.value('self.execution_denominator')}_wan"]
    executed, points = forms["executed_wan"], forms["execution_points"]
    score = forms["execution_score"]
    rule = (executed / base.where(base > 0)).clip(upper=1) * points
    differs = (score - rule).abs() > _tolerance(rules) + NEAR
    yield from _raise(
        "execution-score-differs",
        forms,
        differs,
        "funds_where",
        "funds",
        score=_text(score),
        points=_text(points),
        rule_score=_text(rule.round(4)),
        rate=_percent(executed, base),
    )


def _percent(part: pd.Series, whole: pd.Series) -> pd.Series:
    return _text((part / whole.where(whole > 0) * 100).round(2))


def _tolerance(rules: RulesInForce | None) -> float:
    return TOLERANCE if rules is None else float(rules.value("self.score_tolerance"))


def _adds(facts: pd.DataFrame) -> pd.Series:
    return (facts["pointed"] > 0) & ((facts["printed"] - FULL).abs() <= NEAR)


def _rows_missing(forms: pd.DataFrame, facts: pd.DataFrame) -> pd.Series:
    """Points are short of 100 because rows are missing: the form itself shows that more was there.

    No total score, rows without points, no points for execution, or a total above what the rows
    hold; a form whose total says the same as its rows has all its rows.
    """
    beyond = forms["total_score"] > facts["stated"] + facts["open"] + TOLERANCE
    whole = (forms["total_points"] - facts["printed"]).abs() <= NEAR
    unsure = (
        forms["total_score"].isna()
        | (facts["pointed"] < facts["rows"])
        | ~facts["has_execution"]
        | beyond
    )
    return (facts["rows"] > 0) & (facts["printed"] < FULL - NEAR) & unsure & ~whole


def _of_points(forms: pd.DataFrame, facts: pd.DataFrame) -> Iterator[tuple[int, Finding]]:
    pointed = facts["pointed"] > 0
    yield from _raise(
        "weights-missing",
        forms,
        (facts["rows"] > 0) & ~pointed,
        "where",
        "form",
        rows=facts["rows"],
    )
    wrong = pointed & ~_adds(facts) & ~_rows_missing(forms, facts)
    yield from _raise(
        "weights-sum",
        forms,
        wrong,
        "where",
        "form",
        printed=_text(facts["printed"]),
        indicators=_text(facts["points"]),
        execution=_text(forms["execution_points"].fillna(0)),
    )
    unfilled = (facts["rows"] > 0) & (facts["answered"] == 0) & (facts["scored"] == 0)
    yield from _raise("form-unfilled", forms, unfilled, "where", "form", rows=facts["rows"])


def _of_totals(
    forms: pd.DataFrame, facts: pd.DataFrame, rules: RulesInForce | None
) -> Iterator[tuple[int, Finding]]:
    total, most = forms["total_score"], facts["stated"] + facts["open"]
    edge = _tolerance(rules) + NEAR
    above, below = total > most + edge, total < facts["stated"] - edge
    against = pd.Series(
        np.where(
            facts["open"] > 0,
            "各行得分合计"
            + _text(facts["stated"])
            + "分，加上未填得分的行最多"
            + _text(most)
            + "分",
            "各行得分合计" + _text(facts["stated"]) + "分",
        ),
        index=forms.index,
    )
    yield from _raise(
        "total-mismatch",
        forms,
        _adds(facts) & (above | below),
        "total_where",
        "form",
        total=_text(total),
        against=against,
    )


def _of_levels(
    forms: pd.DataFrame, facts: pd.DataFrame, indicators: pd.DataFrame, rules: RulesInForce
) -> Iterator[tuple[int, Finding]]:
    split = (
        indicators.pivot_table(index="form", columns="level1", values="points", aggfunc="sum")
        .reindex(index=forms.index, columns=list(_LABELS))
        .fillna(0)
    )
    split["execution"] += forms["execution_points"].fillna(0)
    standards = [rules.value("self.weights")]
    if "self.weights_with_cost" in rules:
        standards.append(rules.value("self.weights_with_cost"))
    which = np.where((split["cost"] > 0) & (len(standards) > 1), len(standards) - 1, 0)
    wanted = pd.DataFrame(
        [_standard(standards[i]) for i in which], index=forms.index, columns=list(_LABELS)
    )
    differs = _adds(facts) & ((split - wanted).abs() > NEAR).any(axis=1)
    yield from _raise(
        "weights-level1-differ",
        forms,
        differs,
        "where",
        "form",
        split=_split_text(split),
        standard=_split_text(wanted),
    )


def _standard(weights: Mapping[str, float]) -> list[float]:
    """Points of each level; of a split that leaves the rest open, NaN where nothing is fixed."""
    whole = abs(sum(weights.values()) - FULL) <= NEAR
    return [float(weights.get(level, 0 if whole else np.nan)) for level in _LABELS]


def _split_text(split: pd.DataFrame) -> pd.Series:
    return split.apply(
        lambda row: "、".join(f"{_LABELS[k]}{v:.10g}" for k, v in row.items() if v > 0), axis=1
    ).astype("str")


def _of_gaps(
    forms: pd.DataFrame, facts: pd.DataFrame, rules: RulesInForce | None
) -> Iterator[tuple[int, Finding]]:
    """Everything that is missing, in one finding a form.

    Points and scores count as missing only where the form has points at all.
    """
    rows, unweighted = facts["rows"] > 0, (facts["rows"] > 0) & (facts["pointed"] == 0)
    needs_satisfaction = rules is not None and float(
        rules.value("self.weights").get("satisfaction", 0)
    )
    gaps = {
        "年度资金总额一行": ~forms["has_total_line"].astype(bool),
        "全年预算数": forms["has_total_line"].astype(bool) & forms["annual_wan"].isna(),
        "全年执行数": forms["has_total_line"].astype(bool) & forms["executed_wan"].isna(),
        "预算执行分值": ~facts["has_execution"] & ~unweighted,
        "预算执行得分": forms["execution_points"].notna() & forms["execution_score"].isna(),
        "绩效指标": ~rows,
        "指标行（共缺{}分）": _rows_missing(forms, facts) & ~unweighted,
        "满意度指标": rows & (facts["satisfaction"] == 0) & bool(needs_satisfaction),
        "{}行实际完成值（{}）": facts["answered"] < facts["rows"],
        "{}行分值（{}）": (facts["pointed"] < facts["rows"]) & ~unweighted,
        "{}行得分（{}）": (facts["scored"] < facts["rows"]) & ~unweighted,
        "总分": forms["total_score"].isna() & ~unweighted,
    }
    blanks = pd.Series("", index=forms.index)
    details = {
        "指标行（共缺{}分）": (_text(FULL - facts["printed"]), blanks),
        "{}行实际完成值（{}）": (_text(facts["rows"] - facts["answered"]), facts["unanswered"]),
        "{}行分值（{}）": (_text(facts["rows"] - facts["pointed"]), facts["unpointed"]),
        "{}行得分（{}）": (_text(facts["rows"] - facts["scored"]), facts["unscored"]),
    }
    parts: list[list[str]] = [[] for _ in forms.index]
    for name, mask in gaps.items():
        counts, names = details.get(name, (blanks, blanks))
        for place in np.flatnonzero(mask.to_numpy("bool")):
            parts[place].append(name.format(counts.iloc[place], names.iloc[place]))
    missing = pd.Series(["、".join(texts) for texts in parts], index=forms.index, dtype="object")
    yield from _raise("form-incomplete", forms, missing != "", "where", "form", missing=missing)


__all__ = ["TOLERANCE", "form_findings"]
