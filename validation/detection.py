"""How well the flags find what was planted in made-up districts, kind by kind.

The list ``planted.json`` of a district is written by the program that plants; no detector reads
it. Where another planted kind counts as found rightly, the reason stands beside it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd

from perfanalysis.data.sample import write_sample
from perfanalysis.rules.loader import load_rules
from perfanalysis.suite.workyear import WorkYear
from validation.section import ROOT, Section, Table

YEARS = tuple(range(2019, 2024))
OTHER_SEEDS, OTHER_YEARS = tuple(range(7, 17)), (2020, 2021)
CLEAN_YEARS = (2019, 2020)


@dataclass(frozen=True)
class Measured:
    """What is asked of the flags of one kind.

    planted: the kind of the list; alike: planted kinds that are cases of this one too; decoys: the
    honest look-alikes that must not be flagged.
    """

    planted: str
    alike: tuple[str, ...] = ()
    decoys: tuple[str, ...] = ()
    recall: float = 0.9
    precision: float = 0.8


KINDS = {
    # What is planted lies under 50%, the rule's threshold is 80%: the rest is judged by
    # `under_four_fifths`, worked out here.
    "low-execution": Measured("low-execution", alike=("idle-funds", "under-four-fifths")),
    "executed-over-budget": Measured("executed-over-budget"),
    "initial-zero": Measured("funds-initial-zero"),
    "year-end-rush": Measured(
        "rush-spending",
        decoys=("lump-on-acceptance", "equal-instalments", "seasonal-spending"),
    ),
    # Whoever paid more than the contract, without work for it, paid ahead of the work as well.
    "payment-ahead-of-work": Measured(
        "payment-ahead-of-work",
        alike=("payment-over-contract",),
        decoys=("legal-advance", "supplementary-agreement", "lump-on-acceptance"),
    ),
    "payment-over-contract": Measured(
        "payment-over-contract", decoys=("supplementary-agreement", "lump-on-acceptance")
    ),
    "payment-split": Measured("payment-split", decoys=("equal-instalments",)),
    "payment-duplicate": Measured("payment-duplicate", decoys=("equal-instalments",)),
    "payment-round": Measured("payment-round", decoys=("equal-instalments",)),
    "payment-outside-year": Measured("payment-after-year"),
    "payee-out-of-scope": Measured("payee-out-of-scope"),
    "purpose-out-of-scope": Measured("purpose-out-of-scope"),
    "account-mixed": Measured("account-mixed"),
    "transfer-unapproved": Measured("transfer-unapproved", decoys=("transfer-approved",)),
    "carry-over-two-years": Measured("carry-over-two-years", decoys=("carry-over-one-year",)),
    "funds-idle": Measured("idle-funds"),
    "score-above-rule": Measured(
        "score-above-rule", decoys=("overachieved-explained", "zero-target")
    ),
    "target-missing": Measured("target-missing", decoys=("zero-target",)),
    "target-unmeasurable": Measured("target-unmeasurable", decoys=("zero-target",)),
    "indicators-identical": Measured("indicators-identical", decoys=("shared-indicator-names",)),
    "money-as-quantity": Measured("money-as-quantity"),
    "quality-missing": Measured("quality-missing"),
    "cost-missing": Measured("cost-missing"),
    "satisfaction-missing": Measured("satisfaction-missing", decoys=("satisfaction-not-required",)),
    "asset-idle": Measured("idle-asset", decoys=("just-finished",)),
    "upkeep-missing": Measured("upkeep-missing"),
}
# Nothing of these kinds is on the list. They say what stands in the tables, or come with another
# kind: a rush overspends a line, a vague purpose stands on a round payment.
UNPLANTED = {
    "result-missed",
    "payment-before-acceptance",
    "retention-not-kept",
    "advance-over-terms",
    "retention-over-terms",
    "progress-underpaid",
    "payment-weekend",
    "purpose-unmatched",
    "budget-line-foreign",
    "budget-line-over",
    "no-movement",
    "outturn-off",
    "composition-off",
}


class District:
    """A made-up district: its flags of some years, and the list of what was planted."""

    def __init__(self, folder: Path, years: Sequence[int]) -> None:
        self.folder, self.years = folder, years
        records = json.loads((folder / "planted.json").read_text("utf-8"))["planted"]
        self.records = [r for r in records if r["budget_year"] in years]
        self.flags = {year: self._flags(year) for year in years}

    def _flags(self, year: int) -> pd.DataFrame:
        return evaluated(self.folder, year).flags

    def seen(self, kind: str) -> set[tuple[int, str]]:
        """Project-years that are flagged."""
        return {
            (year, project)
            for year, flags in self.flags.items()
            for project in flags.loc[flags["kind"] == kind, "project_id"]
        }

    def planted(self, *kinds: str) -> set[tuple[int, str]]:
        """Project-years on the list."""
        listed = {
            (r["budget_year"], r["subjects"]["transfer" in r["kind"]])
            for r in self.records
            if r["kind"] in kinds
        }
        return listed | (self.under_four_fifths() if "under-four-fifths" in kinds else set())

    def under_four_fifths(self) -> set[tuple[int, str]]:
        """Executed under 80% of the annual budget, from the files, without the package."""
        found = set()
        for year in self.years:
            funds = pd.read_csv(self.folder / str(year) / "funds.csv")
            money = funds.groupby("project_id")[["annual_wan", "executed_wan"]].sum()
            low = money.index[money["executed_wan"] < 0.8 * money["annual_wan"]]
            found |= {(year, project) for project in low}
        return found

    def measure(self) -> pd.DataFrame:
        """One row a kind: planted, flagged, found of the planted, right of the flagged, ratios."""
        rows = []
        for kind, asked in KINDS.items():
            seen, planted = self.seen(kind), self.planted(asked.planted)
            right = seen & (planted | self.planted(*asked.alike))
            found = len(seen & planted)
            recall, precision = found / len(planted), len(right) / len(seen)
            rows.append((kind, len(planted), len(seen), found, len(right), recall, precision))
        columns = ["kind", "planted", "flagged", "found", "right", "recall", "precision"]
        return pd.DataFrame(rows, columns=columns).set_index("kind")


# Facts of the tables, which a district without faults has as well.
FACTS = {
    "low-execution",
    "progress-underpaid",
    "outturn-off",
    "composition-off",
    "result-missed",
}


class _Suite:
    """The part of suite.toml that flags need."""

    class stages:
        evaluation, monitoring = -1, 0


def evaluated(folder: Path, budget_year: int) -> WorkYear:
    """The work year that evaluates a budget year of a made-up district."""
    year = WorkYear(_Suite, budget_year + 1, folder, load_rules())  # type: ignore[arg-type]
    assert year.evaluation_year == budget_year
    return year


def committed() -> District:
    """The district of this repository, all its years."""
    return District(ROOT / "data", YEARS)


def other(folder: Path, seed: int) -> District:
    """A district drawn from another seed, written into a folder."""
    write_sample(folder, seed=seed, years=OTHER_YEARS)
    return District(folder, OTHER_YEARS)


def of_other_seeds() -> list[pd.DataFrame]:
    """`District.measure` of each of the other seeds."""
    measured = []
    for seed in OTHER_SEEDS:
        with TemporaryDirectory() as folder:
            measured.append(other(Path(folder), seed).measure())
    return measured


def pool(measured: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Several results of `District.measure` as one, kind by kind."""
    summed = pd.concat(measured).groupby(level=0, sort=False).sum()
    return summed.assign(
        recall=summed["found"] / summed["planted"], precision=summed["right"] / summed["flagged"]
    )


