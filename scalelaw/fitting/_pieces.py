"""What the compiled solver computes where it stands: the law, the penalty and their derivatives."""

from __future__ import annotations

import numpy as np

from scalelaw.fitting._linear import dots
from scalelaw.laws._jit import helper
from scalelaw.laws._math import exp, log

RESIDUAL, BINOMIAL = 0, 1


@helper(fastmath={"reassoc", "contract"})
def _residual_cost(y, t, w, delta, over, logs, g, h, m):
    """Fill first and second derivatives of the penalty by y, and weights of squares; sum it."""
    total = 0.0
    if logs:
        for i in range(y.size):
            r = log(y[i]) - t[i]
            inverse = 1.0 / y[i]
            weight = w[i] * (over if r > 0.0 else 1.0)
            psi = delta if r > delta else (-delta if r < -delta else r)
            inside = 1.0 if abs(r) < delta else 0.0
            total += weight * psi * (r - 0.5 * psi)
            g[i] = weight * psi * inverse
            h[i] = weight * (inside - psi) * inverse * inverse
            m[i] = weight * inverse * inverse
    else:
        for i in range(y.size):
            r = y[i] - t[i]
            weight = w[i] * (over if r > 0.0 else 1.0)
            psi = delta if r > delta else (-delta if r < -delta else r)
            inside = 1.0 if abs(r) < delta else 0.0
            total += weight * psi * (r - 0.5 * psi)
            g[i] = weight * psi
            h[i] = weight * inside
            m[i] = weight
    return total


@helper()
def _binomial_cost(y, t, w, g, h, m):
    """Likewise for half the binomial deviance; w holds the numbers of items."""
    total = 0.0
    for i in range(y.size):
        p, q, z = y[i], 1.0 - y[i], t[i]
        if not (p > 0.0 and q > 0.0):
            return np.nan
        if z > 0.0:
            total += w[i] * z * (log(z) - log(p))
        if z < 1.0:
            total += w[i] * (1.0 - z) * (log(1.0 - z) - log(q))
        g[i] = w[i] * (p - z) / (p * q)
        h[i] = w[i] * (z / (p * p) + (1.0 - z) / (q * q))
        m[i] = h[i]
    return total


@helper()
def penalise(kind, y, t, w, delta, over, logs, g, h, m):
    if kind == BINOMIAL:
        return _binomial_cost(y, t, w, g, h, m)
    return _residual_cost(y, t, w, delta, over, logs, g, h, m)


@helper()
def law_at(kernel, x, u, is_log, theta, y, jac):
    """Fill y and the derivatives by u, the coefficients on the solver's scale."""
    for j in range(u.size):
        theta[j] = exp(u[j]) if is_log[j] else u[j]
    kernel(x, theta, y, jac)
    for j in range(u.size):
        if is_log[j]:
            factor, row = theta[j], jac[j]
            for i in range(y.size):
                row[i] *= factor


@helper()
def bend(kernel, x, u, lo, hi, is_log, linear, jac, y2, jac2, theta, bends):
    """Fill how the derivatives change along each coefficient that the law is not linear in."""
    p, n = jac.shape
    for k in range(p):
        if linear[k] or lo[k] == hi[k]:
            continue
        kept = u[k]
        step = 1e-6 * max(abs(kept), 0.1)
        if kept + step > hi[k]:
            step = -step
        u[k] = kept + step
        law_at(kernel, x, u, is_log, theta, y2, jac2)
        u[k] = kept
        inverse = 1.0 / step
        for j in range(p):
            for i in range(n):
                bends[k, j, i] = (jac2[j, i] - jac[j, i]) * inverse


@helper()
def derivatives(lo, hi, is_log, linear, jac, bends, g, h, row, G, H, sums):
    """Fill gradient and Hessian."""
    p, n = jac.shape
    dots(g, jac, p, G)
    for j in range(p):
        for i in range(n):
            row[i] = h[i] * jac[j, i]
        dots(row, jac, j + 1, H[j])
        if linear[j] and is_log[j]:
            H[j, j] += G[j]
    for k in range(p):
        if linear[k] or lo[k] == hi[k]:
            continue
        dots(g, bends[k], p, sums)
        for j in range(p):
            whole = j == k or linear[j] or lo[j] == hi[j]
            H[max(j, k), min(j, k)] += sums[j] if whole else 0.5 * sums[j]
    for j in range(p):
        for k in range(j):
            H[k, j] = H[j, k]


@helper()
def terms_at(
    kernel, x, t, kind, delta, over, logs, linear, is_log, lo, hi, u,
    vectors, jac, jac2, bends, theta, terms,
):  # fmt: skip
    """Fill what each point of weight 1 adds to the cost at u and to its derivatives.

    The rows of ``terms`` are the cost, its p first derivatives, the p positive curvatures, and the
    lower triangle of the Hessian row by row. Sums over points, times their weights, are what
    `law_at`, `penalise`, `bend` and `derivatives` give for the same u.
    """
    p, n = jac.shape
    y, y2, g, h, m, ones = vectors
    for i in range(n):
        ones[i] = 1.0
    law_at(kernel, x, u, is_log, theta, y, jac)
    bend(kernel, x, u, lo, hi, is_log, linear, jac, y2, jac2, theta, bends)
    for i in range(n):
        here = slice(i, i + 1)
        terms[0, i] = penalise(
            kind, y[here], t[here], ones[here], delta, over, logs, g[here], h[here], m[here]
        )
    place = 1 + 2 * p
    for j in range(p):
        bent = not linear[j] and lo[j] < hi[j]
        for i in range(n):
            terms[1 + j, i] = g[i] * jac[j, i]
            terms[1 + p + j, i] = m[i] * jac[j, i] * jac[j, i]
        for k in range(j + 1):
            both = bent and not linear[k] and lo[k] < hi[k]
            for i in range(n):
                terms[place, i] = h[i] * jac[j, i] * jac[k, i]
            if bent:
                share = 0.5 if both else 1.0
                for i in range(n):
                    terms[place, i] += share * g[i] * bends[j, k, i]
            if not linear[k] and lo[k] < hi[k]:
                share = 0.5 if both else 1.0
                for i in range(n):
                    terms[place, i] += share * g[i] * bends[k, j, i]
            place += 1
        if linear[j] and is_log[j]:
            for i in range(n):
                terms[place - 1, i] += g[i] * jac[j, i]
