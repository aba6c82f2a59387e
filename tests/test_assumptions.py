"""Every convention that ships is on the page of assumptions."""

import re
from pathlib import Path

from perfanalysis.rules.loader import load_rules

PAGE = Path(__file__).parents[1] / "docs" / "assumptions.md"


def test_every_convention_is_on_the_page():
    text = PAGE.read_text("utf-8")
    conventions = {
        key
        for key, rule in load_rules().rules.items()
        for layer in rule.layers
        for value in layer
        if value.basis == "convention"
    }
    assert conventions
    families = tuple(re.findall(r"`([a-z_.]+\.)\*`", text))
    single = {key for key in conventions if not (families and key.startswith(families))}
    assert {key for key in single if f"`{key}`" not in text} == set()


def test_every_rule_on_the_page_exists():
    words = PAGE.read_text("utf-8").split("`")[1::2]
    rules = load_rules().rules
    subjects = {key.split(".")[0] for key in rules}
    named = {word for word in words if word.split(".")[0] in subjects and word.count(".") == 1}
    assert {word for word in named if word not in rules} == set()
