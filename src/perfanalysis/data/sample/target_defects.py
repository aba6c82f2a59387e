"""Defects of targets and self-scores, as the district's summary names them, and honest decoys."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from perfanalysis.data.sample.model import District, Project, Row
from perfanalysis.data.sample.money import Money
from perfanalysis.data.sample.planting import Planting
from perfanalysis.data.sample.streams import Stream, half_up
from perfanalysis.data.sample.targets import plain, round_target, rule_score, with_cost_split

VAGUE = ("效果显著", "有效提升", "明显改善", "持续改善", "较高")
LOWERED = ("target-too-low", "targets-copied", "indicators-identical")
Forms = dict[str, list[Row]]
Edit = Callable[["_Case"], str | None]


@dataclass(frozen=True)
class _Case:
    """One project whose form is to be spoilt."""

    project: Project
    year: int
    rows: list[Row]
    money: Money
    forms: Forms
    before: Mapping[str, list[Row]]
    draw: Stream

    def group(self, *names: str) -> list[Row]:
        return [row for row in self.rows if row["group"] in names]


def plant_targets(
    district: District,
    year: int,
    forms: Forms,
    before: Mapping[str, list[Row]],
    money: Mapping[str, Money],
    planting: Planting,
) -> None:
    """Spoil some of the forms, number the indicators and put what was done on the list.

    Parameters
    ----------
    district : District
    year : int
    forms : dict of str to list of dict
        Indicators by project; changed.
    before : mapping of str to list of dict
        Last year's indicators by project.
    money : mapping of str to Money
    planting : Planting
    """
    roles = district.roles[year]
    cases = _cases(district, year, forms, before, money)
    done: list[tuple[str, str, str]] = []
    for kind, (fits, edit) in _EDITS.items():
        fitting = [
            key
            for key, case in cases.items()
            if case.money.executed and key not in roles.special and fits(district, case)
        ]
        for key in planting.choose(kind, year, fitting):
            note = edit(cases[key])
            if note is not None:
                done.append((kind, key, note))
    _number(forms)
    for kind, key, note in done:
        spoilt = [row for row in forms[key] if row.get("plant") == kind]
        sources = sorted({str(row["source"]) for row in spoilt if "source" in row})
        ids = [str(row["indicator_id"]) for row in spoilt]
        planting.record(kind, year, [key, *sources, *ids], "indicators", note)
    for case in cases.values():
        _record_normal(case, planting)


def _cases(
    district: District,
    year: int,
    forms: Forms,
    before: Mapping[str, list[Row]],
    money: Mapping[str, Money],
) -> dict[str, _Case]:
    """The self-evaluated projects of the year."""
    projects = {p.project_id: p for p in district.running(year)}
    evaluated = {key: forms[key] for key in sorted(district.roles[year].self_evaluated)}
    return {
        key: _Case(
            projects[key],
            year,
            forms[key],
            money[key],
            evaluated,
            before,
            district.plan.stream("spoil", key, year),
        )
        for key in evaluated
    }


def _record_normal(case: _Case, planting: Planting) -> None:
    """A target far below last year's actual, where last year was out of the ordinary."""
    past = {
        row["level3"]: row.get("actual") for row in case.before.get(case.project.project_id, [])
    }
    for row in case.group("quantity"):
        target, actual = row.get("target"), past.get(row["level3"])
        low = isinstance(target, float) and isinstance(actual, float) and target < 0.7 * actual
        if low and row.get("plant") not in LOWERED and row["measure_unit"] != "%":
            subjects = [case.project.project_id, str(row["indicator_id"])]
            note = f"上年实际 {actual:g} 属特殊情况，本年目标回到正常水平"
            kind = "decoy:target-back-to-normal"
            planting.record(kind, case.year, subjects, "indicators", note)


def _number(forms: Forms) -> None:
    for key, rows in forms.items():
        for number, row in enumerate(rows, 1):
            row["project_id"] = key
            row["indicator_id"] = f"I{key[1:]}-{number:02d}"


def _mark(kind: str, row: Row, **changes: object) -> None:
    row.update(changes, plant=kind)


def _unfilled(case: _Case) -> str:
    for row in case.rows:
        blank = {"actual": None, "actual_text": None, "self_score": None, "reason": None}
        _mark("form-unfilled", row, **blank)
    return "实际完成值与得分全部空白"


