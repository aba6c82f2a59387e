"""What reports.md, section 10, asks of a page, held on the pages of the golden notebooks."""

import itertools
import re
from pathlib import Path

import nbformat
import pandas as pd
import pytest
from lxml import html as lxml_html

from main_points import unfounded
from perfanalysis.report.places import PLACES
from perfanalysis.report.site import page_facts, render_page
from printed_totals import wrong_totals

GOLDEN = Path(__file__).parents[1] / "golden"
COPIES = sorted(path.stem for path in GOLDEN.glob("*.ipynb"))
HAN = re.compile("[\u4e00-\u9fff]")


@pytest.fixture(scope="module")
def pages():
    """Name of a golden notebook to its page, and to what the page says of itself."""
    read = {name: nbformat.read(GOLDEN / f"{name}.ipynb", as_version=4) for name in COPIES}
    return {
        name: (lxml_html.fromstring(render_page(each)), page_facts(each))
        for name, each in read.items()
    }


@pytest.mark.parametrize("copy", COPIES)
def test_no_trace_of_code_in_the_text(pages, copy):
    text = pages[copy][0].find(".//main").text_content()

    assert not re.search(r"\\u[0-9a-f]{4}|\bnan\b|\bNone\b|未安装|\*\*", text)


@pytest.mark.parametrize("copy", COPIES)
def test_every_table_and_figure_is_cited_and_numbered_in_order(pages, copy):
    root, facts = pages[copy]
    cited = {link.get("href").removeprefix("#") for link in root.iterfind(".//a[@class='ref']")}
    assert set(facts.names) - cited == set()
    for kind in ("表|Table ", "图|Figure "):
        numbers = [
            int(found[1])
            for name in facts.names.values()
            if (found := re.match(rf"(?:{kind})(\d+)", name))
        ]
        assert numbers == list(range(1, len(numbers) + 1))


@pytest.mark.parametrize("copy", COPIES)
def test_figures_have_words_and_headings_go_down_by_one(pages, copy):
    root, facts = pages[copy]
    assert all(len(image.get("alt")) > 10 for image in root.iterfind(".//img"))
    levels = [int(each.tag[1]) for each in root.iter("h1", "h2", "h3", "h4")]
    assert levels.count(1) == 1
    assert all(two - one <= 1 for one, two in itertools.pairwise(levels))
    assert root.get("lang") == ("zh-Hans" if copy.endswith("zh") else "en")
    assert root.findtext(".//title") == facts.title


@pytest.mark.parametrize("copy", COPIES)
def test_captions_are_not_repeated(pages, copy):
    captions = list(pages[copy][1].captions.values())
    assert len(captions) == len(set(captions))


def test_every_question_of_the_index_has_its_place(pages):
    answered = {place for _, facts in pages.values() for place in facts.places}
    assert answered == set(PLACES)


@pytest.fixture(scope="module")
def given_texts():
    """Every text of the golden district's data, its settings and its documents, longest first."""
    found = set(re.findall("[\u4e00-\u9fff〔〕0-9]+", (GOLDEN / "suite.toml").read_text("utf-8")))
    for path in sorted((GOLDEN / "data").rglob("*.csv")):
        cells = pd.read_csv(path, dtype="str", keep_default_na=False).stack()
        found |= {each for each in cells if HAN.search(each)}
    found |= {"财预〔2020〕10号", "附件", "中发〔2018〕34号", "财预〔2021〕101号"}
    found |= {"财建〔2004〕369号", "福利"}  # of money: a document, and a word that is looked for
    return sorted(found, key=lambda text: (-len(text), text))


@pytest.mark.parametrize("copy", [name for name in COPIES if name.endswith("-en")])
def test_an_english_page_has_chinese_only_where_the_data_has(pages, given_texts, copy):
    text = pages[copy][0].find(".//main").text_content()
    for each in given_texts:
        text = text.replace(each, "")
    assert sorted(set(re.findall("[^\\n]{0,20}[\u4e00-\u9fff]+[^\\n]{0,20}", text))) == []


@pytest.mark.parametrize("copy", COPIES)
def test_each_number_of_the_main_points_is_in_a_table(pages, copy):
    """reports.md, section 10, item 4."""
    assert unfounded(pages[copy][0]) == {}


def test_a_number_that_no_table_has_would_be_found():
    page = """<li class="finding">12个项目，<a>表1</a>执行1,234.50万元，执行率61.7%，高0.25分。</li>
        <details class="numbers"><table><tbody><tr><td>0.25</td></tr></tbody></table></details>
        <table><tbody><tr><th>甲</th><td>12</td><td>2,000.00</td></tr></tbody>
        <tfoot><tr><td>1,234.50</td></tr></tfoot></table>"""
    found = unfounded(lxml_html.fromstring(f"<main>{page}</main>"))
    assert list(found.values()) == [["0.25", "61.7%"]]


@pytest.mark.parametrize("copy", COPIES)
def test_totals_are_the_sums_of_the_printed_rows(pages, copy):
    """Section 10, item 3."""
    assert wrong_totals(pages[copy][0]) == []


def test_a_total_that_is_no_sum_would_be_found():
    page = """<figure class="table"><figcaption>表1</figcaption><table>
        <thead><tr><th>单位</th><th>个数</th><th>全年预算数</th></tr></thead>
        <tbody><tr><th>甲</th><td class="num">1</td><td class="num">1,000.10</td></tr>
        <tr class="group"><th>组</th><td class="num">9</td></tr>
        <tr><th>乙</th><td class="num">2</td><td class="num">−0.20</td></tr></tbody>
        <tfoot><tr><th>合计</th><td class="num">3</td><td class="num">999.80</td></tr></tfoot>
        </table></figure>"""
    assert wrong_totals(lxml_html.fromstring(page)) == [("表1", "全年预算数", "999.80", "999.90")]
