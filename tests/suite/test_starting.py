"""A new district's workspace: read back by the product's own readers."""

import pytest

from perfanalysis.data.codebook import codebook
from perfanalysis.data.tables import load_year
from perfanalysis.errors import DataError, ParameterError
from perfanalysis.rules.loader import load_rules
from perfanalysis.suite.config import load_suite
from perfanalysis.suite.run import run_suite
from perfanalysis.suite.starting import shipped_notebooks, start_workspace


@pytest.mark.parametrize("district", ["示例区", '"甲"\\区 # $乙', "Sample District"])
def test_the_settings_hold_the_district_and_the_year(tmp_path, district):
    start_workspace(tmp_path / "new", district=district, work_year=2025)
    suite = load_suite(tmp_path / "new" / "suite.toml")
    assert (suite.district.name, suite.work_year) == (district, 2025)
    assert not suite.district.sample
    assert load_rules(*suite.rule_files).rules.keys() == load_rules().rules.keys()


def test_every_table_reads_back_empty_and_without_a_finding(tmp_path):
    start_workspace(tmp_path, district="示例区", work_year=2025)
    for year in (2024, 2025, 2026):
        read = load_year(tmp_path / "data" / str(year))
        assert set(read.sources) == set(codebook())
        assert read.findings == ()


def test_the_notebooks_are_the_shipped_ones(tmp_path):
    start_workspace(tmp_path, district="示例区", work_year=2025)
    copied = {path.name: path.read_bytes() for path in (tmp_path / "notebooks").iterdir()}
    assert copied == {path.name: path.read_bytes() for path in shipped_notebooks().glob("*.ipynb")}
    assert copied


def test_a_folder_that_holds_something_is_left_alone(tmp_path):
    (tmp_path / "mine.txt").write_text("kept", "utf-8")
    with pytest.raises(ParameterError, match="不是空文件夹"):
        start_workspace(tmp_path, district="示例区", work_year=2025)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


@pytest.mark.parametrize(("district", "year"), [(" ", 2025), ("甲\n乙", 2025), ("甲", 0)])
def test_what_cannot_stand_on_a_page_is_refused(tmp_path, district, year):
    with pytest.raises(ParameterError):
        start_workspace(tmp_path / "new", district=district, work_year=year)
    assert not (tmp_path / "new").exists()


def test_a_file_in_the_way_is_an_error_of_ours(tmp_path):
    (tmp_path / "file").write_text("", "utf-8")
    with pytest.raises(ParameterError, match="不能写入"):
        start_workspace(tmp_path / "file" / "new", district="甲", work_year=2025)


def test_a_run_without_data_says_what_to_do_first(tmp_path):
    start_workspace(tmp_path, district="示例区", work_year=2025)
    with pytest.raises(DataError, match=r"2024 预算年度的 units、projects、funds 只有表头.*import"):
        run_suite(tmp_path / "suite.toml")
    assert not any((tmp_path / "reports").iterdir())
