"""Pages: nothing but what the notebook showed, whole, offline, the same bytes twice."""

import re
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise

import nbformat.v4 as v4
import pandas as pd
import pytest
from lxml import html as lxml_html

from perfanalysis.errors import ReportError
from perfanalysis.report.charts import bars
from perfanalysis.report.columns import money_col, text_col
from perfanalysis.report.exporter import PageExporter
from perfanalysis.report.index import HEADLINES
from perfanalysis.report.listings import MOST_LISTED
from perfanalysis.report.places import PLACES, places_of
from perfanalysis.report.site import (
    MOST_BYTES,
    Entry,
    Frame,
    Link,
    assets,
    check_index_facts,
    page_facts,
    render_failure,
    render_index,
    render_page,
)
from perfanalysis.report.text import texts

FRAME = pd.DataFrame({"name": ["甲", "乙"], "wan": [1.5, 2.5]})
COLUMNS = {"name": text_col("单位"), "wan": money_col("全年预算数")}
HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{7*7}}",
    "\u202eabc",
    "长" * 10_000,
]


class Outline(HTMLParser):
    """Tags with their attributes, and ids."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(html)
        assert not self.open, f"never closed: {self.open}"

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "link", "img", "input", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def values(self, name: str) -> list[str]:
        return [attrs[name] or "" for _, attrs in self.tags if name in attrs]

    def count(self, tag: str) -> int:
        return sum(name == tag for name, _ in self.tags)


def whole(new_page, **kwargs):
    """Show one of everything."""
    say = texts("common", kwargs.get("lang", "zh"))
    page = new_page(**kwargs)
    page.notice("有3条规则尚未核对。")
    page.findings([f"两个单位共4.00万元（{page.ref('money')}、{page.ref('chart')}）。"])
    page.section("资金", "funds")
    page.paragraph("正文。")
    page.table(FRAME, caption="资金", columns=COLUMNS, total={"wan": 4}, anchor="money")
    page.section("小节", "sub", level=3)
    page.figure(
        bars(FRAME, name="name", value="wan", column=money_col("预算"), caption="预算", say=say),
        anchor="chart",
    )
    page.reproduction({"版本": "perfanalysis"})


FRAMED = Frame(
    trail=[Link("2021年度", "index.html")],
    previous=Link("甲局", "30_unit-U1.html"),
    following=Link("丙局", "30_unit-U3.html"),
)


def check_page(html: str) -> Outline:
    """What holds for every page of the site."""
    outline = Outline(html)
    levels = [int(tag[1]) for tag, _ in outline.tags if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(two - one <= 1 for one, two in pairwise(levels))
    ids = outline.values("id")
    assert len(ids) == len(set(ids))
    targets = [href[1:] for href in outline.values("href") if href.startswith("#")]
    assert set(targets) <= set(ids)
    assert set(outline.values("aria-labelledby")) <= set(ids)
    links = [*outline.values("href"), *outline.values("src")]
    assert not [
        link
        for link in links
        if re.match(r"(https?:)?//|[a-z]+:(?!image/png)", link)
        and not link.startswith("data:image/png;base64,")
    ]
    assert outline.count("style") == 0
    assert not outline.values("style")
    assert not [name for _, attrs in outline.tags for name in attrs if name.startswith("on")]
    assert [attrs for tag, attrs in outline.tags if tag == "script"] == [
        {"src": "script.js", "defer": None},
        {"src": "search.js", "defer": None},
    ]
    assert "default-src 'none'" in html
    assert outline.count("title") == 1
    assert all(attrs.get("alt") for tag, attrs in outline.tags if tag == "img")
    text = re.sub(r"<[^>]*>", " ", html)
    assert not re.search(
        r"\bnan\b|\bNone\b|\bNaT\b|<NA>|\\u[0-9a-f]{4}|未安装|\*\*|[\ue000\ue001]", text
    )
    return outline


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_page_is_whole(new_page, shown, lang):
    whole(new_page, lang=lang, sample=True)
    html = render_page(shown.notebook(), frame=FRAMED)
    outline = check_page(html)
    assert outline.tags[0] == ("html", {"lang": "zh-Hans" if lang == "zh" else "en"})
    assert "secret_code" not in html
    assert "给运行者看的说明" not in html
    for href in ("index.html", "30_unit-U1.html", "30_unit-U3.html", "#main", "#funds", "#sub"):
        assert href in outline.values("href")
    assert ("虚构" if lang == "zh" else "made-up") in html


def test_citations_get_their_numbers(new_page, shown):
    whole(new_page)
    html = render_page(shown.notebook())
    assert '（<a class="ref" href="#money">表1</a>、<a class="ref" href="#chart">图1</a>）' in html
    facts = page_facts(shown.notebook())
    assert facts.findings == ("两个单位共4.00万元（表1、图1）。",)
    assert facts.names == {"money": "表1", "chart": "图1"}
    assert [item.anchor for item in facts.contents] == [
        "findings", "funds", "sub", "reproduction"
    ]  # fmt: skip
    assert facts.notices == ("有3条规则尚未核对。",)


def test_a_citation_of_nothing_is_refused(new_page, shown):
    page = new_page()
    page.paragraph(f"见{page.ref('nowhere')}。")
    with pytest.raises(ReportError, match="nowhere"):
        render_page(shown.notebook())


def test_an_empty_page_is_small(new_page, shown):
    new_page()
    assert len(render_page(shown.notebook(), frame=FRAMED).encode()) < 15_000
    assert sum(len(content.encode()) for content in assets().values()) < 30_000


def test_the_same_notebook_gives_the_same_bytes(new_page, shown):
    whole(new_page)
    first, second = shown.notebook(), shown.notebook()
    second.cells[1].id = "another-id"
    second.cells[1].execution_count = 7
    assert render_page(first) == render_page(second)


@pytest.mark.parametrize(
    "output",
    [
        v4.new_output("stream", name="stdout", text="debug"),
        v4.new_output("execute_result", data={"text/plain": "3"}, execution_count=1),
        v4.new_output("display_data", data={"text/html": "<script>alert(1)</script>"}),
        v4.new_output("error", ename="KeyError", evalue="x", traceback=[]),
    ],
)
def test_what_did_not_go_through_the_page_is_refused(new_page, shown, output):
    new_page()
    with pytest.raises(ReportError, match="第2个单元格"):
        render_page(shown.notebook(output))


def test_warnings_are_not_printed(new_page, shown):
    new_page()
    html = render_page(shown.notebook(v4.new_output("stream", name="stderr", text="loud")))
    assert "loud" not in html


def test_a_notebook_without_header_is_refused(shown):
    with pytest.raises(ReportError, match=r"page\.header.*0次"):
        render_page(shown.notebook())


def test_a_page_over_600_kb_is_refused(new_page, shown):
    page = new_page()
    page.paragraph("字" * 200_000)
    with pytest.raises(ReportError, match="超过600kB"):
        render_page(shown.notebook())


def test_nbconvert_gives_the_same_page(new_page, shown):
    whole(new_page)
    body, resources = PageExporter().from_notebook_node(shown.notebook())
    assert body == render_page(shown.notebook())
    assert resources["output_extension"] == ".html"


PROJECT = {"name": "图书馆", "anchor": "p-p1", "annual_wan": 7.25, "grade": "poor",
           "flags": ["low-execution", "asset-idle"]}  # fmt: skip
ENTRIES = [
    Entry("60_district.html", "全区评价报告", "全区评价报告", summary="共183个项目。",
          headline={"annual": {"annual": 64286.41}, "rate": {"rate": 0.917}}),
    Entry("30_unit-U1.html", "单位报告", "甲局", listing={"annual_wan": 1.5, "flags": 1},
          members=[PROJECT]),
    Entry("30_unit-U2.html", "单位报告", "乙局", "kept", listing={"annual_wan": None}),
    Entry("90_work_summary.html", "工作总结", "工作总结", "failed", "KeyError"),
]  # fmt: skip


def index(entries, **kwargs):
    return render_index(entries, **kwargs)["index.html"]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_index_links_every_page(lang):
    html = index(ENTRIES, title="2021年度", lang=lang, sample=True, facts={"委托方": "甲"})
    outline = check_page(html)
    listed = html[html.index('<h2 id="whole">') :]
    order = [listed.index(f'href="{entry.href}"') for entry in ENTRIES]
    assert sorted(order) == [order[n] for n in (0, 3, 1, 2)]
    assert "30_unit-U1.html#p-p1" in outline.values("href")
    assert 'data-value="1.5"' in html


def test_the_figures_of_the_index_are_those_that_the_pages_gave():
    html = index(ENTRIES, title="2021年度")
    assert '<dt>全年预算数</dt><dd><a href="60_district.html">64,286.41万元</a></dd>' in html
    assert '<dt>预算执行率</dt><dd><a href="60_district.html">91.7%</a></dd>' in html
    assert 'class="figures"' not in index(ENTRIES[1:], title="2021年度")


def test_the_index_leads_to_what_is_asked_for_most():
    district = replace(ENTRIES[0], places=("losses", "ungraded"))
    html = index([district, *ENTRIES[1:]], title="2021年度")
    links = lxml_html.fromstring(html).xpath("//ul[@class='find']//a")
    assert [(link.get("href"), link.text) for link in links] == [
        ("#group-1", "单位报告（2）"),
        ("#members", "项目（1）"),
        ("60_district.html#table-refused", "不能评级的项目"),
        ("60_district.html#table-losses", "扣分集中在哪里"),
    ]
    failed = replace(district, status="failed")
    assert 'class="find"' not in index([failed, *ENTRIES[1:]], title="2021年度")


def test_a_page_says_which_questions_it_answers(new_page, shown):
    page = new_page()
    page.table(pd.DataFrame({"a": ["甲"]}), caption="表", columns={"a": text_col("名称")},
               anchor="table-losses")  # fmt: skip
    assert page_facts(shown.notebook()).places == ()
    assert places_of("60_district", ["table-losses", "table-1"]) == ("losses",)


def test_every_figure_and_place_has_its_words():
    for lang in ("zh", "en"):
        say = texts("common", lang)
        assert all(say.has(f"place-{key}") for key in PLACES)
        assert all(say.has(f"headline-{key}") for key in HEADLINES)
        assert all(say.has(f"headline-{key}-label") for key in HEADLINES)


def test_the_projects_of_all_units_are_listed_together():
    html = index(ENTRIES, title="2021年度")
    listed = html[html.index('<h2 id="members">') :]
    assert '<a href="30_unit-U1.html#p-p1">图书馆</a>' in listed
    assert "<td>甲局</td>" in listed
    assert "<td>差</td>" in listed
    assert "<td>执行率低、资产闲置</td>" in listed


def test_the_index_says_what_failed_and_what_is_old():
    html = index(ENTRIES, title="2021年度")
    assert "共4份报告，其中1份未能生成" in html
    assert "其中1份是以前运行留下的" in html
    assert '<span class="failed">未能生成</span>' in html
    assert '<li><a href="90_work_summary.html">' in html
    assert "全年预算数（万元）" in html
    fine = index(ENTRIES[:1], title="2021年度")
    assert "共1份报告，全部生成。" in fine


def test_a_unit_alone_is_not_the_whole_district():
    html = index([ENTRIES[0], ENTRIES[1]], title="2021年度")
    assert '<h2 id="group-1">单位报告</h2>' in html
    assert html.index("全区评价报告") < html.index("甲局")


def test_the_index_prints_the_unit_of_the_run():
    html = index(ENTRIES, title="2019年", money_unit="百万円")
    assert "全年预算数（百万円）" in html
    assert "万元" not in html


def test_a_long_listing_goes_on_over_pages_of_its_own():
    rows = [
        Entry(f"30_unit-U{n}.html", "单位报告", f"{n}局", listing={"annual_wan": 12345.6})
        for n in range(2 * MOST_LISTED + 1)
    ]
    pages = render_index(rows, title="2021年度", sample=True)
    assert list(pages) == ["index.html", "list-group-1-2.html", "list-group-1-3.html"]
    for html in pages.values():
        check_page(html)
        assert len(html.encode()) < MOST_BYTES
    first, second, third = pages.values()
    assert 'href="30_unit-U499.html"' in first
    assert 'href="30_unit-U500.html"' not in first
    assert 'href="list-group-1-3.html"' in first
    assert 'href="30_unit-U500.html"' in second
    assert 'href="30_unit-U1000.html"' in third


@pytest.mark.parametrize(
    "facts",
    [
        {"listing": {"surprise": 1}},
        {"headline": {"surprise": {}}},
        {"headline": {"annual": {"missing": 1}}},
        {"members": [{"name": "甲", "anchor": "a", "surprise": 1}]},
        {"members": [{"name": "甲", "anchor": "a", "flags": ["surprise"]}]},
    ],
)
def test_what_the_index_cannot_print_is_refused(new_page, shown, facts):
    known = page_facts(titled(new_page, shown))
    check_index_facts(known)
    with pytest.raises(ReportError, match=r"surprise|annual"):
        check_index_facts(replace(known, **facts))


def titled(new_page, shown):
    new_page()
    return shown.notebook()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_failure_page_says_what_and_how_to_repeat(lang):
    html = render_failure(
        title="工作总结", notebook="90_work_summary", error="KeyError", message="'x'", lang=lang,
        cell=5, source="frame['x']", traceback="Traceback", parameters={"work_year": 2021},
        command="perfanalysis run --only 90_work_summary", frame=FRAMED,
    )  # fmt: skip
    check_page(html)
    for words in ("KeyError", "frame[&#39;x&#39;]", "2021", "--only 90_work_summary"):
        assert words in html


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_harmless_everywhere(text):
    pages = [
        index(
            [Entry("a.html", text, text, "failed", text),
             *(Entry(f"{n}.html", "组", text, listing={"projects": 1},
                     members=[{"name": text, "anchor": "a", "flags": []}]) for n in "bc")],
            title=text, facts={text: text},
        ),
        render_failure(title=text, notebook=text, error=text, message=text, source=text,
                       traceback=text, parameters={text: text}, command=text,
                       frame=Frame([Link(text, "index.html")])),
    ]  # fmt: skip
    for html in pages:
        check_page(html)
        assert "<script>alert" not in html
        assert "<img" not in html
        assert "\u202e" not in html
        assert "49" not in re.sub("字+", "", html)
