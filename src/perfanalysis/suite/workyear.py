"""One work year as a notebook sees it: each stage's budget year, the rules, the results.

Everything is worked out on first use and kept, so that a notebook pays for what it shows. A
worker of the suite opens the year once before it forks: its reports find the results there.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from pathlib import Path

import pandas as pd

from perfanalysis.data.checks import check_year
from perfanalysis.data.findings import Finding
from perfanalysis.data.tables import YearData
from perfanalysis.errors import DataError
from perfanalysis.evidence.panel import Panels, score_panels
from perfanalysis.evidence.survey import Surveys, read_surveys
from perfanalysis.followup.assessment import Assessment, assess_units
from perfanalysis.followup.cases import assessment_cases
from perfanalysis.followup.publication import publication_coverage
from perfanalysis.followup.rectification import rectification_states
from perfanalysis.linkage.circumstances import project_circumstances
from perfanalysis.linkage.panel import LinkagePanel
from perfanalysis.linkage.proposal import Proposal, propose_budget
from perfanalysis.linkage.rules import link_rules
from perfanalysis.money.contracts import contract_curves
from perfanalysis.money.execution import execution_rates
from perfanalysis.money.flags import MoneyScreen, as_year_flags, screen_money
from perfanalysis.money.unit_cost import UnitCosts, unit_costs
from perfanalysis.money.worklist import money_worklist
from perfanalysis.planning.gate import budget_gate
from perfanalysis.planning.lint import lint_targets
from perfanalysis.planning.monitoring import Monitoring, monitor
from perfanalysis.planning.pre_assessment import PreAssessment, assess_new_projects
from perfanalysis.planning.review import TargetReview, review_targets
from perfanalysis.planning.targets import target_flags
from perfanalysis.rules.loader import RulesInForce, evaluation_date, load_rules
from perfanalysis.scoring.categories import CategoryScores, score_categories
from perfanalysis.scoring.flags import indicator_flags, result_flags
from perfanalysis.scoring.key_evaluation import KeyEvaluation, evaluate_key_projects
from perfanalysis.scoring.projects import ProjectScores, score_projects
from perfanalysis.scoring.summary import summarise_units
from perfanalysis.scoring.unit_places import place_units
from perfanalysis.scoring.units import UnitScores, score_units
from perfanalysis.scoring.weights import standards_of
from perfanalysis.suite.config import MOST_EARLIER, Edition, Suite, load_suite
from perfanalysis.suite.inputs import state_of
from perfanalysis.suite.lookback import TABLES, TREND_TABLES, followers, panel_of, reviews
from perfanalysis.suite.stageyears import StageYears
from perfanalysis.suite.variants import Earlier, earlier_decisions
from perfanalysis.suite.views.paid import (
    contracts_ahead,
    kind_bands,
    paid_band,
    paid_curves,
    project_curves,
)


@dataclass(frozen=True)
class WorkYear(StageYears):
    """A work year: what is worked out of its budget years; see `StageYears` for what is read."""

    @property
    def target_rules(self) -> RulesInForce:
        """The rules in force when targets are reviewed: on 31 October of the year before them."""
        return self.book.on(date(self.targets_year - 1, 10, 31))

    @property
    def monitoring_rules(self) -> RulesInForce:
        """The rules in force when money and goals are monitored: on 31 July of that year."""
        return self.book.on(date(self.monitoring_year, 7, 31))

    @cached_property
    def before_targets(self) -> YearData | None:
        """The budget year before that whose targets are reviewed; None where there is no data."""
        year = self.targets_year - 1
        if year == self.monitoring_year:
            return self.monitoring
        return self._year(year) if self._there([year]) else None

    @cached_property
    def target_lint(self) -> pd.DataFrame:
        """What is wrong with the targets as filed: see `lint_targets`."""
        return lint_targets(self.targets, self.target_rules, previous=self.before_targets)

    @cached_property
    def target_review(self) -> TargetReview:
        """What the sections gave the targets."""
        return review_targets(self.targets, self.target_rules)

    @cached_property
    def pre_assessment(self) -> PreAssessment:
        """Pre-assessment of what is asked for and was not there the year before."""
        before = self.before_targets
        known = pd.Series(dtype="str") if before is None else before["projects"]["project_id"]
        return assess_new_projects(self.targets, self.requests, self.target_rules, known=known)

    @cached_property
    def gate(self) -> pd.DataFrame:
        """Which requests pass the gate to the budget: see `budget_gate`."""
        return budget_gate(
            self.target_review, self.pre_assessment, self.requests, self.target_rules
        )

    @cached_property
    def monitored(self) -> Monitoring:
        """Dual monitoring of the monitored year, its end foreseen from the evaluated one."""
        past = [self.evaluation] if self.evaluation_year < self.monitoring_year else []
        return monitor(
            self.monitoring,
            self.monitoring_rules,
            day=self.suite.engagement.report_date,
            past=past,
        )

    @cached_property
    def scores(self) -> ProjectScores:
        """Review of every self-evaluated project."""
        return score_projects(self.evaluation, self.rules)

    @cached_property
    def key_evaluation(self) -> KeyEvaluation:
        """Evaluation of the key and special projects."""
        return evaluate_key_projects(self.evaluation, self.rules)

    @cached_property
    def earlier_scores(self) -> dict[int, ProjectScores]:
        """Reviews of the budget years before the evaluated one, as far as there is data."""
        years = range(self.evaluation_year - MOST_EARLIER, self.evaluation_year)
        return reviews(self._looked_back(years), self.book)

    @cached_property
    def earlier_years(self) -> tuple[YearData, ...]:
        """Reviewed budget years up to the evaluated one, earliest first: what trends look at."""
        years = [*self.earlier_scores, self.evaluation_year]
        return tuple(self._read(year, TREND_TABLES) for year in sorted(years))

    def _looked_back(self, years: Iterable[int]) -> dict[int, YearData]:
        """What looking back needs of the budget years that have a folder."""
        return {year: self._read(year, TABLES) for year in self._there(years)}

    @cached_property
    def panel(self) -> LinkagePanel:
        """Results of each year up to the evaluated one beside the budgets that could follow."""
        scores = self.earlier_scores | {self.evaluation_year: self.scores}
        return panel_of(scores, self._looked_back(followers(scores, self.requests_year)))

    @cached_property
    def circumstances(self) -> pd.DataFrame:
        """What the rules of linkage look at besides results and execution."""
        rules = link_rules(self.rules)
        wanted = {name for rule in rules for name in (*rule.numbers, *rule.values)}
        tables = ["budget_requests", "target_review", "pre_assessment"]
        return project_circumstances(
            self.scores,
            self.evaluation,
            self.monitoring,
            self._read(self.requests_year, tables),
            earlier=[*self.earlier_scores.values()] if "years_poor" in wanted else [],
            decided=self.gate if "gate" in wanted else None,
        )

    @cached_property
    def unit_costs(self) -> UnitCosts:
        """What one of the same output cost, over the reviewed years: see `unit_costs`."""
        return unit_costs(self.earlier_years, self.rules)

    @cached_property
    def panels(self) -> Panels:
        """Experts' panels of the evaluated year."""
        return score_panels(self.evaluation, self.rules)

    @cached_property
    def surveys(self) -> Surveys:
        """Public surveys of the evaluated year."""
        return read_surveys(self.evaluation, self.rules)

    @cached_property
    def unit_scores(self) -> UnitScores:
        """Whole-unit evaluation of every unit."""
        return score_units(self.evaluation, self.rules)

    @cached_property
    def unit_places(self) -> pd.DataFrame:
        """Where each unit stands in its sector, with the two years before: see `place_units`."""
        before = self._there((self.evaluation_year - 1, self.evaluation_year - 2))
        tables = ["units", "unit_finance", "publication"]
        earlier = [
            score_units(self._read(number, tables), self.book.on(evaluation_date(number))).units
            for number in before
        ]
        return place_units([self.unit_scores.units, *earlier])

    @cached_property
    def category_scores(self) -> CategoryScores:
        """Projects evaluated by the framework of their category of funds."""
        return score_categories(self.evaluation, self.rules)

    @cached_property
    def proposal(self) -> Proposal:
        """What the results propose for the next budget."""
        projects = self.evaluation["projects"]
        chosen = projects["is_key"] | projects["is_special"]
        return propose_budget(
            self.scores,
            self.monitoring,
            self.requests,
            self.rules,
            key_evaluation=self.key_evaluation if chosen.any() else None,
            circumstances=self.circumstances,
        )

    @property
    def requested_proposal(self) -> Proposal:
        """The proposal, where anybody requested a budget.

        Raises
        ------
        DataError
            If nobody did: everything would seem to be given up.
        """
        if self.requests.empty:
            raise DataError(self.no_requests)
        return self.proposal

    @cached_property
    def decided_before(self) -> Earlier:
        """What earlier results would have proposed, and what was approved."""
        return earlier_decisions(self)

    @cached_property
    def money(self) -> MoneyScreen:
        """Where the money of the evaluated year went: see `screen_money`."""
        return screen_money(self.evaluation, self.rules, history=self.history)

    @cached_property
    def worklist(self) -> pd.DataFrame:
        """What to verify of the money of the evaluated year: see `money_worklist`."""
        return money_worklist(self.money.flags, self.evaluation["units"])

    @cached_property
    def project_curves(self) -> pd.DataFrame:
        """How each project paid through the evaluated year: see `project_curves`."""
        return project_curves(self.evaluation)

    @cached_property
    def kind_bands(self) -> pd.DataFrame:
        """Spread of `project_curves` among projects of the same kind of spending."""
        return kind_bands(self.project_curves, least=self.rules.value("pace.min_peers"))

    @cached_property
    def contract_curves(self) -> pd.DataFrame:
        """What was paid under each contract of the evaluated year, beside the work verified."""
        return contract_curves(self.evaluation)

    @cached_property
    def contracts_ahead(self) -> pd.Series:
        """万元 that contracts of the evaluated year were paid ahead of work."""
        return contracts_ahead(self.evaluation, self.rules)

    @cached_property
    def flags(self) -> pd.DataFrame:
        """What must be verified in the evaluated year: see `perfanalysis.data.flags`."""
        year = self.evaluation
        found = [
            as_year_flags(self.money.flags),
            indicator_flags(year, self.rules),
            target_flags(year),
            result_flags(self.scores, year, self.rules),
        ]
        return pd.concat(found, ignore_index=True)

    @cached_property
    def unit_summaries(self) -> pd.DataFrame:
        """Money, scores and grades of each unit: see `summarise_units`."""
        return summarise_units(self.scores)

    @cached_property
    def unit_curves(self) -> pd.DataFrame:
        """How each unit paid through the evaluated year: see `paid_curves`."""
        return paid_curves(self.evaluation, by="unit")

    @cached_property
    def unit_band(self) -> pd.DataFrame:
        """Spread of `unit_curves`."""
        return paid_band(self.unit_curves)

    @cached_property
    def monitored_rates(self) -> pd.DataFrame:
        """Execution of each monitored project in the monitored year."""
        return execution_rates(self.monitoring, by="project", projects=self._monitored())

    @cached_property
    def monitored_totals(self) -> pd.DataFrame:
        """The same of each unit's monitored projects together; ``key`` is the unit."""
        return execution_rates(self.monitoring, by="unit", projects=self._monitored())

    @cached_property
    def rectified(self) -> pd.DataFrame:
        """The state of the evaluated year's findings on the day of the report."""
        return rectification_states(self.evaluation, day=self.suite.engagement.report_date)

    @cached_property
    def published(self) -> pd.DataFrame:
        """What units published of the evaluated year by the day of the report."""
        kinds = self.rules.value("assessment.publication_kinds")
        return publication_coverage(self.evaluation, kinds, day=self.suite.engagement.report_date)

    @cached_property
    def assessment(self) -> Assessment:
        """How each unit managed its budget performance: see `assess_units`."""
        cases = assessment_cases(
            reviewed=self.target_review.subjects,
            targets=self.targets,
            warnings=self.monitored.warnings,
            scores=self.scores.projects,
            evaluated=self.evaluation,
            rectified=self.rectified,
            published=self.published,
        )
        return assess_units(self.evaluation["units"]["unit_id"], cases, self.rules)

    @cached_property
    def findings(self) -> dict[int, tuple[Finding, ...]]:
        """What loading and checking found in the evaluated and the monitored year, by year."""
        years = {year.budget_year: year for year in (self.evaluation, self.monitoring)}
        return {
            number: (
                *year.findings,
                *check_year(year, standards=standards_of(self.book.on(evaluation_date(number)))),
            )
            for number, year in years.items()
        }


