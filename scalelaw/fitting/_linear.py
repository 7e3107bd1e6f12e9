"""Small linear algebra for compiled code: dot products that vectorise, Cholesky in place."""

from __future__ import annotations

import numpy as np

from scalelaw.laws._jit import helper
from scalelaw.laws._law import Floats


@helper(fastmath={"reassoc", "contract"})
def dot(a: Floats, b: Floats) -> float:
    total = 0.0
    for i in range(a.size):
        total += a[i] * b[i]
    return total


@helper(fastmath={"reassoc", "contract"})
def dot_difference(a: Floats, b: Floats, c: Floats) -> float:
    total = 0.0
    for i in range(a.size):
        total += a[i] * (b[i] - c[i])
    return total


@helper()
def cholesky(a, n):
    """Factor the leading block in place; tell whether it is positive definite."""
    for j in range(n):
        diagonal = a[j, j]
        pivot = diagonal
        for k in range(j):
            pivot -= a[j, k] * a[j, k]
        if not pivot > 1e-14 * diagonal or not np.isfinite(pivot):
            return False
        root = np.sqrt(pivot)
        a[j, j] = root
        for i in range(j + 1, n):
            value = a[i, j]
            for k in range(j):
                value -= a[i, k] * a[j, k]
            a[i, j] = value / root
    return True


@helper()
def solve_factored(a, b, n):
    for i in range(n):
        for k in range(i):
            b[i] -= a[i, k] * b[k]
        b[i] /= a[i, i]
    for i in range(n - 1, -1, -1):
        for k in range(i + 1, n):
            b[i] -= a[k, i] * b[k]
        b[i] /= a[i, i]
