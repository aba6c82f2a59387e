"""The numbers of the page on the pre-assessment of new projects."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from perfanalysis.data.lookup import texts_of
from perfanalysis.planning.pre_assessment import RESULTS
from perfanalysis.suite.views.common import Said, with_units
from perfanalysis.suite.workyear import WorkYear

SETTLED = ("support", "exempt")


@dataclass(frozen=True)
class PreAssessmentView:
    """What the page shows.

    Attributes
    ----------
    projects : DataFrame
        New projects, most money first: see `PreAssessment.projects`, with ``unit_name``, ``page``.
    totals : DataFrame
        ``result`` (those that occur, in order), ``projects``, ``requested_wan``.
    criteria : DataFrame
        See `PreAssessment.criteria`, with ``lost`` (mean points) and ``weak``.
    ledger : DataFrame
        Deductions, with the ``group`` (name and id of the project) and ``rule_title``.
    """

    projects: pd.DataFrame
    totals: pd.DataFrame
    criteria: pd.DataFrame
    ledger: pd.DataFrame

    @property
    def unsettled(self) -> pd.DataFrame:
        """Projects that are not supported as they stand."""
        return self.projects[~self.projects["result"].isin(SETTLED)]

    @property
    def assessed(self) -> pd.DataFrame:
        """Projects with a score."""
        return self.projects.dropna(subset=["score"])


def pre_assessment_view(year: WorkYear) -> PreAssessmentView:
    """Gather the numbers of the page."""
    found = year.pre_assessment
    units = year.targets["units"].set_index("unit_id")["name"]
    projects = with_units(found.projects, units).sort_values(
        ["requested_wan", "project_id"], ascending=[False, True], ignore_index=True
    )
    groups = projects.groupby("result")
    totals = pd.DataFrame(
        {"projects": groups.size(), "requested_wan": groups["requested_wan"].sum()}
    )
    present = [result for result in RESULTS if result in totals.index]
    ledger = found.ledger
    rules = {rule.key: rule.title for rule in year.target_rules.all()}
    return PreAssessmentView(
        projects=projects,
        totals=totals.reindex(present).rename_axis("result").reset_index(),
        criteria=found.criteria.assign(lost=found.criteria["full"] - found.criteria["kept"]),
        ledger=ledger.assign(
            group=ledger["name"] + "（" + ledger["project_id"] + "）",
            rule_title=texts_of(ledger["rule"], rules),
        ),
    )


def pre_assessment_findings(view: PreAssessmentView, year: WorkYear) -> list[Said]:
    """The main points, as keys of ``05_pre_assessment`` with their values."""
    if view.projects.empty:
        return [("main-nothing", {"year": year.requests_year})]
    money = view.totals.set_index("result")
    said: list[Said] = [
        (
            "main-new",
            {
                "year": year.requests_year,
                "projects": len(view.projects),
                "assessed": len(view.assessed),
                "requested": float(view.projects["requested_wan"].sum()),
            },
        )
    ]
    for result in ("support", "adjust", "none", "missing", "incomplete"):
        if result in money.index:
            amounts = money.loc[result]
            said.append(
                (
                    f"main-{result}",
                    {"projects": int(amounts["projects"]), "amount": amounts["requested_wan"]},
                )
            )
    return said


__all__ = ["PreAssessmentView", "pre_assessment_findings", "pre_assessment_view"]
