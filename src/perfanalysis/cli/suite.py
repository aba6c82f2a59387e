"""Commands about whole work years: begin, run, publish, account for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from perfanalysis.cli.shared import (
    FOLDER,
    command,
    json_option,
    suite_option,
    work_year_option,
)
from perfanalysis.errors import ParameterError
from perfanalysis.printing import (
    echo,
    print_diff,
    print_differences,
    print_json,
    print_run,
)


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
@click.option(
    "--scheduler",
    metavar="ADDRESS",
    help="交给 Dask 集群运行：调度器地址（tcp://、tls://）或调度器文件。",
)
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
    scheduler: str | None,
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
        scheduler=scheduler,
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
            echo(f"删去 {kept['removed']} 项，{kept['freed'] / 1e6:,.1f} MB。")
        echo(f"缓存 {kept['entries']} 项，{kept['bytes'] / 1e6:,.1f} MB：{kept['folder']}")
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


@command(
    "diff",
    "比较两次发布的报告：哪些数字变了、变了多少，数据和规则有何改动。目录页不另比较。",
    "退出码：0 相同；1 不同；2 无法比较。",
)
@click.argument("before", type=FOLDER)
@click.argument("after", type=FOLDER)
@json_option
def diff(*, before: Path, after: Path, as_json: bool) -> int:
    """Compare two published folders; 1 if anything differs."""
    from perfanalysis.suite.diff import diff_reports

    found = diff_reports(before, after)
    if as_json:
        print_json(found.as_dict())
    else:
        print_diff(found)
    return int(not found.same)


@command("init", "为一个新的区建立工作文件夹：设置、空的数据表、本地规则、笔记本。")
@click.argument("folder", type=FOLDER)
@click.option("--district", required=True, help="区的名称，印在每一页上。")
@click.option("--work-year", "--year", required=True, type=int, help="工作年度；评价其上一年度。")
def init(*, folder: Path, district: str, work_year: int) -> int:
    """Begin the work in a new district."""
    from perfanalysis.suite.starting import start_workspace

    written = start_workspace(folder, district=district, work_year=work_year)
    echo(f"已在 {folder} 写入 {len(written)} 个文件，请从 {folder / 'README.md'} 读起。")
    return 0


def _name_and_value(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign:
        raise ParameterError(f"参数 {text!r} 应写成 名称=值，如 seed=7。请改正。")
    return name.strip(), value.strip()
