"""The workbook of the sample year holds the figures that the reports are made from."""

import io
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from openpyxl import load_workbook

from perfanalysis.cli import main
from perfanalysis.suite.config import SHEETS, Publish, load_suite
from perfanalysis.suite.workbook import work_year_workbook
from perfanalysis.suite.workyear import WorkYear, open_work_year

GOLDEN = Path(__file__).parents[1] / "golden"


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
        "说明", "单位", "项目得分", "指标得分", "扣分台账", "预算执行", "需核实的情况",
        "资金核实清单",
        "项目建议数", "逐步计算", "合计", "所用规则", "问题清单",
    ]  # fmt: skip
    for sheet in book:
        assert not [title for title in next(sheet.values) if title.isascii()], sheet.title


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
