"""The numbers of the page on rectification, publication and the assessment of units."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from perfanalysis.followup.assessment import ITEMS, Assessment
from perfanalysis.followup.rectification import STATES
from perfanalysis.report.text import Texts
from perfanalysis.suite.views.common import Said, with_units
from perfanalysis.suite.workyear import WorkYear

UNDONE = ("overdue", "open")
SHOWN = {
    **{item: f"item_{item}" for item in ITEMS},
    "possible": "possible_points",
    "kept": "kept_points",
    "score": "assessed_score",
}


@dataclass(frozen=True)
class AssessmentView:
    """What the page shows.

    Attributes
    ----------
    rectified : DataFrame
        See `rectification_states`, with ``unit_name``, ``page``.
    states : DataFrame
        ``state`` (those that occur), ``found_wrong``, ``recovered_wan``, ``adjusted_wan``.
    published : DataFrame
        See `publication_coverage`, with ``unit_name``, ``page``.
    kinds : DataFrame
        ``kind``, ``published_units``, ``unpublished_units``, ``published_share``.
    units : DataFrame
        See `Assessment.units`, its columns as `SHOWN` names them, with ``unit_name``, ``page``;
        highest score first.
    ledger : DataFrame
        See `Assessment.ledger`, with ``group`` (the unit) in the order of `units`.
    """

    rectified: pd.DataFrame
    states: pd.DataFrame
    published: pd.DataFrame
    kinds: pd.DataFrame
    units: pd.DataFrame
    ledger: pd.DataFrame

    @property
    def undone(self) -> pd.DataFrame:
        """Findings that are not closed."""
        return self.rectified[self.rectified["state"].isin(UNDONE)]

    @property
    def assessed(self) -> pd.DataFrame:
        """Units with a score."""
        return self.units.dropna(subset=["assessed_score"])


def assessment_view(year: WorkYear) -> AssessmentView:
    """Gather the numbers of the page."""
    names = year.evaluation["units"].set_index("unit_id")["name"]
    rectified, published = year.rectified, year.published
    groups = rectified.groupby("state")
    states = pd.DataFrame(
        {
            "found_wrong": groups.size(),
            "recovered_wan": groups["recovered_wan"].sum(),
            "adjusted_wan": groups["adjusted_wan"].sum(),
        }
    )
    states = states.reindex([state for state in STATES if state in states.index])
    units, ledger = _assessed(year.assessment, names)
    return AssessmentView(
        rectified=with_units(rectified, names),
        states=states.rename_axis("state").reset_index(),
        published=with_units(published, names),
        kinds=_kinds(published),
        units=units,
        ledger=ledger,
    )


def _assessed(assessment: Assessment, names: pd.Series) -> tuple[pd.DataFrame, pd.DataFrame]:
    units = with_units(assessment.units.rename(columns=SHOWN), names).sort_values(
        ["assessed_score", "unit_id"], ascending=[False, True], ignore_index=True
    )
    place = pd.Series(units.index, index=units["unit_id"])
    ledger = with_units(assessment.ledger, names)
    ledger = ledger.assign(place=ledger["unit_id"].map(place), group=ledger["unit_name"])
    ledger = ledger.sort_values("place", kind="stable", ignore_index=True)
    return units, ledger.drop(columns="place")


def _kinds(published: pd.DataFrame) -> pd.DataFrame:
    groups = published.groupby("kind", sort=False)["published"]
    there, due = groups.count(), groups.size()
    table = pd.DataFrame(
        {
            "published_units": there,
            "unpublished_units": due - there,
            "published_share": there / due,
        }
    )
    return table.rename_axis("kind").reset_index()


def assessment_findings(view: AssessmentView, say: Texts) -> list[Said]:
    """The main points, as keys of ``85_assessment`` with their values."""
    return [*_of_rectified(view), *_of_published(view), _of_units(view, say)]


def _of_rectified(view: AssessmentView) -> list[Said]:
    if view.rectified.empty:
        return [("main-rectified-none", {})]
    counts = view.states.set_index("state")["found_wrong"].reindex(STATES, fill_value=0)
    money = {name: view.states[f"{name}_wan"].sum() for name in ("recovered", "adjusted")}
    values = {"found": len(view.rectified), **counts.to_dict()}
    return [("main-rectified", values), ("main-money", money)]


def _of_published(view: AssessmentView) -> list[Said]:
    if view.published.empty:
        return []
    missing = view.published[view.published["published"].isna()]
    due, there = len(view.published), len(view.published) - len(missing)
    values = {"due": due, "there": there, "share": there / due}
    return [("main-published", values | {"units": missing["unit_id"].nunique()})]


def _of_units(view: AssessmentView, say: Texts) -> Said:
    scores = view.assessed["assessed_score"]
    if scores.empty or view.ledger.empty:
        return "main-assessed-none", {}
    lost = view.ledger.groupby("item")["lost"].sum().reindex(ITEMS).fillna(0.0)
    worst = ITEMS[int(np.argmax(lost.to_numpy()))]
    return "main-assessed", {
        "assessed": len(scores),
        "high": scores.max(),
        "low": scores.min(),
        "item": say.label("assessed_item", worst),
    }


def unpublished_units(view: AssessmentView, say: Texts) -> str:
    """Who did not publish what, as one phrase; empty where everybody did."""
    missing = view.published[view.published["published"].isna()]
    return say.joined(
        say(
            "published-missing-one",
            unit=unit,
            kinds=say.joined(say.label("published_kind", kind) for kind in own["kind"]),
        )
        for unit, own in missing.groupby("unit_name", sort=False)
    )


def refused_units(view: AssessmentView, say: Texts) -> str:
    """Units without a score, with why, as one phrase; empty where all have one."""
    refused = view.units[view.units["assessed_score"].isna()]
    return say.joined(
        say("assessed-refused-one", unit=row.unit_name, why=row.refused_reason)
        for row in refused.itertuples(index=False)
    )


def points_said(year: WorkYear, say: Texts) -> str:
    """The items with their points, as one phrase."""
    points: dict[str, Any] = year.rules.value("assessment.points")
    return say.joined(
        say("assessed-point", item=say.label("assessed_item", item), points=points[item])
        for item in ITEMS
    )


__all__ = [
    "AssessmentView",
    "assessment_findings",
    "assessment_view",
    "points_said",
    "refused_units",
    "unpublished_units",
]
