"""The numbers of the linkage page: whether budgets followed results, and the rules."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import isnan
from typing import Any

import numpy as np
import pandas as pd

from perfanalysis.errors import DataError
from perfanalysis.linkage.compliance import Compliance, check_compliance, near_thresholds
from perfanalysis.linkage.inference import NO_NOISE, adjusted_p_values
from perfanalysis.linkage.power import POWER
from perfanalysis.linkage.realised import BudgetModel, Realised, follow_budgets
from perfanalysis.suite.views.common import Said, unit_pages
from perfanalysis.suite.workyear import WorkYear

SEED = 20210501
"""Of the bootstraps; printed on the page."""
OUTCOMES = ("approved_wan", "requested_wan")
_BY_INTERVAL = ("more", "less", "unclear")
_SHARES = ["estimate", "low", "high", "mde"]


@dataclass(frozen=True)
class FollowedView:
    """What the linkage page shows of budgets that were approved.

    Attributes
    ----------
    projects, units, left_out : int
        Projects and years of the model, their units, and those that it has to leave out.
    gone : DataFrame
        ``LinkagePanel.left_out`` by reason: ``reason``, ``projects``.
    effects : DataFrame
        One row an outcome and component: ``outcome``, ``regressor``, the columns of
        ``Realised.effects``; estimates, ends, mde as relative change of the budget a point
        (0.01 is 1%). Empty where refused.
    lines : DataFrame
        ``Realised.robust`` of the approved budget, in the same unit.
    thresholds : DataFrame
        See `near_thresholds`; changes as ratios, the estimate as ``jump``.
    held_out : tuple of str
        Names of the three largest units.
    refused : str
        Why there is no estimate; else empty.
    compliance : Compliance or None
        Of this work year, where something is approved.
    cut_rules, cut_units : DataFrame
        ``Compliance.by_rule`` and ``by_unit`` (with ``unit_name`` and ``page``), the rate as
        ``cut_rate``.
    spared : DataFrame
        Projects that a rule said to cut and that were not: ``name``, ``unit_name``, ``page``,
        ``base_wan``, ``called_wan``, ``approved_wan``.
    """

    projects: int
    units: int
    left_out: int
    gone: pd.DataFrame
    effects: pd.DataFrame
    lines: pd.DataFrame
    thresholds: pd.DataFrame
    held_out: tuple[str, ...]
    refused: str
    compliance: Compliance | None
    cut_rules: pd.DataFrame = field(default_factory=pd.DataFrame)
    cut_units: pd.DataFrame = field(default_factory=pd.DataFrame)
    spared: pd.DataFrame = field(default_factory=pd.DataFrame)


def followed_view(year: WorkYear) -> FollowedView:
    """Gather what became of the budgets, as far as they are approved."""
    rows, left = year.panel.rows, year.panel.left_out
    try:
        found = [_followed(rows, outcome) for outcome in OUTCOMES]
        refused = ""
    except DataError as error:
        found, refused = [], str(error)
    compliance = _compliance(year)
    names = year.monitoring["units"][["unit_id", "name"]].rename(columns={"name": "unit_name"})
    cut_rules = cut_units = spared = pd.DataFrame()
    if compliance is not None:
        cut_units = _named(compliance.by_unit, names).rename(columns={"rate": "cut_rate"})
        cut_rules = compliance.by_rule.rename(columns={"rate": "cut_rate"})
        own = compliance.projects
        spared = _named(own.loc[own["spared"]], names)
    return FollowedView(
        projects=len(rows),
        units=rows["unit_id"].nunique(),
        left_out=int(left["projects"].sum()),
        gone=left.groupby("reason", as_index=False)["projects"].sum(),
        effects=_effects(found),
        lines=_relative(found[0].robust, _SHARES[:3]) if found else pd.DataFrame(),
        thresholds=_thresholds(rows) if found else pd.DataFrame(),
        held_out=_held_out(found, names),
        refused=refused,
        compliance=compliance,
        cut_rules=cut_rules,
        cut_units=cut_units,
        spared=spared,
    )


def followed_findings(view: FollowedView, year: WorkYear) -> list[Said]:
    """The conclusion, chosen by the intervals, as keys of ``70_linkage`` with their values."""
    main = view.effects[view.effects["outcome"] == "approved_wan"].to_dict("records")
    said: list[Said] = [(f"follow-{row['regressor']}-{_verdict(row)}", row) for row in main]
    if view.refused:
        said.append(("follow-none", {"reason": view.refused}))
    if view.compliance is not None and view.compliance.called_wan:
        facts = {
            "year": year.requests_year,
            "called": view.compliance.called_wan,
            "cut": view.compliance.cut_wan,
            "rate": view.compliance.rate,
            "spared": int(view.compliance.projects["spared"].sum()),
            "projects": len(view.compliance.projects),
        }
        said.append(("comply-main", facts))
    return said


def lines_findings(view: FollowedView) -> list[Said]:
    """The other ways of estimating whose interval says something else than the conclusion."""
    main = view.effects[view.effects["outcome"] == OUTCOMES[0]].to_dict("records")
    verdicts = {row["regressor"]: _verdict(row) for row in main}
    return [
        ("lines-apart", {"component": row["regressor"], **row})
        for row in view.lines.to_dict("records")
        if verdicts[row["regressor"]] in _BY_INTERVAL and _side(row) != verdicts[row["regressor"]]
    ]


def _side(row: dict[str, Any]) -> str:
    """Where an interval lies; without one nothing is said."""
    return "more" if row["low"] > 0 else "less" if row["high"] < 0 else "unclear"


def _verdict(row: dict[str, Any]) -> str:
    if isnan(float(row["p"])):
        return "same" if row["refused"] == NO_NOISE else "cases"
    return _side(row)


def _followed(rows: pd.DataFrame, outcome: str) -> Realised:
    known = rows.loc[rows[outcome] > 0]
    model = BudgetModel(outcome=outcome)
    return follow_budgets(known, seed=SEED, model=model, robust=outcome == OUTCOMES[0])


def _effects(found: list[Realised]) -> pd.DataFrame:
    """Estimates of all outcomes as one family of tests."""
    if not found:
        return pd.DataFrame(columns=["outcome"])
    parts = [each.effects.assign(outcome=each.model.outcome) for each in found]
    table = pd.concat(parts, ignore_index=True)
    adjusted = adjusted_p_values(table["p"].to_numpy("float64"))
    return _relative(table.assign(p_adjusted=adjusted), _SHARES)


def _relative(table: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    """Log points as relative changes."""
    return table.assign(**{name: np.expm1(table[name].astype("float64")) for name in columns})


def _held_out(found: list[Realised], names: pd.DataFrame) -> tuple[str, ...]:
    units = found[0].held_out if found else ()
    known = names.set_index("unit_id")["unit_name"]
    return tuple(str(known.get(unit, unit)) for unit in units)


def _thresholds(rows: pd.DataFrame) -> pd.DataFrame:
    table = near_thresholds(rows)
    columns = ["change_below", "change_above", "estimate", "low", "high"]
    table = _relative(table.loc[table["below"] + table["above"] > 0], columns)
    return table.rename(columns={"estimate": "jump"})


def _compliance(year: WorkYear) -> Compliance | None:
    if year.requests.empty or year.requests["approved_wan"].isna().all():
        return None
    return check_compliance(year.proposal, year.requests)


def _named(table: pd.DataFrame, names: pd.DataFrame) -> pd.DataFrame:
    return table.assign(page=unit_pages(table["unit_id"])).merge(names, on="unit_id", how="left")


__all__ = [
    "OUTCOMES",
    "POWER",
    "SEED",
    "FollowedView",
    "followed_findings",
    "followed_view",
    "lines_findings",
]
