"""The page of rectification, publication and assessment, against the paper of made_years."""

import pytest
from made_years import work_year

from perfanalysis.suite.views.assessment import (
    assessment_findings,
    assessment_view,
    points_said,
    refused_units,
    unpublished_units,
)
from perfanalysis.suite.views.common import sentences


@pytest.fixture(scope="module")
def year():
    return work_year()


@pytest.fixture(scope="module")
def view(year):
    return assessment_view(year)


def test_every_unit_has_its_row_and_every_loss_its_unit(year, view):
    units = set(year.evaluation["units"]["unit_id"])
    assert set(view.units["unit_id"]) == units
    assert set(view.ledger["group"]) <= set(view.units["unit_name"])
    both = view.kinds["published_units"] + view.kinds["unpublished_units"]
    assert (both == len(units)).all()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_page_says_its_numbers(year, view, lang):
    _, say = year.page("85_assessment", lang)
    assert all(sentences(say, assessment_findings(view, say)))
    assert points_said(year, say).count("25.00") == 2
    named = unpublished_units(view, say) + refused_units(view, say)
    assert all(
        name in named for name in view.units.loc[view.units["assessed_score"].isna(), "unit_name"]
    )
