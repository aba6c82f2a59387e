"""The notebooks: thin, stripped, worded by the catalogue, and run whole on a small district."""

import ast
import json
import re
import shutil
from pathlib import Path

import nbformat
import pytest
from lxml import html

from main_points import unfounded
from perfanalysis.data.sample import write_sample
from perfanalysis.report.catalogue import catalogue
from perfanalysis.report.text import LANGS
from perfanalysis.suite.execute import execute
from perfanalysis.suite.manifest import verify_reports
from perfanalysis.suite.notebooks import REPORT, SCOPES, find_notebooks
from perfanalysis.suite.run import run_suite
from printed_totals import wrong_totals

ROOT = Path(__file__).parents[1]
VIEWS = ROOT / "src" / "perfanalysis" / "suite" / "views"
NOTEBOOKS = {path.stem: path for path in sorted((ROOT / "notebooks").glob("*.ipynb"))}
COMMON = {
    "work_year": 2021,
    "data_dir": "../data",
    "suite_file": "../suite.toml",
    "lang": "zh",
    "edition": "internal",
}
MOST_CODE_CELLS = 16
# Levels of headings and "more than one": numbers of the page's build, none of the district.
STRUCTURE = {0, 1, 2, 3}
# What only a mistake prints: missing values of Python and pandas, escapes, raw Markdown, templates.
SPILLED = re.compile(
    r"\b(?:nan|NaN|NaT|None(?! of this kind)|True|False|inf)\b|<NA>|\\u|\*\*|[{}\ue000\ue001]"
)


def read(name):
    return nbformat.read(NOTEBOOKS[name], as_version=4)


def reports(name):
    """What a file says of each report that it makes."""
    about = read(name).metadata.perfanalysis
    return about.get("reports", {name: about})


def sayings(name):
    """Every sentence of the reports that a file makes."""
    return {key: said for each in reports(name) for key, said in catalogue(each).items()}


def code(name):
    """Sources of the code cells after the parameters cell."""
    return [cell.source for cell in read(name).cells if cell.cell_type == "code"][1:]


def trees(name):
    return [node for source in code(name) for node in ast.walk(ast.parse(source))]


def keys_said(nodes):
    """Patterns of the keys that calls of ``say`` may ask for: literal, chosen or put together."""
    calls = [node for node in nodes if isinstance(node, ast.Call) and node.args]
    for call in calls:
        if getattr(call.func, "id", "") == "say":
            yield from _patterns(call.args[0])


def _patterns(node):
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value:
        yield re.escape(node.value)
    elif isinstance(node, ast.IfExp):
        yield from _patterns(node.body)
        yield from _patterns(node.orelse)
    elif isinstance(node, ast.JoinedStr):
        yield "".join(
            re.escape(part.value) if isinstance(part, ast.Constant) else r"[\w-]+"
            for part in node.values
        )


@pytest.fixture(params=NOTEBOOKS)
def name(request):
    return request.param


def test_every_notebook_is_one_of_the_suite():
    found = find_notebooks(ROOT / "notebooks")
    assert set(NOTEBOOKS) == {notebook.path.stem for notebook in found}
    made = {(path, report) for path in NOTEBOOKS for report in reports(path)}
    assert made == {(notebook.path.stem, notebook.name) for notebook in found}


def test_outputs_are_stripped_and_ids_are_stable(name):
    cells = read(name).cells
    assert [cell.id for cell in cells] == [f"cell-{n:02d}" for n in range(len(cells))]
    for cell in cells:
        if cell.cell_type == "code":
            assert (cell.outputs, cell.execution_count) == ([], None)


def test_the_file_is_as_nbformat_writes_it(name):
    text = NOTEBOOKS[name].read_text("utf-8")
    assert text == json.dumps(json.loads(text), ensure_ascii=False, indent=1) + "\n"


def test_it_begins_with_what_it_asks_and_what_it_does_not_answer(name):
    first = read(name).cells[0]
    assert first.cell_type == "markdown"
    assert "**问题**" in first.source
    assert "**不回答**" in first.source


def test_the_parameters_cell_is_the_common_one_and_the_scope(name):
    cells = [cell for cell in read(name).cells if cell.cell_type == "code"]
    assert [cell.metadata.get("tags") for cell in cells[:2]] == [["parameters"], None]
    tree = ast.parse(cells[0].source)
    given = {node.targets[0].id: ast.literal_eval(node.value) for node in tree.body}
    (own,) = {SCOPES[about.scope] for about in reports(name).values()}
    which = [REPORT] if len(reports(name)) > 1 else []
    assert list(given) == [*COMMON, *which, *([own] if own else [])]
    assert given | COMMON == given
    lines = cells[0].source.splitlines()
    assert all(re.search(r"  # \S", line) and line.count("=") == 1 for line in lines)


def test_it_says_what_it_is_about_in_both_languages(name):
    for about in reports(name).values():
        assert about.scope in SCOPES
        assert set(about.title) == set(LANGS)
        assert all(about.title.values())


def test_cells_are_few_and_define_nothing(name):
    assert len(code(name)) < MOST_CODE_CELLS
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda, ast.While, ast.Try)
    assert [node for node in trees(name) if isinstance(node, kinds)] == []


def test_no_number_and_no_words_are_typed_into_it(name):
    """All that is printed comes from the tables, the rules and the catalogue."""
    constants = {node.value for node in trees(name) if isinstance(node, ast.Constant)}
    texts = {value for value in constants if isinstance(value, str)}
    assert {text for text in texts if not text.isascii()} == set()
    assert {text for text in texts if re.search(r"\d", text)} <= {name, "level1"}
    assert {v for v in constants - texts if type(v) in (int, float)} <= STRUCTURE


