"""Numbers as printed: half-up once, U+2212, thousands separators."""

from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from perfanalysis.errors import ReportError
from perfanalysis.report.formats import exact, fixed, half_up, is_missing, percent, whole

# reports.md section 5: what Python's own rounding gives instead is named there
KNOWN = [
    (2.675, 2, "2.68"),
    (0.125, 2, "0.13"),
    (82.675, 2, "82.68"),
    (-0.125, 2, "−0.13"),
    (-0.004, 2, "0.00"),
    (86.4, 2, "86.40"),
    (64286.41, 2, "64,286.41"),
    (1234567.885, 2, "1,234,567.89"),
    (0.1 + 0.2, 17, "0.30000000000000000"),
    (np.float64(0.5), 0, "1"),
    (np.int64(12345), 0, "12,345"),
    (Decimal("2.5"), 0, "3"),
    (10**15, 0, "1,000,000,000,000,000"),
]


@pytest.mark.parametrize(("value", "decimals", "printed"), KNOWN)
def test_known_prints(value, decimals, printed):
    assert fixed(value, decimals) == printed


@pytest.mark.parametrize(
    ("value", "printed"), [(3.2, "+3.2"), (-3, "−3.0"), (0, "0.0"), (-0.01, "0.0")]
)
def test_signs(value, printed):
    assert fixed(value, 1, signed=True) == printed


@pytest.mark.parametrize(
    ("ratio", "decimals", "printed"),
    [(0.9345, 1, "93.5%"), (0.934, 1, "93.4%"), (1.3, 0, "130%"), (28.7 / 100, 1, "28.7%")],
)
def test_rates_are_ratios_in_and_percentages_out(ratio, decimals, printed):
    assert percent(ratio, decimals) == printed


@given(st.integers(-(10**11), 10**11), st.integers(0, 3))
def test_rounding_agrees_with_whole_numbers(thousandths, decimals):
    """Round by integer arithmetic: add half a step to the size, drop the rest."""
    step = 10 ** (3 - decimals)
    size = (abs(thousandths) * 2 + step) // (2 * step) if step > 1 else abs(thousandths)
    expected = Decimal(size if thousandths >= 0 else -size).scaleb(-decimals)
    assert half_up(thousandths / 1000, decimals) == expected


@pytest.mark.parametrize("value", [float("nan"), float("inf"), None, True, "1.0", pd.NA, pd.NaT])
def test_what_is_no_number_is_refused(value):
    with pytest.raises(ReportError, match="不能作为数字"):
        exact(value)


def test_a_count_is_whole():
    assert whole(np.int64(-1234), signed=True) == "−1,234"
    assert whole(3.0) == "3"
    with pytest.raises(ReportError, match="整数"):
        whole(2.5)


@pytest.mark.parametrize("value", [None, float("nan"), np.nan, pd.NA, pd.NaT])
def test_missing(value):
    assert is_missing(value)


@pytest.mark.parametrize("value", [0, "", 0.0, False, "nan"])
def test_not_missing(value):
    assert not is_missing(value)
