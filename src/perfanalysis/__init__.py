"""Budget performance evaluation of a Chinese district: scores, rates, linkage, reports.

What stands here is the public interface: verb, data first, the rest keyword-only. A name is
imported from its module when it is first used, so that ``import perfanalysis`` costs nothing.

>>> import perfanalysis
>>> perfanalysis.load_year.__module__
'perfanalysis.data.tables'
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from perfanalysis.data.checks import check_year
    from perfanalysis.data.findings import Finding, Where, findings_frame
    from perfanalysis.data.sample import write_sample
    from perfanalysis.data.tables import YearData, load_year
    from perfanalysis.errors import (
        DataError,
        ParameterError,
        PerfAnalysisError,
        ReportError,
        RuleError,
        RuleFileError,
        RuleNotInForceError,
    )
    from perfanalysis.linkage.export import write_proposal
    from perfanalysis.linkage.proposal import Proposal, propose_budget
    from perfanalysis.money.execution import cumulative_curve, execution_rates
    from perfanalysis.rules.loader import load_rules
    from perfanalysis.rules.values import DatedValue, RuleBook, RulesInForce, evaluation_date
    from perfanalysis.scoring.export import write_scores
    from perfanalysis.scoring.importing import ImportResult, import_forms
    from perfanalysis.scoring.key_evaluation import KeyEvaluation, evaluate_key_projects
    from perfanalysis.scoring.projects import ProjectScores, score_projects
    from perfanalysis.scoring.review import review_indicators
    from perfanalysis.suite.manifest import Difference, verify_reports
    from perfanalysis.suite.run import RunResult, run_suite
    from perfanalysis.suite.workyear import WorkYear, open_work_year

_HOME = {
    "DataError": "errors",
    "DatedValue": "rules.values",
    "Difference": "suite.manifest",
    "Finding": "data.findings",
    "ImportResult": "scoring.importing",
    "KeyEvaluation": "scoring.key_evaluation",
    "ParameterError": "errors",
    "PerfAnalysisError": "errors",
    "ProjectScores": "scoring.projects",
    "Proposal": "linkage.proposal",
    "ReportError": "errors",
    "RuleBook": "rules.values",
    "RuleError": "errors",
    "RuleFileError": "errors",
    "RuleNotInForceError": "errors",
    "RulesInForce": "rules.values",
    "RunResult": "suite.run",
    "Where": "data.findings",
    "WorkYear": "suite.workyear",
    "YearData": "data.tables",
    "check_year": "data.checks",
    "cumulative_curve": "money.execution",
    "evaluate_key_projects": "scoring.key_evaluation",
    "evaluation_date": "rules.values",
    "execution_rates": "money.execution",
    "findings_frame": "data.findings",
    "import_forms": "scoring.importing",
    "load_rules": "rules.loader",
    "load_year": "data.tables",
    "open_work_year": "suite.workyear",
    "propose_budget": "linkage.proposal",
    "review_indicators": "scoring.review",
    "run_suite": "suite.run",
    "score_projects": "scoring.projects",
    "verify_reports": "suite.manifest",
    "write_proposal": "linkage.export",
    "write_sample": "data.sample",
    "write_scores": "scoring.export",
}


def __getattr__(name: str) -> object:
    """Import a public name from its module."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOME})


__all__ = [
    "DataError",
    "DatedValue",
    "Difference",
    "Finding",
    "ImportResult",
    "KeyEvaluation",
    "ParameterError",
    "PerfAnalysisError",
    "ProjectScores",
    "Proposal",
    "ReportError",
    "RuleBook",
    "RuleError",
    "RuleFileError",
    "RuleNotInForceError",
    "RulesInForce",
    "RunResult",
    "Where",
    "WorkYear",
    "YearData",
    "check_year",
    "cumulative_curve",
    "evaluate_key_projects",
    "evaluation_date",
    "execution_rates",
    "findings_frame",
    "import_forms",
    "load_rules",
    "load_year",
    "open_work_year",
    "propose_budget",
    "review_indicators",
    "run_suite",
    "score_projects",
    "verify_reports",
    "write_proposal",
    "write_sample",
    "write_scores",
]
