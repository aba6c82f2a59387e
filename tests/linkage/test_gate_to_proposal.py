"""What the gate of planning decides reaches the proposal for the next budget."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from perfanalysis.linkage.circumstances import CIRCUMSTANCES, project_circumstances
from perfanalysis.linkage.proposal import propose_budget
from perfanalysis.rules.loader import evaluation_date, load_rules
from perfanalysis.scoring.projects import ProjectScores
from perfanalysis.suite.workyear import open_work_year
from year_tables import PROJECT, make_table, make_year

ROOT = Path(__file__).parents[2]
RULES = load_rules().on(evaluation_date(2020))


@pytest.fixture(scope="module", params=[2020, 2021, 2022])
def year(request):
    return open_work_year(
        work_year=request.param, data_dir=ROOT / "data", suite_file=ROOT / "suite.toml"
    )


def of_gate(year, gate):
    return year.gate.loc[year.gate["gate"] == gate].set_index("project_id")


def test_who_is_refused_gets_nothing_and_the_step_says_why(year):
    refused = of_gate(year, "refuse")
    assert len(refused)
    projects = year.proposal.projects.set_index("project_id").loc[refused.index]
    assert (projects["proposed_wan"] == 0).all()
    steps = year.proposal.steps.query("rule == 'gate-refused'").set_index("project_id")
    assert set(steps.index) == set(refused.index)
    assert (steps["fact"] == refused["reason"].reindex(steps.index)).all()


def test_who_must_revise_has_an_open_amount_new_or_old(year):
    revised = of_gate(year, "revise")
    projects = year.proposal.projects.set_index("project_id")
    found = projects.loc[revised.index]
    assert found["decide"].all()
    assert set(found["status"]) == {"new", "continued"}
    steps = year.proposal.steps.query("rule == 'gate-revise'").set_index("project_id")
    assert set(steps.index) == set(revised.index)
    assert (steps["amount_wan"] == 0).all()


def test_who_passes_meets_no_step_of_the_gate(year):
    passed = of_gate(year, "passed").index
    gate = year.proposal.steps["rule"].str.startswith("gate-")
    assert not set(passed) & set(year.proposal.steps.loc[gate, "project_id"])
    decide = year.proposal.projects.set_index("project_id")["decide"]
    assert not decide[passed].any()


def nobody(year=2020):
    columns = ["project_id", "grade", "review_total", "difference", "annual_wan", "executed_wan"]
    empty = pd.DataFrame(columns=[*columns, "refused_reason"]).astype({"project_id": "str"})
    return ProjectScores(year, evaluation_date(year), empty, empty, empty, (), ())


def decided(**gates):
    rows = [{"project_id": p, "gate": gate, "reason": f"因为{p}"} for p, gate in gates.items()]
    return pd.DataFrame(rows)


def test_decisions_are_taken_over_only_where_a_gate_was_held():
    """A review of one target is enough; with neither table nobody is stopped."""
    gates = decided(A="revise", B="passed")
    projects = [PROJECT | {"project_id": p} for p in "ABC"]
    review = {"project_id": "B", "criterion": "x", "stage": "last", "score": 9, "full": 10}
    held, never = (
        project_circumstances(
            nobody(),
            make_year(2020, projects=projects),
            make_year(2021),
            make_year(2022, target_review=rows),
            decided=gates,
        )
        for rows in ([review], [])
    )
    assert held["gate"].fillna("").to_dict() == {"A": "revise", "B": "passed", "C": ""}
    assert held["gate_reason"].fillna("").to_dict() == {"A": "因为A", "B": "因为B", "C": ""}
    assert never[["gate", "gate_reason"]].isna().all(axis=None)


def test_the_gate_by_hand():
    """A old and N new are refused: 0; B and M must revise: as asked, but open; C passes."""
    base = make_year(
        2021,
        projects=[PROJECT | {"project_id": p} for p in "ABC"],
        funds=[{"project_id": p, "fund_source": "total", "initial_wan": 100} for p in "ABC"],
    )
    same = {"unit_id": "U01", "fund_kind": "general", "requested_wan": 80}
    requests = make_table("budget_requests", [same | {"project_id": p, "name": p} for p in "ABCMN"])
    facts = pd.DataFrame(np.nan, index=list("ABCMN"), columns=list(CIRCUMSTANCES))
    gates = decided(A="refuse", B="revise", C="passed", M="revise", N="refuse")
    gates = gates.set_index("project_id").rename(columns={"reason": "gate_reason"})
    facts = facts.assign(**{name: gates[name] for name in gates})
    found = propose_budget(nobody(), base, requests, RULES, circumstances=facts)
    own = found.projects.set_index("project_id")
    assert own["proposed_wan"].to_dict() == {"A": 0, "B": 80, "C": 80, "M": 80, "N": 0}
    assert own["decide"].to_dict() == {"A": False, "B": True, "C": False, "M": True, "N": False}
    assert found.steps.query("rule == 'gate-refused'")["fact"].tolist() == ["因为A", "因为N"]
