"""Budget performance evaluation of a Chinese district: scores, rates, linkage, reports."""
