"""The numbers of the data-quality page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from perfanalysis.data.codebook import codebook
from perfanalysis.data.findings import Finding, dated_findings
from perfanalysis.rules.values import DatedValue
from perfanalysis.suite.views.common import Said
from perfanalysis.suite.workyear import WorkYear

MOST_CHARACTERS = 80


@dataclass(frozen=True)
class QualityView:
    """What the data-quality page shows.

    Attributes
    ----------
    findings : DataFrame
        See `dated_findings`; errors first, then warnings, then notes; ``where`` begins with the
        folder of the budget year.
    counts : DataFrame
        ``severity``, ``code``, ``rows`` (number of findings), ``message`` of the first one.
    tables : DataFrame
        Tables of the codebook: ``table``, ``title``, ``evaluation_rows``, ``monitoring_rows``.
    rules : DataFrame
        Rules in force, those not verified first: ``rule``, ``title``, ``value``, ``since``,
        ``basis``, ``document``, ``verified``.
    rule_counts : DataFrame
        One row a basis: ``basis``, ``rules`` in force, ``unverified`` among them.
    """

    findings: pd.DataFrame
    counts: pd.DataFrame
    tables: pd.DataFrame
    rules: pd.DataFrame
    rule_counts: pd.DataFrame

    @property
    def by_severity(self) -> dict[str, int]:
        """Number of findings of each severity."""
        counts = self.findings["severity"].value_counts()
        return {name: int(counts.get(name, 0)) for name in ("error", "warning", "note")}


def quality_view(year: WorkYear) -> QualityView:
    """Gather what was found in the data, and the rules in force."""
    scored = tuple(each for part in _scored(year) for each in part)
    own = year.findings[year.evaluation_year]
    found = dated_findings(year.findings | {year.evaluation_year: (*own, *scored)})
    order = found["severity"].map({"error": 0, "warning": 1, "note": 2})
    found = found.iloc[order.argsort(kind="stable")].reset_index(drop=True)
    found["message"] = [  # the place has a column of its own
        row.message.removeprefix(f"{row.where} ") for row in found.itertuples(index=False)
    ]
    found["where"] = found["budget_year"].astype("str") + "/" + found["where"]
    counts = (
        found.groupby(["severity", "code"], sort=False)
        .agg(rows=("message", "size"), message=("message", "first"))
        .reset_index()
    )
    rules = _rules(year.rules.all())
    return QualityView(found, counts, _tables(year), rules, _rule_counts(rules))


def _scored(year: WorkYear) -> Iterator[tuple[Finding, ...]]:
    """What was found while scoring; of what there is, as rules may be younger than the year."""
    tables = year.evaluation
    yield year.scores.findings
    if len(tables["panel_scores"]):
        yield year.panels.findings
    if len(tables["survey"]):
        yield year.surveys.findings
    if len(tables["category_facts"]):
        yield year.category_scores.findings
    if len(tables["unit_finance"]):
        yield year.unit_scores.findings


def quality_findings(view: QualityView, year: WorkYear) -> list[Said]:
    """The main points, as keys of ``00_data_quality`` with their values."""
    errors, warnings = view.by_severity["error"], view.by_severity["warning"]
    unverified = int(view.rule_counts["unverified"].sum())
    years = {"evaluation": year.evaluation_year, "monitoring": year.monitoring_year}
    return [
        ("main-errors" if errors else "main-errors-none", {"errors": errors, **years}),
        ("main-warnings" if warnings else "main-warnings-none", {"warnings": warnings}),
        (
            "main-rules" if unverified else "main-rules-all",
            {"rules": len(view.rules), "unverified": unverified},
        ),
    ]


def _tables(year: WorkYear) -> pd.DataFrame:
    rows = [
        (
            table.name,
            table.title,
            len(year.evaluation[table.name]),
            len(year.monitoring[table.name]),
        )
        for table in codebook().values()
    ]
    return pd.DataFrame(rows, columns=["table", "title", "evaluation_rows", "monitoring_rows"])


def _rules(values: tuple[DatedValue, ...]) -> pd.DataFrame:
    rows = [
        (
            value.key,
            value.title,
            _shown(value.value),
            value.since.isoformat(),
            value.basis,
            value.cite(),
            value.checked,
        )
        for value in values
    ]
    columns = ["rule", "title", "value", "since", "basis", "document", "verified"]
    table = pd.DataFrame(rows, columns=columns)
    unverified = (table["verified"] == "no").to_numpy()
    return table.iloc[(~unverified).argsort(kind="stable")].reset_index(drop=True)


def _rule_counts(rules: pd.DataFrame) -> pd.DataFrame:
    marked = rules.assign(unverified=rules["verified"] == "no")
    table = marked.groupby("basis").agg(rules=("rule", "size"), unverified=("unverified", "sum"))
    order = [basis for basis in ("national", "local", "convention") if basis in table.index]
    return table.loc[order].reset_index()


def _shown(value: Any) -> str:
    """A rule's value in one line, as a reader writes it; the start of a long one."""
    text = _worded(value)
    return text if len(text) <= MOST_CHARACTERS else f"{text[: MOST_CHARACTERS - 1]}…"


def _worded(value: Any) -> str:
    if value is None:
        return "—"
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, Mapping):
        return "；".join(f"{key}：{_worded(each)}" for key, each in value.items())
    if isinstance(value, (list, tuple)):
        if any(isinstance(each, Mapping) for each in value):
            return f"{len(value)}项"
        return "、".join(_worded(each) for each in value)
    return str(value)


__all__ = ["QualityView", "quality_findings", "quality_view"]
