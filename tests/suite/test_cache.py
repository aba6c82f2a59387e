"""What has not changed is not made again, and pages are the same bytes as if it were."""

import json
import shutil
import subprocess
import sys

import pytest
from workspaces import make_workspace, make_year, tree

from perfanalysis.suite.cache.keys import REASONS, survey
from perfanalysis.suite.cache.store import Store
from perfanalysis.suite.config import load_suite
from perfanalysis.suite.run import run_suite

PAGES = ("30_unit-001.html", "30_unit-002.html", "30_unit-004.html", "60_district.html")
VIEW = """\
def view(year, unit_id):
    units = year.evaluation["units"].set_index("unit_id")
    return units.loc[unit_id]
"""


@pytest.fixture(scope="module")
def first(tmp_path_factory):
    root = make_workspace(tmp_path_factory.mktemp("cache"))
    run_suite(root / "suite.toml", jobs=1)
    return root


@pytest.fixture
def root(first, tmp_path):
    """A copy of a workspace after its first run, to change."""
    shutil.copytree(first, tmp_path / "w")
    return tmp_path / "w"


def again(root, **options):
    """Run once more: why each page was made again."""
    return run_suite(root / "suite.toml", jobs=1, **options).remade


def change(path, old, new):
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def test_what_never_ran_is_new_and_what_did_is_not_made_again(first, tmp_path):
    root = make_workspace(tmp_path / "w")
    assert again(root) == dict.fromkeys(PAGES, "new")
    before = tree(root)
    result = run_suite(root / "suite.toml", jobs=1)
    assert (result.made, result.remade, result.failed) == (PAGES, {}, {})
    assert tree(root) == before


