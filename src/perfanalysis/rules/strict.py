"""YAML read strictly, with the line of everything that is wrong.

Plain YAML keeps the last of two equal keys and says nothing: a rule would lose a version
without a trace. Here a repeated key, an unknown key or a missing one stops the reading.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, NoReturn

import yaml
from yaml.constructor import SafeConstructor
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from yaml.reader import Reader

from perfanalysis.errors import RuleFileError

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TIMESTAMP = "tag:yaml.org,2002:timestamp"


@dataclass(frozen=True, slots=True)
class Item:
    """A value of a YAML file that knows its file and line.

    Attributes
    ----------
    file : str
        Name of the file, without folders.
    path : str
        Where in the file, e.g. ``rules.self.weights``.
    node : Node
    line : int
        From 1; of a mapping's value, the line of its key.
    """

    file: str
    path: str
    node: Node
    line: int

    def wrong(self, problem: str, remedy: str) -> NoReturn:
        """Stop with the file, the line and the place.

        Raises
        ------
        RuleFileError
        """
        at = f"{self.path}：" if self.path else ""
        raise RuleFileError(self.file, self.line, f"{at}{problem}", remedy)

    def mapping(
        self, *, allowed: Collection[str] | None = None, required: Collection[str] = ()
    ) -> dict[str, Item]:
        """The items of a mapping, in order; keys are text, none repeated or unknown."""
        if not isinstance(self.node, MappingNode):
            self.wrong("应为“键: 值”的形式", "请对照其他规则文件的写法。")
        found: dict[str, Item] = {}
        for key_node, value_node in self.node.value:
            key = key_node.value if isinstance(key_node, ScalarNode) else "?"
            item = Item(self.file, _join(self.path, key), value_node, _line(key_node))
            if key in found:
                item.wrong(f"重复的键 {key}", "请合并，或改为另一个日期。")
            if allowed is not None and key not in allowed:
                item.wrong(f"未知字段 {key}", f"允许的字段：{'、'.join(allowed)}。")
            found[key] = item
        missing = [key for key in required if key not in found]
        if missing:
            self.wrong(f"缺少字段 {'、'.join(missing)}", "请补上。")
        return found

    def plain(self) -> Any:
        """Plain Python values: dict, tuple, text, numbers; a date stays text."""
        if isinstance(self.node, MappingNode):
            return {key: item.plain() for key, item in self.mapping().items()}
        if isinstance(self.node, SequenceNode):
            parts = enumerate(self.node.value)
            items = (Item(self.file, f"{self.path}[{i}]", n, _line(n)) for i, n in parts)
            return tuple(item.plain() for item in items)
        return self._scalar()

    def _scalar(self) -> Any:
        if self.node.tag == _TIMESTAMP:
            return self.node.value
        try:
            value = SafeConstructor().construct_object(self.node)
        except (yaml.YAMLError, ValueError):
            return self.wrong(f"值 {self.node.value!r} 无法识别", "请写成数字、文字或列表。")
        if isinstance(value, float) and not math.isfinite(value):
            self.wrong(f"值 {self.node.value!r} 不是有限的数值", "请写成数值。")
        return value

    def text(self) -> str:
        """Text that is not empty."""
        value = self.plain()
        if not isinstance(value, str) or not value.strip():
            self.wrong(f"应为文字，实际为 {value!r}", "请填写。")
        return value

    def text_or_none(self) -> str | None:
        """Text, or None where the file says ``null``."""
        return None if self.plain() is None else self.text()

    def flag(self) -> bool:
        """``true`` or ``false``."""
        value = self.plain()
        if not isinstance(value, bool):
            self.wrong(f"应为 true 或 false，实际为 {value!r}", "请改正。")
        return value

    def day(self) -> date:
        """A date written YYYY-MM-DD."""
        return self.as_day(str(self.plain()))

    def day_or_none(self) -> date | None:
        """A date, or None where the file says ``null``."""
        return None if self.plain() is None else self.day()

    def as_day(self, text: str) -> date:
        """`text` as a date, with this item's line if it is none."""
        try:
            day = date.fromisoformat(text)
        except ValueError:
            day = None
        if day is None or day.isoformat() != text:
            self.wrong(f"日期 {text!r} 无效", "请写成 YYYY-MM-DD。")
        return day


def read_strict(path: Path, text: str) -> Item:
    """The root of a YAML text.

    Raises
    ------
    RuleFileError
        If it is not YAML, is empty, or uses an alias (a value must be readable where it stands).
    """
    if (odd := Reader.NON_PRINTABLE.search(text)) is not None:
        at = text.count("\n", 0, odd.start()) + 1
        problem = f"含有不可见的控制字符 {odd[0]!r}"
        raise RuleFileError(path.name, at, problem, "请删去该字符，并存为 UTF-8 文本。")
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            if isinstance(event, yaml.AliasEvent):
                mark = event.start_mark
                line = mark.line + 1 if mark else None
                raise RuleFileError(path.name, line, "使用了别名（*）", "请把值直接写出。")
        root = yaml.compose(text, Loader=_LOADER)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else None
        problem = f"不是有效的 YAML（{getattr(error, 'problem', None) or error}）"
        raise RuleFileError(path.name, line, problem, "请核对缩进、冒号和引号。") from None
    if root is None:
        raise RuleFileError(path.name, 1, "文件是空的", "请补充内容或删除该文件。")
    return Item(path.name, "", root, _line(root))


def _line(node: Node) -> int:
    return int(node.start_mark.line) + 1


def _join(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


__all__ = ["Item", "read_strict"]
