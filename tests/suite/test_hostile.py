"""Hostile text in every column, name and setting is data on every page and in every file."""

import io
import json
import re
from pathlib import Path
from zipfile import ZipFile

import pytest
from click.testing import CliRunner
from hostile import PAYLOADS, make_district
from lxml import etree
from lxml import html as markup
from openpyxl import load_workbook

from perfanalysis.cli import main
from perfanalysis.suite.manifest import verify_reports
from perfanalysis.suite.run import run_suite

pytestmark = pytest.mark.slow

POLICY = (
    "default-src 'none'; img-src data: 'self'; style-src 'self'; script-src 'self'; "
    "base-uri 'none'; form-action 'none'"
)
SCRIPTS = {"script.js", "search.js"}
LINK = re.compile(r"(?:\.\./)*(?:[\w.~-]+/)*[\w.~-]*(?:#[a-z][\w-]*)?\Z")
# Controls, and marks that turn the text after them round.
UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


@pytest.fixture(scope="module")
def districts(tmp_path_factory):
    """The hostile and the plain district, run: the folder and what the run said of each."""
    made = {}
    for name in ("hostile", "plain"):
        root = make_district(tmp_path_factory.mktemp(name) / "w", hostile=name == "hostile")
        made[name] = (root, run_suite(root / "suite.toml", jobs=2))
    return made


def folder(districts, name):
    return districts[name][1].index.parent


def elements(path):
    root = markup.document_fromstring(path.read_bytes(), parser=markup.HTMLParser(encoding="utf-8"))
    return [each for each in root.iter(etree.Element) if each.tag != "wbr"]


def shape(path):
    return [(each.tag, *sorted(each.attrib)) for each in elements(path)]


def names(found):
    return sorted(path.relative_to(found).as_posix() for path in found.rglob("*") if path.is_file())


def test_both_make_the_same_files_and_lose_no_report(districts):
    assert {name: dict(run.failed) for name, (_, run) in districts.items()} == {
        "hostile": {},
        "plain": {},
    }
    fixed = [n for n in names(folder(districts, "hostile")) if not n.startswith("search-")]
    assert fixed == [n for n in names(folder(districts, "plain")) if not n.startswith("search-")]
    assert all(re.fullmatch(r"(?:word/)?[\w.~-]+", name) for name in fixed)
    assert verify_reports(folder(districts, "hostile")) == ()


def test_pages_have_the_elements_that_plain_text_gives_them(districts):
    pages = sorted(path.name for path in folder(districts, "hostile").glob("*.html"))
    assert len(pages) > 10
    differing = {
        page
        for page in pages
        if shape(folder(districts, "hostile") / page) != shape(folder(districts, "plain") / page)
    }
    assert differing == set()


def test_no_page_runs_loads_or_leads_to_anything_else(districts):
    reports = districts["hostile"][0] / "reports"
    for path in sorted(reports.rglob("*.html")):
        metas = []
        for each in elements(path):
            assert not [name for name in each.attrib if name.startswith("on")], path
            if each.tag == "script":
                assert each.get("src") in SCRIPTS, path
                assert not (each.text or "").strip()
            if each.tag == "meta" and each.get("http-equiv"):
                metas.append((each.get("http-equiv"), each.get("content")))
            for name in {"href", "src"} & set(each.attrib):
                value = each.get(name)
                assert LINK.match(value) or re.match(r"data:image/(png|svg)", value), (path, value)
            assert each.tag not in ("iframe", "object", "embed", "form", "base", "style")
        assert metas == [("Content-Security-Policy", POLICY)]


def test_no_page_or_file_holds_a_control_or_direction_mark(districts):
    reports = districts["hostile"][0] / "reports"
    for path in sorted((*reports.rglob("*.html"), *reports.rglob("*.js"))):
        assert not UNSEEN.search(path.read_text("utf-8")), path
    assert "\ufffd" in (folder(districts, "hostile") / "index.html").read_text("utf-8")


def test_the_search_index_is_data(districts):
    for path in folder(districts, "hostile").glob("search-*-*.js"):
        call = re.fullmatch(r"searchData\((.*)\);\n", path.read_text("utf-8"), re.DOTALL)
        name, content = json.loads(f"[{call[1]}]")
        assert content, name


def test_word_files_have_the_parts_and_links_of_plain_text(districts):
    files = sorted((folder(districts, "hostile") / "word").glob("*.docx"))
    assert files
    for path in files:
        with ZipFile(path) as archive:
            for part in archive.namelist():
                if part.endswith((".xml", ".rels")):
                    root = etree.fromstring(archive.read(part))
                    assert 'TargetMode="External"' not in etree.tostring(root).decode()
                    assert not UNSEEN.search("".join(root.itertext())), (path.name, part)


def test_the_workbook_has_no_formula_and_no_link(districts):
    content = (folder(districts, "hostile") / "tables-2021.xlsx").read_bytes()
    cells = [cell for sheet in load_workbook(io.BytesIO(content)) for row in sheet for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "inlineStr", "n", "b", "d"}
    assert not [cell for cell in cells if cell.hyperlink]
    assert any(str(cell.value).startswith("=HYPERLINK") for cell in cells)


def test_what_commands_print_is_plain(districts):
    root = districts["hostile"][0]
    for budget_year in ("2020", "2021"):
        done = CliRunner().invoke(
            main, ["check", "--budget-year", budget_year, "--data", str(root / "data")]
        )
        assert done.exit_code in (0, 1), done.output
        assert not UNSEEN.search(done.output)
    done = CliRunner().invoke(main, ["run", "--suite", str(root / "suite.toml")])
    assert done.exit_code == 0, done.output
    assert not UNSEEN.search(done.output)


def test_a_failure_page_is_as_harmless(districts, tmp_path):
    root = make_district(tmp_path / "w", hostile=True)
    notebook = root / "notebooks" / "60_district.ipynb"
    broken = notebook.read_text("utf-8").replace(
        "view = district_view(year)", "raise ValueError(year.suite.district.name)"
    )
    notebook.write_text(broken, "utf-8")
    result = run_suite(root / "suite.toml", only=["60_district"], jobs=1)
    assert list(result.failed) == ["60_district.html"]
    page = Path(result.index.parent / "60_district.html")
    assert PAYLOADS[0] in "".join(markup.fromstring(page.read_bytes()).itertext())
    scripts = [each.get("src") for each in elements(page) if each.tag == "script"]
    assert set(scripts) == SCRIPTS


def test_the_public_edition_is_as_harmless(districts):
    root = districts["hostile"][0]
    result = run_suite(root / "suite.toml", edition="public", jobs=2)
    assert result.failed == {}
    for path in result.index.parent.glob("*.html"):
        assert {e.get("src") for e in elements(path) if e.tag == "script"} == SCRIPTS
        assert not UNSEEN.search(path.read_text("utf-8"))
