"""From frames of codes to labelled columns."""

import pandas as pd
import pytest

from perfanalysis.data.codebook import codebook
from perfanalysis.errors import ReportError
from perfanalysis.report.catalogue import catalogue
from perfanalysis.report.layout import counted, labelled, layout
from perfanalysis.report.text import texts

ZH, EN = texts("common", "zh"), texts("common", "en")


def test_columns_are_labelled_in_the_language_of_the_page_in_the_order_given():
    columns = layout(ZH, name="text", annual_wan="money", execution_rate="rate")
    assert [(name, column.label) for name, column in columns.items()] == [
        ("name", "名称"),
        ("annual_wan", "全年预算数"),
        ("execution_rate", "执行率"),
    ]
    assert layout(EN, annual_wan="money")["annual_wan"].label == "Annual budget"


@pytest.mark.parametrize(
    ("kind", "shown", "of", "adds"),
    [
        ("text", "一号路", "一号路", False),
        ("money", "1,234.50", 1234.5, True),
        ("money+", "+1,234.50", 1234.5, True),
        ("rate", "87.5%", 0.875, False),
        ("fraction", "0.04%", 0.00036, False),
        ("chance", "86.5%", 0.8649, False),
        ("chance", "<0.1%", 0.0, False),
        ("chance", "0.1%", 0.0005, False),
        ("chance", ">99.9%", 0.99951, False),
        ("plain", "847.76", 847.76, False),
        ("plain", "1,188", 1188.0, False),
        ("score", "86.40", 86.4, False),
        ("score+", "+2.00", 2.0, False),
        ("points", "2.00", 2.0, True),
        ("int", "1,234", 1234, False),
        ("count", "1,234", 1234, True),
        ("date", "2021-03-31", pd.Timestamp("2021-03-31"), False),
    ],
)
def test_each_kind_prints_and_adds_as_it_says(kind, shown, of, adds):
    column = layout(ZH, name=kind)["name"]
    assert column.printed(of) == shown
    assert column.adds is adds


def test_a_link_column_is_named_after_the_arrow():
    assert layout(ZH, name="text>page")["name"].href == "page"
    assert layout(ZH, name="text")["name"].href == ""


@pytest.mark.parametrize("kind", ["Money", "money>page", "count+", "", ">page"])
def test_an_unknown_kind_is_refused_with_those_there_are(kind):
    with pytest.raises(ReportError, match=r"名称.*money"):
        layout(ZH, name=kind)


def test_a_column_without_a_label_is_refused():
    with pytest.raises(ReportError, match="no_such_column"):
        layout(ZH, no_such_column="text")


def test_every_column_has_a_label_in_both_languages():
    labels = catalogue("choices")["column"]
    assert all(label["zh"] and label["en"] for label in labels.values())


def test_codes_become_labels_and_missing_ones_stay_missing():
    frame = pd.DataFrame({"grade": ["good", None, "poor"], "name": ["甲", "乙", "丙"]})
    kept = frame.copy()
    shown = labelled(frame, ZH, grade="grade")
    assert shown["grade"].dropna().tolist() == ["良", "差"]
    assert shown["grade"].isna().tolist() == [False, True, False]
    assert shown["name"].tolist() == ["甲", "乙", "丙"]
    assert labelled(frame, EN, grade="grade")["grade"][0] == "good"
    pd.testing.assert_frame_equal(frame, kept)


def test_a_code_that_nobody_named_is_refused():
    with pytest.raises(ReportError, match="superb"):
        labelled(pd.DataFrame({"grade": ["superb"]}), ZH, grade="grade")


def test_choices_of_the_codebook_that_pages_print_have_a_label():
    """What a table may hold must be printable: fund_kind of a project, status of a document."""
    columns = codebook()["projects"].columns
    for code in columns["fund_kind"].choices:
        assert ZH.label("fund_kind", code)
        assert EN.label("fund_kind", code)


def test_what_was_counted_has_no_decimals_and_what_was_measured_has():
    frame = pd.DataFrame(
        {
            "reported": [34.0, None],
            "verified_number": [6.4, 12.0],
            "whole": [None, None],
            "answers": [0.0, 1e6],
        }
    )
    columns = layout(ZH, **counted(frame, *frame))
    shown = {name: [each.printed(v) for v in frame[name]] for name, each in columns.items()}
    assert shown == {
        "reported": ["34", "—"],
        "verified_number": ["6.40", "12.00"],
        "whole": ["—", "—"],
        "answers": ["0", "1,000,000"],
    }
