"""What was proposed for each project beside what was approved: whether results decided."""

from __future__ import annotations

import numpy as np
import pandas as pd

from perfanalysis.linkage.amounts import MICRO, micro
from perfanalysis.linkage.compliance import check_compliance
from perfanalysis.linkage.proposal import Proposal
from perfanalysis.scoring.exact import Ints

WAYS = ("less", "same", "more")
"""Less than the base, the same, more."""
DECISIONS = ("spared", "partly", "followed", "as_proposed", "over", "under", "open")
DECIDED_COLUMNS = (
    "project_id",
    "unit_id",
    "name",
    "grade",
    "base_wan",
    "called_wan",
    "proposed_wan",
    "approved_wan",
    "over_wan",
    "proposed_way",
    "approved_way",
    "decision",
)


def decided_projects(proposal: Proposal, requests: pd.DataFrame) -> pd.DataFrame:
    """Put what was approved beside what was proposed, for every project that went on.

    Parameters
    ----------
    proposal : Proposal
    requests : DataFrame
        Table ``budget_requests`` of the year that the money is for, with what was approved.

    Returns
    -------
    DataFrame
        `DECIDED_COLUMNS`, one row a continued project: called_wan (cuts that the rules called for,
        see `check_compliance`), approved_wan (0 where nothing was approved), over_wan (approved −
        proposed), proposed_way and approved_way (`WAYS`, beside the base), decision: of a project
        that was to be cut, whether that was ``spared``, done ``partly`` or ``followed``; of another
        whether it got what was proposed (``as_proposed``), more (``over``) or less (``under``);
        ``open`` where the rules left the amount to be decided.

    Raises
    ------
    DataError
        If nothing is approved yet.
    """
    own = proposal.projects.loc[proposal.projects["status"] == "continued"].reset_index(drop=True)
    checked = check_compliance(proposal, requests).projects.set_index("project_id")
    approved = requests.set_index("project_id")["approved_wan"].reindex(own["project_id"])
    called, cut = (
        micro(checked[name].reindex(own["project_id"])) for name in ("called_wan", "cut_wan")
    )
    base, proposed, given = (
        micro(amounts) for amounts in (own["base_wan"], own["proposed_wan"], approved)
    )
    cases = {
        "spared": (called > 0) & (cut == 0),
        "partly": (called > 0) & (cut < called),
        "followed": called > 0,
        "open": own["decide"].to_numpy("bool"),
        "over": given > proposed,
        "under": given < proposed,
    }
    return own.assign(
        called_wan=called / MICRO,
        approved_wan=given / MICRO,
        over_wan=(given - proposed) / MICRO,
        proposed_way=_way(proposed, base),
        approved_way=_way(given, base),
        decision=pd.array(np.select([*cases.values()], [*cases], "as_proposed"), dtype="str"),
    )[list(DECIDED_COLUMNS)]


def _way(amounts: Ints, base: Ints) -> pd.api.extensions.ExtensionArray:
    return pd.array(np.array(WAYS)[np.sign(amounts - base) + 1], dtype="str")


def ways_taken(decided: pd.DataFrame) -> pd.DataFrame:
    """Where approved budgets went, by where the proposal pointed.

    Parameters
    ----------
    decided : DataFrame
        From `decided_projects`; projects whose amount was left to be decided are not counted.

    Returns
    -------
    DataFrame
        One row a `WAYS` of the proposal that has projects: proposed_way, projects, base_wan,
        proposed_wan, approved_wan, and the projects whose approved budget was less than the base,
        the same and more: approved_less, approved_same, approved_more.
    """
    own = decided.loc[decided["decision"] != "open"]
    exact = own[["proposed_way"]].assign(
        projects=1,
        **{name: micro(own[name]) for name in ("base_wan", "proposed_wan", "approved_wan")},
        **{f"approved_{way}": (own["approved_way"] == way).astype("int64") for way in WAYS},
    )
    sums = exact.groupby("proposed_way").sum().reindex([*WAYS]).dropna().astype("int64")
    money = {name: sums[name] / MICRO for name in sums if name.endswith("_wan")}
    return sums.assign(**money).reset_index()


__all__ = ["DECIDED_COLUMNS", "DECISIONS", "WAYS", "decided_projects", "ways_taken"]
