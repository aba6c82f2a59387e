"""Whole-unit evaluation: staff, money, duties and satisfaction of every budget unit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from perfanalysis.data.findings import Finding, finding_at
from perfanalysis.data.tables import YearData
from perfanalysis.errors import RuleError
from perfanalysis.rules.values import DatedValue, RulesInForce
from perfanalysis.scoring.exact import POINTS_TOLERANCE
from perfanalysis.scoring.scaled import read_framework, score_scaled

STAFF = ("staff_actual", "staff_quota")
FRAMEWORK = ("unit.framework", "unit.group_points")
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
    left_out : dict of str to float
        Groups of ``unit.group_points`` without an indicator that figures can tell, with their
        points: they are in no score.
    rules : tuple of DatedValue
    findings : tuple of Finding
    """

    units: pd.DataFrame
    indicators: pd.DataFrame
    ledger: pd.DataFrame
    left_out: dict[str, float]
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
        If the framework or a scale cannot be read, or the indicators of a group do not add up to
        the points of the group.

    References
    ----------
    财政部，《预算绩效评价共性指标体系框架》，财预〔2013〕53号，附件2.
    """
    framework = read_framework(rules, "unit.framework")
    left_out = _left_out(framework, rules)
    units = year["units"]
    facts = _facts(year, rules.value("unit.disclosure_kinds"))
    scaled = score_scaled(units["unit_id"], framework, facts, rules)
    named = scaled.totals.assign(name=units["name"].to_numpy(), sector=units["sector"].to_numpy())
    order = dict.fromkeys(["unit_id", "name", "sector", *scaled.totals])
    return UnitScores(
        units=named[list(order)],
        indicators=scaled.indicators,
        ledger=scaled.ledger,
        left_out=left_out,
        rules=tuple(rules.get(key) for key in (*RULES, *FRAMEWORK, *framework["rule"])),
        findings=tuple(_findings(year, scaled.indicators)),
    )


def _left_out(framework: pd.DataFrame, rules: RulesInForce) -> dict[str, float]:
    """Groups with points and no indicator; refuse a framework that gives a group other points."""
    given = rules.value("unit.group_points")
    try:
        points = {str(each["group"]): float(each["points"]) for each in given}
    except (KeyError, TypeError, ValueError):
        raise RuleError(
            f"规则 unit.group_points 的取值 {given!r} 不能用。"
            "每项请写 {group: 二级指标名称, points: 分值}。"
        ) from None
    own = framework.groupby("level2", sort=False)["points"].sum()
    for group, total in own.items():
        if points and abs(points.get(str(group), 0.0) - total) > POINTS_TOLERANCE:
            raise RuleError(
                f"规则 unit.group_points 中“{group}”为{points.get(str(group), 0.0):g}分，"
                f"unit.framework 中该组各指标合计{total:g}分。请使两者一致。"
            )
    return {group: value for group, value in points.items() if group not in own}


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


def _findings(year: YearData, rows: pd.DataFrame) -> Iterator[Finding]:
    absent = rows[rows["status"] == "missing"].groupby("unit_id", sort=False)["level3"]
    first = year["units"].reset_index(names="row").set_index("unit_id")["row"]
    for unit, names in absent:
        where = year.where("units", first[unit], "unit_id")
        listed = "、".join(names)
        problem = f"单位{unit}没有整体评价所需的数据，不计总分、不定等级：{listed}"
        remedy = "请单位补报表 unit_finance 中的相应数据。"
        yield finding_at("unit-data-missing", "warning", str(unit), where, listed, problem, remedy)


__all__ = ["UnitScores", "score_units"]
