"""Performance indicators of the made-up projects: targets, what was achieved, the self-scores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from perfanalysis.data.sample.catalogue import IndicatorSpec
from perfanalysis.data.sample.model import District, Project, Row
from perfanalysis.data.sample.money import Money
from perfanalysis.data.sample.streams import Stream, half_up

MET_ABOVE = -0.9
RUSH_HARM = 0.9  # how far rushed spending lowers the quality reached, in standard deviations
REASONS = (
    "部分任务受天气影响推迟，已调整计划",
    "服务对象数量少于预计，下年据实测算",
    "招标采购时间较长，已督促供应商加快进度",
    "年中任务调整，相关工作顺延至下年",
    "基层人员不足，已补充力量",
    "前期论证不充分，今后加强项目前期准备",
)
ECOLOGICAL = ("苗木", "绿化", "回收", "空气", "断面", "化肥", "无害化", "污水", "节水")
ECONOMIC = ("节电", "增产", "挽回", "能耗", "签约", "规上", "就业", "创业", "客运", "理赔", "获赔")
DIVISIBLE = ("公里", "平方", "米", "亩", "吨", "公斤", "小时", "分钟")
MEANS = ("月均", "人均", "单车")
COST_POINTS = {"cost": 20.0, "quantity": 16.0, "quality": 12.0, "time": 12.0, "benefit": 20.0}
PLAIN_POINTS = {"cost": 10.0, "quantity": 20.0, "quality": 10.0, "time": 10.0, "benefit": 30.0}


def indicator_rows(
    district: District, year: int, money: Mapping[str, Money], rushed: Sequence[str]
) -> dict[str, list[Row]]:
    """The honest indicators of every project, by project id.

    Parameters
    ----------
    district : District
    year : int
    money : mapping of str to Money
    rushed : sequence of str
        Projects whose spending is rushed: their quality suffers, as Liebman and Mahoney found.
    """
    return {
        p.project_id: _Form(district, p, year, money[p.project_id], p.project_id in rushed).rows()
        for p in district.running(year)
    }


def with_cost_split(district: District, project: Project, year: int) -> bool:
    """Whether the project uses the split with cost as a first-level indicator."""
    draw = district.plan.stream("split", project.project_id)
    share = 0.5 if project.style in ("works", "purchase") else 0.22
    return draw.chance(share) and year >= 2021


class _Form:
    """One project's indicators of one year."""

    def __init__(
        self, district: District, project: Project, year: int, money: Money, rushed: bool
    ) -> None:
        self._project, self._year, self._money = project, year, money
        self._lasting = district.plan.stream("targets", project.project_id)
        self._draw = district.plan.stream("achieved", project.project_id, year)
        self._split = with_cost_split(district, project, year)
        self._points = COST_POINTS if self._split else PLAIN_POINTS
        luck = self._draw.normal()
        self._quality = 0.5 * project.unit.ability + 0.6 * project.quality + 0.5 * luck
        self._rushed = rushed

    def rows(self) -> list[Row]:
        template = self._project.template
        quantity = self._group("quantity", template.quantity, "output", "数量指标")
        quality = self._group("quality", template.quality, "output", "质量指标")
        benefit = self._group("benefit", template.benefit, "benefit", "")
        if self._lasting.chance(0.35):
            benefit = self._with_upkeep(benefit)
        rows = [*quantity, *quality, self._time(), *self._cost(quantity[0]), *benefit]
        if self._split:
            rows = [*self._cost(quantity[0]), *quantity, *quality, self._time(), *benefit]
        return [*rows, self._satisfaction()]

    def _group(
        self, group: str, specs: Sequence[IndicatorSpec], level1: str, level2: str
    ) -> list[Row]:
        shares = self._shares(self._points[group], len(specs))
        if group == "quantity" and self._project.template.share and self._year < self._project.last:
            specs = [
                IndicatorSpec(f"{spec.name}形象进度", "%", 40.0, 40.0, "at_least") for spec in specs
            ]
        return [
            self._measured(spec, points, group, level1, level2 or _benefit_kind(spec.name))
            for spec, points in zip(specs, shares, strict=True)
        ]

    def _shares(self, points: float, number: int) -> list[float]:
        if number == 1:
            return [points]
        tilt = self._lasting.pick((0.0, 0.0, 1.0, 2.0, 2.5))
        return [points / 2 + tilt, points / 2 - tilt]

    def _measured(
        self, spec: IndicatorSpec, points: float, group: str, level1: str, level2: str
    ) -> Row:
        place = self._lasting.uniform()
        raw = spec.low + (spec.high - spec.low) * place * place
        if spec.unit != "%" and spec.high > 20 and not self._project.template.share:
            raw *= 1 + 0.03 * (self._year - 2019)
        target = raw if self._project.template.share else round_target(raw, spec.unit)
        extra = -RUSH_HARM if self._rushed and group == "quality" else 0.0
        actual = self._achieved(target, spec, extra)
        return _row(level1, level2, spec.name, spec.op, target, spec.unit, points, actual, group)

    def _achieved(self, target: float, spec: IndicatorSpec, extra: float) -> float:
        draw = self._draw
        level = 0.6 * self._quality + 0.8 * draw.normal() + extra
        size, plain = draw.uniform(), draw.chance(0.45)
        if self._money.executed == 0:
            return 0.0
        percent = spec.unit == "%"
        few = not percent and target <= 4
        slow = self._money.rate < 0.5 and draw.chance(0.5)
        if few or (level >= MET_ABOVE and not slow):
            gain = 0.0 if plain else size * (0.03 if percent else 0.1)
            if spec.op == "at_most":
                return half_up(target * (1 - gain), 1)
            value = target * (1 + gain)
            if percent:
                return min(100.0, half_up(value, 1))
            return float(int(value + 0.5)) if _indivisible(spec) else _whole(value, target)
        short = min(0.7, 0.05 + 0.2 * max(0.0, MET_ABOVE - level) + 0.1 * size)
        if percent:
            short *= 0.6
        if spec.op == "at_most":
            return half_up(target * (1 + short), 1)
        value = target * (1 - short)
        return half_up(value, 1) if percent else min(_whole(value, target), max(target - 1, 0.0))

    def _time(self) -> Row:
        points, month = self._points["time"], self._lasting.integer(9, 12)
        dated = self._project.style in ("works", "purchase", "service") and self._lasting.chance(
            0.6
        )
        if not dated:
            rate = self._lasting.pick((95.0, 98.0, 100.0))
            spec = IndicatorSpec("任务按时完成率", "%", rate, rate, "at_least")
            actual = self._achieved(rate, spec, 0.0)
            return _row("output", "时效指标", spec.name, spec.op, rate, "%", points, actual, "time")
        late = self._draw.chance(0.1) and month < 12
        done = month + 1 if late else month - self._draw.integer(0, 1)
        row = _row("output", "时效指标", "完成时间", "qualitative", None, "", points, None, "time")
        row["months"] = f"{month}-{done}"
        row["target_text"] = f"{self._year}年{month}月底前完成"
        row["actual_text"] = f"{self._year}年{done}月完成"
        row["self_score"] = half_up(points * (0.7 if late else 1.0), 2)
        row["reason"] = self._draw.pick(REASONS) if late else None
        if self._money.executed == 0:
            row |= {"actual_text": "未完成", "self_score": 0.0, "reason": "项目未实施"}
        return row

    def _cost(self, quantity: Row) -> list[Row]:
        level1, level2 = ("cost", "经济成本指标") if self._split else ("output", "成本指标")
        points = self._points["cost"]
        target, done = quantity["target"], quantity["actual"]
        by_piece = self._lasting.chance(0.4)
        if by_piece and isinstance(target, float) and isinstance(done, float) and done >= 50:
            name = f"每{quantity['measure_unit']}平均成本"
            limit = float(int(1.03 * self._money.annual / target) + 1)
            actual = half_up(self._money.executed / done, 2)
            return [_row(level1, level2, name, "at_most", limit, "元", points, actual, "cost")]
        limit, actual = self._money.annual / 10_000, self._money.executed / 10_000
        name = "项目总成本"
        return [_row(level1, level2, name, "at_most", limit, "万元", points, actual, "cost")]

    def _with_upkeep(self, benefit: list[Row]) -> list[Row]:
        points = 8.0 if not self._split else 4.0
        for row in benefit:
            row["points"] = float(row["points"]) - points / 2  # type: ignore[arg-type]
            row["self_score"] = rule_score(row)
        row = _row(
            "benefit",
            "可持续影响指标",
            "长效管理机制",
            "qualitative",
            None,
            "",
            points,
            None,
            "benefit",
        )
        row["target_text"] = f"{self._year}年12月底前印发管理办法并明确责任人"
        row["actual_text"] = f"{self._year}年{self._draw.integer(9, 12)}月印发并明确责任人"
        row["self_score"] = points
        if self._money.executed == 0:
            row |= {"actual_text": "未印发", "self_score": 0.0, "reason": "项目未实施"}
        return [*benefit, row]

    def _satisfaction(self) -> Row:
        target = self._lasting.pick((85.0, 90.0, 90.0, 95.0))
        name = f"{self._project.template.served}满意度"
        spec = IndicatorSpec(name, "%", target, target, "at_least")
        actual = self._achieved(target, spec, 0.4)
        level2 = "服务对象满意度指标"
        return _row(
            "satisfaction", level2, name, "at_least", target, "%", 10.0, actual, "satisfaction"
        )


