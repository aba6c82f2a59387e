"""Units and projects of the made-up district, over all its years."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from perfanalysis.data.sample.catalogue import COMMON, Template, catalogue
from perfanalysis.data.sample.model import District, Plan, Project, Roles, Unit
from perfanalysis.data.sample.streams import Stream, exp

MOST_PER_UNIT = 8
GROWTH_SPREAD = 0.04  # standard deviation of the units' yearly log growth
Life = tuple[int, Template, str, int, int]  # unit position, template, name, first, last


def build_district(plan: Plan) -> District:
    """Draw the district that the plan asks for."""
    units = _units(plan)
    lives = _lives(plan, units)
    projects = _projects(plan, units, lives)
    roles = {year: _roles(plan, projects, year) for year in plan.years}
    return District(plan, units, projects, roles)


def self_evaluated_count(plan: Plan, year: int) -> int:
    """How many projects are self-evaluated: 183 in 2020, seven more each year."""
    return max(plan.scaled(183 + 7 * (year - 2020), least=plan.units), 3)


def _units(plan: Plan) -> tuple[Unit, ...]:
    book = catalogue()
    names = [book.units[i % len(book.units)] for i in range(plan.units)]
    units = []
    for number, name in enumerate(names, 1):
        draw = plan.stream("unit", number)
        size = exp(0.45 * draw.normal())
        quota = 12 + int(50 * size * draw.between(0.6, 1.6))
        units.append(
            Unit(
                unit_id=f"U{number:03d}",
                name=name,
                section=book.finance_sections[name.sector],
                ability=draw.normal(),
                leniency=draw.uniform(),
                growth=GROWTH_SPREAD * draw.normal(),
                lateness=draw.uniform(),
                size=size,
                staff_quota=quota,
                staff_actual=quota - draw.integer(0, max(1, quota // 12)),
            )
        )
    return tuple(units)


def _lives(plan: Plan, units: Sequence[Unit]) -> list[Life]:
    """The three special projects, then lasting ones, then one-off ones up to each year's number."""
    lives: list[Life] = list(_special_lives(plan, units))
    used: set[str] = set()
    lives += _recurring_lives(plan, units, room=self_evaluated_count(plan, plan.first))
    for position, unit in enumerate(units):
        lives += _continuing_lives(plan, position, unit, used)
    for year in range(plan.first, plan.last + 2):
        lives = _filled(plan, units, lives, used, year)
    return lives


def _special_lives(plan: Plan, units: Sequence[Unit]) -> list[Life]:
    lives = []
    for turn, template in enumerate(catalogue().special.values()):
        fitting = [i for i, unit in enumerate(units) if unit.name.sector == template.sector]
        position = fitting[turn % len(fitting)] if fitting else turn % len(units)
        first = max(plan.first, plan.anchor + template.start)
        lives.append((position, template, template.name, first, plan.anchor + template.end))
    return lives


