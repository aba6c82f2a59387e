"""What a key project's score rests on: panel, survey, site visits, papers, and how sure it is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from perfanalysis.evidence.grades import Errors, GradeOdds, grade_odds
from perfanalysis.evidence.panel import Panels
from perfanalysis.evidence.visits import checked_items, working_papers
from perfanalysis.suite.views.common import Said, first_of_project, of_project
from perfanalysis.suite.workyear import WorkYear

LEAST_ITEMS = 3
"""Items checked on site from which a spread between them says something."""


@dataclass(frozen=True)
class KeyEvidence:
    """The evidence of one key or special project.

    Attributes
    ----------
    panel : Series
        Its row of ``Panels.projects``; empty without a panel.
    sheets : DataFrame
        Its sheets of ``Panels.sheets``, with ``leniency``: points above (+) or below the mean of
        the experts, missing where it cannot be told; ``why_not`` is missing where a sheet counts.
    agreement : DataFrame
        Of all panels of the year: ``measure``, ``agreement`` (coefficient), ``icc_low``,
        ``icc_high``, ``projects``, ``experts``, ``why_refused``; missing where there is none.
    survey : Series
        Its row of ``Surveys.projects``; empty without a survey.
    strata, questions : DataFrame
        Of the survey.
    visits : DataFrame
        `checked_items`, with ``verified_number``.
    papers : DataFrame
        `working_papers`.
    steps : DataFrame
        Table ``process`` of the project and of its unit, by date.
    requests : DataFrame
        Table ``data_requests`` of the project.
    odds : GradeOdds or None
        None where the project has no score.
    """

    panel: pd.Series
    sheets: pd.DataFrame
    agreement: pd.DataFrame
    survey: pd.Series
    strata: pd.DataFrame
    questions: pd.DataFrame
    visits: pd.DataFrame
    papers: pd.DataFrame
    steps: pd.DataFrame
    requests: pd.DataFrame
    odds: GradeOdds | None

    @property
    def sources(self) -> pd.DataFrame:
        """Spread of the total by source that was measured, and by weights: points."""
        if self.odds is None:
            return pd.DataFrame(columns=["source", "spread"])
        shown = (*self.odds.measured, "weights")
        rows = [(name, spread) for name, spread in self.odds.spread.items() if name in shown]
        return pd.DataFrame(rows, columns=["source", "spread"])

    @property
    def grades(self) -> pd.DataFrame:
        """Probability of each grade, best first: ``grade``, ``probability`` (ratio)."""
        odds = self.odds.probabilities if self.odds else {}
        return pd.DataFrame({"grade": list(odds), "probability": list(odds.values())})


def key_evidence(year: WorkYear, project_id: str) -> KeyEvidence:
    """Gather the evidence of a key or special project."""
    data, panels, surveys = year.evaluation, year.panels, year.surveys
    panel, survey = (
        first_of_project(panels.projects, project_id),
        first_of_project(surveys.projects, project_id),
    )
    visits = checked_items(of_project(data["site_visits"], project_id))
    unit = of_project(data["projects"], project_id)["unit_id"].iloc[0]
    steps = data["process"]
    of_unit = (steps["unit_id"] == unit) & steps["project_id"].isna()
    steps = steps[of_unit | (steps["project_id"] == project_id)]
    return KeyEvidence(
        panel=panel,
        sheets=_with_leniency(of_project(panels.sheets, project_id), panels),
        agreement=agreement_of(panels),
        survey=survey,
        strata=of_project(surveys.strata, project_id).rename(columns={"answered": "answers"}),
        questions=of_project(surveys.questions, project_id).rename(
            columns={"n": "answers", "mean": "answer_mean"}
        ),
        visits=visits.rename(columns={"verified": "verified_number"}),
        papers=working_papers(data, project_id),
        steps=steps.sort_values(["date", "step_id"]),
        requests=of_project(data["data_requests"], project_id).rename(columns={"due": "deadline"}),
        odds=_odds(year, project_id, panel, survey, visits),
    )


def _with_leniency(sheets: pd.DataFrame, panels: Panels) -> pd.DataFrame:
    effects = dict(
        zip(panels.severity_experts, panels.severity.effects, strict=True)
        if panels.severity
        else ()
    )
    leniency = sheets["expert_id"].map(effects).astype("float64")
    why_not = sheets["refused_reason"].mask(sheets["status"] == "counted")
    return sheets.assign(leniency=leniency, why_not=why_not)


def agreement_of(panels: Panels) -> pd.DataFrame:
    """How far the experts of the year agree, each coefficient or why it is refused."""
    nested, crossed, order = panels.reliability, panels.crossed, panels.concordance
    one = (nested.low, nested.high, nested.targets) if nested else ()
    both = (crossed.targets, crossed.raters) if crossed else ()
    empty = np.nan
    rows = [
        ("icc_single", nested and nested.single, *(one or (empty,) * 3), empty, "reliability"),
        (
            "icc_mean",
            nested and nested.mean,
            empty,
            empty,
            *(one[2:] or (empty,)),
            empty,
            "reliability",
        ),
        (
            "icc_agreement",
            crossed and crossed.single,
            empty,
            empty,
            *(both or (empty,) * 2),
            "crossed",
        ),
        ("kendall_w", order and order.w, empty, empty, *(both or (empty,) * 2), "concordance"),
        ("alpha", panels.alpha, empty, empty, *(both or (empty,) * 2), "alpha"),
    ]
    if panels.severity is None:
        rows.append(("severity", None, *(empty,) * 4, "severity"))
    names = ["measure", "agreement", "icc_low", "icc_high", "projects", "experts", "why_refused"]
    table = pd.DataFrame(rows, columns=names)
    why = table["why_refused"].map(panels.why_not)
    return table.assign(why_refused=why.astype("str").where(why.notna()))


def _odds(
    year: WorkYear, project_id: str, panel: pd.Series, survey: pd.Series, visits: pd.DataFrame
) -> GradeOdds | None:
    result = year.key_evaluation
    project = first_of_project(result.projects, project_id)
    if project["status"] == "refused":
        return None
    rows, rules = of_project(result.indicators, project_id), year.rules
    return grade_odds(
        rows,
        measured_errors(rows, panel, survey, visits),
        rules.value("self.grade_floors"),
        key=project_id,
        draws=rules.value("odds.draws"),
        seed=rules.value("odds.seed"),
        concentration=rules.value("odds.weight_concentration"),
    )


def measured_errors(
    indicators: pd.DataFrame, panel: pd.Series, survey: pd.Series, visits: pd.DataFrame
) -> Errors:
    """The errors of a total that were measured.

    Parameters
    ----------
    indicators : DataFrame
        Of the project, with ``method``, ``points``, ``planned``.
    panel, survey : Series
        Rows of `Panels.projects` and `Surveys.projects`; empty where there is none.
    visits : DataFrame
        `checked_items` of the project.

    Notes
    -----
    A share of satisfied people moves the satisfaction points by points ÷ target, under the
    target; the spread of verified ÷ reported over `LEAST_ITEMS` items or more moves the points
    of completion.
    """
    has_error = len(panel) and pd.notna(panel["standard_error"])
    ratios = visits["ratio"].dropna()
    spread = ratios.std() / len(ratios) ** 0.5 if len(ratios) >= LEAST_ITEMS else 0.0
    return Errors(
        panel=float(panel["standard_error"]) if has_error else 0.0,
        panel_df=int(panel["experts"]) - 1 if has_error else 0,
        survey=_survey_error(indicators, survey),
        verification=float(spread * _points_of(indicators, "completion_rate")),
    )


def _survey_error(indicators: pd.DataFrame, survey: pd.Series) -> float:
    rows = indicators[indicators["method"] == "satisfaction"]
    if rows.empty or not len(survey) or survey["status"] != "estimated":
        return 0.0
    target = rows["planned"].iloc[0]
    target = target / 100 if pd.notna(target) and target > 1 else target
    if pd.isna(target) or target <= 0:
        target = 1.0
    return float(rows["points"].iloc[0] * survey["standard_error"] / target)


def _points_of(indicators: pd.DataFrame, method: str) -> float:
    return float(indicators.loc[indicators["method"] == method, "points"].sum())


def evidence_findings(evidence: KeyEvidence, project: pd.Series) -> list[Said]:
    """How sure the grade is, as keys of ``40_key_project`` with their values."""
    if evidence.odds is None:
        return []
    own = evidence.odds.probabilities[project["grade"]]
    values = {"score": project["score"], "grade": project["grade"], "probability": own}
    if not evidence.odds.measured:
        return [("main-weights-only", values)]
    return [("main-odds", values | {"sources": evidence.odds.measured})]


def survey_findings(survey: pd.Series) -> list[Said]:
    """What the survey says of satisfaction; nothing where there was none."""
    if not len(survey):
        return [("survey-none", {})]
    values = {"n": int(survey["answered"]), "share": survey["satisfied"]}
    if survey["status"] == "estimated":
        ends = {"low": survey["low"], "high": survey["high"]}
        return [("survey-estimated", values | ends | {"effect": survey["design_effect"]})]
    if survey["status"] == "described":
        return [("survey-described", values | {"why": survey["why"]})]
    return [("survey-refused", {"why": survey["why"]})]


def survey_notes(survey: pd.Series) -> list[Said]:
    """How the survey was done."""
    names = ("modes", "response", "needed")
    notes: list[Said] = [("strata-note", {name: survey[name] for name in names})]
    if pd.notna(survey["alpha"]):
        notes.append(("alpha-note", {"alpha": survey["alpha"]}))
    return notes


def panel_findings(evidence: KeyEvidence) -> list[Said]:
    """What the panel says of the score; that there was none otherwise."""
    panel = evidence.panel
    if not len(panel):
        return [("panel-none", {})]
    values = {"experts": int(panel["experts"]), "mean": panel["mean"]}
    said: list[Said] = [("panel-few", values)]
    if pd.notna(panel["standard_error"]):
        ends = {"low": panel["low"], "high": panel["high"]}
        said = [("panel-mean", values | ends | {"sd": panel["sd"]})]
    if panel["refused"]:
        said.append(("panel-refused", {"n": int(panel["refused"])}))
    if pd.notna(panel["trimmed"]):
        said.append(("panel-trimmed", {"mean": panel["mean"], "trimmed": panel["trimmed"]}))
    return said


__all__ = [
    "KeyEvidence",
    "agreement_of",
    "evidence_findings",
    "key_evidence",
    "measured_errors",
    "panel_findings",
    "survey_findings",
    "survey_notes",
]
