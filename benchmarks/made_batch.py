"""A batch of made-up self-evaluation forms as Excel files, laid out as the tests' forms are."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "data"))

from made_forms import LAYOUTS, Made, Row, Style, lay_out, write_xlsx

KINDS = (
    ("产出指标", "数量指标", "养护里程", "≥", 50, "公里"),
    ("产出指标", "数量指标", "培训人次", "≥", 1200, "人次"),
    ("产出指标", "质量指标", "验收合格率", "≥", 95, "%"),
    ("产出指标", "质量指标", "持证上岗率", "＝", 100, "%"),
    ("产出指标", "时效指标", "按时完成率", "≥", 90, "%"),
    ("产出指标", "成本指标", "单位成本", "≤", 300, "元"),
    ("效益指标", "经济效益指标", "带动投入", "≥", 80, "万元"),
    ("效益指标", "社会效益指标", "受益人数", "≥", 5000, "人"),
    ("效益指标", "生态效益指标", "环境改善率", "≥", 85, "%"),
    ("效益指标", "可持续影响指标", "长效管理机制", "", 0, ""),
    ("满意度指标", "服务对象满意度指标", "群众满意度", "≥", 90, "%"),
    ("满意度指标", "服务对象满意度指标", "企业满意度", "≥", 90, "%"),
)
POINTS = (10, 8, 8, 8, 8, 8, 10, 10, 5, 5, 5, 5)


def write_batch(folder: Path, count: int) -> list[Path]:
    """Write `count` forms of 12 indicators each, five units, three layouts; sorted paths."""
    folder.mkdir(parents=True)
    layouts = tuple(LAYOUTS.values())
    return [
        write_xlsx(
            folder / f"自评表{number:03d}.xlsx",
            lay_out(_form(number), Style(columns=layouts[number % len(layouts)])),
        )
        for number in range(count)
    ]


def _form(number: int) -> Made:
    rows = tuple(_row(kind, POINTS[place], number * 12 + place) for place, kind in enumerate(KINDS))
    annual, executed = 120 + number, 110 + number
    rate = round(executed / annual * 10, 2)
    score = round(sum(row.score or 0 for row in rows) + rate, 2)
    money = (annual, annual, executed)
    return Made(
        rows=rows,
        project=f"示例项目第{number + 1}号",
        unit=f"示例单位{number % 5 + 1}",
        dept="示例主管部门",
        total=(*money, 10, f"{executed / annual:.2%}", rate),
        parts=(("其中：当年财政拨款", *money),),
        total_score=score,
        goal=f"完成示例项目第{number + 1}号全年任务",
        goal_actual="已完成",
    )


def _row(kind: tuple[str, str, str, str, int, str], points: int, turn: int) -> Row:
    level1, level2, name, sign, target, unit = kind
    if not sign:
        return Row(level1, level2, name, "建立长效机制", "已建立", points, points)
    missed = turn % 5 == 0
    over = missed and sign == "≤"
    actual = round(target * (1.1 if over else 0.9 if missed else 1), 2)
    score = round(points * (0.9 if missed else 1), 2)
    reason = "前期论证不充分，今后加强准备" if missed else None
    texts = f"{sign}{target}{unit}", f"{actual:g}{unit}"
    return Row(level1, level2, name, *texts, points, score, reason, sign, f"{target}", unit)


__all__ = ["write_batch"]
