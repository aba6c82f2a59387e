"""The whole-unit side of the made-up district: finance figures and whole-unit indicators."""

from __future__ import annotations

from collections.abc import Mapping

from perfanalysis.data.sample.model import District, Row, Unit, wan
from perfanalysis.data.sample.money import Money
from perfanalysis.data.sample.planting import Planting
from perfanalysis.data.sample.streams import Stream, half_up
from perfanalysis.data.sample.targets import REASONS, plain, rule_score

# level 1, level 2, name, sign, unit, points, lowest and highest target
WHOLE_UNIT: tuple[tuple[str, str, str, str, str, float, int, int], ...] = (
    ("output", "数量指标", "年度重点工作完成数", "at_least", "项", 15.0, 8, 36),
    ("output", "数量指标", "法定职责事项办理数", "at_least", "件", 10.0, 120, 5200),
    ("output", "质量指标", "工作质量达标率", "at_least", "%", 10.0, 92, 98),
    ("output", "时效指标", "重点工作按期完成率", "at_least", "%", 10.0, 90, 100),
    ("output", "成本指标", "公用经费控制率", "at_most", "%", 5.0, 100, 100),
    ("benefit", "社会效益指标", "履职效益目标实现率", "at_least", "%", 15.0, 90, 98),
    ("benefit", "可持续影响指标", "内部管理制度执行率", "at_least", "%", 15.0, 92, 100),
    ("satisfaction", "服务对象满意度指标", "服务对象满意度", "at_least", "%", 10.0, 88, 95),
)
MONEY_ITEMS = (
    "three_public_budget",
    "three_public_actual",
    "three_public_last",
    "office_budget",
    "office_actual",
    "procurement_budget",
    "procurement_actual",
    "budget",
    "budget_adjusted",
    "budget_completed",
    "carryover",
    "carryover_last",
    "key_project_spending",
    "project_spending",
    "assets_total",
    "assets_in_use",
)
SHARE_ITEMS = ("payment_planned_share", "payment_actual_share")
Figures = dict[str, float]


def whole_unit_rows(district: District, year: int) -> list[Row]:
    """Indicators of each unit as a whole: 90 points beside the 10 of execution."""
    rows: list[Row] = []
    for unit in district.units:
        lasting = district.plan.stream("whole unit", unit.unit_id)
        draw = district.plan.stream("whole unit", unit.unit_id, year)
        for number, (level1, level2, name, op, measure, points, low, high) in enumerate(
            WHOLE_UNIT, 1
        ):
            target = float(lasting.integer(low, high))
            actual = _reached(unit, draw, op, measure, target)
            row: Row = {
                "indicator_id": f"Z{unit.unit_id}-{number:02d}",
                "unit_id": unit.unit_id,
                "level1": level1,
                "level2": level2,
                "level3": name,
                "op": op,
                "target": target,
                "target_text": f"{'≤' if op == 'at_most' else '≥'}{plain(target)}{measure}",
                "measure_unit": measure,
                "points": points,
                "actual": actual,
                "actual_text": f"{plain(actual)}{measure}",
            }
            row["self_score"] = score = rule_score(row)
            row["reason"] = draw.pick(REASONS) if score < points else None
            rows.append(row)
    return rows


def _reached(unit: Unit, draw: Stream, op: str, measure: str, target: float) -> float:
    met = 0.5 * unit.ability + draw.normal() > -1.2
    size = draw.uniform()
    if op == "at_most":
        return half_up(target * (1 - 0.1 * size if met else 1 + 0.12 * size), 1)
    value = target * (1 + 0.06 * size if met else 0.97 - 0.12 * size)
    if measure == "%":
        return half_up(min(100.0, value), 1)
    return float(int(value + 0.5)) if met else float(int(value))


