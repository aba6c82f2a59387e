"""English for what the library itself says in Chinese: reasons, titles of rules, findings.

The numbers' code speaks one language, the evaluator's. Here its sentences are recognised by
the patterns of ``texts/phrases.yaml`` and said in English; names and quoted text stay as given.
"""

from __future__ import annotations

import re
import string
from collections.abc import Callable, Iterator
from functools import cache, lru_cache
from typing import Any

from perfanalysis.report.catalogue import load_catalogue

MOST_CHARACTERS = 2000  # longer text is nobody's reason and is left as it is


def english(text: str) -> str:
    """Return the English of a sentence of the library; any other text as it is.

    Clauses between ``；`` and what follows in brackets may be sentences of their own.

    >>> english("没有实际完成值，不得分，扣8.00分；补报后重新计分")
    'no actual value: no points, 8.00 lost; scored again once it is reported'
    >>> english("示例区教育局")
    '示例区教育局'
    """
    found = _found(text) if len(text) <= MOST_CHARACTERS else None
    return text if found is None else found


@lru_cache(maxsize=4096)
def _found(text: str) -> str | None:
    for pattern, say in _phrases():
        match = pattern.fullmatch(text)
        if match:
            return say(match.groupdict())
    return _clauses(text) or _bracketed(text)


def _clauses(text: str) -> str | None:
    parts = text.split("；")
    said = [_found(part) for part in parts] if len(parts) > 1 else []
    known = [each for each in said if each is not None]
    return "; ".join(known) if known and len(known) == len(parts) else None


def _bracketed(text: str) -> str | None:
    head, opening, rest = text.partition("（")
    said = _found(head) if opening and rest.endswith("）") else None
    return None if said is None else f"{said} ({english(rest[:-1])})"


@cache
def _phrases() -> tuple[tuple[re.Pattern[str], Callable[[dict[str, str]], str]], ...]:
    """Pattern of each Chinese sentence and what puts its English together."""
    return tuple(
        (re.compile("".join(_pattern(chinese)), re.DOTALL), _sayer(said))
        for chinese, said in load_catalogue("phrases").items()
    )


def _pattern(chinese: str) -> Iterator[str]:
    for literal, name, spec, _ in string.Formatter().parse(chinese):
        yield re.escape(literal)
        if name is not None:
            wide = "[^”]" if literal.endswith("“") else "."  # a quoted name ends with its quote
            yield f"(?P<{name}>{wide}+?)" if spec == "wide" else f"(?P<{name}>[^，；\n]+?)"


def _sayer(said: Any) -> Callable[[dict[str, str]], str]:
    def say(values: dict[str, str]) -> str:
        return "".join(
            literal
            + ("" if name is None else english(values[name]) if spec == "said" else values[name])
            for literal, name, spec, _ in string.Formatter().parse(str(said))
        )

    return say


__all__ = ["english"]
