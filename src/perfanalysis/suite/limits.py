"""What one report may take of the machine."""

from __future__ import annotations

from dataclasses import dataclass

MEGABYTE = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """What one report may take; beyond it the report ends, and no other.

    Attributes
    ----------
    cell_seconds, report_seconds : float
        Time for one cell and for all cells together.
    memory_mb : float
        Memory in use by the report's processes together, in MB of 2**20 bytes.
    cell_output_mb, report_output_mb : float
        What one cell, and all together, may print and display.
    processes : int
        Processes that the cells may have running at once, the report's own included.
    """

    cell_seconds: float = 600.0
    report_seconds: float = 1800.0
    memory_mb: float = 4096.0
    cell_output_mb: float = 16.0
    report_output_mb: float = 64.0
    processes: int = 64


__all__ = ["MEGABYTE", "Limits"]
