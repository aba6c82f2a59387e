"""The numbers of the work summary: by hand, and those of the district's document."""

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from made_years import MONITORED, UNITS, indicator, money, project, work_year

from perfanalysis.planning.problems import GROUPS
from perfanalysis.suite.views.assessment import assessment_findings, assessment_view
from perfanalysis.suite.views.common import sentences
from perfanalysis.suite.views.district import district_findings, district_view
from perfanalysis.suite.views.linkage import linkage_findings, linkage_view
from perfanalysis.suite.views.review_gap import review_gap_view
from perfanalysis.suite.views.targets import target_findings, target_view
from perfanalysis.suite.views.work_problems import _pace
from perfanalysis.suite.views.work_scope import scope_of
from perfanalysis.suite.views.work_summary import (
    next_steps,
    problem_context,
    problem_sentences,
    summary_findings,
    work_sentences,
    work_summary,
)
from perfanalysis.suite.workyear import open_work_year

ROOT = Path(__file__).parents[3]


def facts(section, **tables):
    return work_summary(work_year(**tables)).facts[section]


@pytest.fixture(scope="module")
def committed():
    year = open_work_year(work_year=2021, data_dir=ROOT / "data", suite_file=ROOT / "suite.toml")
    return year, work_summary(year)


def test_the_sample_district_prints_the_figures_of_the_document(committed):
    """work_summary.md: 67 of 67 units, 183 projects, 64,286.41, 65,498.42, 7 and 3."""
    year, summary = committed
    _, say = year.page("90_work_summary", "zh")
    coverage, own, monitored, key, *_ = sentences(say, summary_findings(summary))
    assert coverage == "67个一级预算单位中67个开展了预算绩效管理，覆盖面100%。"
    assert own == "67个单位对2020年度183个项目开展自评，涉及资金64,286.41万元。"
    assert "65,498.42万元" in monitored
    assert key == "第三方评价7个重点项目和3个专题项目，均到现场勘查。"
    assert summary.facts["whole"]["scored"] == 67
    assert summary.facts["targets"]["units"] == 67
    assert summary.facts["system"]["documents"] == 5


def test_targets_are_those_of_projects_and_of_units(committed):
    """Of 204 projects 4 were approved without a review; whole-unit targets are no project's."""
    folder = ROOT / "data" / "2022"
    projects = set(pd.read_csv(folder / "projects.csv")["project_id"])
    review = pd.read_csv(folder / "target_review.csv")
    reviewed = set(review["project_id"])
    assert reviewed - projects == set(review["unit_id"])
    facts = committed[1].facts["targets"]
    assert facts["projects"] == len(projects)
    assert (facts["reviewed"], facts["unreviewed"]) == (len(reviewed), len(projects - reviewed))
    assert sum(facts[grade] for grade in ("excellent", "good", "fair", "poor")) == len(reviewed)


def test_coverage_counts_first_level_units_with_evaluated_projects():
    assert facts("coverage") == {"managed": 3, "units": 2, "missing": 1, "share": 2 / 3}
    units = [*UNITS[:2], UNITS[2] | {"level": 2}]
    assert facts("coverage", evaluation={"units": units})["share"] == 1.0


def test_self_evaluation_by_hand():
    assert facts("self") == {
        "year": 2020,
        "units": 2,
        "projects": 3,
        "annual": 160.0,
        "excellent": 1,
        "good": 0,
        "fair": 0,
        "poor": 1,
        "none": 1,
        "compared": 2,
        "stated": 97.5,  # (100 + 95) / 2
        "review": 76.5,  # (98 + 55) / 2
        "gap": 21.0,
        "direction": "above",
    }


def test_no_unit_has_figures_for_a_whole_unit_evaluation():
    found = facts("whole")
    assert (found["scored"], found["refused"]) == (0, 3)
    assert not [
        key
        for key, _ in work_sentences(work_summary(work_year()))["evaluation"]
        if key.startswith("work-whole")
    ]


def record(month, executed, source="unit", project_id="P1"):
    return {
        "project_id": project_id,
        "month": month,
        "source": source,
        "executed_wan": executed,
    }


