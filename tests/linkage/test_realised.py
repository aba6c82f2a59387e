"""Whether budgets followed: the panel by hand, the model on panels whose truth is known."""

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from perfanalysis.data.tables import YearData, load_year
from perfanalysis.errors import DataError, ParameterError
from perfanalysis.linkage.inference import NO_NOISE
from perfanalysis.linkage.panel import PANEL_COLUMNS, linkage_panel, result_shares
from perfanalysis.linkage.realised import LINES, BudgetModel, follow_budgets
from perfanalysis.linkage.robust import huber_effects, pooled_effects
from perfanalysis.linkage.within import fit_within
from perfanalysis.rules.loader import evaluation_date, load_rules
from perfanalysis.scoring.projects import ProjectScores, score_projects
from year_tables import PROJECT, make_table

SAMPLE = Path(__file__).parents[2] / "data"
EFFECT = 0.015


def made_panel(seed=7, units=60, years=(2019, 2020, 2021), effect=EFFECT, spread=0.04):
    """Units of 1 to 5 projects; ln budget = ln base + effect × result + unit + year + noise."""
    draw = np.random.default_rng(seed)
    sizes = draw.integers(1, 6, units)
    unit = np.repeat(np.arange(units), sizes)
    own = spread * draw.normal(size=units)
    rows = []
    for year in years:
        base = np.exp(draw.normal(4, 1, unit.size))
        result = draw.normal(90, 3.5, unit.size)
        growth = effect * (result - 90) + own[unit]
        approved = base * np.exp(growth + 0.02 * (year - 2020) + draw.normal(0, 0.18, unit.size))
        rows.append(
            pd.DataFrame(
                {
                    "unit_id": [f"U{each:02d}" for each in unit],
                    "budget_year": year,
                    "project_type": "recurring",
                    "result": result,
                    "execution": draw.normal(92, 6, unit.size),
                    "review_total": result,
                    "base_wan": base,
                    "approved_wan": approved,
                }
            )
        )
    return pd.concat(rows, ignore_index=True)


def scored_year(*projects):
    """Results of 2020: (project, [(score, points)], execution rate)."""
    frame = pd.DataFrame(
        [
            {"project_id": p, "unit_id": "U01", "review_total": 90.0, "execution_rate": rate}
            for p, _, rate in projects
        ]
    )
    lines = pd.DataFrame(
        [
            {"project_id": p, "review_score": score, "points": points}
            for p, scores, _ in projects
            for score, points in scores
        ]
    )
    return ProjectScores(2020, date(2021, 3, 31), frame, lines, pd.DataFrame(), (), ())


def test_the_panel_by_hand():
    """P-one: 36 of 40 points and 30 of 40: 66 ÷ 80 = 82.5; the indicator without a score is out."""
    scores = scored_year(
        ("P-one", [(36, 40), (30, 40), (None, 10)], 0.8),
        ("P-bare", [(None, 90)], 0.8),
        ("P-rate", [(80, 90)], np.nan),
        ("P-base", [(80, 90)], 1.0),
        ("P-asked", [(80, 90)], 1.0),
        ("P-given", [(80, 90)], 1.0),
    )
    ids = ["P-one", "P-bare", "P-rate", "P-asked", "P-given"]
    funds = [
        {"project_id": p, "fund_source": "total", "initial_wan": 50.0, "annual_wan": 9.0}
        for p in ids
    ]
    base = YearData(
        2021,
        {
            "projects": make_table("projects", [PROJECT | {"project_id": p} for p in ids]),
            "funds": make_table("funds", funds),
        },
        {},
        (),
    )
    requests = make_table(
        "budget_requests",
        [
            {"project_id": p, "unit_id": "U01", "name": p, "fund_kind": "general"}
            | {"requested_wan": 60.0, "approved_wan": 0.0 if p == "P-given" else 55.0}
            for p in ("P-one", "P-bare", "P-rate", "P-given")
        ],
    )
    panel = linkage_panel({2020: scores, 2021: scores}, {2021: base}, {2022: requests})
    assert panel.rows.columns.tolist() == list(PANEL_COLUMNS)
    row = panel.rows.iloc[0]
    assert len(panel.rows) == 1
    assert row["result"] == 82.5
    assert (row["execution"], row["base_wan"], row["approved_wan"]) == (80, 50, 55)
    reasons = ["no_base", "no_execution", "no_result", "not_approved", "not_requested"]
    assert panel.left_out["reason"].tolist() == reasons
    assert panel.left_out["projects"].tolist() == [1] * 5


