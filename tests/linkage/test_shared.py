"""What was freed, what was wanted of it and what each got, by hand."""

import numpy as np
import pytest
from test_proposal import RULES, asked, based, propose_budget, scored

from perfanalysis.linkage.shared import shared_pool


def test_a_pool_too_small_is_shared_alike():
    """P1 loses 30% of 20: 6. P2 could get 10 (of 100, 120 asked), P3 5 (200, 205 asked): 4 and 2.

    P4 could get 10 of a fund in which nothing was freed.
    """
    results = scored(("P1", 50, 9, 9), *((p, 95, 9, 9) for p in ("P2", "P3", "P4")))
    fund = {"fund_kind": "government_fund"}
    base = based(("P1", 20), ("P2", 100), ("P3", 200), ("P4", 100, fund))
    requests = asked(("P1", 20), ("P2", 120), ("P3", 205), ("P4", 150, fund))
    proposal = propose_budget(results, base, requests, RULES)
    table = shared_pool(proposal).set_index("fund_kind")
    assert table.loc["general"].tolist() == [6, 2, 15, 6, pytest.approx(0.4)]
    assert table.loc["government_fund"].tolist() == [0, 1, 10, 0, 0]
    facts = proposal.steps.loc[proposal.steps["action"] == "prioritise"].set_index("project_id")
    assert facts["fact"].str.rpartition("；")[2].to_dict() == {
        "P2": "至多可加10",
        "P3": "至多可加5",
        "P4": "至多可加10",
    }
    assert facts["amount_wan"].to_dict() == {"P2": 4, "P3": 2, "P4": 0}


def test_what_nobody_wants_is_left():
    proposal = propose_budget(scored(("P1", 50, 9, 9)), based(("P1", 20)), asked(("P1", 20)), RULES)
    row = shared_pool(proposal).iloc[0]
    assert row[["freed_wan", "wanted_wan", "given_wan"]].tolist() == [6, 0, 0]
    assert np.isnan(row["given_share"])


def test_without_a_cut_or_a_wish_there_is_no_pool():
    proposal = propose_budget(scored(("P1", 85, 9, 9)), based(("P1", 20)), asked(("P1", 20)), RULES)
    assert shared_pool(proposal).empty