def test_monitoring_is_as_of_the_month_of_its_page():
    """July: the unit's 10 of 120; what a third party saw, and September, count for nothing."""
    records = [
        record(7, 10.0),
        record(9, 20.0),
        record(9, 15.0, project_id="P3"),
        record(7, 8.0, source="third_party"),
    ]
    warning = {"warning_id": "Y1", "project_id": "P1", "issued": "2021-08-01", "issue": "慢"}
    warnings = [
        warning,
        warning | {"warning_id": "Y2", "answered": "2021-08-10"},
        warning | {"warning_id": "Y3", "answered": "2021-08-10", "corrected": "2021-09-01"},
    ]
    tables = {
        "monitoring_funds": records,
        "warnings": warnings,
        "indicators": [indicator("P1", None, 90)],
    }
    found = facts("monitoring", monitoring=tables)
    assert (found["year"], found["month"], found["reports"]) == (2021, 7, 2)
    assert (found["projects"], found["aimed"], found["third"]) == (2, 1, 1)
    assert (found["annual"], found["carried"], found["executed"]) == (140.0, 0.0, 10.0)
    assert found["share"] == 10 / 120
    assert found["elapsed"] == 7 / 12
    assert (found["red"], found["yellow"], found["green"]) == (1, 0, 0)  # P3 reported nothing
    assert (found["year_end"], found["rate"]) == (30.0, 30 / 140)  # the table of funds
    counts = [found[name] for name in ("warnings", "answered", "overdue", "corrected")]
    assert counts == [3, 2, 1, 1]


def test_nothing_monitored():
    rows = [row | {"is_monitored": False} for row in MONITORED["projects"]]
    found = facts("monitoring", monitoring={"projects": rows})
    assert (found["projects"], found["annual"], found["month"], found["rate"]) == (0, 0.0, 0, 0.0)


def test_use_of_results_by_hand():
    closed = {
        "finding_id": "Z1",
        "unit_id": "U01",
        "issue": "慢",
        "due": "2021-06-01",
        "status": "closed",
        "recovered_wan": 3.25,
        "adjusted_wan": 1.5,
    }
    tables = {
        "rectification": [
            closed | {"closed": "2021-05-20"},
            closed | {"finding_id": "Z2", "status": "open"},
        ],
        "publication": [
            {"publication_id": "G1", "unit_id": "U01", "kind": "targets", "date": "2021-05-01"},
            {"publication_id": "G2", "unit_id": "U02", "kind": "targets"},
        ],
    }
    assert facts("use", evaluation=tables) == {
        "year": 2022,
        "base_year": 2021,
        "requests": 3,
        "issues": 2,
        "closed": 1,
        "late": 0,
        "overdue": 1,
        "open": 0,
        "recovered": 6.5,
        "adjusted": 3.0,
        "due": 12,  # four kinds of three units
        "published": 1,
        "publishers": 1,
        "proposed": 102.5,
        "base": 110.0,
    }


def test_without_requests_no_proposal_is_claimed():
    year = work_year(requests=[])
    summary = work_summary(year)
    assert "main-use" not in dict(summary_findings(summary))
    _, say = year.page("90_work_summary", "zh")
    said = sentences(say, work_sentences(summary)["use"])
    assert said[1] == "没有2022年度的预算申请，尚未提出预算建议。"
    assert "work-gate" not in dict(work_sentences(summary)["targets"])


def test_material_on_time_late_and_missing():
    asked = {
        "request_id": "L1",
        "unit_id": "U01",
        "item": "自评表",
        "asked": "2021-03-01",
        "due": "2021-03-10",
        "received": "2021-03-10",
    }
    tables = {
        "data_requests": [
            asked,
            asked | {"request_id": "L2", "received": "2021-03-11"},
            asked | {"request_id": "L3", "received": None},
        ],
        "process": [
            {"step_id": "S1", "kind": "notice", "date": "2021-03-01"},
            {"step_id": "S2", "kind": "feedback", "date": "2021-05-01"},
            {"step_id": "S3", "kind": "feedback", "date": "2021-05-02"},
        ],
    }
    assert facts("results", evaluation=tables) == {
        "first": 0,
        "last": 0,
        "sections": 3,
        "notice": 1,
        "meeting": 0,
        "policy_briefing": 0,
        "feedback": 2,
        "report": 0,
        "requests": 3,
        "on_time": 1,
        "late": 1,
        "missing": 1,
    }


def test_key_and_special_projects_and_whether_they_were_visited():
    projects = [
        project("P1", is_key=True),
        project("P2", is_special=True),
        project("P3", "U02"),
    ]
    visit = {"visit_id": "K1", "project_id": "P1", "date": "2021-05-01", "item": "长度"}
    year = work_year(evaluation={"projects": projects, "site_visits": [visit]})
    summary = work_summary(year)
    found = summary.facts["key"]
    assert (found["key"], found["special"], found["visited"]) == (1, 1, 1)
    assert found["chosen_wan"] == 150.0
    assert (found["served"], found["served_projects"]) == (0, 0)
    assert "main-key-some" in dict(summary_findings(summary))
    assert summary.key_projects[["name", "kind", "unit_name", "annual_wan"]].values.tolist() == [
        ["项目P1", "key", "示例教育局", 100.0],
        ["项目P2", "special", "示例教育局", 50.0],
    ]
    assert summary.key_projects["page"].iloc[0] == "40_key_project-P1.html"
    assert summary.key_projects["page"].iloc[1] == "41_special_project-P2.html"


