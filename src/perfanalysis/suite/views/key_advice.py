"""What a key project has to put right: each deduction with what was seen, and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain, repeat
from typing import Any

import pandas as pd

from perfanalysis.suite.views.common import Said
from perfanalysis.suite.views.key_project import KeyProjectView
from perfanalysis.suite.workyear import WorkYear

_BY_REASON = ("check_points", "judgement")
"""Methods whose shortfall the team puts into words; of the others the two numbers say it."""


def problem_facts(view: KeyProjectView) -> list[Said]:
    """What was seen of each row of ``view.problems``, as keys of ``40_key_project``."""
    return [_seen(row) for row in view.problems.to_dict("records")]


def indicator_facts(view: KeyProjectView) -> list[Said]:
    """What was seen of each of the indicators, as keys of ``40_key_project``."""
    return [_seen(row) for row in view.indicators.to_dict("records")]


def _seen(row: dict[str, Any]) -> Said:
    method = row["method"]
    if method == "check_points":
        asked, met = row["check_points"], row["check_points_met"]
        known = pd.notna(asked) and pd.notna(met)
        return ("seen-check_points", {"asked": asked, "met": met}) if known else _UNKNOWN
    if pd.isna(row["part"]) or pd.isna(row["whole"]):
        return _UNKNOWN
    if method in ("funding_rate", "spend_rate"):
        return f"seen-{method}", {"part": row["part"], "whole": row["whole"]}
    unit = "" if pd.isna(row["measure_unit"]) else row["measure_unit"]
    key = "seen-measured"
    if method == "satisfaction" or (method == "quality_rate" and unit == "%"):
        key = "seen-rate"
    elif method == "quality_rate":
        key = "seen-quality_rate"
    return key, {"part": row["part"], "whole": row["whole"], "unit": unit}


_UNKNOWN: Said = ("seen-unknown", {})


def key_advice(view: KeyProjectView, year: WorkYear, tables: Mapping[str, str]) -> list[Said]:
    """What to do, the same advice once with all the problems it is for.

    Parameters
    ----------
    view : KeyProjectView
    year : WorkYear
    tables : mapping of str to str
        ``flags``, ``visits``, ``rectification`` and, on a page that has it, ``category-ledger``:
        text that refers to the tables of what is to be verified, of items checked on site, of
        findings fed back before and of deductions by category.

    Returns
    -------
    list of Said
        Keys of ``40_key_project`` with their values; empty where there is nothing to do.
    """
    rows = [row | {"seen": _seen(row)} for row in view.problems.to_dict("records")]
    said: list[Said] = []
    for method in dict.fromkeys(row["method"] for row in rows):
        own = [row for row in rows if row["method"] == method]
        more = _more(method, view, tables["visits"])
        said.append((f"advice-{method}", {"problems": _named(own), "more": more}))
    if len(view.category_ledger) and "category-ledger" in tables:
        names = list(view.category_ledger["indicator"])
        where = {"n": len(names), "table": tables["category-ledger"]}
        said.append(("advice-category", where | {"names": _list(names)}))
    states = view.rectification["rectified_state"]
    closed = int(states.isin(["closed", "late"]).sum())
    if closed:
        said.append(("advice-closed", {"n": closed, "table": tables["rectification"]}))
    overdue = int((states == "overdue").sum())
    if overdue:
        said.append(("advice-overdue", {"n": overdue, "table": tables["rectification"]}))
    if len(view.flags):
        due = year.suite.engagement.reply_due
        facts = {"n": len(view.flags), "table": tables["flags"], "due": due}
        said.append(("advice-flags" if due else "advice-flags-undated", facts))
    return said


def _named(rows: list[dict[str, Any]]) -> list[Said]:
    """The problems that one piece of advice is for, each with what is missing."""
    keys = chain(["advice-first"], repeat("advice-next"))
    return [
        (
            key,
            {"number": row["problem"], "indicator": row["indicator"], "missing": [_missing(row)]},
        )
        for key, row in zip(keys, rows, strict=False)
    ]


def _missing(row: dict[str, Any]) -> Said:
    if row["method"] in _BY_REASON or row["seen"] == _UNKNOWN:
        return "advice-reason", {"reason": row["reason"]}
    seen: Said = row["seen"]
    return seen


def _more(method: str, view: KeyProjectView, visits: str) -> list[Said]:
    """What the survey or the visits say besides."""
    questions, items = view.evidence.questions, view.evidence.visits
    if method == "satisfaction" and questions["satisfied"].notna().any():
        worst = questions.loc[questions["satisfied"].idxmin()]
        return [("advice-worst", {"question": worst["question"], "share": worst["satisfied"]})]
    short = items[items["ratio"] < 1] if method == "completion_rate" else items.head(0)
    if len(short):
        return [("advice-short", {"names": _list(list(short["item"])), "table": visits})]
    return []


def _list(names: list[str]) -> list[Said]:
    keys = chain(["name-first"], repeat("name-next"))
    return [(key, {"name": name}) for key, name in zip(keys, names, strict=False)]


__all__ = ["indicator_facts", "key_advice", "problem_facts"]
