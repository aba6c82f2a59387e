"""What the public edition keeps back: texts, small figures, and what would give them away."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from perfanalysis.report.canvas import Chart
from perfanalysis.report.columns import int_col, money_col, score_col, text_col
from perfanalysis.report.keeper import Keeper
from perfanalysis.report.public import Public, public_headline, suppressed
from perfanalysis.report.tables import Table
from perfanalysis.report.text import texts

PUBLIC = Public(people=10, items=3, cleared=frozenset({"remedy"}), pages=("60_*",))


def table_of(total=None, **columns):
    makers = {"projects": int_col, "annual_wan": money_col, "score": score_col}
    names = {name: makers.get(name, text_col)(name) for name in columns if name != "page"}
    if "page" in columns:
        names["name"] = text_col("name", href="page")
    return Table(pd.DataFrame(columns), names, "表", total=total)


@given(st.lists(st.integers(0, 40), max_size=12), st.integers(2, 10))
def test_no_small_count_stays_and_none_can_be_worked_out(counts, minimum):
    small, more = suppressed(np.array(counts, dtype="int64"), minimum)
    gone = small | more
    shown = [count for count, hidden in zip(counts, gone, strict=True) if not hidden]
    assert all(count == 0 or count >= minimum for count in shown)
    assert not (small & more).any()
    hidden = [count for count, each in zip(counts, gone, strict=True) if each]
    if hidden:
        assert not any(count == 0 for count in hidden)
        whole = len(hidden) == sum(count > 0 for count in counts)
        assert whole or (len(hidden) >= 2 and sum(hidden) >= minimum)
    else:
        assert not any(0 < count < minimum for count in counts)


def test_a_small_row_takes_the_next_smallest_with_it():
    keeper = Keeper(PUBLIC)
    shown = keeper.table(
        table_of(
            {"projects": 55, "annual_wan": 10.0},
            kind=["甲", "乙", "丙"],
            projects=[2, 50, 3],
            annual_wan=[1.0, 7.0, 2.0],
        ),
        "表1",
    )
    assert shown.frame["projects"].tolist() == ["〔保〕", 50, "〔保〕"]
    assert shown.frame["annual_wan"].tolist() == ["〔保〕", 7.0, "〔保〕"]
    assert shown.total == {"projects": 55, "annual_wan": 10.0}
    assert [(each.why, each.n) for each in keeper.left] == [("items", 1), ("complement", 1)]


def test_rows_about_named_units_are_no_summary():
    shown = Keeper(PUBLIC).table(table_of(name=["甲局", "乙局"], projects=[1, 2]), "表1")
    assert shown.frame["projects"].tolist() == [1, 2]


def test_text_is_closed_unless_opened_or_cleared():
    keeper = Keeper(PUBLIC)
    shown = keeper.table(
        table_of(name=["甲"], reason=["张三说"], remedy=["改正"], new=["x"]), "表1"
    )
    assert shown.frame.iloc[0].tolist() == ["甲", "〔保〕", "改正", "〔保〕"]
    assert [(each.what, each.why) for each in keeper.left] == [("reason", "text"), ("new", "text")]


def test_a_link_to_a_page_of_another_edition_is_text():
    frame = (
        Keeper(PUBLIC)
        .table(table_of(name=["甲", "乙"], page=["30_unit-U001.html", "60_district.html"]), "表1")
        .frame
    )
    assert frame["page"].tolist() == [None, "60_district.html"]


def test_a_sealed_row_and_one_more_lose_their_figures():
    shown = Keeper(PUBLIC).table(
        table_of({"annual_wan": 6.0}, name=["〔保〕", "乙", "丙"], annual_wan=[1.0, 3.0, 2.0]),
        "表1",
    )
    assert shown.frame["annual_wan"].tolist() == ["〔保〕", 3.0, "〔保〕"]


@pytest.mark.parametrize(("name", "hidden"), [("甲", True), ("丙", False), ("〔保〕", True)])
def test_a_figure_does_not_show_what_a_table_hides(name, hidden):
    keeper = Keeper(PUBLIC)
    keeper.table(table_of(kind=["甲", "乙", "丙"], projects=[1, 3, 9]), "表1")
    data = pd.DataFrame({"name": [name], "score": [1.0]})
    chart = Chart(None, "图", "图", data, {"name": text_col("名"), "score": score_col("分")})
    assert keeper.hides(chart, "图1") is hidden


def test_sentences_say_fewer_and_keep_amounts_and_examples():
    say = texts("90_work_summary", "zh", public=PUBLIC)
    values = {"kind": "甲", "projects": 2, "units": 2, "amount": 12.5, "examples": "乙项目"}
    said = say("problem-money", **values)
    assert "少于3" in said
    assert "12.5" not in said
    assert "乙项目" not in said
    assert "12.5" in texts("90_work_summary", "zh")("problem-money", **values)


def test_a_breakdown_does_not_give_its_small_part_away():
    say = texts("common", "zh", public=PUBLIC)
    said = say("headline-grades", excellent=50, good=20, fair=0, poor=4, none=1)
    assert said == "优50　良20　中0　差不少于3　未评级少于3"


def test_figures_of_the_whole_that_count_too_few_are_left_out():
    headline = {"projects": {"projects": 2, "units": 2}, "annual": {"annual": 1.0}}
    assert public_headline(headline, PUBLIC) == {"annual": {"annual": 1.0}}


def test_every_reason_has_its_sentence():
    keeper = Keeper(PUBLIC)
    keeper.table(table_of(kind=["甲", "乙"], projects=[1, 9], note=["x", "y"]), "表1")
    said = keeper.sentences(texts("common", "zh"))
    assert said[0].startswith("不列出")
    assert len(said) == 1 + len(keeper.left)
    assert "“note”一列（2行）" in said[1]
    assert Keeper(PUBLIC).sentences(texts("common", "en"))[-1].startswith("No table")
