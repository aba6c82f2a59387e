"""Key evaluation of the made-up projects: the team's 17 indicators and the experts' panels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from perfanalysis.data.sample.model import District, Project, Row
from perfanalysis.data.sample.money import Money
from perfanalysis.data.sample.planting import Planting
from perfanalysis.data.sample.streams import Stream, half_up

# Third-level indicators of 财预〔2020〕10号 annex 2: points (a convention of ours), check points.
FRAMEWORK: tuple[tuple[str, float, int], ...] = (
    ("立项依据充分性", 4.0, 5),
    ("立项程序规范性", 3.0, 3),
    ("绩效目标合理性", 4.0, 4),
    ("绩效指标明确性", 3.0, 3),
    ("预算编制科学性", 3.0, 4),
    ("资金分配合理性", 3.0, 2),
    ("资金到位率", 3.0, 0),
    ("预算执行率", 4.0, 0),
    ("资金使用合规性", 5.0, 4),
    ("管理制度健全性", 3.0, 2),
    ("制度执行有效性", 5.0, 4),
    ("实际完成率", 10.0, 0),
    ("质量达标率", 8.0, 0),
    ("完成及时性", 6.0, 0),
    ("成本节约率", 6.0, 0),
    ("实施效益", 20.0, 0),
    ("满意度", 10.0, 0),
)
SHORTCOMINGS = {
    "立项依据充分性": "与部门职责的衔接说明不足",
    "立项程序规范性": "未提供前期可行性研究资料",
    "绩效目标合理性": "绩效目标与预算资金量不匹配",
    "绩效指标明确性": "部分指标未细化、量化",
    "预算编制科学性": "预算未按标准测算",
    "资金分配合理性": "资金分配依据不充分",
    "资金到位率": "部分资金未及时到位",
    "预算执行率": "到位资金未全部支出",
    "资金使用合规性": "个别支出审批手续不完整",
    "管理制度健全性": "未制定项目专门管理办法",
    "制度执行有效性": "合同、验收资料归档不完整",
    "实际完成率": "实际产出少于计划",
    "质量达标率": "部分产出未达到质量要求",
    "完成及时性": "完成时间晚于计划",
    "成本节约率": "实际成本超过计划成本",
    "实施效益": "效益资料不完整，部分效益未达预期",
    "满意度": "服务对象满意度低于目标",
}
PANELS = 5  # projects with a panel of their own or in common
ANCHORS = 3  # of them, judged by the same experts
EXPERT_SPREAD = 0.05
HARSHNESS = 0.06


@dataclass(frozen=True, slots=True)
class Seen:
    """What the team verified of one project, beside its own money."""

    verified: float | None
    satisfied: float | None


def key_score_rows(
    district: District,
    year: int,
    money: Mapping[str, Money],
    forms: Mapping[str, Sequence[Row]],
    seen: Mapping[str, Seen],
) -> list[Row]:
    """Table ``key_scores``: the seventeen indicators of each key and special project."""
    rows: list[Row] = []
    for project in district.running(year):
        key = project.project_id
        if key in district.roles[year].visited:
            draw = district.plan.stream("key score", key, year)
            case = _Case(project, money[key], forms[key], seen[key], draw)
            rows += [case.row(year, *item) for item in FRAMEWORK]
    return rows


class _Case:
    """One project before the team."""

    def __init__(
        self, project: Project, money: Money, form: Sequence[Row], seen: Seen, draw: Stream
    ) -> None:
        self._money, self._seen, self._draw = money, seen, draw
        self._key = project.project_id
        self._care = 0.84 + 0.05 * project.unit.ability
        first = {str(row["group"]): row for row in reversed(form)}
        quantity = first.get("quantity", {})
        self._planned = _number(quantity.get("target"))
        self._done = seen.verified if seen.verified is not None else _number(quantity.get("actual"))
        self._unit = str(quantity.get("measure_unit") or "") or None
        self._wanted = _number(first.get("satisfaction", {}).get("target")) or 90.0

    def row(self, year: int, name: str, points: float, checks: int) -> Row:
        """One indicator: the facts, the score that follows, the reason where points are lost."""
        facts = self._checked(checks) if checks else self._measured(name)
        share = float(str(facts.pop("share")))
        score = half_up(points * min(1.0, max(0.0, share)), 2)
        number = [item[0] for item in FRAMEWORK].index(name) + 1
        return {
            "project_id": self._key,
            "indicator": name,
            "points": points,
            **facts,
            "score": score,
            "reason": SHORTCOMINGS[name] if score < points else None,
            "evidence_id": f"DG{year}-{self._key[1:]}-{number:02d}",
            "reviewer_score": score,
        }

    def _checked(self, checks: int) -> Row:
        met = sum(self._draw.chance(min(0.98, self._care)) for _ in range(checks))
        return {"check_points": checks, "check_points_met": met, "share": met / checks}

    def _measured(self, name: str) -> Row:
        annual, received = self._money.annual / 10_000, self._money.received / 10_000
        spent = self._money.executed / 10_000
        if name == "资金到位率":
            return _ratio(annual, received, "万元")
        if name == "预算执行率":
            return _ratio(received, spent, "万元")
        if name == "实际完成率":
            return _ratio(self._planned or 100.0, self._done if self._planned else 95.0, self._unit)
        if name == "质量达标率":
            done = self._done or 100.0
            good = (
                done if self._draw.chance(0.45) else half_up(done * self._draw.between(0.86, 1), 1)
            )
            return _ratio(done, good, self._unit)
        if name == "完成及时性":
            days = float(self._draw.integer(120, 330))
            late = 0 if self._draw.chance(0.55) else self._draw.integer(8, 70)
            return {"planned": days, "actual": days + late, "measure_unit": "天"} | {
                "share": days / (days + late)
            }
        if name == "成本节约率":
            over = 0.0 if self._draw.chance(0.7) else self._draw.between(0.01, 0.08)
            cost = half_up(spent * (1 - over), 2) or 1.0
            return {"planned": cost, "actual": spent, "measure_unit": "万元"} | {
                "share": 1.0 if spent <= cost else 1 - (spent - cost) / cost
            }
        if name == "满意度":
            seen = self._seen.satisfied
            seen = half_up(self._draw.between(84, 97), 1) if seen is None else seen
            return _ratio(self._wanted, seen, "%")
        return {"share": half_up(min(1.0, self._care + self._draw.between(-0.12, 0.1)), 2)}


def _ratio(planned: float, actual: float | None, unit: str | None) -> Row:
    done = actual or 0.0
    return {
        "planned": planned,
        "actual": done,
        "measure_unit": unit,
        "share": done / planned if planned else 0.0,
    }


def _number(value: object) -> float | None:
    return value if isinstance(value, float) else None


def panel_rows(
    district: District, year: int, scores: Sequence[Row], planting: Planting
) -> list[Row]:
    """Table ``panel_scores``: three anchor projects before the same experts, the rest nested.

    Every sheet is typed in twice; some second entries differ.
    """
    keys = sorted({str(row["project_id"]) for row in scores})[:PANELS]
    common = [f"E{number:02d}" for number in range(1, 5)]
    wrong = planting.choose("panel-entry-mismatch", year, keys)
    rows: list[Row] = []
    for turn, key in enumerate(keys):
        draw = district.plan.stream("panel", key, year)
        size = draw.integer(3, 5)
        nested = [f"E{10 * (turn + 1) + number:02d}" for number in range(1, size + 1)]
        experts = common if turn < ANCHORS else nested
        team = [row for row in scores if row["project_id"] == key]
        sheets = [_entry(district, row, expert, draw) for expert in experts for row in team]
        slip = draw.integer(0, len(sheets) - 1) if key in wrong else -1
        for number, sheet in enumerate(sheets):
            again = dict(sheet, entry=2)
            if number == slip:
                again["score"] = _slipped(sheet)
                ids = [key, str(sheet["expert_id"]), str(sheet["indicator"])]
                note = "两次录入不一致"
                planting.record("panel-entry-mismatch", year, ids, "panel_scores", note)
            rows += [sheet, again]
    return rows


def _entry(district: District, team: Row, expert: str, draw: Stream) -> Row:
    lasting = district.plan.stream("expert", expert)
    harsh = HARSHNESS * lasting.normal()
    full, score = float(str(team["points"])), float(str(team["score"]))
    share = score / full - harsh + EXPERT_SPREAD * draw.normal()
    return {
        "project_id": team["project_id"],
        "indicator": team["indicator"],
        "expert_id": expert,
        "role": "财务专家" if expert.endswith(("1", "5")) else "行业专家",
        "entry": 1,
        "score": int(full * min(1.0, max(0.0, share)) * 2 + 0.5) / 2,
        "full": full,
    }


def _slipped(sheet: Row) -> float:
    """A half point too low, or too high where there is nothing to take."""
    score = float(str(sheet["score"]))
    return score - 0.5 if score >= 0.5 else score + 0.5


__all__ = ["FRAMEWORK", "Seen", "key_score_rows", "panel_rows"]
