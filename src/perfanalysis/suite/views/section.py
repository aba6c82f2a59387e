"""The numbers of the report of one section of the bureau (归口股室): its units and what is due."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from perfanalysis.data.lookup import numbers_of
from perfanalysis.errors import ParameterError
from perfanalysis.suite.views.assessment import UNDONE
from perfanalysis.suite.views.common import Said, once, with_units
from perfanalysis.suite.workyear import WorkYear

TROUBLE = ("red", "yellow")
OPEN_WARNINGS = ("overdue", "open")


@dataclass(frozen=True)
class SectionView:
    """What the report shows; every table holds the section's units only.

    Attributes
    ----------
    section : str
    units : DataFrame
        ``unit_id``, ``unit_name``, ``page``, ``projects``, ``annual_wan``, ``execution_rate``,
        ``review_mean``, ``target_mean`` (mean of the last check), ``found_wrong`` (findings not
        closed), ``assessed_score``; in the order of the table of units.
    total : dict
        ``projects``, ``annual_wan``, ``execution_rate`` of all together, ``found_wrong``.
    held : DataFrame
        Requests that do not pass the gate as they stand: see `budget_gate`.
    slow : DataFrame
        Monitored projects with a red or yellow light.
    warnings : DataFrame
        Warnings without an answer.
    undone : DataFrame
        Findings not closed.
    flags : DataFrame
        ``kind``, ``projects``, ``amount_wan``: what must be verified, most projects first.
    """

    section: str
    units: pd.DataFrame
    total: dict[str, Any]
    held: pd.DataFrame
    slow: pd.DataFrame
    warnings: pd.DataFrame
    undone: pd.DataFrame
    flags: pd.DataFrame


@once
def section_view(year: WorkYear, section: str) -> SectionView:
    """Gather the numbers of a section.

    Raises
    ------
    ParameterError
        If no unit of the evaluated year belongs to it; the message names the sections there are.
    """
    units = year.evaluation["units"]
    own = units[units["finance_section"] == section]
    if own.empty:
        there = "、".join(sorted(units["finance_section"].dropna().unique()))
        raise ParameterError(
            f"{year.evaluation_year}年度没有归口股室 {section}。可用：{there}。请核对名称。"
        )
    ids, names = set(own["unit_id"]), units.set_index("unit_id")["name"]

    def of(frame: pd.DataFrame) -> pd.DataFrame:
        return with_units(frame[frame["unit_id"].isin(ids)], names).reset_index(drop=True)

    monitored, undone = year.monitored, of(_undone(year))
    slow = of(monitored.projects[monitored.projects["light"].isin(TROUBLE)])
    table = _units(year, own)
    gate = of(year.gate) if len(year.requests) else pd.DataFrame({"gate": []})
    return SectionView(
        section=section,
        units=with_units(table, names),
        total=_total(year, ids, table),
        held=gate[gate["gate"] != "passed"].reset_index(drop=True),
        slow=slow.sort_values(["light", "unspent_wan"], ascending=[True, False]),
        warnings=of(monitored.warnings[monitored.warnings["status"].isin(OPEN_WARNINGS)]),
        undone=undone,
        flags=_flags(year.flags[year.flags["unit_id"].isin(ids)]),
    )


def units_by_section(year: WorkYear) -> pd.DataFrame:
    """Every unit of a section, with ``finance_section`` and the figures of `SectionView.units`."""
    units = year.evaluation["units"].dropna(subset=["finance_section"])
    units = units.sort_values("finance_section", kind="stable")
    table = with_units(_units(year, units), units.set_index("unit_id")["name"])
    return table.assign(finance_section=list(units["finance_section"]))


def _undone(year: WorkYear) -> pd.DataFrame:
    return year.rectified[year.rectified["state"].isin(UNDONE)]


def _units(year: WorkYear, own: pd.DataFrame) -> pd.DataFrame:
    undone = _undone(year)
    summaries = year.unit_summaries.set_index("unit_id")
    reviewed = year.target_review.subjects.groupby("unit_id")["last_score"].mean()
    assessed = year.assessment.units.set_index("unit_id")["score"]
    ids = own["unit_id"]
    figures = {
        name: numbers_of(ids, summaries[name])
        for name in ("annual_wan", "execution_rate", "review_mean")
    }
    return pd.DataFrame(
        {
            "unit_id": ids,
            "projects": numbers_of(ids, summaries["projects"]).fillna(0).astype("int64"),
            **figures,
            "target_mean": numbers_of(ids, reviewed),
            "found_wrong": numbers_of(ids, undone.groupby("unit_id").size())
            .fillna(0)
            .astype("int64"),
            "assessed_score": numbers_of(ids, assessed),
        }
    ).reset_index(drop=True)


def _total(year: WorkYear, ids: set[str], table: pd.DataFrame) -> dict[str, Any]:
    own = year.unit_summaries[year.unit_summaries["unit_id"].isin(ids)]
    annual, executed = own["annual_wan"].sum(), own["executed_wan"].sum()
    return {
        "projects": int(table["projects"].sum()),
        "annual_wan": annual,
        "execution_rate": executed / annual if annual else float("nan"),
        "found_wrong": int(table["found_wrong"].sum()),
    }


def _flags(flags: pd.DataFrame) -> pd.DataFrame:
    groups = flags.groupby("kind")
    table = pd.DataFrame(
        {"projects": groups["project_id"].nunique(), "amount_wan": groups["amount_wan"].sum()}
    )
    table["amount_wan"] = table["amount_wan"].where(groups["amount_wan"].count() > 0)
    table = table.reset_index()
    return table.sort_values(["projects", "kind"], ascending=[False, True], ignore_index=True)


def section_findings(view: SectionView) -> list[Said]:
    """The main points, as keys of ``35_section`` with their values."""
    said: list[Said] = [("main-units", {"units": len(view.units), **view.total})]
    counts = {
        "held": len(view.held),
        "slow": len(view.slow),
        "warnings": len(view.warnings),
        "undone": len(view.undone),
    }
    said.append(("main-due" if any(counts.values()) else "main-none", counts))
    return said


__all__ = ["SectionView", "section_findings", "section_view", "units_by_section"]
