"""The notebooks of a suite: found in their folder, each saying what it is about."""

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


@dataclass(frozen=True, slots=True)
class Notebook:
    """One notebook of the suite.

    Attributes
    ----------
    path : Path
    name : str
        File name without its ending, e.g. ``30_unit``.
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
    """

    path: Path
    name: str
    scope: str
    titles: Mapping[str, str]
    parameters: Mapping[str, object]
    imports: tuple[str, ...]
    view: str = ""
    word: bool = False


def find_notebooks(folder: Path) -> tuple[Notebook, ...]:
    """Every notebook in `folder` whose metadata has ``perfanalysis.scope``, by name.

    Raises
    ------
    ParameterError
        If there is none, or one is not a notebook, has an unknown scope, no title, or a
        parameters cell that is not plain assignments of plain values.
    """
    found = [_notebook(path) for path in sorted(folder.glob("*.ipynb"))]
    notebooks = tuple(notebook for notebook in found if notebook is not None)
    if not notebooks:
        raise ParameterError(
            f"文件夹 {folder} 中没有可运行的笔记本（*.ipynb，元数据含 perfanalysis.scope）。"
            "请核对 --notebooks。"
        )
    return notebooks


def _notebook(path: Path) -> Notebook | None:
    try:
        content = json.loads(path.read_text("utf-8"))
        cells, metadata = content["cells"], content["metadata"]
    except (OSError, UnicodeDecodeError, ValueError, KeyError, TypeError) as error:
        raise ParameterError(f"笔记本 {path.name} 无法读取：{error}。请修复或移走。") from None
    about = metadata.get("perfanalysis")
    if about is None:
        return None
    if about.get("scope") not in SCOPES:
        raise ParameterError(
            f"笔记本 {path.name} 的元数据 perfanalysis.scope 为 {about.get('scope')!r}，"
            f"可用：{'、'.join(SCOPES)}。请改正。"
        )
    sources = [_source(cell) for cell in cells if cell["cell_type"] == "code"]
    tagged = (c for c in cells if "parameters" in c["metadata"].get("tags", []))
    return Notebook(
        path=path,
        name=path.stem,
        scope=about["scope"],
        titles=_titles(path, about.get("title")),
        parameters=_declared(path, _source(next(tagged, {"source": ""}))),
        imports=tuple(sorted({name for source in sources for name in _imported(source)})),
        view=str(about.get("view", "")),
        word=about.get("word") is True,
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


__all__ = ["SCOPES", "Notebook", "find_notebooks"]
