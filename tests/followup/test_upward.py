"""The district's own score, by hand."""

import numpy as np
import pytest

from perfanalysis.followup.upward import ITEMS, self_score
from perfanalysis.rules.loader import evaluation_date, load_rules

RULES = load_rules().on(evaluation_date(2020))
FULL = dict.fromkeys(ITEMS, (3, 3))


def test_the_points_add_up_to_a_hundred_and_everything_done_gets_all():
    found = self_score(FULL, RULES)
    assert found["item"].tolist() == list(ITEMS)
    assert found["full"].sum() == found["kept"].sum() == 100
    assert (found["lost"] == 0).all()


def test_an_item_keeps_its_share_rounded_half_up():
    """15 × 266/269 = 14.832…; 10 × 1/16 = 0.625, half up 0.63; more than due is all."""
    done = {**FULL, "targets": (266, 269), "use": (1, 16), "system": (7, 5)}
    found = self_score(done, RULES).set_index("item")
    assert found.loc["targets", ["kept", "lost"]].tolist() == pytest.approx([14.83, 0.17])
    assert found.loc["use", ["kept", "lost"]].tolist() == pytest.approx([0.63, 9.37])
    assert found.loc["system", ["done", "due", "share", "kept"]].tolist() == [7, 5, 1, 5]


def test_where_nothing_was_due_nothing_is_kept_or_lost():
    row = self_score({**FULL, "use": (0, 0)}, RULES).set_index("item").loc["use"]
    assert np.isnan(row[["share", "kept", "lost"]].astype("float64")).all()
    assert row["full"] == 10
