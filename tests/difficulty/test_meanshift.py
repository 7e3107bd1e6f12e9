from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scalelaw.difficulty.meanshift import mean_shift, neighbour_bandwidth
from scalelaw.errors import TableError


def points_of(seed: int, n: int, d: int, kinds: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    middle = rng.uniform(0, 1, (kinds, d))
    return np.clip(middle[rng.integers(kinds, size=n)] + rng.normal(0, 0.05, (n, d)), 0, 1)


def theirs(points: np.ndarray, bandwidth: float, *, label_all: bool = False) -> np.ndarray:
    cluster = pytest.importorskip("sklearn.cluster")
    return cluster.MeanShift(bandwidth=bandwidth, cluster_all=label_all).fit(points).labels_


@pytest.mark.parametrize("seed", range(4))
def test_labels_are_those_of_scikit_learn(seed):
    points = points_of(seed, 150, 2 + 3 * seed, 5)
    bandwidth = neighbour_bandwidth(points, quantile=0.1)
    for label_all in (False, True):
        found = mean_shift(points, bandwidth, label_all=label_all)
        assert np.array_equal(found.labels, theirs(points, bandwidth, label_all=label_all))


def test_labels_agree_on_coarse_rates_with_many_equal_items():
    points = np.round(points_of(7, 200, 4, 4) * 10) / 10
    found = mean_shift(points, 0.2317)
    assert np.array_equal(found.labels, theirs(points, 0.2317))


def test_the_bandwidth_is_that_of_scikit_learn():
    cluster = pytest.importorskip("sklearn.cluster")
    points = points_of(3, 150, 6, 3)
    assert neighbour_bandwidth(points, quantile=0.2) == pytest.approx(
        cluster.estimate_bandwidth(points, quantile=0.2), rel=1e-12
    )


def test_the_number_of_threads_changes_nothing():
    points = points_of(5, 400, 5, 4)
    one, many = (mean_shift(points, 0.2, threads=threads) for threads in (1, 3))
    assert np.array_equal(one.labels, many.labels)
    assert np.array_equal(one.centres, many.centres)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**31 - 1))
def test_every_labelled_point_is_within_reach_of_the_nearest_mode(seed):
    points = points_of(seed, 60, 3, 3)
    found = mean_shift(points, 0.25)
    distance = np.sqrt(((points[:, None] - found.centres) ** 2).sum(axis=2))
    inside = found.labels >= 0
    assert np.array_equal(found.labels[inside], distance.argmin(axis=1)[inside])
    assert (distance.min(axis=1)[inside] <= 0.25).all()
    assert (distance.min(axis=1)[~inside] > 0.25).all()


def test_a_bandwidth_of_zero_is_refused():
    with pytest.raises(TableError, match="bandwidth of a mean shift must be > 0, not 0"):
        mean_shift(np.ones((5, 2)), 0.0)


def test_missing_coordinates_are_refused():
    with pytest.raises(TableError, match="must be finite; leave out items with missing rates"):
        mean_shift(np.array([[0.1, np.nan]]), 0.2)
    with pytest.raises(TableError, match="quantile must lie above 0"):
        neighbour_bandwidth(np.ones((5, 2)), quantile=0.0)
