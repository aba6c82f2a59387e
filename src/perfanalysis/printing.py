"""What the commands print: plain lines for an evaluator, or one JSON object."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from perfanalysis.report.markup import clean
from perfanalysis.suite.wording import choices

if TYPE_CHECKING:
    import pandas as pd

    from perfanalysis.data.findings import Finding
    from perfanalysis.suite.diff import Moved, RunDiff
    from perfanalysis.suite.manifest import Difference
    from perfanalysis.suite.outcome import RunResult

SEVERITIES = {"error": "错误", "warning": "警告", "note": "提示"}
_KINDS = {"output": "报告", "input": "数据"}
_CHANGES = {"changed": "已改动", "added": "新增", "removed": "缺少"}
_PAGE_CHANGES = {
    "added": "新增",
    "removed": "缺少",
    "failed": "生成失败",
    "mended": "上次失败，现已生成",
    "appearance": "文字和数字相同，外观不同",
}
_SOURCES = {"inputs": "数据", "rules": "规则", "settings": "设置", "notebooks": "笔记本"}
_LONGEST = 200
"""Characters of a cell or a sentence on a terminal."""
_LONGEST_VALUE = 60
"""Characters of a rule's value: a line of a terminal, beside what the rule is called."""


def echo(text: str, *, err: bool = False) -> None:
    """Print a line, without what would move the cursor, colour it or turn it round."""
    click.echo(clean(text), err=err)


def print_json(value: Mapping[str, Any]) -> None:
    """Print the one object that ``--json`` promises."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=1, default=str))


def print_findings(findings: Iterable[Finding]) -> None:
    """Print findings for an evaluator, worst first, then how many there are."""
    found = tuple(findings)
    for finding in sorted(found, key=lambda each: list(SEVERITIES).index(each.severity)):
        echo(f"{SEVERITIES[finding.severity]} {finding.code} {finding.where}")
        echo(f"　　{finding.message}。{finding.remedy}")
    counts = {name: sum(each.severity == name for each in found) for name in SEVERITIES}
    echo("、".join(f"{label} {counts[name]} 条" for name, label in SEVERITIES.items()))


def print_differences(differences: Sequence[Difference]) -> None:
    """Print each file that is not what the manifest says."""
    for each in differences:
        echo(f"{_KINDS[each.kind]} {_CHANGES[each.change]}：{each.file}")
    if not differences:
        echo("与清单完全一致。")


def print_diff(found: RunDiff) -> None:
    """Print what differs between two runs: what they were made from, pages, figures, sentences."""
    for kind, files in found.sources.items():
        for file, change in files.items():
            echo(f"{_SOURCES[kind]} {_CHANGES[change]}：{visible(file)}")
    for name, (before, after) in found.context.items():
        echo(f"版本 {visible(name)}：{visible(before)} → {visible(after)}")
    for page, how in found.pages.items():
        echo(f"页面 {_PAGE_CHANGES[how]}：{visible(page)}")
    for moved in found.figures:
        echo(_moved_line(moved))
    for text in found.texts:
        echo(f"{visible(text.page)}　文字：{visible(text.before)} → {visible(text.after)}")
    if found.same:
        echo("两次报告的内容和依据完全相同。")
    else:
        echo(f"数字或单元格变动 {len(found.figures)} 处，文字变动 {len(found.texts)} 处。")


def _moved_line(moved: Moved) -> str:
    at = "　".join(visible(each) for each in (moved.page, moved.table, moved.row, moved.column))
    apart = f"（{moved.difference}）" if moved.difference else ""
    return f"{at}：{visible(moved.before) or '无'} → {visible(moved.after) or '无'}{apart}"


def visible(text: str, most: int = _LONGEST) -> str:
    """Text for a terminal: what would steer it or turn its direction is shown as its code."""
    cut = text if len(text) <= most else f"{text[:most]}……"
    return "".join(c if c.isprintable() or c == "\u3000" else ascii(c)[1:-1] for c in cut)


def print_rules(frame: pd.DataFrame) -> None:
    """Print rules, a line each, from `rules_frame`; of a long value its beginning and length."""
    for row in frame.itertuples():
        checked = "；已核对原文" if row.verified else "；未核对原文" if row.unverified else ""
        value = visible(row.value, _LONGEST_VALUE)
        length = f"（共 {len(row.value)} 字）" if len(row.value) > _LONGEST_VALUE else ""
        about = f"{visible(row.title)}（{visible(row.citation)}；{row.since}起{checked}）"
        echo(f"{row.key}＝{value}{length}　{about}")
    if (frame["value"].str.len() > _LONGEST_VALUE).any():
        echo("较长的值只列出开头，全文用 --json 查看。")


def print_run(result: RunResult) -> None:
    """Print what a run made and what failed; the path of the index comes last."""
    part = "；其余页面没有重做" if result.partial else ""
    echo(f"生成 {len(result.made)} 页，失败 {len(result.failed)} 页{part}。")
    if list(result.remade.values()).count("new") < len(result.made) + len(result.failed):
        _print_remade(result)
    if result.findings is None:
        echo("数据未能检查。")
    elif any(result.findings.values()):
        counts = (f"{SEVERITIES[name]} {n} 条" for name, n in sorted(result.findings.items()))
        echo(f"读入数据时发现：{'、'.join(counts)}；连同计分时的发现，见数据质量页。")
    for page, failure in result.failed.items():
        at = f"第 {failure.cell} 个单元格 " if failure.cell else ""
        first = failure.message.partition("\n")[0]
        echo(f"失败：{result.index.with_name(page)}　{at}{failure.error}: {first}")
    echo(str(result.index))


def _print_remade(result: RunResult) -> None:
    """Print how many pages stayed as they were, and why the others did not."""
    from perfanalysis.suite.cache.keys import REASONS

    reused = sum(page not in result.remade for page in result.made)
    if reused:
        echo(f"其中 {reused} 页没有改动，沿用上次的结果。")
    for reason, label in REASONS.items():
        pages = [page for page, why in result.remade.items() if why == reason]
        if pages:
            echo(f"重做 {len(pages)} 页（{label}）：{choices(pages, most=8)}")


__all__ = [
    "SEVERITIES",
    "echo",
    "print_diff",
    "print_differences",
    "print_findings",
    "print_json",
    "print_rules",
    "print_run",
    "visible",
]
