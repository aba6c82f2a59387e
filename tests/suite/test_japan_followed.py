"""Whether Japan's budgets followed results: by panels whose truth is known, and for real."""

import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

ROOT = Path(__file__).parents[2]
SOURCE = ROOT.parent / "shared" / "data" / "japan_review_sheets"
sys.path.insert(0, str(ROOT / "examples" / "japan_review"))

import followed  # noqa: E402


def made_panel(path, *, effect=0.01, ministries=14, seed=5):
    """Each ministry has 12 projects over 4 years; M00 has too few; execution moves the budget."""
    draw = np.random.default_rng(seed)
    rows = []
    for ministry in range(ministries):
        for project in range(12 if ministry else 2):
            for year in range(2015, 2019):
                rate, achieved = draw.normal(90, 10), draw.normal(95, 20)
                base = np.exp(draw.normal(4, 1))
                grown = base * np.exp(effect * (rate - 90) + draw.normal(0, 0.1))
                whose = (f"P{ministry}-{project}", year, f"M{ministry:02d}")
                asked = base * np.exp(draw.normal(0, 0.1))
                rows.append((*whose, base, asked, achieved, rate, grown))
    columns = [
        "project_id", "pub_year", "ministry", "initial_this_fy", "request_next_fy",
        "outcome_ach_mean", "exec_rate_prev_fy", "initial_next_fy",
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=columns)
    table.to_csv(path, index=False)
    return table


def test_who_is_left_out_and_what_is_capped(tmp_path):
    table = made_panel(tmp_path / "panel.csv.gz")
    table.loc[0, ["outcome_ach_mean", "exec_rate_prev_fy"]] = np.nan  # the first reason counts
    table.loc[1, "exec_rate_prev_fy"] = 250
    table.loc[2, "exec_rate_prev_fy"] = -1
    table.loc[3, "initial_this_fy"] = 0
    table.loc[4, "outcome_ach_mean"] = 488_120
    table.loc[5, "outcome_ach_mean"] = -5
    table.to_csv(tmp_path / "panel.csv.gz", index=False)
    panel = followed.read_panel(tmp_path / "panel.csv.gz")
    reasons = ["no_achievement", "far_execution", "far_execution", "no_base", "", ""]
    assert panel["reason"].head(6).tolist() == reasons
    assert panel["achievement"].iloc[4:6].tolist() == [100, 0]


def test_a_known_effect_is_found_together_and_by_ministry(tmp_path):
    """1% of budget a point of execution; nothing moves requests."""
    made_panel(tmp_path / "panel.csv.gz")
    panel = followed.read_panel(tmp_path / "panel.csv.gz")
    panel.loc[panel.index[100:110], "budget"] = np.nan
    found = followed.ask_all(panel, draws=199)
    own = found.effects.set_index(["outcome", "regressor"])
    assert own.loc[("budget", "execution"), "low"] < 0.01 < own.loc[("budget", "execution"), "high"]
    assert own.loc[("budget", "execution"), "low"] > 0
    assert own.loc[("request", "execution"), "low"] < 0 < own.loc[("request", "execution"), "high"]
    assert found.rows == {"budget": len(panel) - 10, "request": len(panel)}
    assert found.left_out["projects"].tolist() == [0, 0, 0, 0, 10, 0]
    each = found.ministries.set_index(["outcome", "regressor", "ministry"])["verdict"]
    each = each.sort_index()
    said = each["budget", "execution"].value_counts().to_dict()
    assert said == {"多": 12, "校正后看不出": 1, "不推断": 1}  # one of 13 by bad luck: p 0.03
    assert each["budget", "execution", "M00"] == "不推断"
    assert set(found.lines["line"]) == set(followed.LINES)
    sentences = followed.conclusions(found)
    assert "每高1个百分点，下一年度当初预算变动+" in sentences[1]
    assert "看不出" in sentences[3]


@pytest.mark.slow
def test_the_page_is_made_by_one_command_and_is_the_same_again(tmp_path):
    made_panel(tmp_path / followed.FILE)
    pages = [followed.make_page(tmp_path, tmp_path / name) for name in ("one", "two")]
    one, two = (page.read_bytes() for page in pages)
    assert one == two
    assert "日本中央府省：预算后来是否随结果变动" in one.decode()
    executed = json.loads((tmp_path / "one" / "budgets_followed.ipynb").read_text("utf-8"))
    assert all(cell.get("execution_count") != 0 for cell in executed["cells"])


@pytest.mark.slow
@pytest.mark.skipif(not SOURCE.is_dir(), reason="the source data is not beside the repository")
def test_the_real_panel_is_that_of_the_validation_note():
    """docs/validation.md: 31,418 project-years; achievement moves nothing, execution a little."""
    panel = followed.read_panel(SOURCE / followed.FILE)
    found = followed.ask_all(panel, draws=199)
    assert found.sheets == 31_418
    assert found.rows == {"budget": 6975, "request": 12_772}
    own = found.effects.set_index(["outcome", "regressor"])
    achieved, executed = (own.loc[("budget", each)] for each in ("achievement", "execution"))
    assert (round(achieved["estimate"], 5), round(achieved["se"], 5)) == (-0.00011, 0.0004)
    assert (round(executed["estimate"], 5), round(executed["se"], 5)) == (0.00147, 0.00042)
