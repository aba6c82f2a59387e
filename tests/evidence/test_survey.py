"""Surveys of a budget year."""

import numpy as np
import pytest

from perfanalysis.evidence.survey import read_surveys
from perfanalysis.rules.loader import evaluation_date, load_rules
from year_tables import make_year

RULES = load_rules().on(evaluation_date(2021))
OVERALL = "总体满意度"


def answers(project, values, *, stratum="城区", weight=10.0, question=OVERALL, prefix=""):
    return [
        {
            "respondent_id": f"{prefix or project}-{stratum}-{n}",
            "project_id": project,
            "question": question,
            "answer": value,
            "stratum": stratum,
            "cluster": None,
            "mode": "入户访问",
            "weight": weight,
        }
        for n, value in enumerate(values)
    ]


def frame(project, stratum="城区", population=1000, design="probability", invited=20):
    return {
        "project_id": project,
        "stratum": stratum,
        "population": population,
        "design": design,
        "invited": invited,
    }


def surveys_of(rows, frames):
    return read_surveys(make_year(survey=rows, survey_frame=frames), RULES)


def test_probability_sample():
    """Eight of ten answer 4 or 5; a blank answer is nobody's."""
    result = surveys_of(answers("P1", [5] * 4 + [4] * 4 + [3, 1, None]), [frame("P1")])
    row = result.projects.iloc[0]
    assert (row["satisfied"], row["status"], row["answered"]) == (0.8, "estimated", 11)
    assert row["response"] == 11 / 20
    assert row["low"] < 0.8 < row["high"]
    assert result.questions.loc[0, "n"] == 10
    assert [f.code for f in result.findings] == ["survey-small"]


def test_convenience_sample_has_no_margin_of_error():
    rows = answers("P1", [5] * 9 + [1], weight=None)
    row = surveys_of(rows, [frame("P1", design="convenience")]).projects.iloc[0]
    assert (row["satisfied"], row["status"]) == (0.9, "described")
    assert row[["standard_error", "low", "high", "design_effect"]].isna().all()
    assert "不能推算误差" in row["why"]


def test_weights_of_strata_count():
    """A tenth of the people, all content; nine tenths, half content: 0.1 + 0.45."""
    rows = answers("P1", [5] * 10, weight=10.0)
    rows += answers("P1", [5] * 5 + [1] * 5, stratum="乡镇", weight=90.0)
    frames = [frame("P1", population=100), frame("P1", "乡镇", population=900)]
    result = surveys_of(rows, frames)
    assert result.projects.loc[0, "satisfied"] == pytest.approx(0.55)
    assert result.strata["population_share"].tolist() == [0.1, 0.9]


def test_composition_of_a_convenience_sample():
    """Fifty and fifty answered where the people are 1 to 9."""
    rows = answers("P1", [5] * 50, weight=None)
    rows += answers("P1", [3] * 50, stratum="乡镇", weight=None)
    frames = [frame("P1", population=100, design="convenience")]
    frames.append(frame("P1", "乡镇", population=900, design="convenience"))
    result = surveys_of(rows, frames)
    assert result.projects.loc[0, "composition_p"] < 1e-6
    assert [f.code for f in result.findings] == ["survey-composition"]


@pytest.mark.parametrize(
    ("rows", "frames", "why"),
    [
        (answers("P1", [5, 4, 3], weight=None), [frame("P1")], "没有权重"),
        (answers("P1", [5, 4], stratum="山区"), [frame("P1")], "“山区”不在调查总体中"),
        (answers("P1", [None, None]), [frame("P1")], "没有人回答"),
    ],
)
def test_refused_with_the_reason(rows, frames, why):
    result = surveys_of(rows, frames)
    assert result.projects.loc[0, "status"] == "refused"
    assert why in result.projects.loc[0, "why"]
    assert np.isnan(result.projects.loc[0, "low"])
    assert "survey-refused" in [f.code for f in result.findings]


def test_an_unknown_design_is_described_only():
    result = surveys_of(answers("P1", [5, 4, 3]), [])
    assert result.projects.loc[0, "status"] == "described"
    assert "没有写明抽样设计" in result.projects.loc[0, "why"]


def test_no_survey_at_all():
    assert read_surveys(make_year(), RULES).projects.empty