def test_no_year_with_all_three_gives_an_empty_panel():
    panel = linkage_panel({2020: scored_year(("P", [(1, 2)], 1.0))}, {}, {})
    assert panel.rows.columns.tolist() == list(PANEL_COLUMNS)
    assert panel.rows.empty
    assert panel.left_out.empty


def test_execution_is_not_in_the_result():
    lines = pd.DataFrame(
        {"project_id": ["A", "A", "B"], "review_score": [5, 3, np.nan], "points": [10.0, 6.0, 4.0]}
    )
    assert result_shares(lines).to_dict() == {"A": 50.0}


def test_a_known_effect_is_found_and_none_is_not_invented():
    found = follow_budgets(made_panel(), seed=1, draws=499)
    result, execution = (row for _, row in found.effects.iterrows())
    assert abs(result["estimate"] - EFFECT) < 3 * result["se"]  # coverage: docs/validation.md
    assert result["low"] > 0
    assert abs(execution["estimate"]) < 3 * execution["se"]
    assert result["wild_p"] < 0.01 < execution["wild_p"]
    assert (found.effects["p_adjusted"] >= found.effects["p"]).all()
    assert set(found.robust["line"]) == set(LINES)
    of_result = found.robust[found.robust["regressor"] == "result"]
    assert (of_result["estimate"] - EFFECT).abs().max() < 0.009


def test_the_same_seed_gives_the_same_numbers_and_the_panel_is_not_changed():
    panel = made_panel(units=20)
    before = panel.copy()
    one, two = (follow_budgets(panel, seed=4, draws=99) for _ in range(2))
    pd.testing.assert_frame_equal(panel, before)
    pd.testing.assert_frame_equal(one.effects, two.effects)
    pd.testing.assert_frame_equal(one.robust, two.robust)


def test_the_largest_units_are_those_with_most_money():
    panel = made_panel(units=20)
    giants = panel["unit_id"].isin(["U03", "U07", "U11"])
    panel["base_wan"] = panel["base_wan"].where(~giants, panel["base_wan"] * 1000)
    panel["approved_wan"] = panel["approved_wan"].where(~giants, panel["approved_wan"] * 1000)
    found = follow_budgets(panel, seed=1, draws=99)
    assert set(found.held_out) == {"U03", "U07", "U11"}
    line = found.robust[found.robust["line"] == "without_largest"]
    assert (line["clusters"] == 17).all()


def test_a_line_that_cannot_be_drawn_says_why():
    panel = made_panel(units=12)
    found = follow_budgets(panel, seed=1, draws=99)
    line = found.robust[found.robust["line"] == "without_largest"]
    assert line["refused"].str.contains("只有9个聚类").all()
    assert line["estimate"].isna().all()


def test_a_lagged_budget_beside_effects_of_its_own_is_refused():
    """One row a unit and year: the bias of Nickell (1981); growth alone may be explained."""
    panel = made_panel().drop_duplicates(["unit_id", "budget_year"])
    with pytest.raises(DataError, match="Nickell"):
        follow_budgets(panel, seed=1, draws=99)
    found = follow_budgets(panel, seed=1, draws=99, model=BudgetModel(base_held=True))
    assert found.effects["n"].tolist() == [180, 180]


@pytest.mark.parametrize("moved", [1.0, 1.1])
def test_budgets_that_equal_their_base_say_nothing(moved):
    """No residual is left: an error of zero would make anything significant."""
    panel = made_panel(units=20)
    panel["approved_wan"] = moved * panel["base_wan"]
    found = follow_budgets(panel, seed=1, draws=99)
    assert set(found.effects["refused"]) == {NO_NOISE}
    assert found.effects[["p", "wild_p", "low", "high", "mde"]].isna().all(axis=None)
    assert found.robust.loc[found.robust["line"] == "held", "refused"].eq(NO_NOISE).all()


def test_an_amount_without_logarithm_is_refused():
    panel = made_panel(units=15)
    panel.loc[3, "approved_wan"] = 0.0
    with pytest.raises(DataError, match="不能取对数"):
        follow_budgets(panel, seed=1, draws=99)


