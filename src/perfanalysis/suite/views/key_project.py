"""The numbers of one key project's page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from perfanalysis.errors import ParameterError
from perfanalysis.scoring.exact import POINTS_TOLERANCE
from perfanalysis.scoring.key_rules import key_framework
from perfanalysis.scoring.summary import total_lost
from perfanalysis.suite.views.common import Said, first_of_project, of_project, once
from perfanalysis.suite.views.key_evidence import KeyEvidence, evidence_findings, key_evidence
from perfanalysis.suite.workyear import WorkYear


@dataclass(frozen=True)
class KeyProjectView:
    """What the page of a key project shows.

    Attributes
    ----------
    project : Series
        Its row of ``KeyEvaluation.projects`` with ``unit_name`` and ``finance_section``.
    levels : DataFrame
        Points and score by ``level1``, with ``kept_share``.
    indicators : DataFrame
        The 17 indicators as the team scored them, beside what the rule gives.
    ledger : DataFrame
        Every deduction with reason, standard, evidence and source.
    check_points : DataFrame
        What the indicators that lost check points ask: ``indicator``, ``check_points``,
        ``check_points_met``, ``check_texts``.
    review : Series
        Its row of the self-evaluation review; empty where it was not self-evaluated.
    flags : DataFrame
        What must be verified.
    rectification : DataFrame
        Findings fed back, by `rectification_states`: ``issue_raised``, ``deadline``,
        ``rectified_state``, money and the unit's reply.
    objective : str
        Yearly objective as stated; empty where none was.
    evidence : KeyEvidence
        Panel, survey, visits and papers, and how sure the grade is.
    category : Series
        Its row of ``CategoryScores.projects``; empty where it has no category or no figures.
    category_indicators, category_ledger : DataFrame
        Its indicators and deductions by the framework of the category.
    """

    project: pd.Series
    levels: pd.DataFrame
    indicators: pd.DataFrame
    ledger: pd.DataFrame
    check_points: pd.DataFrame
    review: pd.Series
    flags: pd.DataFrame
    rectification: pd.DataFrame
    objective: str
    evidence: KeyEvidence
    category: pd.Series
    category_indicators: pd.DataFrame
    category_ledger: pd.DataFrame

    @property
    def overview(self) -> pd.DataFrame:
        """Money and scores of the project in one row: ``stated_total`` is the unit's own."""
        names = ["name", "annual_wan", "executed_wan", "execution_rate", "score"]
        stated = self.review.get("stated_total")
        row = self.project[names].to_frame().T.assign(stated_total=stated)
        return row.assign(difference=row["stated_total"] - row["score"])

    @property
    def lost(self) -> float:
        """Points lost in all, exact to the hundredth."""
        return total_lost(self.ledger)

    @property
    def money(self) -> pd.DataFrame:
        """The project's money, on one row."""
        names = ["annual_wan", "received_wan", "executed_wan"]
        names += ["funding_rate", "spend_rate", "execution_rate"]
        return self.project[names].astype("float64").to_frame().T

    @property
    def problems(self) -> pd.DataFrame:
        """The deductions as a list to work off.

        The ledger with ``problem`` (a number), ``method``, ``check_points``,
        ``check_points_met``, ``part``, ``whole`` and ``measure_unit`` of the indicator.
        """
        names = ["level3", "method", "check_points", "check_points_met", "part", "whole"]
        own = self.indicators[[*names, "measure_unit"]]
        table = self.ledger.merge(own, left_on="indicator", right_on="level3")
        return table.assign(problem=range(1, len(table) + 1))

    @property
    def differing(self) -> int:
        """Indicators whose score is not what check points or formula give."""
        return int((self.indicators["difference"].abs() > POINTS_TOLERANCE).sum())

    @property
    def standards(self) -> list[str]:
        """Documents that the standards of the deductions come from."""
        return list(self.ledger["standard_document"].unique())

    @property
    def unscored_by_category(self) -> pd.DataFrame:
        """Its indicators by category that have no score; none of a project that has them all."""
        return self.category_indicators[self.category_indicators["status"] != "scored"]

    @property
    def category_documents(self) -> list[str]:
        """What the deductions by category rest on."""
        return list(self.category_ledger["document"].unique())

    @property
    def strengths(self) -> list[str]:
        """Indicators that kept all their points, the largest first."""
        full = self.indicators[self.indicators["score"] >= self.indicators["points"]]
        return list(full.sort_values("points", ascending=False, kind="stable")["level3"])

    @property
    def totals(self) -> dict[str, float] | None:
        """Points and score in all; None where the project has no score."""
        if self.project["status"] == "refused":
            return None
        return {"points": self.project["points"], "score": self.project["score"]}

    @property
    def listing(self) -> dict[str, Any]:
        """Figures by which the index lists the page."""
        return {
            "annual_wan": self.project["annual_wan"],
            "review_score": self.project["score"],
            "points_lost": self.lost,
            "flags": len(self.flags),
        }


