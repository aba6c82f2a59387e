"""Whether budgets followed, as the linkage page says it: by the sample and by made-up verdicts."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from made_years import work_year

from perfanalysis.linkage.amounts import micro
from perfanalysis.linkage.inference import NO_NOISE
from perfanalysis.linkage.panel import linkage_panel
from perfanalysis.report.text import texts
from perfanalysis.suite.views.common import sentences
from perfanalysis.suite.views.followed import (
    _verdict,
    followed_findings,
    followed_view,
    lines_findings,
)
from perfanalysis.suite.views.linkage import linkage_view
from perfanalysis.suite.workyear import open_work_year

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def year():
    return open_work_year(work_year=2022, data_dir=ROOT / "data", suite_file=ROOT / "suite.toml")


@pytest.fixture(scope="module")
def view(year):
    return followed_view(year)


def test_all_tests_of_the_page_are_one_family(view):
    assert view.refused == ""
    assert len(view.effects) == 4
    assert view.effects["p_adjusted"].max() == pytest.approx(view.effects["p"].max())
    assert (view.effects["p_adjusted"] >= view.effects["p"]).all()
    assert (view.effects["low"] < view.effects["estimate"]).all()


def test_effects_are_relative_changes(view, year):
    """The planted 0.015 log points lie inside; years after the evaluated one are not read."""
    first = view.effects.iloc[0]
    assert first["low"] < np.expm1(0.015) < first["high"]
    assert year.panel.rows["budget_year"].max() == year.evaluation_year


def test_other_ways_that_say_something_else_are_named(view):
    """The conclusion is unclear; a line above zero is named, one across it or of cases is not."""
    main = {"outcome": "approved_wan", "low": -0.01, "high": 0.02, "p": 0.3, "refused": ""}
    effects = pd.DataFrame(
        [main | {"regressor": "result"}, main | {"regressor": "execution", "p": float("nan")}]
    )
    lines = pd.DataFrame(
        [
            {"line": "pooled", "regressor": "result", "low": 0.01, "high": 0.02},
            {"line": "held", "regressor": "result", "low": -0.01, "high": 0.02},
            {"line": "pooled", "regressor": "execution", "low": 0.01, "high": 0.02},
        ]
    )
    shown = replace(view, effects=effects, lines=lines)
    assert [(key, row["line"], row["component"]) for key, row in lines_findings(shown)] == [
        ("lines-apart", "pooled", "result")
    ]
    for lang in ("zh", "en"):
        assert "1.00%" in sentences(texts("70_linkage", lang), lines_findings(shown))[0]


def test_compliance_ties_by_rule_and_unit(view):
    cut = micro(view.cut_rules["cut_wan"]).sum()
    assert cut == micro(view.cut_units["cut_wan"]).sum()
    assert cut == round(view.compliance.cut_wan * 1e6)
    assert len(view.spared) == view.compliance.projects["spared"].sum()


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("name", ["result", "execution"])
@pytest.mark.parametrize(
    ("low", "high", "p", "verdict"),
    [
        (0.01, 0.03, 0.01, "more"),
        (-0.03, -0.01, 0.01, "less"),
        (-0.01, 0.03, 0.3, "unclear"),
        (np.nan, np.nan, np.nan, "cases"),
        (np.nan, np.nan, np.nan, "same"),
    ],
)
def test_the_interval_chooses_the_words(lang, name, low, high, p, verdict):
    row = {"low": low, "high": high, "p": p, "estimate": 0.01, "mde": 0.02, "treated_clusters": 3}
    row["refused"] = NO_NOISE if verdict == "same" else ""
    assert _verdict(row) == verdict
    assert sentences(texts("70_linkage", lang), [(f"follow-{name}-{verdict}", row)])[0]


def test_too_little_data_is_said_and_not_estimated():
    year = work_year()
    vars(year)["panel"] = linkage_panel({}, {}, {})
    found = followed_view(year)
    assert found.refused
    assert found.effects.empty
    assert followed_findings(found, year)[0][0] == "follow-none"


def test_the_causes_of_a_units_change_add_up(year):
    moved = linkage_view(year).moved
    causes = [
        "cut_wan",
        "withheld_wan",
        "ceiling_wan",
        "given_wan",
        "dropped_wan",
        "listed_wan",
        "rounded_wan",
    ]
    whole = sum(micro(moved[name]) for name in causes)
    assert (whole == micro(moved["change_wan"])).all()
    assert (moved["cut_wan"] <= 0).all()
    assert (moved["given_wan"] >= 0).all()
