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


def units_apart(compared: pd.DataFrame, own: str, other: str) -> pd.DataFrame:
    """By how much two proposals differ, by unit.

    Parameters
    ----------
    compared : DataFrame
        From `compare_proposals`, the first of them `own`.
    own, other : str
        Names of the two.

    Returns
    -------
    DataFrame
        Of the units with projects that differ, and of these projects alone: unit_id, projects
        (number), base_wan, proposed_wan (under `own`), other_wan, less_wan (other − own; exact,
        万元), largest difference first.
    """
    less = f"{other}_less_{own}"
    named = {"base_wan": "base_wan", own: "proposed_wan", other: "other_wan", less: "less_wan"}
    exact = compared[["unit_id"]].assign(
        projects=1, **{new: micro(compared[old]) for old, new in named.items()}
    )
    sums = exact.loc[exact["less_wan"] != 0].groupby("unit_id", sort=True).sum()
    table = sums.assign(**{new: sums[new] / MICRO for new in named.values()}).reset_index()
    return table.iloc[table["less_wan"].abs().argsort(kind="stable")[::-1]].reset_index(drop=True)


def rules_apart(own: Proposal, other: Proposal) -> pd.DataFrame:
    """Which rules make two proposals for the same requests differ.

    Parameters
    ----------
    own, other : Proposal
        Of the same projects and bases.

    Returns
    -------
    DataFrame
        One row a rule (by its title) that moved other money under one than under the other, in the
        projects whose proposals differ: title, projects (number that it moved under either),
        own_wan, other_wan, less_wan (other − own; exact, 万元). ``less_wan`` adds up to the
        difference of the proposals. Largest difference first.

    Raises
    ------
    DataError
        If the proposals are not for the same projects and bases.
    """
    compared = compare_proposals({"own": own, "other": other})
    differ = compared.loc[micro(compared["other_less_own"]) != 0, "project_id"]
    steps = pd.concat([_moves(each.steps, differ, name) for name, each in _both(own, other)])
    sums = steps.groupby("title", sort=False)[["own", "other"]].sum()
    less = sums["other"] - sums["own"]
    table = pd.DataFrame(
        {
            "projects": steps.groupby("title", sort=False)["project_id"].nunique(),
            "own_wan": sums["own"] / MICRO,
            "other_wan": sums["other"] / MICRO,
            "less_wan": less / MICRO,
        }
    ).loc[less != 0]
    order = table["less_wan"].abs().argsort(kind="stable")[::-1]
    return table.iloc[order].reset_index()


def _both(own: Proposal, other: Proposal) -> tuple[tuple[str, Proposal], ...]:
    return ("own", own), ("other", other)


def _moves(steps: pd.DataFrame, projects: pd.Series, name: str) -> pd.DataFrame:
    """The steps of some projects that move money, under `name`; 0 under the other one."""
    steps = steps.loc[steps["project_id"].isin(projects)]
    amounts = micro(steps["amount_wan"])
    table = steps[["project_id", "title"]].assign(**{"own": 0, "other": 0, name: amounts})
    return table.loc[amounts != 0]


__all__ = ["compare_proposals", "rules_apart", "units_apart"]