def test_bodies_subjects_and_documents_come_from_the_tables():
    tables = {
        "organisation": [{"body_id": "B1", "name": "示例办公室", "duty": "评价"}],
        "initiatives": [
            {"initiative_id": "C1", "subject": "debt", "status": "in_force"},
            {"initiative_id": "C2", "subject": "ppp", "status": "planned"},
            {"initiative_id": "C3", "subject": "debt", "status": "pilot"},
        ],
    }
    summary = work_summary(work_year(monitoring=tables))
    assert summary.bodies[["name", "duty"]].values.tolist() == [["示例办公室", "评价"]]
    assert summary.subjects == ["debt"]
    assert summary.planned == ["ppp"]


def test_problems_are_said_kind_by_kind_and_their_absence_too():
    tables = {
        "projects": [project("P1", stated_total=99.0)],
        "funds": [money("P1", 100, 70)],
        "indicators": [
            indicator("P1", 100.0, 80, level2="数量、质量、成本指标"),
            indicator("P1", 95.0, 10, number=2, level1="satisfaction", level2="满意度"),
        ],
        "payments": [],
    }
    year = work_year(evaluation=tables)
    _, say = year.page("90_work_summary", "zh")
    summary = work_summary(year)
    unseen = [kind for kind in GROUPS["management"] if kind != "low-execution"]
    assert problem_sentences(summary, "management", say) == [
        "执行率低：1个项目（1个单位），涉及30.00万元，如项目P1。",
        say("problems-unseen", kinds=say.joined(say.label("flag", kind) for kind in unseen)),
    ]
    assert problem_sentences(summary, "effect", say) == ["没有看到这一类问题。"]
    assert summary.facts["problems"]["management"] == 1
    steps = {part: lines for part, _, lines in next_steps(summary, say)}
    assert steps["tracking"] == [
        "没有通过准入（目标审核、事前绩效评估取较严的）的不安排预算：修改后重报3个、115.50万元，不予安排0个、0.00万元。",
        "跟踪执行、压减用不完的预算：执行率低1个项目、30.00万元（见三（一）管理质量）。",
    ]
    assert steps["money"] == []  # what was not seen leads to no step
    assert [line[:12] for line in steps["coverage"]] == ["按上级考核补做失分的内容"]


def test_every_problem_that_was_seen_leads_to_one_step(committed):
    year, summary = committed
    for lang in ("zh", "en"):
        _, say = year.page("90_work_summary", lang)
        steps = next_steps(summary, say)
        assert [part for part, _, _ in steps] == ["coverage", "indicators", "tracking", "money"]
        assert all(say(key, **summary.facts["coverage"]) for _, key, _ in steps)
        kinds = summary.problems.loc[summary.problems["flags"] > 0, "kind"]
        lines = [line for _, _, own in steps for line in own]
        for label in (say.label("flag", kind) for kind in kinds):
            assert len([line for line in lines if label in line]) == 1, label
    assert {part: key for part, key, _ in steps}["coverage"] == "next-coverage-full"
    part = work_summary(work_year())
    assert next_steps(part, say)[0][1] == "next-coverage-part"


def test_special_projects_lead_to_their_own_pages(committed):
    _, summary = committed
    pages = summary.key_projects.set_index("kind")["page"]
    assert pages.str.startswith("41_special_project-")["special"].all()
    assert pages.str.startswith("40_key_project-")["key"].all()


def test_the_scope_of_each_stage():
    facts = {
        "coverage": {"managed": 67},
        "self": {"year": 2020, "units": 66, "projects": 183, "annual": 64286.41},
        "monitoring": {"year": 2021, "projects": 191, "annual": 65498.42},
        "use": {"year": 2022, "base_year": 2021, "requests": 207, "base": 6.5, "proposed": 7.5},
    }
    chosen = pd.DataFrame(
        {"kind": ["key", "key"], "unit_id": ["U1", "U1"], "annual_wan": [1.5, 2.0]}
    )
    rows = scope_of(facts, chosen).astype("object")
    assert rows.where(rows.notna(), None).values.tolist() == [
        ["managed", None, 67, None, None],
        ["self", "2020", 66, 183, 64286.41],
        ["key", "2020", 1, 2, 3.5],
        ["special", "2020", 0, 0, 0.0],
        ["monitoring", "2021", None, 191, 65498.42],
        ["base", "2021", None, None, 6.5],
        ["proposed", "2022", None, 207, 7.5],
    ]
    none = facts | {"use": facts["use"] | {"requests": 0}}
    assert set(scope_of(none, chosen)["work"]) == {
        "managed",
        "self",
        "key",
        "special",
        "monitoring",
    }


