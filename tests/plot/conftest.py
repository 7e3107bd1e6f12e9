"""A small ladder with a known truth, and forecasts from it."""

from __future__ import annotations

import pytest

from scalelaw import forecast
from tests.ladders import ladder

TARGET = {"params": 7e9, "tokens": 1.4e11}


@pytest.fixture(scope="session")
def outlook():
    runs = ladder(noise=0.004, seed=1, flat_task=True)
    return forecast(runs, **TARGET, n=120, seed=0)
