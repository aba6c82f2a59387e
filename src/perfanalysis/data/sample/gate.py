"""The way into the budget: requests, pre-assessment of new projects, review of targets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from perfanalysis.data.sample.calendar import day_in
from perfanalysis.data.sample.catalogue import catalogue
from perfanalysis.data.sample.model import District, Project, Row, wan
from perfanalysis.data.sample.planting import Planting
from perfanalysis.data.sample.streams import Stream, half_up

REVIEW = (
    ("规范完整性", 10.0),
    ("明确清晰性", 10.0),
    ("目标相关性", 15.0),
    ("指标科学性", 15.0),
    ("绩效合理性", 15.0),
    ("资金匹配性", 15.0),
    ("实现可能性", 10.0),
    ("条件充分性", 10.0),
)
ASSESSMENT = (
    ("立项必要性", 20.0),
    ("投入经济性", 20.0),
    ("绩效目标合理性", 20.0),
    ("实施方案可行性", 20.0),
    ("筹资合规性", 20.0),
)
NEW_PROJECT_FLOOR = 1_000_000
INCOMPLETE = ("target-missing", "satisfaction-missing", "quality-missing", "cost-missing")
UNCLEAR = ("target-unmeasurable", "indicators-identical", "targets-copied", "money-as-quantity")


@dataclass(frozen=True, slots=True)
class Refused:
    """A new project that was applied for and not funded; the amount in yuan."""

    project_id: str
    unit_id: str
    name: str
    requested: int


def refused_requests(district: District, year: int) -> list[Refused]:
    """Applications of the year that came to nothing."""
    draw = district.plan.stream("refused", year)
    refused: list[Refused] = []
    for _ in range(district.plan.scaled(6, least=1)):
        unit = draw.pick(district.units)
        running = {p.name for p in district.projects if p.unit is unit}
        templates = [
            t
            for t in catalogue().templates[unit.name.sector]
            if t.project_type == "one_off" and (not t.of or unit.name.name in t.of)
        ] or [t for t in catalogue().templates["通用"] if t.project_type == "one_off"]
        template = draw.pick(templates)
        name = template.name.format(place=draw.pick(catalogue().places))
        taken = {r.project_id for r in refused}
        key = f"{unit.unit_id.replace('U', 'P')}-{year % 100}{draw.integer(1, 9)}"
        if name not in running and key not in taken:
            amount = draw.integer(40, 460) * 10_000
            refused.append(Refused(key, unit.unit_id, name, amount))
    return sorted(refused, key=lambda r: r.project_id)


def _requested(district: District, project: Project, year: int, approved: int) -> int:
    """What a project asks for, in yuan: what will be approved and a margin to be cut from."""
    draw = district.plan.stream("request", project.project_id, year)
    markup = 0.0 if draw.chance(0.06) else draw.between(0.02, 0.18) * (1 + draw.uniform())
    markup *= 0.6 + project.unit.leniency
    return max(approved, int(approved * (1 + markup) / 1000 + 0.5) * 1000)


def request_rows(
    district: District, year: int, approved: Mapping[str, int], refused: Sequence[Refused]
) -> list[Row]:
    """Table ``budget_requests``, stored under the year that the money is for."""
    rows: list[Row] = []
    for project in district.running(year):
        amount = approved[project.project_id]
        if not amount:
            continue
        rows.append(
            {
                "project_id": project.project_id,
                "unit_id": project.unit.unit_id,
                "name": project.name,
                "fund_kind": project.fund_kind,
                "requested_wan": wan(_requested(district, project, year, amount)),
                "approved_wan": wan(amount),
            }
        )
    rows += [
        {
            "project_id": r.project_id,
            "unit_id": r.unit_id,
            "name": r.name,
            "fund_kind": "general",
            "requested_wan": wan(r.requested),
            "approved_wan": wan(0),
        }
        for r in refused
    ]
    return sorted(rows, key=lambda row: str(row["project_id"]))


def pre_assessment_rows(
    district: District,
    year: int,
    approved: Mapping[str, int],
    refused: Sequence[Refused],
    planting: Planting,
) -> list[Row]:
    """Table ``pre_assessment``: new projects that ask for 100 万元 or more, and those refused."""
    asked = {
        p.project_id: _requested(district, p, year, approved[p.project_id])
        for p in district.running(year)
        if p.first == year and approved[p.project_id]
    }
    new = {
        p.project_id: p.unit.unit_id
        for p in district.running(year)
        if asked.get(p.project_id, 0) >= NEW_PROJECT_FLOOR
    }
    missing = planting.choose("pre-assessment-missing", year, sorted(new))
    for key in missing:
        note = f"新增项目申请 {wan(asked[key])} 万元，未做事前绩效评估"
        planting.record("pre-assessment-missing", year, [key], "pre_assessment", note)
    rows: list[Row] = []
    for key, unit_id in sorted(new.items()):
        if key not in missing:
            draw = district.plan.stream("pre-assessment", key)
            rows += _assessed(key, unit_id, draw, 0.8)
    for request in refused:
        draw = district.plan.stream("pre-assessment", request.project_id)
        rows += _assessed(request.project_id, request.unit_id, draw, 0.35)
    return rows


def _assessed(key: str, unit_id: str, draw: Stream, level: float) -> list[Row]:
    rows: list[Row] = []
    for criterion, full in ASSESSMENT:
        share = min(1.0, level + draw.between(0.0, 0.3))
        score = int(full * share * 2) / 2
        opinion = None if share >= 0.9 else f"{criterion}论证不够充分，建议补充依据"
        rows.append(
            {
                "project_id": key,
                "unit_id": unit_id,
                "criterion": criterion,
                "score": score,
                "full": full,
                "opinion": opinion,
            }
        )
    return rows


def target_review_rows(
    district: District,
    year: int,
    forms: Mapping[str, Sequence[Row]],
    planting: Planting,
) -> list[Row]:
    """Table ``target_review``: every unit and every project, by the section and the budget section.

    The targets of a year are reviewed in the autumn before it.
    """
    sections = {p.project_id: p.unit.section for p in district.running(year)}
    units = {p.project_id: p.unit.unit_id for p in district.running(year)}
    roles = district.roles[year]
    ungated = planting.choose("approved-without-targets", year, sorted(roles.self_evaluated))
    for key in ungated:
        note = "绩效目标未经审核即安排预算"
        planting.record("approved-without-targets", year, [key], "target_review", note)
    rows: list[Row] = []
    for unit in district.units:
        draw = district.plan.stream("review", unit.unit_id, year)
        rows += _reviewed(unit.unit_id, unit.unit_id, unit.section, year, draw, {})
    for key in sorted(sections):
        if key in ungated:
            continue
        draw = district.plan.stream("review", key, year)
        losses = _losses(forms[key])
        rows += _reviewed(key, units[key], sections[key], year, draw, losses)
    return rows


def _losses(rows: Sequence[Row]) -> dict[str, float]:
    """Share of the points that a weak form loses, by criterion."""
    kinds = {str(row.get("plant") or row.get("spoilt") or "") for row in rows}
    losses = {}
    if kinds & set(INCOMPLETE):
        losses["规范完整性"] = 0.4
    if kinds & set(UNCLEAR):
        losses |= {"明确清晰性": 0.4, "指标科学性": 0.3}
    return losses


def _reviewed(
    key: str, unit_id: str, section: str, year: int, draw: Stream, losses: Mapping[str, float]
) -> list[Row]:
    rows: list[Row] = []
    first, last = day_in(draw, year - 1, 10, 10, 28), day_in(draw, year - 1, 12, 3, 20)
    for criterion, full in REVIEW:
        lost = losses.get(criterion, 0.0) + (draw.between(0.05, 0.2) if draw.chance(0.3) else 0.0)
        for stage, day, reviewer, kept in (
            ("first", first, section, 1 - lost),
            ("last", last, "预算股", 1 - lost / 2),
        ):
            rows.append(
                {
                    "project_id": key,
                    "unit_id": unit_id,
                    "criterion": criterion,
                    "score": half_up(int(full * kept * 2) / 2, 1),
                    "full": full,
                    "stage": stage,
                    "reviewer": reviewer,
                    "opinion": f"{criterion}不足，请修改完善"
                    if lost and stage == "first"
                    else None,
                    "date": day,
                }
            )
    return rows


__all__ = [
    "Refused",
    "pre_assessment_rows",
    "refused_requests",
    "request_rows",
    "target_review_rows",
]
