"""What is planted in the sample district, how often, and the list of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from perfanalysis.data.sample.model import Plan

# How many a year in a district of 67 units, by group: a project-year holds one of a group.
PER_YEAR: dict[str, dict[str, int]] = {
    "money": {
        "idle-funds": 3,
        "low-execution": 6,
        "executed-over-budget": 3,
        "funds-initial-zero": 3,
        "carry-over-two-years": 3,
        "rush-spending": 6,
        "payment-ahead-of-work": 5,
        "payment-over-contract": 4,
    },
    "payment": {
        "payment-split": 4,
        "payment-duplicate": 4,
        "payment-round": 4,
        "payment-after-year": 4,
        "payee-out-of-scope": 4,
        "purpose-out-of-scope": 4,
        "account-mixed": 4,
    },
    "transfer": {"transfer-unapproved": 3},
    "targets": {
        "form-unfilled": 3,
        "indicators-identical": 5,
        "targets-copied": 4,
        "target-missing": 6,
        "target-unmeasurable": 8,
        "satisfaction-missing": 5,
        "quality-missing": 5,
        "cost-missing": 5,
        "money-as-quantity": 4,
        "target-too-low": 4,
        "weights-sum": 3,
        "decoy:satisfaction-not-required": 3,
        "decoy:zero-target": 3,
    },
    "scores": {
        "score-above-rule": 10,
        "score-below-rule": 3,
        "overachieved-unexplained": 6,
        "decoy:overachieved-explained": 5,
    },
    "stated": {"total-mismatch": 3, "execution-score-differs": 3},
    "asset": {"idle-asset": 4, "upkeep-missing": 5},
    "monitoring": {"warning-unanswered": 5, "monitoring-misreported": 3},
    "visit": {"visit-overreported": 5, "satisfaction-overstated": 3},
    "panel": {"panel-entry-mismatch": 3},
    "after": {"rectification-overdue": 5, "data-not-received": 4},
    "gate": {"pre-assessment-missing": 3, "approved-without-targets": 4},
    "unit": {
        "publication-missing": 5,
        "three-public-over-budget": 4,
        "assets-unused": 3,
        "office-over-budget": 4,
    },
}
GROUP = {kind: group for group, kinds in PER_YEAR.items() for kind in kinds}


@dataclass(frozen=True, slots=True)
class Planted:
    """One planted defect, or one honest case that looks like one (``decoy:…``)."""

    kind: str
    budget_year: int
    subjects: tuple[str, ...]
    table: str
    note: str


@dataclass
class Planting:
    """Chooses where defects go and keeps the list of them.

    Attributes
    ----------
    plan : Plan
    records : list of Planted
    """

    plan: Plan
    records: list[Planted] = field(default_factory=list)
    _taken: dict[tuple[int, str], set[str]] = field(default_factory=lambda: defaultdict(set))

    def choose(self, kind: str, year: int, candidates: Iterable[str]) -> list[str]:
        """Where a kind of defect is planted; nowhere in a clean district.

        Parameters
        ----------
        kind : str
            One of `PER_YEAR`.
        year : int
        candidates : iterable of str
            Ids that the defect fits. Those that hold another of its group are passed over.
        """
        if self.plan.clean:
            return []
        group = GROUP[kind]
        taken = self._taken[year, group]
        free = [subject for subject in candidates if subject not in taken]
        number = self.plan.scaled(PER_YEAR[group][kind], least=1)
        chosen = self.plan.stream("plant", kind, year).shuffled(free)[:number]
        taken.update(chosen)
        return chosen

    def record(self, kind: str, year: int, subjects: Sequence[str], table: str, note: str) -> None:
        """Put a planted defect or a decoy on the list."""
        if not self.plan.clean:
            self.records.append(Planted(kind, year, tuple(subjects), table, note))


__all__ = ["GROUP", "PER_YEAR", "Planted", "Planting"]
