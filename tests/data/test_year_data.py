"""Loading a budget year: what is read, what is set aside, what is said about it."""

import csv
import io

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perfanalysis.data.codebook import codebook
from perfanalysis.data.source import Source, cell_of
from perfanalysis.data.tables import load_year
from perfanalysis.data.typed import empty_table, typed_table
from perfanalysis.data.values import converted
from perfanalysis.errors import DataError

UNITS = "unit_id,name,department_id,finance_section,sector,level\nU1,甲局,U1,综合股,综合,1\n"
PROJECTS = (
    "project_id,unit_id,name,fund_kind,special_kind,project_type,is_self_evaluated,is_monitored,"
    "is_key,is_special,start,stated_total\n"
    "P1,U1,甲项目,general,none,recurring,是,是,否,否,2021-01-01,95\n"
)
FUNDS = "project_id,fund_source,annual_wan,executed_wan\nP1,total,100,90\n"


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "2021"
    path.mkdir()
    for name, text in {"units": UNITS, "projects": PROJECTS, "funds": FUNDS}.items():
        (path / f"{name}.csv").write_text(text, "utf-8")
    return path


def codes(year):
    return [finding.code for finding in year.findings]


def test_a_sound_year_has_no_findings(folder):
    year = load_year(folder)
    assert year.findings == ()
    assert year.budget_year == 2021
    assert set(year.tables) == set(codebook())
    assert year["funds"]["annual_wan"].tolist() == [100.0]
    assert year["survey"].empty


def test_every_table_has_the_codebook_s_columns_and_types(folder):
    year = load_year(folder)
    for name, table in codebook().items():
        expected = empty_table(table).dtypes
        pd.testing.assert_series_equal(year[name].dtypes, expected)


def test_a_missing_required_table_is_an_error(folder):
    (folder / "funds.csv").unlink()
    (finding,) = load_year(folder).findings
    assert (finding.code, finding.severity, finding.subject) == ("table-missing", "error", "funds")


def test_an_unknown_file_is_named(folder):
    (folder / "其他资料.xlsx").write_bytes(b"x")
    (folder / "planted.json").write_text("{}", "utf-8")
    (finding,) = load_year(folder).findings
    assert (finding.code, finding.found) == ("file-unknown", "其他资料.xlsx")


@pytest.mark.parametrize("name", ["二〇二一", "21", "2021年"])
def test_a_folder_must_be_named_by_a_year(tmp_path, name):
    (tmp_path / name).mkdir()
    with pytest.raises(DataError, match="四位预算年度"):
        load_year(tmp_path / name)


def test_a_folder_must_be_there(tmp_path):
    with pytest.raises(DataError, match="不存在"):
        load_year(tmp_path / "2021")


def test_an_unknown_table_is_refused(folder):
    with pytest.raises(DataError, match="没有名为 unit 的数据表"):
        load_year(folder, only=["unit"])


def test_a_table_not_asked_for_is_not_empty_but_an_error(folder):
    with pytest.raises(DataError, match="没有读入数据表 funds"):
        load_year(folder, only=["units"])["funds"]


def test_rows_of_unknown_ids_are_set_aside_with_what_hangs_on_them(folder):
    (folder / "units.csv").write_text(UNITS.replace("U1,甲局", "U2,甲局"), "utf-8")
    year = load_year(folder)
    assert [(f.code, str(f.where)) for f in year.findings] == [
        ("id-unknown", "projects.csv!B2"),
        ("id-unknown", "funds.csv!A2"),
    ]
    assert year["projects"].empty
    assert year["funds"].empty


def test_the_first_of_two_rows_is_kept_and_the_other_named(folder):
    (folder / "funds.csv").write_text(FUNDS + "P1,年度资金总额,200,90\n", "utf-8")
    year = load_year(folder)
    (finding,) = year.findings
    assert (finding.code, str(finding.where)) == ("id-duplicated", "funds.csv!A3")
    assert "与第2行重复" in finding.message
    assert year["funds"]["annual_wan"].tolist() == [100.0]


