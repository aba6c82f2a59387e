"""The proposal: cases worked out by hand, and that everything ties to 0.01 万元."""

from decimal import ROUND_HALF_UP, Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perfanalysis.data.tables import YearData
from perfanalysis.errors import ParameterError
from perfanalysis.linkage.amounts import CENT, scaled_down, share_of, to_cents
from perfanalysis.linkage.circumstances import CIRCUMSTANCES
from perfanalysis.linkage.export import TITLES, proposal_waterfall, write_proposal
from perfanalysis.linkage.proposal import LEVELS
from perfanalysis.linkage.proposal import propose_budget as propose
from perfanalysis.rules.loader import evaluation_date, load_rules
from perfanalysis.scoring.key_evaluation import KeyEvaluation
from perfanalysis.scoring.projects import ProjectScores
from year_tables import PROJECT, make_table

RULES = load_rules().on(evaluation_date(2020))
NOTHING_ELSE = pd.DataFrame(columns=list(CIRCUMSTANCES), dtype="float64")


def propose_budget(*given, **more):
    """The proposal where nothing but results, execution and requests is known."""
    return propose(*given, circumstances=NOTHING_ELSE, **more)


def scored(*results):
    """Results of the evaluated year: (project, score or None, annual, executed)."""
    floors = {"excellent": 90, "good": 80, "fair": 60, "poor": 0}
    rows = [
        {
            "project_id": project,
            "review_total": score,
            "grade": None
            if score is None
            else next(grade for grade, floor in floors.items() if score >= floor),
            "annual_wan": annual,
            "executed_wan": executed,
            "refused_reason": "1个指标没有得分" if score is None else "",
        }
        for project, score, annual, executed in results
    ]
    columns = ["project_id", "review_total", "grade", "annual_wan", "executed_wan"]
    frame = pd.DataFrame(rows, columns=[*columns, "refused_reason"])
    frame = frame.astype(
        {"project_id": "str", "grade": "str", "refused_reason": "str"}
        | dict.fromkeys(["review_total", "annual_wan", "executed_wan"], "float64")
    )
    empty = pd.DataFrame()
    return ProjectScores(2020, evaluation_date(2020), frame, empty, empty, (), ())


def based(*projects):
    """The work year: (project, initial budget, changes)."""
    rows = [PROJECT | {"project_id": p} | (more[0] if more else {}) for p, _, *more in projects]
    funds = [
        {"project_id": p, "fund_source": "total", "initial_wan": initial, "annual_wan": 0.0}
        for p, initial, *_ in projects
    ]
    tables = {"projects": make_table("projects", rows), "funds": make_table("funds", funds)}
    return YearData(2021, tables, {}, ())


def asked(*requests):
    """The requests: (project, amount, changes)."""
    rows = [
        {"project_id": p, "unit_id": "U01", "name": p, "fund_kind": "general"}
        | {"requested_wan": amount}
        | (more[0] if more else {})
        for p, amount, *more in requests
    ]
    return make_table("budget_requests", rows)


def way(proposal, project):
    """The steps of a project: (rule, amount)."""
    steps = proposal.steps.loc[proposal.steps["project_id"] == project]
    return list(zip(steps["rule"], steps["amount_wan"], strict=True))


def proposed(proposal):
    return proposal.projects.set_index("project_id")["proposed_wan"].to_dict()


