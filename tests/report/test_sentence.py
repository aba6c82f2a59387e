"""A sentence of the catalogue knows its numbers, and the page shows those of its main points."""

import pytest
from lxml import html as lxml_html

from perfanalysis.report.page import Page
from perfanalysis.report.public import Public
from perfanalysis.report.sentence import Sentence
from perfanalysis.report.text import texts

GAP = {"projects": 177, "stated": 95.6438, "review": 95.49, "gap": 0.1538}
ZH = texts("60_district", "zh")
EN = texts("60_district", "en")


def found(sentence):
    return [
        (sentence.clause(each), sentence[each.start : each.end], each.value)
        for each in sentence.numbers
    ]


def test_a_number_is_a_blank_in_its_clause_and_is_not_rounded():
    assert found(ZH("main-gap-above", **GAP)) == [
        ("＿＿个可比项目自评平均…", "177", 177),
        ("…个可比项目自评平均＿＿", "95.64分", 95.6438),
        ("按规则复核平均＿＿", "95.49分", 95.49),
        ("自评高出＿＿", "0.15分", 0.1538),
    ]


def test_a_point_or_comma_inside_a_number_ends_no_clause():
    said = Sentence.of([("Paid ", None), ("1,234.50", 1234.5), (" of all. Then ", None), ("2", 2)])
    assert found(said) == [("Paid ＿＿ of all", "1,234.50", 1234.5), ("Then ＿＿", "2", 2)]
    assert [printed for _, printed, _ in found(EN("main-gap-above", **GAP))][1] == "95.64 points"


def test_clauses_bring_their_numbers_with_them():
    inner = Sentence.of([("其中", None), ("3", 3), ("个", None)])
    outer = Sentence.of([("共", None), ("5", 5), ("个，", None), (inner, inner)])
    assert outer == "共5个，其中3个"
    assert found(outer) == [("共＿＿个", "5", 5), ("其中＿＿个", "3", 3)]


@pytest.mark.parametrize("value", [None, float("nan"), "7", True])
def test_what_is_no_number_is_none(value):
    assert Sentence.of([("甲", value)]).numbers == ()


def test_years_count_nothing():
    said = ZH("main-monitoring", year=2021, projects=191, annual=1.0, rate=None)
    assert [printed for _, printed, _ in found(said)] == ["191", "1.00万元"]


def shown_numbers(shown, public=None):
    """What the page displayed, and the rows of the block of numbers if it has one."""
    page = Page("60_district", public=public)
    page.header("标题")
    say = texts("60_district", "zh", public=public)
    page.findings([say("main-gap-above", **GAP), "没有数字的一句。"])
    body = "".join(each["data"]["text/html"] for each in shown.outputs)
    rows = lxml_html.fromstring(f"<main>{body}</main>").xpath("//details[@class='numbers']//tr")
    return body, [[cell.text_content() for cell in row] for row in rows]


def test_the_page_shows_the_numbers_of_its_main_points(shown):
    _, (head, *rows) = shown_numbers(shown)
    assert head == ["所在的句子", "数字", "未取整的数"]
    assert rows[1] == ["…个可比项目自评平均＿＿", "95.64分", "95.6438"]
    assert len(rows) == 4


def test_the_public_edition_shows_no_more_than_is_printed(shown):
    body, rows = shown_numbers(shown, Public(people=1, items=1))
    assert rows == []
    assert "95.64分" in body
    assert "95.6438" not in body
