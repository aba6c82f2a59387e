"""Whether Mexico's budgets follow execution: which rows count, and the naive question's mistake."""

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

ROOT = Path(__file__).parents[2]
SOURCE = ROOT.parent / "shared" / "data" / "mexico_cuenta_publica" / "mx_programme_panel.csv"
sys.path.insert(0, str(ROOT / "examples" / "mexico_cuenta_publica"))

import next_budget  # noqa: E402


def made_lines(path, *, effect=0.0, ramos=20, seed=2):
    """Ten programmes a branch over six years; budgets wander around their level."""
    draw = np.random.default_rng(seed)
    rows = []
    for ramo in range(ramos):
        for programme in range(10):
            level, rates = draw.normal(6, 1), draw.normal(1, 0.1, 6)
            for at, year in enumerate(range(2013, 2019)):
                moved = effect * 100 * (rates[at - 2] - 1) if at > 1 else 0.0
                approved = np.exp(level + moved + draw.normal(0, 0.2))
                rows.append((year, f"R{ramo}", f"E{programme}", approved, approved * rates[at]))
    table = pd.DataFrame(rows, columns=["year", "ramo", "programme", "approved", "executed"])
    table = table.assign(branch="Ramos", subramo=np.nan)
    table.to_csv(path, index=False)
    return table


def test_only_programmes_with_three_years_of_money_count(tmp_path):
    """Years 2013 to 2016 have both later ones; a total, a twin and a budget of 0 are out."""
    table = made_lines(tmp_path / "all.csv", ramos=1)
    assert len(next_budget.read_pairs(tmp_path / "all.csv")) == 10 * 4
    total = table.head(6).assign(programme="TOTAL")
    twin = table[(table["programme"] == "E3") & (table["year"] == 2015)]
    changed = pd.concat([table, total, twin])
    changed.loc[(changed["programme"] == "E0") & (changed["year"] == 2013), "approved"] = 0
    changed.to_csv(tmp_path / "some.csv", index=False)
    pairs = next_budget.read_pairs(tmp_path / "some.csv")
    assert len(pairs) == 10 * 4 - 3 - 1
    first = pairs.iloc[0]
    own = table[table["programme"] == first["programme"].split("/")[-1]].set_index("year")
    assert first["after"] == pytest.approx(own.loc[first["year"] + 2, "approved"])
    assert first["execution"] == pytest.approx(
        100 * own.loc[first["year"], "executed"] / own.loc[first["year"], "approved"]
    )


def test_the_ministry_is_the_lower_level_where_both_are_printed(tmp_path):
    """Until 2014 the ministry stands under the branch, from 2015 under its own heading."""
    table = made_lines(tmp_path / "all.csv", ramos=1)
    late = table["year"] >= 2015
    table["subramo"] = table["ramo"].where(late).astype("str").where(late)
    table["ramo"] = table["ramo"].where(~late, "Ramos Administrativos")
    table.to_csv(tmp_path / "moved.csv", index=False)
    pairs = next_budget.read_pairs(tmp_path / "moved.csv")
    pd.testing.assert_frame_equal(pairs, next_budget.read_pairs(tmp_path / "all.csv"))


def test_the_right_question_finds_what_is_there_and_nothing_where_nothing_is(tmp_path):
    made_lines(tmp_path / "all.csv", effect=0.01)
    pairs = next_budget.read_pairs(tmp_path / "all.csv")
    table = next_budget.compare(pairs).set_index(["what", "by"])
    assert len(table) == 8
    right = table.loc[("right", "ramo")]
    assert 0 < right["low"] < 0.01 < right["high"]
    null = table.loc[("right, nothing there", "programme")]
    assert null["low"] < 0 < null["high"]
    naive = table.loc[("naive, nothing there", "programme")]
    assert naive["low"] > 0.002
    assert naive["p"] < 1e-9


@pytest.mark.slow
@pytest.mark.skipif(not SOURCE.is_file(), reason="the source data is not beside the repository")
def test_the_real_panel_is_that_of_the_validation_note():
    """docs/validation.md: half of what the naive question finds."""
    table = next_budget.compare(next_budget.read_pairs(SOURCE)).set_index(["what", "by"])
    naive, right = (table.loc[(what, "ramo")] for what in ("naive", "right"))
    assert (right["n"], right["clusters"]) == (3903, 53)
    assert naive["estimate"] == pytest.approx(0.00338, abs=1e-5)
    assert right["estimate"] == pytest.approx(0.0016, abs=1e-5)
