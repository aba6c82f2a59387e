"""How well the flags find what was planted in the made-up district, kind by kind."""

import pytest
from validation.detection import (
    FACTS,
    KINDS,
    OTHER_SEEDS,
    UNPLANTED,
    clean,
    committed,
    of_other_seeds,
    other,
    pool,
    short_of,
)

from perfanalysis.data.tables import load_year
from perfanalysis.planning.problems import GROUPS


@pytest.fixture(scope="module")
def ours():
    return committed()


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    return other(tmp_path_factory.mktemp("other"), OTHER_SEEDS[0])


@pytest.fixture(params=["ours", "drawn"])
def district(request):
    return request.getfixturevalue(request.param)


def test_every_kind_of_flag_is_measured(ours):
    seen = {kind for flags in ours.flags.values() for kind in flags["kind"]}
    assert set(KINDS) <= seen <= set(KINDS) | UNPLANTED
    assert {kind for kinds in GROUPS.values() for kind in kinds} == set(KINDS) | UNPLANTED


def test_what_was_planted_is_found(district):
    table = district.measure()
    print(f"\n{table.round(2).to_string()}")
    assert short_of(table) == {}


@pytest.mark.parametrize("kind", [kind for kind, asked in KINDS.items() if asked.decoys])
def test_no_honest_case_is_flagged(district, kind):
    asked = KINDS[kind]
    decoys = district.planted(*(f"decoy:{name}" for name in asked.decoys))
    assert district.seen(kind) & decoys <= district.planted(asked.planted, *asked.alike)


def test_results_missed_are_few_and_never_forms_left_blank(district):
    missed = district.seen("result-missed")
    assert not missed & district.planted("form-unfilled")
    projects = sum(
        load_year(district.folder / str(year), only=["projects"])["projects"][
            "is_self_evaluated"
        ].sum()
        for year in district.years
    )
    assert len(missed) < 0.02 * projects


def test_a_clean_district_has_no_more_flags_than_the_report_said(tmp_path):
    """Nothing planted: beside what the tables say of rates, as many as chance gives, not more."""
    for _, flags, expected in clean(tmp_path):
        assert (expected["flags"] <= expected["most_false"]).drop(FACTS & set(expected.index)).all()
        assert set(flags["kind"]) <= FACTS | set(expected.index[expected["how"] != "fact"])


@pytest.mark.slow
def test_what_was_planted_is_found_in_ten_other_draws():
    table = pool(of_other_seeds())
    print(f"\n{table.round(3).to_string()}")
    assert short_of(table) == {}
