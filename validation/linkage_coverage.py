"""How often the interval holds the effect that the generator of the sample district planted."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from perfanalysis.data.sample.district import build_district
from perfanalysis.data.sample.model import Plan
from perfanalysis.data.sample.money import RESULT_EFFECT
from perfanalysis.data.sample.planting import Planting
from perfanalysis.data.sample.simulate import Simulation
from perfanalysis.data.sample.write import write_tables
from perfanalysis.data.tables import load_year
from perfanalysis.linkage.panel import LinkagePanel, linkage_panel
from perfanalysis.linkage.realised import follow_budgets
from perfanalysis.rules.loader import RuleBook, evaluation_date, load_rules
from perfanalysis.scoring.projects import score_projects

SEEDS = range(1, 201)
PLANTED = {"result": RESULT_EFFECT, "execution": 0.0}
UNITS, YEARS = 67, (2019, 2023)
TABLES = ("projects", "funds", "indicators", "budget_requests")


def made_panel(seed: int, book: RuleBook) -> LinkagePanel:
    """The panel of a district of the sample's size by the sample's own generator.

    The four tables that linkage reads are written, loaded and reviewed as any data is.
    """
    plan = Plan(seed, UNITS, YEARS[0], YEARS[1], clean=False)
    years = {}
    with tempfile.TemporaryDirectory() as folder:
        for year, tables in Simulation(build_district(plan), Planting(plan)).tables():
            chosen = {name: tables[name] for name in TABLES if name in tables}
            write_tables(Path(folder) / str(year), chosen)
            years[year] = load_year(Path(folder) / str(year), only=list(chosen))
    budgets = {year: data for year, data in years.items() if "funds" in data.tables}
    scores = {
        year: score_projects(budgets[year], book.on(evaluation_date(year)))
        for year in sorted(budgets)[:-1]
    }
    return linkage_panel(
        scores, budgets, {year: data["budget_requests"] for year, data in years.items()}
    )


def estimates(seeds: Iterable[int] = SEEDS) -> pd.DataFrame:
    """Return the model's estimate of each seed and component.

    Returns
    -------
    DataFrame
        ``seed`` and the columns of ``Realised.effects``.
    """
    book = load_rules()
    parts = [
        follow_budgets(
            made_panel(seed, book).rows, seed=seed, draws=1, robust=False
        ).effects.assign(seed=seed)
        for seed in seeds
    ]
    return pd.concat(parts, ignore_index=True)


def measure_coverage(found: pd.DataFrame) -> pd.DataFrame:
    """Summarise `estimates` against `PLANTED`.

    Returns
    -------
    DataFrame
        One row a component: ``component``, ``planted``, ``seeds``, ``mean`` and ``sd`` of the
        estimates, ``mean_se``, ``covered`` (share of intervals that hold what was planted),
        ``error`` (standard error of that share at 95%), ``found`` (share of intervals without 0).
    """
    rows = []
    for component, planted in PLANTED.items():
        own = found[found["regressor"] == component]
        inside = (own["low"] <= planted) & (planted <= own["high"])
        seen = (own["low"] > 0) | (own["high"] < 0)
        estimate = own["estimate"]
        rows.append(
            {
                "component": component,
                "planted": planted,
                "seeds": len(own),
                "mean": estimate.mean(),
                "sd": estimate.std(),
                "mean_se": own["se"].mean(),
                "covered": inside.mean(),
                "error": (0.95 * 0.05 / len(own)) ** 0.5,
                "found": seen.mean(),
            }
        )
    return pd.DataFrame(rows)


__all__ = ["PLANTED", "SEEDS", "estimates", "made_panel", "measure_coverage"]
