"""Commands about results: scores, the next budget, the rules behind them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from perfanalysis.cli.shared import (
    FILE,
    budget_year_option,
    command,
    data_option,
    json_option,
    rules_on,
    rules_option,
    suite_option,
    work_year_option,
)
from perfanalysis.errors import ParameterError
from perfanalysis.printing import echo, print_findings, print_json, print_rules

if TYPE_CHECKING:
    from perfanalysis.data.tables import YearData
    from perfanalysis.suite.workyear import WorkYear


SCORED = ("units", "projects", "funds", "indicators")
"""Tables that scoring reads."""


@command(
    "score",
    "按评价日期有效的规则复核计分，写出得分、指标、扣分清单、规则和发现。",
    "退出码：0 已写出；2 数据表无法读取或不能写出。",
)
@budget_year_option
@data_option
@rules_option
@click.option("--out", required=True, type=FILE, help="写出的文件：.xlsx、.csv 或 .parquet。")
@json_option
def score(
    *, budget_year: int, data: Path, rule_files: tuple[Path, ...], out: Path, as_json: bool
) -> int:
    """Score the self-evaluated projects of a budget year."""
    from perfanalysis.data.tables import REQUIRED, load_year
    from perfanalysis.rules.loader import evaluation_date, load_rules
    from perfanalysis.scoring.export import write_scores
    from perfanalysis.scoring.projects import score_projects

    year = load_year(data / str(budget_year), only=SCORED)
    unread = {table for table in SCORED if table not in year.sources}
    if unread & {*REQUIRED, *(finding.subject for finding in year.findings)}:
        return _unreadable((year,), as_json)
    scores = score_projects(year, load_rules(*rule_files).on(evaluation_date(budget_year)))
    written = write_scores(scores, out)
    refused = int((scores.projects["status"] == "refused").sum())
    if as_json:
        facts = {"projects": len(scores.projects), "refused": refused}
        print_json({"budget_year": budget_year, **facts, "files": list(map(str, written))})
    else:
        echo(f"{len(scores.projects)} 个项目，其中 {refused} 个未能计分。")
        for path in written:
            echo(str(path))
    return 0


@command(
    "link",
    "按评价结果提出下一年度预算安排建议，写出逐项目的每一步和合计。",
    "退出码：0 已写出；2 数据表无法读取、没有预算申请或不能写出。",
)
@work_year_option
@suite_option
@data_option
@rules_option
@click.option("--out", required=True, type=FILE, help="写出的文件：.xlsx、.csv 或 .parquet。")
@json_option
def link(
    *,
    work_year: int | None,
    suite: Path,
    data: Path,
    rule_files: tuple[Path, ...],
    out: Path,
    as_json: bool,
) -> int:
    """Propose the next budget from the results of a work year."""
    from perfanalysis.linkage.export import write_proposal

    year = _work_year(work_year, suite, data, rule_files)
    if unread := _unread(year):
        return _unreadable(unread, as_json)
    proposal = year.requested_proposal
    written = write_proposal(proposal, out)
    total = proposal.totals.set_index("level").loc["district"]
    money = {name: float(total[name]) for name in ("base_wan", "requested_wan", "proposed_wan")}
    if as_json:
        facts = {"projects": int(total["projects"]), **money}
        print_json({"work_year": year.work_year, **facts, "files": list(map(str, written))})
    else:
        base, requested, proposed = (f"{each:,.2f}" for each in money.values())
        echo(
            f"{total['projects']} 个项目，{year.suite.money.unit}："
            f"基数 {base}，申请 {requested}，建议 {proposed}。"
        )
        for path in written:
            echo(str(path))
    return 0


@command(
    "workbook",
    "把一个工作年度的数据表写成一个 Excel 工作簿，附列说明和所用规则。",
    "其中有未经审核的文字，不可公开。",
    "退出码：0 已写出；2 数据表无法读取或不能写出。",
)
@work_year_option
@suite_option
@data_option
@click.option("--out", required=True, type=FILE, help="写出的文件：.xlsx。")
@json_option
def workbook(*, work_year: int | None, suite: Path, data: Path, out: Path, as_json: bool) -> int:
    """Write the tables of a work year as one workbook."""
    from perfanalysis.suite.workbook import work_year_workbook

    if out.suffix != ".xlsx" or not out.parent.is_dir():
        raise ParameterError(
            f"不能写出 {out}。文件名须以 .xlsx 结尾，所在文件夹须已建立。请改正 --out。"
        )
    year = _work_year(work_year, suite, data)
    if unread := _unread(year):
        return _unreadable(unread, as_json)
    out.write_bytes(work_year_workbook(year))
    if as_json:
        print_json({"work_year": year.work_year, "files": [str(out)]})
    else:
        echo(str(out))
    return 0


@command(
    "rules",
    "列出某日有效的规则、出处，以及是否与原文核对过。",
    "退出码：0 已列出；1 这一天没有规则有效；2 无法读取。",
)
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help="日期；省略时为评价日期。")
@click.option("--unverified", is_flag=True, help="只列出尚未与原文核对的。")
@suite_option
@rules_option
@json_option
def rules(
    *, on: Any, unverified: bool, suite: Path, rule_files: tuple[Path, ...], as_json: bool
) -> int:
    """List the rules in force on a day."""
    from perfanalysis.rules.loader import rules_frame

    frame = rules_frame(
        rules_on(on.date() if on else None, suite, rule_files), unverified=unverified
    )
    if as_json:
        print_json({"rules": frame.to_dict("records")})
    else:
        print_rules(frame)
    if not unverified and frame.empty:
        echo("这一天没有一条规则有效，请核对 --on。", err=True)
        return 1
    return 0


def _work_year(
    work_year: int | None, suite: Path, data: Path, rule_files: tuple[Path, ...] = ()
) -> WorkYear:
    """A work year, suite.toml's own if none is given, with more rules laid over its own."""
    from perfanalysis.rules.loader import load_rules
    from perfanalysis.suite.config import load_suite
    from perfanalysis.suite.workyear import WorkYear

    settings = load_suite(suite)
    book = load_rules(*settings.rule_files, *rule_files)
    return WorkYear(settings, work_year or settings.work_year, data, book)


def _unread(year: WorkYear) -> list[YearData]:
    """The evaluated and the monitored year, if a table that nothing can do without is unread."""
    from perfanalysis.data.tables import REQUIRED

    both = {each.budget_year: each for each in (year.evaluation, year.monitoring)}
    whole = all(table in each.sources for each in both.values() for table in REQUIRED)
    return [] if whole else list(both.values())


def _unreadable(years: Iterable[YearData], as_json: bool) -> int:
    """Print why tables cannot be read; nothing was written."""
    findings = [finding for year in years for finding in year.findings]
    if as_json:
        print_json({"files": [], "findings": [each.as_dict() for each in findings]})
    else:
        print_findings(findings)
    return 2