def _identical(case: _Case) -> str:
    pattern = case.group("quantity")[0]
    for row in case.group("quantity", "quality", "time", "cost"):
        same = {key: pattern.get(key) for key in ("level3", "op", "target", "measure_unit")}
        same |= {key: pattern.get(key) for key in ("target_text", "actual", "actual_text")}
        _mark("indicators-identical", row, **same, reason=pattern.get("reason"))
        row["self_score"] = rule_score(row)
    return f"数量、质量、时效、成本指标完全相同：{pattern['level3']}"


def _copied(case: _Case) -> str | None:
    """Another project's names and targets, all reported as met."""
    own = case.project
    others = [
        key
        for key, rows in case.forms.items()
        if key != own.project_id and len(rows) == len(case.rows) and not _spoilt(rows)
    ]
    near = [key for key in others if key.split("-")[0] == own.project_id.split("-")[0]]
    if not others:
        return None
    source = case.draw.pick(near or others)
    for row, model in zip(case.rows, case.forms[source], strict=True):
        row.update({k: v for k, v in model.items() if k not in ("actual", "actual_text", "reason")})
        met = model["target"] if model.get("target") is not None else None
        text = model["target_text"] if met is not None else model.get("actual_text")
        _mark("targets-copied", row, actual=met, actual_text=text, self_score=row["points"])
        row |= {"reason": None, "source": source}
    return f"指标与目标值照搬项目 {source}"


def _spoilt(rows: Iterable[Row]) -> bool:
    return any("plant" in row or "spoilt" in row for row in rows)


def _missing(case: _Case) -> str:
    rows = [row for row in case.group("quantity", "quality", "benefit") if row.get("target")]
    for row in case.draw.shuffled(rows)[:2]:
        blank = {"target": None, "target_text": None}
        _mark("target-missing", row, **blank, self_score=row["points"], reason=None)
    return "目标值空白"


def _vague(case: _Case) -> str:
    rows = case.group("benefit")
    for row in rows[: case.draw.integer(1, len(rows))]:
        words = {"target_text": case.draw.pick(VAGUE), "actual_text": "达到预期"}
        blank = {"target": None, "actual": None, "measure_unit": None, "reason": None}
        _mark("target-unmeasurable", row, op="qualitative", **words, **blank)
        row["self_score"] = row["points"]
    return "目标值只有不可衡量的文字"


def _without(group: str, heir: str, kind: str) -> Edit:
    """Take the indicators of a group out; their points go to another group."""

    def edit(case: _Case) -> str:
        gone = case.group(group)
        gained = case.group(heir)[0]
        gained["points"] = sum(float(str(row["points"])) for row in [gained, *gone])
        gained |= {"self_score": rule_score(gained), "spoilt": True}
        case.rows[:] = [row for row in case.rows if row["group"] != group]
        return f"未设{gone[0]['level2']}，分值并入{gained['level2']}"

    edit.__name__ = kind
    return edit


def _money_as_quantity(case: _Case) -> str:
    target = half_up(case.money.annual / 10_000, 2)
    actual = half_up(case.money.executed / 10_000, 2)
    row = case.group("quantity")[-1]
    name = case.draw.pick(("投入资金额", "项目资金支出额", "完成投资额"))
    texts = {"target_text": f"≥{plain(target)}万元", "actual_text": f"{plain(actual)}万元"}
    _mark("money-as-quantity", row, level3=name, op="at_least", target=target, actual=actual)
    row.update(texts, measure_unit="万元", self_score=rule_score(row), reason=None)
    return f"数量指标为资金额：{name}"


def _too_low(case: _Case) -> str | None:
    """A target far below what the same project reached the year before."""
    row = case.group("quantity")[0]
    past = [r for r in case.before[case.project.project_id] if r["level3"] == row["level3"]]
    if not past or not isinstance(past[0]["actual"], float):
        return None
    target = round_target(past[0]["actual"] * case.draw.between(0.4, 0.6), str(row["measure_unit"]))
    text = f"≥{plain(target)}{row['measure_unit']}"
    _mark("target-too-low", row, target=target, target_text=text, reason="年度任务量有所增加")
    row["self_score"] = rule_score(row)
    return f"上年实际完成 {plain(past[0]['actual'])}，本年目标只有 {plain(target)}"


def _weights(case: _Case) -> str:
    row = case.group("benefit")[0]
    points = float(str(row["points"])) + case.draw.pick((-5.0, 5.0))
    _mark("weights-sum", row, points=points)
    row["self_score"] = rule_score(row)
    return "分值合计不等于100"


