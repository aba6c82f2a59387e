"""What forms say goes into the tables once, under the right ids, and nothing else is touched."""

import csv
import json
import re
import tempfile
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from made_forms import ROAD, Style, lay_out, write_docx, write_xlsx
from openpyxl import Workbook

from perfanalysis.cli import main
from perfanalysis.data.codebook import codebook
from perfanalysis.data.forms_csv import CsvTable, put_in_place
from perfanalysis.data.forms_match import Directory, name_key, provisional_id
from perfanalysis.data.tables import load_year
from perfanalysis.errors import DataError
from perfanalysis.scoring.importing import import_forms

YEAR = 2021
UNITS = "unit_id,name,department_id,finance_section,sector,level\n"
PROJECTS = (
    "project_id,unit_id,name,fund_kind,special_kind,project_type,is_self_evaluated,"
    "is_monitored,is_key,is_special\n"
)


@pytest.fixture
def data(tmp_path):
    """A year with one unit and one project, named as a finance bureau names them."""
    folder = tmp_path / "data" / str(YEAR)
    folder.mkdir(parents=True)
    (folder / "units.csv").write_text(
        UNITS + "U1,示例区交通局,U1,经建股,交通,1\nU2,示例区交通站,U1,经建股,交通,2\n", "utf-8"
    )
    (folder / "projects.csv").write_text(
        PROJECTS + "P1,U2,示例道路养护,general,none,recurring,true,false,false,false\n", "utf-8"
    )
    return tmp_path / "data"


def put(tmp_path, made=ROAD, name="road.xlsx"):
    inbox = tmp_path / "inbox"
    inbox.mkdir(exist_ok=True)
    return write_xlsx(inbox / name, lay_out(made))


