"""English of what the library says in Chinese: everything has its English, nothing else changes."""

import re
from importlib.resources import files

import pandas as pd
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from perfanalysis.data.checks import CHECKS
from perfanalysis.data.codebook import codebook
from perfanalysis.report.catalogue import load_catalogue
from perfanalysis.report.layout import labelled
from perfanalysis.report.phrases import english
from perfanalysis.report.text import placeholders, texts

HAN = re.compile("[\u4e00-\u9fff]")
PHRASES = load_catalogue("phrases")


@pytest.mark.parametrize("chinese", PHRASES)
def test_both_sides_have_the_same_blanks_and_the_english_no_chinese(chinese):
    assert placeholders(chinese) == placeholders(str(PHRASES[chinese]))
    assert not HAN.search(str(PHRASES[chinese]))


@pytest.mark.parametrize(
    ("chinese", "said"),
    [
        (
            "完成74项，目标≥120项，完成率61.7%，按比例扣3.83分",
            "actual 74项, target ≥120项: 61.7% complete, 3.83 lost in proportion",
        ),
        (
            "执行68.79万元，全年预算69万元，执行率不足100%，按比例扣0.03分",
            "executed 68.79, annual budget 69 (ten thousand yuan): under 100%, 0.03 lost in"
            " proportion",
        ),
        ("自评复核得分98.06分，优；申请131.2", "review score 98.06, excellent; requested 131.2"),
        (
            "评价未定等级：2个指标没有得分；分值合计为95，不是100",
            "not graded: 2 indicators without a score; points sum to 95, not 100",
        ),
        (
            "该项目全年执行数大于全年预算数，执行率超过100%（执行 108.4，全年预算 104.5）",
            "executed more than the annual budget: above 100% (executed 108.4, annual budget"
            " 104.5)",
        ),
    ],
)
def test_sentences_are_said_in_english(chinese, said):
    assert english(chinese) == said


@pytest.mark.parametrize(
    "given_text", ["示例区教育局", "完成率（见附件）", "执行；申请", "<script>完成</script>", ""]
)
def test_what_the_library_does_not_say_stays_as_given(given_text):
    assert english(given_text) == given_text


@given(st.text(max_size=60))
def test_any_text_is_said_or_stays(text):
    assert english(text) == text or HAN.search(text)


def test_the_checks_between_tables_have_their_english():
    said = [each for check in CHECKS.values() for each in (check.problem, check.remedy)]
    assert [each for each in said if english(each) == each] == []


def test_tables_have_their_english():
    titles = [table.title for table in codebook().values()]
    assert [each for each in titles if english(each) == each] == []


@pytest.mark.parametrize("subject", ["self_evaluation", "key_evaluation", "monitoring", "linkage"])
def test_rules_that_every_page_prints_have_their_english(subject):
    source = files("perfanalysis.rules") / f"{subject}.yaml"
    rules = yaml.safe_load(source.read_text("utf-8"))["rules"]
    titles = [rule["title"] for rule in rules.values()]
    assert titles
    assert [each for each in titles if english(each) == each] == []


def test_text_too_long_for_a_reason_is_left_alone():
    assert english("没有绩效指标；" * 1000) == "没有绩效指标；" * 1000


def test_labelled_says_sentences_and_keeps_what_is_missing():
    frame = pd.DataFrame({"reason": ["没有绩效指标", None]}, dtype="str")
    shown = labelled(frame, texts("common", "en"), reason="said")["reason"]
    assert shown.iloc[0] == "no indicators"
    assert shown.isna().iloc[1]
    assert labelled(frame, texts("common", "zh"), reason="said").equals(frame)


def test_a_wide_name_ends_with_its_clause():
    assert english("“道路”的目标终审96.50分；“公园”的目标终审90.00分") == (
        "targets of “道路”: last check 96.50 points; targets of “公园”: last check 90.00 points"
    )
