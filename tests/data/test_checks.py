"""Each check fires on the one thing it is for, names its cell, and keeps quiet otherwise."""

import csv
import io

import pandas as pd
import pytest

from perfanalysis.data.checks import CHECKS, Standards, check_year
from perfanalysis.data.tables import load_year

POINTS = {"amount": 20, "quality": 30, "benefit": 30, "satisfaction": 10}


def sound_year():
    """A small year in which everything fits: rows of cells as text, by table."""
    unit = {"department_id": "U1", "finance_section": "综合股", "sector": "综合", "level": "1"}
    project = {
        "fund_kind": "general",
        "special_kind": "none",
        "project_type": "recurring",
        "is_self_evaluated": "是",
        "is_monitored": "是",
    }
    money = {"initial_wan": "80", "received_wan": "100"}
    return {
        "units": [
            {"unit_id": "U1", "name": "甲局", "staff_quota": "9", "staff_actual": "9", **unit},
            {"unit_id": "U2", "name": "乙站", "staff_quota": "9", "staff_actual": "8", **unit},
        ],
        "projects": [
            {
                "project_id": "P1", "unit_id": "U1", "name": "甲", **project, "is_key": "是",
                "start": "2021-01-01", "end": "2021-12-31",
            },
            {"project_id": "P2", "unit_id": "U2", "name": "乙", **project, "is_special": "是"},
            {
                "project_id": "P3", "unit_id": "U2", "name": "丙", **project, "parent_id": "P2",
                "is_self_evaluated": "否", "is_monitored": "否",
            },
        ],
        "funds": [
            {
                "project_id": "P1", "fund_source": "current_fiscal", "annual_wan": "90",
                "executed_wan": "85", **money,
            },
            {
                "project_id": "P1", "fund_source": "carried_in", "annual_wan": "10",
                "executed_wan": "5", "carried_in_wan": "10", "carried_out_wan": "5",
                "initial_wan": "0", "received_wan": "10",
            },
            {
                "project_id": "P2", "fund_source": "total", "annual_wan": "100",
                "executed_wan": "100", **money,
            },
            {
                "project_id": "P3", "fund_source": "total", "annual_wan": "10",
                "executed_wan": "0", "initial_wan": "10", "received_wan": "10",
            },
        ],
        "budget_lines": [
            {"line_id": "L1", "project_id": "P1", "scope": "甲", "purpose": "a",
             "amount_wan": "60.1"},
            {"line_id": "L2", "project_id": "P1", "scope": "甲", "purpose": "b",
             "amount_wan": "39.9"},
        ],
        "payments": [
            {"payment_id": "A", "date": "2021-03-01", "project_id": "P1", "amount_wan": "89.9",
             "payee": "x", "purpose": "y", "contract_id": "C1"},
            {"payment_id": "B", "date": "2021-12-31", "project_id": "P1", "amount_wan": "0.1",
             "payee": "x", "purpose": "y"},
            {"payment_id": "C", "date": "2021-12-31", "project_id": "P2", "amount_wan": "100",
             "payee": "x", "purpose": "y"},
        ],
        "contracts": [
            {"contract_id": "C1", "project_id": "P1", "date": "2021-03-01", "contractor": "x",
             "signed_wan": "90", "work_done_wan": "90"},
        ],
        "indicators": [
            *(
                {"indicator_id": f"{pid}-{name}", "project_id": pid, "unit_id": "",
                 "level1": "output", "level3": name, "points": str(points),
                 "self_score": str(points)}
                for pid in ("P1", "P2")
                for name, points in POINTS.items()
            ),
            {"indicator_id": "W1", "unit_id": "U1", "level1": "output", "level3": "x"},
            {"indicator_id": "W2", "unit_id": "U2", "level1": "output", "level3": "x"},
        ],
        "monitoring_funds": [
            {"project_id": pid, "month": str(month), "source": "unit",
             "executed_wan": str(month * 8), "expected_year_end_wan": "95"}
            for pid in ("P1", "P2")
            for month in (7, 10)
        ],
        "key_scores": [
            {"project_id": pid, "indicator": name, "points": points, "score": "40",
             "reviewer_score": "40", "check_points": "5", "check_points_met": "4"}
            for pid in ("P1", "P2")
            for name, points in (("a", "40"), ("b", "60"))
        ],
        "panel_scores": [
            {"project_id": "P1", "indicator": "a", "expert_id": "E1", "entry": "1", "score": "9",
             "full": "10"},
        ],
        "target_review": [
            {"project_id": "P9", "criterion": "a", "score": "9", "full": "10", "stage": "first"},
        ],
        "pre_assessment": [
            {"project_id": "P9", "unit_id": "U1", "criterion": "a", "score": "9", "full": "10"},
        ],
        "survey": [
            {"respondent_id": "R1", "project_id": "P1", "question": "q", "answer": "5",
             "stratum": "城"},
            {"respondent_id": "R2", "project_id": "P2", "question": "r", "answer": "5"},
        ],
        "survey_frame": [
            {"project_id": "P1", "stratum": "城", "population": "100", "design": "probability"},
        ],
        "unit_finance": [
            {"unit_id": "U1", "item": "budget", "value": "200"},
            {"unit_id": "U1", "item": "budget_completed", "value": "200"},
            {"unit_id": "U1", "item": "project_spending", "value": "90"},
        ],
        "budget_requests": [
            {"project_id": "P1", "unit_id": "U1", "name": "甲", "fund_kind": "general",
             "requested_wan": "100"},
        ],
    }  # fmt: skip