def _row(
    level1: str,
    level2: str,
    name: str,
    op: str,
    target: float | None,
    unit: str,
    points: float,
    actual: float | None,
    group: str,
) -> Row:
    row: Row = {
        "level1": level1,
        "level2": level2,
        "level3": name,
        "op": op,
        "target": target,
        "measure_unit": unit or None,
        "points": points,
        "actual": actual,
        "group": group,
    }
    if target is not None:
        row["target_text"] = f"{'≥' if op == 'at_least' else '≤'}{plain(target)}{unit}"
        row["actual_text"] = None if actual is None else f"{plain(actual)}{unit}"
        row["self_score"] = rule_score(row)
    return row


def explain(rows: Sequence[Row], draw: Stream) -> None:
    """Give every indicator that lost points a reason."""
    for row in rows:
        score, points = row.get("self_score"), row["points"]
        if isinstance(score, float) and isinstance(points, float) and score < points:
            row["reason"] = row.get("reason") or draw.pick(REASONS)


def reached(row: Row) -> float:
    """The share of the points that the national rule gives, 0 to 1.

    Of a qualitative indicator it is the share that the unit gives itself.
    """
    target, actual, points = row.get("target"), row.get("actual"), row["points"]
    if not isinstance(points, float):
        return 0.0
    if not (isinstance(target, float) and isinstance(actual, float)):
        own = row.get("self_score")
        known = row["op"] == "qualitative" and isinstance(own, float) and points > 0
        return float(str(own)) / points if known else 0.0
    if row["op"] == "equal" and not target:
        share = 1.0 if actual <= 0 else 0.0
    elif row["op"] == "at_most":
        share = 1.0 if actual <= target else 1 - (actual - target) / target if target else 0.0
    else:
        share = actual / target if target else 1.0
    return min(1.0, max(0.0, share))


