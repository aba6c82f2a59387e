"""Budgets of the made-up district: requested, approved, adjusted, received, spent, carried over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from perfanalysis.data.sample.model import District, Plan, Project, wan
from perfanalysis.data.sample.planting import Planting
from perfanalysis.data.sample.streams import exp

# Yuan: what the district's summary of work year 2021 states, and plausible neighbours.
TOTALS = {
    2019: 617_348_600,
    2020: 642_864_100,
    2021: 654_984_200,
    2022: 679_135_500,
    2023: 702_660_800,
}
RESULT_EFFECT = 0.015  # log points of budget for a point of result
GROWTH_NOISE = 0.18


@dataclass(frozen=True, slots=True)
class Money:
    """One project's money of a year, in yuan.

    Attributes
    ----------
    approved, other : int
        Fiscal money and money from other sources in the initial budget.
    adjusted : int
        Change of the fiscal budget during the year, transfers included.
    carried_in, carried_out : int
    received, executed : int
        Of all sources.
    stale : bool
        The money carried in stays unspent for a second year.
    """

    approved: int
    other: int
    adjusted: int
    carried_in: int
    received: int
    executed: int
    carried_out: int
    stale: bool

    @property
    def annual(self) -> int:
        """The annual budget, carry-over inside."""
        return self.approved + self.other + self.adjusted + self.carried_in

    @property
    def rate(self) -> float:
        """Executed ÷ annual."""
        return self.executed / self.annual


@dataclass(frozen=True, slots=True)
class Transfer:
    """Money moved from one project to another of the same unit, in yuan."""

    source: str
    target: str
    amount: int
    approved: bool


@dataclass(frozen=True)
class YearMoney:
    """The money of a year: by project, what was moved, and the factor common to all budgets."""

    projects: dict[str, Money]
    transfers: list[Transfer]
    scale: float


def total_of(plan: Plan, year: int) -> int:
    """What the flagged projects of a year add up to, in yuan."""
    if year in TOTALS:
        total = TOTALS[year]
    elif year < min(TOTALS):
        total = TOTALS[min(TOTALS)] * 1000 // (1000 + 30 * (min(TOTALS) - year))
    else:
        total = TOTALS[max(TOTALS)] * (1000 + 33 * (year - max(TOTALS))) // 1000
    return total * plan.units // 67 // 100 * 100


def raw_budgets(
    district: District,
    year: int,
    base: Mapping[str, int],
    results: Mapping[str, float],
) -> dict[str, float]:
    """Budgets of a year before they are scaled to its total, in yuan.

    Parameters
    ----------
    district : District
    year : int
    base : mapping of str to int
        Last year's approved budgets by project, in yuan; empty in the first year.
    results : mapping of str to float
        Results of two years ago by project, in points from the mean.

    Notes
    -----
    This is the planted effect: a project's budget grows by `RESULT_EFFECT` log points for each
    point of its result two years earlier (none in a clean district), by its unit's own growth,
    and by chance. What the year adds comes from the scaling.
    """
    plan = district.plan
    running = district.running(year)
    total = total_of(plan, year)
    known = [p for p in district.projects if p.project_id in base]
    sizes = sum(p.size for p in known or running if not p.template.share)
    scale = (sum(base.values()) if known else total) / sizes
    effect = 0.0 if plan.clean else RESULT_EFFECT
    raw = {}
    for project in running:
        key = project.project_id
        draw = plan.stream("budget", key, year)
        if share := project.template.share:
            start_up = 0.5 if project.first == year < project.last else 1.0
            raw[key] = share * total * start_up
        elif key in base:
            growth = project.unit.growth + effect * results.get(key, 0.0)
            raw[key] = base[key] * exp(growth + GROWTH_NOISE * draw.normal())
        else:
            raw[key] = scale * project.size
    return raw


def year_money(
    district: District,
    year: int,
    raw: Mapping[str, float],
    carried: Mapping[str, int],
    planting: Planting,
) -> YearMoney:
    """Approve, adjust and spend the budgets of a year; the year's total is met to the cent."""
    plan, roles = district.plan, district.roles[year]
    running = district.running(year)
    flagged = roles.self_evaluated if year <= 2020 else roles.monitored
    changes = {p.project_id: _change(plan, p, year) for p in running}
    others = {p.project_id: p.other_share / (1 - p.other_share) for p in running}
    weights = {key: raw[key] * (1 + changes[key] + others[key]) for key in flagged}
    room = total_of(plan, year) - sum(carried.get(key, 0) for key in flagged)
    scale = room / sum(weights.values())
    approved = {key: _rounded(raw[key] * scale) for key in raw}
    other = {key: int(approved[key] * others[key] / 1000) * 1000 for key in raw}
    adjusted = {key: int(approved[key] * changes[key] / 100) * 100 for key in raw}
    transfers = _transfers(district, year, approved, planting)
    for transfer in transfers:
        adjusted[transfer.source] -= transfer.amount
        adjusted[transfer.target] += transfer.amount
    annual = {key: approved[key] + other[key] + adjusted[key] for key in raw}
    largest = max(sorted(flagged), key=lambda key: approved[key])
    adjusted[largest] += room - sum(annual[key] for key in flagged)
    spending = _Spending(district, year, planting, carried, approved)
    for key in spending.added:
        adjusted[key] += approved[key]
        approved[key] = 0
    money = {
        p.project_id: spending.of(
            p, approved[p.project_id], other[p.project_id], adjusted[p.project_id]
        )
        for p in running
    }
    return YearMoney(money, transfers, scale)


def approved_only(
    district: District, year: int, raw: Mapping[str, float]
) -> tuple[dict[str, int], float]:
    """Budgets of the year after the last one, in yuan, and the factor common to all of them."""
    scale = 0.94 * total_of(district.plan, year) / sum(raw.values())
    return {key: _rounded(raw[key] * scale) for key in raw}, scale


