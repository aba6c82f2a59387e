"""What each stage of the work was about, as one table: budget year, units, projects, money."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

COLUMNS = ("work", "budget_year", "units", "projects", "amount_wan")


def scope_of(facts: Mapping[str, Mapping[str, Any]], key_projects: pd.DataFrame) -> pd.DataFrame:
    """Return one row a stage; money of two budget years is never added.

    Parameters
    ----------
    facts : mapping
        See `work_facts.year_facts`.
    key_projects : DataFrame
        See `work_facts.key_projects`.
    """
    stated, monitored, use = facts["self"], facts["monitoring"], facts["use"]
    rows: list[tuple[Any, ...]] = [
        ("managed", None, facts["coverage"]["managed"], None, None),
        ("self", stated["year"], stated["units"], stated["projects"], stated["annual"]),
    ]
    for kind in ("key", "special"):
        own = key_projects[key_projects["kind"] == kind]
        units, money = own["unit_id"].nunique(), own["annual_wan"].sum()
        rows.append((kind, stated["year"], units, len(own), money))
    rows.append(("monitoring", monitored["year"], None, monitored["projects"], monitored["annual"]))
    if use["requests"]:
        rows.append(("base", use["base_year"], None, None, use["base"]))
        rows.append(("proposed", use["year"], None, use["requests"], use["proposed"]))
    table = pd.DataFrame(rows, columns=list(COLUMNS), dtype="object")
    return table.assign(budget_year=table["budget_year"].map(str, na_action="ignore"))


__all__ = ["COLUMNS", "scope_of"]
