"""The groups of the work summary: every kind of flag counted once, by hand."""

import pandas as pd
import pytest

from perfanalysis.data.flags import flags_frame
from perfanalysis.planning.problems import GROUPS, problem_groups
from perfanalysis.report.text import LANGS, texts


def flag(kind, project="P1", unit="U01", amount=None, rule="", basis=""):
    return (kind, project, unit, f"项目{project}", amount, "所见", "funds.csv!F2", rule, basis)


def grouped(*flags, **options):
    return problem_groups(flags_frame(flags), **options).set_index("kind")


def test_the_three_groups_of_the_work_summary():
    """work_summary.md, section three: management, targets, effect of the money."""
    assert list(GROUPS) == ["management", "targets", "effect"]
    kinds = [kind for kinds in GROUPS.values() for kind in kinds]
    assert len(kinds) == len(set(kinds))


def test_every_kind_has_a_name_in_both_languages():
    for lang in LANGS:
        say = texts("90_work_summary", lang)
        names = [say.label("flag", kind) for kinds in GROUPS.values() for kind in kinds]
        assert all(names)
        assert len(names) == len(set(names))


def test_every_kind_has_a_row_even_where_nothing_was_seen():
    table = problem_groups(flags_frame([]))
    assert list(zip(table["group"], table["kind"], strict=True)) == [
        (group, kind) for group, kinds in GROUPS.items() for kind in kinds
    ]
    assert (table[["flags", "projects", "units"]] == 0).all(axis=None)
    assert table["amount_wan"].isna().all()
    assert set(table["examples"]) == set(table["basis"]) == {""}


def test_flags_projects_units_and_money_by_hand():
    table = grouped(
        flag("low-execution", "P1", "U01", 10.25, "pace.low_execution", "convention"),
        flag("low-execution", "P2", "U01", 30.5, "pace.low_execution", "convention"),
        flag("payment-ahead-of-work", "P1", "U01", 5.0),
        flag("payment-ahead-of-work", "P1", "U01", 7.0),
        flag("target-missing", "P3", "U02"),
    )
    assert table.loc["low-execution"].to_dict() == {
        "group": "management",
        "flags": 2,
        "projects": 2,
        "units": 1,
        "amount_wan": 40.75,
        "examples": "项目P2、项目P1",
        "basis": "convention",
    }
    ahead = table.loc["payment-ahead-of-work"]
    assert (ahead["flags"], ahead["projects"], ahead["amount_wan"]) == (2, 1, 12.0)
    assert ahead["examples"] == "项目P1"
    assert pd.isna(table.at["target-missing", "amount_wan"])
    assert table.at["target-missing", "group"] == "targets"
    assert table["flags"].sum() == 5


@pytest.mark.parametrize(
    ("most", "names"), [(1, "项目P2"), (2, "项目P2、项目P3"), (9, "项目P2、项目P3、项目P1")]
)
def test_examples_are_those_with_most_money(most, names):
    flags = [flag("asset-idle", p, amount=a) for p, a in (("P1", 1.0), ("P2", 9.0), ("P3", 5.0))]
    assert grouped(*flags, examples=most).at["asset-idle", "examples"] == names


def test_without_money_examples_come_in_the_order_given():
    flags = [flag("target-missing", p) for p in ("P3", "P1", "P3", "P2")]
    assert grouped(*flags).at["target-missing", "examples"] == "项目P3、项目P1"
