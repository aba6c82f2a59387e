"""Scores as files: text stays text, same scores same bytes, nothing lost on the way."""

import pandas as pd
import pytest
from openpyxl import load_workbook
from test_ledger import make_scores

from perfanalysis.data.spreadsheet import write_workbook
from perfanalysis.errors import DataError, ParameterError
from perfanalysis.scoring.export import TITLES, write_scores


def test_a_workbook_has_every_table_in_chinese(tmp_path):
    scores = make_scores()
    (path,) = write_scores(scores, tmp_path / "scores.xlsx")
    book = load_workbook(path)
    assert book.sheetnames == list(TITLES.values())
    ledger = list(book["扣分台账"].values)
    assert ledger[0][:4] == ("项目编码", "单位编码", "指标编码", "一级指标")
    assert len(ledger) == 1 + len(scores.ledger)
    assert ledger[1][3] == "预算执行"
    lost = ledger[0].index("扣分")
    assert [row[lost] for row in ledger[1:]] == scores.ledger["lost"].tolist()
    graded = next(book["项目得分"].iter_rows(min_row=2, values_only=True))
    assert "差" in graded
    for sheet in book:
        assert not [title for title in next(sheet.values) if title.isascii()], sheet.title


def test_the_same_scores_give_the_same_bytes(tmp_path):
    scores = make_scores()
    write_scores(scores, tmp_path / "one.xlsx")
    write_scores(scores, tmp_path / "two.xlsx")
    assert (tmp_path / "one.xlsx").read_bytes() == (tmp_path / "two.xlsx").read_bytes()


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_tables_stand_beside_each_other(tmp_path, suffix):
    scores = make_scores()
    written = write_scores(scores, tmp_path / f"scores{suffix}")
    assert [path.name for path in written] == [
        f"scores{suffix}",
        f"scores-indicators{suffix}",
        f"scores-ledger{suffix}",
        f"scores-rules{suffix}",
        f"scores-findings{suffix}",
    ]
    if suffix == ".csv":
        ledger = pd.read_csv(written[2], keep_default_na=False)
    else:
        ledger = pd.read_parquet(written[2])
    pd.testing.assert_frame_equal(ledger, scores.ledger, check_dtype=False)


@pytest.mark.parametrize("name", ["scores.doc", "scores", "nowhere/scores.xlsx"])
def test_a_file_that_cannot_be_written_is_refused(tmp_path, name):
    with pytest.raises(ParameterError):
        write_scores(make_scores(), tmp_path / name)


def test_text_stays_text(tmp_path):
    texts = ["=1+1", "+1", "-1", "@SUM(A1)", "007", "\x07a", "{=1}", "2021-03-01"]
    write_workbook(tmp_path / "t.xlsx", {"表": pd.DataFrame({"甲": texts})})
    cells = [cell for (cell,) in load_workbook(tmp_path / "t.xlsx")["表"].iter_rows(min_row=2)]
    assert [cell.data_type for cell in cells] == ["s"] * len(texts)
    assert [cell.value for cell in cells] == [text.replace("\x07", "□") for text in texts]


def test_missing_values_are_blank(tmp_path):
    table = pd.DataFrame({"甲": [None, 1.5], "乙": pd.Series(["x", None], dtype="str")})
    write_workbook(tmp_path / "t.xlsx", {"表": table})
    assert list(load_workbook(tmp_path / "t.xlsx")["表"].values)[1:] == [(None, "x"), (1.5, None)]


def test_what_a_sheet_cannot_hold_is_refused(tmp_path):
    with pytest.raises(DataError, match=r"\.csv"):
        write_workbook(tmp_path / "t.xlsx", {"表": pd.DataFrame({"甲": ["x" * 40_000]})})
    with pytest.raises(DataError, match="1048576 行"):
        write_workbook(tmp_path / "t.xlsx", {"表": pd.DataFrame(index=range(1_048_576))})
