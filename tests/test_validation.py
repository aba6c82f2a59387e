"""How docs/validation.md is put together, and its sections that rest on published data."""

import numpy as np
import pandas as pd
import pytest
import validation.__main__ as program
from validation.coverage import coverage, gap, grades, icc, panel_means, shrunken
from validation.japan import outturns
from validation.mexico import execution
from validation.published import compared
from validation.section import NotHere, Section, Table, markdown, written


def section(name, make):
    return Section(name, name.title(), "hand", make)


def test_a_table_is_markdown_and_missing_is_a_dash():
    frame = pd.DataFrame({"kind": ["a|b", "c"], "n": [1234, 5], "share": [0.25, None]})
    assert markdown(frame) == (
        "| kind | n | share |\n| --- | --- | --- |\n| a\\|b | 1,234 | 0.25 |\n| c | 5 | – |"
    )


def test_a_document_comes_apart_as_it_was_put_together():
    known = [
        section("one", lambda: [Table(pd.DataFrame({"x": [1]}), "Said.")]),
        section("two", list),
    ]
    texts = {each.name: written(each) for each in known}
    assert program.parted(program.joined(known, texts)) == texts


def test_a_section_without_its_data_keeps_its_text(tmp_path, monkeypatch, capsys):
    def missing():
        raise NotHere("没有数据，跳过")

    before = [section("one", lambda: [Table(pd.DataFrame({"x": [1]}), "Said.")])]
    now = [section("one", missing), section("two", list)]
    monkeypatch.setattr(program, "DOCUMENT", tmp_path / "validation.md")
    for sections in (before, now):
        monkeypatch.setattr(program, "sections", lambda sections=sections: sections)
        assert program.main([]) == 0
    text = (tmp_path / "validation.md").read_text("utf-8")
    assert "Said." in text
    assert "## Two" in text
    assert "没有数据，跳过" in capsys.readouterr().out


def test_a_name_that_is_no_section_is_said(capsys):
    assert program.main(["nothing"]) == 2
    assert "nothing" in capsys.readouterr().err


def test_every_section_has_its_place_in_the_document():
    texts = program.parted(program.DOCUMENT.read_text("utf-8"))
    assert list(texts) == [each.name for each in program.sections()]


def tables(make):
    try:
        return list(make())
    except NotHere as missing:
        pytest.skip(str(missing))


def test_every_rate_that_the_ministry_prints_is_ours():
    """6,936 and 7,787 printed rates: ../shared/data/README.md."""
    panel, workbook = (table.frame for table in tables(execution))
    assert panel["printed"].tolist() == [6936, 7787]
    for frame in (panel, workbook):
        assert (frame["printed"] == frame["equal within 0.05 points"]).all()


def test_outturn_runs_over_all_nine_years():
    years, _ = (table.frame for table in tables(outturns))
    assert years["fiscal year"].tolist() == [str(year) for year in range(2014, 2023)]
    assert years["composition variance, median"].between(0, 1).all()


def test_reliability_is_as_others_printed_it():
    try:
        table = compared()
    except NotHere as missing:
        pytest.skip(str(missing))
    assert len(table) == 10
    assert (table["printed"] == table["ours"]).all()


@pytest.mark.parametrize(
    "held",
    [gap(60), gap(12), icc(np.full(30, 5.0), 0.5), shrunken(67, 3.0)],
    ids=["gap of 60 units", "gap of 12 units", "ICC", "shrunken means"],
)
def test_intervals_hold_the_truth_as_often_as_they_say(held):
    """Of 300 seeded draws; two and a half standard errors below and above 0.95."""
    assert coverage(held, draws=300) == pytest.approx(0.95, abs=0.031)


def test_panel_intervals_hold_the_truth_as_often_as_they_say():
    assert panel_means(5, rounded=1.0) == pytest.approx(0.95, abs=0.017)


def test_grades_come_true_as_often_as_their_odds_say():
    """Of 300 seeded projects; three standard errors."""
    table = grades(draws=300)
    assert table["projects"].sum() == 300
    assert ((table["true grade"] - table["stated, mean"]).abs() <= 3 * table["error"]).all()