def test_partial_pooling_is_generalised_least_squares():
    """The dense formula with V = σ² I + τ² J by unit, the variances from the same residuals."""
    panel = made_panel(units=25, spread=0.3)
    table = panel.assign(y=np.log(panel["approved_wan"]), b=np.log(panel["base_wan"]))
    names = ["b", "result"]
    found = pooled_effects(table, outcome="y", regressors=names, unit="unit_id")
    x = np.column_stack([np.ones(len(table)), table[names]])
    y, unit = table["y"].to_numpy(), table["unit_id"].to_numpy()
    same = unit[:, None] == unit[None, :]
    rest = y - x @ np.linalg.lstsq(x, y, rcond=None)[0]
    tau = np.outer(rest, rest)[same & ~np.eye(len(y), dtype=bool)].mean()
    dummies = np.hstack([pd.get_dummies(unit, dtype="float64").to_numpy(), x[:, 1:]])
    inner = y - dummies @ np.linalg.lstsq(dummies, y, rcond=None)[0]
    sigma = (inner**2).sum() / (len(y) - dummies.shape[1])
    weight = np.linalg.inv(sigma * np.eye(len(y)) + tau * same)
    expected = np.linalg.solve(x.T @ weight @ x, x.T @ weight @ y)[1:]
    assert tau > 0.01
    np.testing.assert_allclose([each.estimate for each in found], expected, rtol=1e-8)


def test_units_that_do_not_differ_are_pooled_altogether():
    panel = made_panel(seed=3, units=25, spread=0.0)
    table = panel.assign(y=np.random.default_rng(2).normal(size=len(panel)))
    table["y"] -= table.groupby("unit_id")["y"].transform("mean")  # less alike than by chance
    found = pooled_effects(table, outcome="y", regressors=["result"], unit="unit_id")
    plain = fit_within(table, outcome="y", regressors=["result"], cluster="unit_id")
    assert found[0].estimate == plain.estimates[0]


def test_one_wild_row_moves_least_squares_and_not_huber():
    panel = made_panel()
    table = panel.assign(y=np.log(panel["approved_wan"]), b=np.log(panel["base_wan"]))
    wild = table.assign(y=table["y"].where(table.index != table["result"].idxmax(), -20))
    fits = [
        fit_within(
            each, outcome="y", regressors=["b", "result"], cluster="unit_id", absorb="unit_id"
        )
        for each in (table, wild)
    ]
    clean, huber = (huber_effects(fit, seed=1, draws=20)[1] for fit in fits)
    assert fits[1].estimates[1] < 0 < huber.estimate
    assert abs(huber.estimate - clean.estimate) < 0.002
    assert huber.low < huber.estimate < huber.high
    with pytest.raises(ParameterError):
        huber_effects(fits[0], seed=1, draws=0)


def test_a_draw_may_leave_out_the_only_unit_of_a_year():
    """A third of the draws have no row of 2022: its effect is nobody's, that of results stands."""
    panel = made_panel(units=20)
    late = panel["unit_id"].eq("U03") & panel["budget_year"].eq(2021)
    panel["budget_year"] = panel["budget_year"].where(~late, 2022)
    found = follow_budgets(panel, seed=1, draws=1000)
    line = found.robust[found.robust["line"] == "huber"].set_index("regressor").loc["result"]
    assert line["low"] < EFFECT < line["high"]
    assert line["high"] - line["low"] < 0.03


def test_the_effect_planted_in_the_sample_is_found():
    """0.015 log points a point of result, none of execution (data/planted.json)."""
    book, years = load_rules(), range(2019, 2023)
    tables = ["projects", "funds", "indicators", "budget_requests"]
    budgets = {y: load_year(SAMPLE / str(y), only=tables) for y in range(2019, 2024)}
    last = load_year(SAMPLE / "2024", only=["budget_requests"])
    panel = linkage_panel(
        {y: score_projects(budgets[y], book.on(evaluation_date(y))) for y in years},
        budgets,
        {y: year["budget_requests"] for y, year in (budgets | {2024: last}).items()},
    )
    effects = follow_budgets(panel.rows, seed=1, draws=199).effects.set_index("regressor")
    assert 0 < effects.loc["result", "low"] < EFFECT < effects.loc["result", "high"]
    assert effects.loc["execution", "low"] < 0 < effects.loc["execution", "high"]
