"""Outturn and composition variance of Japan's ministries over all published years.

Usage: python outturn.py FOLDER, with ``sheets.csv.gz`` and ``budgets.csv.gz``; prints the
ministries whose spending left the initial budget in two of the last three years.
"""

import sys
from pathlib import Path

import pandas as pd

from perfanalysis.money.outturn import outturn, times_off

FAR = 0.15  # PEFA (2016) PI-1 and PI-2, bound of grade C
FIVE = 5  # fiscal years of a sheet
SHEET = ["sheet_id", "pub_year"]


def ministry_outturn(folder: Path) -> pd.DataFrame:
    """Return `outturn` of each ministry and fiscal year: the year before each review, as published.

    ``year`` is the fiscal year; money in million yen; a line a review sheet.
    """
    sheets = pd.read_csv(folder / "sheets.csv.gz", usecols=[*SHEET, "ministry"])
    budgets = pd.read_csv(
        folder / "budgets.csv.gz", usecols=[*SHEET, "fiscal_year", "initial", "executed"]
    )
    budgets = budgets.assign(ministry=_of_each(sheets, budgets)["ministry"])
    lines = budgets[budgets["fiscal_year"] == budgets["pub_year"] - 1].rename(
        columns={"initial": "budget", "executed": "actual", "fiscal_year": "year"}
    )
    return outturn(lines, by=["ministry", "year"])


def _of_each(sheets: pd.DataFrame, budgets: pd.DataFrame) -> pd.DataFrame:
    """The sheet of each line of budgets: five lines a sheet, in order; since 2021 none has an id.

    Raises
    ------
    SystemExit
        If the lines are not those of the sheets.
    """
    of_lines = sheets.loc[sheets.index.repeat(FIVE)].reset_index(drop=True)
    if not of_lines[SHEET].equals(budgets[SHEET]):
        raise SystemExit("budgets.csv.gz does not have five lines for each sheet, in their order")
    return of_lines


def repeatedly_off(table: pd.DataFrame, *, last: int) -> pd.DataFrame:
    """Return in how many of three years each ministry was off, in total and in composition."""
    measures = {"outturn": (table["outturn"] - 1).abs(), "composition": table["composition"]}
    counts = {
        name: times_off(
            pd.DataFrame({"subject": table["ministry"], "year": table["year"], "off": size > FAR})[
                size.notna()
            ],
            last=last,
        )
        for name, size in measures.items()
    }
    return pd.DataFrame(counts)


if __name__ == "__main__":
    found = ministry_outturn(Path(sys.argv[1]))
    off = repeatedly_off(found, last=int(found["year"].max()))
    print(off[(off >= 2).any(axis=1)].to_string())
