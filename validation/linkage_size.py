"""How often each test rejects where there is nothing to find, at a nominal 5%."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import stats

from perfanalysis.errors import DataError
from perfanalysis.linkage.cr2 import cr2
from perfanalysis.linkage.inference import effects_of
from perfanalysis.linkage.power import LEVEL
from perfanalysis.linkage.randomisation import randomisation_p_value
from perfanalysis.linkage.wild import wild_p_values
from perfanalysis.linkage.within import Within, fit_within
from validation.linkage_published import stata_variance

UNITS, YEARS = 67, 4
TREATED = (33, 8, 3)
DRAWS = 2_000
RESAMPLES = 399
SEED = 20210501
TESTS = ("cr1_normal", "cr1_t", "crv3", "cr2", "wild", "randomisation")
NOTE = {
    33: {"cr1_normal": 0.059, "cr1_t": 0.053, "crv3": 0.050, "cr2": 0.053, "wild": 0.042},
    8: {"cr1_normal": 0.089, "cr1_t": 0.087, "crv3": 0.063, "cr2": 0.045, "wild": 0.049},
    3: {"cr1_normal": 0.212, "cr1_t": 0.207, "crv3": 0.110, "cr2": 0.024, "wild": 0.003},
}
"""What an independent simulation gave before this code was written (1,000 draws of its own)."""


def made_units(treated: int, seed: int) -> pd.DataFrame:
    """A panel without any effect: ``unit``, ``year``, ``x`` (1 in the first units), ``y``.

    Unit effects and noise have the variances 4 and 1, so two years of a unit correlate by 0.8.
    """
    draw = np.random.default_rng([SEED, treated, seed])
    unit = np.repeat(np.arange(UNITS), YEARS)
    own = 2 * np.repeat(draw.normal(size=UNITS), YEARS)
    year = np.tile(np.arange(YEARS), UNITS)
    noise = draw.normal(size=unit.size)
    x = (unit < treated).astype("float64")
    return pd.DataFrame({"unit": unit, "year": year, "x": x, "y": own + 0.3 * year + noise})


def p_values(table: pd.DataFrame, seed: int) -> dict[str, float]:
    """P-value of each of `TESTS`, also where the program itself would give none but for few units.

    Randomisation inference is NaN where it refuses.
    """
    fit = _fit(table)
    robust = cr2(fit)
    estimate = abs(float(fit.estimates[0]))
    t = estimate / float(np.sqrt(stata_variance(fit)[0]))
    try:
        dealt = randomisation_p_value(
            table, outcome="y", treatment="x", unit="unit", year="year", seed=seed, draws=RESAMPLES
        )
    except DataError:
        dealt = float("nan")
    return {
        "cr1_normal": float(2 * stats.norm.sf(t)),
        "cr1_t": float(2 * stats.t.sf(t, UNITS - 1)),
        "crv3": _crv3(fit, estimate),
        "cr2": float(2 * stats.t.sf(estimate / robust.se[0], robust.df[0])),
        "wild": float(wild_p_values(fit, seed=seed, draws=RESAMPLES)[0]),
        "randomisation": dealt,
        "df": float(robust.df[0]),
    }


def _crv3(fit: Within, estimate: float) -> float:
    effect = effects_of(fit, method="CRV3")[0]
    return float(2 * stats.t.sf(estimate / effect.se, effect.df))


def measure_size(*, draws: int = DRAWS) -> pd.DataFrame:
    """Share of true null hypotheses that each test rejects.

    Parameters
    ----------
    draws : int
        Panels for each number of treated units.

    Returns
    -------
    DataFrame
        One row a number of treated units and test: ``treated``, ``test``, ``rate`` (NaN: refused
        throughout), ``error`` (standard error of the simulation), ``note`` (`NOTE`), ``df`` (mean
        Satterthwaite degrees of freedom), ``printed`` (whether the program prints a p-value here).
    """
    rows = []
    for treated in TREATED:
        tables = [made_units(treated, seed) for seed in range(draws)]
        found = pd.DataFrame([p_values(table, seed) for seed, table in enumerate(tables)])
        shown = not effects_of(_fit(tables[0]))[0].refused
        for test in TESTS:
            known = found[test].dropna()
            rate = float((known <= LEVEL).mean()) if len(known) else float("nan")
            error = np.sqrt(rate * (1 - rate) / max(len(known), 1))
            note = NOTE[treated].get(test, float("nan"))
            rows.append((treated, test, rate, error, note, found["df"].mean(), shown))
    columns = ["treated", "test", "rate", "error", "note", "df", "printed"]
    return pd.DataFrame(rows, columns=columns)


def _fit(table: pd.DataFrame) -> Within:
    return fit_within(table, outcome="y", regressors=["x"], cluster="unit", effects=["year"])


__all__ = ["DRAWS", "NOTE", "TESTS", "TREATED", "made_units", "measure_size", "p_values"]
