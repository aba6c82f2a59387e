"""Work years beside the one at hand: the same under other rules, and those before it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from perfanalysis.errors import DataError, RuleError
from perfanalysis.linkage.decided import decided_projects
from perfanalysis.rules.loader import load_rules

if TYPE_CHECKING:
    from perfanalysis.suite.workyear import WorkYear

_STAGES = ("evaluation", "monitoring", "targets", "requests")
_READ = (*_STAGES, "sealed")
_SCORED = (
    "scores", "key_evaluation", "earlier_scores", "before_targets", "target_review",
    "pre_assessment", "gate",
)  # fmt: skip
"""What a proposal is made of that does not hang on the rules of linkage."""
MOST_DECIDED = 3
"""Earlier proposals that are held against what was approved, at most."""


@dataclass(frozen=True)
class Earlier:
    """What earlier work years would have proposed, and what was approved.

    Attributes
    ----------
    projects : DataFrame
        See `decided_projects`, with ``requests_year`` and ``evaluation_year``, latest year first.
    refused : dict of int to str
        Budget year to why it has no proposal, though it has data.
    """

    projects: pd.DataFrame
    refused: dict[int, str]


def under_rules(year: WorkYear, file: Path) -> WorkYear:
    """The same work year with a rule file laid over its rules.

    What is read of the data is shared; where no rule besides those of linkage is another, results
    are too.
    """
    other = replace(year, book=load_rules(*year.suite.rule_files, file))
    shared = _READ if changed_titles(year, other) else (*_READ, *_SCORED)
    vars(other).update({name: vars(year)[name] for name in shared if name in vars(year)})
    return other


def changed_titles(year: WorkYear, other: WorkYear) -> list[str]:
    """Titles of the rules besides those of linkage that are others in the second one."""
    return [
        rule.title
        for key, rule in other.book.rules.items()
        if not key.startswith("link.") and rule != year.book.rules[key]
    ]


def earlier_decisions(year: WorkYear) -> Earlier:
    """What the results of earlier years proposed by the rules at hand, beside what was approved."""
    frames, refused = [], {}
    for other in _earlier(year):
        try:
            decided = decided_projects(other.requested_proposal, other.requests)
        except (DataError, RuleError) as error:
            refused[other.requests_year] = str(error)
            continue
        years = {
            "requests_year": other.requests_year,
            "evaluation_year": other.evaluation_year,
        }
        frames.append(decided.assign(**years))
    return Earlier(pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(), refused)


def _earlier(year: WorkYear) -> Iterator[WorkYear]:
    """The work years before this one all of whose budget years are there, the latest first."""
    read = {getattr(year, f"{stage}_year"): stage for stage in ("evaluation", "monitoring")}
    for back in range(1, MOST_DECIDED + 1):
        other = replace(year, work_year=year.work_year - back)
        wanted = {stage: getattr(other, f"{stage}_year") for stage in _STAGES}
        if not all((year.data_dir / str(each)).is_dir() for each in wanted.values()):
            continue
        for stage, number in wanted.items():
            if number in read and stage != "requests":
                vars(other)[stage] = getattr(year, read[number])
        yield other


__all__ = ["Earlier", "changed_titles", "earlier_decisions", "under_rules"]
