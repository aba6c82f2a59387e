"""What the experts' panel says beside the team's score, and how far experts can be relied on."""

from __future__ import annotations

import pandas as pd

from perfanalysis.suite.views.common import Said
from perfanalysis.suite.views.key_evidence import KeyEvidence
from perfanalysis.suite.views.key_project import KeyProjectView


def panel_findings(view: KeyProjectView, scores: str) -> list[Said]:
    """Which score counts, and what the panel says of it; that there was no panel otherwise.

    `scores` is text that refers to the table of the team's scores.
    """
    panel, project = view.evidence.panel, view.project
    if not len(panel):
        checked = view.indicators["reviewer_score"].notna()
        return [("panel-none-checked" if checked.all() else "panel-none", {})]
    said: list[Said] = []
    scored = project["status"] != "refused"
    if scored:
        said.append(("panel-stands", {"score": project["score"], "table": scores}))
    said.append(_mean(panel, project["score"] if scored else None))
    if panel["refused"]:
        said.append(("panel-refused", {"n": int(panel["refused"])}))
    if pd.notna(panel["trimmed"]):
        said.append(("panel-trimmed", {"mean": panel["mean"], "trimmed": panel["trimmed"]}))
    return said


def _mean(panel: pd.Series, score: float | None) -> Said:
    values = {"experts": int(panel["experts"]), "mean": panel["mean"]}
    if pd.isna(panel["standard_error"]):
        return "panel-few", values
    low, high = max(panel["low"], 0.0), min(panel["high"], panel["full"])
    beside: list[Said] = []
    if score is not None:
        beside = [("panel-inside" if low <= score <= high else "panel-outside", {})]
    return "panel-mean", values | {"low": low, "high": high, "sd": panel["sd"], "beside": beside}


def panel_notes(view: KeyProjectView) -> list[Said]:
    """What the columns of the experts' sheets mean."""
    told = view.evidence.sheets["leniency"].notna().any()
    return [("panel-note", {}), ("leniency-note" if told else "leniency-none", {})]


def agreement_notes(evidence: KeyEvidence) -> list[Said]:
    """How to read the coefficients, and which could not be worked out and why."""
    table = evidence.agreement
    refused = table[table["agreement"].isna()]
    said: list[Said] = [("agreement-read", {}), ("agreement-note", {})]
    for why, own in refused.groupby("why_refused", sort=False):
        said.append(("agreement-refused", {"measures": tuple(own["measure"]), "why": why}))
    return said


__all__ = ["agreement_notes", "panel_findings", "panel_notes"]
