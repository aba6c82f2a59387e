"""Random draws that are the same on every machine and in every version of NumPy.

Only the uniform doubles of PCG64 are used, and only sums, products and divisions on them, whose
last digit does not depend on a platform's mathematics library. Every topic, unit and year has a
stream of its own, so that a change in one does not move the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar
from zlib import crc32

import numpy as np

T = TypeVar("T")


class Stream:
    """The draws of one topic.

    Parameters
    ----------
    seed : int
        Of the whole district.
    *path : str or int
        Names the topic: ``("payments", "P012-03", 2020)``.
    """

    def __init__(self, seed: int, *path: str | int) -> None:
        entropy = [seed, *(crc32(str(part).encode()) for part in path)]
        self._rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence(entropy)))

    def uniform(self) -> float:
        """A number in [0, 1)."""
        return float(self._rng.random())

    def between(self, low: float, high: float) -> float:
        """A number in [low, high)."""
        return low + (high - low) * self.uniform()

    def integer(self, low: int, high: int) -> int:
        """A whole number from low to high, both included."""
        return low + int(self.uniform() * (high - low + 1))

    def chance(self, probability: float) -> bool:
        """True with the probability given."""
        return self.uniform() < probability

    def pick(self, options: Sequence[T]) -> T:
        """One of the options."""
        return options[int(self.uniform() * len(options))]

    def shuffled(self, options: Sequence[T]) -> list[T]:
        """The options in random order."""
        keys = [(self.uniform(), position) for position in range(len(options))]
        return [options[position] for _, position in sorted(keys)]

    def normal(self) -> float:
        """Standard normal to good approximation: twelve uniforms less six (within ±6)."""
        total = 0.0
        for _ in range(12):
            total += self.uniform()
        return total - 6.0


def exp(x: float) -> float:
    """The exponential from products alone, good to nine digits for x between -5 and 5.

    >>> round(exp(1.0), 8)
    2.71828183
    """
    y = x / 4096
    value = 1 + y + y * y / 2 + y * y * y / 6
    for _ in range(12):
        value *= value
    return value


def root(value: float) -> float:
    """Square root by Newton's method.

    >>> root(2.0) ** 2 - 2 < 1e-12
    True
    """
    guess = max(value, 1.0)
    for _ in range(60):
        guess = (guess + value / guess) / 2
    return guess if value > 0 else 0.0


def half_up(value: float, places: int) -> float:
    """Round half up on the decimal number as printed: 2.675 is 2.68.

    >>> half_up(2.675, 2)
    2.68
    """
    scale = float(10**places)
    return int(value * scale + 0.5 + 1e-7) / scale


def spread(total: int, shares: Sequence[float]) -> list[int]:
    """Split a whole number by shares; the parts add up exactly and the last takes the rest.

    >>> spread(10, [1, 1, 1])
    [3, 3, 4]
    """
    whole = sum(shares)
    parts = [int(total * share / whole) for share in shares[:-1]]
    return [*parts, total - sum(parts)]


__all__ = ["Stream", "exp", "half_up", "root", "spread"]
