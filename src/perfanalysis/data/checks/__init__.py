"""Rules across the tables of a budget year.

Each module here holds checks; a new one is found by itself. A check says what does not fit, and
whether a figure would be wrong (``error``) or somebody must look (``warning``): never that a rule
of law was broken.
"""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from perfanalysis.data.checks.registry import CHECKS, Check, Standards
from perfanalysis.data.findings import Finding
from perfanalysis.data.tables import YearData

for _module in sorted(module.name for module in iter_modules(__path__)):
    import_module(f"{__name__}.{_module}")


def check_year(year: YearData, *, standards: Standards = Standards()) -> tuple[Finding, ...]:  # noqa: B008  it is frozen
    """Check the tables of a budget year against each other.

    Parameters
    ----------
    year : YearData
        What could not be read at all is in its own ``findings``. A check whose tables were not
        loaded is not made.
    standards : Standards, optional
        What the rules in force say, from `perfanalysis.scoring.weights.standards_of`; the national
        ones if left out.

    Returns
    -------
    tuple of Finding
        In the order of the checks, then of the rows. Codes are in docs/findings.md.
    """
    return tuple(finding for item in CHECKS.values() for finding in item.findings(year, standards))


__all__ = ["CHECKS", "Check", "Standards", "check_year"]