def _rounded(yuan: float) -> int:
    """Approved budgets are round: to 1 万元 above 50 万元, else to 0.1 万元; 2 万元 at least."""
    step = 10_000 if yuan > 500_000 else 1_000
    return max(20_000, int(yuan / step + 0.5) * step)


def _change(plan: Plan, project: Project, year: int) -> float:
    draw = plan.stream("adjustment", project.project_id, year)
    if draw.chance(0.68):
        return 0.0
    return draw.between(-0.12, 0.16)


def _transfers(
    district: District, year: int, approved: Mapping[str, int], planting: Planting
) -> list[Transfer]:
    roles = district.roles[year]
    both = roles.self_evaluated & roles.monitored
    siblings: dict[str, str] = {}
    by_unit: dict[str, list[str]] = {}
    for project in district.running(year):
        if project.project_id in both and not project.template.share:
            by_unit.setdefault(project.unit.unit_id, []).append(project.project_id)
    for ids in by_unit.values():
        if len(ids) > 1:
            ordered = sorted(ids, key=lambda key: approved[key])
            siblings[ordered[-1]] = ordered[0]
    draw = district.plan.stream("transfers", year)
    wanted = planting.choose("transfer-unapproved", year, sorted(siblings))
    rest = [key for key in sorted(siblings) if key not in wanted]
    ordinary = draw.shuffled(rest)[: district.plan.scaled(5, least=1)]
    return [
        Transfer(
            source,
            siblings[source],
            max(1000, int(approved[source] * draw.between(0.02, 0.06) / 1000) * 1000),
            source in ordinary,
        )
        for source in sorted([*wanted, *ordinary])
    ]


class _Spending:
    """How much of each budget is spent, with what is planted there."""

    def __init__(
        self,
        district: District,
        year: int,
        planting: Planting,
        carried: Mapping[str, int],
        approved: Mapping[str, int],
    ) -> None:
        self._plan, self._year, self._carried = district.plan, year, carried
        looked_at = district.roles[year].self_evaluated & district.roles[year].monitored
        running = [p for p in district.running(year) if p.project_id in looked_at]
        ending = [p.project_id for p in running if p.last == year and not p.template.share]
        ids = [p.project_id for p in running if not p.template.share]
        old = [
            p.project_id
            for p in running
            if p.last > year and 0 < carried.get(p.project_id, 0) < approved[p.project_id] // 4
        ]
        choose = planting.choose
        self._stale = choose("carry-over-two-years", year, old)
        self._idle = choose("idle-funds", year, ending)
        self._over = choose("executed-over-budget", year, ids)
        little = [key for key in ids if carried.get(key, 0) < approved[key] // 8]
        self._low = choose("low-execution", year, little)
        fiscal = [p.project_id for p in running if not p.other_share]
        self.added = choose("funds-initial-zero", year, [k for k in ending if k in fiscal])
        self._planting = planting

    def of(self, project: Project, approved: int, other: int, adjusted: int) -> Money:
        key, year = project.project_id, self._year
        draw = self._plan.stream("execution", key, year)
        carried_in, stale = self._carried.get(key, 0), key in self._stale
        annual = approved + other + adjusted + carried_in
        spendable = annual - carried_in if stale else annual
        lot, rate = draw.uniform(), self._rate(project, draw.uniform(), draw.uniform())
        executed = int(spendable * self._planted_rate(key, rate, draw.uniform()) / 100) * 100
        short = 0
        if lot < 0.1 and key not in self._idle:
            late = annual - executed - carried_in - other
            short = max(0, min(late, int(annual * (0.2 - 2 * lot) / 100) * 100))
        received = max(annual - short, executed)
        carried_out = self._carried_out(project, annual, executed, carried_in, stale)
        self._note(key, annual, executed)
        return Money(approved, other, adjusted, carried_in, received, executed, carried_out, stale)

    @staticmethod
    def _rate(project: Project, lot: float, depth: float) -> float:
        lot += 0.04 * project.unit.ability
        if lot > 0.58:
            return 1.0
        if lot > 0.2:
            return 0.95 + 0.05 * depth
        if lot > 0.05:
            return 0.8 + 0.15 * depth
        return 0.62 + 0.18 * depth

    def _planted_rate(self, key: str, rate: float, depth: float) -> float:
        if key in self._idle:
            return 0.0
        if key in self._low:
            return 0.14 + 0.32 * depth
        if key in self._over:
            return 1.02 + 0.05 * depth
        return rate

    def _carried_out(
        self, project: Project, annual: int, executed: int, carried_in: int, stale: bool
    ) -> int:
        unspent = annual - executed
        if project.last == self._year or unspent <= annual // 50:
            return carried_in if stale else 0
        draw = self._plan.stream("carry", project.project_id, self._year)
        kept = project.style == "works" or draw.chance(0.55)
        return unspent if kept else (carried_in if stale else 0)

    def _note(self, key: str, annual: int, executed: int) -> None:
        spent = f"全年预算数 {wan(annual)} 万元，执行 {wan(executed)} 万元"
        for kind, chosen in (
            ("idle-funds", self._idle),
            ("low-execution", self._low),
            ("funds-initial-zero", self.added),
            ("executed-over-budget", self._over),
            ("carry-over-two-years", self._stale),
        ):
            if key in chosen:
                self._planting.record(kind, self._year, [key], "funds", spent)


__all__ = [
    "GROWTH_NOISE",
    "RESULT_EFFECT",
    "Money",
    "Transfer",
    "YearMoney",
    "approved_only",
    "raw_budgets",
    "total_of",
    "year_money",
]