def loaded(tables, folder):
    """Write the tables as CSV and load them."""
    year = folder / "2021"
    year.mkdir()
    for name, rows in tables.items():
        buffer = io.StringIO()
        columns = list(dict.fromkeys(column for row in rows for column in row))
        writer = csv.DictWriter(buffer, columns)
        writer.writeheader()
        writer.writerows(rows)
        (year / f"{name}.csv").write_text(buffer.getvalue(), "utf-8")
    found = load_year(year)
    assert not {f.code for f in found.findings} - {"column-missing"}
    return found


def changed(table, row, **cells):
    """A change of the cells of one row; a row past the end is new."""

    def change(tables):
        rows = tables[table]
        if row == len(rows):
            rows.append({})
        rows[row] = rows[row] | cells

    return change


def without(table, row):
    """A change that takes a row away."""
    return lambda tables: tables[table].pop(row)


DECEMBER = {"project_id": "P1", "month": "12", "source": "unit"}
REST = {"date": "2021-05-01", "payee": "x", "purpose": "y"}

CASES = [
    ("funds-do-not-add", "funds!C6",
     changed("funds", 4, project_id="P1", fund_source="total", annual_wan="101", initial_wan="80",
             received_wan="110", executed_wan="90"),
     "全年预算 101，分项之和 100；执行 90，分项之和 90"),
    ("funds-total-beside-parts", "funds!B6",
     changed("funds", 4, project_id="P1", fund_source="total", annual_wan="100",
             executed_wan="90"), ""),
    ("project-without-funds", "projects!A4", without("funds", 3), ""),
    ("executed-over-budget", "projects!A4",
     changed("funds", 3, annual_wan="10", executed_wan="10.000002", received_wan="11"),
     "执行 10.000002，全年预算 10"),
    ("executed-over-received", "projects!A3", changed("funds", 2, received_wan="99.99"),
     "执行 100，到位 99.99"),
    ("executed-missing", "projects!A3", changed("funds", 2, executed_wan=""), ""),
    ("carried-in-over-annual", "funds!G3", changed("funds", 1, carried_in_wan="10.5"),
     "结转 10.5，全年预算 10"),
    ("carried-out-over-unspent", "funds!H3", changed("funds", 1, carried_out_wan="6"),
     "结转 6，未支出 5"),
    ("date-outside-year", "payments!B3", changed("payments", 1, date="2022-01-01"),
     "2022-01-01"),
    ("payments-differ", "projects!A2", changed("payments", 1, amount_wan="0.2"),
     "支付之和 90.1，执行 90"),
    ("payments-missing", "projects!A3", without("payments", 2), "执行 100"),
    ("contract-unknown", "payments!G3", changed("payments", 1, contract_id="C9"), "C9"),
    ("budget-lines-differ", "projects!A2", without("budget_lines", 0),
     "明细之和 39.9，全年预算 100"),
    ("request-unit-unknown", "budget_requests!B2", changed("budget_requests", 0, unit_id="U9"),
     "U9"),
    ("parent-unknown", "projects!L2", changed("projects", 0, parent_id="P9"), "P9"),
    ("parent-is-child", "projects!M4", changed("projects", 2, parent_id="P3"), "P3"),
    ("dates-reversed", "projects!K2", changed("projects", 0, end="2020-12-31"),
     "2021-01-01 至 2020-12-31"),
    ("unit-without-project", "units!A4",
     lambda tables: tables.update(
         units=[*tables["units"], tables["units"][1] | {"unit_id": "U3"}],
         indicators=[*tables["indicators"],
                     tables["indicators"][-1] | {"indicator_id": "W3", "unit_id": "U3"}],
     ), ""),
    ("department-unknown", "units!E3", changed("units", 1, department_id="U9"), "U9"),
    ("staff-over-quota", "units!D3", changed("units", 1, staff_actual="10"),
     "在职 10 人，编制 9 人"),
    ("unit-targets-missing", "units!A3", without("indicators", 9), ""),
    ("indicator-unowned", "indicators!B12",
     changed("indicators", 10, indicator_id="W9", level1="output", level3="x"), ""),
    ("indicator-unit-differs", "indicators!C2", changed("indicators", 0, unit_id="U2"),
     "填 U2，项目属 U1"),
    ("indicators-missing", "projects!A4", changed("projects", 2, is_self_evaluated="是"), ""),
    ("score-without-self-evaluation", "indicators!G12",
     changed("indicators", 10, indicator_id="X", project_id="P3", level1="output", level3="x",
             self_score="3"), "3 分"),
    ("score-over-points", "indicators!G2", changed("indicators", 0, self_score="20.01"),
     "得分 20.01，分值 20"),
    ("weights-missing", "projects!A4",
     lambda tables: (
         tables["projects"].__setitem__(2, tables["projects"][2] | {"is_self_evaluated": "是"}),
         tables["indicators"].append(
             {"indicator_id": "X", "project_id": "P3", "level1": "output", "level3": "x"}
         ),
     ), ""),
    ("weights-sum", "projects!A2", changed("indicators", 0, points="20.5"),
     "指标分值之和 90.5，加执行率 10 为 100.5"),
    ("monitoring-not-cumulative", "monitoring_funds!D3",
     changed("monitoring_funds", 1, executed_wan="50"), "10月 50，上一次 56"),
    ("monitoring-beyond-executed", "monitoring_funds!D6",
     changed("monitoring_funds", 4, executed_wan="91", **DECEMBER), "12月 91，全年 90"),
    ("monitoring-expects-less", "monitoring_funds!E3",
     changed("monitoring_funds", 1, expected_year_end_wan="79"), "预计 79，已执行 80"),
    ("monitoring-missing", "projects!H4", changed("projects", 2, is_monitored="是"), ""),
    ("monitoring-unexpected", "monitoring_funds!A4", changed("projects", 1, is_monitored="否"),
     ""),
    ("key-scores-missing", "projects!I4", changed("projects", 2, is_key="是"), ""),
    ("special-scores-missing", "projects!L4", changed("projects", 2, is_special="是"), ""),
    ("key-scores-unexpected", "key_scores!A4", changed("projects", 1, is_special="否"), ""),
    ("key-points-sum", "key_scores!C2", changed("key_scores", 0, points="41"), "101"),
    ("key-score-over-points", "key_scores!D2", changed("key_scores", 0, score="40.5"),
     "得分 40.5，满分 40"),
    ("reviewer-score-over-points", "key_scores!E2",
     changed("key_scores", 0, reviewer_score="40.5"), "得分 40.5，满分 40"),
    ("check-points-over", "key_scores!G2", changed("key_scores", 0, check_points_met="6"),
     "达到 6 个，共 5 个"),
    ("panel-score-over-full", "panel_scores!E2", changed("panel_scores", 0, score="11"),
     "得分 11，满分 10"),
    ("target-review-score-over-full", "target_review!C2",
     changed("target_review", 0, score="11"), "得分 11，满分 10"),
    ("pre-assessment-score-over-full", "pre_assessment!D2",
     changed("pre_assessment", 0, score="11"), "得分 11，满分 10"),
    ("respondent-in-two-projects", "survey!A3", changed("survey", 1, respondent_id="R1"), "P2"),
    ("survey-stratum-unknown", "survey!E2", changed("survey", 0, stratum="乡"), "乡"),
    ("unit-total-short", "unit_finance!C3", changed("unit_finance", 1, value="89"),
     "总数 89，项目之和 90"),
    ("unit-project-spending-differs", "unit_finance!C4", changed("unit_finance", 2, value="91"),
     "项目总支出 91，项目之和 90"),
]  # fmt: skip


