"""Bias-reduced cluster-robust standard errors (CR2) with Satterthwaite degrees of freedom.

With B_j = I − Z_j Z_j' for the orthonormal basis Z, the adjustment B_j^(−1/2) acts inside the span
of Z_j only: all that is needed of a cluster is the r × r matrix Z_j'Z_j, however many rows it has.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from perfanalysis.linkage.within import Within
from perfanalysis.scoring.exact import Floats

_BLOCK = 1 << 22
"""Numbers of the matrices Z_j'Z_j that are held at a time."""
_NONE_LEFT = 1e-10


@dataclass(frozen=True, slots=True)
class Robust:
    """Standard errors and degrees of freedom of k estimates.

    Attributes
    ----------
    se, df : ndarray, shape (k,)
    """

    se: Floats
    df: Floats


def cr2(fit: Within) -> Robust:
    """Return CR2 standard errors with Satterthwaite degrees of freedom.

    Parameters
    ----------
    fit : Within

    Notes
    -----
    The working model is independence and equal variance. Where a cluster alone determines an effect
    (B_j is singular) its inverse root is the Moore–Penrose one, as in clubSandwich.

    References
    ----------
    Bell, R. M. and McCaffrey, D. F. (2002), Survey Methodology 28(2), 169–181.
    Pustejovsky, J. E. and Tipton, E. (2018), Journal of Business & Economic Statistics 36(4),
    672–683 (arXiv 1601.01981), equation 13 and theorem 2.
    """
    scores = fit.sums(fit.basis * fit.residuals[:, None])
    rank, count = fit.basis.shape[1], len(fit.names)
    variance, trace, squares = (np.zeros(count) for _ in range(3))
    cross = np.zeros((count, rank, rank))
    step = max(1, _BLOCK // rank**2)
    slices = fit.slices()
    for first in range(0, len(slices), step):
        block = [fit.basis[rows] for rows in slices[first : first + step]]
        gram = np.stack([z.T @ z for z in block])
        roots, vectors = np.linalg.eigh(gram)
        left = 1.0 - roots
        known = left > _NONE_LEFT
        factor = np.where(known, 1.0 / np.sqrt(np.where(known, left, 1.0)), 0.0)
        turned = np.swapaxes(vectors, 1, 2) @ fit.contrasts  # (clusters, r, k)
        adjusted = vectors @ (factor[:, :, None] * turned)
        weighted = gram @ adjusted
        pushed = np.einsum("jr,jrk->jk", scores[first : first + step], adjusted)
        variance += (pushed**2).sum(axis=0)
        own = (adjusted * weighted).sum(axis=1)
        shared = (weighted**2).sum(axis=1)
        trace += (own - shared).sum(axis=0)
        squares += (own**2 - 2.0 * own * shared).sum(axis=0)
        cross += np.einsum("jrk,jsk->krs", weighted, weighted, optimize=True)
    squares += (cross**2).sum(axis=(1, 2))
    return Robust(se=np.sqrt(variance), df=trace**2 / squares)


__all__ = ["Robust", "cr2"]
