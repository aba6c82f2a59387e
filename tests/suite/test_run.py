"""A run from a workspace to a published folder, in real worker processes."""

import html
import json
import re
import shlex
import shutil
import subprocess
import sys
from contextlib import ExitStack

import pytest
from tiny_notebooks import make_notebook
from workspaces import DECLARED, SETTINGS, UNITS, make_workspace, tree

from perfanalysis.errors import DataError, ParameterError
from perfanalysis.suite import words
from perfanalysis.suite.cache.keys import survey
from perfanalysis.suite.config import load_suite
from perfanalysis.suite.lock import publishing
from perfanalysis.suite.manifest import verify_reports
from perfanalysis.suite.progress import Silent
from perfanalysis.suite.run import run_suite

PAGES = ["30_unit-001.html", "30_unit-002.html", "30_unit-004.html", "60_district.html"]
SEARCH = {f"search-{name}.js" for name in ("pages", "text-0", "words-0")}
FILES = {
    *PAGES, *SEARCH, "index.html", "manifest.json", "script.js", "search.js", "style.css",
    "tables-2021.xlsx",
}  # fmt: skip


@pytest.fixture(scope="module")
def first(tmp_path_factory):
    """A run that nobody changes: the workspace, and what the run said."""
    root = make_workspace(tmp_path_factory.mktemp("first"))
    return root, run_suite(root / "suite.toml", jobs=2)


@pytest.fixture
def copied(first, tmp_path):
    """A copy of the workspace after the first run, to change."""
    shutil.copytree(first[0], tmp_path / "w")
    return tmp_path / "w"


def test_every_report_is_made_and_linked(first):
    root, result = first
    reports = root / "reports" / "2021"
    assert result.index == reports / "index.html"
    assert (result.made, result.failed, result.partial) == (tuple(PAGES), {}, False)
    assert result.engines == ("forked",)
    assert set(tree(reports)) == FILES
    index = result.index.read_text("utf-8")
    assert all(f'href="{page}"' in index for page in PAGES)
    assert "004局" in index


def test_a_page_shows_its_own_unit_and_its_neighbours(first):
    page = (first[0] / "reports" / "2021" / "30_unit-002.html").read_text("utf-8")
    assert "单位 002" in page
    assert "30_unit-001.html" in page
    assert "30_unit-004.html" in page
    assert "index.html" in page
    assert "给自己看的" not in page


def test_executed_notebooks_are_kept_apart(first):
    kept = [p.name for p in (first[0] / "build" / "2021-internal-zh").iterdir()]
    assert sorted(kept) == [page.replace(".html", ".ipynb") for page in PAGES]


def test_the_manifest_tells_what_it_was_made_from_and_nothing_of_the_machine(first):
    root, _ = first
    text = (root / "reports" / "2021" / "manifest.json").read_text("utf-8")
    manifest = json.loads(text)
    assert set(manifest["inputs"]) == {
        f"{year}/{table}.csv" for year in (2020, 2021) for table in ("funds", "projects", "units")
    }
    assert set(manifest["outputs"]) == FILES - {"manifest.json"}
    assert "self_evaluation.yaml" in manifest["rules"]
    assert set(manifest["notebooks"]) == {"30_unit.ipynb", "60_district.ipynb"}
    assert manifest["pages"]["30_unit-002.html"]["parameters"] == {
        "work_year": 2021,
        "lang": "zh",
        "edition": "internal",
        "unit_id": "002",
    }
    assert str(root) not in text
    assert "forked" not in text
    assert verify_reports(root / "reports" / "2021", data_dir=root / "data") == ()


def test_another_folder_and_number_of_jobs_give_the_same_bytes(first, tmp_path):
    root = make_workspace(tmp_path / "elsewhere")
    run_suite(root / "suite.toml", jobs=1)
    assert tree(root / "reports") == tree(first[0] / "reports")


@pytest.mark.slow
def test_the_ordinary_kernel_gives_the_same_bytes(first, tmp_path):
    root = make_workspace(tmp_path / "kernel")
    result = run_suite(root / "suite.toml", jobs=2, engine="jupyter")
    assert result.engines == ("jupyter",)
    assert tree(root / "reports") == tree(first[0] / "reports")


