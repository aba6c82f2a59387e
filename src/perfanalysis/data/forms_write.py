"""Write forms into the tables of a budget year.

What stands there from somewhere else is never overwritten: it stays, and the difference is a
finding. The same form again changes nothing; a corrected one of the same file takes the place of
its rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from perfanalysis.data.codebook import codebook
from perfanalysis.data.findings import Finding, Where
from perfanalysis.data.forms_csv import CsvTable, put_in_place
from perfanalysis.data.forms_match import Directory, Matched, match_forms, name_without_code
from perfanalysis.data.forms_model import Form, FundLine
from perfanalysis.data.forms_remarks import (
    duplicated,
    funds_differ,
    indicators_kept,
    not_listed,
    parts_differ,
    taken_by_another,
    whole_unit_noted,
    year_differs,
    year_missing,
)
from perfanalysis.errors import DataError

TABLES = ("units", "projects", "funds", "indicators")
_AMOUNTS = ("initial_wan", "annual_wan", "received_wan", "executed_wan")
_SAME_WAN = Decimal("0.000001")


@dataclass(frozen=True)
class Written:
    """What was written.

    Attributes
    ----------
    forms : mapping of int to (unit_id, project_id)
        The forms written, by their position.
    tables : tuple of str
        Names of the files that changed, sorted.
    findings : tuple of Finding
    """

    forms: Mapping[int, tuple[str, str]]
    tables: tuple[str, ...]
    findings: tuple[Finding, ...]


def write_forms(forms: Sequence[Form], *, budget_year: int, data_dir: Path) -> Written:
    """Write the forms of one budget year into ``data_dir/<budget_year>``.

    Parameters
    ----------
    forms : sequence of Form
        Forms of another year, without names or of a project that another form has taken are left
        out, with a finding each.
    budget_year : int
    data_dir : Path

    Returns
    -------
    Written

    Raises
    ------
    DataError
        If the folder cannot be read or written; then no table of it has changed.
    """
    folder = data_dir / str(budget_year)
    with _usable(folder):
        tables = {name: CsvTable(folder, codebook()[name]) for name in TABLES}
    unreadable = [finding for table in tables.values() for finding in table.findings]
    if unreadable:
        return Written({}, (), tuple(unreadable))
    positions = {id(form): number for number, form in enumerate(forms)}
    right, findings = _of_year(forms, budget_year)
    matched, problems = match_forms(right, _directory(tables))
    findings += problems
    done: dict[int, tuple[str, str]] = {}
    taken: dict[tuple[str, str], Where] = {}
    for each in matched:
        key = (each.unit_id, each.project_id)
        if key in taken:
            findings.append(duplicated(each, taken[key]))
            continue
        taken[key] = each.form.where
        if _write(each, tables, findings):
            done[positions[id(each.form)]] = key
    blocked = [finding for table in tables.values() for finding in table.blocked]
    if blocked:
        return Written({}, (), (*findings, *blocked))
    with _usable(folder):
        return Written(done, put_in_place(tables.values()), tuple(findings))


@contextmanager
def _usable(folder: Path) -> Iterator[None]:
    """Say which folder cannot be read or written, and why."""
    try:
        yield
    except OSError as error:
        raise DataError(
            f"数据文件夹 {folder} 读写不了（{error.strerror or error}），"
            "导入的内容没有写入任何数据表。请核对 --data 的路径、写入权限和磁盘空间后重新导入。"
        ) from error


def _directory(tables: Mapping[str, CsvTable]) -> Directory:
    units, projects = tables["units"], tables["projects"]
    return Directory(
        [(units.value(row, "unit_id"), units.value(row, "name")) for row in units.rows],
        [
            (
                projects.value(row, "project_id"),
                projects.value(row, "unit_id"),
                projects.value(row, "name"),
            )
            for row in projects.rows
        ],
    )


def _of_year(forms: Sequence[Form], budget_year: int) -> tuple[list[Form], list[Finding]]:
    right, findings = [], []
    for form in forms:
        if form.year is None:
            findings.append(year_missing(form, budget_year))
        if form.year in (None, budget_year):
            right.append(form)
        else:
            findings.append(year_differs(form, budget_year))
    return right, findings


def _write(each: Matched, tables: Mapping[str, CsvTable], findings: list[Finding]) -> bool:
    """Put one form into the tables; whether it was."""
    other = _other_form(each, tables["projects"])
    if other:
        findings.append(other)
        return False
    _drop_provisional(each, tables)
    _put_unit(each, tables["units"])
    _put_project(each, tables["projects"], findings)
    if not each.form.whole_unit:
        _put_funds(each, tables["funds"], findings)
    else:
        findings.append(whole_unit_noted(each))
    _put_indicators(each, tables["indicators"], findings)
    return True


def _origin(where: Where) -> str:
    """File and sheet, by which rows of a form are known again."""
    return f"{where.file}!{where.sheet}!"


def _other_form(each: Matched, projects: CsvTable) -> Finding | None:
    """The project has been filled in from another form."""
    for row in projects.where("project_id", each.project_id) if each.project_id else []:
        source = projects.value(row, "source_cell")
        if source and not source.startswith(_origin(each.form.where)):
            return taken_by_another(each, source)
    return None


def _drop_provisional(each: Matched, tables: Mapping[str, CsvTable]) -> None:
    """Rows under a provisional id go once the form is matched to the real one."""
    gone = each.provisional_project_id
    if gone and gone != each.project_id:
        for name in ("projects", "funds", "indicators"):
            tables[name].replace(tables[name].where("project_id", gone), ())
    unit = each.provisional_unit_id
    used = any(tables[name].where("unit_id", unit) for name in ("projects", "indicators"))
    if unit != each.unit_id and not used:
        tables["units"].replace(tables["units"].where("unit_id", unit), ())


def _put_unit(each: Matched, units: CsvTable) -> None:
    if each.new_unit and not units.where("unit_id", each.unit_id):
        name = name_without_code(each.form.unit or each.form.dept)
        units.add({"unit_id": each.unit_id, "name": name, "department_id": each.department_id})


def _put_project(each: Matched, projects: CsvTable, findings: list[Finding]) -> None:
    if each.form.whole_unit:
        return
    form = each.form
    values = {
        "objective": form.objective,
        "objective_result": form.objective_result,
        "stated_execution_score": _number(form.total.score if form.total else None),
        "stated_total": _number(form.total_score),
        "stated_grade": form.grade,
        "source_cell": str(form.project_where),
    }
    rows = projects.where("project_id", each.project_id)
    if not rows:
        head = {
            "project_id": each.project_id,
            "unit_id": each.unit_id,
            "name": name_without_code(form.project),
        }
        marks = {"is_self_evaluated": "true"} | dict.fromkeys(_UNKNOWN_MARKS, "false")
        projects.add(head | marks | values)
        return
    if projects.value(rows[0], "is_self_evaluated").lower() in ("", "false", "否", "0"):
        findings.append(not_listed(each))
    if each.new_project:
        projects.put(rows[0], {"unit_id": each.unit_id})
    projects.put(rows[0], values)


_UNKNOWN_MARKS = ("is_monitored", "is_key", "is_special")


def _put_funds(each: Matched, funds: CsvTable, findings: list[Finding]) -> None:
    rows = funds.where("project_id", each.project_id)
    own = [r for r in rows if funds.value(r, "source_cell").startswith(_origin(each.form.where))]
    lines = _fund_rows(each, findings)
    if len(own) < len(rows):
        findings += _differences(each, funds, rows, lines)
        return
    funds.replace(own, lines)


def _fund_rows(each: Matched, findings: list[Finding]) -> list[dict[str, str]]:
    """The parts where they add up to the total (or stand alone), else the total alone."""
    total, parts = each.form.total, [p for p in each.form.parts if p.carries_money]
    if total is None or not total.carries_money:
        lines = parts or ([total] if total else [])
    elif parts and not (unequal := _unequal(total, parts)):
        lines = parts
    else:
        lines = [total]
        if parts:
            findings.append(parts_differ(total, unequal))
    sources = dict.fromkeys(line.source for line in lines)
    return [
        _fund_row(each, source, [line for line in lines if line.source == source])
        for source in sources
        if any(line.states_money for line in lines if line.source == source)
    ]


def _unequal(total: FundLine, parts: list[FundLine]) -> str:
    """Where the parts do not add to the total: what was found; empty where they do."""
    for name, label in zip(
        _AMOUNTS, ("年初预算数", "全年预算数", "到位资金", "全年执行数"), strict=True
    ):
        whole: Decimal | None = getattr(total, name)
        amounts = [amount for part in parts if (amount := getattr(part, name)) is not None]
        added = sum(amounts, Decimal(0))
        if whole is not None and abs(whole - added) > _SAME_WAN:
            return f"{label}合计 {_number(added)}，总额 {_number(whole)}"
        if whole is None and amounts:
            return f"{label}总额为空，合计 {_number(added)}"
    return ""


def _fund_row(each: Matched, source: str, lines: list[FundLine]) -> dict[str, str]:
    row = {"project_id": each.project_id, "fund_source": source}
    for name in _AMOUNTS:
        amounts = [amount for line in lines if (amount := getattr(line, name)) is not None]
        row[name] = _number(sum(amounts, Decimal(0)) if amounts else None)
    return row | {"source_cell": str(lines[0].where)}


def _differences(
    each: Matched, funds: CsvTable, rows: list[list[str]], lines: list[dict[str, str]]
) -> list[Finding]:
    """Amounts that the table has from elsewhere, where the form says something else."""
    found = []
    for name, label in (("annual_wan", "全年预算数"), ("executed_wan", "全年执行数")):
        table = sum((_decimal(funds.value(row, name)) for row in rows), Decimal(0))
        form = sum((_decimal(line[name]) for line in lines), Decimal(0))
        if abs(table - form) > _SAME_WAN:
            found.append(f"{label}：表上 {_number(form)}，数据表 {_number(table)}")
    return [funds_differ(each, "；".join(found))] if found else []


def _put_indicators(each: Matched, indicators: CsvTable, findings: list[Finding]) -> None:
    owner = each.unit_id if each.form.whole_unit else each.project_id
    column = "unit_id" if each.form.whole_unit else "project_id"
    rows = indicators.where(column, owner)
    if each.form.whole_unit:
        rows = [row for row in rows if not indicators.value(row, "project_id")]
    origin = _origin(each.form.where)
    own = [r for r in rows if indicators.value(r, "source_cell").startswith(origin)]
    if len(own) < len(rows):
        findings.append(indicators_kept(each, len(rows) - len(own)))
        return
    indicators.replace(
        own, [_indicator_row(each, owner, n) for n in range(len(each.form.indicators))]
    )


def _indicator_row(each: Matched, owner: str, number: int) -> dict[str, str]:
    row = each.form.indicators[number]
    return {
        "indicator_id": f"{owner}-i{number + 1:02d}",
        "project_id": each.project_id,
        "unit_id": each.unit_id if each.form.whole_unit else "",
        "level1": "process" if row.level1 == "execution" else row.level1,
        "level2": row.level2,
        "level3": row.level3,
        "op": row.op or "",
        "target": _number(row.target),
        "target_text": row.target_text,
        "measure_unit": row.measure_unit,
        "points": _number(row.points),
        "actual": _number(row.actual),
        "actual_text": row.actual_text,
        "self_score": _number(row.score),
        "reason": row.reason,
        "source_cell": str(row.where),
    }


def _number(value: Decimal | None) -> str:
    """A plain decimal: ``38.766462``, never ``1E+2``."""
    if value is None:
        return ""
    return f"{value.normalize():f}" if value else "0"


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text.replace(",", "") or "0")
    except ArithmeticError:
        return Decimal(0)


__all__ = ["TABLES", "Written", "write_forms"]