def clean(folder: Path) -> Iterator[tuple[int, pd.DataFrame, pd.DataFrame]]:
    """Of a district with nothing planted: year, flags, what the report says to expect of chance."""
    write_sample(folder, years=CLEAN_YEARS, clean=True)
    for year in CLEAN_YEARS:
        seen = evaluated(folder, year)
        yield year, seen.flags, seen.money.expected.set_index("check")


def short_of(table: pd.DataFrame) -> dict[str, tuple[float, float]]:
    """Kinds of `District.measure` that are under what is asked of them: recall, precision."""
    return {
        str(kind): (row["recall"], row["precision"])
        for kind, row in table.iterrows()
        if row["recall"] < KINDS[kind].recall or row["precision"] < KINDS[kind].precision
    }


def _detected() -> Iterator[Table]:
    yield Table(
        _printed(committed().measure()),
        f"The district of this repository, budget years {YEARS[0]} to {YEARS[-1]}, project-years; "
        "a recall of 0.9 and a precision of 0.8 are asked for.",
    )
    drawn = of_other_seeds()
    pooled, lowest = pool(drawn), pd.concat(drawn).groupby(level=0, sort=False).min()
    yield Table(
        pd.DataFrame(
            {
                "kind": pooled.index,
                "planted": pooled["planted"],
                "flagged": pooled["flagged"],
                "recall": pooled["recall"].round(3),
                "precision": pooled["precision"].round(3),
                "lowest recall of a seed": lowest["recall"].round(2),
                "lowest precision of a seed": lowest["precision"].round(2),
            }
        ),
        f"{len(OTHER_SEEDS)} other seeds ({OTHER_SEEDS[0]} to {OTHER_SEEDS[-1]}), budget years "
        f"{OTHER_YEARS[0]} and {OTHER_YEARS[-1]} of each. What is missed of payees is a trading "
        "company paid out of a line for goods, which by its words is in scope.",
    )
    yield _of_clean()


def _of_clean() -> Table:
    with TemporaryDirectory() as folder:
        rows = [
            (str(year), check, int(row["flags"]), int(row["most_false"]))
            for year, _, expected in clean(Path(folder))
            for check, row in expected.drop(list(FACTS & set(expected.index))).iterrows()
            if row["flags"] or row["most_false"]
        ]
    columns = ["budget year", "check", "flags", "the report says: at most"]
    return Table(
        pd.DataFrame(rows, columns=columns),
        "A district with nothing planted: flags of each screen beside the number that the report "
        "says to expect of chance (screens with neither are left out).",
    )


def _printed(measured: pd.DataFrame) -> pd.DataFrame:
    found = measured.rename_axis("kind").reset_index()
    return found.round({"recall": 2, "precision": 2}).drop(columns=["found", "right"])


SECTIONS = (
    Section(
        "detection",
        "What was planted, and what was flagged",
        "data/planted.json, written by the program that made the district up; its decoys are "
        "honest look-alikes and count as false where they are flagged.",
        _detected,
    ),
)
