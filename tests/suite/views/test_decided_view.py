"""Earlier proposals beside what was approved, on the sample and on frames by hand."""

import pandas as pd
import pytest
from made_years import REQUESTS, ROOT, work_year

from perfanalysis.linkage.compliance import check_compliance
from perfanalysis.report.text import texts
from perfanalysis.suite.variants import Earlier, earlier_decisions
from perfanalysis.suite.views.common import sentences
from perfanalysis.suite.views.decided import _said, decided_of_units, decided_view
from perfanalysis.suite.workyear import open_work_year


@pytest.fixture(scope="module")
def sample():
    return open_work_year(work_year=2022, data_dir=ROOT / "data", suite_file=ROOT / "suite.toml")


def test_an_earlier_proposal_is_the_one_of_its_own_work_year(sample):
    """The same figures as by opening the work year before by itself."""
    before = open_work_year(work_year=2021, data_dir=ROOT / "data", suite_file=ROOT / "suite.toml")
    found = earlier_decisions(sample).projects
    own = found[found["requests_year"] == 2022].set_index("project_id")
    expected = before.proposal.projects.query("status == 'continued'").set_index("project_id")
    assert own["proposed_wan"].to_dict() == expected["proposed_wan"].to_dict()
    assert set(own["evaluation_year"]) == {2020}
    compliance = check_compliance(before.proposal, before.requests)
    assert own["called_wan"].sum() == pytest.approx(compliance.called_wan)


def test_years_go_back_as_far_as_there_is_data(sample):
    """2019 is the first evaluated year of the sample: its results are for 2021."""
    found = earlier_decisions(sample)
    assert found.projects["requests_year"].unique().tolist() == [2022, 2021]
    assert found.refused == {}


def approved(year, **amounts):
    return year.requests.assign(approved_wan=year.requests["project_id"].map(amounts))


def test_this_year_is_among_them_once_it_is_approved():
    """P1 asked 90 of 100 and got 95, less as proposed; P3 was to lose 3 of 10 and got 10."""
    year = work_year()
    vars(year)["requests"] = approved(year, P1=95.0, P3=10.0, P4=5.5)
    vars(year)["circumstances"] = year.circumstances.assign(gate="passed")
    view = decided_view(year)
    assert view.years == [
        {"requests_year": 2022, "evaluation_year": 2020, "projects": 2, "same_way": 1}
        | {"to_cut": 1, "called": 3.0, "followed": 0, "partly": 0, "spared": 1}
    ]
    assert view.ways[
        ["proposed_way", "projects", "approved_less", "approved_same"]
    ].values.tolist() == [["less", 2, 1, 1]]
    assert len(view.to_cut) == 0  # of earlier years only: this one's stand under compliance
    for lang in ("zh", "en"):
        assert "3.00" in sentences(texts("70_linkage", lang), _said(view))[0]


def test_before_anything_is_approved_nothing_is_shown():
    view = decided_view(work_year(requests=REQUESTS))
    assert (view.years, view.refused) == ([], [])


def test_a_unit_sees_its_own_projects_only(sample):
    units = decided_of_units(sample)
    own = units["U007"]
    assert len(own)
    assert set(own["unit_id"]) == {"U007"}
    assert units["nobody"].empty


def test_a_district_without_earlier_years_has_an_empty_page_of_them():
    year = work_year()
    vars(year)["decided_before"] = Earlier(pd.DataFrame(), {2021: "没有"})
    view = decided_view(year)
    assert view.refused == [{"year": 2021, "reason": "没有"}]
    assert decided_of_units(year)["U01"].empty