def test_a_failing_report_does_not_stop_the_others(tmp_path):
    root = make_workspace(tmp_path / "w")
    data = root / "data" / "2020"
    for name in ("units.csv", "projects.csv", "funds.csv"):
        table = (data / name).read_text("utf-8")
        (data / name).write_text(table.replace("004", "003"), "utf-8")  # 3 - 3: division by zero
    result = run_suite(root / "suite.toml", jobs=1)
    assert list(result.failed) == ["30_unit-003.html"]
    assert len(result.made) == 3
    failure = result.failed["30_unit-003.html"]
    assert (failure.cell, failure.error) == (4, "ZeroDivisionError")
    page = (root / "reports" / "2021" / "30_unit-003.html").read_text("utf-8")
    assert "ZeroDivisionError" in page
    assert "--only 30_unit-003" in page
    assert "10 // (3 - int(unit_id))" in page
    assert "未能生成" in result.index.read_text("utf-8")
    manifest = json.loads((root / "reports" / "2021" / "manifest.json").read_text("utf-8"))
    assert [p for p, about in manifest["pages"].items() if about["failed"]] == ["30_unit-003.html"]


def test_what_failed_is_made_again_alone(copied):
    suite = copied / "suite.toml"
    notebook = copied / "notebooks" / "30_unit.ipynb"
    good = notebook.read_bytes()
    notebook.write_bytes(good.replace(b"10 // (3 - int(unit_id))", b"10 // (2 - int(unit_id))"))
    failed = run_suite(suite, jobs=1)
    assert list(failed.failed) == ["30_unit-002.html"]
    notebook.write_bytes(good)
    again = run_suite(suite, retry_failed=True, jobs=1)
    assert (again.made, again.failed) == (("30_unit-002.html",), {})
    nothing = run_suite(suite, retry_failed=True, jobs=1)
    assert (nothing.made, nothing.failed, nothing.index) == ((), {}, again.index)


def test_there_must_be_a_run_to_retry(tmp_path):
    root = make_workspace(tmp_path / "w")
    with pytest.raises(DataError, match=r"manifest\.json"):
        run_suite(root / "suite.toml", retry_failed=True)
    with pytest.raises(ParameterError, match="only"):
        run_suite(root / "suite.toml", retry_failed=True, only=["60_district"])


def test_the_command_on_a_failure_page_repeats_that_report(copied):
    make_notebook(
        copied / "notebooks" / "60_district.ipynb",
        DECLARED + "depth = ''",
        "raise ValueError('坏')",
        about={"scope": "district", "title": "坏"},
        tags={0: ["parameters"]},
    )
    run_suite(
        copied / "suite.toml", lang="en", edition="public", parameters={"depth": "a b"}, jobs=1
    )
    page = (copied / "reports" / "2021-public" / "en" / "60_district.html").read_text("utf-8")
    command = (
        "perfanalysis run --work-year 2021 --lang en --edition public -p 'depth=a b' "
        "--only 60_district"
    )
    assert command in html.unescape(page)


def test_only_keeps_the_other_pages_and_says_so(copied):
    reports = copied / "reports" / "2021"
    before = tree(reports)
    result = run_suite(copied / "suite.toml", only=["30_unit-002"], jobs=1)
    assert (result.made, result.partial) == (("30_unit-002.html",), True)
    after = tree(reports)
    assert {name for name in FILES if after[name] != before[name]} == {
        "index.html",
        "manifest.json",
    }
    manifest = json.loads(after["manifest.json"])
    assert manifest["partial"] is True
    assert manifest["kept"] == [page for page in PAGES if page != "30_unit-002.html"]
    assert list(manifest["pages"]) == PAGES
    assert verify_reports(reports, data_dir=copied / "data") == ()


@pytest.mark.parametrize("how", ["edited", "removed"])
def test_only_refuses_to_publish_as_ours_what_somebody_changed(copied, how):
    reports = copied / "reports" / "2021"
    page = reports / "30_unit-001.html"
    if how == "edited":
        page.write_text(page.read_text("utf-8").replace("单位", "单 位"), "utf-8")
    else:
        page.unlink()
    (reports / "somebody.txt").write_text("not ours")
    before = tree(reports)
    with pytest.raises(DataError, match=r"30_unit-001\.html") as refused:
        run_suite(copied / "suite.toml", only=["30_unit-002"], jobs=1)
    assert "--only" in str(refused.value)
    assert tree(reports) == before
    run_suite(copied / "suite.toml", only=["30_unit-002", "30_unit-001"], jobs=1)
    assert verify_reports(reports) == ()
    assert set(tree(reports)) == FILES


