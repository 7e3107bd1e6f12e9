r"""Loss falls as one power of compute towards a floor.

.. math:: L(C) = E + A C^{-\alpha}

Henighan et al. (2020), arXiv:2010.14701, equation 1.1.
"""

from __future__ import annotations

from scalelaw.laws._law import Coef, Floats, Kernel, Law
from scalelaw.laws._math import exp


def _kernel(x: Floats, theta: Floats, y: Floats, jac: Floats) -> None:
    E, A, alpha = theta[0], theta[1], theta[2]
    for i in range(y.size):
        falling = exp(-alpha * x[0, i])
        y[i] = E + A * falling
        jac[0, i] = 1.0
        jac[1, i] = falling
        jac[2, i] = -A * falling * x[0, i]


COEFS = (
    Coef("E", "loss that no size removes", "E", (0.0, 100.0), linear=True, seeds=(0.5, 2.5)),
    Coef("A", "excess loss at size 1", "A", (1e-9, 1e60), "log", linear=True, seeds=(50.0, 900.0)),
    Coef(
        "alpha",
        "exponent of the size",
        r"\alpha",
        (1e-3, 3.0),
        seeds=tuple(0.005 * 1.14**step for step in range(48)),
    ),
)

POWER = Law(
    name="power",
    formula=r"E + A C^{-\alpha}",
    inputs=("compute",),
    output="loss",
    coefs=COEFS,
    kernel=Kernel(_kernel),
    source="Henighan et al. 2020, arXiv:2010.14701, eq. 1.1",
    domain=(
        "Runs of one recipe along one path of sizes, such as all at one multiplier. Four points or "
        "fewer leave the floor E to chance."
    ),
    trend={"compute": -1},
)
