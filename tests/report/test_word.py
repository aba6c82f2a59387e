"""The Word report says what the page says, in a form that Word and LibreOffice take."""

import io
import re
import shutil
import subprocess
from pathlib import Path
from zipfile import ZipFile

import docx
import nbformat
import pandas as pd
import pytest
from docx.oxml.ns import qn
from lxml import etree
from lxml import html as markup
from matplotlib.figure import Figure as Drawing

from perfanalysis.report.canvas import Chart
from perfanalysis.report.columns import money_col, text_col
from perfanalysis.report.site import render_page
from perfanalysis.report.word import blocks_of, docx_of, render_word
from perfanalysis.report.word.blocks import Heading, Items, Report, Span, Table
from perfanalysis.report.word.body import TEXT_WIDTH, chinese_number, column_widths

GOLDEN = sorted((Path(__file__).parents[1] / "golden").glob("*.ipynb"))
WITH_WORD = [path for path in GOLDEN if path.stem[:2] in ("30", "40", "90")]
NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?%?")
HOSTILE = [
    "<script>alert(1)</script>",
    '"><img onerror=alert(1)>',
    '=HYPERLINK("http://x.example")',
    "{{7*7}}",
    "../../x",
    "\u202egnp.exe\u200f",
    "长" * 10_000,
    "a\x00b\x0bc\x1f\ufffe\uffff",
    "]]>&amp;",
]


def read(name):
    return nbformat.read(name, as_version=4)


def part(word, name="word/document.xml"):
    with ZipFile(io.BytesIO(word)) as archive:
        return etree.fromstring(archive.read(name))


def texts_of_cells(table):
    return [[cell.text for cell in row.cells] for row in table.rows]


def all_text(word):
    return "".join(part(word).itertext(qn("w:t")))


def page_tables(html):
    """Tables of a page, spanning cells repeated as python-docx gives them; not those of figures."""
    tables = []
    for figure in markup.document_fromstring(html).iterfind('.//figure[@class="table"]'):
        rows = []
        for line in figure.iter("tr"):
            spans = [(cell.text_content(), int(cell.get("colspan") or 1)) for cell in line]
            rows.append([text for text, span in spans for _ in range(span)])
        tables.append(rows)
    return tables


@pytest.fixture
def report(shown, new_page):
    """A page with a long table, a figure and every other piece."""
    page = new_page(sample=True)
    page.findings([f"有一张表，见{page.ref('long')}。"])
    page.section("一、第一节", "first")
    page.section("（一）小节", "inner", level=3)
    page.items(["甲", "乙"], ordered=True)
    page.section("第二节", "second")
    page.items(["丙"], ordered=True)
    page.notice("须知")
    frame = pd.DataFrame({"name": [f"项目{n}" for n in range(120)], "money": [1.005] * 120})
    page.table(
        frame,
        caption="资金",
        columns={"name": text_col("名称"), "money": money_col("金额")},
        total={"money": 120.6},
        anchor="long",
    )
    drawing = Drawing(figsize=(6.3, 2))
    drawing.add_axes((0.1, 0.1, 0.8, 0.8)).plot([1, 2])
    page.figure(Chart(drawing, "一条线", "从1到2的线。", frame.head(2), {"name": text_col("名称")}))
    page.reproduction({"命令": "perfanalysis run"})
    return shown.notebook()


@pytest.mark.parametrize("path", WITH_WORD, ids=lambda path: path.stem)
def test_tables_are_those_of_the_page(path):
    notebook = read(path)
    word = docx.Document(io.BytesIO(render_word(notebook)))
    expected = page_tables(render_page(notebook))
    assert expected
    assert [texts_of_cells(table) for table in word.tables] == expected


