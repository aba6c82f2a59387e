"""What a key project's score rests on: panel, survey, site visits, papers, and how sure it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from perfanalysis.data.lookup import numbers_of
from perfanalysis.evidence.grades import Errors, GradeOdds, grade_odds
from perfanalysis.evidence.panel import Panels
from perfanalysis.evidence.visits import checked_items, working_papers
from perfanalysis.report.columns import NOT_REPORTED
from perfanalysis.scoring.exact import HUNDREDTHS, hundredths
from perfanalysis.scoring.key_rules import formula_scores
from perfanalysis.suite.views.common import Said, first_of_project, of_project
from perfanalysis.suite.workyear import WorkYear

LEAST_ITEMS = 3
"""Items checked on site from which a spread between them says something."""
LEAST_SHARED = 3
"""Projects scored by all of the same experts from which their agreement says something."""


@dataclass(frozen=True)
class KeyEvidence:
    """The evidence of one key or special project.

    Attributes
    ----------
    panel : Series
        Its row of ``Panels.projects`` with ``full`` (points of a whole sheet); empty without a
        panel.
    sheets : DataFrame
        Its sheets of ``Panels.sheets``, with ``leniency``: points above (+) or below the mean of
        the experts, missing where it cannot be told; ``why_not`` is missing where a sheet counts.
    agreement : DataFrame
        Of all panels of the year: ``measure``, ``agreement`` (coefficient), ``icc_low``,
        ``icc_high``, ``projects``, ``experts``, ``why_refused``; missing where there is none.
    survey : Series
        Its row of ``Surveys.projects``; empty without a survey.
    satisfaction : tuple of float
        Points of satisfaction at both ends of the survey's interval, and points at stake; empty
        where there is no interval or the points are not worked out from the share.
    strata, questions : DataFrame
        Of the survey.
    visits : DataFrame
        `checked_items`, with ``verified_number`` and ``year_target`` where an indicator of the
        project has the item's name.
    papers : DataFrame
        `working_papers`.
    steps : DataFrame
        Table ``process`` of the project and of its unit, by date.
    requests : DataFrame
        Table ``data_requests`` of the project: ``material``, ``deadline``, ``received``,
        ``evidence_id``; "…" where it was not handed in.
    odds : GradeOdds or None
        None where the project has no score.
    errors : Errors
        Measured errors of the total.
    margin : float
        Error for which ``survey["needed"]`` is worked out, a ratio.
    """

    panel: pd.Series
    sheets: pd.DataFrame
    agreement: pd.DataFrame
    survey: pd.Series
    satisfaction: tuple[float, ...]
    strata: pd.DataFrame
    questions: pd.DataFrame
    visits: pd.DataFrame
    papers: pd.DataFrame
    steps: pd.DataFrame
    requests: pd.DataFrame
    odds: GradeOdds | None
    errors: Errors
    margin: float

    @property
    def sources(self) -> pd.DataFrame:
        """Error of the total by source that was measured, and its spread by weights: points."""
        if self.odds is None:
            return pd.DataFrame(columns=["source", "spread"])
        rows = [(name, getattr(self.errors, name)) for name in self.odds.measured]
        rows.append(("weights", self.odds.spread["weights"]))
        return pd.DataFrame(rows, columns=["source", "spread"])

    @property
    def methods(self) -> tuple[str, ...]:
        """How the project was evaluated: codes of ``evaluation_method``."""
        used = {
            "visits": len(self.visits),
            "scoring": True,
            "panel": len(self.panel),
            "survey": len(self.survey),
        }
        return tuple(name for name, there in used.items() if there)

    @property
    def filed(self) -> int:
        """Working papers that have a number."""
        return int((self.papers["evidence_id"] != "").sum())

    @property
    def missing(self) -> int:
        """Material asked of the unit that it did not hand in."""
        return int((self.requests["received"] == NOT_REPORTED).sum())

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
    sheets = of_project(panels.sheets, project_id)
    rows = of_project(year.key_evaluation.indicators, project_id)
    errors = measured_errors(rows, panel, survey, visits)
    return KeyEvidence(
        panel=panel if panel.empty else pd.concat([panel, sheets[["full"]].max()]),
        sheets=_with_leniency(sheets, panels),
        agreement=agreement_of(panels),
        survey=survey,
        satisfaction=satisfaction_points(rows, survey, year.rules.value("key.scoring")),
        strata=of_project(surveys.strata, project_id).rename(columns={"answered": "answers"}),
        questions=of_project(surveys.questions, project_id).rename(
            columns={"n": "answers", "mean": "answer_mean"}
        ),
        visits=_with_targets(visits, of_project(data["indicators"], project_id)),
        papers=working_papers(data, project_id),
        steps=steps.sort_values(["date", "step_id"]).rename(columns={"document": "paper"}),
        requests=_requests(of_project(data["data_requests"], project_id)),
        odds=_odds(year, project_id, rows, errors),
        errors=errors,
        margin=year.rules.value("survey.margin"),
    )


def _with_targets(visits: pd.DataFrame, indicators: pd.DataFrame) -> pd.DataFrame:
    targets = indicators.drop_duplicates("level3").set_index("level3")["target"]
    return visits.rename(columns={"verified": "verified_number"}).assign(
        year_target=numbers_of(visits["item"], targets)
    )


def _requests(asked: pd.DataFrame) -> pd.DataFrame:
    there = asked["received"].notna()
    named = {"item": "material", "due": "deadline"}
    return asked.assign(
        received=asked["received"].dt.strftime("%Y-%m-%d").where(there, NOT_REPORTED),
        evidence_id=asked["evidence_id"].where(there, NOT_REPORTED),
    ).rename(columns=named)


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
    """How far the experts of the year agree, each coefficient or why it is refused.

    Agreement of the same experts needs `LEAST_SHARED` projects that all of them scored.
    """
    nested, crossed, order = panels.reliability, panels.crossed, panels.concordance
    alpha, why_not, shared = panels.alpha, dict(panels.why_not), len(panels.anchors)
    if 0 < shared < LEAST_SHARED:  # of two projects any coefficient says next to nothing
        few = f"只有{shared}个项目由同一组专家全部评过，不足{LEAST_SHARED}个，不计算。"
        why_not |= dict.fromkeys(("crossed", "concordance", "alpha"), few)
        crossed = order = alpha = None
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
        ("alpha", alpha, empty, empty, *(both or (empty,) * 2), "alpha"),
    ]
    if panels.severity is None:
        rows.append(("severity", None, *(empty,) * 4, "severity"))
    names = ["measure", "agreement", "icc_low", "icc_high", "projects", "experts", "why_refused"]
    table = pd.DataFrame(rows, columns=names)
    why = table["why_refused"].map(why_not)
    return table.assign(why_refused=why.astype("str").where(why.notna()))


def _odds(year: WorkYear, project_id: str, rows: pd.DataFrame, errors: Errors) -> GradeOdds | None:
    project = first_of_project(year.key_evaluation.projects, project_id)
    if project["status"] == "refused":
        return None
    rules = year.rules
    return grade_odds(
        rows,
        errors,
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


def satisfaction_points(
    indicators: pd.DataFrame, survey: pd.Series, formulas: Mapping[str, str]
) -> tuple[float, ...]:
    """Points of satisfaction at both ends of the survey's interval, and the points at stake.

    Parameters
    ----------
    indicators : DataFrame
        Of the project, with ``method``, ``points`` and ``whole`` (the target, ratio or per cent).
    survey : Series
        Its row of `Surveys.projects`; empty where there is none.
    formulas : mapping of str to str
        Rule ``key.scoring``.

    Returns
    -------
    tuple of float
        Empty where there is no interval, or points are not worked out from the share.
    """
    rows = indicators[indicators["method"] == "satisfaction"].head(1)
    if rows.empty or not len(survey) or survey["status"] != "estimated":
        return ()
    unit = 100 if rows["whole"].iloc[0] > 1 else 1
    points, _ = hundredths(rows["points"].to_numpy("float64"))
    found = [
        formula_scores(rows.assign(part=survey[end] * unit), points, formulas)
        for end in ("low", "high")
    ]
    if not all(known.all() for _, known in found):
        return ()
    return (*(float(score[0]) / HUNDREDTHS for score, _ in found), float(rows["points"].iloc[0]))


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


def odds_notes(evidence: KeyEvidence) -> list[Said]:
    """How to read the sources of error; nothing where the project has no score."""
    if evidence.odds is None:
        return []
    said: list[Said] = [("sources-note", {"low": evidence.odds.low, "high": evidence.odds.high})]
    if evidence.errors.panel_df:
        said.append(("sources-t-note", {"experts": evidence.errors.panel_df + 1}))
    return said


def survey_findings(evidence: KeyEvidence) -> list[Said]:
    """What the survey says of satisfaction; nothing where there was none."""
    survey = evidence.survey
    if not len(survey):
        return [("survey-none", {})]
    values = {"n": int(survey["answered"]), "share": survey["satisfied"]}
    if survey["status"] == "estimated":
        ends = {"low": survey["low"], "high": survey["high"]}
        said: list[Said] = [("survey-estimated", values | ends)]
        if evidence.satisfaction:
            low, high, points = evidence.satisfaction
            said.append(("survey-points", {"low": low, "high": high, "points": points}))
        return said
    if survey["status"] == "described":
        return [("survey-described", values | {"why": survey["why"]})]
    return [("survey-refused", {"why": survey["why"]})]


def survey_notes(evidence: KeyEvidence) -> list[Said]:
    """How the survey was done and how exact it is."""
    survey, names = evidence.survey, ("modes", "response", "needed")
    values = {name: survey[name] for name in names} | {"margin": evidence.margin}
    notes: list[Said] = [("strata-note", values)]
    if survey["status"] == "estimated":
        notes.append(("effect-note", {"effect": survey["design_effect"]}))
    if pd.notna(survey["alpha"]):
        notes.append(("alpha-note", {"alpha": survey["alpha"]}))
    return notes


__all__ = [
    "LEAST_SHARED",
    "KeyEvidence",
    "agreement_of",
    "evidence_findings",
    "key_evidence",
    "measured_errors",
    "odds_notes",
    "satisfaction_points",
    "survey_findings",
    "survey_notes",
]
