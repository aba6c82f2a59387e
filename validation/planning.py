"""How the year end that monitoring foresees came out, in the made-up district."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from perfanalysis.data.tables import YearData, load_year
from perfanalysis.money.execution import cumulative_curve, project_funds
from perfanalysis.planning.forecast import expected_year_end, paced, past_rests, spending_kinds
from perfanalysis.rules.loader import evaluation_date, load_rules
from validation.section import ROOT, Section, Table

YEARS = tuple(range(2019, 2024))
MONTHS = (6, 7, 8, 9, 10)


def forecast(month: int, year: YearData, before: YearData) -> pd.DataFrame:
    """Each project with money left at a month: the interval of its year end, and the outcome."""
    rules = load_rules().on(evaluation_date(year.budget_year))
    slow = rules.value("monitor.forecast_slow")
    curve = cumulative_curve(year, by="project").pivot(index="key", columns="month", values="share")
    curve = curve[curve[month] < 1].dropna()
    annual = project_funds(year["funds"])["annual_wan"].reindex(curve.index)
    kinds = spending_kinds(year).reindex(curve.index)
    now = pd.DataFrame(
        {
            "kind": paced(kinds, curve[month], month=month, slow=slow),
            "annual_wan": annual,
            "executed_wan": curve[month] * annual,
        }
    )
    found = expected_year_end(
        now,
        past_rests([before], month, slow=slow),
        level=rules.value("monitor.forecast_level"),
        least=rules.value("monitor.forecast_least"),
    )
    spent = (curve[12] * annual).clip(upper=annual)
    return found.assign(spent_wan=spent).dropna(subset=["expected_low_wan"])


def _forecasts() -> Iterator[Table]:
    years = {year: load_year(ROOT / "data" / str(year)) for year in YEARS}
    rows = []
    for month in MONTHS:
        each = [forecast(month, years[year], years[year - 1]) for year in YEARS[1:]]
        both = pd.concat(each)
        low, high, spent = both["expected_low_wan"], both["expected_high_wan"], both["spent_wan"]
        inside = (low - 1e-9 <= spent) & (spent <= high + 1e-9)
        error = both["expected_wan"].sum() / spent.sum() - 1
        rows.append((month, len(both), round(float(inside.mean()), 3), round(float(error), 4)))
    columns = ["end of month", "project-years", "inside", "expected ÷ spent − 1, all money"]
    yield Table(
        pd.DataFrame(rows, columns=columns),
        f"Year end of every project with money left, {YEARS[1]} to {YEARS[-1]}, foreseen from the "
        "year before alone. The intervals are made to hold at least 80%.",
    )


SECTIONS = (
    Section(
        "forecast",
        "Expected year-end spending",
        "the payments of the made-up district, whose later months the forecast does not see.",
        _forecasts,
    ),
)
