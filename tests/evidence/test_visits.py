"""Site visits and how they are chosen."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from perfanalysis.errors import ParameterError
from perfanalysis.evidence.visits import checked_items, sampling_plan, supports, working_papers
from year_tables import make_table, make_year

PLACES = pd.DataFrame(
    {
        "place_id": [f"M{n:02d}" for n in range(12)],
        "stratum": ["城区"] * 6 + ["乡镇"] * 6,
        "size": [5.0, 10, 15, 20, 25, 25, 1, 2, 3, 4, 40, 50],
    }
)


def test_reported_against_verified():
    visits = make_table(
        "site_visits",
        [
            {"visit_id": "1", "reported": 20.0, "verified": 15.0},
            {"visit_id": "2", "reported": 7.0, "verified": 7.0},
            {"visit_id": "3", "reported": 0.0, "verified": 0.0},
            {"visit_id": "4", "reported": 5.0, "verified": None},
        ],
    )
    table = checked_items(visits)
    assert table["ratio"].tolist() == pytest.approx([0.75, 1, np.nan, np.nan], nan_ok=True)
    assert table["shortfall"].tolist() == pytest.approx([5, 0, 0, np.nan], nan_ok=True)
    assert table["agrees"].tolist() == [False, True, True, False]


def test_rule_of_three():
    """None wrong of 30: at most 1 − 0.05^(1/30) of all, about 3/n (Hanley & Lippman-Hand 1983)."""
    assert supports(30, 0).high == pytest.approx(1 - 0.05 ** (1 / 30))


def test_one_wrong_of_ten():
    """Clopper–Pearson: P(X ≤ 1 | n = 10, p) = 0.05 at p = 0.3942 (printed tables)."""
    assert supports(10, 1).high == pytest.approx(0.3942, abs=5e-5)
    assert supports(3, 3).high == 1


@given(st.integers(2, 11), st.integers(0, 10_000))
def test_plan_has_the_visits_asked_for_and_repeats(size, seed):
    plan = sampling_plan(PLACES, size=size, seed=seed)
    assert len(plan) == size
    assert plan["place_id"].is_unique
    assert set(plan["stratum"]) == {"城区", "乡镇"}
    assert sampling_plan(PLACES, size=size, seed=seed).equals(plan)
    assert (plan["probability"] <= 1 + 1e-12).all()


def test_places_are_drawn_as_often_as_their_probability_says():
    drawn = [sampling_plan(PLACES, size=4, seed=seed) for seed in range(4_000)]
    plans = pd.concat(drawn)
    share = plans.groupby("place_id").size() / 4_000
    probability = plans.drop_duplicates("place_id").set_index("place_id")["probability"]
    assert share.to_numpy() == pytest.approx(probability[share.index].to_numpy(), abs=0.03)
    # 2 of 6 by size in the town: 25 of 100 twice over
    assert probability["M05"] == pytest.approx(0.5)
    # 50 of 100 at two visits: certain; 40 of the other 50 at one visit
    assert (probability["M11"], probability["M10"]) == (1, pytest.approx(0.8))


def test_weights_add_to_the_size_of_the_frame():
    """Horvitz–Thompson: Σ size / probability is the total size, draw by draw, under this plan."""
    plan = sampling_plan(PLACES, size=4, seed=3)
    town = plan[plan["stratum"] == "城区"]
    assert (town["size"] * town["weight"]).sum() == pytest.approx(100)


def test_every_paper_is_listed_and_missing_ones_too():
    year = make_year(
        site_visits=[{"visit_id": "1", "project_id": "P1", "item": "路灯", "evidence_id": "D2"}],
        key_scores=[
            {"project_id": "P1", "indicator": "满意度", "evidence_id": None},
            {"project_id": "P2", "indicator": "满意度", "evidence_id": "D9"},
        ],
        data_requests=[
            {"request_id": "1", "project_id": "P1", "item": "合同", "evidence_id": "D1"}
        ],
    )
    papers = working_papers(year, "P1")
    assert papers["evidence_id"].tolist() == ["D1", "D2", ""]
    assert papers["what"].tolist() == ["合同", "路灯", "满意度"]
    assert papers["source_cell"].str.startswith(("data_requests", "site_visits", "key_")).all()


def test_refused():
    with pytest.raises(ParameterError, match="没有核查过"):
        supports(0, 0)
    with pytest.raises(ParameterError, match="有重复"):
        sampling_plan(PLACES.assign(place_id="M"), size=4, seed=1)
    with pytest.raises(ParameterError, match="不少于2个分层"):
        sampling_plan(PLACES, size=1, seed=1)