def test_a_total_row_is_not_counted_as_a_project(folder):
    (folder / "projects.csv").write_text(PROJECTS + "合计,,,,,,,,,,,\n", "utf-8")
    (folder / "funds.csv").write_text(FUNDS + "合计,total,100,90\n", "utf-8")
    year = load_year(folder)
    assert codes(year) == ["total-row", "total-row"]
    assert len(year["projects"]) == len(year["funds"]) == 1


def test_a_missing_yes_no_column_means_no(folder):
    text = PROJECTS.replace(",is_key", "").replace("是,是,否", "是,是")
    (folder / "projects.csv").write_text(text, "utf-8")
    year = load_year(folder)
    assert codes(year) == ["column-missing"]
    assert year["projects"]["is_key"].tolist() == [False]


def test_a_missing_column_is_one_finding_not_one_a_row(folder):
    text = "project_id,fund_source,executed_wan\nP1,total,90\n"
    (folder / "funds.csv").write_text(text, "utf-8")
    assert codes(load_year(folder)) == ["column-missing"]


def test_a_table_without_its_ids_is_not_read(folder):
    (folder / "projects.csv").write_text(PROJECTS.replace("unit_id", "unit"), "utf-8")
    year = load_year(folder, only=["projects"])
    assert codes(year) == ["column-unknown", "column-missing"]
    assert year["projects"].empty


def test_out_of_range_and_missing_values_name_their_cells(folder):
    (folder / "funds.csv").write_text(FUNDS.replace("100,90", ",-5"), "utf-8")
    findings = load_year(folder).findings
    assert {(f.code, f.where.cell, f.found) for f in findings} == {
        ("value-missing", "C2", ""),
        ("value-out-of-range", "D2", "-5"),
    }
    assert all("请" in finding.remedy for finding in findings)


def column_of(kind):
    """Some column of the codebook of that kind."""
    for table in codebook().values():
        for column in table.columns.values():
            if column.kind == kind:
                return column
    raise LookupError(kind)


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        ("money", "1,234.56", 1234.56),
        ("money", "１，２３４．５", 1234.5),
        ("money", " 12 ", 12.0),
        ("money", "1e3", 1000.0),
        ("money", "1,23", None),
        ("money", "1,2345", None),
        ("money", "95%", None),
        ("money", "1.2.3", None),
        ("money", "nan", None),
        ("money", "inf", None),
        ("money", "1e400", None),
        ("money", "12万", None),
        ("ratio", "95%", 0.95),
        ("ratio", "９５％", 0.95),
        ("int", "3.0", 3),
        ("int", "3.5", None),
        ("int", "9" * 30, None),
        ("date", "2021-3-1", "2021-03-01"),
        ("date", "2021/03/01", "2021-03-01"),
        ("date", "2021.3.1", "2021-03-01"),
        ("date", "2021年3月1日", "2021-03-01"),
        ("date", "20210301", "2021-03-01"),
        ("date", "2021-03-01 14:30:00", "2021-03-01"),
        ("date", "2021-02-30", None),
        ("date", "44256", None),
        ("date", "2021年3月", None),
        ("bool", "是", True),
        ("bool", "√", True),
        ("bool", "", False),
        ("bool", "也许", None),
        ("id", "00123", "00123"),
        ("id", "3.6E+17", None),
    ],
)
def test_notations(kind, text, expected):
    value, unread = converted(pd.Series([text, ""], dtype="str"), column_of(kind))
    assert unread.tolist() == ([text.strip()] if expected is None else [])
    first = value.iloc[0]
    if expected is None:
        assert not first if kind == "bool" else pd.isna(first)
    else:
        assert (str(first.date()) if kind == "date" else first) == expected


