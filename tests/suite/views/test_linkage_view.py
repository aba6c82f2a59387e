"""The numbers of the linkage page, against the paper of made_years."""

import pytest
from made_years import EVALUATED, MONITORED, REQUESTS, money, project, work_year

from perfanalysis.errors import DataError
from perfanalysis.suite.views.common import sentences
from perfanalysis.suite.views.linkage import linkage_findings, linkage_view


@pytest.fixture(scope="module")
def year():
    return work_year()


def keys(view, year):
    return dict(linkage_findings(view, year))


@pytest.fixture(scope="module")
def view(year):
    return linkage_view(year)


def test_totals_by_hand(view):
    # P1 优: 100, capped at the 90 asked; P3 差: 10 less 30%; P4 new: 5.5 as asked
    total = view.total[["base_wan", "requested_wan", "proposed_wan", "new_wan"]]
    assert total.tolist() == [110.0, 115.5, 102.5, 5.5]
    assert view.projects.set_index("project_id")["proposed_wan"].to_dict() == {
        "P1": 90.0,
        "P3": 7.0,
        "P4": 5.5,
    }


@pytest.mark.parametrize("table", ["by_fund_kind", "by_unit", "projects"])
def test_every_table_ties_to_the_total(view, table):
    for name in ("base_wan", "requested_wan", "proposed_wan"):
        assert getattr(view, table)[name].sum() == view.total[name]


def test_the_bridge_leads_from_base_to_proposal(view):
    bridge = view.bridge
    assert bridge.loc[bridge["is_total"], "label"].tolist() == ["base", "proposed"]
    assert bridge["amount"].iloc[0] == 110.0
    assert bridge["amount"].iloc[:-1].sum() == bridge["amount"].iloc[-1] == 102.5
    assert view.rules["amount_wan"].sum() == view.steps["amount_wan"].sum() == 102.5


def test_every_unit_has_its_name_and_page(view):
    assert view.by_unit[["unit_name", "page"]].values.tolist() == [
        ["示例教育局", "30_unit-U01.html"],
        ["示例水利局", "30_unit-U02.html"],
    ]


def test_the_main_points(view, year):
    said = keys(view, year)
    assert said["main-total"] == {
        "year": 2022,
        "base_year": 2021,
        "projects": 3,
        "requested": 115.5,
        "proposed": 102.5,
        "base": 110.0,
    }
    assert said["main-continued"] == {"continued": 97.0, "new": 5.5}
    assert said["main-cut"] == {"projects": 1, "amount": 3.0}
    assert "main-dropped" not in said
    for lang in ("zh", "en"):
        _, say = year.page("70_linkage", lang)
        assert len(sentences(say, linkage_findings(view, year))) == 4


def test_a_project_cut_twice_is_one_project():
    """P3: 差, −30%, and 5 of 10 spent, −20%: two rules, one project, 5 of its base of 10."""
    funds = [*EVALUATED["funds"][:2], money("P3", 10, 5)]
    year = work_year(evaluation={"funds": funds})
    view = linkage_view(year)
    cuts = view.steps[(view.steps["project_id"] == "P3") & (view.steps["amount_wan"] < 0)]
    assert cuts["amount_wan"].tolist() == [-3.0, -2.0]
    assert keys(view, year)["main-cut"] == {"projects": 1, "amount": 5.0}


def test_what_was_not_asked_for_is_dropped_and_not_among_those_who_asked():
    year = work_year(requests=REQUESTS[:1])
    view = linkage_view(year)
    said = keys(view, year)
    assert said["main-dropped"] == {"projects": 1, "amount": 10.0}
    assert said["main-total"]["projects"] == 1
    assert said["main-cut"] == {"projects": 0, "amount": 0.0}
    assert view.total["proposed_wan"] == 90.0


def test_a_refused_project_stands_apart_from_the_sums():
    year = work_year(
        monitoring={
            "projects": [*MONITORED["projects"], project("P2")],
            "funds": [*MONITORED["funds"], money("P2", 40, 0, 40)],
        },
        requests=[*REQUESTS, REQUESTS[0] | {"project_id": "P2", "requested_wan": None}],
    )
    view = linkage_view(year)
    assert view.unproposed == [{"project": "项目P2", "reason": "没有填申请数"}]
    assert "P2" not in set(view.projects["project_id"])
    assert view.projects["base_wan"].sum() == view.total["base_wan"] == 110.0
    assert keys(view, year)["main-total"]["projects"] == 3


def test_without_requests_nothing_is_proposed():
    with pytest.raises(DataError, match=r"2022年度的预算申请.*budget_requests"):
        linkage_view(work_year(requests=[]))
