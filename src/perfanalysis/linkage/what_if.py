"""The same year under other rules, side by side."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from perfanalysis.errors import DataError
from perfanalysis.linkage.amounts import MICRO, micro
from perfanalysis.linkage.proposal import Proposal


def compare_proposals(proposals: Mapping[str, Proposal]) -> pd.DataFrame:
    """Put proposals for the same requests beside each other.

    Parameters
    ----------
    proposals : mapping of str to Proposal
        By the name of the rule set; the first is what the others are held against.

    Returns
    -------
    DataFrame
        One row a project with a proposal under every rule set, in the order of the first:
        project_id, unit_id, name, fund_kind, base_wan; for each rule set its amount in a column
        of its name, and ``<name>_less_<first>`` for each but the first (exact, 万元).

    Raises
    ------
    DataError
        If the proposals are not for the same projects and bases.
    """
    (first, own), *others = proposals.items()
    table = own.projects[["project_id", "unit_id", "name", "fund_kind", "base_wan"]]
    table = table.assign(**{first: own.projects["proposed_wan"]})
    for name, other in others:
        same = other.projects[["project_id", "base_wan"]].equals(
            own.projects[["project_id", "base_wan"]]
        )
        if not same:
            raise DataError(
                f"“{name}”与“{first}”不是同一年度、同一批项目的建议，不能并列。"
                "请用相同的数据，只换规则文件。"
            )
        amounts = other.projects["proposed_wan"]
        less = (micro(amounts) - micro(own.projects["proposed_wan"])) / MICRO
        table = table.assign(**{name: amounts, f"{name}_less_{first}": less})
    return table.dropna(subset=list(proposals)).reset_index(drop=True)


__all__ = ["compare_proposals"]
