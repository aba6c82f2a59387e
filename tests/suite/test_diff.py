"""Two published runs: just the figures that moved, each with its place, and what was changed."""

import json
import shutil

import pytest
from click.testing import CliRunner

from perfanalysis.cli import main
from perfanalysis.errors import DataError, ParameterError
from perfanalysis.suite.diff import diff_reports, difference
from perfanalysis.suite.manifest import write_manifest

PAGE = """<!doctype html><meta charset="utf-8"><main><h1>甲局</h1><p>执行率97.3%。</p>
<figure id="t"><figcaption id="t-caption">表1　资金</figcaption>
<table aria-labelledby="t-caption"><thead>
<tr><th>名称</th><th>执行数</th><th>执行率</th></tr></thead>
<tbody><tr><th>培训</th><td>1,116.72</td><td>97.3%</td></tr>
<tr><th>设备</th><td>5.00</td><td>50.0%</td></tr><tr><th>设备</th><td>6.00</td><td>60.0%</td></tr>
</tbody></table></figure><h2 id="reproduction">复现</h2><dl><dt>校验</dt><dd>abc</dd></dl></main>"""
ABOUT = {"failed": False}
FACTS = {
    "inputs": {"2020/payments.csv": "a", "2020/units.csv": "b"},
    "rules": {"self.yaml": "a"},
    "pages": {"30_unit-1.html": ABOUT, "30_unit-2.html": ABOUT},
    "versions": {"numpy": "2.1"},
    "commit": None,
    "lang": "zh",
}


@pytest.fixture
def runs(tmp_path):
    old, new = tmp_path / "old", tmp_path / "new"
    old.mkdir()
    for page in FACTS["pages"]:
        (old / page).write_text(PAGE, "utf-8")
    write_manifest(old, FACTS)
    shutil.copytree(old, new)
    return old, new


def rewrite(folder, *pairs, page="30_unit-1.html", **facts):
    text = (folder / page).read_text("utf-8")
    for before, after in pairs:
        assert before in text
        text = text.replace(before, after)
    (folder / page).write_text(text, "utf-8")
    write_manifest(folder, FACTS | facts)


def perf_diff(*arguments):
    return CliRunner().invoke(main, ["diff", *map(str, arguments)])


def moved(runs):
    return [(m.row, m.column, m.before, m.after, m.difference) for m in diff_reports(*runs).figures]


def test_two_equal_runs_are_the_same(runs):
    assert diff_reports(*runs).same
    assert perf_diff(*runs).exit_code == 0


def test_just_the_figures_that_moved_are_named_with_their_place(runs):
    rewrite(runs[1], ("1,116.72", "998.02"), ("97.3%", "87.0%"))
    found = diff_reports(*runs)
    assert moved(runs) == [
        ("培训", "执行数", "1,116.72", "998.02", "−118.70"),
        ("培训", "执行率", "97.3%", "87.0%", "−10.3%"),
    ]
    assert {(m.page, m.table) for m in found.figures} == {("30_unit-1.html", "表1 资金")}
    assert [(t.before, t.after) for t in found.texts] == [("执行率97.3%。", "执行率87.0%。")]
    assert found.pages == {}


def test_of_rows_with_one_name_only_the_one_that_went_is_listed(runs):
    rewrite(runs[1], ("<tr><th>设备</th><td>5.00</td><td>50.0%</td></tr>", ""))
    assert moved(runs) == [("设备", "", "5.00　50.0%", "", None)]


def test_inputs_rules_and_pages_that_changed_are_named(runs):
    (runs[1] / "30_unit-2.html").unlink()
    rewrite(
        runs[1],
        inputs={"2020/payments.csv": "x", "2020/funds.csv": "c"},
        rules={"self.yaml": "x"},
        pages={"30_unit-1.html": {"failed": True}},
        versions={"numpy": "2.2"},
    )
    found = diff_reports(*runs)
    assert found.sources["inputs"] == {
        "2020/funds.csv": "added",
        "2020/payments.csv": "changed",
        "2020/units.csv": "removed",
    }
    assert found.sources["rules"] == {"self.yaml": "changed"}
    assert found.pages == {"30_unit-1.html": "failed", "30_unit-2.html": "removed"}
    assert found.context == {"numpy": ("2.1", "2.2")}
    assert not found.same


def test_how_to_repeat_a_page_is_no_figure_of_it(runs):
    rewrite(runs[1], ("abc", "def"))
    found = diff_reports(*runs)
    assert (found.figures, found.texts) == ((), ())
    assert found.pages == {"30_unit-1.html": "appearance"}


def test_json_is_one_object(runs):
    rewrite(runs[1], ("5.00", "5.50"))
    result = perf_diff(*runs, "--json")
    assert result.exit_code == 1
    (figure,) = json.loads(result.stdout)["figures"]
    assert (figure["row"], figure["difference"]) == ("设备", "+0.50")


def test_hostile_text_cannot_steer_the_terminal(runs):
    rewrite(runs[1], ("97.3%</td>", "[red]\x1b[2J\u202e97%</td>"))
    result = perf_diff(*runs)
    assert result.exit_code == 1
    assert "\x1b" not in result.stdout
    assert "\u202e" not in result.stdout
    assert "[red]" in result.stdout  # no markup is read


def test_what_cannot_be_compared_is_trouble(runs, tmp_path):
    assert perf_diff(runs[0], tmp_path / "none").exit_code == 2
    rewrite(runs[1], lang="en")
    with pytest.raises(ParameterError, match="语言"):
        diff_reports(*runs)


@pytest.mark.parametrize("page", ["../old/30_unit-1.html", "gone.html"])
def test_a_page_outside_the_folder_is_never_read(runs, page):
    rewrite(runs[1], pages={page: ABOUT})
    with pytest.raises(DataError, match="verify"):
        diff_reports(*runs)


@pytest.mark.parametrize("facts", [{"rules": []}, {"pages": {"30_unit-1.html": 3}}])
def test_a_manifest_of_another_form_is_refused(runs, facts):
    rewrite(runs[1], **facts)
    with pytest.raises(DataError, match="清单"):
        diff_reports(*runs)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("1,200.50", "−3.00", "−1203.50"),
        ("97.3%", "100%", "+2.7%"),
        ("97.3%", "97.3", None),
        ("—", "1", None),
        ("+1.0", "1.00", "0.00"),
    ],
)
def test_differences_are_exact_on_the_printed_numbers(before, after, expected):
    assert difference(before, after) == expected
