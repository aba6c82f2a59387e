"""What became of assets: idle, neglected, or just handed over."""

import pandas as pd
import pytest

from perfanalysis.data.flags import FLAG_COLUMNS
from perfanalysis.money.flags import as_year_flags, money_flags
from perfanalysis.rules.loader import evaluation_date, load_rules
from year_tables import PROJECT, make_year

RULES = load_rules().on(evaluation_date(2021))  # idle from 90 days before the end of the year


def asset(asset_id="A1", finished="2021-05-31", value=10.0, **values):
    return {
        "asset_id": asset_id,
        "project_id": "P1",
        "name": "文化站",
        "finished": pd.Timestamp(finished) if finished else None,
        "in_use": True,
        "upkeep": "物业公司管护",
        "value_wan": value,
    } | values


def flags(*assets):
    year = make_year(projects=[PROJECT | {"project_id": "P1"}], assets=list(assets))
    before = year["assets"].copy()
    found = as_year_flags(money_flags(year, RULES))
    pd.testing.assert_frame_equal(year["assets"], before)
    return found


def kinds(*assets):
    return flags(*assets)["kind"].tolist()


def test_an_asset_in_use_and_looked_after_is_not_flagged():
    assert flags(asset()).empty
    assert list(flags(asset()).columns) == list(FLAG_COLUMNS)


def test_an_idle_asset_says_what_where_and_by_which_rule():
    assert flags(asset(in_use=False)).iloc[0].to_dict() == {
        "kind": "asset-idle",
        "project_id": "P1",
        "unit_id": "U01",
        "name": "示例项目",
        "amount_wan": 10.0,
        "seen": "资产“文化站”已于2021-05-31完工，至年末已满90天，没有投入使用",
        "where": "assets.csv!E2",
        "rule": "assets.idle_days",
        "basis": "convention",
    }


@pytest.mark.parametrize(
    ("finished", "idle"),
    # 2 October to 31 December 2021: 29 + 30 + 31 = 90 days
    [("2021-10-02", True), ("2021-10-03", False), ("2021-12-20", False), ("2022-03-01", False)],
)
def test_an_asset_just_finished_is_not_idle(finished, idle):
    assert kinds(asset(finished=finished, in_use=False)) == ["asset-idle"] * idle


def test_an_asset_of_an_earlier_year_is_idle_still():
    assert kinds(asset(finished="2019-12-20", in_use=False)) == ["asset-idle"]


def test_what_is_not_finished_is_neither_idle_nor_neglected():
    assert flags(asset(finished=None, in_use=False, upkeep=None)).empty


def test_upkeep_is_missing_whether_it_is_used_or_not():
    assert kinds(asset(upkeep=None)) == ["upkeep-missing"]
    assert kinds(asset(upkeep=None, in_use=False)) == ["asset-idle", "upkeep-missing"]
    assert kinds(asset(upkeep=None, in_use=False, finished="2021-12-20")) == ["upkeep-missing"]
    found = flags(asset(upkeep=None))
    assert found[["where", "rule", "basis"]].values.tolist() == [["assets.csv!F2", "", ""]]


def test_the_most_valuable_come_first_in_each_kind():
    found = flags(
        asset("A1", value=5.0, in_use=False),
        asset("A2", value=50.0, in_use=False, upkeep=None),
        asset("A3", value=90.0, upkeep=None),
        asset("A0", value=5.0, in_use=False),
    )
    assert found[["kind", "amount_wan", "where"]].values.tolist() == [
        ["asset-idle", 50.0, "assets.csv!E3"],
        ["asset-idle", 5.0, "assets.csv!E2"],
        ["asset-idle", 5.0, "assets.csv!E5"],
        ["upkeep-missing", 90.0, "assets.csv!F4"],
        ["upkeep-missing", 50.0, "assets.csv!F3"],
    ]
