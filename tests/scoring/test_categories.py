"""Categories of funds: the published case, hand calculation, and every category on the sample."""

from pathlib import Path

import pytest

from perfanalysis import load_year
from perfanalysis.errors import ParameterError
from perfanalysis.rules.loader import evaluation_date, load_rules
from perfanalysis.scoring.categories import (
    CATEGORIES,
    categories_of,
    score_categories,
    weighted_total,
)
from year_tables import PROJECT, make_table, make_year

DATA = Path(__file__).parents[2] / "data"
RULES = load_rules().on(evaluation_date(2021))
WEIGHTS = RULES.value("category.international_loan.weights")
BOND = {
    "used_wan": 90,
    "in_scope_wan": 81,
    "proceeds_wan": 100,
    "idle_cost_wan": 0.6,
    "work_planned_wan": 100,
    "work_done_wan": 100,
    "assets_formed_wan": 90,
    "assets_registered_wan": 90,
    "assets_in_use_wan": 90,
}


def scored(kind="general_bond", fund="general", figures=BOND):
    project = PROJECT | {"project_id": "P1", "special_kind": kind, "fund_kind": fund}
    facts = [
        {"project_id": "P1", "item": item, "value": float(value)} for item, value in figures.items()
    ]
    return score_categories(make_year(projects=[project], category_facts=facts), RULES)


def test_published_case_of_an_international_loan():
    """Published: 100.00, 77.39, 73.90, 92.00 under 20/50/20/10 give 82.68 (the sum is 82.675)."""
    case = {"relevance": 100, "efficiency": 77.39, "effectiveness": 73.90, "sustainability": 92}
    assert weighted_total(case, WEIGHTS) == 82.68


def test_general_bond_by_hand():
    """Scope and use 90 % of 20 each, idle 0.6 % in the last band: 18 + 18 + 5 + 20 + 10 + 15."""
    result = scored()
    assert result.projects.loc[0, ["category", "score", "grade"]].tolist() == [
        "general_bond",
        86,
        "good",
    ]
    lost = dict(zip(result.ledger["indicator"], result.ledger["lost"], strict=True))
    assert lost == {"投向合规率": 2, "债券资金使用率": 2, "闲置成本率": 10}
    assert result.ledger["unit_id"].tolist() == ["U01"] * 3
    assert result.ledger["basis"].tolist() == ["convention"] * 3


def test_a_general_bond_has_no_income_cover_and_a_special_bond_has():
    """A fire station earns nothing: 10号 annex 2 with use, idle money and assets."""
    of = {kind: RULES.value(f"category.{kind}.framework") for kind in CATEGORIES}
    names = {kind: {row["level3"] for row in rows} for kind, rows in of.items()}
    assert "本息覆盖倍数" in names["special_bond"]
    assert not {"本息覆盖倍数", "收入实现率"} & names["general_bond"]
    assert {"投向合规率", "闲置成本率", "资产登记率"} <= names["general_bond"]


def test_missing_figures_give_no_total():
    result = scored(figures={"used_wan": 90, "in_scope_wan": 90})
    assert result.projects.loc[0, "status"] == "refused"
    assert [f.code for f in result.findings] == ["category-data-missing"]


def test_figures_of_no_category_are_named():
    result = scored(kind="none")
    assert result.projects.empty
    assert [f.code for f in result.findings] == ["category-none"]


def test_category_of_a_project():
    rows = [("none", "general"), ("procurement", "general"), ("none", "government_fund")]
    rows += [("special_bond", "government_fund"), (None, "social_insurance")]
    table = make_table("projects", [{"special_kind": s, "fund_kind": f} for s, f in rows])
    assert categories_of(table).tolist() == [
        "",
        "procurement",
        "government_fund",
        "special_bond",
        "social_insurance",
    ]


def test_every_category_works_on_a_sample_project():
    seen = set()
    for year in (2019, 2020, 2021):
        result = score_categories(
            load_year(DATA / str(year), only=["projects", "category_facts", "units"]),
            load_rules().on(evaluation_date(year)),
        )
        assert not result.findings
        assert (result.projects["status"] == "scored").all()
        kept = result.ledger.groupby("project_id")["lost"].sum()
        totals = result.projects.set_index("project_id")
        lost = (totals["points"] - totals["kept"]).loc[kept.index]
        assert lost.to_numpy() == pytest.approx(kept.to_numpy(), abs=1e-9)
        seen |= {*result.projects["category"]}
    assert seen == {*CATEGORIES}


def test_points_of_each_category_add_to_one_hundred():
    for kind in CATEGORIES:
        rows = RULES.value(f"category.{kind}.framework")
        assert sum(RULES.value(row["rule"])["points"] for row in rows) == 100


def test_refused():
    with pytest.raises(ParameterError, match="不一致"):
        weighted_total({"relevance": 100}, WEIGHTS)
    with pytest.raises(ParameterError, match="0与100之间"):
        weighted_total(dict.fromkeys(WEIGHTS, 100.5), WEIGHTS)
