"""Forms laid out in many ways read back as what was filled in, with the cell of every row.

The layouts are our own (made_forms.py), after the variants that rules.md 9.3 lists.
"""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from made_forms import (
    NATIONAL,
    ROAD,
    Made,
    Row,
    Sheet,
    Style,
    lay_out,
    shuffled,
    write_docx,
    write_xls,
    write_xlsx,
)

from perfanalysis.data.forms import read_forms

SIGNS = {"≥": "at_least", "≧": "at_least", "≤": "at_most", "＝": "equal", "﹦": "equal"}
NAMES = st.text("甲乙丙丁戊己庚辛", min_size=2, max_size=6)
AMOUNTS = st.decimals(min_value=0, max_value=99999, places=2)
FACTS = ("op", "target", "measure_unit", "points", "actual", "score", "reason")
WRITERS = {".xlsx": write_xlsx, ".docx": write_docx, ".xls": write_xls}


def facts(form):
    return [
        (row.level1, row.level2, row.level3, *(getattr(row, name) for name in FACTS))
        for row in form.indicators
    ]


def read_one(path):
    read = read_forms([path])
    assert len(read.forms) == 1, read.findings
    return read.forms[0], read.findings


@st.composite
def rows(draw):
    sign, unit = draw(st.sampled_from(sorted(SIGNS))), draw(st.sampled_from(["人", "%", "公里"]))
    number, actual = str(draw(AMOUNTS)), str(draw(AMOUNTS))
    level1, level2 = draw(
        st.sampled_from(
            [
                ("产出指标", "数量指标"),
                ("产出指标", "质量指标"),
                ("效益指标", "社会效益指标"),
                ("满意度指标", "服务对象满意度指标"),
            ]
        )
    )
    points = draw(st.integers(1, 40))
    return Row(
        level1,
        level2,
        draw(NAMES),
        f"{sign}{number}{unit}",
        f"{actual}{unit}",
        points,
        draw(st.integers(0, points)),
        draw(st.none() | NAMES),
        sign,
        number,
        unit,
    )


def wanted(row):
    codes = {"产": "output", "效": "benefit", "满": "satisfaction"}
    return (
        codes[row.level1[0]],
        row.level2,
        row.level3,
        SIGNS[row.sign],
        Decimal(row.number),
        row.unit,
        Decimal(row.points),
        Decimal(row.actual.removesuffix(row.unit)),
        Decimal(row.score),
        row.reason or "",
    )


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    made=st.lists(rows(), min_size=1, max_size=8),
    order=st.integers(0, 1000),
    suffix=st.sampled_from(sorted(WRITERS)),
    noise=st.booleans(),
    first_column=st.booleans(),
)
def test_a_form_reads_back_whatever_its_layout(made, order, suffix, noise, first_column, tmp_path):
    style = Style(
        columns=shuffled(order),
        merged=order % 3 > 0,
        noise=noise,
        first_column=first_column,
        blank_top=order % 2,
        tail=("注：本表一式两份", "填报人：甲"),
    )
    path = tmp_path / f"form{suffix}"
    WRITERS[suffix](path, lay_out(Made(rows=tuple(made)), style))
    form, findings = read_one(path)
    assert facts(form) == [wanted(row) for row in made]
    assert (form.project, form.unit, form.dept) == ("示例道路养护", "示例区交通站", "示例区交通局")
    assert (form.year, form.total_points, form.total_score) == (2021, 100, 98)
    assert (form.total.annual_wan, form.total.executed_wan, form.total.score) == (100, 90, 9)
    assert form.objective == "养护道路"
    unread = {finding.code for finding in findings} - {"row-left-out"}
    assert unread <= {"actual-ratio-unclear"}


@pytest.mark.parametrize("suffix", sorted(WRITERS))
def test_every_format_gives_the_same_form(suffix, tmp_path):
    path = WRITERS[suffix](tmp_path / f"road{suffix}", lay_out(ROAD))
    form, findings = read_one(path)
    assert findings == ()
    assert facts(form)[4] == (
        "benefit",
        "社会效益指标",
        "受益人口",
        "at_least",
        Decimal("1.33"),
        "万人次",
        30,
        Decimal("1.35"),
        30,
        "",
    )
    assert [row.where.cell for row in form.indicators] == [f"D{n}" for n in range(11, 17)]
    assert form.total.where.cell == "B6"


