"""Settings from a parsed TOML file into frozen dataclasses, strictly.

The dataclass is the schema: its fields are the keys, its annotations the types, a field without
a default must be given. What is not in it is refused with the choices named.
"""

from __future__ import annotations

import dataclasses
import datetime
import types
from collections.abc import Mapping
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from perfanalysis.errors import ParameterError

T = TypeVar("T")

_NAMES: Mapping[object, str] = types.MappingProxyType(
    {
        int: "整数",
        float: "数字",
        str: "加引号的文字",
        bool: "true 或 false",
        datetime.date: "日期，如 2021-12-31（不加引号）",
    }
)


def read_settings(cls: type[T], values: object, *, file: str, key: str = "") -> T:
    """Build `cls` from a table of a TOML file.

    Parameters
    ----------
    cls : type
        A dataclass whose fields are int, float, str, bool, date, a Literal of texts, another such
        dataclass, or a tuple of any of these.
    values : object
        The parsed table.
    file : str
        Name of the file, for messages.
    key : str
        Dotted key of the table in the file; empty at the top.

    Raises
    ------
    ParameterError
        On an unknown key, a missing one, or a value of another type; the choices are named.
    """
    if not isinstance(values, dict):
        raise _wrong(file, key, f"应为一组键值（[{key}]）", values)
    fields = {field.name: field for field in dataclasses.fields(cls)}  # type: ignore[arg-type]
    hints = get_type_hints(cls)
    for name in values:
        if name not in fields:
            raise ParameterError(
                f"{file} 中没有名为 {_join(key, name)} 的设置。"
                f"{f'[{key}] 中' if key else '最上层'}可用：{'、'.join(fields)}。请改正或删去。"
            )
    missing = [
        name
        for name, field in fields.items()
        if name not in values
        and field.default is dataclasses.MISSING
        and field.default_factory is dataclasses.MISSING
    ]
    if missing:
        raise ParameterError(
            f"{file} 缺少设置 {'、'.join(_join(key, name) for name in missing)}。请补上。"
        )
    return cls(
        **{
            name: _value(hints[name], value, file=file, key=_join(key, name))
            for name, value in values.items()
        }
    )


def _value(kind: Any, value: object, *, file: str, key: str) -> Any:
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        kind = next(k for k in get_args(kind) if k is not type(None))
        return _value(kind, value, file=file, key=key)
    if origin is Literal:
        if value not in get_args(kind):
            raise _wrong(file, key, f"应为 {' 或 '.join(map(repr, get_args(kind)))}", value)
        return value
    if origin is tuple:
        if not isinstance(value, list):
            raise _wrong(file, key, "应为列表（[ … ]）", value)
        item = get_args(kind)[0]
        return tuple(
            _value(item, each, file=file, key=f"{key}[{position}]")
            for position, each in enumerate(value, 1)
        )
    if dataclasses.is_dataclass(kind):
        return read_settings(kind, value, file=file, key=key)  # type: ignore[arg-type]
    if kind is float and type(value) is int:
        return float(value)
    if type(value) is not kind:
        raise _wrong(file, key, f"应为{_NAMES[kind]}", value)
    return value


def _join(key: str, name: str) -> str:
    return f"{key}.{name}" if key else name


def _wrong(file: str, key: str, expected: str, found: object) -> ParameterError:
    return ParameterError(f"{file} 的 {key} {expected}，实际为 {found!r}。请改正。")


__all__ = ["read_settings"]