def test_a_district_worked_out_by_hand():
    """The default rules on one project of each kind.

    Cut: P-poor 30% of 100; P-low 20% of 50 (executed 20 of 40); P-slow 10% of 80 (0.6 is inside);
    P-idle: nothing spent of 25, so 25 less; P-both: 30% and 20% of 10. Freed: 30 + 10 + 8 + 25 + 5
    = 78. P-best wants 10% of 200, asks for 215, so 15; P-more wants 10% of 30 = 3, asks for 40.
    """
    results = scored(
        ("P-best", 95, 200, 199), ("P-more", 90, 30, 30), ("P-good", 85, 60, 60),
        ("P-fair", 70, 70, 70), ("P-poor", 50, 100, 100), ("P-low", 85, 40, 20),
        ("P-slow", 92, 80, 48), ("P-idle", 81, 25, 0), ("P-both", 30, 10, 5),
        ("P-gone", 95, 9, 9),
    )  # fmt: skip
    base = based(
        ("P-best", 200), ("P-more", 30), ("P-good", 60), ("P-fair", 70), ("P-poor", 100),
        ("P-low", 50), ("P-slow", 80), ("P-idle", 90), ("P-both", 10), ("P-gone", 9),
        ("P-none", 33),
    )  # fmt: skip
    requests = asked(
        ("P-best", 215), ("P-more", 40), ("P-good", 66), ("P-fair", 55), ("P-poor", 100),
        ("P-low", 50), ("P-slow", 90), ("P-idle", 90), ("P-both", 10), ("P-none", 40),
        ("P-new", 12.5),
    )  # fmt: skip
    result = propose_budget(results, base, requests, RULES)
    assert proposed(result) == {
        "P-best": 215, "P-more": 33, "P-good": 60, "P-fair": 55, "P-poor": 70, "P-low": 40,
        "P-slow": 72, "P-idle": 65, "P-both": 5, "P-gone": 0, "P-none": 33, "P-new": 12.5,
    }  # fmt: skip
    assert way(result, "P-best") == [("link.base", 200), ("grade-excellent", 15)]
    assert way(result, "P-fair") == [
        ("link.base", 70), ("grade-fair", 0), ("request-ceiling", -15),
    ]  # fmt: skip
    assert way(result, "P-both") == [("link.base", 10), ("grade-poor", -3), ("execution-low", -2)]
    numbers = result.steps.groupby("project_id")["step"].apply(list)
    assert (numbers["P-both"], numbers["P-fair"], numbers["P-new"]) == ([0, 1, 2], [0, 1, 2], [0])
    assert way(result, "P-slow") == [  # 优, and no more of what is freed, for it was cut
        ("link.base", 80), ("execution-slow", -8), ("grade-excellent", 0),
    ]  # fmt: skip
    assert way(result, "P-idle") == [("link.base", 90), ("grade-good", 0), ("execution-idle", -25)]
    assert way(result, "P-gone") == [("link.base", 9), ("link.not_requested", -9)]
    assert way(result, "P-new") == [("link.new_project", 12.5)]
    assert way(result, "P-none") == [("link.base", 33)]
    total = result.totals.set_index("level").loc["district"]
    money = ["base_wan", "requested_wan", "proposed_wan", "change_wan", "new_wan"]
    assert total[money].tolist() == [732, 768.5, 660.5, -71.5, 12.5]
    assert total[["projects", "continued", "new", "not_requested", "refused"]].tolist() == [
        12, 10, 1, 1, 0,
    ]  # fmt: skip
    status = result.projects.set_index("project_id")
    assert "没有评价结果" in status.loc["P-none", "reason"]
    assert "没有基数" in status.loc["P-new", "reason"]


def test_an_excellent_project_that_was_cut_reads_why_it_gets_no_more():
    """All are 优; P-cut spent 70 of 100, P-silent has a warning unanswered."""
    facts = pd.DataFrame({"warnings_unanswered": [1.0]}, index=["P-silent"])
    result = propose(
        scored(("P-cut", 95, 100, 70), ("P-silent", 95, 50, 50), ("P-best", 95, 50, 50)),
        based(("P-cut", 100), ("P-silent", 50), ("P-best", 50)),
        asked(("P-cut", 120), ("P-silent", 60), ("P-best", 60)),
        RULES,
        circumstances=facts.reindex(columns=list(CIRCUMSTANCES)),
    )
    barred = result.steps.loc[result.steps["action"] == "barred"].set_index("project_id")
    assert barred["fact"].to_dict() == {
        "P-cut": "自评复核得分95.00分，优；已被核减，不再增加",
        "P-silent": "自评复核得分95.00分，优；已定为不予增加",
    }
    assert barred["after_wan"].to_dict() == {"P-cut": 90.0, "P-silent": 50.0}
    table = proposal_waterfall(result).set_index("rule")
    assert table.loc["grade-excellent", ["action", "projects", "amount_wan"]].tolist() == [
        "prioritise", 1, 5.0,
    ]  # fmt: skip


