"""Where the money went: curves, payments against work, and what to verify, for any page."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

import pandas as pd
from scipy import stats

from perfanalysis.data.lookup import texts_of
from perfanalysis.data.tables import YearData
from perfanalysis.money.contracts import contract_curves
from perfanalysis.money.flags import FAMILIES, FAMILY, MOST, MoneyScreen, screen_money
from perfanalysis.money.worklist import money_worklist
from perfanalysis.rules.values import RulesInForce
from perfanalysis.suite.views.by_unit import ByUnit, by_unit, kept
from perfanalysis.suite.views.common import Said, unit_pages
from perfanalysis.suite.views.paid import contracts_ahead, kind_bands, project_curves
from perfanalysis.suite.workyear import WorkYear

UNIT_PANELS, PANELS = 6, 12
IN_YEAR = tuple(
    check
    for family in ("contract", "payment", "compliance")
    for check in FAMILIES[family]
    if check != "progress-underpaid"  # of what the whole year paid
)
"""Checks that can be made before the year has ended."""


@dataclass(frozen=True)
class Spending:
    """What a page shows of where the money went.

    Attributes
    ----------
    budget_year, month : int
        What it is about, and up to the end of which month.
    curves : DataFrame
        Cumulative payments, a panel a ``label``: ``month``, ``share``, ``elapsed_share``.
    bands : DataFrame
        10 to 90% of the peers of the same kind of spending: ``label``, ``month``, ``low``,
        ``high``; no rows for a panel with too few.
    flagged : tuple of str
        Panels with a flag of pace.
    contracts : DataFrame
        Contracts: ``label``, ``month``, ``paid_share`` and ``due_share`` of the contract sum.
    ahead : tuple of str
        Contracts paid ahead of work.
    worklist : DataFrame
        What to verify, most money at stake first: ``kind``, ``name``, ``unit_name``, ``page``,
        ``amount_wan``, ``seen``, ``rule_title``, ``document``, ``basis``, ``where``, ``ask``.
    checks : DataFrame
        What was looked for over the whole district, see ``MoneyScreen.expected``.
    sheet : str
        Sheet of the workbook that holds the whole worklist.
    """

    budget_year: int
    month: int
    curves: pd.DataFrame
    bands: pd.DataFrame
    flagged: tuple[str, ...]
    contracts: pd.DataFrame
    ahead: tuple[str, ...]
    worklist: pd.DataFrame
    checks: pd.DataFrame
    sheet: str = "worklist"

    @property
    def by_chance(self) -> dict[str, Any]:
        """Flags that were screened for, how many false ones to expect, and at most (95 of 100)."""
        screened = self.checks[self.checks["how"] != "fact"]
        expected = float(screened["expected_false"].sum())
        most = float(stats.poisson.ppf(MOST, expected)) if expected else 0.0
        return {
            "all": int(self.checks["flags"].sum()),
            "screened": int(screened["flags"].sum()),
            "expected": expected,
            "most": int(most),
        }


def unit_spending(year: WorkYear, unit_id: str) -> Spending:
    """Gather what a unit's section shows of the evaluated year."""
    parts = {name: frame[unit_id] for name, frame in _of_units(year).items()}
    curves, contracts = parts["curves"], parts["contracts"]
    return Spending(
        budget_year=year.evaluation_year,
        month=12,
        curves=curves,
        bands=parts["bands"],
        flagged=tuple(dict.fromkeys(curves.loc[curves["flagged"], "label"])),
        contracts=contracts,
        ahead=tuple(dict.fromkeys(contracts["label"])),
        worklist=parts["worklist"],
        checks=year.money.expected,
    )


