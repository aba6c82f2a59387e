"""Honest cases of the made-up district that look like defects, put on the list as decoys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from perfanalysis.data.sample.model import District
from perfanalysis.data.sample.planting import Planting

if TYPE_CHECKING:
    from perfanalysis.data.sample.simulate import YearState


def record_decoys(district: District, state: YearState, planting: Planting) -> None:
    """Find the honest look-alikes of a year."""