def _zero_target(case: _Case) -> str:
    row = case.group("benefit")[1]
    zero = {"target": 0.0, "actual": 0.0, "target_text": "＝0起", "actual_text": "0起"}
    _mark("decoy:zero-target", row, level3="安全责任事故数", op="equal", measure_unit="起", **zero)
    row.update(self_score=row["points"], reason=None, level2="社会效益指标")
    return "目标为0的事故数，实际为0"


def _above_rule(case: _Case) -> str:
    for row in _missed(case)[: case.draw.integer(1, 2)]:
        _mark("score-above-rule", row, self_score=row["points"])
        row["reason"] = case.draw.pick((None, None, "目标值基本完成"))
    return "未达目标仍得满分"


def _below_rule(case: _Case) -> str:
    row = _met(case)[0]
    lost = case.draw.pick((0.5, 1.0, 2.0))
    _mark("score-below-rule", row, self_score=float(str(row["points"])) - lost, reason=None)
    return "已达目标而扣分，未说明原因"


def _beyond(kind: str, reasons: tuple[str | None, ...]) -> Edit:
    def edit(case: _Case) -> str:
        row = _met(case)[0]
        target = float(str(row["target"]))
        actual = float(int(target * case.draw.between(1.32, 2.6)) + 1)
        text = f"{plain(actual)}{row['measure_unit']}"
        _mark(kind, row, actual=actual, actual_text=text, reason=case.draw.pick(reasons))
        row["self_score"] = row["points"]
        return f"目标 {plain(target)}，实际 {text}"

    return edit


def _missed(case: _Case) -> list[Row]:
    """Numeric indicators that lost half a point or more and are otherwise untouched."""
    return [
        row
        for row in case.rows
        if isinstance(row.get("actual"), float)
        and isinstance(row.get("target"), float)
        and "plant" not in row
        and float(str(row["points"])) - rule_score(row) >= 0.5
    ]


def _met(case: _Case) -> list[Row]:
    """Counted indicators, not percentages, that reached the target."""
    return [
        row
        for row in case.group("quantity", "benefit")
        if row["op"] == "at_least"
        and row["measure_unit"] not in ("%", "万元")
        and "plant" not in row
        and isinstance(row.get("target"), float)
        and float(str(row["target"])) > 4
        and row.get("self_score") == row["points"]
    ]


def _any(district: District, case: _Case) -> bool:
    return True


def _plain_split(district: District, case: _Case) -> bool:
    return not with_cost_split(district, case.project, case.year)


_EDITS: dict[str, tuple[Callable[[District, _Case], bool], Edit]] = {
    "form-unfilled": (
        lambda district, case: (
            case.project.last == case.year
            and case.project.project_id not in district.roles[case.year].key
        ),
        _unfilled,
    ),
    "indicators-identical": (_plain_split, _identical),
    "target-missing": (_any, _missing),
    "target-unmeasurable": (_any, _vague),
    "satisfaction-missing": (
        _plain_split,
        _without("satisfaction", "benefit", "satisfaction-missing"),
    ),
    "quality-missing": (_any, _without("quality", "quantity", "quality-missing")),
    "cost-missing": (_plain_split, _without("cost", "quantity", "cost-missing")),
    "money-as-quantity": (_any, _money_as_quantity),
    "target-too-low": (
        lambda _, case: (
            case.project.project_id in case.before
            and case.group("quantity")[0]["measure_unit"] != "%"
        ),
        _too_low,
    ),
    "weights-sum": (_any, _weights),
    "decoy:satisfaction-not-required": (
        lambda district, case: not _plain_split(district, case) and not case.project.public,
        _without("satisfaction", "benefit", "decoy:satisfaction-not-required"),
    ),
    "decoy:zero-target": (lambda _, case: len(case.group("benefit")) > 1, _zero_target),
    "targets-copied": (lambda _, case: len(case.rows) in (8, 9), _copied),
    "score-above-rule": (lambda _, case: bool(_missed(case)), _above_rule),
    "score-below-rule": (lambda _, case: bool(_met(case)), _below_rule),
    "overachieved-unexplained": (
        lambda _, case: bool(_met(case)),
        _beyond("overachieved-unexplained", (None,)),
    ),
    "decoy:overachieved-explained": (
        lambda _, case: bool(_met(case)),
        _beyond(
            "decoy:overachieved-explained",
            (
                "上级年中追加任务，工作量增加",
                "突发需求增加，服务范围扩大",
                "引入社会力量参与，超额完成",
            ),
        ),
    ),
}

__all__ = ["plant_targets"]