@kept
def _of_units(year: WorkYear) -> dict[str, ByUnit]:
    """Frames of `Spending`, of all units: each unit as a whole, then its projects."""
    units, projects = year.evaluation["units"], year.evaluation["projects"]
    paced = _paced(year.worklist)
    order = _chosen(year.project_curves, paced)
    of_project = projects.set_index("project_id")["unit_id"].reindex(order)
    few = list(of_project.groupby(of_project).head(UNIT_PANELS - 1).index)
    curves = _labelled(year.project_curves, few, projects, apart=["unit_id", "name"])
    names = units.set_index("unit_id")["name"]
    whole = year.unit_curves.rename(columns={"key": "unit_id"})
    whole = whole.assign(label=texts_of(whole["unit_id"], names), key="")
    unit_bands = whole[["unit_id", "label"]].drop_duplicates().merge(year.unit_band, how="cross")
    shown = pd.concat([whole, curves], ignore_index=True)
    contracts = _contracts(year.contract_curves, projects, year.contracts_ahead)
    first = contracts.drop_duplicates("contract_id").groupby("unit_id").head(UNIT_PANELS)
    return {
        "curves": by_unit(shown.assign(flagged=shown["key"].isin(paced))),
        "bands": by_unit(
            pd.concat([unit_bands, _bands(curves, year.kind_bands)], ignore_index=True)
        ),
        "contracts": by_unit(contracts[contracts["contract_id"].isin(first["contract_id"])]),
        "worklist": by_unit(_worded(year.worklist, year.rules)),
    }


def district_spending(year: WorkYear) -> Spending:
    """Gather what the district's page shows of the evaluated year."""
    return _whole(
        year.evaluation,
        year.rules,
        year.money,
        year.worklist,
        curves=year.project_curves,
        bands=year.kind_bands,
        contracts=year.contract_curves,
        ahead=year.contracts_ahead,
    )


def monitored_spending(year: WorkYear) -> Spending:
    """Gather what the page of monitoring shows: the monitored year up to its month.

    Only `IN_YEAR` checks; the others need the end of the year.
    """
    month, rules = year.monitored.month, year.monitoring_rules
    until, screen = _in_year(year)
    curves = project_curves(until)
    contracts = contract_curves(until)
    return _whole(
        until,
        rules,
        screen,
        money_worklist(screen.flags, until["units"]),
        curves=curves[curves["month"] <= month],
        bands=kind_bands(curves[curves["month"] <= month], least=rules.value("pace.min_peers")),
        contracts=contracts[contracts["month"] <= month],
        ahead=contracts_ahead(until, rules),
        month=month,
        sheet="monitored_worklist",
    )


def monitored_worklist(year: WorkYear) -> pd.DataFrame:
    """The whole worklist that the page of monitoring shows the first of: see `money_worklist`."""
    until, screen = _in_year(year)
    return money_worklist(screen.flags, until["units"])


def _in_year(year: WorkYear) -> tuple[YearData, MoneyScreen]:
    """The monitored year up to its month, and what `IN_YEAR` checks find in it."""
    until = _until(year.monitoring, year.monitored.month)
    found = screen_money(until, year.monitoring_rules)
    kept = found.flags["check"].isin(IN_YEAR)
    looked = found.expected["check"].isin(IN_YEAR)
    screen = replace(
        found,
        flags=found.flags[kept].reset_index(drop=True),
        expected=found.expected[looked].reset_index(drop=True),
    )
    return until, screen


def _until(year: YearData, month: int) -> YearData:
    """The year as it was known at the end of a month."""
    end = pd.Timestamp(year.budget_year, month, 1) + pd.offsets.MonthEnd()
    cut = {name: year[name][~(year[name]["date"] > end)] for name in ("payments", "contracts")}
    return replace(year, tables=MappingProxyType({**year.tables, **cut}))


def _whole(
    year: YearData,
    rules: RulesInForce,
    screen: MoneyScreen,
    worklist: pd.DataFrame,
    *,
    curves: pd.DataFrame,
    bands: pd.DataFrame,
    contracts: pd.DataFrame,
    ahead: pd.Series,
    month: int = 12,
    sheet: str = "worklist",
) -> Spending:
    projects, paced = year["projects"], _paced(worklist)
    drawn = _labelled(curves, _chosen(curves, paced)[:PANELS], projects, apart=["name"])
    shown = _contracts(contracts, projects, ahead.head(PANELS))
    return Spending(
        budget_year=year.budget_year,
        month=month,
        curves=drawn,
        bands=_bands(drawn, bands),
        flagged=tuple(dict.fromkeys(drawn.loc[drawn["key"].isin(paced), "label"])),
        contracts=shown,
        ahead=tuple(dict.fromkeys(shown["label"])),
        worklist=_worded(worklist, rules),
        checks=screen.expected,
        sheet=sheet,
    )


