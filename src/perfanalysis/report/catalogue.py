"""The files of ``texts/``: read once, and refused where a line is not what it seems."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

import yaml

from perfanalysis.errors import ReportError


class _StrictLoader(yaml.SafeLoader):
    """SafeLoader that refuses a repeated key, which would lose a sentence without a trace."""


def _mapping(loader: _StrictLoader, node: yaml.MappingNode) -> dict[Any, Any]:
    keys = [loader.construct_object(key) for key, _ in node.value]
    repeated = sorted({str(key) for key in keys if keys.count(key) > 1})
    if repeated:
        line = node.start_mark.line + 1
        raise ReportError(f"文案文件 {loader.name} 第{line}行起有重复的键：{'、'.join(repeated)}。")
    return loader.construct_mapping(node, deep=True)


_StrictLoader.add_constructor("tag:yaml.org,2002:map", _mapping)


@cache
def catalogue(name: str) -> Mapping[str, Mapping[str, str]]:
    """Every sentence of ``texts/<name>.yaml``: key to language to template.

    A file that begins with ``like: other`` has every sentence of the other that it does not have
    itself: a page that says the same and more.
    """
    loaded = load_catalogue(name)
    other = loaded.pop("like", None)
    if other is not None:
        loaded = {**catalogue(str(other)), **loaded}
    return MappingProxyType({key: MappingProxyType(body) for key, body in loaded.items()})


def load_catalogue(name: str) -> dict[str, Any]:
    """Return what ``texts/<name>.yaml`` holds; a repeated key or an unreadable line is refused."""
    source = files("perfanalysis.report") / "texts" / f"{name}.yaml"
    if not source.is_file():
        raise ReportError(f"没有文案文件 texts/{name}.yaml。")
    loader = _StrictLoader(source.read_text("utf-8"))
    loader.name = f"{name}.yaml"
    try:
        loaded = loader.get_data() or {}
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ReportError(
            f"文案文件 {name}.yaml 第{line}行读不通：{error.problem}。"
            "含花括号或冒号的句子要加引号。"
        ) from None
    return {str(key): body for key, body in loaded.items()}


__all__ = ["catalogue", "load_catalogue"]