def test_figures_are_those_of_the_pages_that_it_sums_up(committed):
    """Pages 10, 20, 50, 60, 70 and 85 print them; a reader compares."""
    year, summary = committed
    facts = summary.facts
    targets = dict(target_findings(target_view(year), year))
    assert targets["main-gate"].items() <= facts["gate"].items()
    assert targets["main-filed"]["projects"] == facts["targets"]["projects"]
    assert targets["main-filed"]["reviewed"] == facts["targets"]["reviewed"]
    assert targets["main-lint"]["found"] == facts["lint"]["found"]
    district = dict(district_findings(district_view(year), year))
    assert district["main-money"]["annual"] == facts["self"]["annual"]
    assert district["main-gap-above"]["gap"] == facts["self"]["gap"]
    assert district["main-grades"].items() <= facts["self"].items()
    assert district["main-monitoring"]["rate"] == pytest.approx(facts["monitoring"]["rate"])
    assert district["main-flags"]["flags"] == facts["account"]["flags"]
    assert district["main-flags"]["flags"] == sum(facts["problems"].values())
    proposed = dict(linkage_findings(linkage_view(year), year, "", ""))
    assert proposed["main-total"]["proposed"] == facts["use"]["proposed"]
    assert proposed["main-cut"]["amount"] == facts["linked"]["cut_amount"]
    followed = dict(assessment_findings(assessment_view(year), year.page("85_assessment", "zh")[1]))
    for name in ("closed", "late", "overdue", "open"):
        assert followed["main-rectified"][name] == facts["use"][name]
    assert followed["main-published"]["there"] == facts["use"]["published"]
    gap = review_gap_view(year).evaluated.gap
    assert facts["site"] == {"projects": gap.n, "gap": pytest.approx(gap.mean)}


def test_what_stands_around_the_problems_by_hand():
    """Of two projects with an objective one has no indicator; nothing of the year was monitored."""
    tables = {
        "projects": [
            project("P1", stated_total=100.0, objective="完成道路养护"),
            project("P3", "U02", stated_total=95.0, objective="完成灌溉"),
        ],
        "indicators": [
            indicator("P1", 100.0, 60),
            indicator("P1", None, 30, number=2, level1="benefit", target=None, op="qualitative"),
        ],
    }
    summary = work_summary(work_year(evaluation=tables))
    facts = summary.facts
    assert facts["aim"] == {
        "output": 1, "output_words": 0, "output_share": 0.0,
        "benefit": 1, "benefit_words": 1, "benefit_share": 1.0,
    }  # fmt: skip
    assert facts["bare"] == {"stated": 2, "bare": 1}
    assert (facts["chain"]["projects"], facts["chain"]["aimed"]) == (2, 1)
    assert (facts["chain"]["monitored"], facts["chain"]["whole"]) == (0, 0)
    assert dict(problem_context(summary, "effect"))["context-chain"] == facts["chain"]


def test_those_who_pay_late_had_been_slow(committed):
    """P1 had paid half by September, P2 all: of the two that paid late, one was slow."""
    year = replace(committed[0])
    kinds = ["year-end-rush", "payment-ahead-of-work", "year-end-rush", "funds-idle"]
    curves = [("P1", 9, 0.5), ("P2", 6, 0.1), ("P2", 9, 1.0), ("P3", 9, 0.0)]
    vars(year).update(
        flags=pd.DataFrame({"kind": kinds, "project_id": ["P1", "P1", "P2", "P3"]}),
        project_curves=pd.DataFrame(curves, columns=["key", "month", "share"]).assign(
            elapsed_share=0.75
        ),
    )
    assert _pace(year) == {"late": 2, "slow": 1, "month": 9}


def test_targets_filed_and_reviewed_add_up(committed):
    year, _ = committed
    view = target_view(year)
    filed, total = view.filed, view.filed_total
    assert filed["filed"].tolist() == ["project", "unit"]
    assert (filed["reviewed_n"] + filed["unreviewed_n"] == filed["filed_n"]).all()
    for name in ("filed_n", "reviewed_n", "unreviewed_n"):
        assert filed[name].sum() == total[name]
    # the mean of all is the mean of both, weighed by how many have a review
    weighed = (filed["last_score"] * filed["reviewed_n"]).sum() / filed["reviewed_n"].sum()
    assert total["last_score"] == pytest.approx(weighed)
    assert view.graded["graded_n"].sum() == total["reviewed_n"]
