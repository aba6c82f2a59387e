"""A table of many blocks gives what it gives in one piece."""

from dataclasses import fields
from datetime import date

import numpy as np
import pandas as pd
import pytest

from perfanalysis.rules.loader import load_rules
from perfanalysis.scoring import exact
from perfanalysis.scoring.indicators import score_indicators
from perfanalysis.scoring.ledger import indicator_ledger
from perfanalysis.scoring.projects import score_projects
from year_tables import PROJECT, make_year

RULES = load_rules().on(date(2022, 3, 31))
KINDS = (
    {"op": "at_least", "target": 10.0, "actual": 7.0, "self_score": 30.0},
    {"op": "at_most", "target": 10.0, "actual": 11.0, "self_score": 27.0, "measure_unit": "元"},
    {"op": "qualitative", "actual_text": "基本达成", "self_score": 25.0},
    {"op": "at_least", "target": 10.0},
    {"op": "equal", "target": 10.0, "actual": 10.0, "self_score": 30.0},
    {"op": "at_least", "target": 10.0, "actual": 30.0, "self_score": 30.0, "source_cell": "表!C3"},
)


def many(projects):
    """Three indicators of 30 points a project, of every kind in turn."""
    return make_year(
        units=[{"unit_id": "U01", "name": "示例单位"}],
        projects=[PROJECT | {"project_id": f"P{p:02d}"} for p in range(projects)],
        funds=[
            {
                "project_id": f"P{p:02d}",
                "fund_source": "total",
                "annual_wan": 100.0,
                "executed_wan": 100.0 - p,
            }
            for p in range(projects)
        ],
        indicators=[
            {
                "indicator_id": f"P{p:02d}-{i}",
                "project_id": f"P{p:02d}",
                "level1": ("output", "benefit", "satisfaction")[i],
                "level3": "示例指标",
                "points": 30.0,
                **KINDS[(3 * p + i + p // 4) % len(KINDS)],
            }
            for p in range(projects)
            for i in range(3)
        ],
    )


@pytest.mark.parametrize("block", [1, 5, 64])
def test_blocks_join_to_the_whole(monkeypatch, block):
    year = many(40)
    whole = score_projects(year, RULES)
    reviewed = score_indicators(year["indicators"], RULES)
    ledger = indicator_ledger(reviewed, year["indicators"], RULES)
    monkeypatch.setattr(exact, "BLOCK", block)
    parts = score_projects(year, RULES)
    for name in ("projects", "indicators", "ledger"):
        pd.testing.assert_frame_equal(getattr(parts, name), getattr(whole, name))
    assert parts.findings == whole.findings
    again = score_indicators(year["indicators"], RULES)
    for field in fields(again):
        if field.name != "frame":
            np.testing.assert_array_equal(getattr(again, field.name), getattr(reviewed, field.name))
    pd.testing.assert_frame_equal(indicator_ledger(again, year["indicators"], RULES), ledger)


def test_a_table_without_rows_has_one_block():
    assert [len(block) for block in exact.blocks(many(1)["indicators"].iloc[:0])] == [0]
