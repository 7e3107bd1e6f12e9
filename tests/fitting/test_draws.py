"""Draws that would mislead are refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import scalelaw as sl
from scalelaw.errors import FitError


def test_a_free_scale_likelihood_is_not_bootstrapped_to_nonsense():
    compute = np.geomspace(1e17, 1e21, 25)
    noise = 0.01 * np.random.default_rng(0).standard_normal(25)
    runs = pd.DataFrame({"compute": compute, "loss": (1.8 + 40 * compute**-0.1) * np.exp(noise)})
    fitted = sl.fit("power", runs, penalty=sl.HuberLikelihood())
    with pytest.raises(FitError, match="would give intervals far too narrow"):
        sl.bootstrap(fitted, 50, seed=0)
