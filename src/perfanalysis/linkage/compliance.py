"""Of the money that the rules said to cut, how much was cut, and who was spared."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from perfanalysis.errors import DataError
from perfanalysis.linkage.amounts import MICRO, micro, scaled_down
from perfanalysis.linkage.inference import Effect, estimate_effects
from perfanalysis.linkage.proposal import Proposal
from perfanalysis.scoring.exact import Ints

CUTS = ("withhold", "cut", "cut_surplus", "recover", "cancel")
THRESHOLDS = (90.0, 80.0, 60.0)
NEAR = 5.0
"""Points on either side of a threshold that are compared."""


@dataclass(frozen=True)
class Compliance:
    """Cuts that the rules called for beside those that were made.

    Attributes
    ----------
    projects : DataFrame
        One row a project that a rule said to cut: project_id, unit_id, name, base_wan,
        proposed_wan, approved_wan (0 where nothing was approved), called_wan (cuts called for),
        cut_wan (base − approved, between 0 and the cuts called for), spared (nothing was cut).
    by_rule : DataFrame
        rule, title, projects, called_wan, cut_wan, rate (cut ÷ called), spared (projects).
        The cut of a project under several rules is shared in proportion.
    by_unit : DataFrame
        unit_id and the same.
    called_wan, cut_wan : float
        Together, 万元.
    """

    projects: pd.DataFrame
    by_rule: pd.DataFrame
    by_unit: pd.DataFrame
    called_wan: float
    cut_wan: float

    @property
    def rate(self) -> float:
        """Cut ÷ called for; NaN where nothing was called for."""
        return self.cut_wan / self.called_wan if self.called_wan else float("nan")


def check_compliance(proposal: Proposal, requests: pd.DataFrame) -> Compliance:
    """Hold the approved budgets against the cuts of a proposal.

    Parameters
    ----------
    proposal : Proposal
    requests : DataFrame
        Table ``budget_requests`` of the year that the money is for, with what was approved.

    Returns
    -------
    Compliance

    Raises
    ------
    DataError
        If nothing is approved yet.
    """
    if requests["approved_wan"].isna().all():
        raise DataError("预算申请表没有批复数，不能核对结果应用。请在批复后填写 approved_wan。")
    projects = proposal.projects.set_index("project_id")
    based = projects.index[projects["base_wan"] > 0]
    steps = proposal.steps.loc[proposal.steps["project_id"].isin(based)]
    floors = steps.loc[steps["action"] == "floor"]
    given = floors.assign(given=micro(floors["amount_wan"])).groupby("project_id")["given"].sum()
    steps = steps.loc[steps["action"].isin(CUTS) & (steps["amount_wan"] < 0)]
    steps = steps.assign(called=micro(-steps["amount_wan"]))
    called = steps.groupby("project_id", sort=False)["called"].sum()
    most = (called - given.reindex(called.index).fillna(0)).to_numpy("int64")
    approved = requests.set_index("project_id")["approved_wan"].reindex(called.index).fillna(0.0)
    own = projects.loc[called.index]
    cut = np.clip(micro(own["base_wan"]) - micro(approved), 0, most)
    table = own[["unit_id", "name", "base_wan", "proposed_wan"]].assign(
        approved_wan=approved, called_wan=most / MICRO, cut_wan=cut / MICRO, spared=cut == 0
    )
    shared = _shared(steps, pd.Series(most, called.index), pd.Series(cut, called.index))
    return Compliance(
        projects=table.reset_index(),
        by_rule=_summed(shared, ["rule", "title"]),
        by_unit=_summed(shared, ["unit_id"]),
        called_wan=int(most.sum()) / MICRO,
        cut_wan=int(cut.sum()) / MICRO,
    )


def _shared(steps: pd.DataFrame, called: pd.Series, cut: pd.Series) -> pd.DataFrame:
    """What was called for and cut of each project, given to its rules in proportion; exact."""
    parts = []
    for project, rows in steps.groupby("project_id", sort=False):
        weights = rows["called"].to_numpy("int64")
        both = {"called": _split(weights, called[project]), "cut": _split(weights, cut[project])}
        parts.append(rows.assign(**both, spared=cut[project] == 0))
    empty = steps.assign(cut=steps["called"], spared=False)
    return pd.concat(parts, ignore_index=True) if parts else empty


def _split(weights: Ints, whole: int) -> Ints:
    """A whole in proportion to weights that are not less in sum; what is left goes to the first."""
    given = scaled_down(weights, int(whole)).copy()
    room = np.flatnonzero(given < weights)
    given[room[: int(whole - given.sum())]] += 1
    return given


def _summed(shared: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    spared = shared["project_id"].where(shared["spared"])
    groups = shared.assign(spared_id=spared).groupby(by, sort=False)
    table = groups.agg(
        projects=("project_id", "nunique"),
        called=("called", "sum"),
        cut=("cut", "sum"),
        spared=("spared_id", "nunique"),
    ).reset_index()
    table = table.assign(
        called_wan=table["called"] / MICRO,
        cut_wan=table["cut"] / MICRO,
        rate=table["cut"] / table["called"],
    )
    order = [*by, "projects", "called_wan", "cut_wan", "rate", "spared"]
    return table.sort_values("called_wan", ascending=False, kind="stable", ignore_index=True)[order]


def near_thresholds(panel: pd.DataFrame, *, near: float = NEAR) -> pd.DataFrame:
    """Budgets of projects just under and just over each grade line: an illustration only.

    Parameters
    ----------
    panel : DataFrame
        ``LinkagePanel.rows``.
    near : float
        Points on either side.

    Returns
    -------
    DataFrame
        threshold, below, above (projects), change_below, change_above (mean ln of approved ÷
        base), estimate, low, high (of the jump, slopes on both sides held; CR2 by unit), refused.

    Notes
    -----
    Who stands near a line is few, and a score can be steered over it: no proof either way.
    """
    rows = []
    change = np.log(panel["approved_wan"] / panel["base_wan"])
    for threshold in THRESHOLDS:
        gap = panel["review_total"] - threshold
        close = (gap >= -near) & (gap < near)
        table = pd.DataFrame(
            {"unit_id": panel["unit_id"], "budget_year": panel["budget_year"], "change": change}
        ).assign(over=(gap >= 0) * 1.0, gap=gap, turned=gap * (gap >= 0))[close]
        sides = [table.loc[table["over"] == side, "change"] for side in (0.0, 1.0)]
        rows.append(
            {
                "threshold": threshold,
                "below": len(sides[0]),
                "above": len(sides[1]),
                "change_below": sides[0].mean(),
                "change_above": sides[1].mean(),
                **_jump(table),
            }
        )
    return pd.DataFrame(rows)


def _jump(table: pd.DataFrame) -> dict[str, float | str]:
    nan = float("nan")
    try:
        found: Effect = estimate_effects(
            table, outcome="change", regressors=["over", "gap", "turned"], cluster="unit_id",
            effects=["budget_year"],
        )[0]  # fmt: skip
    except DataError:
        return {"estimate": nan, "low": nan, "high": nan, "refused": "两侧项目太少"}
    return {
        "estimate": found.estimate if not found.refused else nan,
        "low": found.low,
        "high": found.high,
        "refused": found.refused,
    }


__all__ = ["CUTS", "NEAR", "THRESHOLDS", "Compliance", "check_compliance", "near_thresholds"]
