"""suite.toml: the committed one, defaults, and the mistakes people make."""

from datetime import date
from pathlib import Path

import pytest

from perfanalysis.errors import ParameterError
from perfanalysis.suite.config import load_suite

ROOT = Path(__file__).parents[2]
SMALLEST = """\
work_year = 2021
[district]
name = "示例区"
[engagement]
client = "示例区财政局"
agency = "示例机构"
lead_evaluator = "甲某"
report_date = 2021-11-30
"""


def write(tmp_path, text):
    path = tmp_path / "suite.toml"
    path.write_text(text, "utf-8")
    return path


def test_the_sample_district_says_that_it_is_made_up():
    suite = load_suite(ROOT / "suite.toml")
    assert suite.work_year == 2021
    assert suite.district.sample
    assert suite.root == ROOT


def test_what_is_left_out_has_the_defaults_of_the_design(tmp_path):
    suite = load_suite(write(tmp_path, SMALLEST))
    stages = suite.stages
    assert (stages.evaluation, stages.monitoring, stages.targets, stages.requests) == (-1, 0, 1, 1)
    assert (suite.money.unit, suite.money.scale) == ("万元", 1)
    assert suite.engagement.report_date == date(2021, 11, 30)
    assert (suite.language, suite.engagement.status) == ("zh", "征求意见稿")
    assert not suite.district.sample
    assert suite.rule_files == suite.compared_files == ()


def test_a_byte_order_mark_is_no_mistake(tmp_path):
    path = tmp_path / "suite.toml"
    path.write_bytes(b"\xef\xbb\xbf" + SMALLEST.encode())
    assert load_suite(path).district.name == "示例区"


def test_rule_files_and_team_are_read_in_order(tmp_path):
    for name in ("a.yaml", "b.yaml"):
        (tmp_path / name).touch()
    text = SMALLEST + (
        'team = [{ name = "甲" }, { name = "乙", title = "会计师" }]\n'
        '[rules]\nlocal = ["b.yaml", "a.yaml"]\n'
    )
    suite = load_suite(write(tmp_path, text))
    assert [path.name for path in suite.rule_files] == ["b.yaml", "a.yaml"]
    assert [(m.name, m.title) for m in suite.engagement.team] == [("甲", ""), ("乙", "会计师")]


MISTAKES = {
    "unknown key": ("work_year = 2021", "work_yaer = 2021", ["work_yaer", "work_year"]),
    "unknown key in a table": ("[district]", "[stages]\nevalution = 0\n[district]", ["evaluation"]),
    "unknown table": ("[district]", "[monye]\n[district]", ["monye", "money"]),
    "text for a number": ("work_year = 2021", 'work_year = "2021"', ["work_year", "整数"]),
    "true for a number": ("work_year = 2021", "work_year = true", ["work_year", "整数"]),
    "a year of two digits": ("work_year = 2021", "work_year = 21", ["四位"]),
    "text for a date": ("2021-11-30", '"2021-11-30"', ["report_date", "日期"]),
    "a choice that is none": ("[district]", 'language = "fr"\n[district]', ["zh", "en", "fr"]),
    "missing": ('agency = "示例机构"\n', "", ["engagement.agency"]),
    "a value for a table": ("[district]\nname", "district", ["district", "键值"]),
    "text for a list": (
        "[district]",
        '[rules]\nlocal = "a.yaml"\n[district]',
        ["rules.local", "列表"],
    ),
    "rule file not there": ("[district]", '[rules]\nlocal = ["no.yaml"]\n[district]', ["no.yaml"]),
    "compared file not there": (
        "[district]",
        '[linkage]\ncompare = ["no.yaml"]\n[district]',
        ["linkage.compare", "no.yaml", "删去"],
    ),
    "compared twice": (
        "[district]",
        '[linkage]\ncompare = ["suite.toml", "suite.toml"]\n[district]',
        ["linkage.compare", "重复"],
    ),
    "no scale": ("[district]", "[money]\nscale = 0\n[district]", ["money.scale"]),
    "scale nan": ("[district]", "[money]\nscale = nan\n[district]", ["money.scale"]),
    "scale inf": ("[district]", "[money]\nscale = inf\n[district]", ["money.scale"]),
    "scale absurd": ("[district]", "[money]\nscale = 1e300\n[district]", ["money.scale"]),
    "no time": ("[district]", "[run]\ncell_seconds = 0\n[district]", ["run.cell_seconds"]),
    "a member without a name": (
        "report_date",
        'team = [{ title = "x" }]\nreport_date',
        ["engagement.team[1].name"],
    ),
    "not TOML": ("work_year = 2021", "work_year 2021", ["TOML", "line 1"]),
}


@pytest.mark.parametrize(("old", "new", "words"), MISTAKES.values(), ids=MISTAKES.keys())
def test_mistakes_are_named(tmp_path, old, new, words):
    assert old in SMALLEST
    with pytest.raises(ParameterError) as caught:
        load_suite(write(tmp_path, SMALLEST.replace(old, new)))
    assert all(word in str(caught.value) for word in words), caught.value


def test_a_workspace_without_settings_says_what_to_do(tmp_path):
    with pytest.raises(ParameterError, match="--suite"):
        load_suite(tmp_path / "suite.toml")


def test_a_sheet_of_the_public_workbook_must_be_one(tmp_path):
    path = tmp_path / "suite.toml"
    text = (Path(__file__).parents[1] / "golden" / "suite.toml").read_text("utf-8")
    path.write_text(f'{text}\n[publish]\nsheets = ["units", "unit"]\n', "utf-8")
    with pytest.raises(ParameterError, match=r"publish\.sheets.*没有名为 unit 的.*worklist"):
        load_suite(path)
