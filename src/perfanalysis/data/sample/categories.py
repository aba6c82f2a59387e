"""Figures by which the categories of funds are evaluated: bonds, procurement, PPP, funds."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from perfanalysis.data.sample.found import Found
from perfanalysis.data.sample.model import District, Project, Row
from perfanalysis.data.sample.money import Money
from perfanalysis.data.sample.streams import Stream, half_up


def category_rows(
    district: District, year: int, money: Mapping[str, Money], found: Mapping[str, Found]
) -> list[Row]:
    """Table ``category_facts`` of the projects with a special kind or of another budget."""
    rows: list[Row] = []
    for project in district.running(year):
        kind = project.special_kind if project.special_kind != "none" else project.fund_kind
        maker = _MAKERS.get(kind)
        if maker is None or not money[project.project_id].annual:
            continue
        draw = district.plan.stream("category", project.project_id, year)
        facts = maker(_Case(project, money[project.project_id], draw))
        facts |= _known(facts, found[project.project_id])
        for number, (item, value) in enumerate(facts.items(), 1):
            rows.append(
                {
                    "project_id": project.project_id,
                    "item": item,
                    "value": half_up(value, 2),
                    "measure_unit": _unit_of(item),
                    "evidence_id": f"FL{year}-{project.project_id[1:]}-{number:02d}",
                }
            )
    return rows


def _known(facts: Mapping[str, float], found: Found) -> dict[str, float]:
    """What the form, the site visit and the survey say of a figure goes before a drawn one."""
    known: dict[str, float] = {}
    satisfied = found.stated() if found.surveyed is None else found.surveyed
    if "satisfaction" in facts and satisfied is not None:
        known["satisfaction"] = satisfied
    delivered = found.delivered()
    if "items_delivered" in facts and delivered:
        known["items_delivered"] = delivered
        used = facts["items_in_use"] / facts["items_delivered"]
        known["items_in_use"] = float(int(delivered * used))
    return known


def _unit_of(item: str) -> str:
    if item.endswith("_wan"):
        return "万元"
    return "%" if item == "satisfaction" else "个"


class _Case:
    """One project: its money in 万元, and how well it is run."""

    def __init__(self, project: Project, money: Money, draw: Stream) -> None:
        self._draw = draw
        self.care = min(0.97, max(0.5, 0.86 + 0.05 * project.unit.ability + 0.03 * project.quality))
        self.annual, self.received = money.annual / 10_000, money.received / 10_000
        self.executed = money.executed / 10_000

    def among(self, least: int, most: int) -> tuple[int, Callable[[], int]]:
        """A count, and how many of it are in order, drawn anew each time."""
        count = self._draw.integer(least, most)
        return count, lambda: sum(self._draw.chance(self.care) for _ in range(count))

    def most_of(self, whole: float) -> float:
        """Nearly all of an amount; all of it in half of the cases."""
        if self._draw.chance(0.5):
            return whole
        return whole * self._draw.between(self.care - 0.08, 1)

    def between(self, low: float, high: float) -> float:
        return self._draw.between(low, high)


def _procurement(case: _Case) -> dict[str, float]:
    packages, good = case.among(2, 8)
    contracts, sound = case.among(2, 8)
    items = int(case.between(6, 60))
    return {
        "packages": packages,
        "packages_compliant": good(),
        "packages_competitive": good(),
        "packages_on_time": good(),
        "contracts": contracts,
        "contracts_disclosed": sound(),
        "contracts_accepted": sound(),
        "contracts_delivered_on_time": sound(),
        "procurement_budget_wan": case.annual,
        "contract_price_wan": case.annual * case.between(0.93, 1),
        "items_delivered": items,
        "items_in_use": int(case.most_of(items)),
    }


def _built(case: _Case) -> dict[str, float]:
    """Use of money and works, as bonds and fund budgets share them."""
    planned = case.annual * case.between(1, 1.1)
    formed = case.executed
    return {
        "used_wan": case.executed,
        "in_scope_wan": case.most_of(case.executed),
        "work_planned_wan": planned,
        "work_done_wan": min(planned, case.executed * case.between(0.92, 1.05)),
        "assets_formed_wan": formed,
        "assets_registered_wan": case.most_of(formed),
    }


def _idle_cost(case: _Case) -> float:
    return max(0.0, case.received - case.executed) * 0.035


def _general_bond(case: _Case) -> dict[str, float]:
    built = _built(case)
    return built | {
        "proceeds_wan": case.received,
        "idle_cost_wan": _idle_cost(case),
        "assets_in_use_wan": case.most_of(built["assets_formed_wan"]),
    }


def _special_bond(case: _Case) -> dict[str, float]:
    due = case.received * 0.035
    forecast = case.received * case.between(0.05, 0.09)
    life = case.received * 1.5
    return _built(case) | {
        "proceeds_wan": case.received,
        "idle_cost_wan": _idle_cost(case),
        "debt_service_due_wan": due,
        "debt_service_paid_wan": due,
        "income_forecast_wan": forecast,
        "income_wan": forecast * case.between(0.7, 1.05),
        "debt_service_life_wan": life,
        "income_life_wan": life * case.between(0.95, 1.4),
    }


def _government_fund(case: _Case) -> dict[str, float]:
    revenue = case.annual * case.between(1.2, 2)
    return _built(case) | {
        "fund_revenue_budget_wan": revenue,
        "fund_revenue_wan": revenue * case.between(0.85, 1.05),
        "fund_budget_wan": case.annual,
        "carryover_wan": max(0.0, case.annual - case.executed),
        "satisfaction": 100 * case.between(0.78, 0.97),
    }


def _investment_fund(case: _Case) -> dict[str, float]:
    committed = case.annual * 20
    paid_in = case.most_of(committed)
    invested = paid_in * case.between(0.4, 0.9)
    checks, passed = case.among(8, 15)
    goals, met = case.among(4, 9)
    return {
        "committed_wan": committed,
        "paid_in_wan": paid_in,
        "invested_wan": invested,
        "in_policy_wan": case.most_of(invested),
        "checks_done": checks,
        "checks_passed": passed(),
        "registrations_due": 4,
        "registered_on_time": int(case.most_of(4)),
        "fiscal_capital_wan": paid_in,
        "social_capital_wan": paid_in * case.between(0.6, 2.5),
        "goals_set": goals,
        "goals_met": met(),
    }


def _ppp(case: _Case) -> dict[str, float]:
    cost = case.annual * 12
    standards, met = case.among(10, 20)
    facilities, sound = case.among(15, 40)
    found, closed = case.among(3, 9)
    return {
        "construction_cost_wan": cost,
        "linked_cost_wan": cost * case.between(0.22, 0.4),
        "paid_wan": case.executed,
        "paid_by_result_wan": case.most_of(case.executed),
        "assessments_due": 2,
        "assessments_done": 2 if case.between(0, 1) < case.care else 1,
        "issues_found": found,
        "issues_closed": closed(),
        "service_standards": standards,
        "service_standards_met": met(),
        "facilities": facilities,
        "facilities_sound": sound(),
        "satisfaction": 100 * case.between(0.78, 0.97),
    }


def _state_capital(case: _Case) -> dict[str, float]:
    due, equity = case.annual * case.between(0.8, 1.2), case.annual * case.between(8, 15)
    tasks, done = case.among(4, 9)
    return {
        "profit_due_wan": due,
        "profit_remitted_wan": case.most_of(due),
        "injected_wan": case.received,
        "used_wan": case.executed,
        "in_scope_wan": case.most_of(case.executed),
        "tasks_planned": tasks,
        "tasks_done": done(),
        "equity_start_wan": equity,
        "equity_end_wan": equity * case.between(0.97, 1.08),
    }


def _social_insurance(case: _Case) -> dict[str, float]:
    revenue, people = case.annual * case.between(1, 1.15), int(case.between(20_000, 60_000))
    benefits = int(case.between(40_000, 90_000))
    return {
        "fund_revenue_budget_wan": revenue,
        "fund_revenue_wan": revenue * case.between(0.96, 1.04),
        "used_wan": case.executed,
        "in_scope_wan": case.executed * case.between(0.998, 1),
        "contributions_due_wan": revenue * 0.7,
        "contributions_paid_wan": revenue * 0.7 * case.between(0.95, 1),
        "insured_planned": people,
        "insured": int(people * case.between(0.96, 1.03)),
        "benefits_due": benefits,
        "benefits_on_time": int(benefits * case.between(0.985, 1)),
        "balance_wan": case.annual / 12 * case.between(4, 15),
        "monthly_outlay_wan": case.executed / 12,
        "satisfaction": 100 * case.between(0.85, 0.97),
    }


_MAKERS: dict[str, Callable[[_Case], dict[str, float]]] = {
    "procurement": _procurement,
    "general_bond": _general_bond,
    "special_bond": _special_bond,
    "government_fund": _government_fund,
    "investment_fund": _investment_fund,
    "ppp": _ppp,
    "state_capital": _state_capital,
    "social_insurance": _social_insurance,
}

__all__ = ["category_rows"]