def test_an_unchanged_run_imports_nothing_that_takes_time(root):
    code = (
        "import sys\nfrom perfanalysis.cli import main\n"
        "try:\n    main(['run'])\nexcept SystemExit as end:\n    assert end.code == 0\n"
        "print(sorted({'pandas', 'numpy', 'papermill', 'nbformat', 'matplotlib', 'jinja2'}"
        " & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=root, capture_output=True, encoding="utf-8", check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"
    assert "其中 4 页没有改动" in done.stdout
    assert "没有任何改动" in done.stderr


@pytest.mark.parametrize(
    ("file", "old", "new", "reason", "pages"),
    [
        ("notebooks/30_unit.ipynb", "给自己看", "不给人看", "notebook", PAGES[:3]),
        ("data/2020/units.csv", "004局", "004处", "data", PAGES),
        ("suite.toml", "甲某", "乙某", "settings", PAGES),
    ],
)
def test_a_change_makes_again_what_depends_on_it(root, file, old, new, reason, pages):
    change(root / file, old, new)
    assert again(root) == dict.fromkeys(pages, reason)


def test_a_module_beside_the_notebooks_is_part_of_them(root):
    (root / "own.py").write_text("x = 1", "utf-8")
    assert again(root) == dict.fromkeys(PAGES, "notebook")


def test_a_neighbour_with_another_name_makes_the_page_but_not_its_cells(root, tmp_path):
    (root / "views.py").write_text(VIEW, "utf-8")
    change(
        root / "notebooks" / "30_unit.ipynb",
        '"scope": "unit"',
        '"scope": "unit", "view": "views:view"',
    )
    again(root)
    change(root / "data" / "2020" / "units.csv", "004局", "004处")
    # what 001 and 002 read is as before, but 002 links to its neighbour by name
    assert again(root) == {PAGES[1]: "page", PAGES[2]: "data", PAGES[3]: "data"}
    fresh = tmp_path / "elsewhere"
    shutil.copytree(root, fresh, ignore=shutil.ignore_patterns("build", "reports"))
    run_suite(fresh / "suite.toml", jobs=2)
    assert tree(fresh / "reports") == tree(root / "reports")


def test_force_makes_everything_again(root):
    before = tree(root / "reports")
    assert again(root, force=True) == dict.fromkeys(PAGES, "forced")
    assert tree(root / "reports") == before


@pytest.mark.parametrize("change_page", ["changed", "removed"])
def test_a_published_page_that_was_touched_is_put_right(root, change_page):
    before = tree(root / "reports")
    page = root / "reports" / "2021" / PAGES[0]
    page.unlink() if change_page == "removed" else page.write_text("mine", "utf-8")
    assert again(root) == {}
    assert tree(root / "reports") == before


DAMAGES = {
    "cut": lambda path: path.write_bytes(path.read_bytes()[:-1]),
    "flipped": lambda path: path.write_bytes(path.read_bytes()[:-1] + b"\0"),
    "empty": lambda path: path.write_bytes(b""),
    "gone": lambda path: path.unlink(),
    "a folder": lambda path: (path.unlink(), path.mkdir()),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_entry_is_as_good_as_none(root, damage):
    before = tree(root / "reports")
    for path in list(Store(root / "build" / "cache").entries()):
        damage(path)
    change(root / "suite.toml", "work_year", "# 注\nwork_year")  # so that the run looks at all
    remade = again(root)
    assert set(remade) == set(PAGES)
    after = tree(root / "reports")
    del before["2021/manifest.json"], after["2021/manifest.json"]
    assert after == before
    (next((root / "build" / "cache" / "runs").iterdir())).write_text("{", "utf-8")
    assert again(root) == {}


def test_what_failed_is_tried_again(root):
    change(root / "notebooks" / "30_unit.ipynb", "10 // (3", "10 // (2")
    change(root / "notebooks" / "30_unit.ipynb", "给自己看", "x")
    failed = run_suite(root / "suite.toml", jobs=1)
    assert list(failed.failed) == [PAGES[1]]
    result = run_suite(root / "suite.toml", jobs=1)
    assert (list(result.failed), result.remade) == ([PAGES[1]], {PAGES[1]: "retried"})


def test_a_part_of_the_suite_leaves_what_was_kept_of_the_rest(root):
    assert again(root, only=["60_*"]) == {}
    assert again(root) == {}
    assert again(root, lang="en") == dict.fromkeys(PAGES, "new")
    assert again(root) == {}


def test_pruning_leaves_what_the_last_runs_used(root):
    suite = load_suite(root / "suite.toml")
    change(root / "data" / "2020" / "units.csv", "004局", "004处")
    again(root)
    before = survey(suite, prune=False)
    after = survey(suite, prune=True)
    assert after["removed"] > 0
    assert after["entries"] == 2 * len(PAGES) == before["entries"] - after["removed"]
    assert after["bytes"] == before["bytes"] - after["freed"]
    assert again(root) == {}


def test_a_cache_that_cannot_be_written_costs_only_time(tmp_path):
    root = make_workspace(tmp_path / "w")
    (root / "build").mkdir()
    (root / "build" / "cache").write_text("a file where the folder should be", "utf-8")
    result = run_suite(root / "suite.toml", jobs=1)
    assert (result.made, result.failed) == (PAGES, {})
    assert again(root) == dict.fromkeys(PAGES, "new")


def test_every_reason_can_be_printed(root):
    make_year(root / "data" / "2022", ["001"])
    change(root / "data" / "2020" / "units.csv", "004局", "004处")
    done = subprocess.run(
        [sys.executable, "-m", "perfanalysis.cli", "run", "--only", "60_*"],
        cwd=root, capture_output=True, encoding="utf-8", check=True,
    )  # fmt: skip
    assert "生成 1 页" in done.stdout
    done = subprocess.run(
        [sys.executable, "-m", "perfanalysis.cli", "run", "--json"],
        cwd=root, capture_output=True, encoding="utf-8", check=True,
    )  # fmt: skip
    remade = json.loads(done.stdout)["remade"]
    assert set(remade.values()) <= set(REASONS)
    assert remade == dict.fromkeys(PAGES[:3], "data")


def test_a_rule_file_set_beside_the_proposal_is_part_of_every_key_and_of_the_manifest(root):
    (root / "other.yaml").write_text("schema: 1\ndocuments: {}\nrules: {}\n", "utf-8")
    change(root / "suite.toml", "[publish]", '[linkage]\ncompare = ["other.yaml"]\n[publish]')
    again(root)
    stated = json.loads((root / "reports" / "2021" / "manifest.json").read_text("utf-8"))["rules"]
    assert len(stated["linkage.compare: other.yaml"]) == 64
    assert again(root) == {}
    change(root / "other.yaml", "schema: 1", "schema: 1  # 又一行")
    assert again(root) == dict.fromkeys(PAGES, "settings")
