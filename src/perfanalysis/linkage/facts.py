"""What a step goes by, in words: the score, the rate, the request of each project."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from perfanalysis.data.codebook import codebook
from perfanalysis.linkage.rules import LinkRule
from perfanalysis.scoring.exact import (
    Floats,
    Texts,
    hundredths,
    joined,
    number_texts,
    percent_texts,
    points_texts,
)

GRADES = {"excellent": "优", "good": "良", "fair": "中", "poor": "差", "none": "无等级"}
_FROM = {"key": "重点评价得分", "review": "自评复核得分", "": ""}


def condition_facts(rule: LinkRule, rows: pd.DataFrame) -> Texts:
    """The facts that a rule's conditions look at, each ended by ``；``; empty without any."""
    texts = [pa.repeat(pa.scalar("", pa.large_string()), len(rows))]
    if "grade" in rule.values:
        texts.append(_grades(rows))
    for name in ("project_type", "fund_kind", "special_kind"):
        if name in rule.values:
            labels = codebook()["projects"].columns[name].choices
            texts.append(joined(_labels(rows[name], labels), "；"))
    if "execution_rate" in rule.numbers:
        texts.append(_rates(rows))
    return joined(*texts)


def request_facts(requested: Floats) -> Texts:
    """``申请120``: amounts have the unit of the table, which the report names."""
    return joined("申请", number_texts(requested))


def unspent_facts(unspent: Floats) -> Texts:
    """``未支出30``."""
    return joined("未支出", number_texts(unspent))


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


__all__ = ["GRADES", "condition_facts", "request_facts", "unspent_facts"]
