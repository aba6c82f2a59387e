"""The scanner sees personal numbers in every kind of file, and nothing in amounts and codes.

Numbers that must be seen are the published examples of their standards: the identity numbers of
GB 11643-1999 (annex), the card number of ISO/IEC 7812-1's check digit (4992 7398 716 is Luhn's own
textbook number; 6222 0212 3456 7894 was given its check digit by hand).
"""

import json

import pytest
from docx import Document
from openpyxl import Workbook

from perfanalysis.errors import ReportError
from perfanalysis.suite.scanner import numbers_in, refuse_unfit, scan

IDENTITY = "11010519491231002X"  # GB 11643-1999, example of the standard
OTHER = "440524188001010014"  # its other example
CARD = "6222021234567894"
SEEN = {
    f"身份证{IDENTITY}。": "identity",
    "１１０１０５１９４９１２３１００２Ｘ": "identity",
    OTHER: "identity",
    "电话13812345678转": "mobile",
    "138 1234 5678": "mobile",
    "+86 139-1234-5678": "mobile",
    "联系电话：88886666": "phone",
    "010-88886666": "phone",
    "(0755) 26123456": "phone",
    "0755-2612345": "phone",
    CARD: "account",
    "6222 0212 3456 7894": "account",
    "开户行：某银行，账号 44050142000000123": "account",
}
UNSEEN = [
    "64,286.41万元", "64286.41", "1234567890123.45", "0.13812345678901", "13812345678.5",
    "2020-03-31至2020-12-31", "20200331", "2020年12月31日", "财预〔2020〕10号", "P001-02",
    "示财绩〔2020〕16号", "1.0", "99.99%", "138123456789", "110105194912310021",
    "11010519491331002X", "6222021234567890", "138个项目12345678元",
    "5f4dcc3b5aa765d61d8327deb13812345678cf99ab12cd34ef56ab78cd90ef12",
    "440111220000000012345", "（2020）88886666", "1949-12-31",
]  # fmt: skip


@pytest.mark.parametrize(("text", "kind"), SEEN.items())
def test_a_personal_number_is_seen(text, kind):
    assert [seen.kind for seen in numbers_in(text)] == [kind]


@pytest.mark.parametrize("text", UNSEEN)
def test_what_is_none_is_not_seen(text):
    assert numbers_in(text) == []


def test_it_is_masked():
    (seen,) = numbers_in("13812345678")
    assert seen.masked == "138******78"


def test_every_kind_of_file_is_read(tmp_path):
    (tmp_path / "a.html").write_text(
        '<h1 id="top">甲</h1><p>联系<b>138</b>12345678</p><img alt="13912345678">'
        '<script type="application/json">{"x": "13712345678"}</script>',
        "utf-8",
    )
    document = Document()
    document.add_paragraph("").add_run("136")
    document.paragraphs[0].add_run("12345678")
    document.save(tmp_path / "b.docx")
    book = Workbook()
    book.active.append(["甲", 13512345678])
    book.save(tmp_path / "c.xlsx")
    (tmp_path / "d.json").write_text(json.dumps({"x": ["甲", {"y": "13312345678"}]}), "utf-8")
    (tmp_path / "e.js").write_text('searchData("text-0",[["13212345678"]]);\n', "utf-8")
    found = {str(each.where): each.found for each in scan(tmp_path)}
    assert found == {
        "a.html!#top!<p>": "138******78",
        "a.html!#top!<img alt>": "139******78",
        "a.html!#top!<script>": "137******78",
        "b.docx!word/document.xml!段落1": "136******78",
        "c.xlsx!Sheet!B1": "135******78",
        "d.json!/x/1/y": "133******78",
        "e.js!/1/0/0": "132******78",
    }


def test_a_number_that_was_looked_at_is_allowed(tmp_path):
    (tmp_path / "a.json").write_text('["138 1234 5678", "13912345678"]', "utf-8")
    assert [each.found for each in scan(tmp_path, allowed=["13812345678"])] == ["139******78"]


def test_a_file_that_cannot_be_read_is_refused(tmp_path):
    (tmp_path / "a.xlsx").write_bytes(b"PK")
    with pytest.raises(ReportError, match=r"a\.xlsx"):
        scan(tmp_path)


def test_the_refusal_says_where_what_and_what_to_do(tmp_path):
    page = '<header data-edition="public" id="top"><h1>甲</h1></header><p>13812345678</p>'
    (tmp_path / "a.html").write_text(page, "utf-8")
    with pytest.raises(ReportError, match=r"a\.html!#top!<p> 像是手机号码（138\*+78）.*allowed"):
        refuse_unfit(tmp_path, ["a.html"], allowed=())
    (tmp_path / "a.html").write_text("<h1>甲</h1>", "utf-8")
    with pytest.raises(ReportError, match="没有按公开版"):
        refuse_unfit(tmp_path, ["a.html"], allowed=())
