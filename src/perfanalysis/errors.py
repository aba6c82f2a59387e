"""Every error perfanalysis raises on purpose.

PerfAnalysisError
├── DataError            the numbers handed in cannot be used
├── RuleError            a rule file is wrong, or has no value for the date
│   ├── RuleFileError
│   └── RuleNotInForceError
├── ParameterError       a notebook or a command was given something it cannot use
└── ReportError          a page would show something wrong

Messages are for an evaluator, in Chinese, in three parts: what is wrong and
where, what was found, what to do. Code never parses a message: the facts are
attributes.
"""

from __future__ import annotations


class PerfAnalysisError(Exception):
    """Base class: ``except PerfAnalysisError`` catches all of ours, no others."""


class DataError(PerfAnalysisError, ValueError):
    """The data handed in cannot be used as it is."""


class RuleError(PerfAnalysisError):
    """A rule cannot be read or does not apply."""


class RuleFileError(RuleError):
    """A rule file breaks the rule-file schema.

    Attributes
    ----------
    path : str
        Name of the file.
    line : int or None
        Line in it, from 1.
    """

    def __init__(self, path: str, line: int | None, problem: str, remedy: str) -> None:
        self.path = path
        self.line = line
        at = f"{path} 第{line}行" if line else path
        super().__init__(f"规则文件 {at} 有误：{problem}。{remedy}")


class RuleNotInForceError(RuleError, LookupError):
    """A rule exists but has no value on the date asked for."""

    def __init__(self, rule: str, on: str, first: str | None) -> None:
        self.rule = rule
        self.on = on
        self.first = first
        known = f"最早一版自 {first} 起施行" if first else "尚未录入任何一版"
        super().__init__(
            f"规则 {rule} 在 {on} 没有有效取值：{known}。"
            f"请核对评价日期，或在规则文件中补录该日有效的版本及其文号。"
        )


class ParameterError(PerfAnalysisError, ValueError):
    """A notebook or a command was given a parameter that it cannot use."""


class ReportError(PerfAnalysisError):
    """A page would show something that is wrong."""


__all__ = [
    "DataError",
    "ParameterError",
    "PerfAnalysisError",
    "ReportError",
    "RuleError",
    "RuleFileError",
    "RuleNotInForceError",
]
