"""A partitioned year gives the numbers of the whole, and refuses what it could not add up."""

from datetime import date

import pandas as pd
import pytest

from perfanalysis.data.tables import YearData
from perfanalysis.errors import DataError
from perfanalysis.rules.loader import load_rules
from perfanalysis.scoring.projects import score_projects
from year_tables import PROJECT, make_year

RULES = load_rules().on(date(2022, 3, 31))
PROJECTS = 30


def some_year():
    """Projects of three indicators each, some short of target; the last has none at all."""
    ids = [f"P{number:02d}" for number in range(PROJECTS + 1)]
    return make_year(
        projects=[PROJECT | {"project_id": each} for each in ids],
        funds=[
            {"project_id": each, "fund_source": "total", "annual_wan": 100.0, "executed_wan": 93.0}
            for each in ids
        ],
        indicators=[
            {
                "indicator_id": f"{each}-{row}",
                "project_id": each,
                "level1": ("output", "benefit", "satisfaction")[row],
                "level3": "示例指标",
                "op": ("at_least", "at_most", "equal")[row],
                "target": 10.0,
                "actual": 10.0 + (number % 5 - 2) * (row - 1),
                "points": 30.0,
                "self_score": 30.0,
                "source_cell": f"表.xlsx!一!C{number}",
            }
            for number, each in enumerate(ids[:-1])
            for row in range(3)
        ],
    )


@pytest.fixture
def partitioned(tmp_path):
    """Write the indicators in parts of the rows given; read them with Dask."""
    import dask.dataframe as dd

    def write(table, rows):
        for number, first in enumerate(range(0, len(table), rows)):
            table.iloc[first : first + rows].to_parquet(tmp_path / f"part-{number:03d}.parquet")
        return dd.read_parquet(tmp_path)

    return write


@pytest.mark.parametrize("rows", [12, 33, 1000])
def test_parts_give_the_numbers_of_the_whole(partitioned, rows):
    from perfanalysis.scoring.partitions import PARTS, score_partitions

    year = some_year()
    whole = score_projects(year, RULES)
    rest = YearData(2021, {name: year[name] for name in ("projects", "funds")}, year.sources, ())
    parts = score_partitions(partitioned(year["indicators"], rows), rest, RULES)
    keys = {"projects": ["project_id"], "indicators": ["indicator_id"]}
    keys["ledger"] = ["project_id", "indicator_id"]
    for name in PARTS:
        found, expected = (
            frame.sort_values(keys[name]).reset_index(drop=True)
            for frame in (getattr(parts, name).compute(), getattr(whole, name))
        )
        pd.testing.assert_frame_equal(found, expected)
    refused = whole.projects.set_index("project_id")["refused_reason"]
    assert refused[f"P{PROJECTS:02d}"] == "没有绩效指标"


@pytest.mark.slow
def test_two_processes_that_share_no_memory_give_the_numbers_of_the_whole(partitioned):
    from perfanalysis.scoring.partitions import score_partitions

    year = some_year()
    rest = YearData(2021, {name: year[name] for name in ("projects", "funds")}, year.sources, ())
    parts = score_partitions(partitioned(year["indicators"], 12), rest, RULES)
    found = parts.ledger.compute(scheduler="processes", num_workers=2)
    expected = score_projects(year, RULES).ledger
    keys = ["project_id", "indicator_id"]
    pd.testing.assert_frame_equal(
        found.sort_values(keys).reset_index(drop=True),
        expected.sort_values(keys).reset_index(drop=True),
    )


def test_a_project_in_two_parts_is_refused(partitioned):
    from perfanalysis.scoring.partitions import score_partitions

    year = some_year()
    with pytest.raises(DataError, match=r"P01.*不止一个分区"):
        score_partitions(partitioned(year["indicators"], 4), year, RULES)
