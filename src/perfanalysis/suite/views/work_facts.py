"""What was done in the year: the values of sections one and two of the work summary.

A figure that another page shows is taken from the result which that page shows.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from perfanalysis.data.lookup import numbers_of, texts_of
from perfanalysis.data.tables import YearData
from perfanalysis.followup.rectification import STATES
from perfanalysis.linkage.compliance import check_compliance
from perfanalysis.money.execution import execution_rates
from perfanalysis.planning.gate import gate_totals
from perfanalysis.planning.monitoring import ACTIONS, LIGHTS
from perfanalysis.scoring.summary import GRADES, grade_counts, total_lost
from perfanalysis.suite.plan import page_name
from perfanalysis.suite.views.common import gap_of_means
from perfanalysis.suite.views.linkage import cut_by_results
from perfanalysis.suite.views.targets import gate_values
from perfanalysis.suite.workyear import WorkYear

STEPS = ("notice", "meeting", "policy_briefing", "feedback", "report")
BONDS = {"special_bond": "debt", "general_bond": "debt"}
"""Categories of projects that the table of initiatives counts as one subject."""
Facts = dict[str, Any]


def year_facts(year: WorkYear) -> dict[str, Facts]:
    """Values of the sentences of sections one and two of ``90_work_summary``, by section."""
    return {
        "coverage": _coverage(year),
        "self": _self_evaluation(year),
        "whole": _whole(year),
        "monitoring": _monitoring(year),
        "in_year": _in_year(year),
        "key": _key(year),
        "use": _use(year),
        "linked": _linked(year),
        "assessed": _assessed(year),
        "system": {"documents": len(documents_in_force(year))},
        "targets": _targets(year),
        "gate": gate_values(gate_totals(year.gate)),
        "results": _results(year),
        "methods": _methods(year.evaluation),
        "account": _account(year),
    }


def documents_in_force(year: WorkYear) -> pd.DataFrame:
    """Table ``regulations`` of the monitored year, as far as issued by the day of the report."""
    documents = year.monitoring["regulations"]
    day = pd.Timestamp(year.suite.engagement.report_date)
    return documents[~(documents["date"] > day)]


def initiatives(year: WorkYear) -> pd.DataFrame:
    """Categories of funds brought in: see `WorkSummary.initiatives`."""
    table = year.monitoring["initiatives"]
    names = year.monitoring["projects"].set_index("project_id")["name"]
    scored = year.category_scores.projects.dropna(subset=["score"])
    scored = scored.assign(subject=scored["category"].replace(BONDS))
    groups, subjects = scored.groupby("subject"), table["subject"]
    projects = year.evaluation["projects"]
    special = projects.loc[projects["is_special"], "project_id"]
    chosen = scored[scored["project_id"].isin(special)]
    return pd.DataFrame(
        {
            "fund_subject": subjects,
            "initiative_status": table["status"],
            "projects": numbers_of(subjects, groups.size()).fillna(0).astype("int64"),
            "score": numbers_of(subjects, groups["score"].mean()),
            "representative": texts_of(table["project_id"], names),
            "special_names": texts_of(subjects, chosen.groupby("subject")["name"].agg("、".join)),
        }
    )


def key_projects(year: WorkYear) -> pd.DataFrame:
    """Key and special projects: see `WorkSummary.key_projects`."""
    projects, units = year.evaluation["projects"], year.evaluation["units"]
    chosen = projects[projects["is_key"] | projects["is_special"]]
    chosen = chosen.assign(kind=chosen["is_key"].map({True: "key", False: "special"}))
    names = units[["unit_id", "name"]].rename(columns={"name": "unit_name"})
    rates = execution_rates(year.evaluation, by="project", projects=chosen["project_id"])
    money = rates.rename(columns={"key": "project_id"})[["project_id", "annual_wan"]]
    results = year.key_evaluation.projects[["project_id", "score", "grade"]]
    table = chosen[["project_id", "unit_id", "name", "kind"]].merge(names, on="unit_id")
    table = table.merge(money, on="project_id").merge(results, on="project_id", how="left")
    notebooks = table["kind"].map({"key": "40_key_project", "special": "41_special_project"})
    pages = [
        page_name(notebook, "project", project)
        for notebook, project in zip(notebooks, table["project_id"], strict=True)
    ]
    table = table.assign(page=pd.Series(pages, table.index, dtype="str"))
    return table.sort_values(["kind", "project_id"], ignore_index=True)


def _coverage(year: WorkYear) -> Facts:
    first_level = year.evaluation["units"].query("level == 1")["unit_id"]
    active = year.scores.projects["unit_id"].unique()
    units = int(first_level.isin(active).sum())
    managed = len(first_level)
    share = units / managed if managed else 0.0
    return {"managed": managed, "units": units, "missing": managed - units, "share": share}


def _self_evaluation(year: WorkYear) -> Facts:
    projects = year.scores.projects
    counts = grade_counts(year.scores).set_index("grade")["projects"]
    both = projects.dropna(subset=["difference"])
    gap: Facts = {"compared": len(both)}
    if len(both):
        direction, means = gap_of_means(both["stated_total"].mean(), both["review_total"].mean())
        gap |= means | {"direction": direction}
    return {
        "year": year.evaluation_year,
        "units": projects["unit_id"].nunique(),
        "projects": len(projects),
        "annual": _annual(year.evaluation, projects["project_id"]),
        **{grade: int(counts[grade]) for grade in GRADES},
        "none": int(counts[""]),
        **gap,
    }


def _whole(year: WorkYear) -> Facts:
    """Whole-unit evaluation: units with a score, their mean and grades."""
    units = year.unit_scores.units
    scored = units[units["status"] == "scored"]
    grades = scored["grade"].value_counts()
    return {
        "scored": len(scored),
        "refused": len(units) - len(scored),
        "mean": float(scored["score"].mean()),
        **{grade: int(grades.get(grade, 0)) for grade in GRADES},
    }


def _monitoring(year: WorkYear) -> Facts:
    """Dual monitoring as of the month of its page, and how the year ended."""
    data, found = year.monitoring, year.monitored
    projects, warnings = found.projects, found.warnings
    records = data["monitoring_funds"]
    records = records[records["project_id"].isin(projects["project_id"])]
    own = records[records["source"] == "unit"]
    known = projects.dropna(subset=["executed_wan", "annual_wan"])
    annual, executed = known["annual_wan"].sum(), known["executed_wan"].sum()
    whole = execution_rates(data, by="district", projects=projects["project_id"])
    budget, ended = float(whole["annual_wan"].sum()), float(whole["executed_wan"].sum())
    lights = projects["light"].value_counts()
    aimed = data["indicators"]["project_id"].dropna().unique()
    return {
        "year": year.monitoring_year,
        "projects": len(projects),
        "annual": budget,
        "carried": float(projects["carried_in_wan"].sum()),
        "aimed": int(projects["project_id"].isin(aimed).sum()),
        "reports": int(own["month"].nunique()),
        "month": found.month if len(own) else 0,
        "executed": float(executed),
        "share": float(executed / annual) if annual else 0.0,
        "elapsed": found.month / 12,
        **{light: int(lights.get(light, 0)) for light in LIGHTS},
        "year_end": ended,
        "rate": ended / budget if budget else 0.0,
        "third": records.loc[records["source"] == "third_party", "project_id"].nunique(),
        "warnings": len(warnings),
        "answered": int(warnings["answered"].notna().sum()),
        "overdue": int((warnings["status"] == "overdue").sum()),
        "corrected": int(warnings["corrected"].notna().sum()),
    }


def _in_year(year: WorkYear) -> Facts:
    """Money that will not be spent, and what to do with it within the year."""
    unspent = year.monitored.unspent()
    money = unspent.groupby("action")["unspent_wan"].sum()
    return {
        "projects": len(unspent),
        "amount": float(unspent["unspent_wan"].sum()),
        **{action: float(money.get(action, 0.0)) for action in ACTIONS},
    }


def _key(year: WorkYear) -> Facts:
    projects = year.evaluation["projects"]
    chosen = projects.loc[projects["is_key"] | projects["is_special"], "project_id"]
    visited = year.evaluation["site_visits"]["project_id"].unique()
    served = year.evaluation["survey_frame"]
    served = served[served["project_id"].isin(chosen)]
    return {
        "key": int(projects["is_key"].sum()),
        "special": int(projects["is_special"].sum()),
        "visited": int(chosen.isin(visited).sum()),
        "chosen_wan": _annual(year.evaluation, chosen),
        "served": int(served["population"].sum()),
        "served_projects": served["project_id"].nunique(),
    }


def _use(year: WorkYear) -> Facts:
    rectified, published = year.rectified, year.published
    states = rectified["state"].value_counts()
    there = published["published"].notna()
    totals = year.proposal.totals.set_index("level").loc["district"]
    return {
        "year": year.requests_year,
        "base_year": year.monitoring_year,
        "requests": len(year.requests),
        "issues": len(rectified),
        **{state: int(states.get(state, 0)) for state in STATES},
        "recovered": rectified["recovered_wan"].sum(),
        "adjusted": rectified["adjusted_wan"].sum(),
        "due": len(published),
        "published": int(there.sum()),
        "publishers": published.loc[there, "unit_id"].nunique(),
        "proposed": totals["proposed_wan"],
        "base": totals["base_wan"],
    }


def _linked(year: WorkYear) -> Facts:
    """What results took from the next budget by the rules, and what the approved budget took."""
    if year.requests.empty:
        return {"cut_projects": 0}
    cut = cut_by_results(year.proposal.steps)
    facts: Facts = {"cut_projects": cut["projects"], "cut_amount": cut["amount"]}
    if year.requests["approved_wan"].notna().any():
        found = check_compliance(year.proposal, year.requests)
        facts |= {"called": found.called_wan, "cut": found.cut_wan, "rate": found.rate}
    return facts


def _assessed(year: WorkYear) -> Facts:
    scores = year.assessment.units["score"].dropna()
    ends = {"high": scores.max(), "low": scores.min()} if len(scores) else {}
    return {"assessed": len(scores), **ends}


def _targets(year: WorkYear) -> Facts:
    of_units = year.targets["indicators"].dropna(subset=["unit_id"])
    of_units = of_units[of_units["project_id"].isna()]
    subjects = year.target_review.subjects
    projects = subjects[~subjects["is_unit"]]
    reviewed = subjects[subjects["status"] == "reviewed"]
    grades = reviewed["grade"].value_counts()
    return {
        "year": year.targets_year,
        "units": of_units["unit_id"].nunique(),
        "indicators": int(of_units["target"].notna().sum()),
        "projects": len(projects),
        "filers": projects["unit_id"].nunique(),
        "reviewed": len(reviewed),
        "unreviewed": len(subjects) - len(reviewed),
        **{grade: int(grades.get(grade, 0)) for grade in GRADES},
    }


def _results(year: WorkYear) -> Facts:
    data = year.evaluation
    kinds = data["process"]["kind"].value_counts()
    asked = data["data_requests"]
    on_time = asked["received"].notna() & (asked["received"] <= asked["due"])
    review = year.targets["target_review"]
    checks = {
        stage: review.loc[review["stage"] == stage, "reviewer"].nunique()
        for stage in ("first", "last")
    }
    return {
        **checks,
        "sections": data["units"]["finance_section"].nunique(),
        **{kind: int(kinds.get(kind, 0)) for kind in STEPS},
        "requests": len(asked),
        "on_time": int(on_time.sum()),
        "late": int((asked["received"].notna() & ~on_time).sum()),
        "missing": int(asked["received"].isna().sum()),
    }


def _methods(data: YearData) -> Facts:
    return {
        "items": len(data["site_visits"]),
        "visited": data["site_visits"]["project_id"].nunique(),
        "scored": data["key_scores"]["project_id"].nunique(),
        "panels": data["panel_scores"]["project_id"].nunique(),
        "respondents": data["survey"]["respondent_id"].nunique(),
        "surveyed": data["survey"]["project_id"].nunique(),
    }


def _account(year: WorkYear) -> Facts:
    """Every spending asked about, every lost point with its reason: how much of both."""
    ledger, flags = year.scores.ledger, year.flags
    payments = year.evaluation["payments"]
    return {
        "payments": len(payments),
        "payments_wan": float(payments["amount_wan"].sum()),
        "flags": len(flags),
        "flagged_units": flags["unit_id"].nunique(),
        "lines": len(ledger),
        "lost": total_lost(ledger),
        "replies": int(year.rectified["reply"].notna().sum()),
        "issues": len(year.rectified),
    }


def _annual(data: YearData, projects: pd.Series) -> float:
    """Annual budget of these projects together; nothing where there are none."""
    return float(execution_rates(data, by="district", projects=projects)["annual_wan"].sum())


__all__ = ["documents_in_force", "initiatives", "key_projects", "year_facts"]
