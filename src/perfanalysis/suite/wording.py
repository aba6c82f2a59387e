"""How messages of the suite name many things."""

from __future__ import annotations

from collections.abc import Sequence


def choices(names: Sequence[str], most: int = 20) -> str:
    """Names for a message; where there are many, the first ones and how many there are."""
    shown = "、".join(dict.fromkeys(names[:most]))
    return shown if len(names) <= most else f"{shown}……共 {len(names)} 个"


__all__ = ["choices"]
