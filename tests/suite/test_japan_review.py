"""The example of another country: what the converter writes, and the sums of the real source."""

import gzip
import importlib.util
from pathlib import Path

import pandas as pd
import pytest

from perfanalysis.cli import main
from perfanalysis.data.tables import load_year
from perfanalysis.money.execution import execution_rates
from perfanalysis.suite.run import run_suite
from perfanalysis.suite.workyear import open_work_year

ROOT = Path(__file__).parents[2]
SOURCE = ROOT.parent / "shared" / "data" / "japan_review_sheets"

# Made up, in the columns of the source.
SHEETS = """\
sheet_id,project_id,pub_year,ministry,bureau,project_no,project_name,start_year,end_year,account,path
1,,2019,甲省,a,0001,道,2001,,一般会計,data/1.json
2,,2019,甲省,a,0002,橋,2018,2018,自動車安全特別会計,data/2.json
3,,2019,乙省,b,0001,年金,平成,2020,年金特別会計業務勘定,data/3.json
9,,2018,乙省,b,0001,去年,2001,,一般会計,data/9.json
"""
BUDGETS = """\
sheet_id,pub_year,fiscal_year,initial,supplementary,carried_in,carried_out,budget_total,executed,request
1,2019,2018,10.5,0,2,-1.5,11,10.25,
1,2019,2017,99,0,0,0,99,99,
2,2019,2018,4,0,0,0,4,5,
3,2019,2018,1,0,0,0,1,0.125,
1,2019,2019,12,0,0,0,12,,
3,2019,2019,2,0,0,0,2,,
1,2019,2020,,,,,,,11
2,2019,2020,,,,,,,3
3,2019,2020,,,,,,,
"""
OUTCOMES = """\
sheet_id,pub_year,k,unit,fiscal_year,target,actual
1,2019,0,人,2018,200,150
1,2019,1,％,2018,50,60
1,2019,2,件,2018,10,10
2,2019,0,件,2018,4,2
"""
OUTPUTS = """\
sheet_id,pub_year,k,unit,fiscal_year,planned,actual
1,2019,0,km,2018,8,4
3,2019,0,件,2018,,7
"""


