"""Every chart a report may have; each returns a `Chart` for ``page.figure``."""

from perfanalysis.report.canvas import Chart
from perfanalysis.report.curves import cumulative
from perfanalysis.report.estimates import coefficients
from perfanalysis.report.pairs import gap, slope
from perfanalysis.report.ranked import bars, grade_dots, points_lost, waterfall

__all__ = [
    "Chart",
    "bars",
    "coefficients",
    "cumulative",
    "gap",
    "grade_dots",
    "points_lost",
    "slope",
    "waterfall",
]
