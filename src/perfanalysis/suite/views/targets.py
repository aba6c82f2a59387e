"""The numbers of target review: of the district's page, and of a unit's section."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from perfanalysis.data.lookup import numbers_of, texts_of
from perfanalysis.errors import DataError
from perfanalysis.planning.gate import gate_totals
from perfanalysis.planning.review import criteria
from perfanalysis.scoring.shrinkage import GroupMeans, shrink_means
from perfanalysis.suite.views.by_unit import ByUnit, by_unit, kept
from perfanalysis.suite.views.common import Said, with_units
from perfanalysis.suite.workyear import WorkYear

PRINTED = 2
"""Decimals of a score."""


@dataclass(frozen=True)
class TargetView:
    """What the page of target review shows.

    Attributes
    ----------
    subjects : DataFrame
        See `TargetReview.subjects`.
    aspects : DataFrame
        Last check by ``aspect`` and ``criterion``: ``full`` and ``kept`` (mean points), ``losing``
        (subjects that lost points), ``lint_points`` (mean, by the lint).
    totals : DataFrame
        Requests by gate; see `gate_totals`.
    held : DataFrame
        Requests that do not simply pass, most money first, with ``unit_name`` and ``page``.
    kinds : DataFrame
        What the lint found: ``kind``, ``flags``, ``projects``, ``units``, ``points``.
    lint : DataFrame
        Its findings, with ``unit_name`` and ``page``.
    overlooked : DataFrame
        Findings on a criterion of which the last check took no point: ``project_id``, ``name``,
        ``unit_name``, ``page``, ``criterion``, ``lint_points``.
    quality : DataFrame
        Units by the mean score of the first check of their projects, shrunken: see `GroupMeans`,
        with ``unit_name`` and ``page``, highest first; empty where they cannot be compared.
    ranking : GroupMeans or None
    """

    subjects: pd.DataFrame
    aspects: pd.DataFrame
    totals: pd.DataFrame
    held: pd.DataFrame
    kinds: pd.DataFrame
    lint: pd.DataFrame
    overlooked: pd.DataFrame
    quality: pd.DataFrame
    ranking: GroupMeans | None

    @property
    def reviewed(self) -> pd.DataFrame:
        """Subjects with a grade."""
        return self.subjects[self.subjects["status"] == "reviewed"]

    @property
    def filed(self) -> pd.DataFrame:
        """Targets of projects, then of units: ``filed``, ``filed_n``, ``reviewed_n``, means."""
        groups = self.reviewed.groupby("is_unit")[["first_score", "last_score"]].mean()
        counts = self.subjects.groupby("is_unit").size().rename("filed_n")
        table = groups.join(counts, how="right")
        table["reviewed_n"] = self.reviewed.groupby("is_unit").size()
        table["reviewed_n"] = table["reviewed_n"].fillna(0).astype("int64")
        table["unreviewed_n"] = table["filed_n"] - table["reviewed_n"]
        names = {False: "project", True: "unit"}
        return table.reset_index(names="filed").replace({"filed": names})

    @property
    def filed_total(self) -> dict[str, Any]:
        """The last row under `filed`: all targets together."""
        means = self.reviewed[["first_score", "last_score"]].mean().to_dict()
        counts = {"filed_n": len(self.subjects), "reviewed_n": len(self.reviewed)}
        return {**means, **counts, "unreviewed_n": len(self.subjects) - len(self.reviewed)}

    @property
    def grades(self) -> dict[str, int]:
        """Number of subjects with each grade."""
        counts = self.reviewed["grade"].value_counts()
        return {grade: int(counts.get(grade, 0)) for grade in ("excellent", "good", "fair", "poor")}

    @property
    def graded(self) -> pd.DataFrame:
        """`grades` as rows: ``grade``, ``graded_n``."""
        return pd.DataFrame(self.grades.items(), columns=["grade", "graded_n"])


@dataclass(frozen=True)
class UnitTargets:
    """What a unit's section on target review shows.

    Attributes
    ----------
    subjects : DataFrame
        Its projects and itself: see `TargetReview.subjects`, with ``found_n`` (findings of the
        lint), ``gate`` (empty where nothing is asked for) and ``requested_wan``.
    lint : DataFrame
        Findings of the lint about it.
    held : DataFrame
        Its requests that do not simply pass.
    ledger : DataFrame
        Points lost in the last check, with the ``group``.
    """

    subjects: pd.DataFrame
    lint: pd.DataFrame
    held: pd.DataFrame
    ledger: pd.DataFrame


def target_view(year: WorkYear) -> TargetView:
    """Gather the numbers of the district's page."""
    review, gate = year.target_review, year.gate
    names = year.targets["units"].set_index("unit_id")["name"]
    lint = with_units(year.target_lint, names)
    ranking = _ranking(review.subjects)
    quality = pd.DataFrame() if ranking is None else ranking.table
    if len(quality):
        quality = with_units(quality.rename(columns={"group": "unit_id"}), names).sort_values(
            ["mean", "unit_id"], ascending=[False, True], ignore_index=True
        )
    held = gate[gate["gate"] != "passed"]
    held = held.sort_values(["requested_wan", "project_id"], ascending=[False, True])
    return TargetView(
        subjects=review.subjects,
        aspects=_aspects(year),
        totals=gate_totals(gate),
        held=with_units(held, names).reset_index(drop=True),
        kinds=_kinds(lint),
        lint=lint,
        overlooked=_overlooked(lint, review.ledger),
        quality=quality,
        ranking=ranking,
    )


