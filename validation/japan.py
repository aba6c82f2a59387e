"""Japan's review sheets: outturn and composition variance of each ministry over all years."""

from __future__ import annotations

import runpy
from collections.abc import Iterator

import pandas as pd

from validation.section import ROOT, Section, Table, shared


def outturns() -> Iterator[Table]:
    """Make a row a fiscal year, and the ministries that were off in two of three years."""
    example = runpy.run_path(str(ROOT / "examples" / "japan_review" / "outturn.py"))
    found = example["ministry_outturn"](shared("data", "japan_review_sheets"))
    years = found.groupby("year").agg(
        ministries=("ministry", "nunique"),
        outturn=("outturn", "median"),
        composition=("composition", "median"),
        most=("composition", "max"),
    )
    yield Table(
        pd.DataFrame(
            {
                "fiscal year": years.index.astype(str),
                "ministries": years["ministries"],
                "outturn, median": years["outturn"].round(3),
                "composition variance, median": years["composition"].round(3),
                "composition variance, largest": years["most"].round(3),
            }
        ),
        "Spending ÷ initial budget of the year before each review, and PEFA's composition variance "
        "over the sheets of a ministry (PI-2.1). Nothing was published to compare these with: the "
        "table shows that all years run.",
    )
    last = int(found["year"].max())
    off = example["repeatedly_off"](found, last=last).ge(2)
    rows = [(name, int(off[name].sum()), len(off)) for name in off]
    yield Table(
        pd.DataFrame(rows, columns=["measure", "off in two of three years", "ministries"]),
        "Off by more than 0.15 (PEFA 2016, bound of grade C) in two of the three years up to "
        f"{last}.",
    )


SECTIONS = (
    Section(
        "japan-outturn",
        "Outturn and composition variance: Japan's ministries",
        "行政事業レビューシート; ../shared/data/japan_review_sheets; PEFA (2016), PI-1 and PI-2.",
        outturns,
    ),
)
