"""The tables of a work year as one workbook."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

import pandas as pd

from perfanalysis.data.codebook import codebook
from perfanalysis.data.export import HEADERS, LABELS
from perfanalysis.data.findings import dated_findings
from perfanalysis.data.spreadsheet import check_fits
from perfanalysis.linkage.export import labelled_proposal
from perfanalysis.money.execution import execution_rates
from perfanalysis.report.public import Public, may_be_shown
from perfanalysis.report.text import Lang, Texts, texts
from perfanalysis.report.workbook import Sheet, year_workbook
from perfanalysis.rules.loader import rules_frame
from perfanalysis.scoring.export import labelled_scores
from perfanalysis.suite.book_tables import BOOK_TABLES, Pair
from perfanalysis.suite.config import SHEETS
from perfanalysis.suite.views.spending import monitored_worklist
from perfanalysis.suite.workyear import WorkYear

_EXECUTION_HEADERS = {
    "project_id": "项目编码",
    "name": "项目名称",
    "unit_id": "单位编码",
    "initial_wan": "年初预算数（万元）",
    "annual_wan": "全年预算数（万元）",
    "received_wan": "到位资金（万元）",
    "executed_wan": "全年执行数（万元）",
    "execution_rate": "预算执行率（执行÷全年预算）",
    "spend_rate": "支出率（执行÷到位）",
    "funding_rate": "资金到位率（到位÷全年预算）",
}
_SEVERITY = {"high": "高", "medium": "中", "low": "低"}
_WORKLIST_HEADERS = {
    "place": "序号",
    "unit_id": "单位编码",
    "unit_name": "单位",
    "project_id": "项目编码",
    "name": "项目名称",
    "check": "核实什么",
    "severity": "轻重",
    "money_wan": "涉及金额（万元）",
    "seen": "看到的情况",
    "ask": "调取的材料",
    "rows": "出处",
    "rule": "规则键",
    "basis": "依据类别",
}
_FLAG_HEADERS = {
    "kind": "种类",
    "project_id": "项目编码",
    "unit_id": "单位编码",
    "name": "项目名称",
    "amount_wan": "涉及金额（万元）",
    "seen": "情况",
    "where": "出处",
    "rule": "规则键",
    "basis": "依据类别",
}

_OF_RULES = ("value", "note")  # texts of rules, which are ours or a document's


def work_year_workbook(year: WorkYear, lang: Lang = "zh") -> bytes:
    """Return the tables of a work year as an .xlsx.

    The internal edition has every table, project by project, with free text that nobody cleared.
    The public one has the sheets that suite.toml lists, without the columns that
    `perfanalysis.report.public` holds back and without sealed rows. A table that cannot be had is
    left out and the notes say why.
    """
    say = texts("workbook", lang)
    wanted = SHEETS if year.public is None else year.suite.publish.sheets
    sheets, notes = [], list(_notes(year, say))
    if year.public is not None:
        shown = say.joined(say(f"sheet-{name}") for name in wanted)
        notes.append(say("note-public", sheets=shown))
    for name in (name for name in SHEETS if name in wanted):
        title = say(f"sheet-{name}")
        try:
            pair = _TABLES[name](year)
            check_fits(title, pair[0])
        except Exception as error:  # one table that cannot be had does not lose the others
            notes.append(say("note-missing", sheet=title, reason=_reason(error, year)))
            continue
        if year.public is not None:
            pair, left = _held_back(name, pair, year, year.public, say)
            notes += left
        sheets.append(Sheet(title, say(f"about-{name}", **_years(year)), *pair))
    return year_workbook(sheets, notes=notes, lang=lang)


def _reason(error: Exception, year: WorkYear) -> str:
    """What went wrong, without folders of this machine; of the public edition, only its kind."""
    if year.public is not None:
        return type(error).__name__
    return str(error).replace(f"{year.data_dir}{os.sep}", "")


def _held_back(
    name: str, pair: Pair, year: WorkYear, public: Public, say: Texts
) -> tuple[Pair, list[str]]:
    """Both tables without what may not be public, and the notes that say so."""
    table, labelled = pair
    title = say(f"sheet-{name}")
    texts_ = table.select_dtypes(["str", "object"]).columns
    free = texts_.difference(_OF_RULES) if name == "rules" else texts_
    kept = [at for at, each in enumerate(table) if each not in free or may_be_shown(each, public)]
    left = [str(labelled.columns[at]) for at in range(table.shape[1]) if at not in kept]
    sealed = pd.Series(data=False, index=table.index)
    for key in ("unit_id", "project_id"):
        if key in table:
            sealed |= table[key].isin(year.sealed[key])
    notes = []
    if left:
        notes.append(say("note-withheld", sheet=title, columns=say.joined(left)))
    if sealed.any():
        notes.append(say("note-sealed", sheet=title, n=int(sealed.sum())))
    rows = (~sealed).to_numpy()
    return (table.iloc[rows, kept], labelled.iloc[rows, kept]), notes


def _years(year: WorkYear) -> dict[str, object]:
    return {
        "evaluation": year.evaluation_year,
        "monitoring": year.monitoring_year,
        "requests": year.requests_year,
        "day": year.rules.day.isoformat(),
    }


def _notes(year: WorkYear, say: Texts) -> Iterator[str]:
    engagement = year.suite.engagement
    if year.sample:
        yield say("note-sample")
    yield say(
        "note-engagement",
        district=year.suite.district.name,
        work=year.work_year,
        status=say.label("status", engagement.status),
        version=engagement.version,
        date=engagement.report_date.isoformat(),
    )
    yield say("note-values")
    yield say("note-formulas")


def _units(year: WorkYear) -> Pair:
    units = year.evaluation["units"]
    columns = codebook()["units"].columns
    shown = {
        name: units[name].map(columns[name].choices).fillna(units[name])
        for name in units
        if name in columns and columns[name].choices
    }
    labelled = units.assign(**shown).rename(columns={name: c.zh for name, c in columns.items()})
    return units, labelled


def _score(part: str) -> Callable[[WorkYear], Pair]:
    def table(year: WorkYear) -> Pair:
        found = getattr(year.scores, part)
        return found, labelled_scores(found)

    return table


def _proposal(part: str) -> Callable[[WorkYear], Pair]:
    def table(year: WorkYear) -> Pair:
        found = getattr(year.requested_proposal, part)
        return found, labelled_proposal(found)

    return table


def _execution(year: WorkYear) -> Pair:
    rates = execution_rates(year.evaluation, by="project").rename(columns={"key": "project_id"})
    projects = year.evaluation["projects"][["project_id", "name", "unit_id"]]
    table = rates.merge(projects, on="project_id", how="left")[list(_EXECUTION_HEADERS)]
    return table, table.rename(columns=_EXECUTION_HEADERS)


def _flags(year: WorkYear) -> Pair:
    table, say = year.flags, texts("suite", "zh")
    kinds = {code: say.label("flag", code) for code in table["kind"].unique()}
    shown = table.assign(kind=table["kind"].map(kinds), basis=table["basis"].map(LABELS["basis"]))
    return table, shown.rename(columns=_FLAG_HEADERS)


def _worklist(table: pd.DataFrame) -> Pair:
    say = texts("suite", "zh")
    kinds = {code: say.label("flag", code) for code in table["check"].unique()}
    shown = table.assign(
        check=table["check"].map(kinds),
        severity=table["severity"].map(_SEVERITY),
        basis=table["basis"].map(LABELS["basis"]),
    )
    return table, shown.rename(columns=_WORKLIST_HEADERS)


def _rules(year: WorkYear) -> Pair:
    table = rules_frame(year.rules)
    yes = {True: "是", False: "否"}
    shown = table.assign(
        basis=table["basis"].map(LABELS["basis"]),
        verified=table["verified"].map(yes),
        unverified=table["unverified"].map(yes),
    ).rename(columns={**HEADERS, "title": "规则"})
    return table, shown


def _findings(year: WorkYear) -> Pair:
    table = dated_findings(year.findings)
    shown = table.assign(severity=table["severity"].map(LABELS["severity"]))
    return table, shown.rename(columns={**HEADERS, "budget_year": "预算年度"})


_TABLES: Mapping[str, Callable[[WorkYear], Pair]] = MappingProxyType(
    {
        "units": _units,
        "projects": _score("projects"),
        "indicators": _score("indicators"),
        "ledger": _score("ledger"),
        "execution": _execution,
        "flags": _flags,
        "worklist": lambda year: _worklist(year.worklist),
        "monitored_worklist": lambda year: _worklist(monitored_worklist(year)),
        "proposal": _proposal("projects"),
        "steps": _proposal("steps"),
        "totals": _proposal("totals"),
        "rules": _rules,
        "findings": _findings,
        **BOOK_TABLES,
    }
)

__all__ = ["work_year_workbook"]