@once
def key_project_view(year: WorkYear, project_id: str) -> KeyProjectView:
    """Gather the numbers of one key or special project.

    Raises
    ------
    ParameterError
        If it is not one of the evaluated year; the message names them.
    """
    result = year.key_evaluation
    own = result.projects[result.projects["project_id"] == project_id]
    if own.empty:
        known = "、".join(result.projects["project_id"]) or "无"
        raise ParameterError(
            f"{year.evaluation_year}年度没有重点评价项目 {project_id}。"
            f"可用：{known}。请核对项目编码。"
        )
    units = year.evaluation["units"].set_index("unit_id")
    project = own.iloc[0]
    unit = units.loc[project["unit_id"]]
    of_unit = pd.Series({"unit_name": unit["name"], "finance_section": unit["finance_section"]})
    levels = of_project(result.levels, project_id)
    indicators = of_project(result.indicators, project_id)
    ledger = of_project(result.ledger, project_id).sort_values(
        ["lost", "indicator"], ascending=[False, True]
    )
    stated = of_project(year.evaluation["projects"], project_id)["objective"].iloc[0]
    return KeyProjectView(
        project=pd.concat([project, of_unit]),
        levels=levels.assign(
            kept_share=levels["score"] / levels["points"].where(levels["points"] > 0)
        ),
        indicators=indicators,
        ledger=ledger,
        check_points=_check_points(ledger, indicators, year),
        review=first_of_project(year.scores.projects, project_id),
        flags=of_project(year.flags, project_id),
        rectification=of_project(year.rectified, project_id).rename(
            columns={"issue": "issue_raised", "due": "deadline", "state": "rectified_state"}
        ),
        objective="" if pd.isna(stated) else str(stated),
        evidence=key_evidence(year, project_id),
        category=first_of_project(year.category_scores.projects, project_id),
        category_indicators=of_project(year.category_scores.indicators, project_id),
        category_ledger=of_project(year.category_scores.ledger, project_id),
    )


def _check_points(ledger: pd.DataFrame, indicators: pd.DataFrame, year: WorkYear) -> pd.DataFrame:
    texts = key_framework(year.rules)["check_texts"]
    own = indicators[indicators["method"] == "check_points"].rename(columns={"level3": "indicator"})
    names = ["indicator", "check_points", "check_points_met"]
    table = ledger[["indicator"]].merge(own[names], on="indicator")
    return table.assign(check_texts=table["indicator"].map(texts).str.replace("\n", "；"))


def key_project_findings(view: KeyProjectView, year: WorkYear) -> list[Said]:
    """The main points, as keys of ``40_key_project`` with their values."""
    project = view.project
    if project["status"] == "refused":
        return [("main-refused", {"reason": project["refused_reason"]})]
    said: list[Said] = [
        ("main-score", {"score": project["score"], "grade": project["grade"]}),
        *evidence_findings(view.evidence, project),
        (
            "main-money",
            {
                "year": year.evaluation_year,
                "annual": project["annual_wan"],
                "executed": project["executed_wan"],
                "rate": project["execution_rate"],
            },
        ),
    ]
    if len(view.ledger):
        worst = view.ledger.iloc[0]
        said.append(
            (
                "main-lost",
                {
                    "lost": view.lost,
                    "lines": len(view.ledger),
                    "indicator": worst["indicator"],
                    "most": worst["lost"],
                    "reason": worst["reason"],
                },
            )
        )
    if len(view.review) and pd.notna(view.review["stated_total"]):
        gap = view.review["stated_total"] - project["score"]
        direction = "above" if gap >= 0.005 else "below" if gap <= -0.005 else "same"
        values = {"stated": view.review["stated_total"]}
        if direction != "same":
            values["gap"] = abs(gap)
        said.append((f"main-self-{direction}", values))
    return said


def team_members(year: WorkYear) -> list[Said]:
    """Who evaluated, as keys of ``40_key_project`` with their values."""
    return [
        ("member-role" if each.role else "member", {"name": each.name, "role": each.role})
        for each in year.suite.engagement.team
    ]


def levels_heading(view: KeyProjectView) -> Said:
    """The overall score and grade, as a key of ``40_key_project`` with its values."""
    if view.project["status"] == "refused":
        return "levels-heading-refused", {}
    return "levels-heading", {"score": view.project["score"], "grade": view.project["grade"]}


def category_findings(view: KeyProjectView) -> list[Said]:
    """What the framework of the category says, as keys of ``41_special_project``."""
    row = view.category
    if not len(row):
        return [("category-none", {})]
    values = {"category": row["category"]}
    if row["status"] == "refused":
        return [("category-refused", values | {"reason": row["refused_reason"]})]
    lost = {"lost": total_lost(view.category_ledger), "lines": len(view.category_ledger)}
    return [("category-score", values | {"score": row["score"], "grade": row["grade"]} | lost)]


__all__ = [
    "KeyProjectView",
    "category_findings",
    "key_project_findings",
    "key_project_view",
    "levels_heading",
    "team_members",
]
