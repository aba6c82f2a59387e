"""The commands: exit codes, what goes to standard output, and errors without a traceback."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

from perfanalysis.cli import main
from perfanalysis.suite.manifest import hashes, write_manifest

SETTINGS = Path(__file__).parents[1] / "suite.toml"


def perf(*arguments):
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def district(tmp_path_factory):
    out = tmp_path_factory.mktemp("district")
    options = ("--units", 4, "--years", "2020-2021", "--clean")
    result = perf("sample", "--out", out, *options)
    assert (result.exit_code, result.stdout) == (0, f"{out}\n")
    return out


@pytest.fixture
def spoilt(district, tmp_path):
    shutil.copytree(district, tmp_path / "data")
    return tmp_path / "data"


def test_the_years_of_a_sample_are_first_to_last(district):
    assert sorted(p.name for p in district.iterdir() if p.is_dir()) == ["2020", "2021", "2022"]


@pytest.mark.parametrize("years", ["2020", "2020-", "20a-2021", "2021-2020"])
def test_years_that_are_none_are_refused(tmp_path, years):
    result = perf("sample", "--out", tmp_path, "--years", years)
    assert result.exit_code == 2
    assert "--years" in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_clean_data_checks_out(district):
    result = perf("check", "--budget-year", 2020, "--data", district)
    assert result.exit_code == 0
    assert result.stdout.splitlines()[-1].startswith("错误 0 条")


def test_an_error_in_the_data_is_named_and_gives_1(spoilt):
    funds = pd.read_csv(spoilt / "2020" / "funds.csv", dtype=str)
    funds.loc[0, "project_id"] = "没有"
    funds.to_csv(spoilt / "2020" / "funds.csv", index=False)
    result = perf("check", "--year", 2020, "--data", spoilt)
    assert result.exit_code == 1
    assert "funds.csv!A2" in result.stdout
    as_json = perf("check", "--year", 2020, "--data", spoilt, "--json")
    assert as_json.exit_code == 1
    found = json.loads(as_json.stdout)
    assert found["budget_year"] == 2020
    first = next(each for each in found["findings"] if each["where"]["cell"] == "A2")
    assert set(first) == {"code", "severity", "subject", "where", "found", "message", "remedy"}


TWENTY = """\
schema: 1
documents:
  local-form: {title: 本区自评表, number: null, issuer: 本区财政局, issued: 2020-01-01}
rules:
  self.weights:
    title: 本区自评表的分值
    unit: points
    values:
      2020-02-25:
        value: {execution: 20, output: 40, benefit: 30, satisfaction: 10}
        basis: local
        source: {document: local-form, clause: null}
        verified: true
        verified_by: 甲某
        verified_on: 2020-03-01
