"""Proposals beside approved budgets, by hand."""

import pytest
from test_proposal import RULES, asked, based, propose_budget, scored

from perfanalysis.errors import DataError
from perfanalysis.linkage.circumstances import CIRCUMSTANCES
from perfanalysis.linkage.decided import DECIDED_COLUMNS, decided_projects, ways_taken
from perfanalysis.linkage.proposal import propose_budget as propose

GOT = {"P1": 100, "P2": 80, "P3": 60, "P4": 50, "P5": 55, "P6": 45, "P7": 30, "P9": 9}


def one_of_each():
    """P1 to P3 差, 100 each: 30 called for. P4 to P6 良, 50 each: kept. P8 was not asked for."""
    names = [f"P{n}" for n in range(1, 7)]
    results = scored(*((p, 50 if p < "P4" else 85, 9, 9) for p in names), ("P8", 85, 9, 9))
    bases = dict.fromkeys(names[:3], 100) | dict.fromkeys(names[3:], 50)
    base = based(*bases.items(), ("P8", 5))
    requests = asked(*((p, amount) for p, amount in bases.items()), ("P9", 9))
    return results, base, requests.assign(approved_wan=requests["project_id"].map(GOT))


def test_every_kind_of_decision():
    *given, requests = one_of_each()
    table = decided_projects(propose_budget(*given, requests, RULES), requests)
    assert table.columns.tolist() == [*DECIDED_COLUMNS]
    own = table.set_index("project_id")
    assert own["decision"].to_dict() == {
        "P1": "spared", "P2": "partly", "P3": "followed",
        "P4": "as_proposed", "P5": "over", "P6": "under",
    }  # fmt: skip
    assert own["called_wan"].tolist() == [30, 30, 30, 0, 0, 0]
    assert own["over_wan"].tolist() == [30, 10, -10, 0, 5, -5]
    assert own["proposed_way"].tolist() == ["less"] * 3 + ["same"] * 3
    assert own["approved_way"].tolist() == ["same", "less", "less", "same", "more", "less"]


def test_where_approved_budgets_went_by_where_the_proposal_pointed():
    *given, requests = one_of_each()
    table = ways_taken(decided_projects(propose_budget(*given, requests, RULES), requests))
    columns = ["projects", "base_wan", "proposed_wan", "approved_wan"]
    columns += ["approved_less", "approved_same", "approved_more"]
    assert table.set_index("proposed_way")[columns].T.to_dict("list") == {
        "less": [3, 300, 210, 240, 2, 1, 0],
        "same": [3, 150, 150, 150, 1, 1, 1],
    }


def test_an_amount_left_open_is_no_direction():
    """P4 is to be revised at the gate; P1 too, but it is cut besides."""
    *given, requests = one_of_each()
    facts = requests.set_index("project_id").reindex(columns=list(CIRCUMSTANCES)).astype("object")
    facts.loc[["P1", "P4"], "gate"] = "revise"
    proposal = propose(*given, requests, RULES, circumstances=facts)
    table = decided_projects(proposal, requests)
    decision = table.set_index("project_id")["decision"]
    assert (decision["P1"], decision["P4"]) == ("spared", "open")
    assert ways_taken(table).set_index("proposed_way")["projects"].to_dict() == {
        "less": 3,
        "same": 2,
    }


def test_what_was_asked_for_and_not_approved_got_nothing():
    *given, requests = one_of_each()
    proposal = propose_budget(*given, requests, RULES)
    table = decided_projects(proposal, requests[requests["project_id"] != "P4"])
    row = table.set_index("project_id").loc["P4"]
    assert (row["approved_wan"], row["approved_way"], row["decision"]) == (0, "less", "under")


def test_before_anything_is_approved_nothing_is_decided():
    *given, requests = one_of_each()
    proposal = propose_budget(*given, requests, RULES)
    with pytest.raises(DataError, match="没有批复数"):
        decided_projects(proposal, requests.assign(approved_wan=float("nan")))
