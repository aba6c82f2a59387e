"""Budget years besides those of the stages: what results and budgets were before and after."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from perfanalysis.data.tables import YearData, load_year
from perfanalysis.linkage.panel import LinkagePanel, linkage_panel
from perfanalysis.rules.loader import RuleBook, evaluation_date
from perfanalysis.scoring.projects import ProjectScores, score_projects

TABLES = ["projects", "funds", "indicators", "budget_requests"]


def years_there(data_dir: Path, years: range | set[int]) -> dict[int, YearData]:
    """Projects, funds, indicators and requests of the years that have a folder."""
    there = [year for year in sorted(years) if (data_dir / str(year)).is_dir()]
    return {year: load_year(data_dir / str(year), only=TABLES) for year in there}


def reviews(data_dir: Path, years: range, book: RuleBook) -> dict[int, ProjectScores]:
    """Review of each year that has a folder, by the rules of its own evaluation date."""
    return {
        year: score_projects(data, book.on(evaluation_date(year)))
        for year, data in years_there(data_dir, years).items()
    }


def panel_until(data_dir: Path, scores: Mapping[int, ProjectScores], last: int) -> LinkagePanel:
    """Results of each year beside the budgets that could follow, none later than `last`."""
    later = {year + step for year in scores for step in (1, 2) if year + step <= last}
    budgets = years_there(data_dir, later)
    return linkage_panel(
        scores, budgets, {year: data["budget_requests"] for year, data in budgets.items()}
    )


__all__ = ["TABLES", "panel_until", "reviews", "years_there"]
