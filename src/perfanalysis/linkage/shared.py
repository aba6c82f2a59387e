"""How the money that rules freed was shared out among the projects that are served first."""

from __future__ import annotations

import numpy as np
import pandas as pd

from perfanalysis.linkage.amounts import MICRO, micro, share_of
from perfanalysis.linkage.proposal import Proposal

FREED = ("cut", "cut_surplus", "recover", "cancel", "floor")
"""Actions whose money may be given again, and what gives some of it back."""


def shared_pool(proposal: Proposal) -> pd.DataFrame:
    """Tell what was freed in each kind of budget, what was wanted of it, and what was given.

    Parameters
    ----------
    proposal : Proposal

    Returns
    -------
    DataFrame
        One row a fund kind in which money was freed or wanted: fund_kind, freed_wan (cut and not
        given back by a floor), projects (that could get more), wanted_wan (what they could get at
        most), given_wan, given_share (given ÷ wanted; empty where nothing was wanted).
    """
    steps = proposal.steps
    given = steps.loc[steps["action"] == "prioritise"]
    wanted = _wanted(given, proposal)
    cuts = steps.loc[steps["action"].isin(FREED)]
    sums = {
        "freed": (-micro(cuts["amount_wan"]), cuts["fund_kind"]),
        "projects": ((wanted > 0).astype("int64"), given["fund_kind"]),
        "wanted": (wanted, given["fund_kind"]),
        "given": (micro(given["amount_wan"]), given["fund_kind"]),
    }
    table = pd.DataFrame(
        {
            name: pd.Series(values, by.index).groupby(by, observed=True).sum()
            for name, (values, by) in sums.items()
        }
    )
    table = table.fillna(0).astype("int64")
    table = table.loc[(table["freed"] > 0) | (table["wanted"] > 0)]
    amounts = {f"{name}_wan": table[name] / MICRO for name in ("freed", "wanted", "given")}
    share = table["given"] / table["wanted"].where(table["wanted"] > 0)
    columns = ["fund_kind", "freed_wan", "projects", "wanted_wan", "given_wan", "given_share"]
    return table.assign(**amounts, given_share=share).reset_index(names="fund_kind")[columns]


def _wanted(given: pd.DataFrame, proposal: Proposal) -> np.ndarray:
    """What each step that gives could have added at most, in 10⁻⁶ 万元."""
    rules = next(value.value for value in proposal.rules if value.key == "link.rules")
    share = {rule["id"]: rule["share"] for rule in rules if rule["action"] == "prioritise"}
    own = proposal.projects.set_index("project_id").loc[given["project_id"]]
    base, asked = micro(own["base_wan"]), micro(own["requested_wan"])
    have = micro(given["after_wan"]) - micro(given["amount_wan"])
    more = np.zeros(len(given), dtype=np.int64)
    for rule, part in share.items():
        rows = (given["rule"] == rule).to_numpy("bool")
        more[rows] = share_of(base[rows], part)
    result: np.ndarray = np.maximum(np.minimum(asked, base + more) - have, 0)
    return result


__all__ = ["FREED", "shared_pool"]