"""


def test_points_are_added_up_with_those_that_the_rule_in_force_gives_to_execution(
    district, tmp_path
):
    """Made-up data gives 90 points to indicators: right by the national form, not by a local 20."""
    (tmp_path / "local.yaml").write_text(TWENTY, "utf-8")
    options = ("--budget-year", 2020, "--data", district, "--json")
    found = json.loads(perf("check", *options, "--rules", tmp_path / "local.yaml").stdout)
    projects = pd.read_csv(district / "2020" / "projects.csv")
    evaluated = projects.loc[projects["is_self_evaluated"], "project_id"]
    wrong = [each for each in found["findings"] if each["code"] == "weights-sum"]
    assert [each["subject"] for each in wrong] == list(evaluated)
    assert wrong[0]["found"] == "指标分值之和 90，加执行率 20 为 110"
    assert perf("check", *options).exit_code == 0


def test_data_that_cannot_be_read_gives_2(spoilt):
    (spoilt / "2020" / "units.csv").unlink()
    assert perf("check", "--year", 2020, "--data", spoilt).exit_code == 2


@pytest.mark.parametrize("command", ["check", "score"])
def test_a_folder_that_is_not_there_is_a_message_and_no_traceback(tmp_path, command):
    more = ("--out", tmp_path / "x.csv") if command == "score" else ()
    result = perf(command, "--year", 2020, "--data", tmp_path / "no", *more)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "--data" in result.stderr
    as_json = perf(command, "--year", 2020, "--data", tmp_path / "no", *more, "--json")
    assert as_json.exit_code == 2
    assert json.loads(as_json.stdout)["error"] == "DataError"
    assert as_json.stderr == ""


def test_scores_are_written_with_their_ledger(district, tmp_path):
    result = perf("score", "--year", 2020, "--data", district, "--out", tmp_path / "s.csv")
    assert result.exit_code == 0
    assert str(tmp_path / "s-ledger.csv") in result.stdout
    evaluated = pd.read_csv(district / "2020" / "projects.csv")["is_self_evaluated"]
    assert len(pd.read_csv(tmp_path / "s.csv")) == evaluated.sum() > 0


def test_scores_of_another_kind_of_file_are_refused(district, tmp_path):
    result = perf("score", "--year", 2020, "--data", district, "--out", tmp_path / "s.ods")
    assert result.exit_code == 2
    assert ".xlsx" in result.stderr


def test_a_proposal_adds_up_to_what_is_printed(district, tmp_path):
    options = ("--data", district, "--out", tmp_path / "link.csv", "--suite", SETTINGS)
    result = perf("link", "--work-year", 2021, *options, "--json")
    assert result.exit_code == 0
    printed = json.loads(result.stdout)
    projects = pd.read_csv(tmp_path / "link.csv")
    assert printed["projects"] == len(projects) > 0
    assert printed["proposed_wan"] == pytest.approx(projects["proposed_wan"].sum(), abs=1e-6)
    assert str(tmp_path / "link-steps.csv") in printed["files"]
    year_2021 = pd.read_csv(district / "2021" / "funds.csv")["initial_wan"].sum()
    assert printed["base_wan"] == pytest.approx(year_2021, abs=1e-6)


def test_the_rules_of_a_day_are_listed_with_their_documents():
    result = perf("rules", "--on", "2021-03-31")
    assert result.exit_code == 0
    line = next(each for each in result.stdout.splitlines() if each.startswith("self.weights＝"))
    assert "财预〔2020〕10号" in line
    assert "2020-02-25起" in line
    assert "self." not in perf("rules", "--on", "2020-02-24").stdout  # the day before the rule


def test_of_a_long_rule_its_beginning_is_listed_and_all_of_it_as_json():
    lines = perf("rules", "--on", "2021-03-31").stdout.splitlines()
    line = next(each for each in lines if each.startswith("link.rules＝"))
    every = json.loads(perf("rules", "--on", "2021-03-31", "--json").stdout)["rules"]
    value = next(each["value"] for each in every if each["key"] == "link.rules")
    assert line.startswith(f"link.rules＝{value[:60]}……（共 {len(value)} 字）")
    assert max(map(len, lines)) < 200
    assert "--json" in lines[-1]


def test_unverified_rules_are_those_with_a_document_to_compare():
    every = json.loads(perf("rules", "--on", "2021-03-31", "--json").stdout)["rules"]
    some = json.loads(perf("rules", "--on", "2021-03-31", "--unverified", "--json").stdout)["rules"]
    assert [each["key"] for each in some] == [r["key"] for r in every if r["unverified"]]
    assert all(each["basis"] != "convention" for each in some)


def test_a_command_that_ends_does_not_look_for_what_is_left_to_collect():
    """Handlers run the other way round: this one last, and then Python's own end."""
    code = (
        "import atexit, gc; atexit.register(lambda: print(gc.get_freeze_count() > 0)); "
        "from perfanalysis.cli import main; main(['--version'])"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert said.stdout.splitlines()[-1] == "True"


def test_rules_need_a_day(tmp_path):
    result = perf("rules", "--suite", tmp_path / "suite.toml")
    assert result.exit_code == 2
    assert "--on" in result.stderr


def test_a_broken_rule_file_is_named(tmp_path):
    (tmp_path / "local.yaml").write_text("schema: 1\nrulez: {}\n", "utf-8")
    result = perf("rules", "--on", "2021-03-31", "--rules", tmp_path / "local.yaml")
    assert result.exit_code == 2
    assert "local.yaml" in result.stderr


def test_a_file_that_is_no_form_is_a_finding(tmp_path):
    (tmp_path / "note.docx").write_bytes(b"nothing")
    result = perf("import", tmp_path / "note.docx", "--year", 2020, "--data", tmp_path / "data")
    assert result.exit_code == 2
    assert "note.docx" in result.stdout
    assert "读到 0 份表" in result.stdout


def test_verify_names_what_changed(tmp_path):
    data = tmp_path / "data"
    (data / "2020").mkdir(parents=True)
    (data / "2020" / "units.csv").write_text("a")
    published = tmp_path / "2021"
    published.mkdir()
    (published / "index.html").write_text("a")
    write_manifest(published, {"inputs": hashes(data, [data / "2020" / "units.csv"]), "pages": {}})
    same = perf("verify", published, "--data", data)
    assert (same.exit_code, same.stdout) == (0, "与清单完全一致。\n")
    (published / "index.html").write_text("b")
    (data / "2020" / "units.csv").write_text("b")
    other = perf("verify", published, "--data", data)
    assert other.exit_code == 1
    assert other.stdout.splitlines() == [
        "报告 已改动：index.html",
        "数据 已改动：2020/units.csv",
    ]
    as_json = json.loads(perf("verify", published, "--json").stdout)
    assert as_json == {
        "differences": [{"kind": "output", "change": "changed", "file": "index.html"}]
    }
    assert perf("verify", data).exit_code == 2


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--suite", "no.toml"), "no.toml"),
        (("-p", "unit_id"), "名称=值"),
    ],
)
def test_a_run_that_cannot_start_says_why(arguments, words):
    result = perf("run", *arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert words in result.stderr


def test_every_command_has_help_in_chinese():
    for name in main.commands:
        result = perf(name, "--help")
        assert result.exit_code == 0
        assert any("一" <= character <= "鿿" for character in result.stdout), name


@pytest.mark.parametrize("json_too", [(), ("--json",)])
@pytest.mark.parametrize("table", ["projects", "indicators"])
def test_scores_of_unreadable_tables_are_not_written(spoilt, tmp_path, table, json_too):
    (spoilt / "2020" / f"{table}.csv").write_bytes(b"\xff\x00\xff")
    out = tmp_path / "s.csv"
    result = perf("score", "--year", 2020, "--data", spoilt, "--out", out, *json_too)
    assert result.exit_code == 2
    assert table in result.stdout
    assert not out.exists()


def test_a_proposal_on_unreadable_tables_is_not_written(spoilt, tmp_path):
    (spoilt / "2021" / "funds.csv").unlink()
    options = ("--data", spoilt, "--out", tmp_path / "l.csv", "--suite", SETTINGS)
    result = perf("link", "--work-year", 2021, *options)
    assert result.exit_code == 2
    assert "funds" in result.stdout


def test_no_proposal_without_requests(spoilt, tmp_path):
    (spoilt / "2022" / "budget_requests.csv").unlink()
    options = ("--data", spoilt, "--out", tmp_path / "l.csv", "--suite", SETTINGS)
    result = perf("link", "--work-year", 2021, *options)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "budget_requests" in result.stderr


@pytest.mark.parametrize("suffix", [".csv", ".xlsx", ".parquet"])
def test_an_output_that_cannot_be_written_is_a_message(district, tmp_path, suffix):
    out = tmp_path / ("长" * 200 + suffix)  # longer than a file name may be
    result = perf("score", "--year", 2020, "--data", district, "--out", out)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "--out" in result.stderr


def test_a_day_without_rules_is_said():
    result = perf("rules", "--on", "1990-01-01")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "没有一条规则有效" in result.stderr