@pytest.mark.parametrize("path", WITH_WORD, ids=lambda path: path.stem)
def test_every_number_of_the_page_is_in_the_report_and_no_other(path):
    notebook = read(path)
    page = markup.document_fromstring(render_page(notebook)).find(".//main")
    for details in list(page.iter("details")):
        # the numbers under a figure, and those of the main points
        if "chart" in details.getparent().classes or "numbers" in details.classes:
            details.drop_tree()
    for counted in page.find_class("rows"):  # of a table: for the screen, where it scrolls
        counted.drop_tree()
    word = part(render_word(notebook)).find(qn("w:body"))
    word.remove(word.find(qn("w:sdt")))  # the contents say the headings again

    def numbers(texts):
        return sorted(number for text in texts for number in NUMBER.findall(text))

    leaves = ("h1", "h2", "h3", "h4", "p", "li", "dt", "dd", "td", "th", "figcaption")
    on_page = [each.text_content() for each in page.iter(*leaves)]
    in_word = ["".join(each.itertext(qn("w:t"))) for each in word.iter(qn("w:p"))]
    assert numbers(in_word) == numbers(on_page)


def test_the_contents_are_there_before_anybody_updates_them(report):
    word = render_word(report)
    contents = part(word).find(f".//{qn('w:sdt')}")
    codes = [each.text.split() for each in contents.iter(qn("w:instrText"))]
    begun = [e for e in contents.iter(qn("w:fldChar")) if e.get(qn("w:fldCharType")) == "begin"]
    assert all(each.get(qn("w:dirty")) == "true" for each in begun), "Word works out the pages"
    entries = ["".join(each.itertext(qn("w:t"))) for each in contents.iter(qn("w:hyperlink"))]
    assert entries == ["要点", "一、第一节", "（一）小节", "二、第二节", "三、复现信息"]
    marks = {each.get(qn("w:name")) for each in part(word).iter(qn("w:bookmarkStart"))}
    anchors = [each.get(qn("w:anchor")) for each in contents.iter(qn("w:hyperlink"))]
    assert codes == [["PAGEREF", anchor, "\\h"] for anchor in anchors]
    assert set(anchors) <= marks


def test_headings_are_numbered_by_the_list_and_not_by_typed_text(report):
    word = docx.Document(io.BytesIO(render_word(report)))
    headings = [
        (each.style.name, each.text)
        for each in word.paragraphs
        if each.style.name.startswith("Heading")
    ]
    assert headings == [
        ("Heading 1", "要点"),
        ("Heading 1", "第一节"),
        ("Heading 2", "小节"),
        ("Heading 1", "第二节"),
        ("Heading 1", "复现信息"),
    ]
    levels = part(render_word(report), "word/numbering.xml").findall(f".//{qn('w:lvlText')}")
    assert [each.get(qn("w:val")) for each in levels][:3] == ["%1、", "（%2）", "%3."]


def test_head_rows_repeat_and_rows_are_not_split(report):
    table = docx.Document(io.BytesIO(render_word(report))).tables[0]._tbl
    rows = table.findall(qn("w:tr"))
    assert len(rows) == 122
    assert all(row.find(f".//{qn('w:cantSplit')}") is not None for row in rows)
    heads = [row.find(f".//{qn('w:tblHeader')}") is not None for row in rows]
    assert heads == [True] + [False] * 121


def test_captions_count_and_references_point_at_them(report):
    document = part(render_word(report))
    codes = ["".join(each.itertext()).strip() for each in document.iter(qn("w:instrText"))]
    assert [code for code in codes if code.startswith("SEQ")] == [
        "SEQ 表 \\* ARABIC",
        "SEQ 图 \\* ARABIC",
    ]
    mark = next(code.split()[1] for code in codes if code.startswith("REF"))
    found = [e for e in document.iter(qn("w:bookmarkStart")) if e.get(qn("w:name")) == mark]
    assert "".join(found[0].getparent().itertext(qn("w:t"))) == "表1　资金"


def test_a_figure_is_a_picture_with_its_alternative_text(report):
    word = render_word(report)
    pictures = [each for each in part(word).iter() if each.tag.endswith("}docPr")]
    assert [each.get("descr") for each in pictures] == ["从1到2的线。"]
    with ZipFile(io.BytesIO(word)) as archive:
        assert archive.read("word/media/image1.png").startswith(b"\x89PNG")


