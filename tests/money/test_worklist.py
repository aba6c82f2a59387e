"""The order and the words of the worklist, by hand."""

import pandas as pd

from perfanalysis.money.flags import FAMILY, money_flags
from perfanalysis.money.worklist import ASK, WORKLIST, money_worklist
from perfanalysis.rules.loader import evaluation_date, load_rules
from year_tables import PROJECT, make_table, make_year

UNITS = make_table("units", [{"unit_id": "U01", "name": "示例单位"}])
RULES = load_rules().on(evaluation_date(2021))


def flags(*rows):
    names = ["check", "project_id", "unit_id", "money_wan"]
    known = {"name": "项目", "severity": "low", "seen": "", "rule": "", "basis": "", "rows": ""}
    return pd.DataFrame(rows, columns=names).assign(**known)


def test_most_money_comes_first_and_what_has_none_last():
    table = money_worklist(
        flags(
            ("asset-idle", "P3", "U01", None),
            ("funds-idle", "P2", "U01", 5.0),
            ("payment-split", "P9", "U01", 28.6),
            ("funds-idle", "P1", "U01", 5.0),
            ("asset-idle", "P4", "U09", 5.0),
        ),
        UNITS,
    )
    assert list(table.columns) == list(WORKLIST)
    assert table[["place", "check", "project_id", "unit_name"]].values.tolist() == [
        [1, "payment-split", "P9", "示例单位"],
        [2, "asset-idle", "P4", ""],  # a unit that the table does not have
        [3, "funds-idle", "P1", "示例单位"],
        [4, "funds-idle", "P2", "示例单位"],
        [5, "asset-idle", "P3", "示例单位"],
    ]


def test_each_check_says_what_to_ask_for():
    assert set(ASK) == set(FAMILY)
    table = money_worklist(flags(("payment-duplicate", "P1", "U01", 7.31)), UNITS)
    assert table.at[0, "ask"] == "各笔付款的发票、凭证和银行回单"


def test_a_year_s_flags_become_tasks_with_their_cells():
    # received 50, nothing spent: idle money of 50, and an execution rate of 0 of 100
    year = make_year(
        units=[{"unit_id": "U01", "name": "示例单位"}],
        projects=[PROJECT | {"project_id": "P1"}],
        funds=[
            {
                "project_id": "P1",
                "fund_source": "total",
                "initial_wan": 100.0,
                "annual_wan": 100.0,
                "received_wan": 50.0,
                "executed_wan": 0.0,
            }
        ],
    )
    table = money_worklist(money_flags(year, RULES), year["units"])
    assert table[["check", "money_wan", "rows"]].values.tolist() == [
        ["low-execution", 100.0, "funds.csv!F2"],
        ["funds-idle", 50.0, "funds.csv!F2"],
    ]