@pytest.fixture(scope="module")
def convert():
    path = ROOT / "examples" / "japan_review" / "convert.py"
    spec = importlib.util.spec_from_file_location("japan_review_convert", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.convert


@pytest.fixture(scope="module")
def workspace(convert, tmp_path_factory):
    source = tmp_path_factory.mktemp("source")
    texts = {"sheets": SHEETS, "budgets": BUDGETS, "outcomes": OUTCOMES, "outputs": OUTPUTS}
    for name, text in texts.items():
        (source / f"{name}.csv.gz").write_bytes(gzip.compress(text.encode()))
    out = tmp_path_factory.mktemp("japan")
    convert(source, out, review_year=2019)
    return out


@pytest.fixture(scope="module")
def year(workspace):
    return open_work_year(
        work_year=2018, data_dir=workspace / "data", suite_file=workspace / "suite.toml"
    )


def test_ministries_are_units_and_sheets_are_projects(year):
    assert year.evaluation_year == 2018
    assert list(year.evaluation["units"]["name"]) == ["甲省", "乙省"]
    projects = year.evaluation["projects"].set_index("project_id")
    assert list(projects["unit_id"]) == ["M01", "M01", "M02"]
    assert list(projects["fund_kind"]) == ["general", "government_fund", "social_insurance"]
    assert list(projects["project_type"]) == ["recurring", "one_off", "continuing"]
    assert projects.loc["2", "end"] == pd.Timestamp(2019, 3, 31)
    assert pd.isna(projects.loc["3", "start"])


def test_money_is_that_of_the_evaluated_year(year):
    funds = year.evaluation["funds"].set_index("project_id")
    assert list(funds["executed_wan"]) == [10.25, 5, 0.125]
    assert list(funds.loc["1", ["initial_wan", "annual_wan", "carried_in_wan"]]) == [10.5, 11, 2]
    assert funds.loc["1", "carried_out_wan"] == 1.5


def test_points_are_equal_in_a_group_and_totals_are_the_mean_achievement(year):
    indicators = year.evaluation["indicators"]
    assert list(indicators.loc[indicators["project_id"] == "1", "points"]) == [
        50,
        16.67,
        16.67,
        16.66,
    ]
    scores = year.scores.projects.set_index("project_id")
    # 4/8 of 50, and 150/200 of 16.67 (12.5025), and full points twice: worked by hand
    assert scores.loc["1", "review_total"] == pytest.approx(25 + 12.50 + 16.67 + 16.66)
    assert list(scores["status"]) == ["scored", "refused", "refused"]
    assert scores["grade"].isna().all()


def test_every_ministry_has_a_page_without_grades_or_wan(workspace):
    result = run_suite(workspace / "suite.toml", jobs=1)
    assert result.failed == {}
    assert [page for page in result.made if page.startswith("30_unit")] == [
        "30_unit-M01.html",
        "30_unit-M02.html",
    ]
    for page in result.made:
        html = (workspace / "reports" / "2018" / page).read_text("utf-8")
        assert "万元" not in html
        assert "百万日元" in html or page.startswith("00")


def test_the_next_budget_is_proposed_from_base_and_request(workspace, tmp_path, capsys):
    """1 is capped at its request; 2 has no base: as requested; 3 asks for nothing. In all 14."""
    out = tmp_path / "link.csv"
    assert link(workspace, out) == 0
    own = pd.read_csv(out, dtype={"project_id": str}).set_index("project_id")
    assert own["base_wan"].fillna(0).to_dict() == {"1": 12, "3": 2, "2": 0}
    assert own["proposed_wan"].to_dict() == {"1": 11, "3": 0, "2": 3}
    assert own["status"].to_dict() == {"1": "continued", "3": "not_requested", "2": "new"}
    check_tie(out)
    assert "百万日元：基数 14.00，申请 14.00，建议 14.00" in capsys.readouterr().out


def link(workspace, out):
    command = ["link", "--suite", str(workspace / "link.toml"), "--out", str(out)]
    with pytest.raises(SystemExit) as end:
        main([*command, "--data", str(workspace / "data")])
    return end.value.code


def check_tie(out):
    """Steps make each proposal, proposals each total, to a millionth of the unit."""
    projects, steps, totals = (
        pd.read_csv(out.with_name(f"link{end}.csv"), dtype={"project_id": str, "unit_id": str})
        for end in ("", "-steps", "-totals")
    )
    micro = (steps["amount_wan"] * 1e6).round().astype("int64")
    made = micro.groupby(steps["project_id"]).sum()
    proposed = projects.set_index("project_id")["proposed_wan"].dropna()
    whole = (proposed * 1e6).round().astype("int64")
    assert (made.reindex(whole.index) == whole).all()
    by_level = (totals["proposed_wan"] * 1e6).round().astype("int64").groupby(totals["level"])
    assert set(by_level.sum()) == {whole.sum()}
    assert (whole % 10_000 == 0).all()


@pytest.mark.slow
@pytest.mark.skipif(not SOURCE.is_dir(), reason="the source data is not beside the repository")
def test_the_proposal_of_the_real_year_ties(convert, tmp_path):
    """Base and requests are the source's; every step, project and total ties."""
    convert(SOURCE, tmp_path, review_year=2019)
    out = tmp_path / "link.csv"
    assert link(tmp_path, out) == 0
    check_tie(out)
    budgets = pd.read_csv(SOURCE / "budgets.csv.gz")
    budgets = budgets[budgets["pub_year"] == 2019]
    own = pd.read_csv(out)
    base = budgets.loc[budgets["fiscal_year"] == 2019, "initial"].sum()
    asked = budgets.loc[budgets["fiscal_year"] == 2020, "request"].sum()
    assert own["base_wan"].sum() == pytest.approx(base, abs=1e-4)
    assert own["requested_wan"].sum() == pytest.approx(asked, abs=1e-4)


@pytest.mark.slow
@pytest.mark.skipif(not SOURCE.is_dir(), reason="the source data is not beside the repository")
def test_execution_of_the_real_year_adds_up_to_the_source(convert, tmp_path):
    convert(SOURCE, tmp_path, review_year=2019)
    budgets = pd.read_csv(SOURCE / "budgets.csv.gz")
    source = budgets[(budgets["pub_year"] == 2019) & (budgets["fiscal_year"] == 2018)]
    year = load_year(tmp_path / "data" / "2018")
    whole = execution_rates(year, by="district").iloc[0]
    assert whole["projects"] == len(source) == 5198
    assert whole["executed_wan"] == pytest.approx(source["executed"].sum(), abs=1e-6)
    sheets = pd.read_csv(SOURCE / "sheets.csv.gz", usecols=["sheet_id", "ministry"])
    by_ministry = source.merge(sheets, on="sheet_id").groupby("ministry")["executed"].sum()
    names = year["units"].set_index("unit_id")["name"]
    ours = execution_rates(year, by="unit").set_index("key")["executed_wan"]
    assert ours.rename(names).to_dict() == pytest.approx(by_ministry.to_dict(), abs=1e-6)
