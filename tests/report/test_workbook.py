"""The workbook of a year: raw values, notes on every column, and no text that becomes a formula."""

import io
from zipfile import ZipFile

import pandas as pd
import pytest
from lxml import etree
from openpyxl import load_workbook

from perfanalysis.data.spreadsheet import MOST_TEXT
from perfanalysis.report.workbook import Sheet, year_workbook

NOTES = "说明"
HOSTILE = [
    "=1+1",
    '=HYPERLINK("http://x.example")',
    "+1",
    "-1",
    "@SUM(1)",
    "#REF!",
    "\t=1",
    "<script>alert(1)</script>",
    "{{7*7}}",
    "../../x",
    "\u202egnp.exe",
    "长" * 10_000,
]


def book_of(**columns):
    table = pd.DataFrame(columns)
    shown = table.rename(columns={"annual_wan": "全年预算数（万元）", "name": "名称"})
    return year_workbook([Sheet("项目", "一行一个项目。", table, shown)], notes=["虚构。"])


def opened(content):
    return load_workbook(io.BytesIO(content))


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: repr(text[:14]))
def test_text_stays_text(text):
    cell = opened(book_of(name=[text]))["项目"]["A2"]
    assert (cell.data_type, cell.value) == ("s", text)


def test_numbers_are_raw():
    cell = opened(book_of(name=["甲"], annual_wan=[1.23456789]))["项目"]["B2"]
    assert (cell.data_type, cell.value) == ("n", 1.23456789)


def test_missing_is_blank():
    assert opened(book_of(name=["甲"], annual_wan=[None]))["项目"]["B2"].value is None


def test_the_header_stays_and_filters():
    sheet = opened(book_of(name=["甲", "乙"], annual_wan=[1.0, 2.0]))["项目"]
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("A2", "A1:B3")
    assert sheet.column_dimensions["B"].width >= 18


def test_notes_come_first_and_say_what_every_column_is():
    book = opened(book_of(name=["甲"], annual_wan=[1.0]))
    assert book.sheetnames == [NOTES, "项目"]
    rows = list(book[NOTES].values)
    assert rows[1] == (None, None, None, None, "虚构。")
    assert rows[2] == ("项目", None, None, None, "一行一个项目。")
    assert [row[:4] for row in rows[3:]] == [
        ("项目", "名称", "name", None),
        ("项目", "全年预算数（万元）", "annual_wan", "万元"),
    ]


def test_a_text_too_long_for_a_cell_is_cut_and_said():
    book = opened(book_of(name=["长" * (MOST_TEXT + 1), "短"]))
    assert len(book["项目"]["A2"].value) == MOST_TEXT
    assert book["项目"]["A3"].value == "短"
    assert "项目有1格文字超过32,767字" in [row[4] for row in book[NOTES].values][2]


def test_control_characters_leave_valid_xml():
    content = book_of(name=["a\x00b\x0b\ufffe"])
    with ZipFile(io.BytesIO(content)) as archive:
        for name in archive.namelist():
            etree.fromstring(archive.read(name))


def test_the_same_tables_give_the_same_bytes():
    assert book_of(name=["甲"], annual_wan=[1.0]) == book_of(name=["甲"], annual_wan=[1.0])