def test_numbered_lists_each_start_at_one(report):
    numbers = [each.get(qn("w:val")) for each in part(render_word(report)).iter(qn("w:numId"))]
    assert [number for number in numbers if int(number) > 10] == ["11", "11", "12"]


def test_header_and_footer_say_what_and_which_state_and_that_data_is_made_up(report):
    word = docx.Document(io.BytesIO(render_word(report)))
    header = word.sections[0].header.paragraphs[0].text
    assert header == "示例单位复核报告\t征求意见稿　虚构示例数据"
    assert "PAGE" in "".join(word.sections[0].footer._element.itertext())
    assert word.paragraphs[-1].text.startswith("日期：")


def test_the_same_notebook_gives_the_same_bytes(report):
    word = render_word(report)
    assert word == render_word(report)
    with ZipFile(io.BytesIO(word)) as archive:
        assert {each.date_time[0] for each in archive.infolist()} == {1980}


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: repr(text[:12]))
def test_hostile_text_is_data(shown, new_page, text):
    page = new_page()
    page.section(f"标题{text}", "first")
    page.paragraph(text)
    frame = pd.DataFrame({"name": [text]})
    page.table(frame, caption=text, columns={"name": text_col(text)})
    notebook = shown.notebook()
    word = render_word(notebook)
    with ZipFile(io.BytesIO(word)) as archive:
        assert all(not name.startswith(("/", "..")) for name in archive.namelist())
        for name in archive.namelist():
            if name.endswith((".xml", ".rels")):
                etree.fromstring(archive.read(name))
    cells = docx.Document(io.BytesIO(word)).tables[0]
    on_page = page_tables(render_page(notebook))[0][1][0]
    shown_text = re.sub("[\ufffe\uffff]", "\N{REPLACEMENT CHARACTER}", on_page)
    assert cells.cell(1, 0).text == shown_text
    allowed = {"PAGEREF", "SEQ", "REF"}
    codes = "".join(f"{each.text}|" for each in part(word).iter(qn("w:instrText"))).split("|")
    assert {code.split()[0] for code in codes if code} <= allowed


def test_a_report_can_be_written_without_a_notebook():
    blocks = (
        Heading((Span("基本情况"),), 1),
        Heading((Span("项目概况"),), 2),
        Heading((Span("立项依据"),), 3),
        Items(((Span("甲"),),)),
    )
    made = docx_of(Report("综合评价报告", "zh", False, {"委托方": "示例"}, "", blocks, ("签字",)))
    assert all_text(made).endswith("基本情况项目概况立项依据甲签字")


def test_an_english_report_has_no_chinese_numbers():
    path = next(path for path in WITH_WORD if path.stem.endswith("en"))
    assert all(block.text for block in blocks_of(read(path)).blocks if isinstance(block, Heading))
    contents = part(render_word(read(path))).find(f".//{qn('w:sdt')}")
    assert not re.search("[一二三]、", "".join(contents.itertext()))


@pytest.mark.parametrize(
    ("count", "shown"), [(1, "一"), (10, "十"), (11, "十一"), (20, "二十"), (99, "九十九")]
)
def test_chinese_numbers(count, shown):
    assert chinese_number(count) == shown


def test_columns_fill_the_page():
    table = Table("a", "表1", "", "", ("名称", "金额（万元）", "等级"), (False, True, False), ())
    widths = column_widths(table)
    assert sum(widths) == TEXT_WIDTH
    assert min(widths) > 0


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("soffice") is None, reason="需要 LibreOffice")
def test_libreoffice_makes_a_pdf(report, tmp_path):
    (tmp_path / "report.docx").write_bytes(render_word(report))
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    made = tmp_path / "report.docx"
    command = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", tmp_path, made]
    subprocess.run(command, check=True, capture_output=True, timeout=240)
    assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF")
    if shutil.which("pdftotext"):
        to_text = ["pdftotext", "-layout", tmp_path / "report.pdf", "-"]
        text = subprocess.run(to_text, check=True, capture_output=True).stdout.decode()
        assert len(re.findall(r"\.{9,} *\d+$", text, re.MULTILINE)) == 5, "pages in the contents"
