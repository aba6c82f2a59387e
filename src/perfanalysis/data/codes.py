"""Every code that a finding can have, and the page that lists them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType

import yaml

from perfanalysis.data.checks import CHECKS
from perfanalysis.data.codebook import codebook

_SEVERITY = {"error": "错误", "warning": "提示", "note": "说明"}
_BETWEEN = "表间核对"


@dataclass(frozen=True, slots=True)
class Code:
    """A code of findings: where it is raised, how severe it is, what it means."""

    code: str
    stage: str
    severity: str
    means: str


@cache
def finding_codes() -> Mapping[str, tuple[Code, ...]]:
    """The codes by stage, in the order of the work."""
    listed = yaml.safe_load((files("perfanalysis.data") / "codes.yaml").read_text("utf-8"))
    stages = {
        stage: tuple(Code(code, stage, **body) for code, body in codes.items())
        for stage, codes in listed.items()
    }
    first, *rest = stages
    between = tuple(
        Code(check.code, _BETWEEN, check.severity, _meaning(check.table, check.problem))
        for check in CHECKS.values()
    )
    ordered = {first: stages[first], _BETWEEN: between} | {stage: stages[stage] for stage in rest}
    return MappingProxyType(ordered)


def _meaning(table: str, problem: str) -> str:
    return f"{codebook()[table].title}：{problem}"


def findings_markdown() -> str:
    """The page docs/findings.md."""
    lines = [
        "# 发现的代码",
        "",
        "由 `perfanalysis.data.codes.findings_markdown()` 生成，不要手改。",
        "",
        "每条发现都有代码、严重程度、对象、位置（文件、工作表、单元格）、所见、问题和处理建议。",
        "错误：有内容未采用，或数字会是错的；提示：已采用，但须有人看；说明：供参考。",
        "代码不变，供程序使用；程序从不解析文字。",
        "",
    ]
    for stage, codes in finding_codes().items():
        lines += [f"## {stage}", "", "| 代码 | 程度 | 含义 |", "|---|---|---|"]
        lines += [
            f"| `{code.code}` | {_SEVERITY.get(code.severity, code.severity)} | {code.means} |"
            for code in codes
        ]
        lines.append("")
    return "\n".join(lines)


__all__ = ["Code", "finding_codes", "findings_markdown"]
