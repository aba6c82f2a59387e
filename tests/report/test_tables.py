"""Tables: one precision a column, missing written, totals that add, everything escaped."""

import datetime
import re
from html.parser import HTMLParser

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from perfanalysis.errors import ReportError
from perfanalysis.report.columns import (
    NOT_REPORTED,
    WITHHELD,
    Column,
    date_col,
    int_col,
    money_col,
    number_col,
    pp_col,
    rate_col,
    score_col,
    text_col,
)
from perfanalysis.report.tables import LONG_TABLE, MOST_ROWS, Table, table_html
from perfanalysis.report.text import texts

SAY = texts("common", "zh")


class Cells(HTMLParser):
    """The text of every cell, row by row."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self._open = False

    def handle_starttag(self, tag, attrs):
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")
            self._open = True

    def handle_endtag(self, tag):
        if tag in ("td", "th"):
            self._open = False

    def handle_data(self, data):
        if self._open:
            self.rows[-1][-1] += data


def cells(html: str) -> list[list[str]]:
    parser = Cells()
    parser.feed(html)
    return parser.rows


def draw(frame, columns, say=SAY, **kwargs):
    table = Table(pd.DataFrame(frame), columns, kwargs.pop("caption", "表名"), **kwargs)
    return str(table_html(table, number="表1", anchor="t", say=say))


MONEY = {"name": text_col("单位"), "wan": money_col("全年预算数")}


def test_every_kind_prints_as_reports_write_it():
    frame = {
        "name": ["甲"],
        "wan": [64286.414],
        "rate": [0.93449],
        "pp": [-0.032],
        "score": [82.675],
        "n": [1234],
        "x": [0.85],
        "day": [datetime.date(2021, 3, 31)],
    }
    columns = {
        "name": text_col("单位"),
        "wan": money_col("金额"),
        "rate": rate_col("执行率"),
        "pp": pp_col("变化"),
        "score": score_col("得分"),
        "n": int_col("项目数", unit="个"),
        "x": number_col("系数"),
        "day": date_col("日期"),
    }
    head, row = cells(draw(frame, columns))
    assert head == [
        "单位", "金额", "执行率", "变化（百分点）", "得分（分）", "项目数（个）", "系数", "日期",
    ]  # fmt: skip
    assert row == ["甲", "64,286.41", "93.4%", "−3.2", "82.68", "1,234", "0.85", "2021-03-31"]


def test_missing_is_written_and_explained_once():
    frame = {"name": ["甲", "乙", None], "a": [None, 1.0, float("nan")], "b": [2.0, WITHHELD, 0.0]}
    columns = {
        "name": text_col("单位"),
        "a": score_col("得分", missing=NOT_REPORTED),
        "b": money_col("金额"),
    }
    html = draw(frame, columns)
    assert cells(html)[1:] == [["甲", "…", "2.00"], ["乙", "1.00", "〔保〕"], ["—", "…", "0.00"]]
    assert html.count('class="note"') == 1
    assert all(word in html for word in ("未报送", "不公开", "不适用"))
    assert not re.search(r"nan|None|NaT|&lt;NA", html)


def test_no_legend_where_nothing_is_missing():
    assert "note" not in draw({"name": ["甲"], "wan": [1]}, MONEY)


@pytest.mark.parametrize(("rows", "said"), [(9, 0), (10, 1), (60, 1), (61, 0)])
def test_the_caption_says_how_many_rows_there_are_to_scroll(rows, said):
    """Fewer are counted at a glance, more are folded under a line that says it."""
    html = draw({"name": ["甲"] * rows}, {"name": text_col("单位")})
    assert html.count(f'<span class="rows">共{rows}行</span>') == said


def test_money_carries_the_unit_of_the_run():
    assert "单位：万元" in draw({"name": ["甲"], "wan": [1]}, MONEY)
    yen = texts("common", "zh", money_unit="百万円")
    html = draw({"name": ["甲"], "wan": [1]}, MONEY, say=yen)
    assert "单位：百万円" in html
    assert "万元" not in html
    with pytest.raises(ReportError, match="百万円"):
        draw({"name": ["甲"], "wan": [1]}, MONEY, say=yen, unit="万元")


def test_money_is_scaled_before_it_is_rounded():
    yuan = texts("common", "zh", money_unit="元", money_scale=10000)
    assert cells(draw({"name": ["甲"], "wan": [0.0000055]}, MONEY, say=yuan))[1][1] == "0.06"


def test_total_that_adds_is_shown_last():
    html = draw({"name": ["甲", "乙"], "wan": [1.1, 2.2]}, MONEY, total={"wan": 3.3})
    assert cells(html)[-1] == ["合计", "3.30"]
    assert "<tfoot>" in html


@pytest.mark.parametrize(
    ("column", "values", "total"),
    [
        (money_col("金额"), [1.0, 2.0], 3.01),
        (money_col("金额"), [1.0, None], 1.0001),
        (int_col("个数"), [1, 2], 4),
        (score_col("扣分", adds=True), [1.25, 0.5], 1.76),
    ],
)
def test_total_that_does_not_add_is_refused(column, values, total):
    with pytest.raises(ReportError, match="相加"):
        draw(
            {"name": ["甲", "乙"], "v": values},
            {"name": text_col("单位"), "v": column},
            total={"v": total},
        )


def test_a_mean_is_not_held_to_the_sum():
    columns = {"name": text_col("单位"), "v": score_col("得分"), "r": rate_col("率")}
    html = draw(
        {"name": ["甲", "乙"], "v": [80, 90], "r": [0.5, 0.7]},
        columns,
        total={"name": "平均", "v": 85, "r": 0.6},
    )
    assert cells(html)[-1] == ["平均", "85.00", "60.0%"]


def test_rounding_alone_is_said_not_hidden():
    thirds = {"name": ["甲", "乙", "丙"], "wan": [1 / 3, 1 / 3, 1 / 3]}
    assert "四舍五入" in draw(thirds, MONEY, total={"wan": 1})
    assert "四舍五入" not in draw({"name": ["甲"], "wan": [1]}, MONEY, total={"wan": 1})


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=20), st.integers(1, 10**6))
def test_any_difference_of_a_fen_is_caught(hundredths, wrong):
    values = [value / 100 for value in hundredths]
    columns = {"name": text_col("单位"), "wan": money_col("金额")}
    frame = {"name": ["甲"] * len(values), "wan": values}
    draw(frame, columns, total={"wan": sum(hundredths) / 100})
    with pytest.raises(ReportError, match="相加"):
        draw(frame, columns, total={"wan": (sum(hundredths) + wrong) / 100})


def test_long_tables_are_folded_and_very_long_ones_cut_with_a_note():
    def rows(n):
        return {"name": [f"单位{i}" for i in range(n)], "wan": [1.0] * n}

    assert "<details>" not in draw(rows(LONG_TABLE), MONEY)
    assert "展开全部61行" in draw(rows(LONG_TABLE + 1), MONEY)
    html = draw(rows(MOST_ROWS + 5), MONEY, total={"wan": MOST_ROWS + 5})
    assert len(cells(html)) == MOST_ROWS + 2
    assert f"共{MOST_ROWS + 5}行，只列前{MOST_ROWS}行" in html


def test_an_empty_table_says_so():
    html = draw({"name": [], "wan": []}, MONEY)
    assert cells(html)[-1] == ["没有记录"]


def test_headers_have_scope_and_the_table_a_name():
    html = draw({"name": ["甲"], "wan": [1]}, MONEY)
    assert html.count('scope="col"') == 2
    assert html.count('scope="row"') == 1
    assert '<table aria-labelledby="t-caption">' in html
    assert 'id="t-caption">表1　表名' in html


def test_a_date_is_marked_so_that_it_stays_on_one_line():
    frame = {"name": ["甲"], "date": [datetime.date(2021, 3, 31)]}
    html = draw(frame, {"name": text_col("单位"), "date": date_col("期限")})
    assert '<th scope="col" class="short">期限</th>' in html
    assert '<td class="date">2021-03-31</td>' in html


HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{7*7}}",
    '=HYPERLINK("http://x")',
    "../../x",
    "\u202e反向\u202c",
    "a\x00b\x1bc",
    "字" * 10_000,
    "'; --&amp;",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_only_text(text):
    html = draw(
        {"name": [text], "wan": [1]},
        {"name": text_col(text), "wan": money_col(text)},
        caption=text,
        notes=(text,),
        source=text,
    )
    tags = set(re.findall(r"<\s*/?\s*([a-zA-Z!]+)", html))
    assert tags == {
        "figure",
        "figcaption",
        "span",
        "div",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "p",
    }
    assert not re.search(r"[\x00-\x08\x0b-\x1f\u200e\u200f\u202a-\u202e\u2066-\u2069]", html)
    assert "onerror" not in re.sub(r">[^<]*<", "><", html)


@pytest.mark.parametrize(
    "href",
    [
        "http://x/a.html",
        "//x.html",
        "javascript:alert(1)//.html",
        "../x.html",
        "a.html?x=1",
        "x.html\n",
        "/etc/passwd.html",
    ],
)
def test_links_stay_in_the_folder(href):
    columns = {"name": text_col("单位", href="page")}
    with pytest.raises(ReportError, match="同一目录"):
        draw({"name": ["甲"], "page": [href]}, columns)


def test_links_to_pages():
    columns = {"name": text_col("单位", href="page")}
    html = draw({"name": ["甲", "乙"], "page": ["30_unit-U~2f1.html#ledger", None]}, columns)
    assert '<a href="30_unit-U~2f1.html#ledger">甲</a>' in html
    assert html.count("<a ") == 1


@pytest.mark.parametrize(
    ("frame", "columns", "words"),
    [
        ({"name": ["甲"]}, MONEY, "不在数据中：wan"),
        ({"name": ["甲"], "wan": ["很多"]}, MONEY, "不是数字"),
        ({"name": ["甲"], "wan": [float("inf")]}, MONEY, "不是数字"),
        ({"d": ["明天"]}, {"d": date_col("日期")}, "不是日期"),
        ({"name": ["甲"]}, {}, "没有列"),
    ],
)
def test_what_cannot_be_printed_is_refused(frame, columns, words):
    with pytest.raises(ReportError, match=words):
        draw(frame, columns)


def test_a_mark_without_legend_is_refused():
    with pytest.raises(ReportError, match="图例"):
        Column("x", "score", missing="n/a")


def test_the_frame_is_not_changed():
    frame = pd.DataFrame({"name": ["甲", None], "wan": [1.005, None]})
    before = frame.copy()
    table_html(Table(frame, MONEY, "x", total={"wan": 1.005}), number="表1", anchor="t", say=SAY)
    pd.testing.assert_frame_equal(frame, before)


def grouped(frame, group="project"):
    columns = {
        "name": text_col("指标"),
        "full": score_col("满分"),
        "lost": score_col("扣分", adds=True),
    }
    table = Table(frame, columns, "台账", total={"lost": frame["lost"].sum()}, group=group)
    return table_html(table, number="表1", anchor="t", say=SAY)


def test_a_group_stands_under_its_name_and_its_sum():
    frame = pd.DataFrame(
        {
            "project": ["甲", "甲", "乙<b>"],
            "name": ["数量", "质量", "时效"],
            "full": [10.0, 10.0, 5.0],
            "lost": [0.1, 0.2, 1.5],
        }
    )
    html = str(grouped(frame))
    assert html.count('scope="rowgroup"') == 2
    assert '<th scope="rowgroup" colspan="2">甲</th><td class="num">0.30</td>' in html
    assert "乙&lt;b&gt;" in html


def test_a_group_whose_rows_stand_apart_is_refused():
    frame = pd.DataFrame(
        {"project": ["甲", "乙", "甲"], "name": list("abc"), "full": 1.0, "lost": 0.5}
    )
    with pytest.raises(ReportError, match="没有排在一起"):
        grouped(frame)
