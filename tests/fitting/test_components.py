"""Principal components of benchmark scores and the compute that a run is worth."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import scalelaw as sl
from scalelaw.errors import FitError
from scalelaw.fitting import abilities, equivalent_compute

BENCHMARKS = [f"benchmark {place}" for place in range(8)]


def families(rank: int = 2, noise: float = 0.0) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Make runs of three families, of which one learns twice as fast, and their scores."""
    rng = np.random.default_rng(0)
    runs = pd.DataFrame(
        {
            "family": np.repeat(["steady", "fast", "late"], 8),
            "compute": np.tile(np.geomspace(1e20, 1e24, 8), 3),
        }
    )
    slope = runs["family"].map({"steady": 0.05, "fast": 0.1, "late": 0.05})
    start = runs["family"].map({"steady": 0.0, "fast": 0.0, "late": -0.1})
    first = slope * np.log(runs["compute"] / 1e20) + start
    latent = np.column_stack([first, 0.05 * rng.standard_normal((len(runs), rank - 1))])
    common = np.linalg.qr(rng.standard_normal((8, rank)))[0].T
    common[0] = np.abs(common[0])
    scores = 0.3 + latent @ common + noise * rng.standard_normal((len(runs), 8))
    return runs, pd.DataFrame(scores, columns=BENCHMARKS)


def test_components_are_those_of_the_covariance():
    _, scores = families(rank=3, noise=0.01)
    found = abilities(scores)
    values, axes = np.linalg.eigh(np.cov(scores.T))
    np.testing.assert_allclose(found.explained, values[::-1][:3] / values.sum(), rtol=1e-10)
    cosines = np.abs((found.loadings.to_numpy() * axes[:, ::-1][:, :3].T).sum(axis=1))
    np.testing.assert_allclose(cosines, 1.0, rtol=1e-8)
    assert list(found.frame) == ["pc1", "pc2", "pc3"]
    np.testing.assert_allclose(found.frame.mean(), 0.0, atol=1e-12)
    assert (found.loadings.sum(axis=1) > 0).all()


def test_scores_of_two_causes_need_two_components():
    _, scores = families(rank=2)
    found = abilities(scores, n=3)
    assert found.explained[:2].sum() == pytest.approx(1.0, abs=1e-12)
    rebuilt = found.mean.to_numpy() + found.frame.to_numpy()[:, :2] @ found.loadings[:2].to_numpy()
    np.testing.assert_allclose(rebuilt, scores, atol=1e-12)


def test_missing_scores_of_one_cause_are_found_again():
    _, scores = families(rank=1)
    holes = scores.mask(np.random.default_rng(1).uniform(size=scores.shape) < 0.1)
    found, whole = abilities(holes, n=1), abilities(scores, n=1)
    assert found.missing == int(holes.isna().sum().sum()) > 0
    np.testing.assert_allclose(found.loadings, whole.loadings, atol=0.05)
    assert np.corrcoef(found.frame["pc1"], whole.frame["pc1"])[0, 1] > 0.999


def test_other_runs_are_placed_on_the_same_axes():
    _, scores = families(rank=3, noise=0.01)
    holes = scores.mask(np.random.default_rng(1).uniform(size=scores.shape) < 0.1)
    found = abilities(holes)
    again = found.of(holes[BENCHMARKS[::-1]])
    np.testing.assert_allclose(again, found.frame, atol=1e-10)
    with pytest.raises(FitError, match=r"lack the benchmarks \['benchmark 3'\]"):
        found.of(scores.drop(columns="benchmark 3"))


def test_a_family_that_learns_twice_as_fast_is_worth_the_square_of_its_compute():
    runs, scores = families(rank=1)
    table = runs.join(abilities(scores, n=1).frame)
    worth = equivalent_compute(table, reference="steady")
    own = runs["family"] == "steady"
    np.testing.assert_allclose(worth[own], runs["compute"][own], rtol=1e-8)
    fast = runs["family"] == "fast"
    expected = 1e20 * (runs["compute"][fast] / 1e20) ** 2
    np.testing.assert_allclose(worth[fast], expected, rtol=1e-8)
    late = runs["family"] == "late"
    np.testing.assert_allclose(worth[late], runs["compute"][late] * np.exp(-2), rtol=1e-8)


def test_components_feed_the_observational_law():
    runs, scores = families(rank=2, noise=0.001)
    table = runs.join(abilities(scores, n=1).frame)
    table["accuracy"] = 1 / (1 + np.exp(-3 * table["pc1"]))
    fitted = sl.fit("observational_1", table)
    assert fitted.coef["w1"] == pytest.approx(3.0, rel=1e-3)
    worth = equivalent_compute(table, reference="fast", weights={"pc1": fitted.coef["w1"]})
    plain = equivalent_compute(table, reference="fast")
    np.testing.assert_allclose(worth, plain, rtol=1e-8)


def test_tables_that_cannot_give_components_are_refused():
    runs, scores = families()
    with pytest.raises(FitError, match="n must lie between 1 and 8"):
        abilities(scores, n=9)
    with pytest.raises(FitError, match=r"scores of \['benchmark 2'\] do not vary"):
        abilities(scores.assign(**{"benchmark 2": 0.5}))
    with pytest.raises(FitError, match=r"no score at all for \[4\]"):
        abilities(pd.concat([scores[:4], scores[4:5] * np.nan, scores[5:]]))
    with pytest.raises(FitError, match="scores must be numbers"):
        abilities(scores.assign(name="model"))
    with pytest.raises(FitError, match="some are infinite"):
        abilities(scores.replace(scores.iloc[0, 0], np.inf))
    table = runs.join(abilities(scores).frame)
    with pytest.raises(FitError, match="'absent' has 0 different amounts of compute"):
        equivalent_compute(table, reference="absent")
    with pytest.raises(FitError, match=r"lack the columns \['pc4'\]"):
        equivalent_compute(table, reference="fast", weights={"pc4": 1.0})
    with pytest.raises(FitError, match="do not become more able with compute"):
        equivalent_compute(table, reference="fast", weights={"pc1": -1.0})