def test_a_project_with_neither_base_nor_request_gives_nothing_up():
    base = based(("P-gone", 9), ("P-idle", 0), ("P-on", 5))
    result = propose_budget(scored(), base, asked(("P-on", 5)), RULES)
    assert way(result, "P-gone") == [("link.base", 9), ("link.not_requested", -9)]
    assert way(result, "P-idle") == [("link.base", 0)]
    own = result.projects.set_index("project_id")
    assert own.loc["P-idle", "reason"] == "工作年度年初预算为零，也没有申请"
    counts = proposal_waterfall(result).set_index("rule")["projects"]
    assert counts[["link.base", "link.not_requested"]].tolist() == [2, 1]


def test_a_new_project_waits_only_where_the_gate_has_not_decided():
    facts = pd.DataFrame({"gate": ["passed"]}, index=["P-in"]).reindex(columns=[*CIRCUMSTANCES])
    requests = asked(("P-in", 3), ("P-new", 4))
    result = propose(scored(), based(), requests, RULES, circumstances=facts)
    said = result.steps.set_index("project_id")["fact"].to_dict()
    assert said == {"P-in": "申请3", "P-new": "申请4；待事前评估和目标审核"}


def test_a_step_says_what_it_goes_by_and_on_whose_authority():
    result = propose_budget(
        scored(("P1", 58.2, 441, 181.23)), based(("P1", 586)), asked(("P1", 700)), RULES
    )
    poor, low = result.steps.iloc[1], result.steps.iloc[2]
    assert (poor["rule"], poor["fact"]) == ("grade-poor", "自评复核得分58.20分，差")
    assert (low["rule"], low["fact"]) == ("execution-low", "执行率41.1%（181.23÷441）")
    assert poor["document"] == "评价机构约定（无文件依据）"
    assert poor["basis"] == "convention"
    assert poor["direction"] == "财预〔2020〕10号"
    assert low["direction"] == ""  # no national text cuts by execution


def test_freed_money_stays_in_its_fund_kind():
    """30 are freed in the general budget; the excellent project of the fund gets none of it."""
    fund = {"fund_kind": "government_fund"}
    results = scored(("A", 50, 1, 1), ("B", 95, 1, 1), ("C", 95, 1, 1))
    base = based(("A", 100), ("B", 50, fund), ("C", 50))
    requests = asked(("A", 100), ("B", 90, fund), ("C", 90))
    result = propose_budget(results, base, requests, RULES)
    assert proposed(result) == {"A": 70, "B": 50, "C": 55}
    kinds = result.totals.loc[result.totals["level"] == "fund_kind"].set_index("fund_kind")
    assert kinds["proposed_wan"].to_dict() == {"general": 125, "government_fund": 50}


def test_a_short_pool_is_shared_in_proportion():
    """3 freed, 10 and 20 wanted: 1 and 2."""
    results = scored(("A", 50, 1, 1), ("B", 95, 1, 1), ("C", 95, 1, 1))
    base = based(("A", 10), ("B", 100), ("C", 200))
    result = propose_budget(results, base, asked(("A", 10), ("B", 110), ("C", 230)), RULES)
    assert proposed(result) == {"A": 7, "B": 101, "C": 202}


def test_a_project_that_was_cut_gets_nothing_of_what_was_freed():
    results = scored(("A", 50, 1, 1), ("B", 95, 100, 70))
    result = propose_budget(
        results, based(("A", 100), ("B", 100)), asked(("A", 100), ("B", 200)), RULES
    )
    assert proposed(result) == {"A": 70, "B": 90}


def test_social_insurance_is_exempt():
    kind = {"fund_kind": "social_insurance"}
    result = propose_budget(
        scored(("A", 10, 100, 1)), based(("A", 100, kind)), asked(("A", 90, kind)), RULES
    )
    assert way(result, "A") == [
        ("link.base", 100), ("protected-social-insurance", 0), ("request-ceiling", -10),
    ]  # fmt: skip


