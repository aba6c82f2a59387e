"""Every kind of page as a browser has it: accessible, valid, whole without a network, printable."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parents[2]
KINDS = {
    "years": "index.html",
    "index": "2021/index.html",
    "quality": "2021/00_data_quality.html",
    "pre-assessment": "2021/05_pre_assessment.html",
    "targets": "2021/10_target_review.html",
    "monitoring": "2021/20_monitoring.html",
    "unit": "2021/30_unit-U001.html",
    "section": "2021/35_section-教科文股.html",
    "key project": "2021/40_key_project-P004-01.html",
    "special project": "2021/41_special_project-P001-03.html",
    "self against review": "2021/50_self_vs_review.html",
    "district": "2021/60_district.html",
    "linkage": "2021/70_linkage.html",
    "trends": "2021/80_trends.html",
    "assessment": "2021/85_assessment.html",
    "summary": "2021/90_work_summary.html",
    "upward": "2021/95_upward_assessment.html",
    "failure": "2021/99_fails.html",
    "public index": "2021-public/index.html",
    "public unit": "2021-public/30_unit-U001.html",
    "public key project": "2021-public/40_key_project-P004-01.html",
    "public district": "2021-public/60_district.html",
    "English index": "2021/en/index.html",
    "English unit": "2021/en/30_unit-U001.html",
    "English years": "index-en.html",
    "English monitoring": "2021/en/20_monitoring.html",
    "English linkage": "2021/en/70_linkage.html",
    "English summary": "2021/en/90_work_summary.html",
}
ONE_EACH = [kind for kind in KINDS if not kind.startswith(("English", "public"))]
WIDTHS = (1280, 768, 320)
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OF_THE_LOOK = ["color-contrast", "target-size", "scrollable-region-focusable"]
RUN_AXE = "tags => axe.run(document, {runOnly: tags, preload: false})"


def test_every_notebook_has_a_page_in_the_list():
    notebooks = {path.stem for path in (ROOT / "notebooks").glob("*.ipynb")}
    assert {name for name in notebooks if not any(name in path for path in KINDS.values())} == set()


@pytest.mark.parametrize("kind", KINDS)
def test_axe_finds_nothing_wide_and_narrow_and_by_night(open_page, reports, axe, kind):
    page = open_page(reports / KINDS[kind], width=WIDTHS[0])
    page.evaluate(axe)
    found = page.evaluate(RUN_AXE, RULES)
    assert _wrong(found) == []
    assert len(found["passes"]) > 20
    for width, scheme in ((WIDTHS[0], "dark"), (WIDTHS[-1], "light")):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        found = page.evaluate(RUN_AXE, OF_THE_LOOK)  # what else there is does not change
        assert _wrong(found) == [], (width, scheme)
        assert "color-contrast" in {each["id"] for each in found["passes"]}


def _wrong(found):
    return [(each["id"], each["nodes"][0]["html"]) for each in found["violations"]]


def test_the_night_is_dark(open_page, reports):
    page = open_page(reports / KINDS["unit"])
    ground = "getComputedStyle(document.documentElement).backgroundColor"
    assert page.evaluate(ground) == "rgb(255, 255, 255)"
    page.emulate_media(color_scheme="dark")
    assert page.evaluate(ground) == "rgb(20, 24, 29)"


def test_axe_would_find_something(open_page, reports, axe):
    page = open_page(reports / KINDS["unit"])
    page.evaluate("document.querySelector('img').removeAttribute('alt')")
    page.evaluate(axe)
    found = page.evaluate(RUN_AXE, RULES)["violations"]
    assert [each["id"] for each in found] == ["image-alt"]


def test_the_nu_checker_finds_no_error(reports, vnu):
    pages = [reports / path for path in KINDS.values()]
    done = subprocess.run(
        [*vnu, "--format", "json", *pages], capture_output=True, check=True, timeout=300
    )
    said = json.loads(done.stdout)["messages"]
    assert [(m["url"], m["message"]) for m in said if m["type"] == "error"] == []


def test_the_nu_checker_would_find_an_error(reports, vnu, tmp_path):
    wrong = (reports / KINDS["unit"]).read_text("utf-8").replace("</h1>", "<div></div></h1>")
    (tmp_path / "wrong.html").write_text(wrong, "utf-8")
    done = subprocess.run(
        [*vnu, "--format", "json", tmp_path / "wrong.html"],
        capture_output=True, check=True, timeout=300,
    )  # fmt: skip
    assert "error" in {each["type"] for each in json.loads(done.stdout)["messages"]}


@pytest.mark.parametrize("kind", KINDS)
def test_tables_scroll_sideways_and_the_page_does_not(open_page, reports, kind):
    page = open_page(reports / KINDS[kind])
    page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_first_column_stays_where_a_table_scrolls(open_page, reports):
    page = open_page(reports / KINDS["unit"], width=320)
    head = page.locator("#table-projects tbody th").first
    before = head.bounding_box()["x"]
    page.evaluate("document.querySelector('#table-projects .table-box').scrollLeft = 120")
    assert page.evaluate("document.querySelector('#table-projects .table-box').scrollLeft") == 120
    assert head.bounding_box()["x"] == pytest.approx(before, abs=1)


@pytest.mark.parametrize("kind", ONE_EACH)
def test_a_page_reads_without_script(open_page, reports, kind):
    page = open_page(reports / KINDS[kind], java_script_enabled=False)
    assert page.locator("h1").inner_text()
    assert page.locator("th button").count() == 0
    tables = page.locator(".listing table")
    assert all(tables.nth(n).is_visible() for n in range(tables.count()))


@pytest.mark.parametrize("kind", ONE_EACH)
def test_a_page_prints_on_a4(open_page, reports, kind, tmp_path):
    page = open_page(reports / KINDS[kind])
    printed = page.pdf(path=tmp_path / "page.pdf", format="A4", prefer_css_page_size=True)
    assert printed.startswith(b"%PDF")
    page.emulate_media(media="print")
    for hidden in (".bar", ".contents", ".filter", ".find", "footer"):
        shown = page.locator(hidden)
        assert not any(shown.nth(n).is_visible() for n in range(shown.count()))
    buttons = "[...document.querySelectorAll('th button')].map(b => getComputedStyle(b).display)"
    assert set(page.evaluate(buttons)) <= {"contents"}, "else a repeated header is empty"
    if shutil.which("pdftotext"):
        text = subprocess.run(
            ["pdftotext", "-layout", tmp_path / "page.pdf", "-"], capture_output=True, check=True
        ).stdout.decode()
        assert page.locator("h1").inner_text()[:4] in text.replace(" ", "")


@pytest.mark.parametrize("kind", KINDS)
def test_no_table_is_wider_than_the_paper(open_page, reports, kind):
    """A browser prints a page whose table is wider in smaller type than the style says."""
    page = open_page(reports / KINDS[kind], width=643)  # A4 less 20 mm on either side
    page.emulate_media(media="print")
    wide = """[...document.querySelectorAll('.table-box')]
        .filter(box => box.clientWidth && box.scrollWidth > box.clientWidth + 1)
        .map(box => box.getAttribute('aria-labelledby'))"""
    assert page.evaluate(wide) == []


def test_figures_and_styles_pass_the_content_security_policy(open_page, reports):
    page = open_page(reports / KINDS["unit"])
    drawn = page.evaluate("[...document.images].map(each => each.naturalWidth)")
    assert len(drawn) >= 2
    assert min(drawn) > 300
    assert page.evaluate("getComputedStyle(document.querySelector('.table-box')).overflowX") == (
        "auto"
    )


def test_a_script_in_the_page_is_not_run(chromium, reports, tmp_path):
    """The policy would stop what every test of escaping says cannot get there."""
    page_text = (reports / KINDS["unit"]).read_text("utf-8")
    hostile = (
        "<script>document.title = 'run'</script><img src=x onerror=\"document.title = 'run'\">"
    )
    (tmp_path / "hostile.html").write_text(page_text.replace("</main>", hostile + "</main>"))
    page = chromium.new_page()
    page.goto((tmp_path / "hostile.html").as_uri())
    assert page.title() != "run"
    page.close()