def test_two_workspaces_that_publish_into_one_folder_wait_for_each_other(copied, tmp_path):
    shared = tmp_path / "shared"
    with ExitStack() as other:
        other.enter_context(publishing(shared, print))

        class Waiting(Silent):
            said = ()

            def say(self, text):
                self.said = (*self.said, text)
                assert not (shared / "2021").exists()
                other.close()

        shown = Waiting()
        run_suite(copied / "suite.toml", reports_dir=shared, jobs=1, display=shown)
    assert str(shared) in shown.said[0]
    assert verify_reports(shared / "2021") == ()


@pytest.fixture
def worded(copied):
    """The workspace with a unit report that also comes as .docx."""
    notebook = copied / "notebooks" / "30_unit.ipynb"
    content = json.loads(notebook.read_text("utf-8"))
    content["metadata"]["perfanalysis"]["word"] = True
    notebook.write_text(json.dumps(content), "utf-8")
    return copied


def test_what_was_kept_of_word_files_is_not_pruned(worded, monkeypatch):
    suite = load_suite(worded / "suite.toml")
    run_suite(suite.path, jobs=1)
    before = tree(worded / "reports")
    assert "2021/word/30_unit-002.docx" in before
    survey(suite, prune=True)
    assert survey(suite, prune=True)["removed"] == 0
    monkeypatch.setattr(words, "render_word", None)  # it cannot be made anew
    (worded / "reports" / "2021" / "index.html").unlink()
    assert run_suite(suite.path, jobs=1).failed == {}
    assert tree(worded / "reports") == before


def test_a_report_without_its_word_file_has_failed(worded, monkeypatch):
    def failing(notebook):
        raise ValueError("没有这种块")

    monkeypatch.setattr(words, "render_word", failing)
    result = run_suite(worded / "suite.toml", jobs=1)
    assert set(result.failed) == {f"30_unit-{unit}.html" for unit in UNITS}
    assert result.failed["30_unit-001.html"].message == "没有这种块"
    assert result.made == ("60_district.html",)
    monkeypatch.undo()
    mended = run_suite(worded / "suite.toml", retry_failed=True, jobs=1)
    assert mended.failed == {}
    assert (worded / "reports" / "2021" / "word" / "30_unit-001.docx").is_file()


