"""Texts that are nearly the same, and forms that were copied."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from perfanalysis.planning.similarity import alike, bare, copied_forms, covered_by


def rows(project, names, targets=(10, 20, 30, 40)):
    return [
        {
            "project_id": project,
            "level3": name,
            "op": "at_least",
            "target": float(target),
            "measure_unit": "个",
            "target_text": None,
        }
        for name, target in zip(names, targets, strict=True)
    ]


NAMES = ("修路长度", "验收合格率", "完工时间", "受益村数")


def copies(*forms, share=0.9):
    table = pd.DataFrame([row for form in forms for row in form])
    found = copied_forms(table, cutoff=90, share=share)
    return found[["project_id", "other_id", "same"]].values.tolist()


def test_widths_spaces_and_punctuation_do_not_count():
    assert bare(" 修路，长度（Ａ）") == "修路长度A"
    assert alike(["修路长度", "修 路、长度"], cutoff=100).all()


def test_chinese_is_compared_character_by_character():
    # Indel: 2 × 9 shared of 10 + 9 characters is 94.7%; 2 × 2 of 8 is 50%
    near = alike(["农村公路路面修复总长度", "农村公路路面修复长度", "受益村民数"], cutoff=90)
    assert near.tolist() == [[True, True, False], [True, True, False], [False, False, True]]


def test_a_blank_text_is_like_nothing():
    assert not alike(["", "。"], cutoff=50).any()
    assert alike([], cutoff=50).shape == (0, 0)


@given(st.lists(st.text("修路桥长度个数", max_size=6), max_size=5))
def test_likeness_is_symmetric(texts):
    near = alike(texts, cutoff=80)
    assert (near == near.T).all()


def test_a_copied_form_has_names_and_targets():
    assert copies(rows("P1", NAMES), rows("P2", NAMES)) == [["P1", "P2", 4], ["P2", "P1", 4]]


def test_the_same_names_with_targets_of_their_own_are_no_copy():
    assert copies(rows("P1", NAMES), rows("P2", NAMES, (11, 22, 33, 44))) == []


def test_short_forms_may_agree_by_themselves():
    short = NAMES[:3]
    assert copies(rows("P1", short, (1, 2, 3)), rows("P2", short, (1, 2, 3))) == []


def test_nearly_all_is_enough_only_where_the_share_says_so():
    other = rows("P2", NAMES, (10, 20, 30, 99))
    assert copies(rows("P1", NAMES), other) == []
    assert copies(rows("P1", NAMES), other, share=0.75) != []


@pytest.mark.parametrize(("clause", "found"), [("修路长度", True), ("慰问老人", False)])
def test_a_clause_is_covered_by_a_longer_name(clause, found):
    assert covered_by(clause, ["全区农村修路长度", "合格率"], cutoff=70) is found
    assert not covered_by(clause, [], cutoff=70)
