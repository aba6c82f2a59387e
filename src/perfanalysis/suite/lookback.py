"""Budget years besides those of the stages: what results and budgets were before and after."""

from __future__ import annotations

from collections.abc import Mapping

from perfanalysis.data.tables import YearData
from perfanalysis.linkage.panel import LinkagePanel, linkage_panel
from perfanalysis.rules.loader import RuleBook, evaluation_date
from perfanalysis.scoring.projects import ProjectScores, score_projects

TABLES = ["projects", "funds", "indicators", "budget_requests"]
TREND_TABLES = ["projects", "funds", "indicators", "rectification"]


def reviews(years: Mapping[int, YearData], book: RuleBook) -> dict[int, ProjectScores]:
    """Review of each year by the rules of its own evaluation date."""
    return {
        year: score_projects(data, book.on(evaluation_date(year))) for year, data in years.items()
    }


def followers(scores: Mapping[int, ProjectScores], last: int) -> list[int]:
    """The budget years that could follow the results, none later than `last`."""
    later = {year + step for year in scores for step in (1, 2)}
    return sorted(year for year in later if year <= last)


def panel_of(scores: Mapping[int, ProjectScores], budgets: Mapping[int, YearData]) -> LinkagePanel:
    """Results of each year beside the budgets that could follow."""
    requests = {year: data["budget_requests"] for year, data in budgets.items()}
    return linkage_panel(scores, budgets, requests)


__all__ = ["TABLES", "TREND_TABLES", "followers", "panel_of", "reviews"]