@pytest.mark.parametrize("text", ["＝", "=", "﹦", "═", "equal"])
def test_signs_in_any_width(text):
    table = codebook()["indicators"]
    raw = pd.DataFrame({"indicator_id": ["a"], "op": [text]}, dtype="str")
    frame, _ = typed_table(raw, table, Source("f", "", {"indicator_id": 0, "op": 1}))
    assert frame["op"].tolist() == ["equal"]


CELLS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12) | st.sampled_from(
    ["", "1", "-1", "1e999", "合计", "是", "2021-01-01", "P1", "nan", "None", "1,000", "=1+1", '"']
)


@settings(deadline=None)
@given(st.data(), st.sampled_from(sorted(codebook())))
def test_random_cells_give_findings_never_a_traceback(tmp_path_factory, data, name):
    table = codebook()[name]
    width = len(table.columns)
    rows = data.draw(st.lists(st.lists(CELLS, min_size=0, max_size=width + 1), max_size=4))
    folder = tmp_path_factory.mktemp("x") / "2021"
    folder.mkdir()
    buffer = io.StringIO()
    csv.writer(buffer).writerows([list(table.columns), *rows])
    (folder / f"{name}.csv").write_bytes(buffer.getvalue().encode("utf-8"))
    year = load_year(folder, only=[name])
    assert len(year[name]) <= len(rows)
    for finding in year.findings:
        assert finding.message
        assert finding.remedy


@settings(deadline=None, max_examples=25)
@given(st.lists(CELLS, min_size=1, max_size=5), st.sampled_from(["id", "text", "choice"]))
def test_a_long_column_of_few_texts_reads_as_each_of_them_does(cells, kind):
    times = 50_000 // len(cells) + 1
    value, unread = converted(pd.Series(cells * times, dtype="str"), column_of(kind))
    alone, unread_alone = converted(pd.Series(cells, dtype="str"), column_of(kind))
    assert value.dtype == alone.dtype
    assert value.fillna("—").tolist() == alone.fillna("—").tolist() * times
    assert unread.tolist() == unread_alone.tolist() * times
    assert unread.index.tolist()[: len(unread_alone)] == unread_alone.index.tolist()


@settings(deadline=None)
@given(st.lists(st.floats(0, 1e9).map(lambda x: round(x, 2)), min_size=1, max_size=8))
def test_money_goes_through_a_file_unchanged(tmp_path_factory, amounts):
    folder = tmp_path_factory.mktemp("x") / "2021"
    folder.mkdir()
    rows = [f"L{i},P,a,b,{amount!r}" for i, amount in enumerate(amounts)]
    text = "\n".join(["line_id,project_id,scope,purpose,amount_wan", *rows])
    (folder / "budget_lines.csv").write_text(text, "utf-8")
    assert load_year(folder)["budget_lines"]["amount_wan"].tolist() == amounts


def test_loading_does_not_change_what_was_read():
    table = codebook()["units"]
    raw = pd.read_csv(io.StringIO(UNITS), dtype="str", keep_default_na=False)
    before = raw.copy(deep=True)
    source = Source("units.csv", "", {name: i for i, name in enumerate(raw.columns)})
    typed_table(raw, table, source)
    pd.testing.assert_frame_equal(raw, before)


def test_cells_are_named_as_a_spreadsheet_does():
    source = Source("a.xlsx", "表", {"x": 27}, header=2)
    assert str(cell_of(source, 3, "x")) == "a.xlsx!表!AB7"
    assert str(cell_of(source, 3, "y")) == "a.xlsx!表!A7"


def test_a_table_of_headers_only_can_be_joined(folder):
    """A join of two text keys without an Arrow chunk raises ArrowInvalid in pandas 3."""
    (folder / "payments.csv").write_text(
        "payment_id,date,project_id,amount_wan,payee,purpose\n", "utf-8"
    )
    payments = load_year(folder)["payments"]
    paid = payments.groupby("project_id")[["amount_wan"]].sum()
    assert payments[["project_id"]].join(paid, on="project_id").empty