def unit_targets(year: WorkYear, unit_id: str) -> UnitTargets:
    """Gather the numbers of a unit's section; all are empty where no targets were filed."""
    parts = _of_units(year)
    return UnitTargets(**{name: frame[unit_id] for name, frame in parts.items()})


@kept
def _of_units(year: WorkYear) -> dict[str, ByUnit]:
    """The frames of `UnitTargets`, of all units."""
    subjects, lint, gate = year.target_review.subjects, year.target_lint, year.gate
    found = lint.groupby("project_id").size()
    asked = gate.set_index("project_id")
    ledger = year.target_review.ledger
    ledger = ledger[ledger["stage"] == "last"]
    frames = {
        "subjects": subjects.assign(
            found_n=numbers_of(subjects["project_id"], found).fillna(0).astype("int64"),
            gate=texts_of(subjects["project_id"], asked["gate"], missing=""),
            requested_wan=numbers_of(subjects["project_id"], asked["requested_wan"]),
        ),
        "lint": lint,
        "held": gate[gate["gate"] != "passed"],
        "ledger": ledger.assign(group=ledger["name"] + "（" + ledger["project_id"] + "）"),
    }
    return {name: by_unit(frame) for name, frame in frames.items()}


def target_findings(view: TargetView, year: WorkYear) -> list[Said]:
    """The main points, as keys of ``10_target_review`` with their values."""
    units = int(view.subjects["is_unit"].sum())
    filed = {
        "year": year.targets_year,
        "projects": len(view.subjects) - units,
        "units": units,
        "reviewed": len(view.reviewed),
        "unreviewed": len(view.subjects) - len(view.reviewed),
    }
    said: list[Said] = [("main-filed", filed)]
    if len(view.reviewed):
        means = view.reviewed[["first_score", "last_score"]].mean()
        scores = {"first": means["first_score"], "last": means["last_score"]}
        said.append(("main-scores", scores | view.grades))
    said.append(("main-gate", gate_values(view.totals)))
    if len(view.lint):
        projects = view.lint["project_id"].nunique()
        top = view.kinds.iloc[0]
        values = {"found": len(view.lint), "projects": projects, "kind": top["kind"]}
        said.append(("main-lint", values | {"most": int(top["flags"])}))
    else:
        said.append(("main-lint-none", {}))
    if len(view.overlooked):
        said.append(("main-overlooked", {"projects": view.overlooked["project_id"].nunique()}))
    if view.ranking is not None:
        said.append(ranking_said(view.ranking))
    return said


def ranking_said(ranking: GroupMeans) -> Said:
    """Whether units differ in the quality of what they file, and by how much."""
    values = {"units": len(ranking.table), "overall": ranking.overall}
    if ranking.pooled:
        return "ranking-none", values
    return "ranking", values | {"spread": ranking.between**0.5}


def gate_values(totals: pd.DataFrame) -> dict[str, object]:
    """Projects and 万元 by gate, of `gate_totals`: ``passed``, ``passed_wan`` and so on."""
    table = totals.set_index("gate")
    values: dict[str, object] = {}
    for gate, row in table.iterrows():
        values[str(gate)] = int(row["projects"])
        values[f"{gate}_wan"] = float(row["requested_wan"])
    return values


def _aspects(year: WorkYear) -> pd.DataFrame:
    """Mean points by criterion of the last check, over the subjects with a grade."""
    review, rules = year.target_review, year.target_rules
    graded = review.subjects.loc[review.subjects["status"] == "reviewed", "project_id"]
    last = review.ledger[review.ledger["stage"] == "last"]
    last = last[last["project_id"].isin(graded)]
    lost, n = last.groupby("criterion")["lost"], max(len(graded), 1)
    lint = year.target_lint.groupby("criterion")["points"].sum()
    aspect = {name: part for part, names in rules.value("review.points").items() for name in names}
    rows = [
        {
            "aspect": aspect[name],
            "criterion": name,
            "full": full,
            "kept": full - float(lost.sum().get(name, 0.0)) / n,
            "losing": int(lost.size().get(name, 0)),
            "lint_points": float(lint.get(name, 0.0)) / n,
        }
        for name, full in criteria(rules).items()
    ]
    return pd.DataFrame(rows)


def _kinds(lint: pd.DataFrame) -> pd.DataFrame:
    groups = lint.groupby("kind")
    table = pd.DataFrame(
        {
            "flags": groups.size(),
            "projects": groups["project_id"].nunique(),
            "units": groups["unit_id"].nunique(),
            "points": groups["points"].sum(),
        }
    ).reset_index()
    return table.sort_values(["flags", "kind"], ascending=[False, True], ignore_index=True)


def _overlooked(lint: pd.DataFrame, ledger: pd.DataFrame) -> pd.DataFrame:
    """Findings whose criterion kept all its points in the last check."""
    last = ledger[ledger["stage"] == "last"][["project_id", "criterion"]].drop_duplicates()
    keys = ["project_id", "name", "unit_name", "page", "criterion"]
    points = lint.groupby(keys, sort=False)["points"].sum().rename("lint_points").reset_index()
    both = points.merge(last, on=["project_id", "criterion"], how="left", indicator="taken")
    return both[both["taken"] == "left_only"].drop(columns="taken").reset_index(drop=True)


def _ranking(subjects: pd.DataFrame) -> GroupMeans | None:
    """Units by the first score of their projects: how good what they filed was."""
    filed = subjects[~subjects["is_unit"]].dropna(subset=["first_score"])
    try:
        return shrink_means(filed["first_score"].to_numpy(), filed["unit_id"].tolist())
    except DataError:
        return None


__all__ = [
    "TargetView",
    "UnitTargets",
    "gate_values",
    "ranking_said",
    "target_findings",
    "target_view",
    "unit_targets",
]
