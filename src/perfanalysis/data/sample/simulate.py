"""The years of the made-up district, one after the other: each budget follows from earlier ones."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from perfanalysis.data.sample import evaluation, evidence, gate, monitoring
from perfanalysis.data.sample.decoys import record_decoys
from perfanalysis.data.sample.district import unit_rows
from perfanalysis.data.sample.model import District, Row, Tables
from perfanalysis.data.sample.money import (
    Money,
    Transfer,
    approved_only,
    fund_rows,
    raw_budgets,
    transfer_rows,
    year_money,
)
from perfanalysis.data.sample.payment_defects import plant_payments
from perfanalysis.data.sample.planting import Planting
from perfanalysis.data.sample.projects import project_rows, standardised_results
from perfanalysis.data.sample.spending import Spent, rush_candidates, spend
from perfanalysis.data.sample.target_defects import plant_targets
from perfanalysis.data.sample.targets import explain, indicator_rows


@dataclass
class YearState:
    """Everything known of one simulated year."""

    year: int
    money: dict[str, Money]
    transfers: list[Transfer]
    forms: dict[str, list[Row]]
    spent: Spent
    tables: Tables = field(default_factory=dict)


def simulate(district: District, planting: Planting) -> Iterator[tuple[int, Tables]]:
    """Yield the tables of each budget year, and of the year after the last the requests only."""
    base: dict[str, int] = {}
    carried: dict[str, int] = {}
    results: dict[int, dict[str, float]] = {}
    before: dict[str, list[Row]] = {}
    for year in district.plan.years:
        raw = raw_budgets(district, year, base, results.get(year - 2, {}))
        money, transfers = year_money(district, year, raw, carried, planting)
        state = _year(district, year, money, transfers, before, planting)
        results[year] = standardised_results(district, year, state.forms)
        base = {key: m.approved for key, m in money.items()}
        carried = {key: m.carried_out for key, m in money.items() if m.carried_out}
        before = state.forms
        yield year, state.tables
    year = district.plan.last + 1
    approved = approved_only(
        district, year, raw_budgets(district, year, base, results.get(year - 2, {}))
    )
    refused = gate.refused_requests(district, year)
    yield year, {"budget_requests": gate.request_rows(district, year, approved, refused)}


def _year(
    district: District,
    year: int,
    money: dict[str, Money],
    transfers: list[Transfer],
    before: dict[str, list[Row]],
    planting: Planting,
) -> YearState:
    rushed = planting.choose("rush-spending", year, rush_candidates(district, year, money))
    forms = indicator_rows(district, year, money, rushed)
    for key, rows in forms.items():
        explain(rows, district.plan.stream("reasons", key, year))
    plant_targets(district, year, forms, before, money, planting)
    spent = spend(district, year, money, rushed, planting)
    state = YearState(year, money, transfers, forms, spent)
    tables = state.tables
    approved = {key: m.approved for key, m in money.items()}
    refused = gate.refused_requests(district, year)
    tables["units"] = unit_rows(district, year)
    tables["projects"] = project_rows(district, year, money, forms, planting)
    tables["funds"] = fund_rows(money)
    tables["transfers"] = transfer_rows(transfers, year, planting)
    tables["indicators"] = [row for key in sorted(forms) for row in forms[key]]
    tables["payments"] = plant_payments(district, year, spent, rushed, planting)
    tables["contracts"] = spent.contracts
    tables["budget_lines"] = spent.lines
    tables["accounts"] = spent.accounts
    tables["monitoring_funds"] = monitoring.fund_monitoring(district, year, money, spent, planting)
    tables["monitoring_indicators"] = monitoring.goal_monitoring(district, year, money, forms)
    tables["warnings"] = monitoring.warning_rows(district, year, money, spent, planting)
    tables["budget_requests"] = gate.request_rows(district, year, approved, refused)
    tables["pre_assessment"] = gate.pre_assessment_rows(district, year, approved, refused, planting)
    tables["target_review"] = gate.target_review_rows(district, year, forms, planting)
    _evaluate(district, state, planting)
    record_decoys(district, state, planting)
    return state


def _evaluate(district: District, state: YearState, planting: Planting) -> None:
    """What the third party does afterwards."""
    year, forms, money, tables = state.year, state.forms, state.money, state.tables
    visits, verified = evidence.visit_rows(district, year, forms, planting)
    survey, frame, satisfied = evidence.survey_rows(district, year, forms, planting)
    seen = {
        key: evaluation.Seen(verified.get(key), satisfied.get(key))
        for key in district.roles[year].visited
    }
    scores = evaluation.key_score_rows(district, year, money, forms, seen)
    tables["site_visits"], tables["survey"], tables["survey_frame"] = visits, survey, frame
    tables["assets"] = evidence.asset_rows(district, year, money, planting)
    tables["key_scores"] = scores
    tables["panel_scores"] = evaluation.panel_rows(district, year, scores, planting)


__all__ = ["YearState", "simulate"]
