"""What the pages of all units show of the evaluated year and of the proposal, in whole frames."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from perfanalysis.data.lookup import numbers_of
from perfanalysis.linkage.amounts import MICRO, micro
from perfanalysis.report.markup import row_anchor
from perfanalysis.scoring.projects import ProjectScores
from perfanalysis.scoring.summary import rule_losses
from perfanalysis.suite.views.by_unit import ByUnit, by_unit, kept
from perfanalysis.suite.views.linkage import trivial
from perfanalysis.suite.workyear import WorkYear

LARGEST = 10
STATUSES = ("continued", "not_requested", "new")


@dataclass(frozen=True, slots=True)
class UnitFrames:
    """Frames of all units; see the attributes of `UnitView` of the same name.

    Attributes
    ----------
    summary, projects, ledger, losses, largest, flags, monitored, monitored_total : ByUnit
    """

    summary: ByUnit
    projects: ByUnit
    ledger: ByUnit
    losses: ByUnit
    largest: ByUnit
    flags: ByUnit
    monitored: ByUnit
    monitored_total: ByUnit


@dataclass(frozen=True, slots=True)
class ProposedFrames:
    """What is proposed to all units.

    Attributes
    ----------
    projects, proposed, steps : ByUnit
        Every row of the proposal; those with a budget, with ``approved_wan`` where that is known;
        their steps.
    moves : ByUnit
        What each rule gave or took: ``move`` (one of `MOVES`), ``rule_title``, ``document``,
        ``projects``, ``step_wan``.
    """

    projects: ByUnit
    proposed: ByUnit
    steps: ByUnit
    moves: ByUnit


MOVES = ("cut", "drop", "new", "other")
"""What the steps of a proposal are told apart by, in the order shown."""


@kept
def unit_frames(year: WorkYear) -> UnitFrames:
    """Gather the frames of all units, each in the order in which a page shows its rows."""
    scores = year.scores
    projects = scores.projects.sort_values(
        ["annual_wan", "project_id"], ascending=[False, True], ignore_index=True
    )
    projects = projects.assign(anchor=projects["project_id"].map(row_anchor))
    ledger = _ledger(scores, projects)
    return UnitFrames(
        summary=by_unit(year.unit_summaries),
        projects=by_unit(projects),
        ledger=by_unit(ledger),
        losses=by_unit(rule_losses(ledger, scores.rules, within=["unit_id"])),
        largest=by_unit(_largest(ledger)),
        flags=by_unit(year.flags),
        monitored=by_unit(_monitored(year)),
        monitored_total=by_unit(year.monitored_totals, "key"),
    )


@kept
def proposed_frames(year: WorkYear) -> ProposedFrames:
    """Gather the proposal for all units, of a work year in which somebody requested a budget."""
    projects = year.proposal.projects
    proposed = projects.dropna(subset=["proposed_wan"]).sort_values(
        "status", key=lambda status: status.map(STATUSES.index), kind="stable"
    )
    approved = year.requests.drop_duplicates("project_id").set_index("project_id")["approved_wan"]
    proposed = proposed.assign(approved_wan=numbers_of(proposed["project_id"], approved))
    steps = year.proposal.steps
    return ProposedFrames(
        projects=by_unit(projects),
        proposed=by_unit(proposed),
        steps=by_unit(_steps(steps, proposed)),
        moves=by_unit(_moves(steps[steps["project_id"].isin(proposed["project_id"])])),
    )


def _moves(steps: pd.DataFrame) -> pd.DataFrame:
    """What each rule moved of each unit, exact: by `MOVES`, then as rules apply."""
    own = steps[(steps["action"] != "base") & (micro(steps["amount_wan"]) != 0)]
    move = own["action"].where(own["action"].isin(MOVES), "other")
    own = own.assign(step=micro(own["amount_wan"]), move=move)
    own = own.sort_values("move", key=lambda move: move.map(MOVES.index), kind="stable")
    groups = own.groupby(["unit_id", "move", "title", "document"], sort=False)
    table = groups.agg(projects=("project_id", "nunique"), step=("step", "sum")).reset_index()
    table = table.assign(step_wan=table["step"] / MICRO)
    return table.rename(columns={"title": "rule_title"}).drop(columns="step")


def _monitored(year: WorkYear) -> pd.DataFrame:
    """Execution of the monitored projects, most money first, with their names and units."""
    projects = year.monitoring["projects"]
    own = projects[projects["is_monitored"]]
    named = year.monitored_rates.merge(
        own[["project_id", "name", "unit_id"]], left_on="key", right_on="project_id"
    )
    return named.sort_values(["annual_wan", "key"], ascending=[False, True], ignore_index=True)


def _steps(steps: pd.DataFrame, proposed: pd.DataFrame) -> pd.DataFrame:
    """Steps of the projects of `proposed`, with ``group`` and ``rule_title``."""
    own = steps.merge(proposed[["project_id", "name"]], on="project_id")
    moved = own[~trivial(own)]
    group = moved["name"] + "（" + moved["project_id"] + "）"
    return moved.assign(group=group, rule_title=moved["title"], step_wan=moved["amount_wan"])


def _ledger(scores: ProjectScores, projects: pd.DataFrame) -> pd.DataFrame:
    """Deductions project by project in the order of `projects`, largest first within each."""
    order = {project: place for place, project in enumerate(projects["project_id"])}
    stated = scores.indicators.set_index("indicator_id")["self_score"]
    titles = {rule.key: rule.title for rule in scores.rules}
    own = scores.ledger.merge(
        projects[["project_id", "name", "stated_execution_score"]], on="project_id"
    )
    execution = ~own["indicator_id"].isin(stated.index)
    own = own.assign(
        order=own["project_id"].map(order),
        rule_title=own["rule"].map(titles),
        stated=own["indicator_id"].map(stated).mask(execution, own["stated_execution_score"]),
        group=own["name"] + "（" + own["project_id"] + "）",
    )
    own = own.sort_values(
        ["order", "lost", "indicator"], ascending=[True, False, True], ignore_index=True
    )
    return own.drop(columns="order")


def _largest(ledger: pd.DataFrame) -> pd.DataFrame:
    """The largest deductions of each unit: ``label``, ``lost`` and ``unit_id``."""
    most = ledger.sort_values("lost", ascending=False, kind="stable")
    most = most.groupby("unit_id").head(LARGEST)
    label = most["name"] + "：" + most["indicator"]
    return most.assign(label=label)[["label", "lost", "unit_id"]]


__all__ = ["LARGEST", "ProposedFrames", "UnitFrames", "proposed_frames", "unit_frames"]
