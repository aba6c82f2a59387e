"""The proposal beside those of other rule files, against made_years."""

from dataclasses import replace

import pytest
from made_years import ROOT, work_year

from perfanalysis.report.text import texts
from perfanalysis.suite.config import Linkage
from perfanalysis.suite.variants import changed_titles, under_rules
from perfanalysis.suite.views.common import sentences
from perfanalysis.suite.views.rule_sets import _said, rule_sets

CITY = "examples/rules/linkage-city-2012.yaml"
LATER = "examples/rules/linkage-sichuan-2025.yaml"
GUIDE = "examples/rules/linkage-annual-guide.yaml"
SCALE = "examples/rules/unit-one-point.yaml"


def beside(*files):
    """The made-up work year, with these sets to compare."""
    year = work_year()
    rules = replace(year.suite.rules, local=())  # as the made-up year is scored by none
    other = replace(year, suite=replace(year.suite, linkage=Linkage(files), rules=rules))
    vars(other).update({name: each for name, each in vars(year).items() if name != "suite"})
    return other


def test_totals_units_and_rules_of_another_set_by_hand():
    """Ours: P1 90 (as asked), P3 10 less 30% = 7, P4 5.5. The city cuts 15%: P3 is 8.5."""
    found = rule_sets(beside(CITY))
    assert found.sets["proposed_wan"].tolist() == [102.5, 104.0]
    assert found.sets["less_wan"].iloc[1] == 1.5
    assert found.sets["differ"].iloc[1] == 1
    assert found.sets["basis"].tolist() == ["convention", "local"]
    assert found.sets["verified"].tolist() == ["none", "no"]
    assert found.sets["also"].tolist() == ["", "等级的下限（含）"]
    row = found.units.iloc[0]
    assert (row["unit_name"], row["proposed_wan"], row["compared_wan"]) == ("示例水利局", 7.0, 8.5)
    assert found.rules.set_index("title")["less_wan"].to_dict() == {
        "评价为差：核减基数的30%": 3.0,
        "达不到要求的第一年：削减15%": -1.5,
    }
    assert set(found.rules["rule_set"]) == {found.sets["name"].iloc[1]}
    assert not found.refused


def test_the_city_grades_by_its_own_bands():
    """It calls 70 to 90 good: results are scored anew where standards change, else shared."""
    year = beside(CITY)
    year.proposal  # noqa: B018
    city = under_rules(year, ROOT / CITY)
    assert city.evaluation is year.evaluation
    assert city.scores is not year.scores
    assert city.rules.value("self.grade_floors")["good"] == 70
    guide = under_rules(year, ROOT / GUIDE)
    assert guide.scores is year.scores
    assert changed_titles(year, guide) == []
    assert guide.proposal is not year.proposal


def test_an_amount_that_a_set_leaves_open_is_counted():
    """The guide sets the share of 差 each year: P3 stays at 10, to be decided.

    Ours leave P1 and P3 open: no targets were filed, so the gate sends both back.
    """
    found = rule_sets(beside(GUIDE))
    assert found.sets["decide"].tolist() == [2, 1]
    assert found.sets["less_wan"].iloc[1] == 3.0


@pytest.mark.parametrize(("file", "word"), [(LATER, "2021-03-31"), (SCALE, "link.rules")])
def test_a_file_without_rules_of_linkage_on_the_day_is_named(file, word):
    found = rule_sets(beside(file))
    assert len(found.sets) == 1
    assert found.refused[0]["file"] == file
    assert word in found.refused[0]["reason"]


def test_what_each_set_comes_to_is_said():
    found = rule_sets(beside(CITY, GUIDE))
    for lang in ("zh", "en"):
        said = sentences(texts("70_linkage", lang), _said(found))
        assert len(said) == 2
        assert "104.00" in said[0]
        assert "105.50" in said[1]


def test_nothing_to_compare_is_one_set():
    found = rule_sets(beside())
    assert len(found.sets) == 1
    assert found.units.empty
    assert found.rules.empty