class UnitFinance:
    """Finance figures of the units, year after year: last year's figures are kept in mind."""

    def __init__(self, district: District, planting: Planting) -> None:
        self._district, self._planting = district, planting
        self._before: dict[str, Figures] = {}

    def rows(self, year: int, money: Mapping[str, Money]) -> list[Row]:
        """Table ``unit_finance`` of a year."""
        ids = [unit.unit_id for unit in self._district.units]
        choose = self._planting.choose
        wrong = {
            kind: choose(kind, year, ids)
            for kind in ("three-public-over-budget", "assets-unused", "office-over-budget")
        }
        rows: list[Row] = []
        for unit in self._district.units:
            kinds = [kind for kind, chosen in wrong.items() if unit.unit_id in chosen]
            figures = self._figures(unit, year, money, kinds)
            self._before[unit.unit_id] = figures
            rows += [_row(unit.unit_id, item, value) for item, value in figures.items()]
        return rows

    def _figures(
        self, unit: Unit, year: int, money: Mapping[str, Money], kinds: list[str]
    ) -> Figures:
        lasting = self._district.plan.stream("finance", unit.unit_id)
        draw = self._district.plan.stream("finance", unit.unit_id, year)
        figures = self._project_figures(unit, year, money, draw)
        office = unit.staff_actual * 13_000 * (1 + 0.02 * (year - 2019))
        figures["office_budget"] = office
        figures["office_actual"] = office * draw.between(0.86, 1.0)
        figures |= self._public(unit, lasting, draw)
        figures |= self._duties(unit, lasting, draw)
        self._carryover(unit, figures, draw)
        self._plant(unit, year, figures, draw, kinds)
        return figures

    def _project_figures(
        self, unit: Unit, year: int, money: Mapping[str, Money], draw: Stream
    ) -> Figures:
        own = [p for p in self._district.running(year) if p.unit.unit_id == unit.unit_id]
        amounts = [money[p.project_id] for p in own]
        staff = unit.staff_actual * 118_000 * (1 + 0.03 * (year - 2019))
        spent = float(sum(m.executed for m in amounts))
        leading = sum(money[p.project_id].executed for p in own if p.public)
        budget = staff + sum(m.annual for m in amounts)
        completed = staff * draw.between(0.97, 1.0) + spent
        purchase = 0.12 * budget * draw.between(0.5, 1.5)
        return {
            "budget": budget,
            "budget_adjusted": float(sum(abs(m.adjusted) for m in amounts)),
            "budget_completed": completed,
            "project_spending": spent,
            "key_project_spending": float(leading),
            "procurement_budget": purchase,
            "procurement_actual": purchase * draw.between(0.82, 1.0),
            "payment_planned_share": 1.0,
            "payment_actual_share": half_up(min(1.0, completed / budget), 4),
            "carryover": float(sum(m.carried_out for m in amounts)),
        }

    def _public(self, unit: Unit, lasting: Stream, draw: Stream) -> Figures:
        """三公 spending falls a little every year and stays inside its budget."""
        usual = unit.staff_quota * 1_500 * lasting.between(0.5, 1.6)
        before = self._before.get(unit.unit_id, {}).get("three_public_actual", usual)
        budget = before * draw.between(0.97, 1.06)
        actual = budget * draw.between(0.8, 0.99)
        return {
            "three_public_budget": budget,
            "three_public_actual": actual,
            "three_public_last": before,
            **self._assets(unit, lasting, draw),
        }

    def _assets(self, unit: Unit, lasting: Stream, draw: Stream) -> Figures:
        total = unit.staff_quota * 90_000 * lasting.between(0.6, 2.2)
        return {"assets_total": total, "assets_in_use": total * draw.between(0.93, 1.0)}

    def _duties(self, unit: Unit, lasting: Stream, draw: Stream) -> Figures:
        planned, assigned = lasting.integer(20, 90), lasting.integer(4, 16)
        done = planned - draw.integer(0, max(1, int(planned * (0.06 - 0.01 * unit.ability))))
        return {
            "duties_planned": float(planned),
            "duties_done": float(done),
            "duties_on_time": float(done - draw.integer(0, 3)),
            "duties_quality": float(done - draw.integer(0, 2)),
            "assigned_tasks": float(assigned),
            "assigned_done": float(assigned - draw.integer(0, 1)),
            "satisfaction": half_up(min(99.5, 92 + 2 * unit.ability + draw.between(-3, 4)), 1),
        }

    def _carryover(self, unit: Unit, figures: Figures, draw: Stream) -> None:
        """Carry-over of the projects and a little of the unit's own."""
        own = figures["budget"] * draw.between(0.004, 0.012)
        figures["carryover"] += own
        before = self._before.get(unit.unit_id, {})
        figures["carryover_last"] = before.get(
            "carryover", figures["carryover"] * draw.between(0.8, 1.3)
        )

    def _plant(
        self, unit: Unit, year: int, figures: Figures, draw: Stream, kinds: list[str]
    ) -> None:
        for kind in kinds:
            if kind == "three-public-over-budget":
                budget = figures["three_public_budget"]
                figures["three_public_actual"] = budget * draw.between(1.05, 1.3)
                note = "三公经费支出超过预算"
            elif kind == "assets-unused":
                figures["assets_in_use"] = figures["assets_total"] * draw.between(0.55, 0.75)
                note = "固定资产利用率低"
            else:
                figures["office_actual"] = figures["office_budget"] * draw.between(1.04, 1.2)
                note = "公用经费支出超过预算"
            self._planting.record(kind, year, [unit.unit_id], "unit_finance", note)


def _row(unit_id: str, item: str, value: float) -> Row:
    if item in MONEY_ITEMS:
        shown: object = wan(int(value / 100 + 0.5) * 100)
        measure = "万元"
    elif item in SHARE_ITEMS:
        shown, measure = value, "比率"
    else:
        shown, measure = value, "%" if item == "satisfaction" else "项"
    return {"unit_id": unit_id, "item": item, "value": shown, "measure_unit": measure}


__all__ = ["UnitFinance", "whole_unit_rows"]
