"""Table ``projects`` of the made-up district, and the results that its next budgets follow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from perfanalysis.data.sample.model import District, Project, Row
from perfanalysis.data.sample.money import Money
from perfanalysis.data.sample.planting import Planting
from perfanalysis.data.sample.streams import half_up
from perfanalysis.data.sample.targets import plain, rule_score

GRADES = ((90.0, "优"), (80.0, "良"), (60.0, "中"), (0.0, "差"))


def project_rows(
    district: District,
    year: int,
    money: Mapping[str, Money],
    forms: Mapping[str, Sequence[Row]],
    planting: Planting,
) -> list[Row]:
    """One row a project, with what its unit states."""
    roles = district.roles[year]
    stated = _Stated(district, year, money, forms, planting)
    rows: list[Row] = []
    for project in district.running(year):
        key = project.project_id
        evaluated = key in roles.self_evaluated
        row: Row = {
            "project_id": key,
            "unit_id": project.unit.unit_id,
            "name": project.name,
            "category": project.template.sector,
            "fund_kind": project.fund_kind,
            "special_kind": project.special_kind,
            "project_type": project.template.project_type,
            "parent_id": project.parent_id or None,
            "is_self_evaluated": evaluated,
            "is_monitored": key in roles.monitored,
            "is_key": key in roles.key,
            "is_special": key in roles.special,
            **_dates(project),
            "objective": _objective(project, forms[key]),
        }
        rows.append(row | (stated.of(key) if evaluated else {}))
    return rows


def centred_results(
    district: District, year: int, money: Mapping[str, Money], forms: Mapping[str, Sequence[Row]]
) -> dict[str, float]:
    """Results of the self-evaluated projects, in points of 100 from the year's mean.

    The result is the share of the indicators' points that the rule gives: execution is not in
    it, nor are indicators without a target. Projects that spent nothing or filled in nothing are
    left out.
    """
    results: dict[str, float] = {}
    for key in sorted(district.roles[year].self_evaluated):
        rows = [row for row in forms[key] if _scorable(row)]
        if rows and money[key].executed:
            points = sum(float(str(row["points"])) for row in rows)
            results[key] = 100 * sum(rule_score(row) for row in rows) / points
    mean = sum(results.values()) / max(1, len(results))
    return {key: result - mean for key, result in results.items()}


def _scorable(row: Row) -> bool:
    judged = row["op"] == "qualitative" and row.get("self_score") is not None
    return judged or (row.get("target") is not None and row.get("actual") is not None)


class _Stated:
    """What the units state of their own scores, some of it wrong."""

    def __init__(
        self,
        district: District,
        year: int,
        money: Mapping[str, Money],
        forms: Mapping[str, Sequence[Row]],
        planting: Planting,
    ) -> None:
        self._money, self._forms, self._year, self._planting = money, forms, year, planting
        evaluated = sorted(district.roles[year].self_evaluated)
        filled = [key for key in evaluated if self._filled(key)]
        slow = [key for key in filled if 0 < money[key].rate < 0.95]
        self._wrong_total = planting.choose("total-mismatch", year, filled)
        self._wrong_execution = planting.choose("execution-score-differs", year, slow)
        self._draw = {key: district.plan.stream("stated", key, year) for key in evaluated}

    def of(self, key: str) -> Row:
        money = self._money[key]
        execution = half_up(10 * min(1.0, money.rate), 2)
        if key in self._wrong_execution:
            self._note("execution-score-differs", key, f"执行率 {plain(money.rate)}，自评满分")
            execution = 10.0
        if not self._filled(key):
            return {"stated_execution_score": None, "stated_total": None, "stated_grade": None}
        scores = [row["self_score"] for row in self._forms[key]]
        total = execution + sum(float(str(score)) for score in scores)
        if key in self._wrong_total:
            right = total
            total += self._draw[key].pick((-3.0, -1.0, 2.0, 3.0))
            total = total if total <= 100 else right - 2.0
            self._note("total-mismatch", key, f"各项合计 {plain(right)}，自评总分 {plain(total)}")
        return {
            "objective_result": "未达到预期目标" if money.executed == 0 else "年度任务已按计划完成",
            "stated_execution_score": execution,
            "stated_total": half_up(total, 2),
            "stated_grade": next(word for floor, word in GRADES if total >= floor),
        }

    def _filled(self, key: str) -> bool:
        return all(row.get("self_score") is not None for row in self._forms[key])

    def _note(self, kind: str, key: str, note: str) -> None:
        self._planting.record(kind, self._year, [key], "projects", note)


def _dates(project: Project) -> Row:
    lasting = project.template.project_type == "recurring"
    return {
        "start": f"{project.first}-01-01" if not lasting else None,
        "end": f"{project.last}-12-31" if not lasting else None,
    }


def _objective(project: Project, rows: Sequence[Row]) -> str:
    parts = [f"{row['level3']}{row['target_text']}" for row in rows if row.get("target_text")]
    return f"按计划完成{project.name}：{'，'.join(parts[:2])}。"


__all__ = ["centred_results", "project_rows"]
