"""The workbook of the sample year holds the figures that the reports are made from."""

import io
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter

from perfanalysis.cli import main
from perfanalysis.suite.book_tables import BOOK_TABLES
from perfanalysis.suite.config import SHEETS, Publish, load_suite
from perfanalysis.suite.views.section import section_view
from perfanalysis.suite.views.spending import monitored_spending
from perfanalysis.suite.views.trends import trends_view
from perfanalysis.suite.workbook import work_year_workbook
from perfanalysis.suite.workyear import WorkYear, open_work_year

ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "tests" / "golden"


@pytest.fixture(scope="module")
def year():
    return open_work_year(
        work_year=2021, data_dir=GOLDEN / "data", suite_file=GOLDEN / "suite.toml"
    )


@pytest.fixture(scope="module")
def book(year):
    return load_workbook(io.BytesIO(work_year_workbook(year)))


def column(sheet, header):
    rows = list(sheet.values)
    at = rows[0].index(header)
    return [row[at] for row in rows[1:]]


def test_a_sheet_a_table_after_the_notes(book):
    assert book.sheetnames == [
        "说明", "单位", "项目得分", "指标得分", "扣分台账", "重点项目得分", "重点项目指标",
        "重点项目扣分", "分类得分", "分类指标", "分类扣分", "整体支出得分", "整体支出指标",
        "整体支出扣分", "自评偏差（单位）", "自评偏差（规则）", "自评与现场评价", "预算执行",
        "需核实的情况", "资金核实清单", "监控资金核实清单", "项目建议数", "逐步计算", "合计",
        "历年概况", "历年变动", "历年单位得分", "单位成本", "问题整改", "信息公开", "单位考核",
        "单位考核扣分", "上级考核自查", "归口股室", "所用规则", "问题清单",
    ]  # fmt: skip
    about = {row[0] for row in list(book["说明"].values)[1:] if row[0]}
    assert about == {*book.sheetnames} - {"说明"}  # each is explained
    for sheet in book:
        titles = next(sheet.values)
        assert not [title for title in titles if title.isascii()], sheet.title
        assert len(set(titles)) == len(titles), sheet.title
        last = f"{get_column_letter(len(titles))}{sheet.max_row}"
        assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("A2", f"A1:{last}")


def test_the_worklists_are_whole_for_both_years(book, year):
    """The page of monitoring shows the first of the second, and says that all are here."""
    evaluated, monitored = book["资金核实清单"], book["监控资金核实清单"]
    assert column(evaluated, "看到的情况") == year.worklist["seen"].tolist()
    shown = monitored_spending(year)
    assert column(monitored, "看到的情况") == shown.worklist["seen"].tolist()
    assert column(monitored, "涉及金额（万元）") == none_for_missing(shown.worklist["amount_wan"])
    assert shown.sheet == "monitored_worklist"


def none_for_missing(values):
    return [None if value != value else value for value in values]


def test_scores_of_the_other_evaluations_are_those_of_their_pages(book, year):
    units, key = year.unit_scores, year.key_evaluation
    scores = {
        "整体支出得分": units.units["score"],
        "重点项目得分": key.projects["score"],
        "单位考核": year.assessment.units["score"],
    }
    for sheet, expected in scores.items():
        assert column(book[sheet], "得分（百分制）") == none_for_missing(expected), sheet
    ledgers = {
        "整体支出扣分": units.ledger,
        "重点项目扣分": key.ledger,
        "单位考核扣分": year.assessment.ledger,
    }
    for sheet, expected in ledgers.items():
        assert column(book[sheet], "扣分") == expected["lost"].tolist(), sheet
    lost = sum(column(book["整体支出扣分"], "扣分"))
    kept, full = (sum(column(book["整体支出得分"], name)) for name in ("得分", "分值"))
    assert full - kept == pytest.approx(lost)


def test_scores_by_category_say_which(year):
    sample = open_work_year(work_year=2021, data_dir=ROOT / "data", suite_file=ROOT / "suite.toml")
    table, shown = BOOK_TABLES["category_scores"](sample)
    assert shown["得分（百分制）"].tolist() == sample.category_scores.projects["score"].tolist()
    named = dict(zip(table["category"], shown["项目类别"], strict=True))
    assert named["procurement"] == "政府采购"
    assert named["general_bond"] == "一般债券"
    lost = BOOK_TABLES["category_ledger"](sample)[1]
    assert lost["扣分"].tolist() == sample.category_scores.ledger["lost"].tolist()
    assert set(lost["一级指标"]) <= {"决策", "过程", "产出", "效益"}


def test_a_sheet_of_a_year_without_its_table_has_its_names_and_no_row(year):
    tables = {**year.evaluation.tables, "category_facts": year.evaluation["category_facts"].head(0)}
    bare = replace(year)
    vars(bare).update(evaluation=replace(year.evaluation, tables=tables))
    shown = BOOK_TABLES["category_ledger"](bare)[1]
    assert (list(shown), len(shown)) == (["项目编码", "名称"], 0)


def test_codes_are_said_in_chinese_and_dates_are_dates(book, year):
    assert set(column(book["问题整改"], "整改状态")) <= {
        "逾期未整改完",
        "整改中未到期",
        "逾期整改完",
        "按期整改完",
    }
    due = column(book["问题整改"], "期限")
    assert due == list(year.rectified["due"].dt.to_pydatetime())
    assert book["问题整改"].cell(2, 6).number_format == "yyyy-mm-dd"
    codes = {"整体支出指标": "一级指标", "重点项目指标": "计分方法", "信息公开": "材料类别"}
    for sheet, header in codes.items():
        assert not [each for each in column(book[sheet], header) if each.isascii()], sheet


