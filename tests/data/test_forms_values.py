"""Targets and numbers read as units write them; a text that is no single number stays text.

The cases are the spellings that issue 2 and rules.md 9 and 10.7 list as seen in real forms.
"""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perfanalysis.data.forms_targets import read_actual, read_target
from perfanalysis.data.forms_units import is_money, to_unit
from perfanalysis.data.forms_values import (
    in_brackets,
    read_days,
    read_number,
    read_quantity,
    read_sign,
)


@pytest.mark.parametrize(
    ("text", "op", "value", "unit"),
    [
        ("≥50个", "at_least", "50", "个"),
        ("≧50个", "at_least", "50", "个"),
        (">= 50 个", "at_least", "50", "个"),
        ("≤90万元", "at_most", "90", "万元"),
        ("≦90万元", "at_most", "90", "万元"),
        ("＝6艘", "equal", "6", "艘"),
        ("﹦6艘", "equal", "6", "艘"),
        ("═6艘", "equal", "6", "艘"),
        ("=0%", "equal", "0", "%"),
        ("≥100百分比", "at_least", "100", "%"),
        ("１００％", None, "100", "%"),
        ("百分之九十五", None, "95", "%"),
        ("1.33万人次", None, "1.33", "万人次"),
        ("≥1,200人", "at_least", "1200", "人"),
        ("95%以上", "at_least", "95", "%"),
        ("不低于95%", "at_least", "95", "%"),
        ("不超过3天", "at_most", "3", "天"),
        ("控制在10万元以内", "at_most", "10", "万元"),
        ("24小时内", "at_most", "24", "小时"),
        ("≤5300元/户", "at_most", "5300", "元/户"),
        ("已完成100%", None, "100", "%"),
        ("12.5 (文字连在一起)", None, "12.5", ""),
        ("达标（≥95%）", "at_least", "95", "%"),
        ("2021年12月31日前支付100%", None, "100", "%"),
        ("-5%", None, "-5", "%"),
        ("2012.5万元", None, "2012.5", "万元"),
        ("PM2.5浓度≤35微克", "at_most", "35", "微克"),
        ("≥1e3", "at_least", "1000", ""),
        ("≥1.2E+4人", "at_least", "12000", "人"),
        ("5e-2", None, "0.05", ""),
    ],
)
def test_one_number_is_read_with_its_sign_and_unit(text, op, value, unit):
    found = read_quantity(text)
    assert (found.kind, found.op, found.value, found.unit) == ("number", op, Decimal(value), unit)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("效果显著", "text"),
        ("10-15个", "text"),
        ("5%～10%", "text"),
        ("2000-3000人", "text"),
        ("1:50", "text"),
        ("新建3座，维修5座", "text"),
        ("达到GB3838-2002标准", "text"),
        ("3A级景区", "text"),
        ("第1名", "text"),
        ("(50)", "text"),
        ("≥（50）", "text"),
        ("（1,200.5）万元", "text"),
        ("1e99", "text"),
        ("2021年12月", "date"),
        ("2021-12-31", "date"),
        ("2021.12", "date"),
        ("12月底之前完成", "date"),
        ("年底前", "date"),
        ("第四季度", "date"),
        ("", "blank"),
        ("—", "blank"),
        ("/", "blank"),
    ],
)
def test_what_is_no_single_number_is_not_read_as_one(text, kind):
    found = read_quantity(text)
    assert (found.kind, found.value) == (kind, None)


@given(
    st.decimals(min_value=0, max_value=10**9, places=2), st.sampled_from(["人", "%", "万元", ""])
)
def test_every_amount_is_read_exactly(value, unit):
    assert read_quantity(f"≥{value}{unit}").value == value
    assert read_number(str(value)) == value


@given(st.text(max_size=40))
def test_no_text_breaks_the_readers(text):
    for read in (read_quantity, read_number, read_sign, read_days):
        read(text)


@pytest.mark.parametrize("text", ["1E999", "9" * 40, "1e-300", "12abc", "约30", "∞", "nan"])
def test_what_is_no_plain_amount_is_no_number(text):
    assert read_number(text) is None


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [("1984.01", "人", Decimal("1984.01")), ("2021.12", "年月", None), ("2021年12月", "人", None)],
)
def test_a_number_like_a_month_goes_by_its_unit(text, unit, value):
    assert read_target(text, "≤", unit, is_cost=False).value == value


def test_a_target_in_three_columns_is_put_together():
    target = read_target("735", "≥", "人次", is_cost=False)
    assert (target.op, target.value, target.unit, target.text) == (
        "at_least",
        Decimal(735),
        "人次",
        "≥735人次",
    )
    words = read_target("有效", "定性", "", is_cost=False)
    assert (words.op, words.value, words.text) == ("qualitative", None, "有效")


def test_a_number_without_a_sign_is_equal_but_a_cost_is_a_ceiling():
    assert read_target("90万元", "", "", is_cost=False).op == "equal"
    assert read_target("90万元", "", "", is_cost=True).op == "at_most"
    assert read_target("＝90万元", "", "", is_cost=True).op == "equal"


@pytest.mark.parametrize(
    ("target", "actual", "value", "problem"),
    [
        ("≥1.33万人次", "13500人次", "1.35", ""),
        ("≥13000人次", "1.35万人次", "13500", ""),
        ("≤90万元", "899740元", "89.974", ""),
        ("≥2公里", "2500米", "2.5", ""),
        ("≥95%", "96", "96", ""),
        ("≥95%", "0.96", None, "ratio"),
        ("≥95%", "0", "0", ""),
        ("0.95", "50%", None, "unit"),
        ("0.95", "0.5", "0.5", ""),
        ("≥1.2万人次", "9000", None, "unit"),  # 9000人次 would be 75%, 9000万 would be full points
        ("≥1.2万人次", "1.3", "1.3", ""),
        ("≤5万元", "48000", None, "unit"),
        ("≥1.2万人次", "9000人次", "0.9", ""),
        ("95", "96%", "96", ""),
        ("≥50个", "50项", "50", ""),
        ("≥50个", "98%", None, "unit"),
        ("≥10亩", "7000平方米", None, "unit"),
        ("≥50个", "已完成", None, "text"),
        ("效果显著", "98%", None, ""),
        ("≥50个", "", None, ""),
    ],
)
def test_an_actual_value_is_brought_to_the_unit_of_its_target(target, actual, value, problem):
    found = read_actual(actual, read_target(target, "", "", is_cost=False))
    assert found == (None if value is None else Decimal(value), problem)


@given(st.decimals(min_value=0, max_value=10**6, places=2))
def test_conversion_there_and_back_changes_nothing(value):
    assert to_unit(to_unit(value, "万元", "元"), "元", "万元") == value
    assert to_unit(to_unit(value, "公里", "米"), "米", "公里") == value


def test_money_is_money_also_by_the_head():
    assert [is_money(unit) for unit in ("万元", "元/人·月", "单元", "元件", "人次")] == [
        True,
        True,
        False,
        False,
        False,
    ]


def test_a_month_means_all_its_days():
    first, last = read_days("2024年2月完成")
    assert (str(first), str(last)) == ("2024-02-01", "2024-02-29")
    assert read_days("12月底") is None
    assert read_days("2012.5万元") is None


@pytest.mark.parametrize(
    ("text", "is_bare"), [("（50）", True), ("达标（≥95%）", False), ("5", False)]
)
def test_a_number_in_brackets_alone_is_known(text, is_bare):
    assert in_brackets(text) is is_bare
