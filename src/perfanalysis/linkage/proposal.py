"""What the results propose for the next budget: every project's way from its base to its amount.

The proposal is the agency's, for the finance bureau to decide on. Money stays inside its fund
kind; every step names its rule and on whose authority it stands; steps, projects, units, fund
kinds and the district tie exactly.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from perfanalysis.data.findings import Finding
from perfanalysis.data.tables import YearData
from perfanalysis.linkage.amounts import MICRO, micro, wan
from perfanalysis.linkage.joined import joined_findings, joined_projects
from perfanalysis.linkage.steps import Walked, walk
from perfanalysis.rules.values import DatedValue, RulesInForce
from perfanalysis.scoring.exact import Ints
from perfanalysis.scoring.key_evaluation import KeyEvaluation
from perfanalysis.scoring.projects import ProjectScores

LEVELS = {
    "district": (),
    "fund_kind": ("fund_kind",),
    "unit": ("unit_id",),
    "unit_fund_kind": ("unit_id", "fund_kind"),
}
STATUSES = ("continued", "new", "not_requested", "refused")


@dataclass(frozen=True)
class Proposal:
    """The proposal for the next budget, in 万元.

    Attributes
    ----------
    budget_year : int
        Of the base, i.e. the work year.
    projects : DataFrame
        One row a project with a base or a request, those of the base year first: project_id,
        unit_id, name, fund_kind, special_kind, project_type, base_wan, requested_wan, score,
        grade (code, ``none`` without one), result_from (``key``, ``review`` or empty),
        execution_rate, proposed_wan, change_wan (proposed − base, a missing base counting 0),
        decide (a rule without a number leaves the amount to be decided), status (`STATUSES`),
        reason (why there is no result, no base or no proposal; else empty). A refused project has
        no proposal.
    steps : DataFrame
        `STEP_COLUMNS`: of each project its base (or request, where new), each rule that applied,
        and the rounding; the amounts add up to its proposal exactly. Action ``barred`` is a rule
        that would have given more, had the project not been cut or barred from an increase.
        ``document`` is where the amount comes from, ``direction`` the national text whose
        direction the rule follows.
    totals : DataFrame
        level (`LEVELS`), unit_id and fund_kind (empty where all), projects, one column for each
        of `STATUSES` (numbers), base_wan, requested_wan, proposed_wan, change_wan, new_wan
        (proposed for projects without a base, inside proposed_wan). Refused projects are counted
        and have no money in the sums.
    rules : tuple of DatedValue
        Rules of linkage in force.
    findings : tuple of Finding
        Refused projects.
    """

    budget_year: int
    projects: pd.DataFrame
    steps: pd.DataFrame
    totals: pd.DataFrame
    rules: tuple[DatedValue, ...]
    findings: tuple[Finding, ...]


def propose_budget(
    scores: ProjectScores,
    base: YearData,
    requests: pd.DataFrame,
    rules: RulesInForce,
    *,
    key_evaluation: KeyEvaluation | None = None,
    circumstances: pd.DataFrame | None = None,
) -> Proposal:
    """Propose the next budget from results, base and requests.

    Parameters
    ----------
    scores : ProjectScores
        Review of the evaluated budget year.
    base : YearData
        The work year, with ``projects`` and ``funds``: its initial budget is the base.
    requests : DataFrame
        Table ``budget_requests`` of the year that the money is for.
    rules : RulesInForce
        With the rules of linkage (``link.*``).
    key_evaluation : KeyEvaluation, optional
        Its grades go before those of the review.
    circumstances : DataFrame, optional
        From `project_circumstances`; needed where rules look at more than results and execution.

    Returns
    -------
    Proposal

    Raises
    ------
    RuleNotInForceError
        If a rule of linkage has no value on the date.
    RuleFileError
        If the rules of linkage contradict each other.
    DataError
        If amounts are too large to add up exactly, or a rule needs circumstances that are not
        given.

    References
    ----------
    财政部，《项目支出绩效评价管理办法》，财预〔2020〕10号; 中发〔2018〕34号. Both give a direction
    and no shares.
    """
    table = joined_projects(scores, base, requests, key_evaluation, circumstances)
    walked = walk(table, rules)
    projects = _projects(table, walked)
    return Proposal(
        budget_year=base.budget_year,
        projects=projects,
        steps=walked.steps,
        totals=_totals(projects, walked.proposed),
        rules=tuple(value for value in rules.all() if value.key.startswith("link.")),
        findings=joined_findings(table, base.budget_year),
    )


def _projects(table: pd.DataFrame, walked: Walked) -> pd.DataFrame:
    refused = (table["status"] == "refused").to_numpy("bool")
    change = walked.proposed - micro(table["base_wan"])
    columns = ["project_id", "unit_id", "name", "fund_kind", "special_kind", "project_type"]
    columns += ["base_wan", "requested_wan", "score", "grade", "result_from", "execution_rate"]
    return table[columns].assign(
        proposed_wan=np.where(refused, np.nan, wan(walked.proposed)),
        change_wan=np.where(refused, np.nan, wan(change)),
        decide=walked.decide,
        status=table["status"],
        reason=table["reason"],
    )


def _totals(projects: pd.DataFrame, proposed: Ints) -> pd.DataFrame:
    """Exact sums of each level, sorted by its keys: those of the finest, put together."""
    keys = ["unit_id", "fund_kind"]
    own = projects[keys].assign(**_summands(projects, proposed))
    finest = own.groupby(keys, sort=False, observed=True, dropna=False).sum().reset_index()
    table = pd.concat([_level(finest, level) for level in LEVELS], ignore_index=True)
    money = [name for name in table if name.endswith("_wan")]
    table[money] = table[money] / MICRO
    return table.astype({"level": "str", "unit_id": "str", "fund_kind": "str"})


def _summands(projects: pd.DataFrame, proposed: Ints) -> dict[str, Ints]:
    """What each project adds to the sums, money in 10⁻⁶ 万元."""
    status = projects["status"].to_numpy("str")
    numbers = {each: (status == each).astype(np.int64) for each in STATUSES}
    counted = 1 - numbers["refused"]
    base, asked = micro(projects["base_wan"]), micro(projects["requested_wan"])
    return {
        "projects": np.ones(len(projects), dtype=np.int64),
        **numbers,
        "base_wan": base * counted,
        "requested_wan": asked * counted,
        "proposed_wan": proposed * counted,
        "change_wan": (proposed - base) * counted,
        "new_wan": proposed * numbers["new"],
    }


def _level(finest: pd.DataFrame, level: str) -> pd.DataFrame:
    by = list(LEVELS[level])
    if by:
        sums = finest.groupby(by, observed=True, dropna=False).sum(numeric_only=True).reset_index()
    else:
        sums = finest.sum(numeric_only=True).to_frame().T
    blank = {name: "" for name in ("unit_id", "fund_kind") if name not in by}
    return sums.assign(level=level, **blank)[["level", *finest.columns]]


__all__ = ["LEVELS", "STATUSES", "Proposal", "propose_budget"]
