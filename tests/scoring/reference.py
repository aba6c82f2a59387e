"""The rules of self-evaluation once more, one indicator at a time, in `Decimal` and nothing else.

Written from the text of the rules (docs/method-scoring.md), not from the product: slow and plain,
so that it can be checked by eye.
"""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, localcontext

CENT = Decimal("0.01")
FULL = Decimal(100)


@dataclass(frozen=True)
class Reference:
    """Points kept (None: none can be given) and the rule that took points off (None: none)."""

    kept: Decimal | None
    rule: str | None


def exact(number):
    """The decimal that a float stands for, e.g. 82.675; None where it is empty."""
    return None if number is None else Decimal(repr(float(number)))


def half_up(value):
    return value.quantize(CENT, ROUND_HALF_UP)


def score(*, points, op, target, actual, actual_text, stated, formula="linear"):
    """What one indicator keeps."""
    with localcontext() as context:
        context.prec = 1500  # enough for any two floats
        return _score(
            exact(points), op, exact(target), exact(actual), actual_text, exact(stated), formula
        )


def _score(points, op, target, actual, actual_text, stated, formula):
    if points is None or points < 0 or points != half_up(points):
        return Reference(None, None)
    if actual is None and actual_text is None:
        return _lost(points, Decimal(0), "self.missing_actual")
    if op not in ("at_least", "at_most", "equal") or target is None or actual is None:
        if stated is None:
            return Reference(None, None)
        kept = half_up(min(max(stated, Decimal(0)), points))
        return _lost(points, kept, "self.qualitative_judgement")
    if op == "at_most":
        return _ceiling(points, target, actual, formula)
    if op == "equal" and target == 0:
        return _met_or_zero(points, actual <= 0)
    if target <= 0:
        return _met_or_zero(points, actual >= target)
    kept = half_up(points * min(max(actual, Decimal(0)), target) / target)
    return _lost(points, kept, "self.quantitative")


def _ceiling(points, target, actual, formula):
    if actual <= target:
        return Reference(points, None)
    if target <= 0:
        return _met_or_zero(points, False)
    if formula == "ratio":
        kept = half_up(points * target / actual)
    else:
        kept = half_up(max(Decimal(0), points * (1 - (actual - target) / target)))
    return _lost(points, kept, "self.ceiling_formula")


def _met_or_zero(points, met):
    return _lost(points, points if met else Decimal(0), "self.nonpositive_target")


def _lost(points, kept, rule):
    return Reference(kept, rule if kept < points else None)


def grade(total, floors):
    """The grade of a total with two decimals."""
    return max((floor, name) for name, floor in floors.items() if total >= floor)[1]
