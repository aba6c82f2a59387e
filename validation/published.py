"""Reliability and agreement against figures that others printed."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from perfanalysis.evidence.agreement import cronbach_alpha, krippendorff_alpha, two_way
from perfanalysis.evidence.reliability import one_way
from validation.section import Section, Table, shared

FOLDER = ("data", "reference")
LEVELS = {"nominal": 0.743, "ordinal": 0.815, "interval": 0.849, "ratio": 0.797}


def compared() -> pd.DataFrame:
    """One row a figure: ``figure``, ``printed``, ``ours`` rounded like it."""
    rows = [*_shrout_fleiss(), *_krippendorff(), *_attitude()]
    table = pd.DataFrame(rows, columns=["figure", "printed", "ours", "digits"])
    ours = [
        round(value, digits) for value, digits in table[["ours", "digits"]].itertuples(index=False)
    ]
    return table.assign(ours=ours).drop(columns="digits")


def _shrout_fleiss() -> Iterator[tuple[str, float, float, int]]:
    scores = pd.read_csv(shared(*FOLDER, "shrout_fleiss_1979.csv"), index_col=0)
    table = scores.to_numpy("float64")
    targets = pd.Series(range(len(table))).repeat(table.shape[1]).to_numpy()
    own, crossed = one_way(table.ravel(), targets), two_way(table)
    of = "Shrout & Fleiss (1979), table 4: "
    yield f"{of}ICC(1,1)", 0.17, own.single, 2
    yield f"{of}ICC(1,4)", 0.44, own.mean, 2
    yield f"{of}ICC(2,1)", 0.29, crossed.single, 2
    yield f"{of}ICC(2,4)", 0.62, crossed.mean, 2
    yield f"{of}ICC(3,1)", 0.71, crossed.consistency, 2


def _krippendorff() -> Iterator[tuple[str, float, float, int]]:
    observers = pd.read_csv(shared(*FOLDER, "krippendorff_2011_4obs.csv"), index_col=0)
    table = observers.to_numpy("float64").T
    for level, printed in LEVELS.items():
        ours = krippendorff_alpha(table, level=level)
        yield f"Krippendorff (2011), four observers, twelve units: α {level}", printed, ours, 3


def _attitude() -> Iterator[tuple[str, float, float, int]]:
    items = pd.read_csv(shared(*FOLDER, "datasets_attitude.csv"), index_col=0)
    ours = cronbach_alpha(items.to_numpy("float64"))
    yield "R's attitude data, seven items: Cronbach's α (psych 2.4, alpha())", 0.84, ours, 2


def _tables() -> Iterator[Table]:
    yield Table(compared(), "Rounded to the printed digits.")


SECTIONS = (
    Section(
        "evidence-published",
        "Reliability and agreement: published answers",
        "../shared/data/reference (the papers' own small tables); the survey estimates are held "
        "against R's survey 4.1.1 in tests/reference/survey, Kendall's W against a hand "
        "calculation in tests/evidence/test_agreement.py.",
        _tables,
    ),
)