def _recurring_lives(plan: Plan, units: Sequence[Unit], room: int) -> list[Life]:
    """One to four a unit, two thirds of a year's projects at the most."""
    wanted = []
    for unit in units:
        draw = plan.stream("recurring", unit.unit_id)
        own, common = _templates(unit, "recurring")
        templates = draw.shuffled(own) + draw.shuffled(common)
        number = 1 + sum(draw.chance(chance) for chance in (0.42, 0.26, 0.12))
        wanted.append(templates[:number])
    while sum(map(len, wanted)) > max(len(units), 2 * room // 3):
        max(wanted, key=len).pop()
    return [
        (position, template, template.name, plan.first - 3, plan.last + 3)
        for position, templates in enumerate(wanted)
        for template in templates
    ]


def _continuing_lives(plan: Plan, position: int, unit: Unit, used: set[str]) -> list[Life]:
    lives = []
    for first in range(plan.first - 2, plan.last + 2):
        draw = plan.stream("continuing", unit.unit_id, first)
        if draw.chance(0.2) and (found := _named(draw, unit, "continuing", used)):
            last = first + draw.integer(1, 3)
            if last >= plan.first:
                lives.append((position, *found, first, last))
    return lives


def _filled(
    plan: Plan, units: Sequence[Unit], lives: list[Life], used: set[str], year: int
) -> list[Life]:
    """One-off projects added, or continuing ones taken out, until the year has its number."""
    self_evaluated = self_evaluated_count(plan, year)
    number = self_evaluated + int(0.04 * self_evaluated)
    load = Counter(life[0] for life in lives if life[3] <= year <= life[4])
    lives = list(lives)
    while sum(load.values()) > number:
        extra = [life for life in lives if life[3] == year and life[1].project_type == "continuing"]
        extra = [life for life in extra if not life[1].share]
        if not extra:
            return lives
        lives.remove(extra[-1])
        load[extra[-1][0]] -= 1
    draw = plan.stream("one-off", year)
    for _ in range(100 * number):
        if sum(load.values()) >= number:
            break
        position = draw.integer(0, len(units) - 1)
        if load[position] >= MOST_PER_UNIT:
            continue
        if found := _named(draw, units[position], "one_off", used):
            lives.append((position, *found, year, year))
            load[position] += 1
    return lives


def _templates(unit: Unit, project_type: str) -> tuple[list[Template], list[Template]]:
    """The sector's own templates that the unit may have, and those that any unit may have."""
    book = catalogue().templates
    own, common = (
        [
            template
            for template in book[sector]
            if template.project_type == project_type
            and (not template.of or unit.name.name in template.of)
        ]
        for sector in (unit.name.sector, COMMON)
    )
    return own, common


def _named(
    draw: Stream, unit: Unit, project_type: str, used: set[str]
) -> tuple[Template, str] | None:
    """A template and a name that the unit has not used; None where that fails."""
    own, common = _templates(unit, project_type)
    for suffix in ("", "", "", "", "（二期）"):
        template = draw.pick(own if own and draw.chance(0.75) else common)
        name = template.name.format(place=draw.pick(catalogue().places)) + suffix
        if (label := unit.unit_id + name) not in used:
            used.add(label)
            return template, name
    return None


def _projects(plan: Plan, units: Sequence[Unit], lives: Sequence[Life]) -> tuple[Project, ...]:
    serial: Counter[int] = Counter()
    leading: dict[int, str] = {}
    projects = []
    for position, template, name, first, last in sorted(lives, key=lambda life: (life[0], life[3])):
        serial[position] += 1
        unit = units[position]
        project_id = f"P{position + 1:03d}-{serial[position]:02d}"
        draw = plan.stream("project", unit.unit_id, name)
        if template.project_type == "recurring" and template.sector != COMMON:
            leading.setdefault(position, project_id)
        fund_kind, special_kind = _kinds(draw, unit, template, serial[position])
        projects.append(
            Project(
                project_id=project_id,
                unit=unit,
                template=template,
                name=name,
                first=first,
                last=last,
                fund_kind=fund_kind,
                special_kind=special_kind,
                parent_id=_parent(template, leading.get(position, "")),
                size=min(7.0, template.size * unit.size * exp(0.8 * draw.normal())),
                quality=draw.normal(),
                other_share=draw.between(0.05, 0.3) if draw.chance(0.1) else 0.0,
            )
        )
    return tuple(projects)


def _parent(template: Template, leading: str) -> str:
    """Lasting or one-off work of the sector is part of what the unit does there every year."""
    dependent = template.project_type != "recurring" and template.sector != COMMON
    return leading if dependent and not template.share else ""


def _kinds(draw: Stream, unit: Unit, template: Template, serial: int) -> tuple[str, str]:
    """Which of the four budgets, and which special mode."""
    if template.share:
        return template.fund_kind, template.special_kind
    lot = draw.uniform()
    if serial == 1 and unit.name.name == "国有资产服务中心":
        return "state_capital", "none"
    if serial == 1 and unit.name.name in ("人力资源和社会保障局", "医疗保障局"):
        return "social_insurance", "none"
    if serial == 1 and unit.name.name == "科技和工业信息化局":
        return "general", "investment_fund"
    if template.style != "works":
        procured = lot < (0.6 if template.style == "purchase" else 0.08)
        return "general", "procurement" if procured else "none"
    modes = ((0.12, "special_bond"), (0.22, "general_bond"), (0.26, "ppp"))
    mode = next((mode for limit, mode in modes if lot < limit), "none")
    if template.sector == COMMON or mode == "none":
        return ("government_fund" if lot > 0.9 else "general"), "none"
    return ("government_fund" if mode == "special_bond" else "general"), mode


def _roles(plan: Plan, projects: Sequence[Project], year: int) -> Roles:
    running = [project for project in projects if project.runs_in(year)]
    draw = plan.stream("roles", year)
    special = _special_ids(plan, running, draw, year)
    plain = [p for p in running if p.project_id not in special]
    public = [p for p in plain if p.public] or plain
    largest = sorted(public, key=lambda p: -p.size)[: max(12, len(public) // 4)]
    key_count = plan.scaled(7 + (year - plan.anchor) % 3, least=2)
    key = frozenset(p.project_id for p in draw.shuffled(largest)[:key_count])
    ids = [p.project_id for p in running]
    looked_at = key | special
    leading = {p.unit.unit_id: p.project_id for p in sorted(running, key=lambda p: p.size)}
    small = sorted((p for p in plain if p.project_id not in key), key=lambda p: p.size)
    spare = len(running) - self_evaluated_count(plan, year)
    shuffled = [p.project_id for p in draw.shuffled(small[: max(spare, len(small) // 2)])]
    # every unit evaluates itself: its largest project is not left out
    left_out = set([i for i in shuffled if i not in leading.values()][:spare])
    free = [i for i in ids if i not in looked_at]
    unmonitored = set(draw.shuffled(free)[: plan.scaled(6)])
    return Roles(
        self_evaluated=frozenset(ids) - left_out,
        monitored=frozenset(ids) - unmonitored,
        key=key,
        special=special,
    )


def _special_ids(plan: Plan, running: Sequence[Project], draw: Stream, year: int) -> frozenset[str]:
    """The three of the anchor year; in other years, some of the special modes and funds."""
    if year == plan.anchor:
        return frozenset(p.project_id for p in running if p.template.share)
    unusual = [p for p in running if p.special_kind != "none" or p.fund_kind != "general"]
    return frozenset(p.project_id for p in draw.shuffled(unusual)[: plan.scaled(3, least=1)])


def unit_rows(district: District, year: int) -> list[dict[str, object]]:
    """Table ``units``."""
    return [
        {
            "unit_id": unit.unit_id,
            "name": unit.name.in_year(year),
            "department_id": unit.unit_id,
            "finance_section": unit.section,
            "sector": unit.name.sector,
            "level": 1,
            "staff_quota": unit.staff_quota,
            "staff_actual": unit.staff_actual,
        }
        for unit in district.units
    ]


__all__ = ["GROWTH_SPREAD", "build_district", "self_evaluated_count", "unit_rows"]