def test_cuts_stop_at_nothing():
    results = scored(("A", 10, 500, 0), ("B", 10, 5, 0))
    result = propose_budget(
        results, based(("A", 100), ("B", 4)), asked(("A", 100), ("B", 4)), RULES
    )
    assert proposed(result) == {"A": 0, "B": 0}


@pytest.mark.parametrize(
    ("base", "request_", "reason"),
    [
        (("A", None), ("A", 10), "没有填年初预算数"),
        (("A", 10), ("A", None), "没有填申请数"),
        (("A", 10), ("A", 10, {"fund_kind": "state_capital"}), "资金不能跨类"),
    ],
)
def test_what_would_be_wrong_is_refused(base, request_, reason):
    result = propose_budget(scored(), based(base), asked(request_), RULES)
    (project,) = result.projects.itertuples()
    assert project.status == "refused"
    assert reason in project.reason
    assert pd.isna(project.proposed_wan)
    assert result.steps.empty
    assert result.totals["proposed_wan"].tolist() == [0, 0, 0, 0]
    assert [finding.code for finding in result.findings] == ["proposal-refused"]


def test_a_project_with_an_initial_budget_of_zero_has_no_base():
    result = propose_budget(scored(("A", 95, 9, 9)), based(("A", 0)), asked(("A", 20)), RULES)
    assert way(result, "A") == [("link.new_project", 20)]
    assert result.projects["reason"].tolist() == ["工作年度年初预算为零，没有基数"]


def test_a_refused_score_is_kept_with_its_reason():
    result = propose_budget(scored(("A", None, 10, 9)), based(("A", 10)), asked(("A", 12)), RULES)
    (project,) = result.projects.itertuples()
    assert (project.proposed_wan, project.grade, project.result_from) == (10, "none", "")
    assert project.reason == "评价未定等级：1个指标没有得分"


def test_where_no_grades_are_given_the_rules_of_grades_do_not_apply():
    results = scored(("A", 95, 10, 5))
    results.projects["grade"] = pd.Series([None], dtype="str")
    result = propose_budget(results, based(("A", 10)), asked(("A", 12)), RULES)
    assert way(result, "A") == [("link.base", 10), ("execution-low", -2)]
    (project,) = result.projects.itertuples()
    assert (project.result_from, project.reason) == ("review", "有得分，不评等级")


def key(*results):
    """A key evaluation: (project, score, grade)."""
    frame = pd.DataFrame(results, columns=["project_id", "score", "grade"])
    frame = frame.assign(annual_wan=10.0, executed_wan=10.0, refused_reason="")
    empty = pd.DataFrame()
    return KeyEvaluation(frame.astype({"grade": "str"}), empty, empty, empty, (), ())


def test_a_key_evaluation_goes_before_a_review():
    result = propose_budget(
        scored(("A", 95, 10, 10)),
        based(("A", 10), ("B", 10)),
        asked(("A", 20), ("B", 20)),
        RULES,
        key_evaluation=key(("A", 55.5, "poor"), ("B", 85.0, "good")),
    )
    assert proposed(result) == {"A": 7, "B": 10}
    assert result.projects["result_from"].tolist() == ["key", "key"]
    assert result.steps["fact"].iloc[1] == "重点评价得分55.50分，差"


def test_a_key_evaluation_without_a_grade_leaves_the_review():
    evaluation = key(("A", np.nan, None))
    result = propose_budget(
        scored(("A", 50, 10, 10)), based(("A", 10)), asked(("A", 20)), RULES,
        key_evaluation=evaluation,
    )  # fmt: skip
    assert result.projects["result_from"].tolist() == ["review"]
    assert proposed(result) == {"A": 7}


