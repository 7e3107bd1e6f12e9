"""Where a search begins: the law on a grid, its linear coefficients solved for at each point.

One compiled function for all laws. Import it only when something is to be fitted.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from scalelaw.fitting._linear import cholesky, dot, dot_difference, solve_factored
from scalelaw.laws._jit import compiled, helper
from scalelaw.laws._law import signatures


@helper()
def _project(weights, z, y, jac, which, low, high, c, a, b, held, free):
    """Fill the best values c of the linear coefficients within their bounds."""
    q, n = which.size, y.size
    for r in range(q):
        held[r] = False
    normal, right, size = np.empty((q, q)), np.empty(q), np.empty(q)
    row = np.empty(n)
    for r in range(q):
        basis = jac[which[r]]
        for i in range(n):
            row[i] = weights[i] * basis[i]
        for s in range(r + 1):
            normal[r, s] = dot(row, jac[which[s]])
            normal[s, r] = normal[r, s]
        right[r] = dot_difference(row, z, y)
        size[r] = np.sqrt(normal[r, r])
        if not size[r] > 0.0:
            return False
    while True:
        k = 0
        for r in range(q):
            if not held[r]:
                free[k] = r
                k += 1
        if k == 0:
            return True
        for i in range(k):
            r = free[i]
            b[i] = right[r]
            for s in range(q):
                if held[s]:
                    b[i] -= normal[r, s] * c[s]
            b[i] /= size[r]
            for j in range(i + 1):
                a[i, j] = normal[r, free[j]] / (size[r] * size[free[j]])
            a[i, i] += 1e-13
        if not cholesky(a, k):
            return False
        solve_factored(a, b, k)
        worst, by = -1, 0.0
        for i in range(k):
            r = free[i]
            value = b[i] / size[r]
            c[r] = min(max(value, low[r]), high[r])
            beyond = abs(value - c[r]) * size[r]
            if beyond > by:
                worst, by = r, beyond
        if worst < 0:
            return True
        held[worst] = True


@helper(fastmath={"reassoc", "contract"})
def _score(weights, z, y, delta, relative):
    total = 0.0
    for i in range(y.size):
        r = y[i] - z[i]
        if relative:
            r /= z[i]
        psi = delta if r > delta else (-delta if r < -delta else r)
        total += weights[i] * psi * (r - 0.5 * psi)
    return total


def _search(kernel, x, z, w, squares, delta, relative, linear, low, high, values, sizes, seeds):
    """Fill seeds, (k, p), with the best points of the grid that are not neighbours; count them.

    The coefficients in which the law is linear are solved for at each point of the grid.
    ``values`` holds the grid of the others one after another, ``sizes`` how many each has.
    """
    p, n = linear.size, z.size
    bent, flat = np.flatnonzero(~linear), np.flatnonzero(linear)
    q = flat.size
    total = 1
    for size in sizes:
        total *= size
    y, jac, theta = np.empty(n), np.empty((p, n)), np.empty(p)
    thetas, scores = np.empty((total, p)), np.empty(total)
    place = np.empty((total, bent.size), np.int64)
    c, a, b = np.zeros(q), np.empty((q, q)), np.empty(q)
    held, free = np.empty(q, np.bool_), np.empty(q, np.int64)
    low_q, high_q = low[flat], high[flat]
    for point in range(total):
        rest, start = point, 0
        for s in range(bent.size):
            place[point, s] = rest % sizes[s]
            rest //= sizes[s]
            theta[bent[s]] = values[start + place[point, s]]
            start += sizes[s]
        for r in range(q):
            theta[flat[r]] = 0.0
        kernel(x, theta, y, jac)
        scores[point] = np.inf
        if q == 0 or _project(squares, z, y, jac, flat, low_q, high_q, c, a, b, held, free):
            for r in range(q):
                theta[flat[r]] = c[r]
                basis = jac[flat[r]]
                for i in range(n):
                    y[i] += c[r] * basis[i]
            found = _score(w, z, y, delta, relative)
            if np.isfinite(found):
                scores[point] = found
        thetas[point] = theta
    count = 0
    while count < seeds.shape[0]:
        best = np.argmin(scores)
        if not scores[best] < np.inf:
            break
        seeds[count] = thetas[best]
        count += 1
        for point in range(total):
            apart = 0
            for s in range(bent.size):
                apart = max(apart, abs(place[point, s] - place[best, s]))
            if apart <= 1:
                scores[point] = np.inf
    return count


def _type() -> Any:
    from numba import types as nb

    k = signatures()
    flags, ints = nb.Array(nb.boolean, 1, "C"), nb.Array(nb.int64, 1, "C")
    return nb.int64(
        k.function, k.matrix, k.vector, k.vector, k.vector, nb.float64, nb.boolean,
        flags, k.vector, k.vector, k.vector, ints, k.matrix,
    )  # fmt: skip


search = compiled(_search, _type())
