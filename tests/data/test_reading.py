"""Files as offices leave them: encodings, headers, odd rows, damage."""

import io
import zipfile
from datetime import date
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perfanalysis.data.codebook import codebook
from perfanalysis.data.files import MAX_CELLS, read_rows
from perfanalysis.data.reading import read_table
from perfanalysis.data.tables import load_year
from perfanalysis.errors import DataError

UNITS = "unit_id,name,department_id,finance_section,sector,level\nU1,甲局,U1,综合股,综合,1\n"
ZH = "单位编码,单位名称,主管部门编码,归口股室,行业类别,预算级次\nU1,甲局,U1,综合股,综合,1\n"
MIXED = "单位编码,name,主管部门编码,finance_section,行业类别,level\nU1,甲局,U1,综合股,综合,1\n"


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "2021"
    path.mkdir()
    return path


def units(folder):
    """The units table and the codes of its findings, other tables aside."""
    year = load_year(folder, only=["units"])
    return year["units"], [finding.code for finding in year.findings]


@pytest.mark.parametrize("text", [UNITS, ZH, MIXED], ids=["english", "chinese", "mixed"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_every_encoding_and_header_gives_the_same_table(folder, text, encoding):
    (folder / "units.csv").write_bytes(text.encode(encoding))
    frame, codes = units(folder)
    assert codes == []
    assert frame.loc[0, ["unit_id", "name", "department_id", "level"]].tolist() == [
        "U1", "甲局", "U1", 1,
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["units.csv", "单位.csv", "预算单位.csv", "UNITS.CSV"])
def test_a_file_is_found_by_its_table_s_name(folder, name):
    (folder / name).write_text(UNITS, "utf-8")
    frame, codes = units(folder)
    if name == "单位.csv":  # the title of the table is 预算单位
        assert codes == ["table-missing", "file-unknown"]
    else:
        assert (len(frame), codes) == (1, [])


def test_two_files_of_one_table_are_refused(folder):
    (folder / "units.csv").write_text(UNITS, "utf-8")
    (folder / "预算单位.csv").write_text(ZH, "utf-8")
    frame, codes = units(folder)
    assert (len(frame), codes) == (0, ["table-twice"])


def _workbook(path, rows, title="Sheet"):
    book = openpyxl.Workbook()
    book.active.title = title
    for row in rows:
        book.active.append(row)
    book.save(path)
    return book


HEADER = ["unit_id", "name", "department_id", "finance_section", "sector", "level"]


def test_excel_numbers_dates_and_booleans(folder):
    header = ["project_id", "unit_id", "name", "fund_kind", "special_kind", "project_type"]
    header += ["is_self_evaluated", "is_monitored", "is_key", "is_special", "start"]
    rows = [
        ["P1", 1001, "甲", "一般公共预算", "无", "常年性", True, "是", None, "否", date(2021, 3, 1)]
    ]
    _workbook(folder / "projects.xlsx", [header, *rows])
    (folder / "units.csv").write_text(UNITS.replace("U1", "1001"), "utf-8")
    year = load_year(folder, only=["units", "projects"])
    assert year.findings == ()
    row = year["projects"].loc[0]
    assert row["unit_id"] == "1001"
    assert row[["is_self_evaluated", "is_monitored", "is_key", "is_special"]].tolist() == [
        True, True, False, False,
    ]  # fmt: skip
    assert row["start"] == pd.Timestamp("2021-03-01")
    assert str(year.where("projects", 0, "unit_id")) == "projects.xlsx!Sheet!B2"


def test_titles_above_the_header_shift_the_cells(folder):
    rows = [["2021年预算单位名单"], ["单位：万元"], HEADER, ["U1", "甲局", "U1", "股", "综合", 9]]
    _workbook(folder / "units.xlsx", rows)
    year = load_year(folder, only=["units"])
    (finding,) = year.findings
    assert (finding.code, finding.where.cell, finding.found) == ("value-out-of-range", "F4", "9")


@pytest.mark.parametrize("unit", ["元", "千元", "亿元"])
def test_a_table_in_another_unit_of_money_is_refused(folder, unit):
    rows = [[f"单位： {unit}"], HEADER, ["U1", "甲局", "U1", "股", "综合", 1]]
    _workbook(folder / "units.xlsx", rows)
    frame, codes = units(folder)
    assert (len(frame), codes) == (0, ["table-unreadable"])


def test_an_amount_column_in_yuan_is_not_read_as_wan(folder):
    text = "line_id,project_id,scope,purpose,金额（元）\nL1,P1,甲,乙,10000\n"
    (folder / "budget_lines.csv").write_text(text, "utf-8")
    year = load_year(folder, only=["budget_lines"])
    assert [f.code for f in year.findings] == ["column-unknown", "column-missing"]
    assert "万元" in year.findings[0].remedy
    assert year["budget_lines"]["amount_wan"].isna().all()


def test_other_sheets_are_named_and_the_sheet_of_the_table_is_chosen(folder):
    book = openpyxl.Workbook()
    book.active.append(["说明"])
    sheet = book.create_sheet("预算单位")
    sheet.append(HEADER)
    sheet.append(["U1", "甲局", "U1", "股", "综合", 1])
    book.save(folder / "units.xlsx")
    year = load_year(folder, only=["units"])
    assert len(year["units"]) == 1
    assert [(f.code, str(f.where)) for f in year.findings] == [
        ("cells-ignored", "units.xlsx!Sheet")
    ]


def test_a_formula_without_a_value_is_reported(folder):
    rows = [[*HEADER, "staff_quota"], ["U1", "甲局", "U1", "股", "综合", 1, "=1+1"]]
    _workbook(folder / "units.xlsx", rows)
    year = load_year(folder, only=["units"])
    assert [(f.code, f.where.cell, f.found) for f in year.findings] == [
        ("cells-ignored", "G2", "=1+1")
    ]


def test_one_cell_at_the_far_corner_does_not_fill_the_memory(folder):
    book = _workbook(folder / "units.xlsx", [HEADER])
    book.active["XFD1048576"] = "x"
    assert MAX_CELLS < 16384 * 1048576
    book.save(folder / "units.xlsx")
    assert units(folder)[1] == ["table-unreadable"]


def test_a_zip_bomb_is_not_opened(folder):
    with zipfile.ZipFile(folder / "units.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        for part in range(11):
            with archive.open(f"xl/worksheets/sheet{part}.xml", "w") as stream:
                for _ in range(100):
                    stream.write(b"\0" * (1 << 20))
    assert units(folder)[1] == ["table-unreadable"]


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("", ["table-unreadable"]),
        ("\n\n", ["table-unreadable"]),
        (UNITS.splitlines()[0], []),
        (UNITS + ",,,,,\n\n", []),
        (UNITS + "U2,乙局\n", ["value-missing"] * 3 + ["value-missing"]),
        (UNITS + "U2,乙局,U2,股,综合,1,多出的格\n", ["column-unknown"]),
        (UNITS + 'U2,"乙局,U2,股,综合,1\n', ["table-unreadable"]),
        (UNITS + "U1,甲局,U1,股,综合,1\n", ["id-duplicated"]),
        (UNITS + ",丙局,U3,股,综合,1\n", ["key-missing"]),
        (UNITS + "合计,,,,,\n", ["total-row"]),
        (UNITS.replace("甲局", "甲\0局"), ["table-unreadable"]),
        (UNITS.replace("甲局", "甲\x01局"), ["value-unreadable"]),
        (UNITS.replace("U1,甲局", "4.4E+17,甲局"), ["value-unreadable", "key-missing"]),
        (UNITS.replace("name,", "单位名称,name,").replace("甲局", "甲局,乙"), ["column-unknown"]),
        (UNITS.replace("unit_id", "id"), ["column-unknown", "column-missing"]),
        (UNITS.replace(",", ";"), ["column-unknown"] + ["column-missing"] * 6),
    ],
)
def test_odd_csv_files(folder, text, codes):
    (folder / "units.csv").write_text(text, "utf-8", newline="")
    assert units(folder)[1] == codes


def test_parquet_keeps_its_types_and_its_index(folder):
    frame = pd.DataFrame(
        {
            "line_id": ["L1", "L2"],
            "project_id": [101.0, 102.0],
            "scope": "甲",
            "purpose": "乙",
            "amount_wan": [1.5, float("inf")],
        }
    ).set_index("line_id")
    frame.to_parquet(folder / "budget_lines.parquet")
    year = load_year(folder, only=["budget_lines"])
    assert year["budget_lines"]["line_id"].tolist() == ["L1", "L2"]
    assert year["budget_lines"]["project_id"].tolist() == ["101", "102"]
    assert [(f.code, f.found) for f in year.findings] == [("value-unreadable", "inf")]


@pytest.mark.parametrize(
    "values",
    [
        pd.Series([1.5, 2.0]),
        pd.Series([2**60, 1]),
        pd.Series([True, False]),
        pd.Series(pd.to_datetime(["2021-01-01", "2021-01-02"]).tz_localize("Asia/Shanghai")),
        pd.Series([b"1", b"2"]),
        pd.Series(["1", "2"], dtype="category"),
        pd.Series([[1], [2]]),
    ],
    ids=["fraction", "huge", "bool", "zoned", "bytes", "category", "list"],
)
@pytest.mark.parametrize("column", ["staff_quota", "name", "level"])
def test_any_parquet_type_is_read_or_reported(folder, values, column):
    base = pd.read_csv(io.StringIO(UNITS + "U2,乙局,U1,综合股,综合,1\n"))
    base.assign(**{column: values}).to_parquet(folder / "units.parquet")
    frame, codes = units(folder)
    assert len(frame) == 2
    assert set(codes) <= {"value-unreadable", "value-out-of-range"}


def test_bytes_that_are_no_text_are_refused(folder):
    base = pd.read_csv(io.StringIO(UNITS))
    base.assign(name=[b"\xff"]).to_parquet(folder / "units.parquet")
    assert units(folder)[1] == ["table-unreadable"]


def test_zoned_times_become_local_days(folder):
    times = pd.to_datetime(["2021-01-01 00:30"]).tz_localize("Asia/Shanghai")
    row = {"payment_id": "A", "project_id": "P", "amount_wan": 1.0, "payee": "x", "purpose": "y"}
    pd.DataFrame([row]).assign(date=times).to_parquet(folder / "payments.parquet")
    year = load_year(folder, only=["payments"])
    assert year["payments"]["date"].tolist() == [pd.Timestamp("2021-01-01")]


@settings(deadline=None)
@given(st.binary(max_size=400), st.sampled_from([".csv", ".xlsx", ".xls", ".parquet"]))
def test_random_bytes_give_findings_never_a_traceback(tmp_path_factory, raw, suffix):
    folder = tmp_path_factory.mktemp("x")
    (folder / f"units{suffix}").write_bytes(raw)
    raw_table, findings = read_table(folder, codebook()["units"])
    assert raw_table is not None or findings


SEEDS = {}


def _seed(suffix):
    """A small sound file to damage."""
    if suffix not in SEEDS:
        buffer = io.BytesIO()
        if suffix == ".xlsx":
            book = openpyxl.Workbook()
            book.active.append(HEADER)
            book.active.append(["U1", "甲局", "U1", "股", "综合", 1])
            book.save(buffer)
        else:
            pd.read_csv(io.StringIO(UNITS)).to_parquet(buffer)
        SEEDS[suffix] = buffer.getvalue()
    return SEEDS[suffix]


@settings(deadline=None)
@given(st.data(), st.sampled_from([".xlsx", ".parquet"]))
def test_damaged_files_give_findings_never_a_traceback(tmp_path_factory, data, suffix):
    raw = bytearray(_seed(suffix))
    for _ in range(data.draw(st.integers(1, 8))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(1, len(raw)))
    folder = tmp_path_factory.mktemp("x")
    (folder / f"units{suffix}").write_bytes(raw[:cut])
    raw_table, findings = read_table(folder, codebook()["units"])
    assert raw_table is not None or findings


@settings(deadline=None)
@given(st.data())
def test_damaged_sheets_give_findings_never_a_traceback(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("x")
    sound = zipfile.ZipFile(io.BytesIO(_seed(".xlsx")))
    victim = data.draw(st.sampled_from(sound.namelist()))
    with zipfile.ZipFile(folder / "units.xlsx", "w") as archive:
        for name in sound.namelist():
            content = sound.read(name)
            if name == victim:
                at = data.draw(st.integers(0, len(content)))
                content = content[:at] + data.draw(st.binary(max_size=6)) + content[at + 2 :]
            archive.writestr(name, content)
    raw_table, findings = read_table(folder, codebook()["units"])
    assert raw_table is not None or findings


def test_a_file_that_may_not_be_read_is_a_finding(folder, monkeypatch):
    (folder / "units.csv").write_text(UNITS, "utf-8")

    def refuse(self):
        raise PermissionError(13, "locked")

    monkeypatch.setattr(Path, "read_bytes", refuse)
    assert units(folder)[1] == ["table-unreadable"]


def test_read_rows_names_what_is_wrong(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"\xff\xfe\x00\x01")
    with pytest.raises(DataError, match="编码"):
        read_rows(path, ())