def test_amounts_in_yuan_become_wan_exactly(tmp_path):
    made = replace(
        ROAD,
        money_unit="元",
        total=(387664.62, 387664.62, 0.1, 10, "0%", 0),
        parts=(("其中：财政拨款", "387,664.62", 387664.62, "0.1元"),),
    )
    form, _ = read_one(write_xlsx(tmp_path / "a.xlsx", lay_out(made)))
    assert form.total.annual_wan == Decimal("38.766462")
    assert form.total.executed_wan == Decimal("0.00001")
    assert form.parts[0].initial_wan == Decimal("38.766462")


def test_an_amount_with_its_own_unit_goes_by_that(tmp_path):
    made = replace(ROAD, money_unit="元", total=("1.5亿元", "30万元", 300000, 10, "100%", 10))
    form, _ = read_one(write_xlsx(tmp_path / "a.xlsx", lay_out(made)))
    assert (form.total.initial_wan, form.total.annual_wan, form.total.executed_wan) == (
        15000,
        30,
        30,
    )


def test_a_money_unit_left_out_is_said(tmp_path):
    sheet = lay_out(ROAD)
    sheet.rows[4][0] = "项目资金"
    _, findings = read_one(write_xlsx(tmp_path / "a.xlsx", sheet))
    assert [f.code for f in findings] == ["money-unit-missing"]


def test_forms_one_under_another_and_on_other_sheets_are_all_read(tmp_path):
    bridge = replace(ROAD, project="示例桥梁维修", rows=ROAD.rows[:2])
    school = replace(ROAD, project="示例校舍维修", unit="示例小学")
    under = lay_out(ROAD)
    below = lay_out(bridge)
    height = len(under.rows) + 2
    under.rows += [[None] * under.width, ["注：以上已核对"], *below.rows]
    under.merges += [(t + height, left, b + height, r) for t, left, b, r in below.merges]
    path = write_xlsx(tmp_path / "a.xlsx", under, lay_out(school), Sheet([["填表说明"], ["略"]]))
    read = read_forms([path])
    assert [form.project for form in read.forms] == ["示例道路养护", "示例桥梁维修", "示例校舍维修"]
    assert [len(form.indicators) for form in read.forms] == [6, 2, 6]
    assert read.forms[1].indicators[0].where.cell == f"D{height + 11}"
    assert [(f.code, f.severity) for f in read.findings] == [("sheet-left-out", "note")]


def test_a_word_table_cut_by_a_page_break_is_one_form(tmp_path):
    whole = lay_out(ROAD, Style(merged=False))
    cut = len(whole.rows) - 4
    top = Sheet(whole.rows[:cut], [m for m in whole.merges if m[2] < cut], whole.width)
    rest = Sheet(whole.rows[cut:], [], whole.width)
    form, findings = read_one(write_docx(tmp_path / "a.docx", top, rest))
    assert [row.level3 for row in form.indicators] == [row.level3 for row in ROAD.rows]
    assert form.total_score == 98
    assert (form.indicators[-1].where.sheet, form.indicators[-1].where.cell) == ("表2", "D3")
    assert findings == ()


def test_title_year_and_unit_may_stand_above_a_word_table(tmp_path):
    sheet = lay_out(replace(ROAD, year=None, money_unit=""))
    sheet.rows[4][0] = "项目资金"
    sheet.rows, sheet.merges = (
        sheet.rows[1:],
        [(t - 1, left, b - 1, r) for t, left, b, r in sheet.merges if t],
    )
    before = ("项目支出绩效自评表", "（2020年度）", "单位：元")
    form, findings = read_one(write_docx(tmp_path / "a.docx", sheet, before=before))
    assert (form.year, form.total.annual_wan) == (2020, Decimal("0.01"))
    assert findings == ()


def test_a_head_of_two_rows_is_read(tmp_path):
    sheet = lay_out(ROAD, Style(columns=("nature", "value", "unit", *NATIONAL[1:])))
    head = next(n for n, row in enumerate(sheet.rows) if row[1] == "一级指标")
    below = sheet.rows[head]
    above = ["绩效指标", None, None, None, "年度指标值", None, None, *below[7:]]
    sheet.rows[head] = [*below[:7], *[None] * len(below[7:])]
    sheet.rows.insert(head, above)
    sheet.merges = [
        (t + (t >= head), left, b + (b >= head), r) for t, left, b, r in sheet.merges if t < head
    ] + [(head, 4, head, 6)]
    sheet.merges += [(head, c, head + 1, c) for c in range(7, sheet.width)]
    form, findings = read_one(write_xlsx(tmp_path / "a.xlsx", sheet))
    assert (facts(form)[0][3:7], form.total_score) == (("at_least", 50, "公里", 20), 98)
    assert findings == ()


