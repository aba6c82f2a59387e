"""Rules that look at more than results and execution: circumstances, actions, other rule sets."""

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perfanalysis.errors import DataError, RuleFileError
from perfanalysis.linkage.amounts import micro
from perfanalysis.linkage.circumstances import CIRCUMSTANCES, project_circumstances
from perfanalysis.linkage.in_year import propose_in_year
from perfanalysis.linkage.proposal import propose_budget
from perfanalysis.linkage.rules import link_rules
from perfanalysis.linkage.what_if import compare_proposals
from perfanalysis.rules.loader import evaluation_date, load_rules
from perfanalysis.scoring.projects import ProjectScores
from year_tables import PROJECT, make_table, make_year

EXAMPLES = Path(__file__).parents[2] / "examples" / "rules"
LOCAL = sorted(path.stem.removeprefix("linkage-") for path in EXAMPLES.glob("linkage-*.yaml"))
CAP = "          - {id: cap, title: 上限, group: request, when: {}, action: cap_request}\n"


def local(tmp_path, *entries):
    """A local rule set of these entries, in YAML's flow style."""
    head = "schema: 1\ndocuments: {}\nrules:\n  link.rules:\n    title: 规则\n    unit: text\n"
    head += "    values:\n      2018-09-01:\n        basis: convention\n        source: null\n"
    lines = [f"          - {{title: 标题, {entry}}}\n" for entry in entries]
    before = [line for line in lines if "prioritise" not in line]
    after = [line for line in lines if "prioritise" in line]
    text = head + "        value:\n" + "".join([*before, CAP, *after])
    (tmp_path / "local.yaml").write_text(text, "utf-8")
    return load_rules(tmp_path / "local.yaml").on(evaluation_date(2020))


def scores(year=2020, **grades):
    rows = [
        {"project_id": p, "grade": g, "review_total": 70.0, "difference": -4.0}
        | {"annual_wan": 10.0, "executed_wan": 10.0, "refused_reason": ""}
        for p, g in grades.items()
    ]
    columns = ["project_id", "grade", "review_total", "difference", "annual_wan", "executed_wan"]
    frame = pd.DataFrame(rows, columns=[*columns, "refused_reason"])
    frame = frame.astype({"project_id": "str", "grade": "str", "refused_reason": "str"})
    return ProjectScores(year, date(year + 1, 3, 31), frame, frame, frame, (), ())


def work_year(**bases):
    """The base year: a project of each name with its base; A and B are of U01, others of U02."""
    unit = {"A": "U01", "B": "U01"}
    projects = [
        PROJECT | {"project_id": p, "unit_id": unit.get(p, "U02"), "category": "教育"}
        for p in bases
    ]
    funds = [
        {"project_id": p, "fund_source": "total", "initial_wan": b, "annual_wan": b}
        for p, b in bases.items()
    ]
    return make_year(2021, projects=projects, funds=funds)


def asked(**amounts):
    rows = [
        {"project_id": p, "unit_id": "U01", "name": p, "fund_kind": "general"}
        | {"requested_wan": amount}
        for p, amount in amounts.items()
    ]
    return make_table("budget_requests", rows)


def facts(**columns):
    """Circumstances of projects A, B, C …; columns that are not given are empty."""
    count = max(len(values) for values in columns.values())
    table = pd.DataFrame(np.nan, index=list("ABCDEFGH")[:count], columns=list(CIRCUMSTANCES))
    return table.assign(**columns)


def proposed(rules, requests, circumstances=None, results=None, **bases):
    return propose_budget(
        results or scores(**dict.fromkeys(bases, "good")),
        work_year(**bases),
        requests,
        rules,
        circumstances=circumstances,
    )


def amounts(proposal):
    return proposal.projects.set_index("project_id")["proposed_wan"].to_dict()


def test_a_withheld_request_gets_nothing_new_or_old_and_frees_nothing(tmp_path):
    """A and the new N fail the review of targets; B could take 10, but nothing is freed."""
    rules = local(
        tmp_path,
        "id: gate, group: gate, when: {target_share: {below: 0.6}}, action: withhold",
        "id: more, group: more, when: {grade: [good]}, action: prioritise, share: 0.1",
    )
    table = facts(target_share=[0.5, 0.9, 0.5]).rename(index={"C": "N"})
    found = proposed(rules, asked(A=100, B=200, N=50), table, A=100, B=100)
    assert amounts(found) == {"A": 0, "B": 100, "N": 0}
    step = found.steps.query("project_id == 'N' and rule == 'gate'").iloc[0]
    assert (step["amount_wan"], step["fact"]) == (-50, "绩效目标审核得分率50%")


def test_a_units_surplus_growth_is_borne_by_its_projects(tmp_path):
    """30% of 100 is 30: A has 100 of 300 and bears 10, B 20; U02 has no growth."""
    rules = local(
        tmp_path,
        "id: s, group: s, when: {surplus_growth_wan: {above: 0}}, action: cut_surplus, share: 0.3",
    )
    table = facts(surplus_growth_wan=[100.0, 100.0, -5.0])
    found = proposed(rules, asked(A=100, B=200, C=50), table, A=100, B=200, C=50)
    assert amounts(found) == {"A": 90, "B": 180, "C": 50}
    fact = found.steps.query("project_id == 'A' and rule == 's'")["fact"].iloc[0]
    assert "单位结转结余比上年增加100" in fact