def test_every_sentence_it_says_is_in_the_catalogue_in_both_languages(name):
    known = {**catalogue("common"), **sayings(name)}
    for pattern in keys_said(trees(name)):
        found = [key for key in known if re.fullmatch(pattern, key)]
        assert found, pattern
        assert all(set(known[key]) == set(LANGS) and all(known[key].values()) for key in found)


def test_no_sentence_of_its_catalogue_is_unused(name):
    """Keys stand in the notebook, or as literals in the views, where sentences are chosen."""
    nodes = trees(name)
    for path in VIEWS.glob("*.py"):
        nodes += ast.walk(ast.parse(path.read_text("utf-8")))
    patterns = [pattern for node in nodes for pattern in _patterns(node) if pattern[0] != "["]
    assert [k for k in sayings(name) if not any(re.fullmatch(p, k) for p in patterns)] == []


@pytest.mark.slow
def test_it_runs_by_itself_from_its_folder(name, tmp_path):
    """As in JupyterLab: the ordinary kernel, in notebooks/, with the parameters it declares."""
    copy = tmp_path / f"{name}.ipynb"
    made = execute(NOTEBOOKS[name], copy, {}, engine="jupyter", cwd=ROOT / "notebooks")
    assert made.failure is None
    shown = [output for cell in made.notebook.cells for output in cell.get("outputs", ())]
    assert {output.output_type for output in shown} == {"display_data"}


def district(root):
    """A workspace with six units."""
    root.mkdir()
    write_sample(root / "data", units=6, years=(2020, 2022))
    shutil.copy(ROOT / "suite.toml", root / "suite.toml")
    shutil.copytree(ROOT / "rules", root / "rules")
    shutil.copytree(ROOT / "examples" / "rules", root / "examples" / "rules")
    return root


def run(root, **options):
    return run_suite(root / "suite.toml", notebooks_dir=ROOT / "notebooks", **options)


def tree(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """The small district, reported in both languages; nobody changes it."""
    root = district(tmp_path_factory.mktemp("small") / "w")
    return root, {lang: run(root, lang=lang, jobs=2) for lang in LANGS}


def pages(result):
    """Name of each page to what a reader sees of it, and its tables."""
    for path in sorted(result.index.parent.glob("*.html")):
        document = html.fromstring(path.read_text("utf-8"))
        for hidden in document.xpath("//script|//style"):
            hidden.drop_tree()
        yield path.name, document


def district_notebooks():
    found = find_notebooks(ROOT / "notebooks")
    return [notebook for notebook in found if notebook.scope == "district"]


@pytest.mark.slow
@pytest.mark.parametrize("lang", LANGS)
def test_every_report_of_the_small_district_is_made(published, lang):
    root, results = published
    result = results[lang]
    assert result.failed == {}
    subjects = 6 + len(pages_of_projects(root)) + len(sections_of_units(root))
    assert len(result.made) == subjects + len(district_notebooks())
    assert verify_reports(result.index.parent, data_dir=root / "data") == ()


def sections_of_units(root):
    """A page for each section of the bureau that looks after a unit."""
    names, *units = (root / "data" / "2020" / "units.csv").read_text("utf-8").splitlines()
    place = names.split(",").index("finance_section")
    return {line.split(",")[place] for line in units}


def pages_of_projects(root):
    """A page for each key project, and one for each special project."""
    projects = (root / "data" / "2020" / "projects.csv").read_text("utf-8").splitlines()
    names = projects[0].split(",")
    marks = [names.index("is_key"), names.index("is_special")]
    return [at for line in projects[1:] for at in marks if line.split(",")[at] == "true"]


@pytest.mark.slow
@pytest.mark.parametrize("lang", LANGS)
def test_pages_print_nothing_that_only_a_mistake_prints(published, lang):
    spilled = {}
    for page, document in pages(published[1][lang]):
        found = [text.strip()[:80] for text in document.itertext() if SPILLED.search(text)]
        if found:
            spilled[page] = found
    assert spilled == {}


@pytest.mark.slow
@pytest.mark.parametrize("lang", LANGS)
def test_every_number_of_the_main_points_is_in_a_table_of_the_page(published, lang):
    """reports.md, section 10, items 3 and 4, on every page of the small district."""
    for page, document in pages(published[1][lang]):
        assert unfounded(document) == {}, page
        assert wrong_totals(document) == [], page


@pytest.mark.slow
@pytest.mark.parametrize("lang", LANGS)
def test_every_link_of_the_pages_leads_somewhere(published, lang):
    everything = dict(pages(published[1][lang]))
    folder = published[1][lang].index.parent
    for page, document in everything.items():
        for link in document.xpath("//a/@href"):
            target, _, anchor = link.partition("#")
            assert not target or (folder / target).is_file(), (page, link)
            there = everything.get(target or page)
            if anchor and there is not None:
                assert there.get_element_by_id(anchor, None) is not None, (page, link)


@pytest.mark.slow
def test_another_run_gives_the_same_reports_byte_for_byte(published, tmp_path):
    """Another folder, another number of jobs, another order of work."""
    root, _ = published
    again = district(tmp_path / "elsewhere")
    for lang in LANGS:
        run(again, lang=lang, jobs=1)
    assert tree(again / "reports") == tree(root / "reports")
