"""A work year of two units whose every number can be worked out on paper.

2020, evaluated. U01 (education): P1 spent 80 of 100, its indicator reached: 8 + 90 = 98 points,
stated 100. P2 spent 50 of 50, its indicators carry 80 points, not 90: refused. U02: P3 spent all
of 10 and reached half of its target: 10 + 45 = 55 points, stated 95. U03 has no project.
2021, monitored: P1 30 of 120, P3 0 of 20. 2022: P1 asks 90 (base 100), P3 asks 20
(base 10), P4 is new and asks 5.5.
"""

from pathlib import Path

import pandas as pd

from perfanalysis.rules.loader import load_rules
from perfanalysis.suite.config import load_suite
from perfanalysis.suite.variants import Earlier
from perfanalysis.suite.workyear import WorkYear
from year_tables import PROJECT, make_table, make_year

ROOT = Path(__file__).parents[3]
UNITS = [
    {
        "unit_id": unit,
        "name": f"示例{name}局",
        "department_id": unit,
        "finance_section": section,
        "sector": name,
        "level": 1,
    }
    for unit, name, section in (
        ("U01", "教育", "教科文股"),
        ("U02", "水利", "农业股"),
        ("U03", "统计", "行政股"),
    )
]


def project(project_id, unit="U01", **values):
    return (
        PROJECT
        | {
            "project_id": project_id,
            "unit_id": unit,
            "name": f"项目{project_id}",
            "is_monitored": True,
        }
        | values
    )


def indicator(project_id, actual, points, number=1, level1="output", **values):
    return {
        "indicator_id": f"{project_id}-{number}",
        "project_id": project_id,
        "level1": level1,
        "level2": "数量指标",
        "level3": f"指标{number}",
        "op": "at_least",
        "target": 100.0,
        "actual": actual,
        "points": points,
    } | values


def money(project_id, annual, executed, initial=None):
    return {
        "project_id": project_id,
        "fund_source": "total",
        "initial_wan": initial,
        "annual_wan": annual,
        "executed_wan": executed,
    }


def payment(project_id, day, amount):
    return {
        "payment_id": f"{project_id}-{day}",
        "date": pd.Timestamp(day),
        "project_id": project_id,
        "amount_wan": amount,
    }


EVALUATED = {
    "units": UNITS,
    "projects": [
        project("P1", stated_total=100.0),
        project("P2", stated_total=99.0),
        project("P3", "U02", stated_total=95.0, fund_kind="government_fund"),
    ],
    "funds": [money("P1", 100, 80), money("P2", 50, 50), money("P3", 10, 10)],
    "indicators": [
        indicator("P1", 100.0, 90),
        indicator("P2", 100.0, 80),
        indicator("P3", 50.0, 90, self_score=85.0),
    ],
    "payments": [
        payment("P1", "2020-03-10", 20.0),
        payment("P1", "2020-09-30", 20.0),
        payment("P1", "2020-11-20", 8.0),
        payment("P1", "2020-12-15", 32.0),
        payment("P3", "2020-06-01", 10.0),
    ],
}
MONITORED = {
    "units": UNITS,
    "projects": [project("P1"), project("P3", "U02", fund_kind="government_fund")],
    "funds": [money("P1", 120, 30, 100), money("P3", 20, 0, 10)],
}
REQUESTS = [
    {"project_id": "P1", "unit_id": "U01", "name": "项目P1", "fund_kind": "general"}
    | {"requested_wan": 90.0},
    {"project_id": "P3", "unit_id": "U02", "name": "项目P3", "fund_kind": "government_fund"}
    | {"requested_wan": 20.0},
    {"project_id": "P4", "unit_id": "U02", "name": "项目P4", "fund_kind": "general"}
    | {"requested_wan": 5.5},
]


def work_year(*, evaluation=None, monitoring=None, targets=None, requests=None):
    """The work year 2021 over these tables; what is given replaces or adds tables."""
    year = WorkYear(load_suite(ROOT / "suite.toml"), 2021, ROOT / "data", load_rules())
    vars(year).update(
        evaluation=make_year(2020, **EVALUATED | (evaluation or {})),
        monitoring=make_year(2021, **MONITORED | (monitoring or {})),
        targets=make_year(2022, **(targets or {})),
        requests=make_table("budget_requests", REQUESTS if requests is None else requests),
        decided_before=Earlier(pd.DataFrame(), {}),  # the sample's years are not before these
    )
    return year