def load(data, table):
    with (data / str(YEAR) / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def codes(result):
    return [f.code for f in result.findings]


def snapshot(data):
    return {path.name: path.read_bytes() for path in sorted((data / str(YEAR)).iterdir())}


def test_a_known_project_gets_its_funds_indicators_and_stated_scores(data, tmp_path):
    result = import_forms([put(tmp_path)], budget_year=YEAR, data_dir=data)
    assert result.written == {0: ("U2", "P1")}
    assert "unit-unmatched" not in codes(result)
    assert "project-unmatched" not in codes(result)
    assert len(load(data, "units")) == 2
    (project,) = load(data, "projects")
    assert (project["stated_execution_score"], project["stated_total"]) == ("9", "98")
    assert (project["objective"], project["source_cell"]) == ("养护道路", "road.xlsx!表一!C3")
    (funds,) = load(data, "funds")
    assert (funds["fund_source"], funds["annual_wan"]) == ("current_fiscal", "100")
    assert (funds["executed_wan"], funds["source_cell"]) == ("90", "road.xlsx!表一!B7")
    rows = load(data, "indicators")
    assert [row["indicator_id"] for row in rows] == [f"P1-i0{n}" for n in range(1, 7)]
    assert rows[0]["source_cell"] == "road.xlsx!表一!D11"
    assert {row["unit_id"] for row in rows} == {""}


def test_importing_twice_changes_no_byte_and_no_finding(data, tmp_path):
    paths = [
        put(tmp_path),
        put(tmp_path, replace(ROAD, project="示例桥梁", unit="某站", dept="某局"), "b.xlsx"),
    ]
    first = import_forms(paths, budget_year=YEAR, data_dir=data)
    before = snapshot(data)
    second = import_forms(paths, budget_year=YEAR, data_dir=data)
    assert snapshot(data) == before
    assert (second.tables, second.findings) == ((), first.findings)
    assert first.tables == ("funds.csv", "indicators.csv", "projects.csv", "units.csv")


def test_a_year_made_from_forms_alone_can_be_loaded(tmp_path):
    data = tmp_path / "data"
    import_forms([put(tmp_path)], budget_year=YEAR, data_dir=data)
    year = load_year(data / str(YEAR), only=("units", "projects", "funds", "indicators"))
    assert year["funds"]["annual_wan"].tolist() == [100.0]
    assert len(year["indicators"]) == 6
    assert {f.code for f in year.findings} == {"value-missing"}


def test_who_is_not_in_the_tables_gets_a_provisional_id_and_a_hint(data, tmp_path):
    made = replace(ROAD, unit="示例区交通总站", dept="示例区住建局", project="示例道路保养")
    result = import_forms([put(tmp_path, made)], budget_year=YEAR, data_dir=data)
    unit, project = result.written[0]
    assert unit == provisional_id("u", made.unit)
    assert project == provisional_id("p", made.unit, made.project)
    hints = {f.code: f.remedy for f in result.findings}
    assert "示例区交通站" in hints["unit-unmatched"]
    assert "示例道路养护" in hints["project-unmatched"]
    assert [row["unit_id"] for row in load(data, "units")] == ["U1", "U2", unit]


def test_a_provisional_project_moves_to_its_real_id_once_it_is_listed(data, tmp_path):
    path = put(tmp_path, replace(ROAD, project="示例桥梁", unit="示例区桥梁站", dept="某局"))
    import_forms([path], budget_year=YEAR, data_dir=data)
    folder = data / str(YEAR)
    with (folder / "units.csv").open("a", encoding="utf-8") as file:
        file.write("U3,示例区桥梁站,U1,经建股,交通,2\n")
    with (folder / "projects.csv").open("a", encoding="utf-8") as file:
        file.write("P9,U3,示例桥梁,general,none,recurring,true,false,false,false\n")
    result = import_forms([path], budget_year=YEAR, data_dir=data)
    assert result.written == {0: ("U3", "P9")}
    assert {row["project_id"] for row in load(data, "projects")} == {"P1", "P9"}
    assert {row["project_id"] for row in load(data, "funds")} == {"P9"}
    assert {row["project_id"] for row in load(data, "indicators")} == {"P9"}
    assert [row["unit_id"] for row in load(data, "units")] == ["U1", "U2", "U3"]


def test_a_section_of_a_department_is_booked_to_the_department(data, tmp_path):
    made = replace(ROAD, unit="综合科", dept="[101]示例区交通局", project="新项目")
    result = import_forms([put(tmp_path, made)], budget_year=YEAR, data_dir=data)
    assert result.written[0][0] == "U1"
    assert "unit-by-department" in codes(result)


@pytest.mark.parametrize(
    "name", ["示例区 交通站", "[U2]示例区交通站", "219001-示例区交通站", "示例区交通站（盖章）"]
)
def test_spaces_codes_and_stamps_do_not_hide_a_name(name, data, tmp_path):
    result = import_forms(
        [put(tmp_path, replace(ROAD, unit=name))], budget_year=YEAR, data_dir=data
    )
    assert result.written == {0: ("U2", "P1")}


def test_a_code_before_an_unknown_name_is_tried_too():
    directory = Directory([("219001", "某镇")], [])
    assert directory.unit("219001-某镇人民政府") == "219001"
    assert directory.unit("某镇人民政府") == ""


def test_two_units_of_one_name_match_neither():
    assert Directory([("U1", "示例中学"), ("U2", "示例 中学")], []).unit("示例中学") == ""


def test_a_form_of_another_year_is_reviewed_and_not_written(data, tmp_path):
    before = snapshot(data)
    made = replace(ROAD, year=2022, total_score=99)
    result = import_forms([put(tmp_path, made)], budget_year=YEAR, data_dir=data)
    assert [f.found for f in result.findings if f.code == "form-year-differs"] == ["2022"]
    assert "total-mismatch" in codes(result)
    assert (result.written, snapshot(data)) == ({}, before)


def test_a_second_form_of_a_project_is_not_written(data, tmp_path):
    path = put(tmp_path)
    twin = write_docx(tmp_path / "inbox" / "twin.docx", lay_out(replace(ROAD, total_score=97)))
    result = import_forms([path, twin], budget_year=YEAR, data_dir=data)
    assert list(result.written) == [0]
    assert [f.where.file for f in result.findings if f.code == "form-duplicated"] == ["twin.docx"]
    before = snapshot(data)
    alone = import_forms([twin], budget_year=YEAR, data_dir=data)
    assert (alone.written, snapshot(data)) == ({}, before)
    assert "form-duplicated" in codes(alone)


def test_two_forms_of_a_project_in_one_sheet_are_not_written_over_each_other(data, tmp_path):
    sheet, again = lay_out(ROAD), lay_out(replace(ROAD, total_score=97))
    height = len(sheet.rows)
    sheet.rows += again.rows
    sheet.merges += [(t + height, left, b + height, r) for t, left, b, r in again.merges]
    path = write_xlsx(tmp_path / "two.xlsx", sheet)
    result = import_forms([path], budget_year=YEAR, data_dir=data)
    assert list(result.written) == [0]
    assert load(data, "projects")[0]["stated_total"] == "98"


def test_a_corrected_form_of_the_same_file_takes_the_place_of_its_rows(data, tmp_path):
    first = replace(ROAD, project="示例桥梁", rows=ROAD.rows)
    paths = [put(tmp_path), put(tmp_path, first, "b.xlsx")]
    import_forms(paths, budget_year=YEAR, data_dir=data)
    shorter = replace(ROAD, rows=(replace(ROAD.rows[0], score=5), *ROAD.rows[2:]))
    put(tmp_path, shorter)
    result = import_forms(paths, budget_year=YEAR, data_dir=data)
    rows = load(data, "indicators")
    assert [row["level3"] for row in rows if row["project_id"] == "P1"] == [
        row.level3 for row in shorter.rows
    ]
    assert rows[0]["self_score"] == "5"
    assert len(rows) == 5 + 6
    assert result.tables == ("indicators.csv",)


def test_funds_and_indicators_from_elsewhere_stand_and_differences_are_said(data, tmp_path):
    folder = data / str(YEAR)
    (folder / "funds.csv").write_text(
        "project_id,fund_source,annual_wan,executed_wan\nP1,total,100,95\n", "utf-8"
    )
    (folder / "indicators.csv").write_text(
        "indicator_id,project_id,level1,level3,points\nI1,P1,output,里程,50\n", "utf-8"
    )
    result = import_forms([put(tmp_path)], budget_year=YEAR, data_dir=data)
    found = {f.code: f.found for f in result.findings}
    assert found["funds-differ"] == "全年执行数：表上 90，数据表 95"
    assert found["indicators-kept"] == "1 行"
    assert [row["executed_wan"] for row in load(data, "funds")] == ["95"]
    assert len(load(data, "indicators")) == 1
    assert load(data, "projects")[0]["stated_total"] == "98"


def test_parts_that_do_not_add_leave_the_total_alone(data, tmp_path):
    made = replace(ROAD, parts=(("其中：财政拨款", 100, 70, 60), ("上年结转资金", 0, 20, 20)))
    result = import_forms([put(tmp_path, made)], budget_year=YEAR, data_dir=data)
    (row,) = load(data, "funds")
    assert (row["fund_source"], row["annual_wan"]) == ("total", "100")
    found = [f.found for f in result.findings if f.code == "funds-parts-differ"]
    assert found == ["全年预算数合计 90，总额 100"]


def test_parts_of_one_source_are_added_exactly(data, tmp_path):
    made = replace(
        ROAD,
        money_unit="元",
        total=(0.3, 0.3, 0.3, 10, "100%", 10),
        parts=(("其中：省级资金", 0.1, 0.1, 0.1), ("县级资金", 0.2, 0.2, 0.2)),
    )
    import_forms([put(tmp_path, made)], budget_year=YEAR, data_dir=data)
    (row,) = load(data, "funds")
    assert (row["fund_source"], Decimal(row["annual_wan"])) == (
        "current_fiscal",
        Decimal("0.00003"),
    )


def test_an_empty_total_over_filled_parts_leaves_the_parts(data, tmp_path):
    made = replace(ROAD, total=(0, 0, 0, 10, "0%", 0))
    result = import_forms([put(tmp_path, made)], budget_year=YEAR, data_dir=data)
    assert "funds-total-empty" in codes(result)
    assert [row["annual_wan"] for row in load(data, "funds")] == ["100"]


def test_a_whole_unit_form_has_indicators_and_no_project_or_funds(data, tmp_path):
    path = tmp_path / "whole.xlsx"
    write_xlsx(path, lay_out(ROAD, Style(title="部门整体支出绩效自评表")))
    result = import_forms([path], budget_year=YEAR, data_dir=data)
    assert result.written == {0: ("U2", "")}
    assert {(row["unit_id"], row["project_id"]) for row in load(data, "indicators")} == {("U2", "")}
    assert len(load(data, "projects")) == 1
    assert not (data / str(YEAR) / "funds.csv").exists()
    assert import_forms([path], budget_year=YEAR, data_dir=data).tables == ()


def test_a_project_not_listed_for_self_evaluation_is_said_and_left(data, tmp_path):
    path = data / str(YEAR) / "projects.csv"
    path.write_text(path.read_text("utf-8").replace("true", "否"), "utf-8")
    result = import_forms([put(tmp_path)], budget_year=YEAR, data_dir=data)
    assert "not-self-evaluated" in codes(result)
    assert load(data, "projects")[0]["is_self_evaluated"] == "否"


def test_a_form_without_names_is_not_written(data, tmp_path):
    result = import_forms(
        [put(tmp_path, replace(ROAD, project=""))], budget_year=YEAR, data_dir=data
    )
    assert "form-unnamed" in codes(result)
    assert result.written == {}


def test_a_table_that_is_no_csv_is_not_written_and_nothing_else_is(data, tmp_path):
    folder = data / str(YEAR)
    (folder / "projects.csv").unlink()
    book = Workbook()
    book.active.append(PROJECTS.strip().split(","))
    book.active.append(["P1", "U2", "示例道路养护", "general", "none", "recurring", "true"])
    book.save(folder / "projects.xlsx")
    before = snapshot(data)
    result = import_forms([put(tmp_path)], budget_year=YEAR, data_dir=data)
    assert "table-not-written" in codes(result)
    assert (result.written, result.tables, snapshot(data)) == ({}, (), before)


@pytest.mark.parametrize(
    ("encoding", "newline"), [("utf-8-sig", "\r\n"), ("gb18030", "\n"), ("utf-8", "\n")]
)
def test_a_file_keeps_its_encoding_titles_and_other_columns(encoding, newline, data, tmp_path):
    text = newline.join(
        ["项目编码,单位编码,项目名称,备注栏", "P0,U2,别的,不动", "P1,U2,示例道路养护,也不动", ""]
    )
    path = data / str(YEAR) / "projects.csv"
    path.write_bytes(text.encode(encoding))
    import_forms([put(tmp_path)], budget_year=YEAR, data_dir=data)
    lines = path.read_bytes().decode(encoding).split(newline)
    assert lines[0].startswith("项目编码,单位编码,项目名称,备注栏,")
    assert lines[1] == "P0,U2,别的,不动"
    assert lines[2].startswith("P1,U2,示例道路养护,也不动,")
    assert path.read_bytes().startswith(b"\xef\xbb\xbf") == (encoding == "utf-8-sig")


@given(st.lists(st.lists(st.text('甲乙,"\n ', max_size=4), min_size=3, max_size=3), max_size=5))
def test_rows_put_in_a_csv_table_come_back(rows):
    with tempfile.TemporaryDirectory() as folder:
        table = CsvTable(Path(folder), codebook()["units"])
        names = ("unit_id", "name", "sector")
        for row in rows:
            table.add(dict(zip(names, row, strict=True)))
        put_in_place([table])
        if not rows:
            return
        with (Path(folder) / "units.csv").open(encoding="utf-8", newline="") as file:
            found = [[line[name] for name in names] for line in csv.DictReader(file)]
        assert found == rows


def test_a_folder_that_cannot_be_made_is_said(tmp_path):
    options = ["import", str(put(tmp_path)), "--year", str(YEAR), "--data", str(tmp_path)]
    (tmp_path / str(YEAR)).write_text("a file where the folder should be")
    result = CliRunner().invoke(main, options)
    assert result.exit_code == 2
    assert re.search(r"2021 读写不了.*没有写入.*写入权限", result.stderr)


def test_one_table_that_cannot_be_written_leaves_the_others_as_they_were(data, tmp_path):
    (data / str(YEAR) / "projects.csv").write_text(PROJECTS, "utf-8")
    (data / str(YEAR) / "units.csv").unlink()
    (data / str(YEAR) / "units.csv").mkdir()
    before = (data / str(YEAR) / "projects.csv").read_bytes()
    with pytest.raises(DataError, match="读写不了"):
        import_forms([put(tmp_path)], budget_year=YEAR, data_dir=data)
    assert (data / str(YEAR) / "projects.csv").read_bytes() == before
    assert sorted(path.name for path in (data / str(YEAR)).iterdir()) == [
        "projects.csv",
        "units.csv",
    ]


def test_the_result_is_plain_json(data, tmp_path):
    result = import_forms([put(tmp_path)], budget_year=YEAR, data_dir=data)
    told = json.loads(json.dumps(result.as_dict(), ensure_ascii=False, allow_nan=False))
    assert told["forms"][0]["stated_total"] == 98
    assert told["forms"][0]["project_id"] == "P1"
    assert told["tables"] == list(result.tables)


def test_names_differ_only_by_what_identifies_them():
    assert name_key("“双随机”检查（一期）") == name_key("双随机检查(一期)")
    assert name_key("示例中学") != name_key("示例小学")
    assert name_key("2021年道路") != name_key("2022年道路")
