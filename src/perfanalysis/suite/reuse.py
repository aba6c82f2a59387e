"""Reports that no worker is needed for: nothing has changed of all that they could read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from perfanalysis.suite.cache.keys import Record
from perfanalysis.suite.job import Job, Setup
from perfanalysis.suite.outcome import Outcome


@dataclass(frozen=True, slots=True)
class Taken:
    """What was kept, and what is left to do.

    Attributes
    ----------
    outcomes : mapping of str to Outcome
        By page.
    left : sequence of Job
    findings : mapping of str to int, or None
        Findings in the data by severity, as the last run counted them.
    """

    outcomes: Mapping[str, Outcome]
    left: Sequence[Job]
    findings: Mapping[str, int] | None


def take_kept(
    jobs: Sequence[Job],
    setup: Setup,
    record: Record | None,
    basis: str,
    *,
    on_done: Callable[[Outcome], None],
) -> Taken:
    """Put into place the pages whose executed notebooks are kept and known to hold.

    Parameters
    ----------
    jobs : sequence of Job
    setup : Setup
    record : Record or None
        What the last run left behind.
    basis : str
        Digest of all that any report of this run could read; where the last run had the same, its
        reports read the same.
    on_done : callable
        Called with each `Outcome` as it comes.
    """
    if setup.force or record is None or record.basis != basis:
        return Taken({}, jobs, None)
    from perfanalysis.suite.worker import from_kept  # with all that makes a page

    outcomes, left = {}, []
    for job in jobs:
        known = _known(job, record.pages.get(job.page), basis)
        outcome = from_kept(known, setup, known.data) if known.data else None
        if outcome is None:
            left.append(known)
        else:
            outcomes[job.page] = outcome
            on_done(outcome)
    return Taken(outcomes, left, record.result["findings"])


def _known(job: Job, page: Mapping[str, Any] | None, basis: str) -> Job:
    """The job with the digest of what it reads, if the last run that made it had the same basis."""
    if page is None or page.get("basis") != basis:
        return job
    parts = dict(page["parts"])
    data = parts.pop("data", "")
    return replace(job, data=data) if parts == job.parts else job


__all__ = ["Taken", "take_kept"]
