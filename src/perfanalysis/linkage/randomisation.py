"""Randomisation inference: the p-value of a treatment that few units have.

The treatment of whole units is dealt out anew among all units, as it might have fallen. What was
observed is held against what chance alone would have shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations, islice
from math import comb, inf

import numpy as np
import pandas as pd

from perfanalysis.errors import DataError
from perfanalysis.linkage.within import Within, fit_within
from perfanalysis.scoring.exact import Floats, Ints

MIN_TREATED = 5
"""With fewer units on a side no p-value is given: the cases are described."""
_BLOCK = 1 << 22


def randomisation_p_value(
    table: pd.DataFrame,
    *,
    outcome: str,
    treatment: str,
    unit: str,
    year: str,
    seed: int,
    controls: Sequence[str] = (),
    absorb: str = "",
    draws: int = 9_999,
) -> float:
    """Return the p-value of a binary treatment that whole units have, from their year on or always.

    Parameters
    ----------
    table : DataFrame
    outcome, treatment, unit, year : str
        The treatment is 0 or 1 and the same for all rows of a unit and year.
    seed : int
    controls : sequence of str
    absorb : str
        Whose means are taken out; inside the units.
    draws : int
        Where there are no more assignments than that, all of them are taken.

    Returns
    -------
    float
        Share of assignments whose t statistic (CR1, by unit) is at least as extreme.

    Raises
    ------
    DataError
        If fewer than `MIN_TREATED` units are on a side, or the treatment differs inside a year.

    References
    ----------
    MacKinnon, J. G. and Webb, M. D. (2020), Journal of Econometrics 218(2), 435–450 (RI-t).
    """
    paths, places = _paths(table, treatment, unit, year)
    few = min(int((paths.max(axis=1) > 0).sum()), int((paths.min(axis=1) < 1).sum()))
    if few < MIN_TREATED:
        raise DataError(
            f"{treatment} 只有{few}个单位不同，少于{MIN_TREATED}个，不作显著性检验。"
            "请逐个描述这些单位的情况。"
        )
    fit = fit_within(
        table, outcome=outcome, regressors=[treatment, *controls], cluster=unit, absorb=absorb,
        effects=[year],
    )  # fmt: skip
    held = _Held.of(fit, table, absorb)
    units = places[0][fit.order]
    years = places[1][fit.order]
    seen = held.statistics(paths[units, years][None, :])[0]
    exact = _all_there_are(paths) <= draws
    blocks = _every(paths, len(table)) if exact else _drawn(paths, draws, seed, len(table))
    extreme = total = 0
    for block in blocks:
        drawn = np.abs(held.statistics(paths[block][:, units, years]))
        extreme += int((drawn >= abs(seen) * (1 - 1e-9)).sum())
        total += len(block)
    return (extreme + (not exact)) / (total + (not exact))


class _Held:
    """What stays as it is while the treatment is dealt out: outcome, effects, controls."""

    def __init__(self, basis: Floats, outcome: Floats, inside: Ints | None, fit: Within) -> None:
        self._basis, self._outcome, self._inside, self._fit = basis, outcome, inside, fit

    @classmethod
    def of(cls, fit: Within, table: pd.DataFrame, absorb: str) -> _Held:
        own = fit.basis @ fit.contrasts[:, :1]
        rest = fit.basis - own @ (own.T @ fit.basis) / (own**2).sum()
        left, sizes, _ = np.linalg.svd(rest, full_matrices=False)
        basis = left[:, sizes > 1e-8]
        outcome = fit.outcome - basis @ (basis.T @ fit.outcome)
        inside = pd.factorize(table[absorb].iloc[fit.order])[0] if absorb else None
        return cls(basis, outcome, inside, fit)

    def statistics(self, treated: Floats) -> Floats:
        """The t statistic of each assignment, shape (draws, n) → (draws,)."""
        own = treated
        if self._inside is not None:
            counts = np.bincount(self._inside)
            order = np.argsort(self._inside, kind="stable")
            starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
            means = np.add.reduceat(own[:, order], starts, axis=1) / counts
            own = own - means[:, self._inside]
        own = own - (own @ self._basis) @ self._basis.T
        size = np.maximum((own**2).sum(axis=1), 1e-300)
        estimate = own @ self._outcome / size
        residuals = self._outcome - estimate[:, None] * own
        scores = np.add.reduceat(own * residuals, self._fit.starts, axis=1)
        spread = np.sqrt(np.maximum((scores**2).sum(axis=1), 1e-300)) / size
        result: Floats = estimate / spread
        return result


def _paths(
    table: pd.DataFrame, treatment: str, unit: str, year: str
) -> tuple[Floats, tuple[Ints, Ints]]:
    """Treatment by unit and year, and where each row stands in it."""
    groups = table.groupby([unit, year], sort=True)[treatment]
    if not table[treatment].isin([0, 1]).all() or (groups.nunique() > 1).any():
        raise DataError(f"{treatment} 应为0或1，且同一单位同一年度只有一个取值。请核对数据。")
    wide = groups.first().astype("float64").unstack().ffill(axis=1).bfill(axis=1)
    rows = wide.index.get_indexer(table[unit]).astype(np.int64)
    columns = wide.columns.get_indexer(table[year]).astype(np.int64)
    return wide.to_numpy(), (rows, columns)


def _all_there_are(paths: Floats) -> float:
    """Number of ways to give the paths to the units, where there are two kinds of paths."""
    different = np.unique(paths, axis=0)
    alike = int((paths == different[0]).all(axis=1).sum())
    return comb(len(paths), alike) if len(different) == 2 else inf


def _every(paths: Floats, rows: int) -> Iterator[Ints]:
    """Which unit's path each unit gets: every way to give two kinds of paths, in blocks."""
    alike = (paths == np.unique(paths, axis=0)[0]).all(axis=1)
    one, two = int(np.flatnonzero(alike)[0]), int(np.flatnonzero(~alike)[0])
    chosen = combinations(range(len(paths)), int(alike.sum()))
    while some := list(islice(chosen, max(1, _BLOCK // rows))):
        block = np.full((len(some), len(paths)), two, dtype=np.int64)
        np.put_along_axis(block, np.array(some, dtype=np.int64), one, axis=1)
        yield block


def _drawn(paths: Floats, draws: int, seed: int, rows: int) -> Iterator[Ints]:
    """The same by chance."""
    generator = np.random.default_rng(seed)
    step = max(1, _BLOCK // rows)
    for done in range(0, draws, step):
        each = np.tile(np.arange(len(paths)), (min(step, draws - done), 1))
        yield generator.permuted(each, axis=1)


__all__ = ["MIN_TREATED", "randomisation_p_value"]
