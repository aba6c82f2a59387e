"""A better wording for a target that the lint finds fault with.

A suggestion is a pattern to be filled in by whoever knows the work: figures that nobody gave are
written as ××, never invented.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import pandas as pd

from perfanalysis.data.flags import quoted

BLANK = "××"
_WHOLE: Mapping[str, str] = MappingProxyType(
    {
        "quality-missing": "增设质量指标，如“验收合格率≥××%”",
        "cost-missing": "增设成本指标，如“项目总成本≤预算数”或“单位成本≤××元”",
        "satisfaction-missing": "增设满意度指标，如“服务对象满意度≥××%”，写明由谁、怎样调查",
        "targets-copied": "按本项目的内容和预算重新测算指标和目标值",
        "parent-not-covered": "在二级项目中设置承接这一目标的指标，或修改一级项目的总体目标",
        "parent-sum": "核对各二级项目的目标值，使其合计等于一级项目的目标值",
    }
)
_KIND_EXAMPLES: Mapping[str, str] = MappingProxyType(
    {
        "数量": "数量：××（个、公里、人次）",
        "质量": "质量：验收合格率≥××%",
        "时效": "时效：××月底前完成",
        "成本": "成本：单位成本≤××元",
    }
)
_BENEFIT = "≥××（人、户、%），写明数据从哪里来"


def better_wording(kind: str, row: Mapping[str, object]) -> str:
    """What could stand instead, in Chinese.

    Parameters
    ----------
    kind : str
        Code of the finding.
    row : mapping
        ``level3``, ``measure_unit``, ``op`` of the indicator, ``last`` (last year's level, for
        ``target-too-low``) and ``belongs`` (the class, for ``wrong-class``), where known.
    """
    if kind in _WHOLE:
        return _WHOLE[kind]
    name = quoted(row.get("level3"))
    unit = row.get("measure_unit")
    unit = unit if isinstance(unit, str) else ""
    if kind == "target-missing":
        return f"填写目标值，如{name}{_sign(row.get('op'))}{BLANK}{unit}"
    if kind == "target-unmeasurable":
        return f"把{name}改为可以核对的数：{_BENEFIT}"
    if kind == "process-wording":
        return f"把{name}改为做到什么程度：“……完成{BLANK}项”“……率≥{BLANK}%”"
    if kind == "indicators-identical":
        return "各类分别设置：" + "；".join(_KIND_EXAMPLES.values())
    if kind == "money-as-quantity":
        return "改为用这笔钱办成的事的数量；金额放到成本指标：“项目总成本≤预算数”"
    if kind == "wrong-class":
        return f"把{name}移到{row['belongs']}指标，本类另设指标"
    return f"目标不低于上年水平{_number(row['last'])}{unit}，确需降低的写明原因"


def _sign(op: object) -> str:
    return {"at_most": "≤", "equal": "＝"}.get(str(op), "≥")


def _number(value: object) -> str:
    return f"{value:.10g}" if isinstance(value, float) and not pd.isna(value) else str(value)


__all__ = ["better_wording"]