def _paced(worklist: pd.DataFrame) -> list[str]:
    """Projects with a flag of pace, most money first."""
    return list(dict.fromkeys(worklist.loc[worklist["check"].map(FAMILY) == "pace", "project_id"]))


def _chosen(curves: pd.DataFrame, first: Collection[str]) -> list[str]:
    """Projects in the order in which they are drawn: those of `first`, then who paid most."""
    paid = curves.groupby("key")["executed_wan"].max().sort_values(ascending=False, kind="stable")
    known = set(paid.index)
    return list(dict.fromkeys([*(each for each in first if each in known), *paid.index]))


def _labelled(
    curves: pd.DataFrame, chosen: list[str], projects: pd.DataFrame, *, apart: list[str]
) -> pd.DataFrame:
    """Curves of the chosen projects in their order, with the id where two have one name."""
    named = projects.set_index("project_id")[["unit_id", "name"]].reindex(chosen)
    twice = named.duplicated(apart, keep=False)
    labels = named["name"].where(~twice, named.index + " " + named["name"].astype("str"))
    place = {project: at for at, project in enumerate(chosen)}
    own = curves[curves["key"].isin(chosen)]
    own = own.assign(
        unit_id=texts_of(own["key"], named["unit_id"]),
        label=texts_of(own["key"], labels),
        order=own["key"].map(place),
    )
    return own.sort_values(["order", "month"], ignore_index=True).drop(columns="order")


def _bands(curves: pd.DataFrame, bands: pd.DataFrame) -> pd.DataFrame:
    own = curves[["unit_id", "label", "kind"]].drop_duplicates()
    return own.merge(bands, on="kind")[["unit_id", "label", "month", "low", "high"]]


def _contracts(curves: pd.DataFrame, projects: pd.DataFrame, ahead: pd.Series) -> pd.DataFrame:
    """Curves of the contracts of `ahead`, in its order."""
    place = {contract: at for at, contract in enumerate(ahead.index)}
    own = curves[curves["contract_id"].isin(list(place))]
    of = projects.set_index("project_id")
    names = texts_of(own["project_id"], of["name"], missing="")
    own = own.assign(
        unit_id=texts_of(own["project_id"], of["unit_id"], missing=""),
        label=own["contract_id"].astype("str") + " " + names,
        order=own["contract_id"].map(place),
    )
    return own.sort_values(["order", "month"], ignore_index=True).drop(columns="order")


def _worded(worklist: pd.DataFrame, rules: RulesInForce) -> pd.DataFrame:
    """The worklist with the title and document of each rule, and the page of each unit."""
    used = {key: rules.get(key) for key in worklist["rule"].unique() if key}
    names = {"check": "kind", "money_wan": "amount_wan", "rows": "where"}
    return worklist.rename(columns=names).assign(
        page=unit_pages(worklist["unit_id"]),
        rule_title=worklist["rule"].map({k: r.title for k, r in used.items()}).fillna(""),
        document=worklist["rule"]
        .map({k: r.cite() if r.document else "" for k, r in used.items()})
        .fillna(""),
    )


def spending_finding(spending: Spending, *, named: bool) -> Said:
    """The main point of the section, as a key of ``common`` with its values.

    `named`: with the case of the most money, which the public edition does not name.
    """
    if spending.worklist.empty:
        return "spent-main-none", {"year": spending.budget_year}
    if not named:
        return "spent-main-count", {"year": spending.budget_year, "flags": len(spending.worklist)}
    first = spending.worklist.iloc[0]
    return (
        "spent-main" if pd.notna(first["amount_wan"]) else "spent-main-plain",
        {
            "year": spending.budget_year,
            "flags": len(spending.worklist),
            "project": first["name"],
            "kind": first["kind"],
            "amount": first["amount_wan"],
        },
    )


__all__ = [
    "Spending",
    "district_spending",
    "monitored_spending",
    "monitored_worklist",
    "spending_finding",
    "unit_spending",
]
