"""Panels of a budget year."""

import numpy as np
import pandas as pd
import pytest

from perfanalysis.evidence.panel import score_panels
from perfanalysis.rules.loader import evaluation_date, load_rules
from year_tables import make_year

RULES = load_rules().on(evaluation_date(2021))


def sheet(project, expert, scores, again=None, fulls=(60, 40)):
    rows = []
    for entry, values in ((1, scores), (2, again or scores)):
        for indicator, score, full in zip(("甲", "乙"), values, fulls, strict=True):
            rows.append(
                {
                    "project_id": project,
                    "indicator": indicator,
                    "expert_id": expert,
                    "entry": entry,
                    "score": score,
                    "full": full,
                }
            )
    return rows


def panels_of(*sheets):
    return score_panels(make_year(panel_scores=[row for rows in sheets for row in rows]), RULES)


def test_mean_and_interval_by_hand():
    """Totals 80, 84, 88: mean 84, sd 4, error 4/√3; t(2, 0.975) = 4.302653 (printed tables)."""
    result = panels_of(
        sheet("P1", "E1", (50, 30)), sheet("P1", "E2", (50, 34)), sheet("P1", "E3", (55, 33))
    )
    row = result.projects.iloc[0]
    assert (row["experts"], row["mean"], row["sd"]) == (3, 84, 4)
    assert row["high"] - row["mean"] == pytest.approx(4.302653 * 4 / 3**0.5, rel=1e-6)
    assert np.isnan(row["trimmed"])
    assert result.indicators["mean"].tolist() == pytest.approx([155 / 3, 97 / 3])


def test_two_experts_give_no_error():
    row = panels_of(sheet("P1", "E1", (50, 30)), sheet("P1", "E2", (50, 34))).projects.iloc[0]
    assert row["mean"] == 82
    assert row[["standard_error", "low", "high"]].isna().all()


def test_trimming_shows_both_means():
    """Totals 60, 80, 84, 100: 81 in all, 82 without the ends."""
    totals = {"E1": (30, 30), "E2": (50, 30), "E3": (50, 34), "E4": (60, 40)}
    row = panels_of(*(sheet("P1", e, s) for e, s in totals.items())).projects.iloc[0]
    assert (row["mean"], row["trimmed"], row["used"]) == (81, 82, 81)


def test_a_sheet_typed_in_two_ways_does_not_count_until_put_right():
    result = panels_of(
        sheet("P1", "E1", (50, 30), again=(50, 31)),
        sheet("P1", "E2", (50, 34)),
        sheet("P1", "E3", (55, 33)),
        sheet("P1", "E4", (55, None)),
        sheet("P1", "E5", (61, 30)),
    )
    assert result.projects.loc[0, ["experts", "refused", "mean"]].tolist() == [2, 3, 86]
    assert [f.code for f in result.findings] == [
        "panel-entry-mismatch",
        "panel-score-blank",
        "panel-score-above-full",
    ]
    assert result.findings[0].found == "30／31"
    assert str(result.findings[0].where).startswith("panel_scores.csv!")
    assert result.sheets["refused_reason"].tolist()[0] == "乙两次录入不一致"


def test_an_outlier_is_named_and_counts():
    result = panels_of(
        sheet("P1", "E1", (50, 30)), sheet("P1", "E2", (50, 34)), sheet("P1", "E3", (36, 20))
    )
    assert result.sheets["apart"].tolist() == [10, 16, -26]  # totals 80, 84, 56
    assert [f.code for f in result.findings] == ["panel-outlier"] * 3
    assert result.projects.loc[0, "experts"] == 3


def test_nested_panels_refuse_severity_and_crossed_statistics():
    rng = np.random.default_rng(1)
    sheets = [
        sheet(f"P{p}", f"E{p}{e}", (50 + rng.integers(0, 9), 30)) for p in (1, 2) for e in (1, 2, 3)
    ]
    result = panels_of(*sheets)
    assert result.reliability is not None
    assert result.crossed is None
    assert result.severity is None
    assert set(result.why_not) == {"crossed", "concordance", "alpha", "severity"}
    assert "宽严" in result.why_not["severity"]


def test_anchor_projects_identify_severity():
    """E2 gives two points more than E1 on every project: effects ∓1."""
    sheets = [
        sheet(p, e, (s + 2 * (e == "E2"), 30))
        for p, s in {"P1": 40, "P2": 45, "P3": 51}.items()
        for e in ("E1", "E2")
    ]
    result = panels_of(*sheets, sheet("P4", "E9", (50, 30)))
    assert result.anchors == ("P1", "P2", "P3")
    assert result.severity_experts == ("E1", "E2")
    assert result.severity.effects == pytest.approx([-1, 1])
    assert result.concordance.w == pytest.approx(1)


def test_no_panel_at_all():
    result = score_panels(make_year(), RULES)
    assert result.projects.empty
    assert set(result.why_not) == {"reliability", "crossed", "concordance", "alpha", "severity"}
    assert isinstance(result.sheets, pd.DataFrame)


def test_grades_of_shared_projects_are_compared():
    # Grades of four projects by two experts: 95/91 excellent both, 85/82 good both, 70/65 fair
    # both, 92/85 excellent and good. Coincidences: e-e 2, g-g 2, f-f 2, e-g 1 + 1; margins f 2,
    # g 3, e 3 of 8. Ordinal distances: f-g (1 + 1.5)² = 6.25, g-e (1.5 + 1.5)² = 9,
    # f-e (1 + 3 + 1.5)² = 30.25. Observed 2 * 9 = 18; expected
    # 2 * (6 * 6.25 + 9 * 9 + 6 * 30.25) / 7 = 600 / 7. α = 1 - 18 * 7 / 600 = 0.79.
    given = {"P1": (95, 91), "P2": (85, 82), "P3": (70, 65), "P4": (92, 85)}
    result = panels_of(
        *(
            sheet(project, expert, (score - 35, 35))
            for project, scores in given.items()
            for expert, score in zip(("E1", "E2"), scores, strict=True)
        )
    )
    assert result.anchors == ("P1", "P2", "P3", "P4")
    assert result.alpha == pytest.approx(0.79)