def test_funds_as_labels_beside_their_amounts_are_read(tmp_path):
    sheet = lay_out(ROAD)
    sheet.rows[4:7] = [
        ["项目资金（万元）", None, "预算数：", 100, "执行数：", 90, None, None, None],
        [None, None, "其中：财政拨款", 80, "其中：财政拨款", 70, None, None, None],
        [None, None, "其他资金", 20, "其他资金", 20, None, None, None],
    ]
    form, _ = read_one(write_xlsx(tmp_path / "a.xlsx", sheet))
    found = [(line.source, line.annual_wan, line.executed_wan) for line in form.funds]
    assert found == [("total", 100, 90), ("current_fiscal", 80, 70), ("other", 20, 20)]


def test_budget_execution_as_an_indicator_counts_as_execution(tmp_path):
    row = Row("预算执行率", "预算执行率", "预算执行率", "100%", "90%", 10, 9)
    made = replace(ROAD, rows=(row, *ROAD.rows), total=(100, 100, 90, None, "90%", None))
    form, _ = read_one(write_xlsx(tmp_path / "a.xlsx", lay_out(made)))
    assert (form.total.points, form.total.score, len(form.indicators)) == (10, 9, 6)


@pytest.mark.parametrize("suffix", sorted(WRITERS))
def test_points_merged_over_rows_count_once_and_are_said(suffix, tmp_path):
    sheet = lay_out(ROAD)
    sheet.rows[11][6] = None
    sheet.merges.append((10, 6, 11, 6))
    form, findings = read_one(WRITERS[suffix](tmp_path / f"a{suffix}", sheet))
    assert [row.points for row in form.indicators[:2]] == [20, None]
    assert [f.code for f in findings] == ["points-shared"]


@pytest.mark.parametrize("suffix", sorted(WRITERS))
def test_a_text_merged_over_rows_is_meant_for_each(suffix, tmp_path):
    sheet = lay_out(ROAD)
    for column in (4, 8):
        sheet.rows[10][column], sheet.rows[11][column] = ("≥60%", None)
        sheet.merges.append((10, column, 11, column))
    form, _ = read_one(WRITERS[suffix](tmp_path / f"a{suffix}", sheet))
    first, second = form.indicators[:2]
    assert (first.target, second.target, second.measure_unit) == (60, 60, "%")
    assert (first.reason, second.reason) == ("≥60%", "≥60%")


def test_a_level_2_does_not_reach_into_the_next_level_1(tmp_path):
    sheet = lay_out(ROAD)
    sheet.rows[14][2] = None
    form, _ = read_one(write_xlsx(tmp_path / "a.xlsx", sheet))
    assert [row.level2 for row in form.indicators[3:5]] == ["时效指标", ""]


def test_a_form_under_another_may_begin_with_a_title_alone(tmp_path):
    project, whole = lay_out(ROAD), lay_out(ROAD, Style(title="部门整体支出绩效自评表"))
    whole.rows[2] = ["部门名称", None, "示例区交通局", *[None] * (whole.width - 3)]
    height = len(project.rows)
    project.rows += whole.rows
    project.merges += [(t + height, left, b + height, r) for t, left, b, r in whole.merges]
    read = read_forms([write_xlsx(tmp_path / "a.xlsx", project)])
    assert [(form.whole_unit, len(form.indicators)) for form in read.forms] == [
        (False, 6),
        (True, 6),
    ]


def test_notes_and_subtotals_between_the_rows_are_no_indicators(tmp_path):
    sheet = lay_out(ROAD, Style(merged=False))
    wide = [None] * (sheet.width - 1)
    for at, row in (
        (14, ["以上指标由业务科室填写", *wide]),
        (14, [None, "由财务科室补充", *wide[1:]]),
        (13, [None, "合计", *wide[1:5], 40, 40, None]),
        (12, [None, None, None, None, None, None, None, None, "另附说明"]),
        (6, ["注：资金以财务账为准", *wide]),
    ):
        sheet.rows.insert(at, row)
    sheet.merges = []
    form, findings = read_one(write_xlsx(tmp_path / "a.xlsx", sheet))
    assert [row.level3 for row in form.indicators] == [row.level3 for row in ROAD.rows]
    assert [row.level1 for row in form.indicators] == ["output"] * 4 + ["benefit", "satisfaction"]
    assert (form.total_score, len(form.funds)) == (98, 2)
    assert {f.code for f in findings} == {"row-left-out"}


