"""Key evaluation of the made-up projects: the team's 17 indicators and the experts' panels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from perfanalysis.data.sample.found import Compared, Found
from perfanalysis.data.sample.model import District, Project, Row
from perfanalysis.data.sample.money import Money
from perfanalysis.data.sample.planting import Planting
from perfanalysis.data.sample.streams import Stream, half_up
from perfanalysis.data.sample.targets import plain

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
    "完成及时性": "完成时间晚于计划",
}
PANELS = 5  # projects with a panel of their own or in common
ANCHORS = 3  # of them, judged by the same experts
EXPERT_SPREAD = 0.05
HARSHNESS = 0.06


def key_score_rows(
    district: District,
    year: int,
    money: Mapping[str, Money],
    found: Mapping[str, Found],
) -> list[Row]:
    """Table ``key_scores``: the seventeen indicators of each key and special project."""
    rows: list[Row] = []
    for project in district.running(year):
        key = project.project_id
        if key in district.roles[year].visited:
            draw = district.plan.stream("key score", key, year)
            case = _Case(project, money[key], found[key], draw)
            rows += [case.row(year, *item) for item in FRAMEWORK]
    return rows


class _Case:
    """One project before the team."""

    def __init__(self, project: Project, money: Money, found: Found, draw: Stream) -> None:
        self._money, self._found, self._draw = money, found, draw
        self._key = project.project_id
        self._care = 0.84 + 0.05 * project.unit.ability

    def row(self, year: int, name: str, points: float, checks: int) -> Row:
        """One indicator: the facts, the score that follows, the reason where points are lost."""
        facts = self._checked(name, checks) if checks else self._measured(name)
        share, reason = float(str(facts.pop("share"))), facts.pop("why", None)
        score = half_up(points * min(1.0, max(0.0, share)), 2)
        number = [item[0] for item in FRAMEWORK].index(name) + 1
        return {
            "project_id": self._key,
            "indicator": name,
            "points": points,
            **facts,
            "score": score,
            "reason": (reason or SHORTCOMINGS[name]) if score < points else None,
            "evidence_id": f"DG{year}-{self._key[1:]}-{number:02d}",
            "reviewer_score": score,
        }

    def _checked(self, name: str, checks: int) -> Row:
        """Check points met; at least one is not where the form itself shows the shortcoming."""
        met = sum(self._draw.chance(min(0.98, self._care)) for _ in range(checks))
        why = self._found.weakness(name)
        met = min(met, checks - 1) if why else met
        return {"check_points": checks, "check_points_met": met} | {
            "share": met / checks,
            "why": why,
        }

    def _measured(self, name: str) -> Row:
        annual, received = self._money.annual / 10_000, self._money.received / 10_000
        if name == "资金到位率":
            return _ratio(annual, received)
        if name == "预算执行率":
            return _ratio(received, self._money.executed / 10_000)
        return {
            "实际完成率": self._completion,
            "质量达标率": self._quality,
            "完成及时性": self._time,
            "成本节约率": self._cost,
            "实施效益": self._benefit,
            "满意度": self._satisfaction,
        }[name]()

    def _completion(self) -> Row:
        return self._or_judged(self._found.outputs(), "没有可以核对的产出目标，按实际工作内容评分")

    def _quality(self) -> Row:
        return self._or_judged(self._found.quality(), "没有可以核对的质量目标，按抽查情况评分")

    def _satisfaction(self) -> Row:
        why = "没有可以核对的满意度，也未做调查，按访谈情况评分"
        return self._or_judged(self._found.satisfaction(), why)

    def _or_judged(self, compared: Compared, why: str) -> Row:
        """Plan against result; where there is nothing to compare, the team's judgement."""
        judged = half_up(self._care + self._draw.between(-0.12, 0.06), 2)
        if compared.share is None:
            return {"share": min(1.0, judged), "why": why}
        return compared.facts | {"share": compared.share, "why": compared.reason}

    def _time(self) -> Row:
        """Days planned and taken; of a rate of tasks in time, as many more as it fell short."""
        days, off = self._draw.integer(120, 330), self._draw.integer(8, 29)
        known = self._found.time()
        if known is None:
            late, why = (0 if self._draw.chance(0.55) else off), None
        else:
            months, share, why = known
            late = int(days / share + 0.5) - days + (30 * abs(months) - off) * _sign(months)
        return {"planned": float(days), "actual": float(days + late), "measure_unit": "天"} | {
            "share": min(1.0, days / (days + late)),
            "why": why,
        }

    def _cost(self) -> Row:
        by_piece = self._found.unit_cost(float(self._money.executed))
        if by_piece is not None and by_piece.share is not None:
            return by_piece.facts | {"share": by_piece.share, "why": by_piece.reason}
        plan, spent = self._money.annual / 10_000, self._money.executed / 10_000
        over = max(0.0, spent - plan)
        return {"planned": plan, "actual": spent, "measure_unit": "万元"} | {
            "share": max(0.0, 1 - over / plan) if plan else 1.0,
            "why": f"实际成本超过计划{plain(over)}万元",
        }

    def _benefit(self) -> Row:
        shown = half_up(min(1.0, self._care + self._draw.between(-0.12, 0.1)), 2)
        papers = "证明效益的资料不完整" if shown < 1 else ""
        compared = self._found.benefit()
        reached = 1.0 if compared.share is None else half_up(compared.share, 2)
        why = (
            compared.reason
            if reached < shown
            else "；".join(filter(None, (papers, compared.reason)))
        )
        return {"share": min(shown, reached), "why": why}


def _sign(number: int) -> int:
    return (number > 0) - (number < 0)


def _ratio(planned: float, actual: float) -> Row:
    share = actual / planned if planned else 0.0
    return {"planned": planned, "actual": actual, "measure_unit": "万元", "share": share}


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


__all__ = ["FRAMEWORK", "key_score_rows", "panel_rows"]