def test_the_command_on_a_failure_page_works(copied):
    """Typed in the workspace, it makes that page and no other, of the same data and settings."""
    (copied / "suite.toml").rename(copied / "local.toml")
    (copied / "data").rename(copied / "given data")
    notebook = copied / "notebooks" / "30_unit.ipynb"
    good = notebook.read_text("utf-8").replace("../suite.toml", "../local.toml")
    bad = good.replace("10 // (3 - int(unit_id))", "10 // (2 - int(unit_id))")
    notebook.write_text(bad, "utf-8")
    options = {"lang": "en", "data_dir": copied / "given data", "reports_dir": copied / "out"}
    failed = run_suite(copied / "local.toml", **options, jobs=1)
    assert list(failed.failed) == ["30_unit-002.html"]
    page = html.unescape((copied / "out/2021/en/30_unit-002.html").read_text("utf-8"))
    command = shlex.split(re.search(r"perfanalysis run [^<]*", page)[0])
    notebook.write_text(good, "utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "perfanalysis.cli", *command[1:], "--json"],
        cwd=copied,
        capture_output=True,
        check=False,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["made"] == ["30_unit-002.html"]
    assert not (copied / "reports" / "2021" / "en").exists()
    whole = json.loads((copied / "out/2021/en/manifest.json").read_text("utf-8"))
    assert not any(about["failed"] for about in whole["pages"].values())


def test_a_unit_that_is_gone_has_no_page_after_a_whole_run(copied):
    data = copied / "data" / "2020"
    for name in ("units.csv", "projects.csv", "funds.csv"):
        lines = (data / name).read_text("utf-8").splitlines(keepends=True)
        (data / name).write_text("".join(line for line in lines if "004" not in line), "utf-8")
    run_suite(copied / "suite.toml", jobs=1)
    assert set(tree(copied / "reports" / "2021")) == FILES - {"30_unit-004.html"}


def test_editions_stand_beside_each_other(copied):
    zh = tree(copied / "reports" / "2021")
    run_suite(copied / "suite.toml", lang="en", only=["60_district"], jobs=1)
    run_suite(copied / "suite.toml", edition="public", jobs=1)
    after = tree(copied / "reports")
    assert {name: after[f"2021/{name}"] for name in zh} == zh
    assert b'lang="en"' in after["2021/en/60_district.html"]
    public = {name for name in after if name.startswith("2021-public/")}
    assert {n for n in public if n.endswith(".html")} == {
        "2021-public/60_district.html",
        "2021-public/index.html",
    }


REFUSED = {
    "a page that is not there": ({"only": ["99_*"]}, ParameterError, "99_"),
    "a unit that is not there": ({"parameters": {"unit_id": "9"}}, ParameterError, "001、002、004"),
    "an unknown parameter": ({"parameters": {"yaer": 1}}, ParameterError, "yaer"),
    "no processes": ({"jobs": 0}, ParameterError, "jobs"),
    "a year without data": ({"work_year": 2031}, DataError, "2030"),
}


@pytest.mark.parametrize(("options", "error", "words"), REFUSED.values(), ids=REFUSED.keys())
def test_what_cannot_be_done_is_refused_before_anything_is_touched(first, options, error, words):
    before = tree(first[0])
    with pytest.raises(error, match=words):
        run_suite(first[0] / "suite.toml", **options)
    assert tree(first[0]) == before


def test_a_year_without_its_tables_is_refused_with_their_names(tmp_path):
    root = make_workspace(tmp_path / "w")
    (root / "data" / "2021" / "funds.csv").unlink()
    with pytest.raises(DataError, match=r"2021 预算年度.*funds"):
        run_suite(root / "suite.toml")
    assert not (root / "reports").exists()


def test_the_public_edition_needs_a_list(tmp_path):
    root = make_workspace(tmp_path / "w")
    text = SETTINGS.replace('public = ["60_*"]', "public = []")
    (root / "suite.toml").write_text(text, "utf-8")
    with pytest.raises(ParameterError, match=r"publish\.public.*30_unit"):
        run_suite(root / "suite.toml", edition="public")


def test_a_new_notebook_is_one_new_file(copied):
    make_notebook(
        copied / "notebooks" / "31_new.ipynb",
        DECLARED + "unit_id = ''\ndepth = 1",
        "from perfanalysis.report.page import Page",
        "Page('31_new', lang=lang).header(f'深 {depth}')",
        about={"scope": "unit", "title": "新"},
        tags={0: ["parameters"]},
    )
    result = run_suite(copied / "suite.toml", parameters={"depth": "3", "unit_id": "002"}, jobs=1)
    assert result.made == ("30_unit-002.html", "31_new-002.html")
    assert "深 3" in (copied / "reports" / "2021" / "31_new-002.html").read_text("utf-8")


def test_what_a_cell_prints_past_the_page_fails_that_report_only(copied):
    make_notebook(
        copied / "notebooks" / "31_new.ipynb",
        DECLARED,
        "from perfanalysis.report.page import Page\nPage('31_new', lang=lang).header('题')\n1 + 1",
        about={"scope": "district", "title": "新"},
        tags={0: ["parameters"]},
    )
    result = run_suite(copied / "suite.toml", only=["31_new"], jobs=1)
    assert result.failed["31_new.html"].error == "ReportError"
    assert len(UNITS) + 2 == len(
        json.loads(tree(copied / "reports" / "2021")["manifest.json"])["pages"]
    )


def test_data_that_changes_during_a_run_is_not_published(copied):
    make_notebook(
        copied / "notebooks" / "31_new.ipynb",
        DECLARED,
        "open(f'{data_dir}/2020/units.csv', 'a').write('\\n')",
        about={"scope": "district", "title": "新"},
        tags={0: ["parameters"]},
    )
    before = tree(copied / "reports")
    with pytest.raises(DataError, match=r"2020/units\.csv"):
        run_suite(copied / "suite.toml", only=["31_new"], jobs=1)
    assert tree(copied / "reports") == before


@pytest.mark.slow
def test_a_worker_that_is_killed_costs_one_report(copied):
    make_notebook(
        copied / "notebooks" / "31_new.ipynb",
        DECLARED,
        "import os, signal\nos.kill(os.getppid(), signal.SIGKILL)",
        about={"scope": "district", "title": "新"},
        tags={0: ["parameters"]},
    )
    result = run_suite(copied / "suite.toml", jobs=2)
    assert {page: failure.error for page, failure in result.failed.items()} == {
        "31_new.html": "WorkerKilled"
    }
    assert result.made == tuple(PAGES)


def test_no_final_report_rests_on_rules_that_nobody_compared(copied):
    settings = copied / "suite.toml"
    text = settings.read_text("utf-8")
    final = text.replace("[engagement]", '[engagement]\nstatus = "定稿"')
    assert final != text
    settings.write_text(final, "utf-8")
    before = tree(copied / "reports")
    with pytest.raises(ParameterError, match="perfanalysis rules --unverified --on 2021-03-31"):
        run_suite(settings)
    assert tree(copied / "reports") == before
