"""The tables of a work year as one workbook."""

from __future__ import annotations

import pandas as pd

from perfanalysis.data.codebook import codebook
from perfanalysis.data.export import HEADERS, LABELS
from perfanalysis.data.findings import findings_frame
from perfanalysis.linkage.export import TITLES as LINK_TITLES
from perfanalysis.linkage.export import labelled_proposal
from perfanalysis.money.execution import execution_rates
from perfanalysis.money.worklist import money_worklist
from perfanalysis.report.text import texts
from perfanalysis.report.workbook import Sheet, year_workbook
from perfanalysis.rules.loader import rules_frame
from perfanalysis.scoring.export import TITLES as SCORE_TITLES
from perfanalysis.scoring.export import labelled_scores
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


def work_year_workbook(year: WorkYear) -> bytes:
    """Return the tables of a work year as an .xlsx.

    They are project by project and hold free text that nobody cleared: none of it is public.
    Where nobody requested a budget, the proposal is left out, and the notes say so.

    Raises
    ------
    DataError
        If a table is missing or does not fit on a sheet.
    """
    when = f"{year.evaluation_year}年度"
    units = year.evaluation["units"]
    scores = year.scores
    sheets = [
        Sheet("单位", f"一行一个预算单位，{when}。", units, _units(units)),
        *(
            Sheet(SCORE_TITLES[name], f"{about}，{when}。", table, labelled_scores(table))
            for name, about, table in (
                ("projects", "一行一个自评项目的得分", scores.projects),
                ("indicators", "一行一个指标的得分", scores.indicators),
                ("ledger", "一行一条扣分，满分减得分等于各条之和", scores.ledger),
            )
        ),
        _execution(year),
        _flags(year),
        _worklist(year),
        *_linkage(year),
        _rules(year),
        _findings(year),
    ]
    return year_workbook(sheets, notes=_notes(year))


def _notes(year: WorkYear) -> list[str]:
    engagement = year.suite.engagement
    sample = ["数据为虚构的示例数据，所列单位、项目和人员均不存在。"] if year.sample else []
    proposal = [] if not year.requests.empty else [f"没有列预算建议：{year.no_requests}"]
    return [
        *sample,
        *proposal,
        f"{year.suite.district.name}{year.work_year}工作年度，{engagement.status}，"
        f"第{engagement.version}版，{engagement.report_date.isoformat()}。",
        "数值为计算所用的原值，未四舍五入；金额以万元计，比率为小数（0.85即85%）；空格为没有数值。",
        "以等号、加号、减号或@开头的内容按文字保存，不是公式。",
    ]


def _units(units: pd.DataFrame) -> pd.DataFrame:
    columns = codebook()["units"].columns
    shown = {
        name: units[name].map(columns[name].choices).fillna(units[name])
        for name in units
        if name in columns and columns[name].choices
    }
    return units.assign(**shown).rename(columns={name: c.zh for name, c in columns.items()})


def _execution(year: WorkYear) -> Sheet:
    rates = execution_rates(year.evaluation, by="project").rename(columns={"key": "project_id"})
    projects = year.evaluation["projects"][["project_id", "name", "unit_id"]]
    table = rates.merge(projects, on="project_id", how="left")[list(_EXECUTION_HEADERS)]
    about = f"一行一个项目的预算执行，{year.evaluation_year}年度。"
    return Sheet("预算执行", about, table, table.rename(columns=_EXECUTION_HEADERS))


def _linkage(year: WorkYear) -> list[Sheet]:
    if year.requests.empty:
        return []
    proposal = year.proposal
    return [
        Sheet(
            LINK_TITLES[name],
            f"{about}，{year.requests_year}年度预算。",
            table,
            labelled_proposal(table),
        )
        for name, about, table in (
            ("projects", "一行一个项目的建议数", proposal.projects),
            ("steps", "一行一步，各步相加等于建议数", proposal.steps),
            ("totals", "一行一个合计", proposal.totals),
        )
    ]


def _flags(year: WorkYear) -> Sheet:
    table, say = year.flags, texts("suite", "zh")
    kinds = {code: say.label("flag", code) for code in table["kind"].unique()}
    shown = table.assign(
        kind=table["kind"].map(kinds), basis=table["basis"].map(LABELS["basis"])
    ).rename(columns=_FLAG_HEADERS)
    return Sheet("需核实的情况", "一行一项，由数据比对得出，须向单位核实。", table, shown)


def _worklist(year: WorkYear) -> Sheet:
    table, say = money_worklist(year.money.flags, year.evaluation["units"]), texts("suite", "zh")
    kinds = {code: say.label("flag", code) for code in table["check"].unique()}
    shown = table.assign(
        check=table["check"].map(kinds),
        severity=table["severity"].map(_SEVERITY),
        basis=table["basis"].map(LABELS["basis"]),
    ).rename(columns=_WORKLIST_HEADERS)
    about = "一行一项待核实，按涉及金额排列；同一笔钱可列在几项下，金额不能相加。"
    return Sheet("资金核实清单", about, table, shown)


def _rules(year: WorkYear) -> Sheet:
    table = rules_frame(year.rules)
    yes = {True: "是", False: "否"}
    shown = table.assign(
        basis=table["basis"].map(LABELS["basis"]),
        verified=table["verified"].map(yes),
        unverified=table["unverified"].map(yes),
    ).rename(columns={**HEADERS, "title": "规则"})
    about = f"一行一条规则，{year.rules.day.isoformat()}有效。"
    return Sheet("所用规则", about, table, shown)


def _findings(year: WorkYear) -> Sheet:
    table = findings_frame(year.findings)
    shown = table.assign(severity=table["severity"].map(LABELS["severity"]))
    about = f"{year.evaluation_year}年度和{year.monitoring_year}年度数据中的问题，一行一个。"
    return Sheet("问题清单", about, table, shown.rename(columns=HEADERS))


__all__ = ["work_year_workbook"]
