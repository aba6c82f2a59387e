"""Unit costs of the same output: a handful worked out by hand, and what is not compared."""

import numpy as np
import pytest

from perfanalysis.errors import RuleError
from perfanalysis.money.unit_cost import main_outputs, unit_costs
from perfanalysis.rules.loader import evaluation_date, load_rules
from year_tables import PROJECT, STANDARDS, make_year

DAY = evaluation_date(2020)
LOCAL = STANDARDS.replace("AMOUNT", "3")


def quantity(project_id, done, *, output="维修面积", unit="平方米", target=10.0, number=1):
    return {
        "indicator_id": f"{project_id}-{number}",
        "project_id": project_id,
        "level1": "output",
        "level2": "数量指标",
        "level3": output,
        "op": "at_least",
        "target": target,
        "actual": done,
        "measure_unit": unit,
        "points": 20.0,
    }


def repairs(*costs, budget_year=2020, indicators=None, units=None):
    """One project a unit, ten square metres each at these costs."""
    names = [f"P{n}" for n in range(len(costs))]
    units = units or [f"U{n}" for n in range(len(costs))]
    funds = [
        {"fund_id": f"F-{name}", "project_id": name, "source": "total", "annual_wan": 1e4}
        | {"executed_wan": 10 * cost}
        for name, cost in zip(names, costs, strict=True)
    ]
    return make_year(
        budget_year,
        projects=[
            PROJECT | {"project_id": name, "unit_id": unit, "name": name}
            for name, unit in zip(names, units, strict=True)
        ],
        funds=funds,
        indicators=indicators or [quantity(name, 10.0) for name in names],
    )


def rules(*files):
    return load_rules(*files).on(DAY)


def test_the_usual_cost_and_its_interval():
    # logs base 2 of 1 2 4 8 1 2 4 8: mean 1.5, sd sqrt(10/7) = 1.195229; t(7) = 2.364624;
    # half-width 2.364624 * 1.195229 / sqrt(8) = 0.999236; 2 ** 1.5 = 2.828427
    found = unit_costs([repairs(1, 2, 4, 8, 1, 2, 4, 8)], rules()).outputs.iloc[0]
    assert found[["output", "measure_unit", "n", "units"]].tolist() == ["维修面积", "平方米", 8, 8]
    assert found["typical_wan"] == pytest.approx(2.828427, abs=1e-6)
    assert found["low_wan"] == pytest.approx(2 ** (1.5 - 0.999236), abs=1e-5)
    assert found["high_wan"] == pytest.approx(2 ** (1.5 + 0.999236), abs=1e-5)
    assert found["lowest_wan"] == 1.0
    assert np.isnan(found["standard_wan"])


def test_a_cost_is_held_against_the_others_only():
    # the others of the last: logs base 2 0 1 0 1 0 1, mean 0.5, sd sqrt(0.3) = 0.547723; t(5) =
    # 2.570582; reach 2.570582 * 0.547723 * sqrt(7/6) = 1.520777
    found = unit_costs([repairs(1, 2, 1, 2, 1, 2, 16)], rules()).projects.iloc[-1]
    assert found["cost_wan"] == 16.0
    assert found["ratio"] == pytest.approx(2**3.5)
    assert found["usual_low_wan"] == pytest.approx(2 ** (0.5 - 1.520777), abs=1e-5)
    assert found["usual_high_wan"] == pytest.approx(2 ** (0.5 + 1.520777), abs=1e-5)
    assert found["outside"]


def test_costs_that_are_all_alike_are_not_outside():
    found = unit_costs([repairs(3, 3, 3, 3, 3, 3)], rules())
    assert not found.projects["outside"].any()
    assert found.outputs[["typical_wan", "low_wan", "high_wan"]].iloc[0].tolist() == (
        pytest.approx([3.0, 3.0, 3.0])
    )


def test_a_unit_counts_once_however_many_years_it_has():
    units = ["A", "A", "A", "B", "C", "D", "E"]
    # A: 8 8 8, the others 1: logs base 2 of units 3 0 0 0 0, mean 0.6 (9/7 if each row counted)
    found = unit_costs([repairs(8, 8, 8, 1, 1, 1, 1, units=units)], rules()).outputs.iloc[0]
    assert found["typical_wan"] == pytest.approx(2**0.6)


def test_years_are_put_together():
    years = [repairs(1, 2, 4, budget_year=year) for year in (2019, 2020)]
    assert unit_costs(years, rules()).outputs.empty  # three units
    more = [repairs(1, 2, 4, 2, 1, budget_year=year) for year in (2019, 2020)]
    assert unit_costs(more, rules()).outputs["n"].tolist() == [10]


def test_what_is_not_compared_is_counted():
    indicators = [quantity(f"P{n}", 10.0) for n in range(6)] + [
        quantity("P6", None),
        quantity("P7", 5.0, output="铺装路面"),
        quantity("P8", 5.0, unit="万元"),
    ]
    costs = (1, 2, 1, 2, 1, 2, 9, 9, 9, 0)
    indicators.append(quantity("P9", 4.0))
    found = unit_costs([repairs(*costs, indicators=indicators)], rules())
    counts = {"no_money": 1, "no_quantity": 1, "nothing_done": 1, "too_few": 1}
    assert dict(found.left_out.values.tolist()) == counts
    assert len(found.projects) == 6


def test_the_lowest_cost_is_of_those_that_reached_their_target():
    indicators = [quantity(f"P{n}", 10.0, target=20.0 if n == 0 else 10.0) for n in range(6)]
    found = unit_costs([repairs(1, 2, 4, 4, 4, 4, indicators=indicators)], rules())
    assert found.outputs["lowest_wan"].tolist() == [2.0]


def test_the_main_output_is_the_first_quantity_that_is_no_money():
    indicators = [
        quantity("P0", 5.0, output="支出额", unit="万元", number=1),
        quantity("P0", 7.0, output="维修面积", number=2),
        quantity("P0", 8.0, output="铺装路面", number=3),
    ]
    found = main_outputs(repairs(1, indicators=indicators)).iloc[0]
    assert found[["output", "done", "executed_wan"]].tolist() == ["维修面积", 7.0, 10.0]
    assert not found["reached"]


def test_a_local_standard_counts_who_is_over(tmp_path):
    path = tmp_path / "local.yaml"
    path.write_text(LOCAL, "utf-8")
    costs = unit_costs([repairs(1, 2, 4, 8, 1, 2, 3, 8)], rules(path))
    assert costs.outputs.iloc[0][["standard_wan", "over"]].tolist() == [3.0, 3]
    # 4 is a third over 3, 8 is five thirds over it, 3 is not over it
    over = costs.projects["over_share"]
    assert over.iloc[[2, 3, 6, 7]].tolist() == pytest.approx([1 / 3, 5 / 3, 0.0, 5 / 3])
    assert (over.iloc[[0, 1, 4, 5]] < 0).all()


def test_a_standard_that_is_no_output_with_an_amount_is_refused(tmp_path):
    path = tmp_path / "local.yaml"
    path.write_text(LOCAL.replace("amount: 3", "amount: 三"), "utf-8")
    with pytest.raises(RuleError, match=r"cost\.standards"):
        unit_costs([repairs(1, 2, 4)], rules(path))
