"""The compiled solver: one function that polishes rows of fits.

Compiled once for all laws, because a law's kernel comes in as a first-class function of fixed
signature. Import this module only when something is to be fitted: it imports Numba.

The objective of one row is ``sum_i w_i rho(r_i)``; r is the residual on the penalty's scale. It is
minimised by damped Newton steps ``(H + mu diag(M)) d = -g``: H is the exact Hessian (the curvature
of the law itself by differences of its analytic derivatives, along the coefficients in which it is
not linear), M the positive Gauss-Newton matrix of reweighted least squares. Reweighting alone
converges only linearly when the corner of Huber's penalty is small, and that is the case of
interest. In a least-squares fit the linear coefficients are solved for at every step.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from scalelaw.fitting._linear import cholesky, dot_square, dots, project, solve_factored
from scalelaw.laws._jit import compiled, helper
from scalelaw.laws._law import signatures
from scalelaw.laws._math import exp, log

CONVERGED, OUT_OF_ITERATIONS, NOT_FINITE, AT_BOUND = 0, 1, 2, 3
RESIDUAL, BINOMIAL = 0, 1
# Relative residuals of about 1e-14 are round-off: nothing is left to minimise.
ROUND_OFF = 1e-27
# Moves of a coefficient after which the curvature of the law is computed again.
NEAR = 0.1
LEAST_DAMPING = 1e-5


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
def _penalise(kind, y, t, w, delta, over, logs, g, h, m):
    if kind == BINOMIAL:
        return _binomial_cost(y, t, w, g, h, m)
    return _residual_cost(y, t, w, delta, over, logs, g, h, m)


@helper()
def _law_at(kernel, x, u, is_log, theta, y, jac):
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
def _step(H, M, mu, g, u, lo, hi, held, d, a, b, free):
    """Fill the damped Newton step within bounds; return the predicted decrease, or -1.

    Where the step would leave a bound, that coefficient goes to the bound and the others are
    solved for again.
    """
    p = u.size
    for j in range(p):
        d[j] = 0.0
    while True:
        n = 0
        for j in range(p):
            if not held[j]:
                free[n] = j
                n += 1
        if n == 0:
            break
        for r in range(n):
            j = free[r]
            b[r] = -g[j]
            for k in range(p):
                if held[k] and d[k] != 0.0:
                    b[r] -= H[j, k] * d[k]
            for c in range(r + 1):
                k = free[c]
                a[r, c] = H[j, k]
            a[r, r] += mu * M[j]
        if not cholesky(a, n):
            return -1.0
        solve_factored(a, b, n)
        first, nearest = -1, 1.0
        for r in range(n):
            j = free[r]
            room = hi[j] - u[j] if b[r] > 0.0 else lo[j] - u[j]
            if abs(b[r]) > abs(room) and abs(room) < nearest * abs(b[r]):
                first, nearest = r, abs(room) / abs(b[r])
        if first < 0:
            for r in range(n):
                d[free[r]] = b[r]
            break
        j = free[first]
        d[j] = hi[j] - u[j] if b[first] > 0.0 else lo[j] - u[j]
        held[j] = True
    predicted = 0.0
    for j in range(p):
        predicted -= g[j] * d[j]
        for k in range(p):
            predicted -= 0.5 * d[j] * H[j, k] * d[k]
    return predicted


@helper()
def _bend(kernel, x, u, lo, hi, is_log, linear, jac, y2, jac2, theta, bend):
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
        _law_at(kernel, x, u, is_log, theta, y2, jac2)
        u[k] = kept
        inverse = 1.0 / step
        for j in range(p):
            for i in range(n):
                bend[k, j, i] = (jac2[j, i] - jac[j, i]) * inverse


@helper()
def _derivatives(lo, hi, is_log, linear, jac, bend, g, h, row, G, H, sums):
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
        dots(g, bend[k], p, sums)
        for j in range(p):
            whole = j == k or linear[j] or lo[j] == hi[j]
            H[max(j, k), min(j, k)] += sums[j] if whole else 0.5 * sums[j]
    for j in range(p):
        for k in range(j):
            H[k, j] = H[j, k]


@helper()
def _minimise(
    kernel, x, target, weight, kind, delta, over, logs, linear, is_log, lo, hi, limit, u,
    vectors, jac, jac2, bend, small, H, a, normal, held, free, flat,
):  # fmt: skip
    """Minimise one row from where it stands in u; return the cost and the status."""
    p, n, q = u.size, target.size, flat.size
    y, y2, g, h, m, row = vectors
    M, G, d, b, theta, trial, seen, c, right, size, low_q, high_q = small
    separable = kind == RESIDUAL and delta == np.inf and over == 1.0 and not logs and q > 0
    floor = 0.0
    for i in range(n):
        floor += ROUND_OFF * weight[i] * max(1.0, target[i] * target[i])
    for j in range(p):
        u[j] = min(max(u[j], lo[j]), hi[j])
    _law_at(kernel, x, u, is_log, theta, y, jac)
    cost = _penalise(kind, y, target, weight, delta, over, logs, g, h, m)
    if not np.isfinite(cost):
        return np.inf, NOT_FINITE
    mu, fresh, stale = 0.0, False, True
    for _ in range(limit):
        if cost <= floor:
            return cost, CONVERGED
        if not fresh:
            if not stale:
                for j in range(p):
                    moved = abs(u[j] - seen[j])
                    stale = stale or moved > (NEAR if is_log[j] else NEAR * abs(seen[j]))
            if stale:
                _bend(kernel, x, u, lo, hi, is_log, linear, jac, y2, jac2, theta, bend)
                for j in range(p):
                    M[j] = dot_square(m, jac[j])
                seen[:] = u
                stale = False
            _derivatives(lo, hi, is_log, linear, jac, bend, g, h, row, G, H, c)
            fresh = True
        for j in range(p):
            low, high = u[j] <= lo[j] and G[j] >= 0.0, u[j] >= hi[j] and G[j] <= 0.0
            held[j] = low or high or lo[j] == hi[j] or (G[j] == 0.0 and H[j, j] == 0.0)
        predicted = _step(H, M, mu, G, u, lo, hi, held, d, a, b, free)
        if predicted < 0.0:
            mu = max(8.0 * mu, LEAST_DAMPING)
            if mu > 1e12:
                break
            continue
        tiny = predicted * (1.0 + mu)
        if tiny <= 1e-15 * cost:
            return cost, CONVERGED
        for j in range(p):
            trial[j] = min(max(u[j] + d[j], lo[j]), hi[j])
        if separable:
            for j in range(p):
                theta[j] = exp(trial[j]) if is_log[j] else trial[j]
            for r in range(q):
                theta[flat[r]] = 0.0
            kernel(x, theta, y, jac)
            if project(
                weight, target, y, jac, flat, low_q, high_q,
                c, normal, right, size, row, a, b, held, free,
            ):  # fmt: skip
                for r in range(q):
                    j = flat[r]
                    trial[j] = min(max(log(c[r]) if is_log[j] else c[r], lo[j]), hi[j])
        _law_at(kernel, x, trial, is_log, theta, y, jac)
        after = _penalise(kind, y, target, weight, delta, over, logs, g, h, m)
        if after < cost:
            gain = (cost - after) / predicted
            u[:] = trial
            cost, fresh = after, False
            # What is left after a small step that kept its promise is the square of what it lacked.
            kept = tiny <= 1e-8 * cost and tiny * (1.0 - gain) ** 2 <= 1e-15 * cost
            if tiny <= 1e-13 * cost or kept:
                return cost, CONVERGED
            if gain > 0.7:
                mu = 0.03 * mu if mu > 1e-7 else 0.0
            elif gain < 0.25:
                mu, stale = max(3.0 * mu, LEAST_DAMPING), True
        else:
            still = True
            for j in range(p):
                still = still and abs(d[j]) <= 1e-13 * (1.0 + abs(u[j]))
            if still or tiny <= 1e-12 * cost:
                return cost, CONVERGED
            mu, stale = max(6.0 * mu, LEAST_DAMPING), True
            if mu > 1e12:
                break
    return cost, OUT_OF_ITERATIONS


@helper()
def _gather(values, weight, out):
    """Copy the values of weight above zero; without branches, so it writes one place too far."""
    m = 0
    for i in range(values.size):
        out[m] = values[i]
        m += weight[i] > 0.0


def _polish(
    kernel, x, t, w, kind, delta, over, logs, linear, is_log, lo, hi, limit, us, costs, statuses
):  # fmt: skip
    """Minimise every row from where it stands in us; fill us, costs and statuses.

    A row is computed on the points of weight above zero only.
    """
    rows, p = us.shape
    inputs, n = x.shape
    flat = np.flatnonzero(linear)
    q = flat.size
    xs, zs, ws = np.empty(inputs * n + 1), np.empty(n + 1), np.empty(n + 1)
    long, wide, wide2, deep = (
        np.empty((6, n)),
        np.empty(p * n),
        np.empty(p * n),
        np.empty(p * p * n),
    )
    short = np.empty((12, max(p, 1)))
    H, a, normal = np.empty((p, p)), np.empty((p, p)), np.empty((q, q))
    held, free = np.empty(p, np.bool_), np.empty(p, np.int64)
    for r in range(q):
        j = flat[r]
        short[10, r] = exp(lo[j]) if is_log[j] else lo[j]
        short[11, r] = exp(hi[j]) if is_log[j] else hi[j]
    small = (
        short[0], short[1], short[2], short[3], short[4], short[5], short[6], short[7], short[8],
        short[9], short[10], short[11],
    )  # fmt: skip
    for fit in range(rows):
        target, weight = t[fit % t.shape[0]], w[fit % w.shape[0]]
        m = 0
        for i in range(n):
            m += weight[i] > 0.0
        for k in range(inputs):
            _gather(x[k], weight, xs[k * m :])
        _gather(target, weight, zs)
        _gather(weight, weight, ws)
        vectors = (long[0, :m], long[1, :m], long[2, :m], long[3, :m], long[4, :m], long[5, :m])
        points = xs[: inputs * m].reshape((inputs, m))
        cost, status = _minimise(
            kernel, points, zs[:m], ws[:m], kind, delta, over, logs, linear, is_log, lo, hi, limit,
            us[fit], vectors, wide[: p * m].reshape((p, m)), wide2[: p * m].reshape((p, m)),
            deep[: p * p * m].reshape((p, p, m)), small, H, a, normal, held, free, flat,
        )  # fmt: skip
        if status == CONVERGED:
            for j in range(p):
                if lo[j] < hi[j] and (us[fit, j] <= lo[j] or us[fit, j] >= hi[j]):
                    status = AT_BOUND
        costs[fit], statuses[fit] = cost, status


def _type() -> Any:
    from numba import types as nb

    k = signatures()
    flags, whole = nb.Array(nb.boolean, 1, "C"), nb.int64
    return nb.void(
        k.function, k.matrix, k.matrix, k.matrix, whole, nb.float64, nb.float64, nb.boolean,
        flags, flags, k.vector, k.vector, whole, k.matrix, k.vector, nb.Array(whole, 1, "C"),
    )  # fmt: skip


polish = compiled(_polish, _type())
