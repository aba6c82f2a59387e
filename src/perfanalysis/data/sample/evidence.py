"""What the third party saw: site visits, surveys, assets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from perfanalysis.data.sample.calendar import day_in
from perfanalysis.data.sample.model import District, Project, Row, wan
from perfanalysis.data.sample.money import Money
from perfanalysis.data.sample.planting import Planting
from perfanalysis.data.sample.streams import Stream, half_up

QUESTIONS = ("总体满意度", "服务质量", "办理便利程度")
STRATA = ("城区", "近郊", "乡镇")
FAITHFUL = ("入户访问", "电话抽样访问")
HANDY = ("二维码自填", "服务窗口邀请")
UPKEEP = (
    "移交属地街道，年度养护经费列入部门预算",
    "由实施单位自行管护，明确专人负责",
    "委托专业公司养护三年",
    "纳入物业统一管理",
)


def visit_rows(
    district: District,
    year: int,
    forms: Mapping[str, Sequence[Row]],
    planting: Planting,
) -> tuple[list[Row], dict[str, dict[str, float]]]:
    """Table ``site_visits``, and what was verified of each visited project, by indicator.

    Visited are the key and special projects, and some others as spot checks.
    """
    plan, roles = district.plan, district.roles[year]
    counted = {key: _counted(rows) for key, rows in forms.items() if _counted(rows)}
    draw = plan.stream("spot checks", year)
    others = [k for k in sorted(counted) if k in roles.self_evaluated - roles.visited]
    checked = sorted(
        [*(k for k in roles.visited if k in counted), *draw.shuffled(others)[: plan.scaled(12)]]
    )
    false = planting.choose("visit-overreported", year, checked)
    rows: list[Row] = []
    verified: dict[str, dict[str, float]] = {}
    for key in checked:
        visit = plan.stream("visit", key, year)
        day = day_in(visit, year + 1, visit.integer(4, 6))
        for indicator in counted[key]:
            number = f"KC{year}{len(rows) + 1:03d}"
            row = _visit(number, key, day, indicator, visit, key in false)
            known = verified.setdefault(key, {})
            item = str(row["item"])
            if item in known:
                row |= _noted(row, known[item])
            known[item] = float(str(row["verified"]))
            rows.append(row)
            if key in false:
                note = f"申报 {row['reported']}，核实 {row['verified']}"
                planting.record("visit-overreported", year, [key, number], "site_visits", note)
    return rows, verified


def _counted(rows: Sequence[Row]) -> list[Row]:
    return [
        row
        for row in rows
        if row["group"] == "quantity"
        and row["measure_unit"] not in ("%", "万元")
        and isinstance(row.get("actual"), float)
        and float(str(row["actual"])) > 0
    ]


def _visit(number: str, key: str, day: date, indicator: Row, draw: Stream, false: bool) -> Row:
    reported = float(str(indicator["actual"]))
    share = draw.between(0.55, 0.85) if false else 1.0
    if not false and reported > 200 and draw.chance(0.4):
        share = draw.between(0.985, 1.0)
    whole = reported.is_integer()
    verified = float(int(reported * share)) if whole else half_up(reported * share, 1)
    row: Row = {
        "visit_id": number,
        "project_id": key,
        "date": day,
        "item": indicator["level3"],
        "reported": reported,
        "measure_unit": indicator["measure_unit"],
        "evidence_id": f"DG-{number}",
    }
    if indicator.get("plant") == "targets-copied":
        return row | {"verified": 0.0, "note": "指标照搬其他项目，本项目没有这项内容"}
    return row | _noted(row, verified)


def _noted(row: Row, verified: float) -> Row:
    same = verified == row["reported"]
    note = "与台账、现场情况一致" if same else "台账记录与现场清点数不一致"
    return {"verified": verified, "note": note}


@dataclass(frozen=True)
class Surveyed:
    """The surveys of a year.

    Attributes
    ----------
    survey, frame : list of dict
        Tables ``survey`` and ``survey_frame``.
    shares : dict of str to float
        Satisfied share found, in per cent, by project.
    truths : dict of str to float
        Satisfied share that the answers were drawn with, a ratio.
    """

    survey: list[Row]
    frame: list[Row]
    shares: dict[str, float]
    truths: dict[str, float]


def survey_rows(
    district: District,
    year: int,
    forms: Mapping[str, Sequence[Row]],
    planting: Planting,
) -> Surveyed:
    """Survey some of the projects that the third party evaluates."""
    roles, plan = district.roles[year], district.plan
    stated = {k: _stated_satisfaction(forms[k]) for k in sorted(roles.visited)}
    surveyed = [key for key, value in stated.items() if value is not None and value > 0]
    surveyed = surveyed[: plan.scaled(6, least=2)]
    false = planting.choose("satisfaction-overstated", year, surveyed)
    rows: list[Row] = []
    frame: list[Row] = []
    shares: dict[str, float] = {}
    truths: dict[str, float] = {}
    for turn, key in enumerate(surveyed):
        draw = plan.stream("survey", key, year)
        stands = float(stated[key] or 0)
        truth = (
            stands - draw.between(18, 28) if key in false else stands - draw.between(-1, 3)
        ) / 100
        answers, strata = _Survey(key, year, draw, min(0.985, truth), turn % 2 == 0).run()
        rows += answers
        frame += strata
        shares[key] = _share(answers)
        truths[key] = half_up(min(0.985, truth), 3)
        if key in false:
            note = f"自评满意度 {stands:g}%，调查为 {shares[key]:g}%"
            planting.record("satisfaction-overstated", year, [key], "survey", note)
    return Surveyed(rows, frame, shares, truths)


def _stated_satisfaction(rows: Sequence[Row]) -> float | None:
    for row in rows:
        if row["group"] == "satisfaction" and isinstance(row.get("actual"), float):
            return float(str(row["actual"]))
    return None


def _share(answers: Sequence[Row]) -> float:
    """Satisfied (4 or 5) among those who answered the overall question, weighted; in per cent."""
    overall = [r for r in answers if r["question"] == QUESTIONS[0] and r["answer"] is not None]
    weights = [float(str(r["weight"] or 1)) for r in overall]
    satisfied = [w for r, w in zip(overall, weights, strict=True) if int(str(r["answer"])) >= 4]
    return half_up(100 * sum(satisfied) / sum(weights), 1)


class _Survey:
    """The survey of one project: strata, clusters of ten, three questions."""

    def __init__(self, key: str, year: int, draw: Stream, truth: float, faithful: bool) -> None:
        self._key, self._year, self._draw = key, year, draw
        self._truth, self._faithful = truth, faithful
        self._mode = draw.pick(FAITHFUL if faithful else HANDY)
        self._month = draw.integer(4, 6)
        self._count = 0

    def run(self) -> tuple[list[Row], list[Row]]:
        rows: list[Row] = []
        frame: list[Row] = []
        for stratum in STRATA[: self._draw.integer(2, 3)]:
            population = self._draw.integer(600, 6000)
            clusters = self._draw.integer(3, 5)
            answers = [
                answer
                for cluster in range(1, clusters + 1)
                for answer in self._cluster(stratum, f"{stratum}{cluster:02d}组")
            ]
            respondents = len(answers) // len(QUESTIONS)
            if self._faithful:
                weight = half_up(population / respondents, 4)
                for answer in answers:
                    answer["weight"] = weight
            rows += answers
            frame.append(
                {
                    "project_id": self._key,
                    "stratum": stratum,
                    "population": population,
                    "design": "probability" if self._faithful else "convenience",
                    "invited": respondents + self._draw.integer(2, 14),
                }
            )
        return rows, frame

    def _cluster(self, stratum: str, cluster: str) -> list[Row]:
        draw, rows = self._draw, list[Row]()
        level = min(0.99, max(0.05, self._truth + 0.025 * draw.normal()))
        for _ in range(draw.integer(8, 11)):
            self._count += 1
            day = day_in(draw, self._year + 1, self._month, 6, 26)
            opinion = self._opinion(level)
            for question in QUESTIONS:
                rows.append(
                    {
                        "respondent_id": f"S{self._key[1:]}-{self._count:03d}",
                        "project_id": self._key,
                        "question": question,
                        "answer": self._answer(question, opinion),
                        "stratum": stratum,
                        "cluster": cluster,
                        "mode": self._mode,
                        "date": day,
                        "weight": None,
                    }
                )
        return rows

    def _opinion(self, level: float) -> int:
        if self._draw.chance(level):
            return 5 if self._draw.chance(0.55) else 4
        return self._draw.pick((3, 3, 3, 2, 2, 1))

    def _answer(self, question: str, opinion: int) -> int | None:
        """The overall question gets the opinion itself, the others one near it."""
        near = 0 if question == QUESTIONS[0] else self._draw.pick((-1, 0, 0, 0, 1))
        return None if self._draw.chance(0.02) else min(5, max(1, opinion + near))


def asset_rows(
    district: District, year: int, money: Mapping[str, Money], planting: Planting
) -> list[Row]:
    """Table ``assets``: what works and purchases left behind; some idle, some without upkeep."""
    roles = district.roles[year]
    makers = {
        p.project_id: p
        for p in district.running(year)
        if p.style in ("works", "purchase") and money[p.project_id].executed
        if p.last == year or p.style == "purchase"
    }
    fitting = [key for key in sorted(makers) if key not in roles.special]
    idle = planting.choose("idle-asset", year, fitting)
    bare = planting.choose("upkeep-missing", year, fitting)
    rows: list[Row] = []
    for key, project in sorted(makers.items()):
        row = _asset(district, project, year, money[key])
        if key in idle:
            row |= {
                "in_use": False,
                "finished": day_in(district.plan.stream("idle", key, year), year, 4),
            }
            note = "完工半年以上仍未使用"
            planting.record("idle-asset", year, [key, str(row["asset_id"])], "assets", note)
        if key in bare:
            row["upkeep"] = None
            note = "未明确后续管护"
            planting.record("upkeep-missing", year, [key, str(row["asset_id"])], "assets", note)
        finished = row["finished"]
        if not row["in_use"] and key not in idle and isinstance(finished, date):
            note = f"{finished.isoformat()} 刚完工，移交手续办理中"
            subjects = [key, str(row["asset_id"])]
            planting.record("decoy:just-finished", year, subjects, "assets", note)
        rows.append(row)
    return rows


def _asset(district: District, project: Project, year: int, money: Money) -> Row:
    draw = district.plan.stream("asset", project.project_id, year)
    month = draw.integer(6, 12)
    just_finished = month == 12 and draw.chance(0.6)
    name = project.name.removesuffix("工程").removesuffix("建设").removesuffix("购置")
    return {
        "asset_id": f"ZC{year}-{project.project_id[1:]}",
        "project_id": project.project_id,
        "name": f"{name}形成资产",
        "finished": day_in(draw, year, month),
        "in_use": not just_finished,
        "upkeep": draw.pick(UPKEEP),
        "value_wan": wan(money.executed),
    }


__all__ = ["Surveyed", "asset_rows", "survey_rows", "visit_rows"]
