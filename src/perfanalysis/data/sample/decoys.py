"""Honest cases of the made-up district that look like defects, put on the list as decoys."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date

from perfanalysis.data.sample.gate import NEW_PROJECT_FLOOR
from perfanalysis.data.sample.model import District, Row, Tables, wan
from perfanalysis.data.sample.money import Money
from perfanalysis.data.sample.planting import Planting

PER_KIND = 4
Case = tuple[list[str], str, str]  # subjects, table, note


def record_decoys(
    district: District,
    year: int,
    money: Mapping[str, Money],
    tables: Tables,
    planting: Planting,
) -> None:
    """Find the honest look-alikes of a year and put some of each kind on the list.

    Projects that hold a planted defect of their spending are passed over.
    """
    spoilt = {s for r in planting.records if r.budget_year == year for s in r.subjects}
    found = {
        "decoy:lump-on-acceptance": _lumps(tables),
        "decoy:legal-advance": _advances(tables),
        "decoy:supplementary-agreement": _supplements(tables),
        "decoy:equal-instalments": _instalments(tables),
        "decoy:seasonal-spending": _seasonal(district, year),
        "decoy:carry-over-one-year": _carried(money),
        "decoy:shared-indicator-names": _same_names(district, year, tables["indicators"]),
        "decoy:small-new-project": _small(district, year, money),
        "decoy:unit-renamed": _renamed(district, year),
        "decoy:visit-rounding": _roundings(tables),
    }
    for kind, cases in found.items():
        honest = [case for case in cases if case[1] == "units" or not spoilt & set(case[0])]
        draw = district.plan.stream("decoy", kind, year)
        for subjects, table, note in draw.shuffled(honest)[: district.plan.scaled(PER_KIND)]:
            planting.record(kind, year, subjects, table, note)


def _by(rows: Sequence[Row], column: str) -> dict[str, list[Row]]:
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if row.get(column):
            groups[str(row[column])].append(row)
    return groups


def _lumps(tables: Tables) -> list[Case]:
    """One payment of the whole contract late in the year, after acceptance."""
    contracts = _by(tables["contracts"], "contract_id")
    cases: list[Case] = []
    for number, paid in _by(tables["payments"], "contract_id").items():
        day, accepted = paid[0]["date"], contracts[number][-1]["acceptance_date"]
        if len(paid) == 1 and isinstance(day, date) and day.month >= 11 and accepted:
            subjects = [str(paid[0]["project_id"]), number, str(paid[0]["payment_id"])]
            cases.append((subjects, "payments", "验收后一次性付款"))
    return cases


def _advances(tables: Tables) -> list[Case]:
    """An advance of a fifth or more, as the contract has it."""
    cases: list[Case] = []
    for number, rows in _by(tables["contracts"], "contract_id").items():
        advance, signed = float(str(rows[0]["advance_wan"])), float(str(rows[0]["signed_wan"]))
        if advance >= 0.18 * signed:
            note = f"合同约定预付款 {rows[0]['advance_wan']} 万元，按约定支付"
            cases.append(([str(rows[0]["project_id"]), number], "payments", note))
    return cases


def _supplements(tables: Tables) -> list[Case]:
    return [
        ([str(rows[0]["project_id"]), number], "contracts", "已签补充合同，付款未超过补充后金额")
        for number, rows in _by(tables["contracts"], "contract_id").items()
        if len({row["signed_wan"] for row in rows}) > 1
    ]


def _instalments(tables: Tables) -> list[Case]:
    """The same amount to the same payee every quarter."""
    cases: list[Case] = []
    for key, paid in _by(tables["payments"], "project_id").items():
        main = [row for row in paid if str(row["budget_line"]).endswith("-1")]
        if len(main) == 4 and len({str(row["amount_wan"])[:-3] for row in main}) == 1:
            ids = [str(row["payment_id"]) for row in main]
            cases.append(([key, *ids], "payments", "按季度等额拨付"))
    return cases


def _seasonal(district: District, year: int) -> list[Case]:
    return [
        ([p.project_id], "payments", "按季节开展的工作，支出集中在相应月份")
        for p in district.running(year)
        if p.style in ("summer", "winter")
    ]


def _carried(money: Mapping[str, Money]) -> list[Case]:
    return [
        ([key], "funds", f"上年结转 {wan(m.carried_in)} 万元当年用完")
        for key, m in sorted(money.items())
        if m.carried_in > 100_000 and not m.stale and m.executed >= m.carried_in
    ]


def _same_names(district: District, year: int, indicators: Sequence[Row]) -> list[Case]:
    """Two units with the same kind of project: the same indicators, targets of their own."""
    first = {str(r["project_id"]): r for r in reversed(indicators) if r.get("project_id")}
    kinds: dict[str, list[str]] = defaultdict(list)
    for project in district.running(year):
        kinds[project.template.name].append(project.project_id)
    return [
        ([a, b], "indicators", "同类项目指标名称相同，目标值各自测算")
        for ids in kinds.values()
        for a, b in zip(ids[::2], ids[1::2], strict=False)
        if first[a].get("target") != first[b].get("target")
    ]


def _small(district: District, year: int, money: Mapping[str, Money]) -> list[Case]:
    return [
        ([p.project_id], "pre_assessment", "新增项目金额较小，按规定无需事前评估")
        for p in district.running(year)
        if p.first == year and 0 < money[p.project_id].approved < NEW_PROJECT_FLOOR
    ]


def _renamed(district: District, year: int) -> list[Case]:
    return [
        ([unit.unit_id], "units", f"更名为{unit.name.in_year(year)}")
        for unit in district.units
        if year in unit.name.renamed
    ]


def _roundings(tables: Tables) -> list[Case]:
    return [
        ([str(row["project_id"]), str(row["visit_id"])], "site_visits", "核实数与申报数相差不足2%")
        for row in tables["site_visits"]
        if 0.98 <= float(str(row["verified"])) / float(str(row["reported"])) < 1
    ]


__all__ = ["record_decoys"]
