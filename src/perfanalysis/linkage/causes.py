"""Why a rule takes money, in the words of a main point: results, execution, findings, the gate."""

from __future__ import annotations

from types import MappingProxyType

from perfanalysis.linkage.rules import LinkRule, link_rules
from perfanalysis.rules.values import RulesInForce

CAUSES = ("result", "execution", "rectification", "gate", "warning", "review_gap", "other")
_LOOKS_AT = MappingProxyType(
    {
        "grade": "result",
        "years_poor": "result",
        "execution_rate": "execution",
        "unused_carryover_wan": "execution",
        "surplus_growth_wan": "execution",
        "rectification_open": "rectification",
        "gate": "gate",
        "target_share": "gate",
        "assessment_share": "gate",
        "warnings_unanswered": "warning",
        "review_gap": "review_gap",
    }
)


def rule_causes(rules: RulesInForce) -> dict[str, tuple[str, ...]]:
    """Return the `CAUSES` of each rule of linkage by its id: what its conditions look at.

    A rule that looks at nothing of the kind takes money for execution where it recovers what was
    not spent, or cuts by a unit's surplus; for ``other`` reasons else.
    """
    return {rule.id: _causes(rule) for rule in link_rules(rules)}


def _causes(rule: LinkRule) -> tuple[str, ...]:
    found = {_LOOKS_AT[name] for name in (*rule.values, *rule.numbers) if name in _LOOKS_AT}
    if not found:
        found = {"execution" if rule.action in ("recover", "cut_surplus") else "other"}
    return tuple(cause for cause in CAUSES if cause in found)


__all__ = ["CAUSES", "rule_causes"]
