"""What becomes of a report, and of a run: plain facts, which need no library to be read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

EngineName = Literal["forked", "jupyter"]
How = Literal["executed", "rendered", "reused"]


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a report could not be made.

    Attributes
    ----------
    cell : int or None
        Number of the failing cell in the executed notebook, from 1; None if no cell is to blame.
    source : str
        The failing cell.
    error : str
        Name of the exception.
    message : str
    traceback : str
        Without colour codes.
    """

    cell: int | None
    source: str
    error: str
    message: str
    traceback: str


def failure_of(error: BaseException) -> Failure:
    """Describe an error that no cell raised."""
    return Failure(None, "", type(error).__name__, str(error), "")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a report.

    Attributes
    ----------
    page : str
    facts : mapping
        ``title``, ``findings``, ``listing``, ``headline`` and ``members`` of `PageFacts`; empty if
        it failed.
    failure : Failure or None
    engine : {"forked", "jupyter"}
        What ran its cells.
    engine_reason : str
        Why it was not the engine that was asked for; empty if it was.
    how : {"executed", "rendered", "reused"}
        Whether its cells ran, or only the page was made, or neither.
    parts : mapping of str to str
        What its cells depend on, as digests; see `perfanalysis.suite.cache.keys`.
    entries : tuple of str
        Keys of what was kept of it.
    unkept : str
        Why it could not be kept; empty if it was.
    """

    page: str
    facts: Mapping[str, Any]
    failure: Failure | None
    engine: EngineName
    engine_reason: str = ""
    how: How = "executed"
    parts: Mapping[str, str] = field(default_factory=dict)
    entries: tuple[str, ...] = ()
    unkept: str = ""


def killed(page: str, message: str, engine: EngineName) -> Outcome:
    """A report whose process the system ended."""
    return Outcome(page, {}, Failure(None, "", "WorkerKilled", message, ""), engine)


@dataclass(frozen=True, slots=True)
class RunResult:
    """What a run made.

    Attributes
    ----------
    index : Path
        The page that links every other.
    made : tuple of str
        File names of the pages that this run stands for.
    failed : mapping of str to Failure
        Reports that could not be made, by the file name of their failure page.
    partial : bool
        Whether reports were left out, those of an earlier run staying as they were.
    findings : mapping of str to int, or None
        Findings in the data of the evaluated and the monitored year, by severity; None if the
        data could not be checked.
    engines : tuple of str
        Engines that ran the cells.
    remade : mapping of str to str
        Page to why it was made again: a key of `perfanalysis.suite.cache.keys.REASONS`. The other
        pages are those of an earlier run, byte for byte.
    """

    index: Path
    made: tuple[str, ...]
    failed: Mapping[str, Failure]
    partial: bool
    findings: Mapping[str, int] | None
    engines: tuple[EngineName, ...]
    remade: Mapping[str, str] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Plain types only, for JSON."""
        return {
            "index": str(self.index),
            "made": list(self.made),
            "failed": {page: asdict(failure) for page, failure in self.failed.items()},
            "partial": self.partial,
            "findings": None if self.findings is None else dict(self.findings),
            "engines": list(self.engines),
            "remade": dict(self.remade),
        }


__all__ = ["EngineName", "Failure", "How", "Outcome", "RunResult", "failure_of", "killed"]
