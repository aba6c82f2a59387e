"""Cuts called for and cuts made, by hand; projects near a grade line."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perfanalysis.errors import DataError
from perfanalysis.linkage.amounts import micro
from perfanalysis.linkage.compliance import check_compliance, near_thresholds
from perfanalysis.linkage.proposal import Proposal

STEPS = [
    # project, unit, rule, action, amount
    ("P1", "U1", "poor", "cut", -30.0),
    ("P1", "U1", "low", "cut", -20.0),
    ("P2", "U1", "poor", "cut", -15.0),
    ("P3", "U2", "idle", "recover", -10.0),
    ("P3", "U2", "request-ceiling", "cap_request", -5.0),
    ("P4", "U2", "kept", "keep", 0.0),
]
BASES = {"P1": 100.0, "P2": 50.0, "P3": 40.0, "P4": 70.0}


def proposed(steps=STEPS):
    frame = pd.DataFrame(steps, columns=["project_id", "unit_id", "rule", "action", "amount_wan"])
    frame = frame.assign(title=frame["rule"])
    units = dict(zip(frame["project_id"], frame["unit_id"], strict=True))
    projects = pd.DataFrame(
        [
            {"project_id": p, "unit_id": units[p], "name": p, "base_wan": BASES[p]}
            | {"proposed_wan": 0.0}
            for p in units
        ]
    )
    return Proposal(2021, projects, frame, pd.DataFrame(), (), ())


def approved(**amounts):
    return pd.DataFrame({"project_id": list(amounts), "approved_wan": list(amounts.values())})


def test_cuts_by_hand():
    """Called for: P1 50, P2 15, P3 10. Made: P1 25 of 50 (75 of 100), P2 none (60 > 50), P3 all."""
    found = check_compliance(proposed(), approved(P1=75.0, P2=60.0, P3=12.0, P4=70.0))
    assert (found.called_wan, found.cut_wan) == (75.0, 35.0)
    assert found.rate == pytest.approx(35 / 75)
    own = found.projects.set_index("project_id")
    assert own["cut_wan"].to_dict() == {"P1": 25.0, "P2": 0.0, "P3": 10.0}
    assert own.index[own["spared"]].tolist() == ["P2"]
    rules = found.by_rule.set_index("rule")
    assert rules.loc["poor", ["projects", "called_wan", "cut_wan", "spared"]].tolist() == [
        2, 45.0, 15.0, 1,
    ]  # fmt: skip
    assert rules.loc["low", ["called_wan", "cut_wan"]].tolist() == [20.0, 10.0]
    assert found.by_unit.set_index("unit_id")["rate"].to_dict() == {"U1": 25 / 65, "U2": 1.0}


def test_a_project_that_got_nothing_was_cut_in_full():
    found = check_compliance(proposed(), approved(P2=50.0, P3=40.0))
    assert found.projects.set_index("project_id")["cut_wan"]["P1"] == 50.0


def test_nothing_called_for_has_no_rate():
    found = check_compliance(proposed(STEPS[-1:]), approved(P4=1.0))
    assert np.isnan(found.rate)
    assert found.by_rule.empty


def test_before_anything_is_approved_there_is_nothing_to_hold_against():
    with pytest.raises(DataError, match="没有批复数"):
        check_compliance(proposed(), approved(P1=np.nan))


@settings(max_examples=25)
@given(st.floats(0, 120), st.floats(0, 60), st.floats(0, 50))
def test_rules_and_units_add_up_to_the_projects(one, two, three):
    found = check_compliance(proposed(), approved(P1=one, P2=two, P3=three))
    cut = micro(found.projects["cut_wan"]).sum()
    assert micro(found.by_rule["cut_wan"]).sum() == cut
    assert micro(found.by_unit["cut_wan"]).sum() == cut
    assert (found.by_rule["cut_wan"] <= found.by_rule["called_wan"]).all()


def panel(count=240, jump=0.2):
    draw = np.random.default_rng(8)
    total = draw.uniform(85, 95, count).round(2)
    change = jump * (total >= 90) + draw.normal(0, 0.1, count)
    return pd.DataFrame(
        {
            "unit_id": [f"U{each % 60:02d}" for each in range(count)],
            "budget_year": 2019 + np.arange(count) // 60 % 2,
            "review_total": total,
            "base_wan": 100.0,
            "approved_wan": 100 * np.exp(change),
        }
    )


def test_a_jump_at_a_grade_line_is_seen_and_an_empty_line_is_refused():
    rows = near_thresholds(panel()).set_index("threshold")
    at_90 = rows.loc[90.0]
    assert at_90["low"] < 0.2 < at_90["high"]
    assert at_90["low"] > 0
    assert at_90["below"] + at_90["above"] == 240
    assert rows.loc[60.0, "refused"] == "两侧项目太少"
    assert np.isnan(rows.loc[60.0, "estimate"])


def test_exactly_on_the_line_is_above_it():
    rows = near_thresholds(panel(4).assign(review_total=[90.0, 89.99, 95.0, 84.99]))
    assert rows.loc[0, ["below", "above"]].tolist() == [1, 1]
