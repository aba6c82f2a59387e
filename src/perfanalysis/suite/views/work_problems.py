"""What stands around the problems of the work summary, and which steps answer to it."""

from __future__ import annotations

from typing import Any

import pandas as pd

from perfanalysis.suite.views.review_gap import stated_on_site
from perfanalysis.suite.views.upward import upward_view
from perfanalysis.suite.workyear import WorkYear

THIRD_QUARTER = 9
LATE = ("year-end-rush", "payment-ahead-of-work")


def problem_facts(year: WorkYear) -> dict[str, dict[str, Any]]:
    """Values of the sentences around the problems, by sentence."""
    return {
        "aim": _aim(year),
        "site": _on_site(year),
        "pace": _pace(year),
        "bare": _bare(year),
        "lint": _lint(year),
        "chain": _chain(year),
        "superior": _superior(year),
        "overdue": _overdue(year),
    }


def _aim(year: WorkYear) -> dict[str, Any]:
    """How many indicators of output and of benefit have no number as their target."""
    table = year.evaluation["indicators"]
    table = table[table["project_id"].isin(year.scores.projects["project_id"])]
    facts: dict[str, Any] = {}
    for level in ("output", "benefit"):
        targets = table.loc[table["level1"] == level, "target"]
        without = int(targets.isna().sum())
        share = without / len(targets) if len(targets) else 0.0
        facts |= {level: len(targets), f"{level}_words": without, f"{level}_share": share}
    return facts


def _on_site(year: WorkYear) -> dict[str, Any]:
    """How far stated scores stand above those of the evaluation on site."""
    both = stated_on_site(year).dropna(subset=["stated_total", "score"])
    gap = float((both["stated_total"] - both["score"]).mean()) if len(both) else 0.0
    return {"projects": len(both), "gap": gap}


def _pace(year: WorkYear) -> dict[str, Any]:
    """Of the projects that paid late or ahead of work, those that had been slow in spending."""
    flags, curves = year.flags, year.project_curves
    late = set(flags.loc[flags["kind"].isin(LATE), "project_id"].dropna())
    then = curves[curves["month"] == THIRD_QUARTER]
    slow = set(then.loc[then["share"] < then["elapsed_share"], "key"])
    return {"late": len(late), "slow": len(late & slow), "month": THIRD_QUARTER}


def _bare(year: WorkYear) -> dict[str, Any]:
    """Self-evaluated projects with an objective and not one indicator."""
    projects = year.evaluation["projects"]
    stated = projects[projects["objective"].notna()]
    stated = stated[stated["project_id"].isin(year.scores.projects["project_id"])]
    aimed = year.evaluation["indicators"]["project_id"]
    return {"stated": len(stated), "bare": int((~stated["project_id"].isin(aimed)).sum())}


def _lint(year: WorkYear) -> dict[str, Any]:
    """What is wrong with the targets filed since."""
    lint = year.target_lint
    return {
        "year": year.targets_year,
        "found": len(lint),
        "subjects": lint["project_id"].nunique(),
        "parents": int((lint["kind"] == "parent-not-covered").sum()),
    }


def _chain(year: WorkYear) -> dict[str, Any]:
    """How many evaluated projects were followed from target to rectification."""
    data, projects = year.evaluation, year.scores.projects
    ids = projects["project_id"]
    links = {
        "aimed": ids.isin(data["indicators"]["project_id"]),
        "monitored": ids.isin(data["monitoring_funds"]["project_id"]),
        "reviewed": projects["review_total"].notna(),
    }
    return {
        "projects": len(ids),
        **{name: int(there.sum()) for name, there in links.items()},
        "whole": int(pd.DataFrame(links).all(axis=1).sum()),
    }


def _superior(year: WorkYear) -> dict[str, Any]:
    """Items of the superior's assessment that lost points: codes, most lost first."""
    items = upward_view(year).known
    short = items[items["lost"] > 0].sort_values("lost", ascending=False, kind="stable")
    return {"items": short["item"].tolist(), "lost": float(short["lost"].sum())}


def _overdue(year: WorkYear) -> dict[str, Any]:
    """Answers and rectifications that are late."""
    return {
        "warnings": int((year.monitored.warnings["status"] == "overdue").sum()),
        "issues": int((year.rectified["state"] == "overdue").sum()),
    }


__all__ = ["problem_facts"]
