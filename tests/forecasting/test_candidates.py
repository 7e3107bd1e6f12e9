"""Which law of a task is taken, and what its floor may be."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from scalelaw.fitting import LeastSquares
from scalelaw.forecasting.candidates import BOUNDED, choose, floor_of
from scalelaw.forecasting.presets import loss_law_for


def runs(accuracy: list[float], *, chance: float = 0.25, stderr: float = 0.013) -> pd.DataFrame:
    """Return runs with a falling loss and the given accuracies."""
    n = len(accuracy)
    return pd.DataFrame(
        {
            "compute": np.geomspace(1e20, 1e22, n),
            "loss": np.linspace(5.0, 1.8, n),
            "accuracy": accuracy,
            "error": 1.0 - np.array(accuracy),
            "accuracy_chance": chance,
            "accuracy_stderr": stderr,
        }
    )


def test_the_floor_is_at_chance_where_no_run_is_clearly_below():
    assert floor_of(runs([0.24, 0.26, 0.35])) == (0.25, 0.25)


def test_the_floor_may_lie_below_chance_where_a_run_does():
    assert floor_of(runs([0.18, 0.26, 0.35])) == (0.0, 0.25)


def test_a_run_is_not_clearly_below_chance_within_its_noise():
    assert floor_of(runs([0.18, 0.26, 0.35], stderr=0.05)) == (0.25, 0.25)


def test_the_floor_is_free_where_the_chance_level_is_unknown():
    assert floor_of(runs([0.18, 0.26, 0.35], chance=float("nan"))) == (0.0, 1.0)


def test_a_task_that_starts_below_chance_is_forecast_without_a_jump():
    """The accuracies of Pythia 70M to 1.4B on ARC-Challenge; 2.8B scores 0.295."""
    seen = runs([0.181, 0.188, 0.213, 0.244, 0.260])
    _, fitted = choose(seen, BOUNDED, LeastSquares())
    assert fitted.predict(loss=1.6)["estimate"].item() == pytest.approx(0.27, abs=0.03)


@pytest.mark.parametrize("same", ["tokens", "params", "multiplier"])
def test_the_loss_of_runs_on_one_path_is_a_power_of_compute(same):
    path = pd.DataFrame({name: np.geomspace(1e8, 1e10, 8) for name in ("tokens", "params")})
    path["multiplier"] = np.geomspace(20, 300, 8)
    assert loss_law_for(path) == "overtraining"
    assert loss_law_for(path.assign(**{same: 1.0})) == "power"
