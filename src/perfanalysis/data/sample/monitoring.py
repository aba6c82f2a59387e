"""Dual monitoring of the made-up projects: execution, goals, and the warnings that follow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from perfanalysis.data.sample.calendar import day_in, workday
from perfanalysis.data.sample.model import District, Row, wan
from perfanalysis.data.sample.money import Money
from perfanalysis.data.sample.planting import Planting
from perfanalysis.data.sample.spending import Spent
from perfanalysis.data.sample.streams import Stream, half_up

CHECKED = (4, 7, 10)
VERIFIED = (7, 10, 12)
CAUSES = {
    "funding": "资金下达较晚",
    "system": "配套办法尚未印发",
    "staff": "经办人员调整",
    "hardware": "场地和设备尚未到位",
    "other": "前期手续办理时间较长",
}


PLANNED = {
    "monthly": (8, 16, 25, 33, 41, 50, 58, 66, 75, 83, 91, 100),
    "quarterly": (0, 0, 20, 25, 30, 45, 50, 52, 70, 75, 80, 100),
    "works": (0, 5, 12, 20, 28, 36, 45, 55, 65, 75, 85, 100),
    "purchase": (0, 0, 5, 12, 20, 28, 36, 45, 55, 70, 85, 100),
    "service": (0, 5, 15, 24, 32, 40, 48, 56, 65, 75, 85, 100),
    "summer": (0, 0, 2, 5, 22, 40, 62, 82, 95, 97, 98, 100),
    "winter": (25, 25, 26, 27, 28, 28, 29, 30, 31, 32, 48, 100),
}


def cumulative(spent: Spent, key: str, year: int) -> list[int]:
    """Yuan paid by the end of each month; what is booked after the year counts in December."""
    totals = [0] * 12
    for payment in spent.payments[key]:
        totals[(payment.date.month if payment.date.year == year else 12) - 1] += payment.amount
    for month in range(1, 12):
        totals[month] += totals[month - 1]
    return totals


def fund_monitoring(
    district: District,
    year: int,
    money: Mapping[str, Money],
    spent: Spent,
    planting: Planting,
) -> list[Row]:
    """Table ``monitoring_funds``: every monitored project, and what third parties verified."""
    roles = district.roles[year]
    looked_at = sorted(roles.visited & roles.monitored)
    checked = [k for k in looked_at if 0 < cumulative(spent, k, year)[6] < 0.7 * money[k].annual]
    misreported = planting.choose("monitoring-misreported", year, checked)
    styles = {p.project_id: p.style for p in district.running(year)}
    rows: list[Row] = []
    for key in sorted(roles.monitored):
        draw = district.plan.stream("monitoring", key, year)
        planned = PLANNED[styles[key]]
        paid = cumulative(spent, key, year)
        stated = _overstated(paid, money[key], draw) if key in misreported else paid
        for month in range(1, 13):
            rows.append(_fund_row(key, month, "unit", stated, money[key], planned))
            if key in roles.visited and month in VERIFIED:
                rows.append(_fund_row(key, month, "third_party", paid, money[key], planned))
        if key in misreported:
            note = f"7月单位填报 {wan(stated[6])} 万元，核查为 {wan(paid[6])} 万元"
            planting.record("monitoring-misreported", year, [key], "monitoring_funds", note)
    return rows


def _overstated(paid: Sequence[int], money: Money, draw: Stream) -> list[int]:
    """More than was paid from May to October; the year's end is right again."""
    ahead = int(money.annual * draw.between(0.12, 0.25) / 100) * 100
    ceiling = paid[10]
    raised = [
        min(amount + ahead, max(amount, ceiling)) if 5 <= month <= 10 else amount
        for month, amount in enumerate(paid, 1)
    ]
    return [max(raised[: position + 1]) for position in range(12)]


def _fund_row(
    key: str,
    month: int,
    source: str,
    paid: Sequence[int],
    money: Money,
    planned: Sequence[int],
) -> Row:
    hope = money.annual if source == "unit" else max(paid[month - 1], int(0.95 * money.annual))
    if month == 12:
        hope = paid[11]
    return {
        "project_id": key,
        "month": month,
        "source": source,
        "planned_share": planned[month - 1] / 100,
        "executed_wan": wan(paid[month - 1]),
        "expected_year_end_wan": wan(max(hope, paid[month - 1])),
    }


