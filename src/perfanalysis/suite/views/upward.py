"""The numbers of the page that the district sends to its superior."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from perfanalysis.followup.upward import self_score
from perfanalysis.report.text import Texts
from perfanalysis.suite.views.common import Said
from perfanalysis.suite.views.work_facts import documents_in_force
from perfanalysis.suite.workyear import WorkYear

POOR = ("fair", "poor")
PAGES = {
    "system": "90_work_summary",
    "coverage": "60_district",
    "targets": "10_target_review",
    "monitoring": "20_monitoring",
    "self_evaluation": "60_district",
    "key_evaluation": "90_work_summary",
    "use": "70_linkage",
    "rectification": "85_assessment",
    "publication": "85_assessment",
}
"""The report that shows the evidence for each item."""
TABLES = {
    "system": "regulations",
    "coverage": "units",
    "targets": "target_review",
    "monitoring": "monitoring_funds",
    "self_evaluation": "indicators",
    "key_evaluation": "key_scores",
    "use": "budget_requests",
    "rectification": "rectification",
    "publication": "publication",
}
"""The table that holds it."""


@dataclass(frozen=True)
class UpwardView:
    """What the page shows.

    Attributes
    ----------
    items : DataFrame
        See `self_score`, with ``report`` (notebook of the evidence), ``page``, ``files`` (name of
        the table's file, empty where there is none) and ``file_rows`` (rows in it).
    """

    items: pd.DataFrame

    @property
    def known(self) -> pd.DataFrame:
        """Items of which something was due."""
        return self.items.dropna(subset=["kept"])

    @property
    def missing(self) -> pd.DataFrame:
        """Items without any evidence on file."""
        return self.items[self.items["file_rows"] == 0]


def upward_view(year: WorkYear) -> UpwardView:
    """Gather what was done, against what was due, and where it is on file."""
    items = self_score(_done(year), year.rules)
    years = {
        "system": year.monitoring,
        "targets": year.targets,
        "monitoring": year.monitoring,
    }
    files, rows = [], []
    for item in items["item"]:
        table = TABLES[item]
        if item == "use":
            files.append(f"{year.requests_year}/{table}")
            rows.append(len(year.requests))
            continue
        of = years.get(item, year.evaluation)
        files.append(f"{of.budget_year}/{table}")
        rows.append(len(of[table]))
    pages = items["item"].map(PAGES)
    return UpwardView(
        items.assign(report=pages, page=pages + ".html", files=files, file_rows=rows),
    )


def _done(year: WorkYear) -> dict[str, tuple[int, int]]:
    """What was done and what was due, by item."""
    first_level = year.evaluation["units"].query("level == 1")["unit_id"]
    subjects = year.target_review.subjects
    monitored = year.monitored.projects
    reviewed = year.scores.projects
    key = year.key_evaluation.projects
    visited = year.evaluation["site_visits"]["project_id"].unique()
    due = year.rectified[year.rectified["state"] != "open"]
    return {
        "system": (len(documents_in_force(year)), year.rules.value("upward.documents")),
        "coverage": (int(first_level.isin(reviewed["unit_id"]).sum()), len(first_level)),
        "targets": (int((subjects["status"] == "reviewed").sum()), len(subjects)),
        "monitoring": (int(monitored["executed_wan"].notna().sum()), len(monitored)),
        "self_evaluation": (int(reviewed["review_total"].notna().sum()), len(reviewed)),
        "key_evaluation": (
            int((key["score"].notna() & key["project_id"].isin(visited)).sum()),
            len(key),
        ),
        "use": _used(year),
        "rectification": (int((due["state"] == "closed").sum()), len(due)),
        "publication": (int(year.published["published"].notna().sum()), len(year.published)),
    }


def _used(year: WorkYear) -> tuple[int, int]:
    """Projects graded fair or poor that asked again: with less proposed than before, and all."""
    if year.requests.empty:
        return 0, 0
    projects = year.proposal.projects.dropna(subset=["proposed_wan"])
    asked = projects[projects["grade"].isin(POOR) & (projects["base_wan"] > 0)]
    return int((asked["proposed_wan"] < asked["base_wan"]).sum()), len(asked)


def upward_findings(view: UpwardView, say: Texts) -> list[Said]:
    """The main points, as keys of ``95_upward_assessment`` with their values."""
    known = view.known
    total = {"kept": known["kept"].sum(), "full": known["full"].sum()}
    short = known[known["lost"] > 0].sort_values("lost", ascending=False, kind="stable")
    said: list[Said] = [("main-score", total | {"items": len(known), "all": len(view.items)})]
    if len(short):
        top = short.iloc[0]
        label = say.label("upward_item", top["item"])
        values = {"item": label, "done": int(top["done"]), "due": int(top["due"])}
        said.append(("main-lost", values | {"lost": top["lost"]}))
    undue = view.items[view.items["kept"].isna()]
    if len(undue):
        items = say.joined(say.label("upward_item", item) for item in undue["item"])
        said.append(("main-undue", {"items": items, "full": undue["full"].sum()}))
    if len(view.missing):
        items = say.joined(say.label("upward_item", item) for item in view.missing["item"])
        said.append(("main-missing", {"items": items}))
    return said


__all__ = ["PAGES", "TABLES", "UpwardView", "upward_findings", "upward_view"]
