"""Whole-unit evaluation: staff, money, duties and satisfaction of every budget unit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from perfanalysis.data.findings import Finding, finding_at
from perfanalysis.data.tables import YearData
from perfanalysis.errors import RuleError
from perfanalysis.rules.values import DatedValue, RulesInForce
from perfanalysis.scoring.exact import HUNDREDTHS, Ints
from perfanalysis.scoring.grades import grades_of
from perfanalysis.scoring.ledger import LEDGER_COLUMNS
from perfanalysis.scoring.unit_scales import MEASURES, check_scale, kept_points, measured, said

FULL = 100 * HUNDREDTHS
STAFF = ("staff_actual", "staff_quota")
RULES = ("self.grade_floors", "self.grade_on", "self.rounding", "unit.disclosure_kinds")


@dataclass(frozen=True)
class UnitScores:
    """Whole-unit evaluation of a budget year.

    Attributes
    ----------
    units : DataFrame
        One row a unit, in the order of the table: unit_id, name, sector, points (that apply),
        kept, score (kept ÷ points × 100, half-up to 0.01), grade, status (``scored`` or
        ``refused``), refused_reason. A refused unit has no score and no grade.
    indicators : DataFrame
        One row a unit and indicator: unit_id, level1, level2, level3, standard, points, part,
        whole, rate (ratio; missing where it cannot be computed), kept, status (``scored``,
        ``not_applicable``, ``missing``), source_cell, rule.
    ledger : DataFrame
        `LEDGER_COLUMNS`, a line a deduction; ``full − kept = lost``, exactly.
    rules : tuple of DatedValue
    findings : tuple of Finding
    """

    units: pd.DataFrame
    indicators: pd.DataFrame
    ledger: pd.DataFrame
    rules: tuple[DatedValue, ...]
    findings: tuple[Finding, ...]


def score_units(year: YearData, rules: RulesInForce) -> UnitScores:
    """Score every unit by the framework of whole-unit expenditure.

    Parameters
    ----------
    year : YearData
        Tables ``units``, ``unit_finance``, ``publication``.
    rules : RulesInForce
        ``unit.*``: the indicators are the Ministry's framework; points and scale of each are a
        rule of their own, of convention or local.

    Returns
    -------
    UnitScores

    Raises
    ------
    RuleNotInForceError
        If a rule has no value on the date.
    RuleError
        If the framework or a scale cannot be read.

    References
    ----------
    财政部，《预算绩效评价共性指标体系框架》，财预〔2013〕53号，附件2.
    """
    framework = unit_framework(rules)
    facts = _facts(year, rules.value("unit.disclosure_kinds"))
    rows = _rows(year["units"], framework, facts)
    rows = _scored(rows, rules)
    units = _units(year["units"], rows, rules)
    return UnitScores(
        units=units,
        indicators=rows.drop(columns=["points_h", "kept_h"]),
        ledger=_ledger(rows, rules),
        rules=tuple(rules.get(key) for key in (*RULES, "unit.framework", *framework["rule"])),
        findings=tuple(_findings(year, rows)),
    )


def unit_framework(rules: RulesInForce) -> pd.DataFrame:
    """The indicators of whole-unit evaluation with their points, in the rule's order.

    Raises
    ------
    RuleError
    """
    table = pd.DataFrame(rules.value("unit.framework"))
    unknown = sorted(set(table["measure"]) - set(MEASURES))
    if unknown or table["level3"].duplicated().any():
        raise RuleError(
            f"规则 unit.framework 有重名或未知的算法：{'、'.join(unknown) or '有重名'}。"
        )
    for key in table["rule"]:
        check_scale(key, rules.value(key))
    points = [float(rules.value(key)["points"]) for key in table["rule"]]
    return table.assign(points=points)


def _facts(year: YearData, required: list[str]) -> pd.DataFrame:
    """Figures of units: index unit and item; ``value``, ``source_cell``."""
    finance, units, published = year["unit_finance"], year["units"], year["publication"]
    rows = [
        (row.unit_id, row.item, row.value, str(year.where("unit_finance", row.Index, "value")))
        for row in finance.itertuples()
    ]
    for row in units.itertuples():
        for column in STAFF:
            value = getattr(row, column)
            where = str(year.where("units", row.Index, column))
            rows.append((row.unit_id, column, value, where))
    counted = published[published["kind"].isin(required) & published["date"].notna()]
    kinds = counted.groupby("unit_id")["kind"].nunique()
    first = published.reset_index(names="row").groupby("unit_id")["row"].min()
    for row in units.itertuples():
        unit = row.unit_id
        own = ("publication", first[unit]) if unit in first else ("units", row.Index)
        where = str(year.where(*own, "unit_id"))
        rows.append((unit, "disclosed", int(kinds.get(unit, 0)), where))
        rows.append((unit, "disclosure_required", len(required), where))
    table = pd.DataFrame(rows, columns=["unit_id", "item", "value", "source_cell"])
    table["value"] = pd.to_numeric(table["value"]).astype("float64")
    return table.drop_duplicates(["unit_id", "item"]).set_index(["unit_id", "item"])


def _rows(units: pd.DataFrame, framework: pd.DataFrame, facts: pd.DataFrame) -> pd.DataFrame:
    """Every indicator of every unit with both sides of its rate."""
    rows = units[["unit_id"]].merge(framework, how="cross")
    for side in ("part", "whole"):
        found = facts.reindex(pd.MultiIndex.from_frame(rows[["unit_id", side]]))
        rows[f"{side}_value"] = found["value"].to_numpy("float64")
        rows[f"{side}_cell"] = found["source_cell"].fillna("").to_numpy("str")
    percent = rows["measure"] == "percent"
    rows["whole_value"] = rows["whole_value"].mask(percent, 100.0)
    return rows


def _scored(rows: pd.DataFrame, rules: RulesInForce) -> pd.DataFrame:
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
            "unit_id": rows["unit_id"],
            **{name: rows[name] for name in ("level1", "level2", "level3", "standard", "points")},
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


def _units(units: pd.DataFrame, rows: pd.DataFrame, rules: RulesInForce) -> pd.DataFrame:
    applies = rows[rows["status"] != "not_applicable"]
    sums = applies.groupby("unit_id")[["points_h", "kept_h"]].sum()
    sums = sums.reindex(units["unit_id"]).fillna(0).astype("int64")
    absent = rows[rows["status"] == "missing"].groupby("unit_id")["level3"].agg("、".join)
    absent = absent.reindex(units["unit_id"]).fillna("").to_numpy("str")
    points, kept = sums["points_h"].to_numpy(), sums["kept_h"].to_numpy()
    refused = (absent != "") | (points == 0)
    total = _of_hundred(kept, points)
    reasons = [f"缺少{names}的数据" if names else "" for names in absent]
    return pd.DataFrame(
        {
            "unit_id": units["unit_id"].to_numpy(),
            "name": units["name"].to_numpy(),
            "sector": units["sector"].to_numpy(),
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


def _ledger(rows: pd.DataFrame, rules: RulesInForce) -> pd.DataFrame:
    lost = rows[(rows["status"] == "scored") & (rows["kept_h"] < rows["points_h"])]
    used = [rules.get(key) for key in lost["rule"]]
    reasons = [
        f"{row.level3}{_percent(row)}，{said(rule.value)}"
        for row, rule in zip(lost.itertuples(), used, strict=True)
    ]
    table = pd.DataFrame(
        {
            "project_id": "",
            "unit_id": lost["unit_id"],
            "indicator_id": "",
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


def _percent(row: object) -> str:
    rate, part, whole = (getattr(row, name) for name in ("rate", "part", "whole"))
    if np.isnan(rate):
        return f"的分母为0，分子为{part:,.6g}"
    return f"为{rate:.1%}（{part:,.6g}与{whole:,.6g}）"


def _findings(year: YearData, rows: pd.DataFrame) -> Iterator[Finding]:
    absent = rows[rows["status"] == "missing"].groupby("unit_id", sort=False)["level3"]
    first = year["units"].reset_index(names="row").set_index("unit_id")["row"]
    for unit, names in absent:
        where = year.where("units", first[unit], "unit_id")
        listed = "、".join(names)
        problem = f"单位{unit}没有整体评价所需的数据，不计总分、不定等级：{listed}"
        remedy = "请单位补报表 unit_finance 中的相应数据。"
        yield finding_at("unit-data-missing", "warning", str(unit), where, listed, problem, remedy)


__all__ = ["UnitScores", "score_units", "unit_framework"]
