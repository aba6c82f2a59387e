"""Why a rule takes money: by what its conditions look at."""

from pathlib import Path

import pytest

from perfanalysis.linkage.causes import CAUSES, rule_causes
from perfanalysis.linkage.rules import link_rules
from perfanalysis.rules.loader import evaluation_date, load_rules

EXAMPLES = Path(__file__).parents[2] / "examples" / "rules"
DAY = evaluation_date(2020)


def test_the_rules_at_hand_by_what_they_look_at():
    found = rule_causes(load_rules().on(DAY))
    wanted = {
        "gate-refused": ("gate",),
        "grade-poor": ("result",),
        "execution-idle": ("execution",),
        "execution-low": ("execution",),
        "not-rectified": ("rectification",),
        "protected-social-insurance": ("other",),
    }
    assert {name: found[name] for name in wanted} == wanted


@pytest.mark.parametrize(
    "path", sorted(EXAMPLES.glob("linkage-*.yaml")), ids=lambda path: path.stem
)
def test_every_rule_that_takes_money_in_the_examples_has_a_cause(path):
    rules = load_rules(path).on(DAY)
    found = rule_causes(rules)
    takes = ("cut", "cut_surplus", "recover", "cancel", "withhold")
    for rule in link_rules(rules):
        if rule.action in takes:
            assert found[rule.id], rule.id
            assert {*found[rule.id]} <= {*CAUSES} - {"other"}, rule.id
