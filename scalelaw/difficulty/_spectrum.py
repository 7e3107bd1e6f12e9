"""The compiled core of the spectrum: likelihoods of counts under many curves.

Import this module only when something is to be computed: it imports Numba.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from scalelaw.laws._jit import compiled
from scalelaw.laws._math import exp, log


def _likelihoods(p, shares, s, right, trials, most, table):  # noqa: ANN001, ANN202
    """Fill log likelihoods, (pairs, curves), of counts under rates that vary.

    A rate is beta-distributed about p with concentration s, and p itself is one of several values,
    (curves, values), with these shares. Binomial coefficients are left out.
    """
    curves, values = p.shape
    pairs = right.size
    rising, falling, both = np.zeros(most + 1), np.zeros(most + 1), np.zeros(most + 1)
    total = np.empty(pairs)
    for i in range(most):
        both[i + 1] = both[i] + log(s + i)
    for c in range(curves):
        total[:] = 0.0
        for v in range(values):
            a, b = p[c, v] * s, (1.0 - p[c, v]) * s
            for i in range(most):
                rising[i + 1] = rising[i] + log(a + i)
                falling[i + 1] = falling[i] + log(b + i)
            for k in range(pairs):
                hits, n = right[k], trials[k]
                total[k] += shares[v] * exp(rising[hits] + falling[n - hits] - both[n])
        for k in range(pairs):
            table[k, c] = log(max(total[k], 1e-290))


def _types() -> Any:
    from numba import types as nb

    matrix, vector = nb.Array(nb.float64, 2, "C"), nb.Array(nb.float64, 1, "C")
    ints = nb.Array(nb.int64, 1, "C")
    return nb.void(matrix, vector, nb.float64, ints, ints, nb.int64, matrix)


likelihoods = compiled(_likelihoods, _types())