def test_a_sound_year_has_no_findings(tmp_path):
    assert check_year(loaded(sound_year(), tmp_path)) == ()


ALSO = {
    "executed-over-budget": {"payments-missing"},
    "funds-do-not-add": {"funds-total-beside-parts", "budget-lines-differ"},
}
"""Where one planted error really is two."""


@pytest.mark.parametrize(("code", "cell", "change", "found"), CASES, ids=[c[0] for c in CASES])
def test_a_check_fires_alone_on_what_it_is_for(tmp_path, code, cell, change, found):
    tables = sound_year()
    change(tables)
    findings = check_year(loaded(tables, tmp_path))
    assert {f.code for f in findings} == {code} | ALSO.get(code, set())
    (finding,) = (f for f in findings if f.code == code)
    table, place = cell.split("!")
    assert str(finding.where) == f"{table}.csv!{place}"
    assert finding.found == found
    assert finding.severity == CHECKS[code].severity
    assert str(finding.where) in finding.message
    assert finding.remedy.endswith("。")


@pytest.mark.parametrize(
    ("level1", "standards", "found"),
    [
        ("output", Standards(20, 10), "指标分值之和 90，加执行率 20 为 110"),
        ("cost", Standards(20, 10), ""),
        ("output", Standards(10, 20), ""),
        ("cost", Standards(10, 0), "指标分值之和 90，加执行率 0 为 90"),
    ],
)
def test_points_are_added_up_by_the_standard_of_the_project(tmp_path, level1, standards, found):
    tables = sound_year()
    tables["indicators"][0]["level1"] = level1
    findings = check_year(loaded(tables, tmp_path), standards=standards)
    found_of = {each.subject: each.found for each in findings if each.code == "weights-sum"}
    weights = [each for subject, each in found_of.items() if subject == "P1"]
    assert weights == [found] * bool(found)


