"""The compiled exponential and logarithm are as good as the C library's."""

from __future__ import annotations

import numpy as np
import pytest

from scalelaw.laws import _math
from scalelaw.laws._jit import compiled

SPREAD = np.random.default_rng(11).uniform(-700, 700, 20_000)
NEAR = np.random.default_rng(12).uniform(-1, 1, 20_000)


def each(function):
    """Return the function over an array, as machine code."""

    def values(x, out):
        for i in range(x.size):
            out[i] = function(x[i])

    run = compiled(values)

    def over(x):
        out = np.empty_like(x)
        run(x, out)
        return out

    return over


def units_off(got, right):
    """Return the largest difference in units of the last place."""
    return float(np.max(np.abs(got - right) / np.spacing(np.abs(right))))


@pytest.mark.parametrize("x", [SPREAD, NEAR], ids=["far", "near"])
def test_the_exponential_is_off_by_two_units_at_most(x):
    assert units_off(each(_math.exp)(x), np.exp(x)) <= 2.0


@pytest.mark.parametrize("x", [np.exp(SPREAD), 1.0 + 0.5 * NEAR], ids=["far", "near"])
def test_the_logarithm_is_off_by_two_units_at_most(x):
    assert units_off(each(_math.log)(x), np.log(x)) <= 2.0


def test_beyond_what_a_float_holds_stands_the_nearest_power():
    far = np.array([-1e9, -800.0, 800.0, 1e9])
    got = each(_math.exp)(far)
    assert (got == [got[0], got[0], got[-1], got[-1]]).all()
    assert 0.0 < got[0] < 1e-300
    assert 1e300 < got[-1] < np.inf


def test_no_logarithm_of_zero_and_below():
    assert np.isnan(each(_math.log)(np.array([0.0, -1.0, -np.inf]))).all()