@settings(max_examples=25)
@given(st.lists(st.floats(0.01, 900).map(lambda x: round(x, 2)), min_size=2, max_size=2),
       st.floats(0, 5000).map(lambda x: round(x, 2)))  # fmt: skip
def test_a_surplus_cut_is_exact_and_never_more_than_there_is(tmp_path_factory, bases, growth):
    rules = local(
        tmp_path_factory.mktemp("rules"),
        "id: s, group: s, when: {}, action: cut_surplus, share: 0.3",
    )
    given_ = dict(zip("AB", bases, strict=True))
    found = proposed(rules, asked(**given_), facts(surplus_growth_wan=[growth] * 2), **given_)
    cut = -micro(found.steps.query("rule == 's'")["amount_wan"]).sum()
    whole = micro(pd.Series(bases)).sum()
    assert cut == min(whole, (round(growth * 1e6) * 3 + 5) // 10)
    assert all(amount >= 0 for amount in amounts(found).values())


def test_carry_over_that_was_not_used_is_recovered(tmp_path):
    rules = local(
        tmp_path,
        "id: c, group: c, when: {unused_carryover_wan: {above: 0}}, action: recover, share: 1,"
        " of: unused_carryover_wan",
    )
    table = facts(unused_carryover_wan=[30.0, 0.0])
    found = proposed(rules, asked(A=100, B=100), table, A=100, B=100)
    assert amounts(found) == {"A": 70, "B": 100}


def test_a_floor_gives_back_what_cuts_took_too_much(tmp_path):
    """A is cut by 50 + 30 and keeps 40; B by 50 only; what A gets back is not freed: C gets 90."""
    rules = local(
        tmp_path,
        "id: one, group: one, when: {grade: [poor]}, action: cut, share: 0.5",
        "id: two, group: two, when: {project_id: [A]}, action: cut, share: 0.3",
        "id: least, group: least, when: {}, action: floor, share: 0.4",
        "id: more, group: more, when: {grade: [good]}, action: prioritise, share: 1",
    )
    results = scores(A="poor", B="poor", C="good")
    found = proposed(rules, asked(A=100, B=100, C=900), results=results, A=100, B=100, C=500)
    assert amounts(found) == {"A": 40, "B": 50, "C": 610}


def test_protected_categories_and_units_by_name(tmp_path):
    rules = local(
        tmp_path,
        "id: keep, group: keep, when: {unit_id: [U01]}, action: exempt",
        "id: cut, group: cut, when: {category: [教育]}, action: cut, share: 0.5",
    )
    assert amounts(proposed(rules, asked(A=10, C=10), A=10, C=10)) == {"A": 10, "C": 5}


def test_a_rule_whose_circumstances_are_not_given_is_refused():
    with pytest.raises(DataError, match="gate-refused 要看 gate"):
        proposed(load_rules().on(evaluation_date(2020)), asked(A=10), A=10)


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ("id: a, group: g, when: {unit_id: [1]}, action: keep", "写成文字的列表"),
        ("id: a, group: g, when: {}, action: keep, of: unspent_wan", "不用 of"),
        ("id: a, group: g, when: {}, action: recover, share: 1, of: base", "of 为 'base'"),
        ("id: a, group: g, when: {}, action: floor", "share 为 None"),
    ],
)
def test_what_a_rule_may_not_say(tmp_path, entry, message):
    with pytest.raises(RuleFileError, match=message):
        link_rules(local(tmp_path, entry))


def test_circumstances_by_hand():
    """Three years of A in 差, B broken off in 2019, C's first; the rest from one table each."""
    evaluated = make_year(
        2020,
        projects=[PROJECT | {"project_id": p} for p in "ABC"],
        funds=[
            {
                "project_id": "A",
                "fund_source": "carried_in",
                "carried_in_wan": 9,
                "executed_wan": 2,
            },
            {"project_id": "A", "fund_source": "current_fiscal", "executed_wan": 50},
            {"project_id": "B", "fund_source": "total", "carried_in_wan": 9, "executed_wan": 50},
        ],
        rectification=[
            {"finding_id": "1", "project_id": "A", "status": "open"},
            {"finding_id": "2", "project_id": "A", "status": "closed"},
        ],
        unit_finance=[
            {"unit_id": "U01", "item": "carryover", "value": 120},
            {"unit_id": "U01", "item": "carryover_last", "value": 100},
        ],
    )
    base = make_year(
        2021,
        warnings=[
            {"warning_id": "1", "project_id": "B"},
            {"warning_id": "2", "project_id": "B", "answered": pd.Timestamp("2021-08-09")},
        ],
    )
    gate = make_year(
        2022,
        target_review=[
            {"project_id": "A", "criterion": "x", "stage": "first", "score": 10, "full": 20},
            {"project_id": "A", "criterion": "x", "stage": "last", "score": 18, "full": 20},
            {"project_id": "B", "criterion": "x", "stage": "first", "score": 10, "full": 20},
        ],
        pre_assessment=[{"project_id": "C", "criterion": "y", "score": 9, "full": 20}],
    )
    earlier = [scores(2018, A="poor", B="poor"), scores(2019, A="poor", B="fair")]
    found = project_circumstances(
        scores(A="poor", B="poor", C="poor"), evaluated, base, gate, earlier=earlier
    )
    assert found["years_poor"].to_dict() == {"A": 3, "B": 1, "C": 1}
    assert found["target_share"].fillna(-1).to_dict() == {"A": 0.9, "B": 0.5, "C": -1}
    assert found.loc["C", "assessment_share"] == 0.45
    assert found["unused_carryover_wan"].fillna(0).to_dict() == {"A": 7, "B": 0, "C": 0}
    assert found["rectification_open"].to_dict() == {"A": 1, "B": 0, "C": 0}
    assert found["warnings_unanswered"].to_dict() == {"A": 0, "B": 1, "C": 0}
    assert (found["surplus_growth_wan"] == 20).all()
    assert (found["review_gap"] == 4).all()