def test_a_second_total_in_the_funds_is_said_not_taken(tmp_path):
    made = replace(ROAD, parts=(*ROAD.parts, ("合计", 777, 777, 777)))
    form, findings = read_one(write_xlsx(tmp_path / "a.xlsx", lay_out(made)))
    assert [line.annual_wan for line in form.funds] == [100, 100]
    assert [(f.code, f.where.cell) for f in findings] == [("funds-row-unknown", "B8")]


@pytest.mark.parametrize("text", ["2020年度", "二〇二〇年度", "（2020） 年度", "２０２０年度"])
def test_the_year_is_read_from_the_title_not_from_a_date_or_a_name(text, tmp_path):
    sheet = lay_out(replace(ROAD, year=None, project="2018年农村道路养护"))
    sheet.rows.insert(1, ["填报日期：2021年1月5日", *[None] * (sheet.width - 1)])
    sheet.rows.insert(2, [text, *[None] * (sheet.width - 1)])
    sheet.merges = []
    form, _ = read_one(write_xlsx(tmp_path / "a.xlsx", sheet))
    assert form.year == 2020


def test_a_whole_unit_form_is_known_by_its_title(tmp_path):
    sheet = lay_out(ROAD, Style(title="部门整体支出绩效自评表"))
    sheet.rows[2] = ["部门（单位）名称", None, "示例区交通局", *[None] * (sheet.width - 3)]
    form, _ = read_one(write_xlsx(tmp_path / "a.xlsx", sheet))
    assert (form.whole_unit, form.unit) == (True, "示例区交通局")


@pytest.mark.parametrize(
    "title", ["项目支出绩效目标申报表", "项目支出绩效运行监控表", "绩效自评情况汇总表"]
)
def test_another_kind_of_form_is_refused_by_name(title, tmp_path):
    path = write_xlsx(tmp_path / "a.xlsx", lay_out(ROAD, Style(title=title)))
    read = read_forms([path])
    assert read.forms == ()
    assert [(f.code, f.found) for f in read.findings] == [("file-not-form", title)]


def test_an_unreadable_cell_is_named_and_the_rest_is_kept(tmp_path):
    made = replace(ROAD, total=("一百", 100, 90, 10, "90%", "玖"))
    rows_ = (replace(ROAD.rows[0], score="满分", points=-5), *ROAD.rows[1:])
    form, findings = read_one(write_xlsx(tmp_path / "a.xlsx", lay_out(replace(made, rows=rows_))))
    unread = [(f.where.cell, f.found) for f in findings if f.code == "value-unreadable"]
    assert unread == [("C6", "一百"), ("H6", "玖"), ("G11", "-5"), ("H11", "满分")]
    assert (form.total.initial_wan, form.total.annual_wan) == (None, 100)
    assert len(form.indicators) == 6


def test_dashes_and_template_lines_are_blank(tmp_path):
    empty = Row("产出指标", "成本指标", "指标1：", "—", "/", None, None)
    made = replace(ROAD, rows=(*ROAD.rows[:4], empty, *ROAD.rows[4:]))
    form, findings = read_one(write_xlsx(tmp_path / "a.xlsx", lay_out(made)))
    assert len(form.indicators) == 6
    assert findings == ()


@pytest.mark.parametrize(
    ("target", "actual", "cells"), [("(50)个", "50个", "E"), ("≥50个", "（50）", "F")]
)
def test_a_number_in_brackets_is_refused_with_its_cell(tmp_path, target, actual, cells):
    row = replace(ROAD.rows[0], target=target, actual=actual)
    path = write_xlsx(tmp_path / "括号.xlsx", lay_out(replace(ROAD, rows=(row, *ROAD.rows[1:]))))
    form, findings = read_one(path)
    assert form.indicators[0].target is None or form.indicators[0].actual is None
    (found,) = [each for each in findings if each.code == "number-in-brackets"]
    assert found.where.cell.startswith(cells)
    assert found.found in (target, actual)