def test_what_has_no_number_is_left_to_be_decided(tmp_path):
    path = tmp_path / "local.yaml"
    path.write_text(
        "schema: 1\ndocuments: {d: {title: 区办法, number: 〔1〕, issuer: 区, issued: null}}\n"
        "rules:\n  link.rules:\n    title: 规则\n    unit: text\n    values:\n      2018-09-01:\n"
        "        basis: local\n        source: {document: d, clause: 第三条}\n"
        "        verified: false\n        value:\n"
        "          - {id: fair, title: 压缩, group: g, when: {grade: [fair]}, action: decide}\n"
        "          - {id: poor, title: 取消, group: g, when: {grade: [poor]}, action: cancel}\n"
        "          - {id: cap, title: 上限, group: r, when: {}, action: cap_request}\n",
        "utf-8",
    )
    rules = load_rules(path).on(evaluation_date(2020))
    result = propose_budget(
        scored(("A", 70, 1, 1), ("B", 10, 1, 1)), based(("A", 10), ("B", 10)),
        asked(("A", 12), ("B", 12)), rules,
    )  # fmt: skip
    assert proposed(result) == {"A": 10, "B": 0}
    assert result.projects["decide"].tolist() == [True, False]
    assert result.steps["document"].iloc[1] == "〔1〕第三条"
    assert result.steps["basis"].iloc[1] == "local"


def test_rounding_by_the_largest_remainder():
    """0.004 each of three: 0.012 in all, so 0.01, for the first of equals."""
    parts = [("A", 1.004), ("B", 1.004), ("C", 1.004)]
    result = propose_budget(scored(), based(*parts), asked(*parts), RULES)
    assert proposed(result) == {"A": 1.01, "B": 1.0, "C": 1.0}
    assert way(result, "A") == [("link.base", 1.004), ("link.rounding", 0.006)]
    assert way(result, "B") == [("link.base", 1.004), ("link.rounding", -0.004)]
    last = result.steps.loc[result.steps["action"] == "round"]
    assert set(last["fact"]) == {"取舍前1.004"}
    assert result.totals["proposed_wan"].iloc[0] == 3.01


SCORE = st.none() | st.integers(0, 10_000).map(lambda cents: cents / 100)
MONEY = st.integers(0, 10**9).map(lambda micro: micro / 10**6) | st.floats(0, 1e7).map(
    lambda wan: round(wan, 2)
)
KIND = st.sampled_from(["general", "government_fund", "social_insurance"])
PROJECTS = st.lists(
    st.tuples(SCORE, MONEY, MONEY, st.none() | MONEY, st.none() | MONEY, KIND,
              st.sampled_from(["U1", "U2"])),
    min_size=1, max_size=12,
)  # fmt: skip


def drawn(projects):
    """The proposal of projects as hypothesis draws them."""
    rows = [(f"P{i}", *row) for i, row in enumerate(projects)]
    results = scored(*((p, s, a, e) for p, s, a, e, *_ in rows))
    base = based(*((p, b, {"fund_kind": k, "unit_id": u}) for p, *_, b, _, k, u in rows))
    requests = asked(
        *((p, r, {"fund_kind": k, "unit_id": u}) for p, *_, r, k, u in rows if r is not None)
    )
    return propose_budget(results, base, requests, RULES)


def micro(amounts):
    return np.rint(np.asarray(amounts, dtype="float64") * 1e6).astype(np.int64)


@settings(deadline=None, max_examples=40)
@given(PROJECTS)
def test_everything_ties_and_nobody_gets_more_than_asked(projects):
    result = drawn(projects)
    table = result.projects.loc[result.projects["status"] != "refused"]
    table = table.assign(m=micro(table["proposed_wan"]))
    steps = result.steps.assign(m=micro(result.steps["amount_wan"]))
    assert steps.groupby("project_id")["m"].sum().to_dict() == dict(
        zip(table["project_id"], table["m"], strict=True)
    )
    assert (steps.groupby("project_id")["m"].cumsum() == micro(steps["after_wan"])).all()
    assert (table["m"] % CENT == 0).all()
    assert (table["m"] >= 0).all()
    for level, by in LEVELS.items():
        rows = result.totals.loc[result.totals["level"] == level]
        assert micro(rows["proposed_wan"]).sum() == table["m"].sum()
        if by:
            sums = table.groupby(list(by))["m"].sum()
            keys = pd.MultiIndex.from_frame(rows[list(by)]) if by[1:] else rows[by[0]]
            found = pd.Series(micro(rows["proposed_wan"]), index=keys)
            assert found.reindex(sums.index).tolist() == sums.tolist()
    assert micro(proposal_waterfall(result)["amount_wan"]).sum() == table["m"].sum()
    assert (table["proposed_wan"] <= table["requested_wan"].fillna(0) + 0.01).all()
    kept = table.loc[table["status"] == "continued"]
    money = kept.groupby("fund_kind")[["proposed_wan", "base_wan"]].sum()
    assert (money["proposed_wan"] <= money["base_wan"] + 0.01 * len(kept)).all()


