"""What the commands share: the group, how one is registered, common options.

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
from perfanalysis.printing import echo, print_json

if TYPE_CHECKING:
    from perfanalysis.rules.loader import RulesInForce

INTERRUPTED = 130
"""Exit code after Ctrl-C, as shells give it."""

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
                    echo(str(error), err=True)
                code = 2
            except KeyboardInterrupt:
                echo("已中止。", err=True)
                code = INTERRUPTED
            click.get_current_context().exit(code)

        return main.command(name, help="\n\n".join(help_))(run)

    return register


def rules_on(day: date | None, suite: Path, rule_files: tuple[Path, ...]) -> RulesInForce:
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