def test_every_unit_stands_under_its_section(book, year):
    units = year.evaluation["units"].dropna(subset=["finance_section"])
    sheet = book["归口股室"]
    pairs = list(zip(column(sheet, "归口股室"), column(sheet, "单位编码"), strict=True))
    assert sorted(pairs) == sorted(zip(units["finance_section"], units["unit_id"], strict=True))
    own = section_view(year, pairs[0][0]).units.set_index("unit_id")["assessed_score"]
    shown = dict(zip(column(sheet, "单位编码"), column(sheet, "单位考核得分"), strict=True))
    assert [shown[unit] for unit in own.index] == none_for_missing(own)


def test_years_side_by_side_are_those_of_the_page(book, year):
    view = trends_view(year)
    assert column(book["历年概况"], "复核平均分") == view.years["review_mean"].tolist()
    for number in view.columns:
        shown = column(book["历年单位得分"], f"{number}年度平均复核得分")
        assert shown == none_for_missing(view.units[number])


def test_figures_are_the_computed_ones(book, year):
    assert column(book["扣分台账"], "扣分") == year.scores.ledger["lost"].tolist()
    proposed = year.proposal.projects["proposed_wan"]
    shown = column(book["项目建议数"], "建议数（万元）")
    assert [value for value in shown if value is not None] == proposed.dropna().tolist()
    assert len(column(book["需核实的情况"], "种类")) == len(year.flags)


def test_every_rule_has_its_basis_and_says_whether_it_was_verified(book, year):
    rules = book["所用规则"]
    assert column(rules, "规则键") == [rule.key for rule in year.rules.all()]
    assert set(column(rules, "依据类别")) <= {"国家规定", "本地规定", "评价机构约定"}
    assert set(column(rules, "已与原文核对")) <= {"是", "否"}


def test_without_requests_nothing_is_proposed_and_the_notes_say_why(year):
    """Without them every project would seem to be given up: proposed 0."""
    without = WorkYear(year.suite, year.work_year, year.data_dir, year.book)
    vars(without)["requests"] = year.requests.iloc[:0]
    book = load_workbook(io.BytesIO(work_year_workbook(without)))
    assert not {"项目建议数", "逐步计算", "合计"} & set(book.sheetnames)
    notes = [cell for row in book["说明"].values for cell in row if cell]
    assert any("没有2022年度的预算申请" in str(note) for note in notes)


def test_the_command_writes_it_and_refuses_another_suffix(tmp_path):
    places = ["--suite", str(GOLDEN / "suite.toml"), "--data", str(GOLDEN / "data")]
    out = tmp_path / "book.xlsx"
    done = CliRunner().invoke(main, ["workbook", *places, "--out", str(out)])
    assert (done.exit_code, done.output) == (0, f"{out}\n")
    assert load_workbook(out).sheetnames[0] == "说明"
    refused = CliRunner().invoke(main, ["workbook", *places, "--out", str(tmp_path / "book.csv")])
    assert refused.exit_code == 2
    assert ".xlsx" in refused.output


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("soffice") is None, reason="需要 LibreOffice")
def test_libreoffice_makes_a_pdf(year, tmp_path):
    made = tmp_path / "book.xlsx"
    made.write_bytes(work_year_workbook(year))
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    command = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", tmp_path, made]
    subprocess.run(command, check=True, capture_output=True, timeout=240)
    assert (tmp_path / "book.pdf").read_bytes().startswith(b"%PDF")


def test_every_sheet_has_its_english(year):
    book = load_workbook(io.BytesIO(work_year_workbook(year, "en")))
    assert book.sheetnames[:3] == ["Notes", "Units", "Project scores"]
    assert next(book["Units"].values)[:2] == ("unit_id", "name")
    assert len(book.sheetnames) == 1 + len(SHEETS)


def test_the_public_workbook_has_the_sheets_of_suite_toml_without_texts_and_sealed_rows():
    suite = load_suite(GOLDEN / "suite.toml")
    publish = Publish(sheets=("units", "execution", "ledger"), sealed=("U001",))
    open_year = open_work_year(
        work_year=2021, data_dir=GOLDEN / "data", suite_file=GOLDEN / "suite.toml"
    )
    public = WorkYear(
        replace(suite, publish=publish), 2021, GOLDEN / "data", open_year.book, "public"
    )
    book = load_workbook(io.BytesIO(work_year_workbook(public)))
    assert book.sheetnames == ["说明", "单位", "扣分台账", "预算执行"]
    assert "扣分原因" not in next(book["扣分台账"].values)
    for sheet in ("单位", "预算执行", "扣分台账"):
        assert "U001" not in column(book[sheet], "单位编码")
    text = "\n".join(str(cell) for sheet in book for row in sheet.values for cell in row)
    sealed = open_year.evaluation["units"].set_index("unit_id").at["U001", "name"]
    assert sealed not in text
    notes = [row[4] for row in book["说明"].values]
    assert any("扣分台账未列出的列：扣分原因" in str(note) for note in notes)
    assert any("单位未列出1行" in str(note) for note in notes)
