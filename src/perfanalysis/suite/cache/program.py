"""Digests of the program itself: what can change an executed notebook, and what only a page."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from importlib.resources import files
from pathlib import Path

from perfanalysis.suite.manifest import hashes, versions

_NEVER_RUN = ("jupyterlab",)
"""What only opens notebooks by hand; with all that it needs, half of what is installed."""

PAGE_ONLY = (
    "report/exporter.py",
    "report/index.py",
    "report/listings.py",
    "report/search.py",
    "report/site.py",
    "report/templates/*.j2",
    "report/word/*",
    "report/years.py",
)
"""What puts executed notebooks into pages and .docx; no cell runs it."""
BESIDE = ("report/templates/*.css", "report/templates/*.js")
"""Files that stand beside the pages; no executed notebook of a run holds them."""


@dataclass(frozen=True, slots=True)
class Program:
    """sha256 of the package's files, in three parts.

    Attributes
    ----------
    execution : str
        All that may run while cells do, with the versions of Python and of the packages.
    pages : str
        What only makes pages of executed notebooks.
    whole : str
        Everything.
    """

    execution: str
    pages: str
    whole: str


@cache
def program() -> Program:
    """Of this process's package."""
    package = Path(str(files("perfanalysis")))
    found = [
        path
        for path in package.rglob("*")
        if path.is_file() and path.suffix != ".pyc" and path.parent.name != "__pycache__"
    ]
    every = hashes(package, found)
    pages = {name for name in every if _matches(name, PAGE_ONLY)}
    apart = pages | {name for name in every if _matches(name, BESIDE)}
    execution = {name: each for name, each in every.items() if name not in apart}
    used = libraries()
    return Program(
        execution=combined(execution | used),
        pages=combined({name: every[name] for name in pages}),
        whole=combined(every | used),
    )


def libraries() -> dict[str, str]:
    """Versions of Python and of every package that the program needs, and those need in turn."""
    found: dict[str, str] = {}
    asked = ["perfanalysis"]
    while asked:
        name = asked.pop()
        try:
            package = distribution(name)
        except PackageNotFoundError:  # wanted on another system only
            continue
        for line in package.requires or ():
            needed = re.split(r"[^\w.-]", line, maxsplit=1)[0].lower()
            if "extra ==" not in line and needed not in found and needed not in _NEVER_RUN:
                found[needed] = ""
                asked.append(needed)
        found[name] = package.version
    return versions() | {name: each for name, each in found.items() if each}


def is_changed() -> bool:
    """Whether the files of the package are others than when `program` first read them."""
    return program.__wrapped__() != program()


def combined(named: Mapping[str, str]) -> str:
    """One digest of named digests."""
    lines = (f"{name}\t{each}\n" for name, each in sorted(named.items()))
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _matches(name: str, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)


__all__ = ["BESIDE", "PAGE_ONLY", "Program", "combined", "is_changed", "libraries", "program"]
