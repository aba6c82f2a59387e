"""Does Mexico's next approved budget follow execution? The right question beside the naive one.

Usage: python next_budget.py FILE, where FILE is ``mx_programme_panel.csv``.
"""

import sys
from pathlib import Path

import numpy as np
import pandas as pd

from perfanalysis.linkage.inference import Effect, effects_frame, estimate_effects

PROGRAMME = ["ramo", "programme"]
LEVELS = ["ramo", "subramo", "programme"]
FAR = 2.0
"""A programme that executed more than so many times its budget was given new tasks in the year."""
SEED = 20210501


def read_pairs(file: Path) -> pd.DataFrame:
    """Return each programme and year Y whose budgets of Y + 1 and Y + 2 are known.

    Returns
    -------
    DataFrame
        ``programme``, ``ramo`` (ministry or other branch: the lower of the two levels where both
        are printed, as of the executive since 2015), ``year``; ``before``, ``executed`` (of Y),
        ``base`` (approved of Y + 1), ``after`` (approved of Y + 2; pesos, all above 0),
        ``execution`` (executed ÷ approved of Y, in percent, not above 100 × `FAR`).
        Totals of branches and programmes that a branch lists twice in a year are left out.
    """
    table = pd.read_csv(file, dtype=dict.fromkeys(LEVELS, "str"))
    table = table[table["programme"] != "TOTAL"]
    table = table.assign(ramo=table["subramo"].fillna(table["ramo"]))
    table = table[~table.duplicated([*PROGRAMME, "year"], keep=False)]
    own = table[[*PROGRAMME, "year", "approved", "executed"]]
    pairs = own.rename(columns={"approved": "before"})
    for step, name in ((1, "base"), (2, "after")):
        later = own[[*PROGRAMME, "year", "approved"]].rename(columns={"approved": name})
        later = later.assign(year=later["year"] - step)
        pairs = pairs.merge(later, on=[*PROGRAMME, "year"])
    money = pairs[["before", "executed", "base", "after"]]
    pairs = pairs[(money > 0).all(axis=1)]
    pairs = pairs.assign(
        execution=100 * pairs["executed"] / pairs["before"],
        programme=pairs[PROGRAMME].agg("/".join, axis=1),
    )
    return pairs[pairs["execution"] <= 100 * FAR].reset_index(drop=True)


def compare(pairs: pd.DataFrame) -> pd.DataFrame:
    """Ask in the naive way, in the right way, and both of data where nothing follows anything.

    Returns
    -------
    DataFrame
        One row a specification (``what``) and error (``by``: ramo or programme): `Effect`'s
        attributes, estimates in log points a percentage point of execution.

    Notes
    -----
    Naive: growth from Y to Y + 1 on execution of Y; both divide by the approved budget of Y. Right:
    ln of the budget of Y + 2 on ln of that of Y + 1, and execution of Y. In the null data budget
    and execution of Y are drawn apart, each programme around its own level.
    """
    drawn = null_pairs(pairs)
    specifications = {
        "naive": _naive(pairs),
        "right": _right(pairs),
        "naive, nothing there": _naive(drawn),
        "right, nothing there": _right(drawn),
    }
    parts = []
    for what, (table, regressors) in specifications.items():
        for by in ("ramo", "programme"):
            effects = ["year"] if by == "ramo" else ["ramo", "year"]
            found = estimate_effects(
                table, outcome="y", regressors=regressors, cluster=by,
                absorb="ramo" if by == "ramo" else "", effects=effects,
            )  # fmt: skip
            parts.append(_frame(found).assign(what=what, by=by))
    return pd.concat(parts, ignore_index=True)


def null_pairs(pairs: pd.DataFrame) -> pd.DataFrame:
    """The same programmes with budgets that wander around their level and follow nothing."""
    draw = np.random.default_rng(SEED)
    level = pairs.groupby("programme")["before"].transform("median")
    names = ("before", "executed", "base", "after")
    drawn = {name: level * np.exp(draw.normal(0, 0.3, len(pairs))) for name in names}
    table = pairs.assign(**drawn)
    return table.assign(execution=100 * table["executed"] / table["before"])


def _naive(pairs: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    return pairs.assign(y=np.log(pairs["base"] / pairs["before"])), ["execution"]


def _right(pairs: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    table = pairs.assign(y=np.log(pairs["after"]), ln_base=np.log(pairs["base"]))
    return table, ["ln_base", "execution"]


def _frame(effects: tuple[Effect, ...]) -> pd.DataFrame:
    return effects_frame(effects).query("regressor == 'execution'")


if __name__ == "__main__":
    columns = [
        "what",
        "by",
        "n",
        "clusters",
        "df",
        "estimate",
        "low",
        "high",
        "p",
        "mde",
        "refused",
    ]
    print(compare(read_pairs(Path(sys.argv[1])))[columns].to_string(index=False))
