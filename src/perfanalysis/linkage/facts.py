"""What a step goes by, in words: the score, the rate, the request of each project."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from perfanalysis.data.codebook import codebook
from perfanalysis.linkage.rules import LinkRule
from perfanalysis.scoring.exact import (
    Bools,
    Floats,
    Ints,
    Texts,
    hundredths,
    joined,
    number_texts,
    percent_texts,
    points_texts,
)

GRADES = {"excellent": "优", "good": "良", "fair": "中", "poor": "差", "none": "无等级"}
_NUMBERS = {
    "years_poor": ("连续", "年为差；"),
    "target_share": ("绩效目标审核得分率", "%；"),
    "assessment_share": ("事前评估得分率", "%；"),
    "warnings_unanswered": ("逾期未答复的预警", "次；"),
    "rectification_open": ("未整改的问题", "个；"),
    "review_gap": ("自评与复核相差", "分；"),
    "unused_carryover_wan": ("上年结转当年未用", "；"),
    "surplus_growth_wan": ("单位结转结余比上年增加", "；"),
}
_SAYS = {
    "grade": ("score", "grade", "result_from"),
    "gate": ("gate_reason",),
    "execution_rate": ("executed_wan", "annual_wan"),
}
"""Columns that say what a condition looks at, where not the column of its own name."""
_FROM = {"key": "重点评价得分", "review": "自评复核得分", "": ""}


def condition_facts(rule: LinkRule, table: pd.DataFrame, at: Ints) -> Texts:
    """The facts that a rule's conditions look at, each ended by ``；``; empty without any.

    `at` are the positions of the rows wanted.
    """
    names = [name for name in (*rule.values, *rule.numbers) if name in table]
    wanted = [column for name in names for column in _SAYS.get(name, (name,))]
    rows = table[[*dict.fromkeys(wanted)]].iloc[at]
    texts = [pa.repeat(pa.scalar("", pa.large_string()), at.size)]
    if "grade" in rule.values:
        texts.append(_grades(rows))
    for name in ("project_type", "fund_kind", "special_kind"):
        if name in rule.values:
            labels = codebook()["projects"].columns[name].choices
            texts.append(joined(_labels(rows[name], labels), "；"))
    if "gate" in rule.values:
        texts.append(joined(_as_texts(rows["gate_reason"]), "；"))
    named = [name for name in ("category", "unit_id", "project_id") if name in rule.values]
    texts += [joined(_as_texts(rows[name]), "；") for name in named]
    if "execution_rate" in rule.numbers:
        texts.append(_rates(rows))
    texts += [_number(name, rows) for name in _NUMBERS if name in rule.numbers]
    return joined(*texts)


def request_facts(requested: Floats) -> Texts:
    """``申请120``: amounts have the unit of the table, which the report names."""
    return joined("申请", number_texts(requested))


def room_facts(room: Floats) -> Texts:
    """``；至多可加12``: what priority could give, were there money for all."""
    return joined("；至多可加", number_texts(room))


def ungated_facts(gate: pd.Series) -> Texts:
    """``；待事前评估和目标审核`` where the gate decided nothing yet; else empty."""
    waits = pa.array(gate.isna().to_numpy("bool"))
    return pc.if_else(waits, "；待事前评估和目标审核", "").cast(pa.large_string())


def barred_facts(lowered: Bools) -> Texts:
    """Why a rule that gives does not apply: the project was cut, or may not be raised."""
    return pc.if_else(pa.array(lowered), "已被核减，不再增加", "已定为不予增加").cast(
        pa.large_string()
    )


def unrounded_facts(amounts: Floats) -> Texts:
    """``取舍前370.692568``."""
    return joined("取舍前", number_texts(amounts))


def recovered_facts(of: str, amounts: Floats) -> Texts:
    """``未支出30``, or what was carried in and not used."""
    return joined("未支出" if of == "unspent_wan" else "上年结转当年未用", number_texts(amounts))


def surplus_facts(growth: Floats) -> Texts:
    """``单位结转结余比上年增加30``."""
    return joined(_NUMBERS["surplus_growth_wan"][0], number_texts(growth))


def _number(name: str, rows: pd.DataFrame) -> Texts:
    before, after = _NUMBERS[name]
    values = rows[name].to_numpy("float64") * (100 if after.startswith("%") else 1)
    return joined(before, number_texts(np.round(values, 2)), after)


def _as_texts(values: pd.Series) -> Texts:
    """Empty where missing."""
    return pa.array(values.fillna("").to_numpy("object"), pa.large_string())


def _labels(values: pd.Series, labels: object) -> Texts:
    return pa.array(values.map(labels).fillna("").to_numpy("object"), pa.large_string())


def _grades(rows: pd.DataFrame) -> Texts:
    score = rows["score"].to_numpy("float64")
    points, known = hundredths(np.nan_to_num(score, nan=-1.0))
    said = joined(_labels(rows["result_from"], _FROM), points_texts(points), "分，")
    score_text = pc.if_else(pa.array(known), said, pa.scalar("", pa.large_string()))
    return joined(score_text, _labels(rows["grade"], GRADES), "；")


def _rates(rows: pd.DataFrame) -> Texts:
    executed = rows["executed_wan"].to_numpy("float64")
    annual = rows["annual_wan"].to_numpy("float64")
    rate = percent_texts(executed, annual)
    money = joined("（", number_texts(executed), "÷", number_texts(annual), "）")
    return joined("执行率", rate, money, "；")


__all__ = [
    "GRADES",
    "barred_facts",
    "condition_facts",
    "recovered_facts",
    "request_facts",
    "room_facts",
    "surplus_facts",
    "ungated_facts",
    "unrounded_facts",
]
