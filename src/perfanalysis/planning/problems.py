"""The problems of a year in the three groups of a district's work summary."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import pandas as pd

GROUPS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "management": (
            "low-execution",
            "executed-over-budget",
            "initial-zero",
            "year-end-rush",
            "payment-ahead-of-work",
            "payment-over-contract",
            "payment-before-acceptance",
            "retention-not-kept",
            "advance-over-terms",
            "retention-over-terms",
            "progress-underpaid",
            "payment-split",
            "payment-duplicate",
            "payment-round",
            "payment-outside-year",
            "payment-weekend",
            "payee-out-of-scope",
            "purpose-out-of-scope",
            "purpose-unmatched",
            "budget-line-foreign",
            "budget-line-over",
            "account-mixed",
            "transfer-unapproved",
            "outturn-off",
            "composition-off",
            "score-above-rule",
        ),
        "targets": (
            "target-missing",
            "target-unmeasurable",
            "indicators-identical",
            "money-as-quantity",
            "quality-missing",
            "cost-missing",
            "satisfaction-missing",
        ),
        "effect": (
            "result-missed",
            "carry-over-two-years",
            "funds-idle",
            "no-movement",
            "asset-idle",
            "upkeep-missing",
        ),
    }
)


def problem_groups(flags: pd.DataFrame, *, examples: int = 2) -> pd.DataFrame:
    """Count flags by kind, in the order of `GROUPS`.

    Parameters
    ----------
    flags : DataFrame
        See `perfanalysis.data.flags`.
    examples : int, default 2
        Projects named for each kind: those with most money, else in the order given.

    Returns
    -------
    DataFrame
        Columns ``group``, ``kind``, ``flags``, ``projects``, ``units`` (numbers), ``amount_wan``
        (万元, missing where the kind has no money), ``examples`` (names, joined by 、),
        ``basis`` (of the rule that the kind rests on; empty where it needs none). A kind that
        was not seen has zeros.
    """
    rows = [
        (group, kind, *_counted(flags[flags["kind"] == kind], examples))
        for group, kinds in GROUPS.items()
        for kind in kinds
    ]
    columns = ["group", "kind", "flags", "projects", "units", "amount_wan", "examples", "basis"]
    return pd.DataFrame(rows, columns=columns)


def _counted(seen: pd.DataFrame, examples: int) -> tuple[object, ...]:
    largest = seen.sort_values("amount_wan", ascending=False, kind="stable")
    names = largest["name"].drop_duplicates().head(examples)
    return (
        len(seen),
        seen["project_id"].nunique(),
        seen["unit_id"].nunique(),
        seen["amount_wan"].sum(min_count=1),
        "、".join(names),
        next(iter(seen["basis"].dropna()), ""),
    )


__all__ = ["GROUPS", "problem_groups"]
