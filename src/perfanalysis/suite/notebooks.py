"""The notebooks of a suite: found in their folder, each saying what it is about.

A file that answers the same question about two kinds of subject lists its reports in
``perfanalysis.reports``, each with its scope and title; its parameter ``report`` says which one it
makes.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from perfanalysis.errors import ParameterError

# scope -> the parameter that says which of them a report is about; none for the whole district
SCOPES: Mapping[str, str | None] = MappingProxyType(
    {
        "district": None,
        "section": "section",
        "unit": "unit_id",
        "key_project": "project_id",
        "special_project": "project_id",
    }
)

REPORT = "report"
"""Parameter by which a notebook of several reports is told which one it makes."""


@dataclass(frozen=True, slots=True)
class Notebook:
    """One notebook of the suite, as it makes one kind of report.

    Attributes
    ----------
    path : Path
    name : str
        File name without its ending, e.g. ``30_unit``, or the key in ``perfanalysis.reports``.
    scope : str
        What one report of it is about: a key of `SCOPES`.
    titles : mapping of str to str
        Its title by language.
    parameters : mapping of str to plain value
        What its parameters cell declares, with the defaults.
    imports : tuple of str
        Names that its cells import, sorted: modules, and what is taken from them.
    view : str
        ``module:function`` that gives all it reads of the data, from ``perfanalysis.view`` of its
        metadata; empty where that may be anything.
    word : bool
        Whether its reports also come as .docx, from ``perfanalysis.word``.
    shared : bool
        Whether its file makes other reports too; its parameter ``report`` then names this one.
    """

    path: Path
    name: str
    scope: str
    titles: Mapping[str, str]
    parameters: Mapping[str, object]
    imports: tuple[str, ...]
    view: str = ""
    word: bool = False
    shared: bool = False


def find_notebooks(folder: Path) -> tuple[Notebook, ...]:
    """Every notebook in `folder` whose metadata has ``perfanalysis.scope``, by name.

    Raises
    ------
    ParameterError
        If there is none, or one is not a notebook, has an unknown scope, no title, a parameters
        cell that is not plain assignments of plain values, or several reports and no parameter
        ``report``.
    """
    found = [each for path in folder.glob("*.ipynb") for each in _notebooks(path)]
    notebooks = tuple(sorted(found, key=lambda notebook: notebook.name))
    if not notebooks:
        raise ParameterError(
            f"文件夹 {folder} 中没有可运行的笔记本（*.ipynb，元数据含 perfanalysis.scope）。"
            "请核对 --notebooks。"
        )
    return notebooks


def _notebooks(path: Path) -> list[Notebook]:
    """One for each report of a file; none where it says nothing of a scope."""
    try:
        content = json.loads(path.read_text("utf-8"))
        cells, metadata = content["cells"], content["metadata"]
    except (OSError, UnicodeDecodeError, ValueError, KeyError, TypeError) as error:
        raise ParameterError(f"笔记本 {path.name} 无法读取：{error}。请修复或移走。") from None
    about = metadata.get("perfanalysis")
    if about is None:
        return []
    sources = [_source(cell) for cell in cells if cell["cell_type"] == "code"]
    tagged = (c for c in cells if "parameters" in c["metadata"].get("tags", []))
    declared = _declared(path, _source(next(tagged, {"source": ""})))
    shared = "reports" in about
    if shared and REPORT not in declared:
        raise ParameterError(
            f"笔记本 {path.name} 的元数据列出几种报告，但没有参数 {REPORT}。"
            "请在 parameters 单元格中声明。"
        )
    reports = about.get("reports", {path.stem: about})
    imports = tuple(sorted({name for source in sources for name in _imported(source)}))
    return [
        Notebook(
            path=path,
            name=name,
            scope=_scope(path, each.get("scope")),
            titles=_titles(path, each.get("title")),
            parameters=declared | ({REPORT: name} if shared else {}),
            imports=imports,
            view=str(about.get("view", "")),
            word=about.get("word") is True,
            shared=shared,
        )
        for name, each in reports.items()
    ]


def _scope(path: Path, scope: object) -> str:
    if isinstance(scope, str) and scope in SCOPES:
        return scope
    raise ParameterError(
        f"笔记本 {path.name} 的元数据 perfanalysis.scope 为 {scope!r}，"
        f"可用：{'、'.join(SCOPES)}。请改正。"
    )


def _titles(path: Path, title: object) -> dict[str, str]:
    if isinstance(title, str) and title:
        return {"zh": title}
    if isinstance(title, dict) and isinstance(title.get("zh"), str):
        return title
    raise ParameterError(
        f"笔记本 {path.name} 的元数据缺少 perfanalysis.title"
        '（文字，或 {"zh": …, "en": …}）。请补上。'
    )


def _source(cell: Mapping[str, Any]) -> str:
    return "".join(cell["source"])


def _declared(path: Path, source: str) -> dict[str, object]:
    """Names and defaults of the parameters cell, read and not run."""
    problem = ParameterError(
        f"笔记本 {path.name} 的 parameters 单元格只能写 名称 = 值 的赋值，每行一个，"
        "值为数字、文字、True、False 或 None。请改正。"
    )
    declared: dict[str, object] = {}
    try:
        for node in ast.parse(source).body:
            match node:
                case ast.Assign(targets=[ast.Name(id=name)], value=value):
                    declared[name] = ast.literal_eval(value)
                case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                    declared[name] = ast.literal_eval(value)
                case _:
                    raise problem
    except (SyntaxError, ValueError):
        raise problem from None
    return declared


def _imported(source: str) -> set[str]:
    """What a cell imports, by full name; nothing where it is not plain Python (a magic).

    Of ``from a import b`` both ``a`` and ``a.b``: only an import tells whether b is a module.
    """
    try:
        nodes = list(ast.walk(ast.parse(source)))
    except SyntaxError:
        return set()
    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    for node in nodes:
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return names


__all__ = ["REPORT", "SCOPES", "Notebook", "find_notebooks"]
