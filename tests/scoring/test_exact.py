"""Shares of points on whole columns: half-up on the decimal, wherever the tie lies."""

from decimal import ROUND_HALF_UP, Decimal, localcontext

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perfanalysis.scoring.exact import (
    hundredths,
    number_texts,
    percent_texts,
    points_texts,
    rounded_points,
    share_half_up,
)


def share(full, part, whole, **kwargs):
    columns = np.array([full], dtype=np.int64), np.array([part]), np.array([whole])
    return int(share_half_up(*columns, **kwargs)[0])


def by_decimal(full, part, whole, *, excess=False):
    with localcontext() as context:
        context.prec = 1500
        part, whole = Decimal(repr(part)), Decimal(repr(whole))
        top = 2 * whole - part if excess else part
        return int((full * top / whole).quantize(Decimal(1), ROUND_HALF_UP))


KNOWN = [
    # by hand; the first two are the cases that half-even or a float product gets wrong
    pytest.param(800, 1201.0, 1600.0, 601, id="6.005 is 6.01"),
    pytest.param(10000, 82.675, 100.0, 8268, id="82.675 is 82.68"),
    pytest.param(800, 450.0, 500.0, 720, id="90%"),
    pytest.param(1000, 0.125, 1.0, 125, id="no rounding"),
    pytest.param(100, 0.285, 1.0, 29, id="0.285 lies below itself as a float"),
    pytest.param(100, 1.005, 1.0, 101, id="1.005 too"),
    pytest.param(10000, 0.500050000005, 1.0, 5001, id="5000.50000005 is above the tie"),
    pytest.param(10000, 0.500049999995, 1.0, 5000, id="5000.49999995 is below it"),
    pytest.param(1, 0.5, 1.0, 1, id="the smallest tie"),
    pytest.param(1, 0.49999999999999994, 1.0, 0, id="the float below the tie"),
    pytest.param(1, 0.3333333333333333, 0.6666666666666666, 1, id="sixteen digits, a tie"),
    pytest.param(1, 0.33333333333333326, 0.6666666666666666, 0, id="sixteen digits, below"),
    pytest.param(3, 1e-310, 2e-310, 2, id="subnormal"),
    pytest.param(3, 1e300, 2e300, 2, id="huge"),
]


@pytest.mark.parametrize(("full", "part", "whole", "expected"), KNOWN)
def test_known_shares(full, part, whole, expected):
    assert share(full, part, whole) == expected


def test_excess_is_the_linear_formula():
    # rules.md 1.5: 5830 against ≤5300 with 10 points keeps 9.00
    assert share(1000, 5830.0, 5300.0, excess=True) == 900
    assert share(1000, 10600.0, 5300.0, excess=True) == 0


cents = st.integers(0, 10_000)
short = st.decimals(0, 100_000, places=2, allow_nan=False).map(float)
positive = st.decimals("0.001", 1_000_000, places=3).map(float)
any_float = st.floats(0, 1e300, allow_nan=False)


@given(cents, short | any_float, positive | st.floats(1e-300, 1e300))
@settings(max_examples=600)
def test_agrees_with_decimal(full, part, whole):
    part = min(part, whole)
    assert share(full, part, whole) == by_decimal(full, part, whole)


@given(st.integers(1, 10_000), st.integers(0, 10_000), st.integers(1, 9), st.integers(0, 6))
@settings(max_examples=400)
def test_agrees_with_decimal_on_ties(full, half, factor, places):
    """Parts built so that the exact share is a tie, a hair above or below, or nearly one."""
    whole = float(Decimal(2 * full * factor).scaleb(-places))
    tie = float((Decimal(2 * half + 1) * factor).scaleb(-places))
    for part in (tie, np.nextafter(tie, 0), np.nextafter(tie, np.inf)):
        part = min(float(part), whole)
        assert share(full, part, whole) == by_decimal(full, part, whole)


@given(cents, positive, st.floats(0, 1, allow_nan=False))
def test_excess_agrees_with_decimal(full, whole, over):
    part = min(whole * (1 + over), 2 * whole)
    assert share(full, part, whole, excess=True) == by_decimal(full, part, whole, excess=True)


@pytest.mark.parametrize(
    ("points", "whole", "valid"),
    [
        (8.0, 800, True),
        (2.5, 250, True),
        (0.07, 7, True),
        (0.0, 0, True),
        (10.005, 0, False),
        (33.333333, 0, False),
        (-1.0, 0, False),
        (np.nan, 0, False),
        (np.inf, 0, False),
        (1e12, 0, False),
    ],
)
def test_points_are_whole_hundredths_or_refused(points, whole, valid):
    found, ok = hundredths(np.array([points]))
    assert (int(found[0]), bool(ok[0])) == (whole, valid)


@given(st.integers(0, 100_000_000))
def test_every_hundredth_is_read_back(whole):
    found, ok = hundredths(np.array([float(Decimal(whole) / 100)]))
    assert (int(found[0]), bool(ok[0])) == (whole, True)


def test_stated_points_are_rounded_half_up():
    assert rounded_points(np.array([7.335, 2.675, 7.0, 7.3349])).tolist() == [734, 268, 700, 733]


def test_numbers_print_as_they_were_written():
    values = [450.0, 82.675, 1e16, 12345678901.5, 0.0, -0.0, -3.5, 1e-7, 1.5e22]
    assert number_texts(np.array(values)).to_pylist() == [
        "450",
        "82.675",
        "10000000000000000",
        "12345678901.5",
        "0",
        "0",
        "-3.5",
        "0.0000001",
        "15000000000000000000000",
    ]


def test_points_and_percentages_print_half_up():
    assert points_texts(np.array([7682, 5, 100])).to_pylist() == ["76.82", "0.05", "1.00"]
    parts, wholes = np.array([450.0, 1.0, 2.0005]), np.array([500.0, 3.0, 2.0])
    assert percent_texts(parts, wholes).to_pylist() == ["90.0%", "33.3%", "100.0%"]
    # 100.025% beyond 100 is 0.025%: half-up to one decimal
    assert percent_texts(parts[2:], wholes[2:], beyond=True).to_pylist() == ["0.0%"]
