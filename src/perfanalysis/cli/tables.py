"""Commands about the tables of a budget year: read, check, make up."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from perfanalysis.cli.shared import (
    FOLDER,
    budget_year_option,
    command,
    data_option,
    json_option,
    rules_on,
    rules_option,
    suite_option,
)
from perfanalysis.errors import ParameterError
from perfanalysis.printing import (
    echo,
    print_findings,
    print_json,
)


@command(
    "check",
    "检查一个预算年度的数据。设置文件中的本地规则和 --rules 一并采用。",
    "退出码：0 没有错误；1 有错误；2 无法读取。",
)
@budget_year_option
@data_option
@suite_option
@rules_option
@json_option
def check(
    *, budget_year: int, data: Path, suite: Path, rule_files: tuple[Path, ...], as_json: bool
) -> int:
    """Check the data of a budget year; 1 if it has errors, 2 if it cannot be read."""
    from perfanalysis.data.checks import check_year
    from perfanalysis.data.tables import REQUIRED, load_year
    from perfanalysis.rules.loader import evaluation_date
    from perfanalysis.scoring.weights import standards_of

    standards = standards_of(rules_on(evaluation_date(budget_year), suite, rule_files))
    year = load_year(data / str(budget_year))
    findings = (*year.findings, *check_year(year, standards=standards))
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
        echo(
            f"读到 {len(result.forms)} 份表，写入 {len(result.written)} 份"
            f"（改动的数据表：{'、'.join(result.tables) or '无'}）。"
        )
    if not result.forms:
        return 2
    return int(any(finding.severity == "error" for finding in result.findings))


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
    echo(str(out))
    return 0


def _first_and_last(years: str) -> tuple[int, int]:
    first, dash, last = years.partition("-")
    if not (dash and first.isdecimal() and last.isdecimal()):
        raise ParameterError(f"年度 {years!r} 应写成 起-止，如 2019-2023。请改正 --years。")
    return int(first), int(last)
