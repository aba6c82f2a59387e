"""Review stated scores by the rule in force: what a form or a table of indicators gives away.

The indicator codes apply to any table of indicators, of a form or of a year; the form codes to
forms only. Where no rule covers the evaluation date, only what needs no rule is raised, and a note
says so. The definitions are those of the codes in `review_texts`.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from perfanalysis.data.findings import Finding, Where
from perfanalysis.data.forms_units import is_money
from perfanalysis.data.forms_values import read_days
from perfanalysis.errors import RuleNotInForceError
from perfanalysis.rules.values import RuleBook, RulesInForce, evaluation_date
from perfanalysis.scoring.exact import Bools
from perfanalysis.scoring.indicators import score_indicators
from perfanalysis.scoring.measurable import is_measurable
from perfanalysis.scoring.review_forms import form_findings
from perfanalysis.scoring.review_texts import finding

WITHOUT_RULE = ("zero-target", "money-as-quantity", "target-unmeasurable")
BY_RULE = ("overachieved-unexplained", "score-above-rule", "score-below-rule")
NEEDED = (
    "self.ceiling_formula",
    "self.execution_denominator",
    "self.overachievement_review",
    "self.overachievement_zero_target",
    "self.qualitative_bands",
    "self.qualitative_words",
    "self.quantitative",
    "self.score_tolerance",
    "self.weights",
)
"""Rules that must all have a value, or else nothing is reviewed by rule."""
NO_REASON = ("无", "无。", "没有", "无偏差", "无原因", "/", "—", "-")
"""Texts in the column of reasons that give none."""
_LATE = "self.qualitative_bands"


def indicator_codes(indicators: pd.DataFrame, rules: RulesInForce | None) -> pd.DataFrame:
    """Which codes each indicator gives cause for.

    Parameters
    ----------
    indicators : DataFrame
        The columns of the codebook's table of that name.
    rules : RulesInForce or None
        None where no rule covers the evaluation date: then only `WITHOUT_RULE` is judged.

    Returns
    -------
    DataFrame of bool
        One column a code, index as in the input; and ``rule_score`` (points that the rule gives,
        NaN without a rule).
    """
    codes = pd.DataFrame(
        {
            "zero-target": (indicators["target"] == 0) & (indicators["op"] != "qualitative"),
            "money-as-quantity": _money_as_quantity(indicators),
            "target-unmeasurable": _unmeasurable(indicators),
        },
        index=indicators.index,
    ).astype("bool")
    if rules is None:
        return codes.assign(**dict.fromkeys(BY_RULE, False), rule_score=np.nan)
    explained = ~indicators["reason"].isin(NO_REASON)
    reviewed = score_indicators(
        indicators.assign(reason=indicators["reason"].where(explained)), rules
    ).frame
    flags = reviewed["flags"]
    for code in BY_RULE:
        codes[code] = flags.str.contains(code, regex=False).to_numpy("bool")
    codes["overachieved-unexplained"] &= indicators["target"] > 0
    codes["score-above-rule"] |= _late_in_full(indicators, rules)
    return codes.assign(rule_score=reviewed["review_score"])


def _money_as_quantity(indicators: pd.DataFrame) -> Bools:
    quantity = indicators["level2"].str.contains("数量", regex=False)
    money = indicators["measure_unit"].map(is_money, na_action="ignore")
    found: Bools = _known(quantity) & _known(money) & indicators["target"].notna().to_numpy()
    return found


def _unmeasurable(indicators: pd.DataFrame) -> Bools:
    words = indicators["target"].isna() & indicators["target_text"].notna()
    vague = ~_known(indicators["target_text"].map(is_measurable, na_action="ignore"))
    found: Bools = words.to_numpy() & vague
    return found


def _known(values: pd.Series) -> Bools:
    """True where known to be true."""
    found: Bools = values.eq(True).to_numpy("bool", na_value=False)
    return found


def _late_in_full(indicators: pd.DataFrame, rules: RulesInForce) -> Bools:
    """A deadline missed by the dates stated, yet scored in the band of targets achieved."""
    late = np.zeros(len(indicators), dtype=np.bool_)
    floor = float(rules.value(_LATE).get("achieved", (1.0, 1.0))[0])
    dated = (indicators["op"] == "qualitative") & indicators["target_text"].str.contains(
        r"\d{4}", na=False
    )
    full = indicators["self_score"] > indicators["points"] * floor
    for row in np.flatnonzero((dated & full).to_numpy("bool")):
        target = read_days(str(indicators["target_text"].iloc[row]))
        actual = indicators["actual_text"].iloc[row]
        done = read_days(str(actual)) if pd.notna(actual) else None
        late[row] = target is not None and done is not None and done[0] > target[1]
    return late


def review_indicators(
    indicators: pd.DataFrame, rules: RulesInForce | None, *, where: Sequence[Where]
) -> list[Finding]:
    """Findings of a table of indicators, a row at a time in the order of the table.

    Parameters
    ----------
    indicators : DataFrame
        The columns of the codebook's table of that name.
    rules : RulesInForce or None
    where : sequence of Where
        The cell of each indicator.
    """
    codes = indicator_codes(indicators, rules)
    names = [*WITHOUT_RULE, *BY_RULE]
    rows, columns = np.nonzero(codes[names].to_numpy("bool"))
    facts = indicators[[*_SHOWN]].assign(rule_score=codes["rule_score"]).iloc[rows]
    return [
        _indicator_finding(names[column], row, where[place])
        for place, column, row in zip(
            rows.tolist(), columns.tolist(), facts.to_dict("records"), strict=True
        )
    ]


_SHOWN = (
    "level3",
    "target",
    "target_text",
    "actual",
    "actual_text",
    "points",
    "self_score",
)


def _indicator_finding(code: str, row: Mapping[Hashable, Any], where: Where) -> Finding:
    shown = {str(name): _shown(value) for name, value in row.items()}
    return finding(
        code,
        shown["level3"],
        where,
        points=shown["points"],
        self_score=shown["self_score"],
        rule_score=shown["rule_score"],
        target=shown["target_text"] or shown["target"],
        actual=shown["actual_text"] or shown["actual"] or "（空）",
    )


def _shown(value: object) -> str:
    if isinstance(value, float):
        return "" if value != value else f"{value:.10g}"
    return "" if value is None else str(value)


def review_forms(
    forms: pd.DataFrame, indicators: pd.DataFrame, book: RuleBook, *, budget_year: int
) -> tuple[Finding, ...]:
    """Review forms by the rule in force on the evaluation date of each.

    Parameters
    ----------
    forms, indicators : DataFrame
        As in `perfanalysis.data.forms_frames.FormFrames`.
    book : RuleBook
    budget_year : int
        Of the forms that name none.

    Returns
    -------
    tuple of Finding
        Form by form in the order given.
    """
    years = forms["year"].fillna(budget_year).astype("int64")
    found: list[tuple[int, Finding]] = []
    for year in sorted(years.unique().tolist()):
        some = forms[years == year]
        rows = indicators[indicators["form"].isin(some.index)]
        rules = rules_of(book, year)
        if rules is None:
            found += [(form, _no_rule(where, year)) for form, where in some["where"].items()]
        found += form_findings(some, rows, rules)
        found += zip(
            *_of_rows(rows, rules),
            strict=True,
        )
    return tuple(each for _, each in sorted(found, key=lambda pair: pair[0]))


def _of_rows(rows: pd.DataFrame, rules: RulesInForce | None) -> tuple[list[int], list[Finding]]:
    findings = review_indicators(rows, rules, where=rows["where"].tolist())
    form_at = dict(zip(rows["where"], rows["form"], strict=True))
    return [int(form_at[each.where]) for each in findings], findings


def rules_of(book: RuleBook, budget_year: int) -> RulesInForce | None:
    """The rules of a budget year; None where those of self-evaluation have no value yet."""
    rules = book.on(evaluation_date(budget_year))
    try:
        for key in NEEDED:
            rules.get(key)
    except RuleNotInForceError:
        return None
    return rules


def _no_rule(where: Where, year: int) -> Finding:
    return finding("rule-not-in-force", "form", where, day=evaluation_date(year).isoformat())


__all__ = [
    "BY_RULE",
    "WITHOUT_RULE",
    "indicator_codes",
    "review_forms",
    "review_indicators",
    "rules_of",
]