def goal_monitoring(district: District, year: int, forms: Mapping[str, Sequence[Row]]) -> list[Row]:
    """Table ``monitoring_indicators``: counted outputs and benefits in April, July and October."""
    roles = district.roles[year]
    rows: list[Row] = []
    for key in sorted(roles.monitored):
        draw = district.plan.stream("progress", key, year)
        sources = ("unit", "third_party") if key in roles.visited else ("unit",)
        for indicator in forms[key]:
            if indicator["group"] not in ("quantity", "quality", "benefit"):
                continue
            if not isinstance(indicator.get("actual"), float):
                continue
            for month in CHECKED:
                shown = _progress(indicator, month, draw)
                rows += [
                    _goal_row(indicator, month, source, shown, draw)
                    for source in sources
                    if source == "unit" or month > CHECKED[0]
                ]
    return rows


def _progress(indicator: Row, month: int, draw: Stream) -> float:
    """A level stands near its final value all year; a count grows."""
    final = float(str(indicator["actual"]))
    if indicator["measure_unit"] == "%" or indicator["op"] == "at_most":
        return half_up(final * draw.between(0.97, 1.0), 1)
    share = month / 12 * draw.between(0.7, 1.1)
    return float(int(final * min(1.0, share)))


def _goal_row(indicator: Row, month: int, source: str, progress: float, draw: Stream) -> Row:
    final, target = float(str(indicator["actual"])), indicator.get("target")
    shown = progress if source == "unit" else half_up(progress * draw.between(0.94, 1.0), 1)
    row: Row = {
        "indicator_id": indicator["indicator_id"],
        "month": month,
        "source": source,
        "progress": shown,
        "planned_share": half_up(month / 12, 4),
        "likelihood": "certain",
    }
    if not isinstance(target, float):
        return row
    row["expected_year_end"] = target
    short = final / target if target and indicator["op"] == "at_least" else 1.0
    if short < 0.97 and (source == "third_party" or draw.chance(0.2 + 0.06 * month)):
        cause = draw.pick(sorted(CAUSES))
        row["likelihood"] = "impossible" if short < 0.75 and month == 10 else "possible"
        row |= {"cause": cause, "note": CAUSES[cause], "expected_year_end": half_up(final, 1)}
    return row


def warning_rows(
    district: District,
    year: int,
    money: Mapping[str, Money],
    spent: Spent,
    planting: Planting,
) -> list[Row]:
    """Table ``warnings``: the slowest projects at the end of July; some never answer."""
    monitored = sorted(district.roles[year].monitored)
    pace = {key: cumulative(spent, key, year)[6] / money[key].annual for key in monitored}
    slow = sorted((key for key in monitored if pace[key] < 0.4), key=lambda key: pace[key])
    slow = slow[: district.plan.scaled(22, least=2)]
    silent = planting.choose("warning-unanswered", year, slow)
    rows: list[Row] = []
    for number, key in enumerate(slow, 1):
        draw = district.plan.stream("warning", key, year)
        issued = day_in(draw, year, 8, 5, 20)
        due = workday(issued + timedelta(days=14))
        row: Row = {
            "warning_id": f"YJ{year}{number:03d}",
            "project_id": key,
            "issued": issued,
            "issue": f"7月末支出进度 {half_up(100 * pace[key], 1):g}%，低于序时进度",
            "answer_due": due,
        }
        if key in silent:
            ids = [key, str(row["warning_id"])]
            planting.record("warning-unanswered", year, ids, "warnings", "逾期未答复")
        else:
            row["answered"] = workday(due - timedelta(days=draw.integer(0, 9)))
            row["answer"] = draw.pick(tuple(CAUSES.values())) + "，已制定支出计划"
            if money[key].rate > 0.85:
                row["corrected"] = day_in(draw, year, 10)
        rows.append(row)
    return rows


__all__ = ["cumulative", "fund_monitoring", "goal_monitoring", "warning_rows"]
