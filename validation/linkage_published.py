"""Published standard errors by the project's own code: Petersen's table and Grunfeld's panel."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from perfanalysis.linkage.cr2 import cr2
from perfanalysis.linkage.inference import effects_of
from perfanalysis.linkage.within import Within, fit_within
from perfanalysis.scoring.exact import Floats

PETERSEN = {
    "estimate": 1.0348,
    "constant": 0.0297,
    "classical": 0.0286,
    "white": 0.0284,
    "firm": 0.0506,
    "year": 0.0334,
    "both": 0.0536,
}
"""Petersen, M. A. (2009), Review of Financial Studies 22(1), 435–480: the test data of its page."""
GRUNFELD = {
    "value": 0.110124,
    "value se": 0.011857,
    "capital": 0.310065,
    "capital se": 0.017355,
    "within R2": 0.76676,
}
"""Grunfeld (1958) as in Croissant and Millo (2008), Journal of Statistical Software 27(2)."""


def stata_variance(fit: Within) -> Floats:
    """CR1, shape (k,): what Stata prints, G ÷ (G − 1) × (n − 1) ÷ (n − k) of the plain sandwich."""
    scores = fit.sums(fit.basis * fit.residuals[:, None]) @ fit.contrasts
    n, columns, groups = fit.outcome.size, fit.basis.shape[1] + fit.absorbed, fit.clusters
    scale = groups / (groups - 1) * (n - 1) / (n - columns)
    variance: Floats = (scores**2).sum(axis=0) * scale
    return variance


def classical_errors(fit: Within) -> Floats:
    """Standard errors under independence and equal variance, shape (k,)."""
    free = fit.outcome.size - fit.basis.shape[1] - fit.absorbed
    errors: Floats = np.sqrt((fit.residuals**2).sum() / free * (fit.contrasts**2).sum(axis=0))
    return errors


def compare_petersen(file: Path) -> pd.DataFrame:
    """Ours beside what Petersen printed.

    Parameters
    ----------
    file : Path
        ``sandwich_PetersenCL.csv``: firm, year, x, y; 5,000 rows.

    Returns
    -------
    DataFrame
        ``what``, ``published`` (NaN: not published), ``ours``. The errors by firm and by year are
        published with Stata's correction (CR1); CR2 and CRV3 stand below.
    """
    table = pd.read_csv(file)
    table = table.assign(row=np.arange(len(table)), one=1.0)
    by = {
        name: fit_within(table, outcome="y", regressors=["x"], cluster=name)
        for name in ("row", "firm", "year")
    }
    variance = {name: stata_variance(fit)[0] for name, fit in by.items()}
    slope = float(by["row"].estimates[0])
    ours = {
        "estimate": slope,
        "constant": float(table["y"].mean() - slope * table["x"].mean()),
        "classical": float(classical_errors(by["row"])[0]),
        "white": float(np.sqrt(variance["row"])),
        "firm": float(np.sqrt(variance["firm"])),
        "year": float(np.sqrt(variance["year"])),
        "both": float(np.sqrt(variance["firm"] + variance["year"] - variance["row"])),
        "firm, CR2": float(cr2(by["firm"]).se[0]),
        "firm, CRV3": effects_of(by["firm"], method="CRV3")[0].se,
        "year, CR2": float(cr2(by["year"]).se[0]),
        "year, CRV3": effects_of(by["year"], method="CRV3")[0].se,
    }
    return _beside(PETERSEN, ours)


def compare_grunfeld(file: Path) -> pd.DataFrame:
    """Ours beside the published fixed effects.

    Parameters
    ----------
    file : Path
        ``plm_Grunfeld.csv``: firm, year, inv, value, capital; 200 rows.

    Returns
    -------
    DataFrame
        ``what``, ``published``, ``ours``.
    """
    fit = fit_within(
        pd.read_csv(file), outcome="inv", regressors=["value", "capital"], cluster="firm",
        absorb="firm",
    )  # fmt: skip
    errors = classical_errors(fit)
    ours = {
        "value": fit.estimates[0],
        "value se": errors[0],
        "capital": fit.estimates[1],
        "capital se": errors[1],
        "within R2": 1 - (fit.residuals**2).sum() / (fit.outcome**2).sum(),
    }
    return _beside(GRUNFELD, {name: float(value) for name, value in ours.items()})


def _beside(published: dict[str, float], ours: dict[str, float]) -> pd.DataFrame:
    rows = [(what, published.get(what, np.nan), value) for what, value in ours.items()]
    return pd.DataFrame(rows, columns=["what", "published", "ours"])


__all__ = [
    "GRUNFELD",
    "PETERSEN",
    "classical_errors",
    "compare_grunfeld",
    "compare_petersen",
    "stata_variance",
]
