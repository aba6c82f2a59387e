"""Least squares with effects taken out, in the form that cluster-robust inference needs.

The effects of units that lie inside the clusters are absorbed (deviations from the unit's mean),
the others (years) are columns. Bell–McCaffrey adjustments need no more than that: absorbed effects
inside the clusters change neither them nor their degrees of freedom (Pustejovsky and Tipton 2018,
theorem 2).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from perfanalysis.errors import DataError
from perfanalysis.scoring.exact import Floats, Ints

_SAME = 1e-8
"""What of a regressor's spread may be left for it to count as gone."""


@dataclass(frozen=True, slots=True)
class Within:
    """A fitted regression; rows are sorted by cluster.

    Attributes
    ----------
    names : tuple of str
        The k regressors.
    basis : ndarray, shape (n, r)
        Orthonormal; its first r − k columns span the effects that are not absorbed.
    outcome, residuals : ndarray, shape (n,)
        Effects inside the clusters are taken out of the outcome.
    contrasts : ndarray, shape (r, k)
        Estimates are ``contrasts.T @ basis.T @ outcome``.
    estimates : ndarray, shape (k,)
    starts : ndarray of int64, shape (clusters,)
        First row of each cluster.
    regressors : ndarray, shape (n, k)
        As given.
    order : ndarray of int64, shape (n,)
        Row of the given table of each row here.
    absorbed : int
        Number of effects that are not among the columns of the basis.
    size : float
        Length of the outcome as given.
    """

    names: tuple[str, ...]
    basis: Floats
    outcome: Floats
    residuals: Floats
    contrasts: Floats
    estimates: Floats
    starts: Ints
    regressors: Floats
    order: Ints
    absorbed: int
    size: float

    @property
    def clusters(self) -> int:
        """Number of clusters."""
        return int(self.starts.size)

    @property
    def leaves_nothing(self) -> bool:
        """Whether the regression explains the outcome to the last digit: there is no noise."""
        return float(np.sqrt((self.residuals**2).sum())) <= _SAME * self.size

    def sums(self, rows: Floats) -> Floats:
        """Sums by cluster of values by row, shape (clusters, …)."""
        total: Floats = np.add.reduceat(rows, self.starts, axis=0)
        return total

    def slices(self) -> list[slice]:
        """The rows of each cluster."""
        ends = [*self.starts[1:].tolist(), self.outcome.size]
        return [slice(a, b) for a, b in zip(self.starts.tolist(), ends, strict=True)]


def fit_within(
    table: pd.DataFrame,
    *,
    outcome: str,
    regressors: Sequence[str],
    cluster: str,
    absorb: str = "",
    effects: Sequence[str] = (),
    shares: Floats | None = None,
) -> Within:
    """Fit by least squares.

    Parameters
    ----------
    table : DataFrame, n rows
        No value that is needed may be missing.
    outcome : str
    regressors : sequence of str
        Numbers or booleans.
    cluster : str
    absorb : str
        Whose means are taken out; must lie inside the clusters. Empty: a constant is fitted.
    effects : sequence of str
        Other effects, each of few values, e.g. the year.
    shares : ndarray, shape (n,), optional
        How much of the means of ``absorb`` is taken out of each row; all of it otherwise.

    Raises
    ------
    DataError
        If a value is missing, ``absorb`` does not lie inside the clusters, or a regressor does not
        vary by itself once effects and other regressors are held.
    """
    wanted = list(dict.fromkeys([outcome, *regressors, cluster, *filter(None, [absorb]), *effects]))
    _check_known(table, wanted)
    codes = pd.factorize(table[cluster], sort=True)[0]
    order = np.argsort(codes, kind="stable").astype(np.int64)
    rows = table.iloc[order]
    taken = _Means.of(
        codes[order], rows, absorb, cluster, None if shares is None else shares[order]
    )
    given = rows[list(regressors)].to_numpy("float64")
    told = rows[[outcome]].to_numpy("float64")
    y = taken.out_of(told)[:, 0]
    spanned = _span(taken.out_of(_dummies(rows, effects)))
    own, triangle = _own(taken.out_of(given), spanned, regressors)
    basis = np.hstack([spanned, own])
    contrasts = np.zeros((basis.shape[1], own.shape[1]))
    contrasts[spanned.shape[1] :] = np.linalg.inv(triangle).T
    projected = basis.T @ y
    return Within(
        names=tuple(regressors),
        basis=basis,
        outcome=y,
        residuals=y - basis @ projected,
        contrasts=contrasts,
        estimates=contrasts.T @ projected,
        starts=np.flatnonzero(np.diff(codes[order], prepend=-1)).astype(np.int64),
        regressors=given,
        order=order,
        absorbed=taken.count,
        size=float(np.sqrt((told**2).sum())),
    )


