"""Whole-unit evaluation on a unit's page."""

from dataclasses import replace

import pytest
from made_years import ROOT, work_year

from perfanalysis.errors import RuleError
from perfanalysis.rules.loader import load_rules
from perfanalysis.suite.config import load_suite
from perfanalysis.suite.views.whole_unit import add_whole_unit, whole_unit, whole_unit_finding
from perfanalysis.suite.workyear import WorkYear


@pytest.fixture(scope="module")
def year():
    """The sample district; what is compared with it is summed here from its own rows."""
    return WorkYear(load_suite(ROOT / "suite.toml"), 2021, ROOT / "data", load_rules())


def test_the_ledger_adds_up_to_what_the_indicators_lose(year):
    whole = whole_unit(year, "U001")
    rows, unit = whole.indicators, whole.unit.iloc[0]
    assert round(rows["points"].sum() - rows["kept"].sum(), 2) == whole.lost > 0
    assert rows["points"].sum() == unit["points"]
    assert unit["score"] == pytest.approx(100 * unit["kept"] / unit["points"], abs=0.0051)
    assert (whole.ledger["rule_title"] != "").all()
    assert (whole.ledger["source_cell"] != "").all()
    ((key, values),) = whole_unit_finding(whole)
    assert (key, values["lines"]) == ("main-whole", len(whole.ledger))


def with_value(year, value):
    """The same year where the district lets units see something else."""
    rule = year.rules.rules["unit.comparison_shown"]
    layers = tuple(tuple(replace(each, value=value) for each in layer) for layer in rule.layers)
    changed = replace(
        year.rules,
        rules={**year.rules.rules, "unit.comparison_shown": replace(rule, layers=layers)},
    )
    other = WorkYear(year.suite, 2021, year.data_dir, year.book)
    vars(other).update(rules=changed, unit_scores=year.unit_scores, unit_places=year.unit_places)
    return other


def test_who_sees_whom_is_a_rule(year):
    sector = year.unit_places.loc[year.unit_places["unit_id"] == "U001", "sector"].iloc[0]
    peers = year.unit_places.loc[year.unit_places["sector"] == sector, "unit_id"]
    assert whole_unit(year, "U001").places["unit_id"].tolist() == ["U001"]
    shown = whole_unit(with_value(year, "peers"), "U001").places
    assert shown["unit_id"].tolist() == peers.tolist()
    assert shown.loc[shown["own"], "unit_id"].tolist() == ["U001"]
    assert whole_unit(with_value(year, "none"), "U001").places.empty
    with pytest.raises(RuleError, match="comparison_shown"):
        whole_unit(with_value(year, "everybody"), "U001")


def test_points_that_no_figures_tell_are_named_on_the_page(monkeypatch):
    shown = []
    monkeypatch.setattr("perfanalysis.report.page.display", lambda data, **_: shown.append(data))
    local = load_rules(ROOT / "examples" / "rules" / "unit-sichuan.yaml")
    year = WorkYear(load_suite(ROOT / "suite.toml"), 2021, ROOT / "data", local)
    whole = whole_unit(year, "U001")
    assert whole.left_out == {"可持续发展": 15}
    page, say = year.page("30_unit", "zh")
    add_whole_unit(page, say, whole, 2020)
    text = "".join(data["text/html"] for data in shown)
    assert "本区规则另有“可持续发展”15.00分，没有可由数据计算的指标，不在上述得分之内。" in text


def test_a_unit_without_figures_has_no_score_and_no_finding():
    whole = whole_unit(work_year(), "U01")
    assert not whole.scored
    assert whole.unit.iloc[0]["status"] == "refused"
    assert whole_unit_finding(whole) == []