def open_work_year(
    *,
    work_year: int,
    data_dir: Path | str = "data",
    suite_file: Path | str = "suite.toml",
    edition: Edition = "internal",
) -> WorkYear:
    """Open a work year; the same unchanged files give the same object within a process.

    Parameters
    ----------
    work_year : int
        工作年度.
    data_dir : Path or str, default "data"
        Folder with a folder a budget year.
    suite_file : Path or str, default "suite.toml"
    edition : {"internal", "public"}

    Returns
    -------
    WorkYear

    Raises
    ------
    ParameterError
        If suite.toml is wrong.
    RuleFileError
        If a rule file is wrong.
    """
    data, settings = Path(data_dir).resolve(), Path(suite_file).resolve()
    suite = load_suite(settings)
    return _opened(
        work_year,
        data,
        suite,
        edition,
        state_of([settings, *suite.rule_files, *suite.compared_files], data),
    )


@lru_cache(maxsize=4)
def _opened(
    work_year: int,
    data: Path,
    suite: Suite,
    edition: Edition,
    state: tuple[tuple[str, int, int], ...],
) -> WorkYear:
    del state  # part of the key only
    return WorkYear(suite, work_year, data, load_rules(*suite.rule_files), edition)


__all__ = ["WorkYear", "open_work_year"]
