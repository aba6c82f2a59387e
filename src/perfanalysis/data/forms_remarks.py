"""What an import says of forms that it wrote, or did not write, into the tables."""

from __future__ import annotations

from perfanalysis.data.findings import Finding, Where, finding_at
from perfanalysis.data.forms_match import Matched
from perfanalysis.data.forms_model import Form, FundLine


def year_missing(form: Form, budget_year: int) -> Finding:
    """The form names no year."""
    return finding_at(
        "form-year-missing",
        "warning",
        "form",
        form.where,
        "",
        f"没有写明年度，按 {budget_year} 年度读入",
        "请核实年度并在表上注明。",
    )


def year_differs(form: Form, budget_year: int) -> Finding:
    """The form is of another year."""
    return finding_at(
        "form-year-differs",
        "error",
        "form",
        form.where,
        str(form.year),
        f"是 {form.year} 年度的自评表，要导入的是 {budget_year} 年度，未写入数据表",
        f"请核对；要导入这张表，请用 --budget-year {form.year}。",
    )


def funds_differ(each: Matched, found: str) -> Finding:
    """The table has other amounts from elsewhere."""
    return finding_at(
        "funds-differ",
        "warning",
        each.project_id,
        each.form.funds[0].where if each.form.funds else each.form.where,
        found,
        f"的资金与 funds 表已有的不同（{found}万元），funds 表未改动",
        "请向填报单位和归口股室核实后改正一处。",
    )


def duplicated(each: Matched, first: Where) -> Finding:
    """Two forms of one project were handed in."""
    return finding_at(
        "form-duplicated",
        "error",
        each.project_id or each.unit_id,
        each.form.where,
        str(first),
        f"与 {first} 是同一项目的自评表，未写入数据表",
        "请核对后只保留一份。",
    )


def taken_by_another(each: Matched, source: str) -> Finding:
    """The project was filled in from another file before."""
    return finding_at(
        "form-duplicated",
        "error",
        each.project_id,
        each.form.where,
        source,
        f"的项目 {each.project_id} 已由 {source} 填入，这张表未写入数据表",
        "请核对以哪份为准；更正的表请用原来的文件名。",
    )


def not_listed(each: Matched) -> Finding:
    """The project is not listed as self-evaluated."""
    return finding_at(
        "not-self-evaluated",
        "warning",
        each.project_id,
        each.form.project_where,
        each.form.project,
        f"的项目 {each.project_id} 在项目表中没有列为自评项目，项目表未改动",
        "请核对自评项目名单。",
    )


def parts_differ(total: FundLine, unequal: str) -> Finding:
    """The sources of the money do not add to its total."""
    return finding_at(
        "funds-parts-differ",
        "warning",
        "funds",
        total.where,
        unequal,
        f"以下各资金来源加起来与年度资金总额不符（{unequal}万元），只写入总额",
        "请填报单位核对各资金来源。",
    )


def indicators_kept(each: Matched, count: int) -> Finding:
    """The table has indicators of the project from elsewhere."""
    return finding_at(
        "indicators-kept",
        "warning",
        each.project_id or each.unit_id,
        each.form.where,
        f"{count} 行",
        f"的指标在 indicators 表中已有 {count} 行（来自别处），未改动",
        "请核对以哪份为准；以这张表为准的，请先删去原有各行。",
    )


def whole_unit_noted(each: Matched) -> Finding:
    """The form is of a unit as a whole."""
    return finding_at(
        "whole-unit-form",
        "note",
        each.unit_id,
        each.form.where,
        each.form.project,
        "是部门（单位）整体自评表：指标记在单位名下，资金不计入项目资金，以免重复计算",
        "总分和资金见导入结果。",
    )


__all__ = [
    "duplicated",
    "funds_differ",
    "indicators_kept",
    "not_listed",
    "parts_differ",
    "taken_by_another",
    "whole_unit_noted",
    "year_differs",
    "year_missing",
]
