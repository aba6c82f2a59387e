"""The search index: what is in it, how it is spread over files, that it is read as it was meant."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perfanalysis.report import search
from perfanalysis.report.search import packed, page_text, search_files, terms
from perfanalysis.report.templating import source

PAGE = """\
<nav><a href="#funds">不搜</a></nav><main id="main">
<header class="head" id="top"><h1>甲局报告</h1><dl class="facts"><div><dt>委托方</dt><dd>财政局</dd></div></dl></header>
<h2 id="findings">要点</h2><ul class="findings"><li class="finding">执行率低于<a href="#t">表1</a>。</li></ul>
<h2 id="funds">资金</h2><p>正文不搜。</p>
<figure class="table" id="t"><figcaption id="t-caption">表1　资金 <span class="unit">单位：万元</span></figcaption>
<table><thead><tr><th scope="col">名称</th></tr></thead><tbody>
<tr class="group"><th scope="rowgroup" colspan="2">图书馆（P1-01）</th></tr>
<tr id="p-p1"><th scope="row"><a href="x.html">开放天数&amp;&lt;b&gt;</a></th><td class="num">3.00</td></tr>
<tr><th scope="row">开放天数&amp;&lt;b&gt;</th><td>乙</td></tr></tbody>
<tfoot><tr><th scope="row">合计</th></tr></tfoot></table></figure>
<div class="chart" id="c"><figure><div class="chart-box"><img alt="x" src="data:image/png;base64,aGVsbG8="></div>
<figcaption>图1　扣分</figcaption></figure><details><table><tbody><tr><th scope="row">又是它</th></tr></tbody></table></details></div>
<h2 id="reproduction">复现信息</h2></main>
"""  # noqa: E501


def read(script):
    """What a file of the index hands over, and under which name."""
    name, content = re.fullmatch(r'searchData\("([\w-]+)",(.*)\);\n', script, re.DOTALL).groups()
    return name, json.loads(content)


def unpacked(text):
    """Read numbers as the script does, from the digits that the script states."""
    digits = "".join(chr(35 + at) for at in range(92) if chr(35 + at) not in "\\<&'")
    half = len(digits) // 2
    numbers, before, step, weight = [], -1, 0, 1
    for character in text:
        step += digits.index(character) % half * weight
        weight *= half
        if digits.index(character) < half:
            before += step + 1
            numbers.append(before)
            step, weight = 0, 1
    return numbers


def test_what_can_be_searched_of_a_page():
    text = page_text(PAGE)
    assert text.title == "甲局报告"
    assert [(each.anchor, each.heading, each.texts) for each in text.sections] == [
        ("findings", "要点", [("执行率低于表1。", "")]),
        ("funds", "资金", []),
        ("t", "表1　资金", [("图书馆（P1-01）", ""), ("开放天数&<b>", "")]),
        ("c", "图1　扣分", []),
        ("reproduction", "复现信息", []),
    ]


def test_a_row_has_its_own_anchor():
    text = page_text(PAGE.replace("<tr><th", '<tr id="p-p2"><th'))
    assert text.sections[2].texts[1] == ("开放天数&<b>", "p-p2")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("图书馆", ["图书", "书馆", "馆"]),
        ("馆", ["馆"]),
        ("ＰＰＰ项目", ["ppp", "项目", "目"]),
        ("2020年", ["2020", "年"]),
        ("、。“”（）<>", []),
        ("カタログ", ["カタ", "タロ", "ログ", "グ"]),
        ("𠮷野", ["𠮷野", "野"]),
        ("Straße_2", ["straße", "2"]),
    ],
)
def test_terms(text, expected):
    assert list(terms(text)) == expected


@given(st.text(alphabet="区图书馆教育局aZ1 （）", min_size=1), st.data())
def test_whatever_stands_in_a_text_begins_one_of_its_terms(text, data):
    """A needle's terms, but for the last, are whole ones; the last may be only begun."""
    start = data.draw(st.integers(0, len(text) - 1))
    needle = text[start : start + data.draw(st.integers(1, 6))]
    found = set(terms(text))
    words = re.findall(r"[a-z0-9]+", text.lower())
    for term in terms(needle):
        if re.match("[a-z0-9]", term):
            assert any(term in word for word in words)
        else:
            assert any(each.startswith(term) for each in found)


@given(st.sets(st.integers(0, 100_000)))
def test_numbers_are_read_as_they_were_packed(numbers):
    assert unpacked(packed(sorted(numbers))) == sorted(numbers)


def test_the_script_has_the_same_digits_and_runs():
    """Python's own digits and ranges, spelled as the script spells them."""
    script = source("search.js")
    assert "[...Array(92).keys()].map((at) => String.fromCharCode(at + 35))" in script
    assert """!"\\\\<&'".includes(each)""" in script
    spelled = re.search(r'const CJK = "(.*)"', script)[1]
    read_back = re.sub(r"\\\\u\{?([0-9a-f]{4,5})\}?", lambda match: chr(int(match[1], 16)), spelled)
    assert read_back == search._CJK


def test_the_files_lead_from_a_term_to_the_text():
    files = dict(map(read, search_files({"a.html": PAGE, "30_unit-U7.html": PAGE}).values()))
    assert files["pages"] == {
        "pages": [["a.html", "甲局报告"], ["30_unit-U7.html", "甲局报告"]],
        "starts": [0],
        "shards": 1,
    }
    assert unpacked(files["words-0"]["图书"]) == [0, 1]
    assert unpacked(files["words-0"]["u7"]) == [1]
    assert "正文" not in files["words-0"]
    assert files["text-0"][0][2] == ["t", "表1　资金", ["图书馆（P1-01）", "开放天数&<b>"]]


def test_a_large_index_is_spread_over_files(monkeypatch):
    monkeypatch.setattr(search, "MOST_BYTES", 1500)
    pages = {f"{n}.html": PAGE.replace("甲", chr(0x4E00 + n)) for n in range(50)}
    made = search_files(pages)
    files = dict(map(read, made.values()))
    about = files["pages"]
    assert about["shards"] > 1
    assert len(about["starts"]) > 1
    assert max(len(each) for name, each in made.items() if "text" in name) < 3000
    for number in range(50):
        term = f"{chr(0x4E00 + number)}局"
        assert unpacked(files[f"words-{ord(term[0]) % about['shards']}"][term]) == [number]
        chunk = max(at for at, start in enumerate(about["starts"]) if start <= number)
        sections = files[f"text-{chunk}"][number - about["starts"][chunk]]
        assert sections[0][:2] == ["findings", "要点"]


def test_the_same_pages_give_the_same_bytes():
    pages = {"a.html": PAGE, "b.html": PAGE}
    assert search_files(pages) == search_files(dict(pages))


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", '");alert(1);("', "\u2028", "\\"])
def test_hostile_text_stays_text(text):
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&#34;")
    files = dict(map(read, search_files({"a.html": PAGE.replace("甲局报告", escaped)}).values()))
    assert files["pages"]["pages"] == [["a.html", text.strip()]]