@settings(deadline=None)
@given(st.integers(0, 10**15), st.integers(1, 10**6))
def test_shares_are_exact_and_half_up(amount, parts):
    exact = (Decimal(amount) * parts / 10**6).quantize(Decimal(1), ROUND_HALF_UP)
    assert share_of(np.array([amount]), parts / 10**6).tolist() == [int(exact)]


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 10**12), st.integers(0, 2)), min_size=1, max_size=30))
def test_cents_tie_by_group_and_move_nobody_by_more_than_one(rows):
    amounts = np.array([a for a, _ in rows])
    group = np.array([g for _, g in rows])
    cents = to_cents(amounts, group)
    assert (cents % CENT == 0).all()
    assert (np.abs(cents - amounts) < CENT).all()
    for each in set(group.tolist()):
        exact = Decimal(int(amounts[group == each].sum())) / CENT
        assert cents[group == each].sum() // CENT == int(exact.quantize(Decimal(1), ROUND_HALF_UP))


@given(st.lists(st.integers(0, 10**12), min_size=1, max_size=9), st.integers(0, 10**12))
def test_a_pool_is_never_overdrawn(wanted, pool):
    given_ = scaled_down(np.array(wanted), pool)
    assert given_.sum() <= pool
    assert (given_ <= np.array(wanted)).all()
    assert min(pool, sum(wanted)) - given_.sum() < len(wanted)


@pytest.mark.parametrize("suffix", [".xlsx", ".csv", ".parquet"])
def test_the_files_hold_the_proposal_and_the_same_bytes_each_time(tmp_path, suffix):
    result = propose_budget(
        scored(("A", 50, 10, 1)), based(("A", 10)), asked(("A", 20), ("N", 5)), RULES
    )
    first = write_proposal(result, tmp_path / f"a{suffix}")
    again = write_proposal(result, tmp_path / f"b{suffix}")
    assert [p.read_bytes() for p in first] == [p.read_bytes() for p in again]
    if suffix == ".xlsx":
        book = pd.read_excel(first[0], sheet_name=None, engine="calamine")
        assert list(book) == list(TITLES.values())
        assert book["项目建议数"]["建议数（万元）"].tolist() == [5.0, 5.0]
        assert book["项目建议数"]["等级"].tolist() == ["差", "无等级"]
    else:
        names = [path.name for path in first]
        assert names[:3] == [f"a{suffix}", f"a-steps{suffix}", f"a-totals{suffix}"]


def test_another_suffix_or_folder_is_refused(tmp_path):
    result = propose_budget(scored(), based(("A", 10)), asked(), RULES)
    with pytest.raises(ParameterError, match="结尾"):
        write_proposal(result, tmp_path / "a.json")
    with pytest.raises(ParameterError, match="不存在"):
        write_proposal(result, tmp_path / "no" / "a.csv")


def test_the_inputs_are_left_as_they_were():
    results, base = scored(("A", 50, 10, 1)), based(("A", 10))
    requests = asked(("A", 20))
    before = [results.projects.copy(deep=True), base["funds"].copy(deep=True),
              base["projects"].copy(deep=True), requests.copy(deep=True)]  # fmt: skip
    propose_budget(results, base, requests, RULES)
    after = [results.projects, base["funds"], base["projects"], requests]
    for one, other in zip(before, after, strict=True):
        pd.testing.assert_frame_equal(one, other)
