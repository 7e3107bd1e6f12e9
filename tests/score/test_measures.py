from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from scalelaw.errors import TableError, UnknownName
from scalelaw.score import aggregate, masses, per_item, standard_error, to_runs, wilson
from tests.items.logs import ladder


def four_choices(*shares):
    """Return items of four choices, the first correct, with these shares of the listed mass."""
    own = ladder(runs=2, items=len(shares), choices=4)["quiz"]
    gold = np.tile([True, False, False, False], len(shares))
    row = np.log(np.maximum(np.concatenate(shares), 1e-300)) - 900.0
    return replace(own, gold=gold, loglik=np.stack([row, row]))


def test_the_worked_example_of_the_paper():
    one = four_choices([0.4, 0.2, 0.2, 0.2], [0.4, 0.6, 0.0, 0.0])
    np.testing.assert_allclose(per_item(one, "brier")[0], [0.48, 0.72])
    np.testing.assert_allclose(per_item(one, "brier_per_choice")[0], [0.12, 0.18])
    np.testing.assert_allclose(per_item(one, "p_choices")[0], [0.4, 0.4])
    assert per_item(one, "accuracy")[0].tolist() == [1.0, 0.0]


def test_masses_stay_finite_far_below_the_smallest_float():
    one = four_choices([0.4, 0.2, 0.2, 0.2])
    found = masses(one)
    assert found.incorrect[0, 0] == pytest.approx(np.log(0.6) - 900.0)
    assert per_item(one, "p_vocab")[0, 0] == 0.0


def test_identities_of_the_chain_hold():
    own = ladder(items=300)["quiz"]
    p, right = per_item(own, "p_choices"), per_item(own, "accuracy")
    brier = per_item(own, "brier")
    assert np.all(right[p > 0.5] == 1.0)
    assert np.all(right[p < 0.25] == 0.0)
    assert np.all(brier >= (1 - p) ** 2 * (1 + 1 / 3) - 1e-12)
    assert np.all(brier <= 2 * (1 - p) ** 2 + 1e-12)
    assert np.all((per_item(own, "margin") > 0) == (right == 1.0))


def test_ties_go_to_the_first_or_are_split():
    one = four_choices([0.25, 0.25, 0.25, 0.25])
    assert per_item(one, "accuracy")[0, 0] == 1.0
    assert per_item(one, "accuracy", tie="split")[0, 0] == 0.25
    with pytest.raises(UnknownName, match="no way to treat ties 'best'"):
        per_item(one, "accuracy", tie="best")


def test_normalisations_need_what_they_divide_by():
    own = ladder()["quiz"]
    with pytest.raises(TableError, match="lengths of the choices in tokens are not known"):
        per_item(own, "accuracy", normalise="token")
    with pytest.raises(TableError, match="no unconditional log-likelihoods"):
        per_item(own, "accuracy", normalise="mutual_info")
    with pytest.raises(UnknownName, match="did you mean 'p_choices'"):
        per_item(own, "p_choice")


def test_clustered_errors_count_passages():
    values = np.repeat([0.0, 1.0, 0.0, 1.0], 25)
    alone, together = standard_error(values), standard_error(values, np.repeat(range(4), 25))
    assert together == pytest.approx(alone * 5, rel=0.01)
    assert np.isnan(standard_error([1.0]))


def test_wilson_intervals_match_statsmodels():
    from statsmodels.stats.proportion import proportion_confint

    for right, items in ((0, 10), (7, 10), (10, 10), (450, 1000)):
        expected = proportion_confint(right, items, alpha=0.1, method="wilson")
        assert wilson(right, items, level=0.9) == pytest.approx(expected)
    with pytest.raises(TableError, match="0 <= right <= items"):
        wilson(3, 2)


def test_aggregates_are_a_run_table():
    runs = to_runs(ladder(), ["accuracy", "brier_score"])
    assert runs.metrics == ["accuracy", "brier_score"]
    assert runs.frame["chance"].dropna().unique().tolist() == [0.25]
    frame = aggregate(ladder(), ["accuracy"])
    assert (frame["low"] <= frame["value"]).all()
    assert (frame["value"] <= frame["high"]).all()
    with pytest.raises(TableError, match="no task has any of the metrics f2"):
        aggregate(ladder(), ["f2"])
