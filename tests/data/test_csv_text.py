"""No CSV file that is written holds a formula, and what was written is what is read.

What counts as one: OWASP, CSV Injection: a cell that begins with = + - @, tab or carriage return.
"""

import csv
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from perfanalysis.data.codebook import codebook
from perfanalysis.data.csv_text import marked, marked_frame, unmarked
from perfanalysis.data.export import write_tables
from perfanalysis.data.files import read_rows
from perfanalysis.data.forms_csv import CsvTable, put_in_place
from perfanalysis.errors import DataError

BAD = ("=HYPERLINK(1)", "+cmd|' /C calc'!A0", "-甲", "@SUM(1)")


@given(st.text("'=+-@1甲 .,%e\t", max_size=8))
def test_what_is_marked_reads_back(text):
    assert unmarked(marked(text)) == text
    assert marked(text) == text or marked(text)[0] == "'"


@pytest.mark.parametrize("text", ["-5", "-1,234.50", "+3%", "-1e-05", "-", "—", "甲=1", ""])
def test_numbers_and_harmless_texts_stay(text):
    assert marked(text) == text


def test_results_hold_no_formula_and_the_table_stays(tmp_path):
    table = pd.DataFrame({"name": [*BAD, "甲"], "wan": [-1.5, 2, 3, 4, 5]})
    before = table.copy()
    (path,) = write_tables(tmp_path / "x.csv", {"t": table}, titles={}, labelled=lambda t: t)
    rows = list(csv.reader(path.read_text("utf-8-sig").splitlines()))[1:]
    assert [row[0] for row in rows] == [f"'{text}" for text in BAD] + ["甲"]
    assert rows[0][1] == "-1.5"
    pd.testing.assert_frame_equal(table, before)
    read = read_rows(path, ("x",)).frame
    assert read[0].tolist() == ["name", *BAD, "甲"]
    assert marked_frame(before).equals(marked_frame(table))


def test_an_imported_text_is_marked_and_the_same_again_changes_nothing(tmp_path):
    folder = Path(tmp_path / "2021")
    table = CsvTable(folder, codebook()["units"])
    table.add({"unit_id": "U1", "name": BAD[0]})
    assert put_in_place([table])
    assert f"'{BAD[0]}" in table.path.read_text("utf-8")
    again = CsvTable(folder, codebook()["units"])
    (row,) = again.where("name", BAD[0])
    again.put(row, {"name": BAD[0]})
    assert not again.changed
    again.put(row, {"name": BAD[1]})
    assert again.value(row, "name") == BAD[1]
    assert put_in_place([again])
    assert f"'{BAD[1]}" in again.path.read_text("utf-8")


@pytest.mark.parametrize(
    ("raw", "place"),
    [(b"unit_id,name\nU1,a\0b\n", "第2行"), ("编码\n一\n".encode("gbk") + b"\xff\xff", "第3行")],
)
def test_a_file_that_is_no_text_is_refused_with_its_line(tmp_path, raw, place):
    (tmp_path / "units.csv").write_bytes(raw)
    with pytest.raises(DataError, match=place):
        read_rows(tmp_path / "units.csv", ("units",))
