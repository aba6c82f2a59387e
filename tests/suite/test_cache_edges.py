"""Where nothing may be kept, where no worker is needed, and what a style sheet changes."""

import shutil
from importlib.resources import files
from pathlib import Path

import pytest
from workspaces import make_workspace

from perfanalysis.errors import DataError
from perfanalysis.printing import print_run
from perfanalysis.suite import make
from perfanalysis.suite.cache import program as programs
from perfanalysis.suite.outcome import Failure, RunResult
from perfanalysis.suite.progress import Silent
from perfanalysis.suite.run import run_suite

PAGES = ("30_unit-001.html", "30_unit-002.html", "30_unit-004.html", "60_district.html")


class Heard(Silent):
    """Keeps what it is told, and does something when the first report is done."""

    def __init__(self, first=lambda: None):
        self.said, self.first, self.count = [], first, 0

    def say(self, text):
        self.said.append(text)

    def done(self, page, problem):
        self.count += 1
        if self.count == 1:
            self.first()


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    root = make_workspace(tmp_path_factory.mktemp("edges"))
    run_suite(root / "suite.toml", jobs=1)
    return root


@pytest.fixture
def root(made, tmp_path):
    shutil.copytree(made, tmp_path / "w")
    return tmp_path / "w"


def test_a_run_whose_data_changed_under_it_leaves_nothing_behind(tmp_path):
    root = make_workspace(tmp_path / "w")
    data = root / "data" / "2020" / "units.csv"
    before = data.read_bytes()
    changing = Heard(lambda: data.write_bytes(before.replace("004局".encode(), "004处".encode())))
    with pytest.raises(DataError, match=r"units\.csv"):
        run_suite(root / "suite.toml", jobs=1, display=changing)
    data.write_bytes(before)
    assert run_suite(root / "suite.toml", jobs=1).remade == dict.fromkeys(PAGES, "new")


def test_a_run_whose_program_changed_under_it_leaves_nothing_behind(tmp_path, monkeypatch):
    root = make_workspace(tmp_path / "w")
    with monkeypatch.context() as patch:
        patch.setattr(make, "is_changed", lambda: True)
        run_suite(root / "suite.toml", jobs=1)
    assert run_suite(root / "suite.toml", jobs=1).remade == dict.fromkeys(PAGES, "new")


def test_what_is_known_to_hold_needs_no_worker(root, monkeypatch):
    """A published page that was touched, all else as it was: no process is started."""
    monkeypatch.setattr(make, "run_jobs", None)
    page = root / "reports" / "2021" / PAGES[0]
    before = page.read_bytes()
    page.write_text("mine", "utf-8")
    result = run_suite(root / "suite.toml", jobs=1)
    assert (result.made, result.remade, page.read_bytes()) == (PAGES, {}, before)
    assert result.findings


def test_an_entry_that_is_gone_is_made_by_a_worker_though_its_data_is_known(root):
    for path in (root / "build" / "cache").glob("??/*"):
        path.unlink()
    (root / "reports" / "2021" / PAGES[0]).unlink()
    assert run_suite(root / "suite.toml", jobs=1).remade == dict.fromkeys(PAGES, "entry")


def test_a_cache_that_cannot_be_written_is_said_once(tmp_path):
    root = make_workspace(tmp_path / "w")
    (root / "build").mkdir()
    (root / "build" / "cache").write_text("a file where the folder should be", "utf-8")
    heard = Heard()
    assert run_suite(root / "suite.toml", jobs=1, display=heard).made == PAGES
    assert [text for text in heard.said if "缓存不能写入" in text] == heard.said
    assert len(heard.said) == 1


def test_a_page_that_cannot_be_made_is_not_kept_as_good(root):
    path = root / "notebooks" / "60_district.ipynb"
    path.write_text(
        path.read_text("utf-8").replace("page.header(", "print(1)\\npage.header("), "utf-8"
    )
    for reason in ("notebook", "retried"):
        result = run_suite(root / "suite.toml", jobs=1)
        assert list(result.failed) == [PAGES[3]]
        assert result.remade == {PAGES[3]: reason}


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A copy of the program, to change."""
    copy = tmp_path / "perfanalysis"
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(Path(str(files("perfanalysis"))), copy, ignore=ignored)
    monkeypatch.setattr(programs, "files", lambda _: copy)
    return copy


@pytest.mark.parametrize(
    ("file", "moved"),
    [
        ("report/templates/site.css", {"whole"}),
        ("report/templates/content.css", {"whole"}),
        ("report/templates/page.html.j2", {"pages", "whole"}),
        ("report/site.py", {"pages", "whole"}),
        ("report/page.py", {"execution", "whole"}),
        ("report/texts/30_unit.yaml", {"execution", "whole"}),
        ("report/fonts/PerfAnalysisSansSC-Regular.otf", {"execution", "whole"}),
        ("suite/views/unit.py", {"execution", "whole"}),
    ],
)
def test_a_file_of_the_program_moves_only_what_it_makes(package, file, moved):
    parts = ("execution", "pages", "whole")
    before = programs.program.__wrapped__()
    with open(package / file, "ab") as content:
        content.write(b"\n")
    after = programs.program.__wrapped__()
    assert {part for part in parts if getattr(before, part) != getattr(after, part)} == moved


def test_every_library_that_draws_or_reads_has_its_version_in_the_key():
    found = programs.libraries()
    assert {"pillow", "contourpy", "pyarrow", "pyyaml", "markupsafe", "python"} <= set(found)
    assert "jupyterlab" not in found
    assert all(found.values())


@pytest.mark.parametrize(
    ("remade", "said"),
    [
        (dict.fromkeys("abc", "new"), []),
        (dict.fromkeys("abc", "page"), ["重做 3 页（页面模板或前后页有改动）：a、b、c"]),
        (
            {"c": "retried"},
            ["其中 2 页没有改动，沿用上次的结果。", "重做 1 页（上次未能生成）：c"],
        ),
    ],
)
def test_a_run_says_what_it_made_again_and_why(capsys, remade, said):
    failed = {"c": Failure(None, "", "ValueError", "x", "")}
    print_run(RunResult(Path("index.html"), ("a", "b"), failed, False, {}, (), remade))
    lines = capsys.readouterr().out.splitlines()
    assert lines == ["生成 2 页，失败 1 页。", *said, "失败：c　ValueError: x", "index.html"]
