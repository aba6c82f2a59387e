"""The standard split of 100 points, and projects whose own split differs from it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from perfanalysis.data.checks import Standards
from perfanalysis.errors import RuleError
from perfanalysis.rules.values import RulesInForce
from perfanalysis.scoring.exact import HUNDREDTHS, Bools, Ints, hundredths

LEVELS = {"cost": "成本", "output": "产出", "benefit": "效益", "satisfaction": "满意度"}
NOT_NAMED = -1


def standard_points(
    level1: pd.Series, of: Ints, projects: int, rules: RulesInForce
) -> dict[str, Ints]:
    """Hundredths that the rule gives to execution and to each level 1, a value a project.

    Parameters
    ----------
    level1 : Series of str, shape (n,)
        Level-1 code of each indicator.
    of : ndarray of int64, shape (n,)
        Position of its project.
    projects : int
        Number of projects.
    rules : RulesInForce
        A project with a cost indicator is held to ``self.weights_with_cost`` where that is in
        force, any other to ``self.weights``. Without satisfaction indicators those points go
        where ``self.no_satisfaction_to`` says.

    Returns
    -------
    dict of str to ndarray of int64, shape (projects,)
        ``execution`` (0 where the rule gives it none) and the codes of `LEVELS` (`NOT_NAMED`
        where the rule names no points for it, so that there is nothing to compare with).

    Raises
    ------
    RuleError
        If a rule gives points that are no multiple of 0.01.
    """
    plain = rules.value("self.weights")
    split = rules.value("self.weights_with_cost") if "self.weights_with_cost" in rules else plain
    with_cost = _has(level1, "cost", of, projects)
    standard = {
        level: np.where(with_cost, _points(split, level), _points(plain, level))
        for level in ("execution", *LEVELS)
    }
    if "self.no_satisfaction_to" in rules:
        other = rules.value("self.no_satisfaction_to")
        without = ~_has(level1, "satisfaction", of, projects)
        named = (standard["satisfaction"] > 0) & (standard[other] >= 0)
        moved = np.where(without & named, standard["satisfaction"], 0)
        standard[other] = standard[other] + moved
        standard["satisfaction"] = standard["satisfaction"] - moved
    return standard


def standards_of(rules: RulesInForce) -> Standards:
    """What the checks of the data need of the rules in force."""
    if "self.weights" not in rules:
        return Standards()
    plain = rules.value("self.weights")
    split = rules.value("self.weights_with_cost") if "self.weights_with_cost" in rules else plain
    return Standards(
        execution_points=float(plain.get("execution", 0)),
        execution_points_with_cost=float(split.get("execution", 0)),
    )


def level_points(level1: pd.Series, points: Ints, of: Ints, projects: int) -> dict[str, Ints]:
    """Hundredths of each level 1 that a project's own indicators carry."""
    found = {}
    for level in LEVELS:
        mask = (level1 == level).to_numpy("bool", na_value=False)
        found[level] = total_of(points[mask], of[mask], projects)
    return found


def deviating(standard: Mapping[str, Ints], own: Mapping[str, Ints]) -> Bools:
    """Projects of which some level 1 carries other points than the standard."""
    differs: Bools = np.logical_or.reduce(
        [(standard[level] != NOT_NAMED) & (standard[level] != own[level]) for level in LEVELS]
    )
    return differs


def split_text(points: Mapping[str, Ints], project: int) -> str:
    """``产出50、效益30、满意度10`` of one project."""
    parts = [
        f"{label}{points[level][project] / HUNDREDTHS:g}"
        for level, label in LEVELS.items()
        if points[level][project] > 0
    ]
    return "、".join(parts)


def total_of(values: Ints, of: Ints, projects: int) -> Ints:
    """Sums of whole numbers by project; exact below 2⁵³."""
    return np.bincount(of, weights=values, minlength=projects).astype(np.int64)


def _has(level1: pd.Series, level: str, of: Ints, projects: int) -> Bools:
    mask = (level1 == level).to_numpy("bool", na_value=False)
    return np.bincount(of[mask], minlength=projects) > 0


def _points(weights: Mapping[str, float], level: str) -> int:
    if level not in weights:
        return 0 if level == "execution" else NOT_NAMED
    points, valid = hundredths(np.array([weights[level]], dtype="float64"))
    if not valid[0]:
        raise RuleError(
            f"规则 self.weights 的 {level} 为 {weights[level]!r}，应为0.01的倍数。请改正。"
        )
    return int(points[0])


__all__ = [
    "LEVELS",
    "NOT_NAMED",
    "deviating",
    "level_points",
    "split_text",
    "standard_points",
    "standards_of",
    "total_of",
]