def test_parents_that_are_codes_of_another_list_are_left_alone(tmp_path):
    tables = sound_year()
    tables["projects"][2]["parent_id"] = "F0102"
    assert check_year(loaded(tables, tmp_path)) == ()


def test_every_check_has_a_case():
    assert {case[0] for case in CASES} == set(CHECKS)


def test_an_empty_year_has_no_findings(tmp_path):
    (tmp_path / "2021").mkdir()
    assert check_year(load_year(tmp_path / "2021")) == ()


def test_a_check_whose_tables_were_not_loaded_is_not_made(tmp_path):
    tables = sound_year()
    tables["funds"].pop()
    loaded(tables, tmp_path)
    assert check_year(load_year(tmp_path / "2021", only=["units", "projects"])) == ()
    assert check_year(load_year(tmp_path / "2021", only=["units", "projects", "funds"])) != ()


def test_the_tables_are_left_as_they_were(tmp_path):
    year = loaded(sound_year(), tmp_path)
    before = {name: frame.copy(deep=True) for name, frame in year.tables.items()}
    check_year(year)
    for name, frame in before.items():
        pd.testing.assert_frame_equal(year[name], frame)


def test_what_binary_fractions_add_is_no_finding(tmp_path):
    """In floats 10.1 − 5.2 is a little less than 4.9."""
    assert 10.1 - 5.2 < 4.9
    tables = sound_year()
    current, carried = tables["funds"][0], tables["funds"][1]
    current |= {"annual_wan": "89.9", "executed_wan": "84.8"}
    carried |= {"annual_wan": "10.1", "executed_wan": "5.2", "carried_out_wan": "4.9"}
    carried |= {"received_wan": "10.1"}
    assert check_year(loaded(tables, tmp_path)) == ()
