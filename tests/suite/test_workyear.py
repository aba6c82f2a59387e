"""A work year as notebooks see it: which year a stage reads, and when it is read again."""

from datetime import date

import pytest
from workspaces import SETTINGS, make_workspace

from perfanalysis.data.flags import FLAG_COLUMNS
from perfanalysis.errors import ParameterError, RuleFileError
from perfanalysis.suite.cache.slices import digest
from perfanalysis.suite.results import pack_results, unpack_results
from perfanalysis.suite.workyear import open_work_year


@pytest.fixture
def root(tmp_path):
    return make_workspace(tmp_path / "w")


def opened(root, work_year=2021):
    return open_work_year(
        work_year=work_year, data_dir=root / "data", suite_file=root / "suite.toml"
    )


def test_each_stage_reads_its_own_budget_year(root):
    """design.md section 2: evaluation of the year before, targets and requests of the next."""
    year = opened(root)
    assert (year.evaluation_year, year.monitoring_year) == (2020, 2021)
    assert (year.targets_year, year.requests_year) == (2022, 2022)
    assert year.evaluation.budget_year == 2020
    assert year.monitoring.budget_year == 2021
    assert year.rules.day == date(2021, 3, 31)


def test_the_stages_are_settings(root):
    text = SETTINGS + "[stages]\nevaluation = 0\nmonitoring = 0\n"
    (root / "suite.toml").write_text(text, "utf-8")
    year = opened(root)
    assert year.evaluation.budget_year == year.monitoring.budget_year == 2021
    assert year.rules.day == date(2022, 3, 31)
    for found in year.findings.values():
        assert len(set(found)) == len(found)  # checked once


def test_unchanged_files_are_opened_once_and_changed_ones_again(root):
    first = opened(root)
    assert opened(root) is first
    assert first.scores is opened(root).scores
    funds = root / "data" / "2020" / "funds.csv"
    funds.write_text(funds.read_text("utf-8").replace(",10,8", ",10,7.25"), "utf-8")
    second = opened(root)
    assert second is not first
    assert second.scores.projects["executed_wan"].tolist() == [7.25] * 3
    assert opened(root, 2020) is not second


def test_a_local_rule_file_that_changes_is_read_again(root):
    rules = root / "local.yaml"
    rules.write_text("schema: 1\ndocuments: {}\nrules: {}\n", "utf-8")
    text = SETTINGS + '[rules]\nlocal = ["local.yaml"]\n'
    (root / "suite.toml").write_text(text, "utf-8")
    assert opened(root) is opened(root)
    rules.write_text("schema: 1\ndocuments: {}\nrules: 5\n", "utf-8")
    with pytest.raises(RuleFileError, match=r"local\.yaml"):
        opened(root)


def test_settings_that_are_wrong_are_refused(root):
    (root / "suite.toml").write_text("work_year = 'soon'\n", "utf-8")
    with pytest.raises(ParameterError, match=r"suite\.toml"):
        opened(root)


def test_flags_of_a_year_that_has_only_its_first_tables(root):
    flags = opened(root).flags
    assert list(flags.columns) == list(FLAG_COLUMNS)
    assert flags.empty  # 8 of 10 spent is 80%, and there is nothing else to compare


def test_pages_say_whether_the_data_is_made_up_and_print_the_districts_unit(root):
    text = SETTINGS.replace("sample = true", "sample = false") + '[money]\nunit = "百万円"\n'
    (root / "suite.toml").write_text(text, "utf-8")
    year = opened(root)
    page, say = year.page("60_district", "en")
    assert not page.sample
    assert not year.sample
    assert page.money_unit == say.money_unit == "million yen"


def test_results_that_were_packed_are_those_that_would_be_worked_out(tmp_path):
    """Another process that opens the same year is given them: it must find the same."""
    there = opened(make_workspace(tmp_path / "there"))
    here = opened(make_workspace(tmp_path / "here"))
    unpack_results(here, pack_results(there))
    names = vars(here).keys() & vars(there).keys() - {"book", "data_dir", "suite"}
    assert {"evaluation", "scores", "flags", "unit_summaries"} <= names
    assert "findings" not in vars(here)  # one page's own
    for name in ("scores", "flags", "unit_summaries"):
        assert digest(getattr(here, name)) == digest(getattr(there, name))
    assert here.evaluation.where("units", 0, "name") == there.evaluation.where("units", 0, "name")
    with pytest.raises(TypeError):
        here.evaluation.tables["units"] = None  # still read-only