@pytest.mark.parametrize("name", LOCAL)
def test_every_local_set_is_sound_says_local_and_gives_a_proposal(name):
    day = evaluation_date(2024 if "2025" in name else 2020)
    rules = load_rules(EXAMPLES / f"linkage-{name}.yaml").on(day)
    dated = rules.get("link.rules")
    assert (dated.basis, dated.verified) == ("local", False)
    assert "不是原文" in dated.note
    table = facts(
        years_poor=[1.0, 2.0, 3.0], unused_carryover_wan=[5.0, 0, 0],
        rectification_open=[1.0, 0, 0], surplus_growth_wan=[10.0, 10.0, 0],
    )  # fmt: skip
    results = scores(A="poor", B="poor", C="poor")
    found = proposed(rules, asked(A=100, B=100, C=100), table, results, A=100, B=100, C=100)
    total = found.totals.set_index("level").loc["district", "proposed_wan"]
    assert total == sum(amounts(found).values())


def test_the_city_of_2012_by_years():
    """15%, 40%, 100% as published."""
    rules = load_rules(EXAMPLES / "linkage-city-2012.yaml").on(evaluation_date(2020))
    results = scores(A="poor", B="poor", C="poor")
    found = proposed(
        rules, asked(A=100, B=100, C=100), facts(years_poor=[1.0, 2.0, 4.0]), results,
        A=100, B=100, C=100,
    )  # fmt: skip
    assert amounts(found) == {"A": 85, "B": 60, "C": 0}


def test_rule_sets_side_by_side(tmp_path):
    one = local(tmp_path, "id: a, group: g, when: {grade: [poor]}, action: cut, share: 0.3")
    results, requests = scores(A="poor", B="good"), asked(A=100, B=100)
    first = proposed(one, requests, results=results, A=100, B=100)
    two = local(tmp_path, "id: a, group: g, when: {grade: [poor]}, action: cancel")
    second = proposed(two, requests, results=results, A=100, B=100)
    table = compare_proposals({"ours": first, "theirs": second}).set_index("project_id")
    assert table.loc["A", ["ours", "theirs", "theirs_less_ours"]].tolist() == [70, 0, -70]
    assert table.loc["B", "theirs_less_ours"] == 0
    other = proposed(one, requests, results=results, A=90, B=100)
    with pytest.raises(DataError, match="不能并列"):
        compare_proposals({"ours": first, "other": other})


def test_money_moved_within_the_year():
    """General: 40 and 10 will not be spent, 100 is short, so it gets 50; the fund keeps its own."""
    fund = {"fund_kind": "government_fund"}
    names = {"A": {}, "B": {}, "C": {}, "D": fund, "E": fund}
    money = {"A": 100, "B": 50, "C": 200, "D": 30, "E": 20}
    forecasts = [
        ("A", 7, "unit", 95), ("A", 7, "third_party", 60), ("A", 4, "third_party", 99),
        ("B", 7, "unit", 40), ("C", 7, "unit", 300), ("D", 7, "unit", 25), ("E", 7, "unit", 20),
    ]  # fmt: skip
    year = make_year(
        projects=[
            PROJECT | {"project_id": p, "is_monitored": True} | more for p, more in names.items()
        ],
        funds=[
            {"project_id": p, "fund_source": "total", "annual_wan": each}
            for p, each in money.items()
        ],
        monitoring_funds=[
            {
                "project_id": p,
                "month": m,
                "source": s,
                "executed_wan": 1,
                "expected_year_end_wan": e,
            }
            for p, m, s, e in forecasts
        ],
    )
    found = propose_in_year(year, load_rules().on(evaluation_date(2020))).set_index("project_id")
    assert found["recover_wan"].to_dict() == {"A": 40, "B": 10, "C": 0, "D": 5}
    assert found["redeploy_wan"].to_dict() == {"A": 0, "B": 0, "C": 50, "D": 0}
    assert found.loc["A", "source"] == "third_party"
