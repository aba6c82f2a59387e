"""What a notebook shows: numbered, cited, escaped, in order."""

import dataclasses
import json
import re

import numpy as np
import pandas as pd
import pytest

from perfanalysis.errors import ReportError
from perfanalysis.report.charts import bars
from perfanalysis.report.columns import money_col, text_col
from perfanalysis.report.page import Page
from perfanalysis.report.text import texts

FRAME = pd.DataFrame({"name": ["甲", "乙"], "wan": [1.5, 2.5]})
COLUMNS = {"name": text_col("单位"), "wan": money_col("全年预算数")}


def chart(**kwargs):
    say = texts("common", "zh")
    return bars(
        FRAME,
        name="name",
        value="wan",
        column=money_col("全年预算数"),
        say=say,
        **{"caption": "各单位预算", **kwargs},
    )


def test_tables_and_figures_are_numbered_apart(new_page, shown):
    page = new_page()
    page.table(FRAME, caption="资金", columns=COLUMNS)
    page.figure(chart())
    page.table(FRAME, caption="资金", columns=COLUMNS, anchor="again")
    names = [output.metadata["perfanalysis"].get("name") for output in shown.outputs]
    assert [name for name in names if name] == ["表1", "图1", "表2"]
    assert 'id="table-1"' in shown.html
    assert 'id="again"' in shown.html


def test_english_numbers(new_page, shown):
    page = new_page(lang="en")
    page.table(FRAME, caption="Money", columns=COLUMNS)
    assert "Table 1. Money" in shown.last
    assert "Unit: ten thousand yuan" in shown.last


def test_a_figure_has_alt_caption_and_its_numbers(new_page, shown):
    page = new_page()
    page.figure(chart(), anchor="money")
    alt = re.search(r'<img alt="([^"]+)"', shown.last)[1]
    assert "最高为乙（2.50）" in alt
    assert "<figcaption>图1　各单位预算</figcaption>" in shown.last
    assert "图1的数据（万元）" in shown.last
    assert shown.last.count("<tr>") == 3


@pytest.mark.parametrize("lost", ["alt", "caption"])
def test_a_figure_without_words_is_refused(new_page, lost):
    with pytest.raises(ReportError, match="替代文字"):
        new_page().figure(dataclasses.replace(chart(), **{lost: " "}))


def test_a_citation_may_come_before_its_table(new_page, shown):
    page = new_page()
    page.findings([f"两个单位共4.00万元（{page.ref('money')}）。"])
    assert '<a class="ref" href="#money">后文</a>' in shown.last
    page.table(FRAME, caption="资金", columns=COLUMNS, anchor="money")
    page.paragraph(f"见{page.ref('money')}。")
    assert '<p>见<a class="ref" href="#money">表1</a>。</p>' in shown.last


@pytest.mark.parametrize("sentences", [[], ["句"] * 7])
def test_one_to_six_findings(new_page, sentences):
    with pytest.raises(ReportError, match="1至6条"):
        new_page().findings(sentences)


def test_headings_never_skip_a_level(new_page):
    page = new_page()
    with pytest.raises(ReportError, match="越级"):
        page.section("小节", "sub", level=3)
    page.section("一节", "one")
    page.section("小节", "sub", level=3)
    page.section("二节", "two")


@pytest.mark.parametrize("anchor", ["一", "A", "1a", "a b", 'a"', ""])
def test_anchors_are_plain(new_page, anchor):
    with pytest.raises(ReportError, match="锚点"):
        new_page().section("节", anchor)


def test_an_anchor_is_used_once(new_page):
    page = new_page()
    page.section("节", "one")
    with pytest.raises(ReportError, match="用了两次"):
        page.table(FRAME, caption="资金", columns=COLUMNS, anchor="one")


def test_one_header_first(new_page):
    page = new_page()
    with pytest.raises(ReportError, match="题头"):
        page.header("又一个")


def test_made_up_data_says_so(new_page, shown):
    new_page(sample=True)
    assert "虚构的示例数据" in shown.last
    shown.outputs.clear()
    new_page(sample=False)
    assert "虚构" not in shown.html


def test_listing_is_plain_json(shown):
    Page("x").header("题", listing={"a": np.float64(1.5), "b": np.int64(2), "c": float("nan")})
    listing = shown.outputs[-1].metadata["perfanalysis"]["listing"]
    assert json.dumps(listing) == '{"a": 1.5, "b": 2, "c": null}'
    with pytest.raises(ReportError, match="目录数据"):
        Page("x").header("题", listing={"a": object()})


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "{{7*7}}",
        "\u202ex",
        "长" * 10_000,
        "\ue000no-such\ue001",
    ],
)
def test_every_text_is_escaped(shown, text):
    page = Page("x")
    page.header(text, {text: text})
    page.findings([text])
    page.section(text, "one")
    page.paragraph(text)
    page.items([text], ordered=True)
    page.notice(text)
    page.table(FRAME, caption=text, columns=COLUMNS, notes=[text], source=text)
    page.figure(chart(caption=text, note=text))
    page.reproduction({text: text})
    body = "".join(o.data["text/html"] for o in shown.outputs[1:])
    assert "<script" not in body
    assert not re.search(r"<img(?! alt=\"[^\"<>]*\" src=\"data:image/png;base64,)", body)
    assert "\u202e" not in body
    assert not re.search(r"<[a-z]+[^<>]*\son\w+=", body)


def test_paragraphs_and_lists(new_page, shown):
    page = new_page()
    page.paragraph("一\n\n二")
    assert shown.last == "<p>一</p><p>二</p>"
    page.items(["一", "二"])
    assert shown.last == "<ul><li>一</li><li>二</li></ul>"
    with pytest.raises(ReportError, match="空的列表"):
        page.items([])


def test_the_same_page_twice_is_the_same_bytes(new_page, shown):
    def once() -> str:
        shown.outputs.clear()
        page = new_page()
        page.table(FRAME, caption="资金", columns=COLUMNS)
        page.figure(chart())
        return shown.html

    assert once() == once()


def test_a_mark_of_a_reference_in_data_is_no_link(new_page, shown):
    """Text from data that looks like our own mark neither links nor makes the page fail."""
    page = new_page()
    page.paragraph(f"\ue000table-9\ue001见{page.ref('table-1')}")
    page.table(
        pd.DataFrame({"name": ["\ue000x\ue001"]}), caption="表", columns={"name": text_col("名")}
    )
    assert 'href="#table-9"' not in shown.html
    assert 'href="#table-1"' in shown.html
    assert "\ue000" not in shown.html