def _check_known(table: pd.DataFrame, wanted: list[str]) -> None:
    if table.empty:
        raise DataError("没有可用的观测，无法估计。请核对各年度的数据。")
    missing = [name for name in wanted if table[name].isna().any()]
    numbers = table[wanted].select_dtypes("number")
    missing += [name for name in numbers if not np.isfinite(numbers[name]).all()]
    if missing:
        raise DataError(
            f"列 {'、'.join(dict.fromkeys(missing))} 有空值或非有限值，无法估计。"
            "请先剔除这些行并说明剔除了多少。"
        )


@dataclass(frozen=True, slots=True)
class _Means:
    """The means of units that are taken out; `inside` is None where there are none."""

    inside: Ints | None
    shares: Floats | None
    count: int

    @classmethod
    def of(
        cls, cluster: Ints, rows: pd.DataFrame, absorb: str, name: str, shares: Floats | None
    ) -> _Means:
        if not absorb:
            return cls(None, None, 0)
        inside = pd.factorize(rows[absorb])[0]
        count = int(inside.max()) + 1
        if np.unique(np.stack([inside, cluster]), axis=1).shape[1] != count:
            raise DataError(
                f"{absorb} 的效应跨越了 {name} 的聚类，不能在聚类内消去。"
                f"请按更大的单位聚类，或把 {absorb} 列入 effects。"
            )
        return cls(inside, shares, count)

    def out_of(self, values: Floats) -> Floats:
        """Deviations from the means."""
        if self.inside is None or not values.size:
            return values
        sums = np.stack([np.bincount(self.inside, column) for column in values.T], axis=1)
        means = (sums / np.bincount(self.inside)[:, None])[self.inside]
        result: Floats = values - (means if self.shares is None else self.shares[:, None] * means)
        return result


def _dummies(rows: pd.DataFrame, effects: Sequence[str]) -> Floats:
    """A constant and a column for each value of each effect."""
    parts = [pd.get_dummies(rows[name], dtype="float64").to_numpy() for name in effects]
    return np.hstack([np.ones((len(rows), 1)), *parts])


def _span(columns: Floats) -> Floats:
    """An orthonormal basis of what the columns span."""
    left, sizes, _ = np.linalg.svd(columns, full_matrices=False)
    return np.asarray(left[:, sizes > _SAME * max(sizes[0], 1.0)])


def _own(values: Floats, spanned: Floats, names: Sequence[str]) -> tuple[Floats, Floats]:
    """What regressors have of their own: an orthonormal basis and its triangle."""
    scale = np.sqrt((values**2).sum(axis=0))
    rest = values - spanned @ (spanned.T @ values)
    rest = rest - spanned @ (spanned.T @ rest)
    for at, name in enumerate(names):
        others = np.delete(rest, at, axis=1)
        alone = rest[:, at] - others @ np.linalg.lstsq(others, rest[:, at], rcond=None)[0]
        if not np.sqrt((alone**2).sum()) > _SAME * max(scale[at], 1e-300):
            raise DataError(
                f"{name} 在扣除各项效应和其他变量之后没有自己的变化，它的影响无法估计。"
                "请去掉这个变量，或去掉吸收了它的效应。"
            )
    orthonormal, triangle = np.linalg.qr(rest)
    return orthonormal, triangle


__all__ = ["Within", "fit_within"]
