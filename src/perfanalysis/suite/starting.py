"""Begin the work in a new district: a folder with settings, empty tables and the notebooks."""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections.abc import Iterator
from datetime import date
from importlib.resources import files
from pathlib import Path
from string import Template

from perfanalysis.data.codebook import codebook
from perfanalysis.errors import ParameterError

_YEARS = range(1, 9999)
_STARTER = ("suite.toml", "rules/local.yaml", "README.md")


def shipped_notebooks() -> Path:
    """The folder of the notebooks that come with the package."""
    package = Path(str(files("perfanalysis")))
    installed = package / "notebooks"
    return installed if installed.is_dir() else package.parents[1] / "notebooks"


def start_workspace(folder: Path | str, *, district: str, work_year: int) -> tuple[Path, ...]:
    """Write the workspace of a district.

    The tables are empty CSV files (UTF-8 with BOM, Chinese headers), for the evaluated year, the
    monitored year and the year whose targets and requests are reviewed.

    Parameters
    ----------
    folder : Path or str
        Made where it does not exist; must be empty.
    district : str
        As it is to stand on every page.
    work_year : int
        The year in which the work is done; the year before it is evaluated.

    Returns
    -------
    tuple of Path
        The files written, sorted.

    Raises
    ------
    ParameterError
        If the folder is not empty or cannot be written, or the name or year cannot be used.
    """
    target = Path(folder)
    if not district.strip() or not district.isprintable():
        raise ParameterError("区的名称为空或含不可见字符。请改正 --district，如 示例区。")
    if work_year not in _YEARS:
        raise ParameterError(f"工作年度 {work_year} 不是年份。请改正 --work-year，如 2021。")
    try:
        if target.is_dir() and any(target.iterdir()):
            raise ParameterError(f"{target} 不是空文件夹。请另选一个文件夹，已有的文件不会被改动。")
        for path, text in _texts(district, work_year):
            _write(target / path, text)
        shutil.copytree(
            shipped_notebooks(),
            target / "notebooks",
            ignore=lambda _, names: [name for name in names if not name.endswith(".ipynb")],
        )
        for name in ("inbox", "reports"):
            (target / name).mkdir()
    except OSError as error:
        raise ParameterError(
            f"不能写入 {target}：{error.strerror}。请核对路径和权限，或另选一个文件夹。"
        ) from error
    return tuple(sorted(path for path in target.rglob("*") if path.is_file()))


def _texts(district: str, work_year: int) -> Iterator[tuple[str, str]]:
    """Path and text of each file that is not a notebook."""
    values = {
        "district": json.dumps(district, ensure_ascii=False),
        "title": " ".join(district.split()),
        "work_year": str(work_year),
        "evaluated": str(work_year - 1),
        "report_date": str(date(work_year + 1, 1, 20)),
        "reply_due": str(date(work_year + 1, 2, 18)),
    }
    starter = files("perfanalysis") / "suite" / "starter"
    for name in _STARTER:
        yield name, Template(starter.joinpath(name).read_text("utf-8")).substitute(values)
    for year in (work_year - 1, work_year, work_year + 1):
        for table in codebook():
            yield f"data/{year}/{table}.csv", _header(table)


def _header(table: str) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(
        column.zh for column in codebook()[table].columns.values()
    )
    return "\ufeff" + line.getvalue()


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8", newline="\n")


__all__ = ["shipped_notebooks", "start_workspace"]
