"""The commands: each parses, calls one function of the library, prints, and says how it went.

Imports stand inside the commands, so that a command pays for its own only. Exit codes: 0 done,
1 done with something to look at (each command says what), 2 not done.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from perfanalysis.errors import ParameterError, PerfAnalysisError
from perfanalysis.printing import (
    print_differences,
    print_findings,
    print_json,
    print_rules,
    print_run,
)

if TYPE_CHECKING:
    from perfanalysis.rules.loader import RulesInForce

FOLDER = click.Path(path_type=Path, file_okay=False)
FILE = click.Path(path_type=Path, dir_okay=False)

data_option = click.option(
    "--data", default=Path("data"), show_default=True, type=FOLDER, help="数据文件夹。"
)
budget_year_option = click.option(
    "--budget-year", "--year", required=True, type=int, help="预算年度。"
)
work_year_option = click.option(
    "--work-year", "--year", type=int, help="工作年度；省略时取自设置文件。"
)
suite_option = click.option(
    "--suite", default=Path("suite.toml"), show_default=True, type=FILE, help="设置文件。"
)
rules_option = click.option(
    "--rules", "rule_files", multiple=True, type=FILE, help="本地规则文件，可多次给出。"
)
json_option = click.option(
    "--json", "as_json", is_flag=True, help="在标准输出上只打印一个 JSON 对象。"
)


@click.group(
    context_settings={"help_option_names": ["-h", "--help"]},
    help="预算绩效评价：读入单位报送的表格，复核计分，生成全部报告。",
)
@click.version_option(package_name="perfanalysis", message="%(prog)s %(version)s")
def main() -> None:
    """Group the commands."""


def command(name: str, *help_: str) -> Callable[[Callable[..., int]], click.Command]:
    """Make a function that returns an exit code a command of `main`, with paragraphs of help.

    An error of ours is a message without a traceback and exit code 2; with ``--json``, an object.
    """

    def register(function: Callable[..., int]) -> click.Command:
        @functools.wraps(function)
        def run(**options: Any) -> None:
            try:
                code = function(**options)
            except PerfAnalysisError as error:
                if options.get("as_json"):
                    print_json({"error": type(error).__name__, "message": str(error)})
                else:
                    click.echo(str(error), err=True)
                code = 2
            click.get_current_context().exit(code)

        return main.command(name, help="\n\n".join(help_))(run)

    return register


@command(
    "run",
    "生成一个工作年度的全部报告。",
    "退出码：0 全部生成；1 有报告失败（或 --strict 且数据有错误）；2 未运行。",
)
@work_year_option
@suite_option
@click.option("--data", type=FOLDER, help="数据文件夹；省略时为设置文件旁的 data。")
@click.option("--reports", type=FOLDER, help="报告文件夹；省略时为设置文件旁的 reports。")
@click.option("--notebooks", type=FOLDER, help="笔记本文件夹；省略时为设置文件旁的 notebooks。")
@click.option("--only", multiple=True, metavar="GLOB", help="只生成符合的页面，如 '30_unit-*'。")
@click.option("--retry-failed", is_flag=True, help="只重做上次失败的页面。")
@click.option(
    "-p", "--parameter", multiple=True, metavar="名称=值", help="另给笔记本的参数，可多次给出。"
)
@click.option("--force", is_flag=True, help="全部重做，不论有无改动。")
@click.option("--jobs", type=click.IntRange(min=1), help="同时运行几份报告；省略时为核心数。")
@click.option("--engine", type=click.Choice(["forked", "jupyter"]), default="forked")
@click.option("--lang", type=click.Choice(["zh", "en"]), help="语言；省略时取自设置文件。")
@click.option("--edition", type=click.Choice(["internal", "public"]), default="internal")
@click.option("--strict", is_flag=True, help="数据中有错误时退出码为 1。")
@json_option
def run(
    *,
    work_year: int | None,
    suite: Path,
    data: Path | None,
    reports: Path | None,
    notebooks: Path | None,
    only: tuple[str, ...],
    retry_failed: bool,
    parameter: tuple[str, ...],
    force: bool,
    jobs: int | None,
    engine: Any,
    lang: Any,
    edition: Any,
    strict: bool,
    as_json: bool,
) -> int:
    """Make the reports of a work year; 1 if one failed, or the data has errors and it is strict."""
    from perfanalysis.suite.progress import display
    from perfanalysis.suite.run import run_suite

    result = run_suite(
        suite,
        work_year=work_year,
        data_dir=data,
        reports_dir=reports,
        notebooks_dir=notebooks,
        lang=lang,
        edition=edition,
        only=only,
        retry_failed=retry_failed,
        force=force,
        parameters=dict(_name_and_value(text) for text in parameter),
        jobs=jobs,
        engine=engine,
        display=display(),
    )
    if as_json:
        print_json(result.as_dict())
    else:
        print_run(result)
    bad_data = result.findings is None or result.findings.get("error", 0) > 0
    return int(bool(result.failed) or (strict and bad_data))


@command(
    "cache",
    "显示缓存的大小：没有改动的页面不必重做，靠的是它。删去整个缓存只会使下次运行变慢。",
    "退出码：0 完成；2 无法读取。",
)
@suite_option
@click.option("--prune", is_flag=True, help="删去没有一次完整运行用到的部分。")
@json_option
def cache(*, suite: Path, prune: bool, as_json: bool) -> int:
    """Say what the cache holds, or remove what no published run uses."""
    from perfanalysis.suite.cache.keys import survey
    from perfanalysis.suite.config import load_suite

    kept = survey(load_suite(suite), prune=prune)
    if as_json:
        print_json(kept)
    else:
        if prune:
            click.echo(f"删去 {kept['removed']} 项，{kept['freed'] / 1e6:,.1f} MB。")
        click.echo(f"缓存 {kept['entries']} 项，{kept['bytes'] / 1e6:,.1f} MB：{kept['folder']}")
    return 0


@command(
    "verify",
    "核对已发布的报告：指出改动、增加、缺少的每个文件。",
    "退出码：0 完全一致；1 有差异；2 无法核对。",
)
@click.argument("folder", type=FOLDER)
@click.option("--data", type=FOLDER, help="一并核对生成报告所用的数据文件夹。")
@json_option
def verify(*, folder: Path, data: Path | None, as_json: bool) -> int:
    """Compare a published folder with its manifest; 1 if anything differs."""
    from perfanalysis.suite.manifest import verify_reports

    differences = verify_reports(folder, data_dir=data)
    if as_json:
        print_json({"differences": [difference.as_dict() for difference in differences]})
    else:
        print_differences(differences)
    return int(bool(differences))


@command("check", "检查一个预算年度的数据。", "退出码：0 没有错误；1 有错误；2 无法读取。")
@budget_year_option
@data_option
@json_option
def check(*, budget_year: int, data: Path, as_json: bool) -> int:
    """Check the data of a budget year; 1 if it has errors, 2 if it cannot be read."""
    from perfanalysis.data.checks import check_year
    from perfanalysis.data.tables import REQUIRED, load_year

    year = load_year(data / str(budget_year))
    findings = (*year.findings, *check_year(year))
    if as_json:
        print_json({"budget_year": budget_year, "findings": [f.as_dict() for f in findings]})
    else:
        print_findings(findings)
    if any(table not in year.sources for table in REQUIRED):
        return 2
    return int(any(finding.severity == "error" for finding in findings))


@command(
    "import",
    "读入并复核单位报送的自评表（.xlsx、.xls、.docx），写入数据表。",
    "退出码：0 没有错误；1 有未能读入或须改正之处；2 一份表也没有读到。",
)
@click.argument("paths", nargs=-1, required=True, metavar="PATH…", type=click.Path(path_type=Path))
@budget_year_option
@data_option
@rules_option
@json_option
def import_(
    *,
    paths: tuple[Path, ...],
    budget_year: int,
    data: Path,
    rule_files: tuple[Path, ...],
    as_json: bool,
) -> int:
    """Import official forms; 1 if a finding is an error, 2 if there was no form."""
    from perfanalysis.rules.loader import load_rules
    from perfanalysis.scoring.importing import import_forms

    result = import_forms(
        paths, budget_year=budget_year, data_dir=data, rules=load_rules(*rule_files)
    )
    if as_json:
        print_json(result.as_dict())
    else:
        print_findings(result.findings)
        click.echo(
            f"读到 {len(result.forms)} 份表，写入 {len(result.written)} 份"
            f"（改动的数据表：{'、'.join(result.tables) or '无'}）。"
        )
    if not result.forms:
        return 2
    return int(any(finding.severity == "error" for finding in result.findings))


@command("score", "按评价日期有效的规则复核计分，写出得分、指标、扣分清单、规则和发现。")
@budget_year_option
@data_option
@rules_option
@click.option("--out", required=True, type=FILE, help="写出的文件：.xlsx、.csv 或 .parquet。")
@json_option
def score(
    *, budget_year: int, data: Path, rule_files: tuple[Path, ...], out: Path, as_json: bool
) -> int:
    """Score the self-evaluated projects of a budget year."""
    from perfanalysis.data.tables import load_year
    from perfanalysis.rules.loader import evaluation_date, load_rules
    from perfanalysis.scoring.export import write_scores
    from perfanalysis.scoring.projects import score_projects

    year = load_year(data / str(budget_year), only=("units", "projects", "funds", "indicators"))
    scores = score_projects(year, load_rules(*rule_files).on(evaluation_date(budget_year)))
    written = write_scores(scores, out)
    refused = int((scores.projects["status"] == "refused").sum())
    if as_json:
        facts = {"projects": len(scores.projects), "refused": refused}
        print_json({"budget_year": budget_year, **facts, "files": list(map(str, written))})
    else:
        click.echo(f"{len(scores.projects)} 个项目，其中 {refused} 个未能计分。")
        for path in written:
            click.echo(str(path))
    return 0


@command("link", "按评价结果提出下一年度预算安排建议，写出逐项目的每一步和合计。")
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
    from perfanalysis.rules.loader import load_rules
    from perfanalysis.suite.config import load_suite
    from perfanalysis.suite.workyear import WorkYear

    settings = load_suite(suite)
    book = load_rules(*settings.rule_files, *rule_files)
    year = WorkYear(settings, work_year or settings.work_year, data, book)
    written = write_proposal(year.proposal, out)
    total = year.proposal.totals.set_index("level").loc["district"]
    money = {name: float(total[name]) for name in ("base_wan", "requested_wan", "proposed_wan")}
    if as_json:
        facts = {"projects": int(total["projects"]), **money}
        print_json({"work_year": year.work_year, **facts, "files": list(map(str, written))})
    else:
        base, requested, proposed = (f"{each:,.2f}" for each in money.values())
        click.echo(
            f"{total['projects']} 个项目，{settings.money.unit}："
            f"基数 {base}，申请 {requested}，建议 {proposed}。"
        )
        for path in written:
            click.echo(str(path))
    return 0


@command("init", "为一个新的区建立工作文件夹：设置、空的数据表、本地规则、笔记本。")
@click.argument("folder", type=FOLDER)
@click.option("--district", required=True, help="区的名称，印在每一页上。")
@click.option("--work-year", "--year", required=True, type=int, help="工作年度；评价其上一年度。")
def init(*, folder: Path, district: str, work_year: int) -> int:
    """Begin the work in a new district."""
    from perfanalysis.suite.starting import start_workspace

    written = start_workspace(folder, district=district, work_year=work_year)
    click.echo(f"已在 {folder} 写入 {len(written)} 个文件，请从 {folder / 'README.md'} 读起。")
    return 0


@command("sample", "写出虚构的示例区数据；不带选项时与随附的数据逐字节相同。")
@click.option("--out", required=True, type=FOLDER, help="写入的文件夹。")
@click.option("--seed", type=int, help="随机种子。")
@click.option("--units", type=int, help="预算单位数。")
@click.option("--years", metavar="A-B", help="起止预算年度，如 2019-2023。")
@click.option("--clean", is_flag=True, help="不埋设任何问题。")
def sample(
    *, out: Path, seed: int | None, units: int | None, years: str | None, clean: bool
) -> int:
    """Write the made-up district."""
    from perfanalysis.data.sample import write_sample

    given = {"seed": seed, "units": units, "years": _first_and_last(years) if years else None}
    options: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    write_sample(out, clean=clean, **options)
    click.echo(str(out))
    return 0


@command("rules", "列出某日有效的规则、出处，以及是否与原文核对过。")
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
        _rules_on(on.date() if on else None, suite, rule_files), unverified=unverified
    )
    if as_json:
        print_json({"rules": frame.to_dict("records")})
    else:
        print_rules(frame)
    return 0


def _rules_on(day: date | None, suite: Path, rule_files: tuple[Path, ...]) -> RulesInForce:
    """Rules of a day; without one, of the evaluation date that suite.toml leads to."""
    from perfanalysis.rules.loader import evaluation_date, load_rules
    from perfanalysis.suite.config import load_suite

    local = rule_files
    if suite.is_file():
        settings = load_suite(suite)
        local = (*settings.rule_files, *rule_files)
        day = day or evaluation_date(settings.work_year + settings.stages.evaluation)
    if day is None:
        raise ParameterError(
            f"没有设置文件 {suite}，不知道评价日期。请用 --on 指明，如 2021-03-31。"
        )
    return load_rules(*local).on(day)


def _first_and_last(years: str) -> tuple[int, int]:
    first, dash, last = years.partition("-")
    if not (dash and first.isdecimal() and last.isdecimal()):
        raise ParameterError(f"年度 {years!r} 应写成 起-止，如 2019-2023。请改正 --years。")
    return int(first), int(last)


def _name_and_value(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign:
        raise ParameterError(f"参数 {text!r} 应写成 名称=值，如 seed=7。请改正。")
    return name.strip(), value.strip()


if __name__ == "__main__":
    main()
