"""Public surveys: satisfaction, how exact it is, and whom the answers stand for.

A convenience sample (a code at a counter, an open link) has no known chance of inclusion: for it
no margin of error, interval or design effect is given, only what was answered and by whom.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from perfanalysis.data.findings import Finding, finding_at
from perfanalysis.data.tables import YearData
from perfanalysis.errors import ParameterError
from perfanalysis.evidence.agreement import cronbach_alpha
from perfanalysis.evidence.proportions import design_share, sample_size
from perfanalysis.rules.values import DatedValue, RulesInForce

RULES = (
    "survey.confidence",
    "survey.margin",
    "survey.satisfied_from",
    "survey.overall_question",
    "survey.composition_p",
)
ESTIMATES = (
    "standard_error",
    "low",
    "high",
    "design_effect",
    "weight_effect",
    "effective_n",
    "clusters",
)


@dataclass(frozen=True)
class Surveys:
    """The surveys of a budget year.

    Attributes
    ----------
    projects : DataFrame
        One row a surveyed project: project_id, design (``probability`` or ``convenience``),
        modes, first, last (dates), population, invited, answered (respondents), response
        (answered ÷ invited), needed (answers for ``survey.margin`` in a simple random sample),
        satisfied (share of answers to the overall question from ``survey.satisfied_from`` on,
        weighted in a probability sample), standard_error, low, high, design_effect, weight_effect,
        effective_n, clusters (missing in a convenience sample), alpha (Cronbach's α of all
        questions), items, composition_p (chi-squared test of the answers against the people
        served), status (``estimated``, ``described``, ``refused``), why (Chinese, where no
        interval is given).
    questions : DataFrame
        project_id, question, n, mean (1 to 5), satisfied (share).
    strata : DataFrame
        project_id, stratum, population, population_share, answered, answered_share, satisfied.
    rules : tuple of DatedValue
    findings : tuple of Finding
    """

    projects: pd.DataFrame
    questions: pd.DataFrame
    strata: pd.DataFrame
    rules: tuple[DatedValue, ...]
    findings: tuple[Finding, ...]


def read_surveys(year: YearData, rules: RulesInForce) -> Surveys:
    """Satisfaction of each surveyed project, with what its design allows to say.

    Parameters
    ----------
    year : YearData
        Tables ``survey`` and ``survey_frame``.
    rules : RulesInForce
        ``survey.*``.

    Returns
    -------
    Surveys

    References
    ----------
    AAPOR (2015), Guidance on reporting precision for nonprobability samples.
    """
    answers, frame = year["survey"], year["survey_frame"]
    satisfied = answers["answer"] >= rules.value("survey.satisfied_from")
    answers = answers.assign(satisfied=satisfied.where(answers["answer"].notna()))
    strata = _strata(answers, frame, rules)
    ids = sorted(answers["project_id"].unique())
    rows = [_project(key, answers, frame, strata, rules) for key in ids]
    projects = pd.DataFrame(rows, columns=_COLUMNS)
    return Surveys(
        projects=projects,
        questions=_questions(answers),
        strata=strata,
        rules=tuple(rules.get(key) for key in RULES),
        findings=tuple(_findings(year, projects, rules)),
    )


_COLUMNS = [
    "project_id",
    "design",
    "modes",
    "first",
    "last",
    "population",
    "invited",
    "answered",
    "response",
    "needed",
    "satisfied",
    *ESTIMATES,
    "alpha",
    "items",
    "composition_p",
    "status",
    "why",
]


def _project(
    key: str,
    answers: pd.DataFrame,
    frame: pd.DataFrame,
    strata: pd.DataFrame,
    rules: RulesInForce,
) -> dict[str, object]:
    own, design = answers[answers["project_id"] == key], frame[frame["project_id"] == key]
    parts = strata[strata["project_id"] == key]
    overall = own[(own["question"] == rules.value("survey.overall_question"))]
    overall = overall[overall["answer"].notna()]
    designs = sorted(design["design"].unique())
    population, invited = int(design["population"].sum()), int(design["invited"].sum())
    answered = own["respondent_id"].nunique()
    row: dict[str, object] = {
        "project_id": key,
        "design": designs[0] if len(designs) == 1 else "",
        "modes": "、".join(sorted(own["mode"].dropna().unique())),
        "first": own["date"].min(),
        "last": own["date"].max(),
        "population": population,
        "invited": invited or np.nan,
        "answered": answered,
        "response": answered / invited if invited else np.nan,
        "needed": _needed(population, rules),
        **dict.fromkeys(ESTIMATES, np.nan),
        **_scale(own),
        "composition_p": _composition_p(parts),
    }
    return row | _satisfaction(overall, design, row["design"], rules)


def _satisfaction(
    overall: pd.DataFrame, design: pd.DataFrame, kind: object, rules: RulesInForce
) -> dict[str, object]:
    """The share, and its error where the design gives one."""
    share = overall["satisfied"].astype("float64").mean()
    if overall.empty:
        return {"satisfied": np.nan, "status": "refused", "why": "没有人回答总体满意度"}
    if kind != "probability":
        why = "方便抽样，入样机会未知，不能推算误差" if kind else "没有写明抽样设计，或各层不一致"
        return {"satisfied": share, "status": "described", "why": why}
    population = design.set_index("stratum")["population"].astype("float64")
    absent = sorted(set(overall["stratum"].dropna()) - set(population.index))
    if absent or overall["stratum"].isna().any():
        why = f"分层“{'、'.join(absent) or '空白'}”不在调查总体中"
        return {"satisfied": share, "status": "refused", "why": why}
    sample = overall[["weight", "stratum", "cluster"]].assign(yes=overall["satisfied"].eq(True))
    try:
        result = design_share(sample, population, confidence=rules.value("survey.confidence"))
    except ParameterError as error:
        return {"satisfied": np.nan, "status": "refused", "why": str(error)}
    estimates = {name: getattr(result, name) for name in ESTIMATES}
    return {"satisfied": result.estimate, **estimates, "status": "estimated", "why": ""}


def _needed(population: int, rules: RulesInForce) -> float:
    if population < 1:
        return float("nan")
    margin, confidence = rules.value("survey.margin"), rules.value("survey.confidence")
    return float(sample_size(population, margin=margin, confidence=confidence))


def _scale(own: pd.DataFrame) -> dict[str, object]:
    table = own.pivot(index="respondent_id", columns="question", values="answer")
    try:
        alpha = cronbach_alpha(table.to_numpy("float64", na_value=np.nan))
    except ParameterError:
        alpha = float("nan")
    return {"alpha": alpha, "items": table.shape[1]}


def _strata(answers: pd.DataFrame, frame: pd.DataFrame, rules: RulesInForce) -> pd.DataFrame:
    """The people served and those who answered, stratum by stratum."""
    overall = answers[answers["question"] == rules.value("survey.overall_question")]
    by = overall.groupby(["project_id", "stratum"])
    counted = by.agg(answered=("respondent_id", "nunique"), satisfied=("satisfied", "mean"))
    table = frame[["project_id", "stratum", "population"]].join(
        counted, on=["project_id", "stratum"]
    )
    table = table.assign(
        population=table["population"].astype("float64"),
        answered=table["answered"].fillna(0).astype("int64"),
        satisfied=table["satisfied"].astype("float64"),
    )
    totals = table.groupby("project_id")[["population", "answered"]].transform("sum")
    return table.assign(
        population_share=table["population"] / totals["population"],
        answered_share=table["answered"] / totals["answered"].where(totals["answered"] > 0),
    )


def _composition_p(parts: pd.DataFrame) -> float:
    """Whether the answers could be a sample of the people served, by stratum."""
    known = parts[parts["population"] > 0]
    if len(known) < 2 or known["answered"].sum() == 0:
        return float("nan")
    expected = known["population"] / known["population"].sum() * known["answered"].sum()
    return float(stats.chisquare(known["answered"], expected).pvalue)


def _questions(answers: pd.DataFrame) -> pd.DataFrame:
    valid = answers[answers["answer"].notna()]
    valid = valid.assign(answer=valid["answer"].astype("float64"))
    valid = valid.assign(satisfied=valid["satisfied"].astype("float64"))
    by = valid.groupby(["project_id", "question"], sort=False)
    table = by.agg(n=("answer", "size"), mean=("answer", "mean"), satisfied=("satisfied", "mean"))
    return table.reset_index()


def _findings(year: YearData, projects: pd.DataFrame, rules: RulesInForce) -> Iterator[Finding]:
    first = year["survey"].reset_index(names="row").groupby("project_id")["row"].min()
    level = rules.value("survey.composition_p")
    for row in projects.itertuples():
        where, key = year.where("survey", first[row.project_id], "project_id"), row.project_id
        if row.status == "refused":
            remedy = "请补充调查设计后重新生成；在此之前满意度不给区间。"
            yield finding_at("survey-refused", "error", key, where, "", row.why, remedy)
        if row.design == "convenience" and row.composition_p < level:
            problem = "答卷的分层构成与服务对象不同，满意率只代表答卷人"
            remedy = "请在报告中写明；下次按分层抽样。"
            found = f"p={row.composition_p:.3f}"
            yield finding_at("survey-composition", "note", key, where, found, problem, remedy)
        if row.design == "probability" and row.answered < row.needed:
            found, margin = f"{row.answered}份", rules.value("survey.margin")
            problem = f"答卷{found}，按{margin:.0%}误差需{row.needed:.0f}份"
            remedy = "区间照列；请在报告中写明样本不足。"
            yield finding_at("survey-small", "note", key, where, found, problem, remedy)


__all__ = ["Surveys", "read_surveys"]