def rule_score(row: Row) -> float:
    """The score that the national rule gives; of a qualitative indicator, the unit's own."""
    points = row["points"]
    return half_up(points * reached(row), 2) if isinstance(points, float) else 0.0


def round_target(value: float, unit: str) -> float:
    """A target as people set them: whole percentages, round numbers."""
    if unit == "%" or value < 60:
        return float(max(1, int(value + 0.5)))
    step = 10 if value < 1000 else 100 if value < 20_000 else 1000
    return float(int(value / step + 0.5) * step)


def plain(value: float) -> str:
    """A number as people write it: no trailing zeros."""
    return f"{value:.4f}".rstrip("0").rstrip(".")


def _whole(value: float, target: float) -> float:
    """As fine as the target: whole numbers, or one decimal of small ones."""
    return float(int(value + 0.5)) if target >= 10 or target == 1 else half_up(value, 1)


def _indivisible(spec: IndicatorSpec) -> bool:
    """Whether what is counted comes whole: people and vehicles do, kilometres and means do not."""
    return not spec.unit.startswith(("万", *DIVISIBLE)) and not spec.name.startswith(MEANS)


def _benefit_kind(name: str) -> str:
    if any(word in name for word in ECOLOGICAL):
        return "生态效益指标"
    if any(word in name for word in ECONOMIC):
        return "经济效益指标"
    return "社会效益指标"


__all__ = [
    "RUSH_HARM",
    "explain",
    "indicator_rows",
    "plain",
    "reached",
    "round_target",
    "rule_score",
    "with_cost_split",
]
