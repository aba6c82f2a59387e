"""The years of the made-up district, one after the other: each budget follows from earlier ones."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from perfanalysis.data.sample import (
    categories,
    evaluation,
    evidence,
    funds,
    gate,
    monitoring,
    office,
)
from perfanalysis.data.sample import money as budgets
from perfanalysis.data.sample.decoys import record_decoys
from perfanalysis.data.sample.district import GROWTH_SPREAD, unit_rows
from perfanalysis.data.sample.found import Found
from perfanalysis.data.sample.model import District, Row, Tables
from perfanalysis.data.sample.payment_defects import plant_payments
from perfanalysis.data.sample.planting import Planting
from perfanalysis.data.sample.projects import centred_results, project_rows
from perfanalysis.data.sample.spending import Spent, rush_candidates, spend
from perfanalysis.data.sample.streams import root
from perfanalysis.data.sample.target_defects import plant_targets
from perfanalysis.data.sample.targets import RUSH_HARM, explain, indicator_rows
from perfanalysis.data.sample.units import UnitFinance, whole_unit_rows


@dataclass(frozen=True)
class _Year:
    """One simulated year on its way into tables."""

    year: int
    money: dict[str, budgets.Money]
    transfers: list[budgets.Transfer]
    forms: dict[str, list[Row]]
    spent: Spent
    rushed: list[str]
    refused: list[gate.Refused]


@dataclass
class Simulation:
    """The district's years in order, with what is planted in them.

    Attributes
    ----------
    district : District
    planting : Planting
    scales : dict of int to float
        The factor common to all budgets of a year.
    """

    district: District
    planting: Planting
    scales: dict[int, float] = field(default_factory=dict)
    _approved: dict[int, dict[str, int]] = field(default_factory=dict)
    _results: dict[int, dict[str, float]] = field(default_factory=dict)
    _satisfied: dict[int, dict[str, float]] = field(default_factory=dict)

    def tables(self) -> Iterator[tuple[int, Tables]]:
        """Yield the tables of each budget year; of the year after the last, the requests only."""
        district = self.district
        finance = UnitFinance(district, self.planting)
        carried: dict[str, int] = {}
        before: dict[str, list[Row]] = {}
        for year in district.plan.years:
            money = budgets.year_money(district, year, self._raw(year), carried, self.planting)
            self.scales[year] = money.scale
            self._approved[year] = {key: m.approved for key, m in money.projects.items()}
            state = self._simulated(year, money, before)
            self._results[year] = centred_results(district, year, money.projects, state.forms)
            carried = {key: m.carried_out for key, m in money.projects.items() if m.carried_out}
            evaluated = district.roles[year].self_evaluated
            before = {key: rows for key, rows in state.forms.items() if key in evaluated}
            yield year, self._tables(state, finance)
        year = district.plan.last + 1
        approved, self.scales[year] = budgets.approved_only(district, year, self._raw(year))
        self._approved[year] = approved
        refused = gate.refused_requests(district, year)
        yield year, {"budget_requests": gate.request_rows(district, year, approved, refused)}

    def _raw(self, year: int) -> dict[str, float]:
        base = self._approved.get(year - 1, {})
        return budgets.raw_budgets(self.district, year, base, self._results.get(year - 2, {}))

    def truth(self) -> dict[str, Any]:
        """The effects that later analyses should recover; call it after `tables`."""
        effect = 0.0 if self.district.plan.clean else budgets.RESULT_EFFECT
        spreads = {year: self._spread(year) for year in self._results if year + 2 in self._approved}
        return {
            "linkage": {
                "model": "ln(approved[Y+2] / approved[Y+1]) = log_points_per_point × result[Y]"
                " + unit + year + noise",
                "result": "指标得分（按规则复核）÷ 指标分值 × 100，不含预算执行和无目标值的指标",
                "log_points_per_point": effect,
                "log_points_per_sd": {
                    str(year): round(effect * spread, 4) for year, spread in spreads.items()
                },
                "result_sd": {str(year): round(spread, 2) for year, spread in spreads.items()},
                "log_points_of_execution_rate": 0.0,
                "unit_sd": GROWTH_SPREAD,
                "noise_sd": budgets.GROWTH_NOISE,
                "transitions": [[year, year + 2] for year in spreads],
                "year_factor": {str(y): round(scale, 4) for y, scale in self.scales.items()},
            },
            "panel": {
                "expert_sd_share": evaluation.EXPERT_SPREAD,
                "severity_sd_share": evaluation.HARSHNESS,
            },
            "survey_satisfied_share": {str(y): shares for y, shares in self._satisfied.items()},
            "rectification": {"points_of_next_result": 0.0},
            "rush_spending": {"lowers": "质量指标", "latent_sd": RUSH_HARM},
        }

    def _spread(self, year: int) -> float:
        """Standard deviation of the results that a later budget can follow."""
        later = self._approved[year + 1].keys() & self._approved[year + 2].keys()
        results = [result for key, result in self._results[year].items() if key in later]
        mean = sum(results) / max(1, len(results))
        return root(sum((r - mean) * (r - mean) for r in results) / max(1, len(results)))

    def _simulated(
        self, year: int, money: budgets.YearMoney, before: dict[str, list[Row]]
    ) -> _Year:
        district, planting, projects = self.district, self.planting, money.projects
        rushed = planting.choose("rush-spending", year, rush_candidates(district, year, projects))
        forms = indicator_rows(district, year, projects, rushed)
        for key, rows in forms.items():
            explain(rows, district.plan.stream("reasons", key, year))
        plant_targets(district, year, forms, before, projects, planting)
        spent = spend(district, year, projects, rushed, planting)
        refused = gate.refused_requests(district, year)
        return _Year(year, projects, money.transfers, forms, spent, rushed, refused)

    def _tables(self, state: _Year, finance: UnitFinance) -> Tables:
        year = state.year
        tables: Tables = {"units": unit_rows(self.district, year)}
        tables |= self._budget_tables(state)
        tables |= self._money_tables(state)
        tables |= self._evaluation_tables(state)
        tables["unit_finance"] = finance.rows(year, state.money)
        tables |= self._office_tables(state, tables)
        record_decoys(self.district, year, state.money, tables, self.planting)
        return tables

    def _budget_tables(self, state: _Year) -> Tables:
        district, planting, year = self.district, self.planting, state.year
        money, forms, refused = state.money, state.forms, state.refused
        approved = {key: m.approved for key, m in money.items()}
        evaluated = district.roles[year].self_evaluated
        own = [
            row if key in evaluated else _targets_only(row)
            for key in sorted(forms)
            for row in forms[key]
        ]
        return {
            "projects": project_rows(district, year, money, forms, planting),
            "indicators": own + whole_unit_rows(district, year),
            "budget_requests": gate.request_rows(district, year, approved, refused),
            "pre_assessment": gate.pre_assessment_rows(district, year, approved, refused, planting),
            "target_review": gate.target_review_rows(district, year, forms, planting),
        }

    def _money_tables(self, state: _Year) -> Tables:
        district, planting, year = self.district, self.planting, state.year
        money, spent = state.money, state.spent
        return {
            "funds": funds.fund_rows(money),
            "transfers": funds.transfer_rows(state.transfers, year, planting),
            "payments": plant_payments(district, year, spent, state.rushed, planting),
            "contracts": spent.contracts,
            "budget_lines": spent.lines,
            "accounts": spent.accounts,
            "monitoring_funds": monitoring.fund_monitoring(district, year, money, spent, planting),
            "monitoring_indicators": monitoring.goal_monitoring(district, year, state.forms),
            "warnings": monitoring.warning_rows(district, year, money, spent, planting),
        }

    def _evaluation_tables(self, state: _Year) -> Tables:
        """What the third party does afterwards."""
        district, planting, year = self.district, self.planting, state.year
        visits, verified = evidence.visit_rows(district, year, state.forms, planting)
        surveyed = evidence.survey_rows(district, year, state.forms, planting)
        self._satisfied[year] = surveyed.truths
        found = {
            key: Found(form, verified.get(key, {}), surveyed.shares.get(key))
            for key, form in state.forms.items()
        }
        scores = evaluation.key_score_rows(district, year, state.money, found)
        return {
            "site_visits": visits,
            "survey": surveyed.survey,
            "survey_frame": surveyed.frame,
            "assets": evidence.asset_rows(district, year, state.money, planting),
            "key_scores": scores,
            "panel_scores": evaluation.panel_rows(district, year, scores, planting),
            "category_facts": categories.category_rows(district, year, state.money, found),
        }

    def _office_tables(self, state: _Year, tables: Tables) -> Tables:
        district, planting, year = self.district, self.planting, state.year
        return {
            "regulations": office.regulation_rows(year),
            "organisation": office.organisation_rows(year),
            "initiatives": office.initiative_rows(district, year),
            "process": office.process_rows(
                district,
                year,
                tables["site_visits"],
                {str(row["project_id"]) for row in tables["survey"]},
            ),
            "data_requests": office.data_request_rows(district, year, planting),
            "publication": office.publication_rows(district, year, planting),
            "rectification": office.rectification_rows(
                district, year, state.money, state.forms, tables["key_scores"], planting
            ),
        }


def _targets_only(row: Row) -> Row:
    """Projects that are not self-evaluated have targets and report nothing on them."""
    return row | {"actual": None, "actual_text": None, "self_score": None, "reason": None}


__all__ = ["Simulation"]
