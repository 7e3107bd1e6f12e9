from __future__ import annotations

import pytest

from analyses.schaeffer2024.analysis import chosen, correlated, degraded, moved, no_relation
from analyses.schaeffer2024.ladders import minimal_pairs, ngram_models


@pytest.fixture(scope="module")
def ngrams(shared_data):
    shared_data("lm_eval_ladder")
    return ngram_models()


def test_correlation_is_lost_along_the_chain_of_the_ngram_models(ngrams):
    table = degraded(correlated(ngrams)).set_index("ladder")
    assert table.loc["n-gram cont_mc (mutual_info)", "log_p_vocab"] > 0.9
    assert (table["lost"] > 0.3).all()
    assert table.loc["n-gram cont_mc", "accuracy_undefined"] == pytest.approx(0.66, abs=0.01)


def test_wrong_choices_gain_too_but_less(ngrams):
    table = moved(ngrams).set_index("ladder")
    assert (table["slope_correct"] > table["slope_incorrect"]).all()
    assert (table["slope_incorrect"] > 0).all()


def test_pythia_chooses_the_law_without_seeing_the_held_out_run(shared_data):
    shared_data("lima_lm")
    cases = [case for case in minimal_pairs() if case.name == "pythia lgd"]
    assert chosen(cases)["method"].tolist() == ["masses (linear, last)"]


def test_chance_falls_with_the_number_of_runs():
    assert no_relation()["above"].is_monotonic_decreasing
