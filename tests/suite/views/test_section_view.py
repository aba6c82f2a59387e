"""The reports of a section of the bureau, and of the superior's assessment, on made_years."""

import pytest
from made_years import work_year

from perfanalysis.errors import ParameterError
from perfanalysis.suite.plan import subjects_of
from perfanalysis.suite.views.common import sentences
from perfanalysis.suite.views.section import section_findings, section_view
from perfanalysis.suite.views.upward import PAGES, TABLES, upward_findings, upward_view


@pytest.fixture(scope="module")
def year():
    return work_year()


def test_every_unit_is_in_one_section(year):
    sections = subjects_of(year.evaluation)["section"]
    shown = [unit for name in sections for unit in section_view(year, name).units["unit_id"]]
    assert sorted(shown) == sorted(year.evaluation["units"]["unit_id"])


def test_a_section_shows_its_own_units_only(year):
    for name in subjects_of(year.evaluation)["section"]:
        view = section_view(year, name)
        ids = set(view.units["unit_id"])
        for table in (view.held, view.slow, view.warnings, view.undone):
            assert table.empty or set(table["unit_id"]) <= ids
        assert view.total["projects"] == view.units["projects"].sum()


def test_a_section_that_is_not_there_is_said_with_those_that_are(year):
    there = next(iter(subjects_of(year.evaluation)["section"]))
    with pytest.raises(ParameterError, match=there):
        section_view(year, "没有这个股室")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_both_pages_say_their_numbers(year, lang):
    section = next(iter(subjects_of(year.evaluation)["section"]))
    _, say = year.page("35_section", lang)
    assert all(sentences(say, section_findings(section_view(year, section))))
    _, say = year.page("95_upward_assessment", lang)
    assert all(sentences(say, upward_findings(upward_view(year), say)))


def test_each_item_has_its_page_and_its_table(year):
    items = upward_view(year).items
    assert set(items["item"]) == set(PAGES) == set(TABLES)
    assert (items["done"] >= 0).all()
