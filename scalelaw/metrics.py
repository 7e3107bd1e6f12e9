"""Names of metrics: which are losses, errors or accuracies, and in what unit they are."""

from __future__ import annotations

from typing import Literal, NamedTuple

Kind = Literal["loss", "error", "accuracy", "other"]


class Metric(NamedTuple):
    """What is known of a metric by its name."""

    kind: Kind
    unit: str


FRACTION = "fraction"

METRICS: dict[str, Metric] = {
    "loss": Metric("loss", "nats/token"),
    "bits_per_byte": Metric("loss", "bits/byte"),
    "bits_per_token": Metric("loss", "bits/token"),
    "perplexity": Metric("loss", "perplexity"),
    "word_perplexity": Metric("loss", "perplexity/word"),
    "byte_perplexity": Metric("loss", "perplexity/byte"),
    "error": Metric("error", FRACTION),
    "accuracy": Metric("accuracy", FRACTION),
    "accuracy_norm": Metric("accuracy", FRACTION),
    "accuracy_bytes": Metric("accuracy", FRACTION),
    "accuracy_mutual_info": Metric("accuracy", FRACTION),
    "exact_match": Metric("accuracy", FRACTION),
    "f1": Metric("accuracy", FRACTION),
}

HARNESS_NAMES = {
    "acc": "accuracy",
    "acc_norm": "accuracy_norm",
    "acc_bytes": "accuracy_bytes",
    "acc_mutual_info": "accuracy_mutual_info",
    "em": "exact_match",
    "ppl": "perplexity",
    "word_ppl": "word_perplexity",
    "byte_ppl": "byte_perplexity",
}


def harness_name(metric: str) -> str:
    """Return our name of a metric of lm-evaluation-harness; unknown ones keep their own."""
    return HARNESS_NAMES.get(metric, metric)


def base_name(metric: str) -> str:
    """Return a metric's name without a filter's: ``exact_match,flexible`` is ``exact_match``."""
    return metric.partition(",")[0]


def metric_kind(metric: str) -> Kind:
    """Return whether a metric is a loss, an error, an accuracy, or something else."""
    known = METRICS.get(base_name(metric))
    return known.kind if known else "other"


def metric_unit(metric: str) -> str:
    """Return the unit that a metric is in when nobody says otherwise, or ``""``."""
    known = METRICS.get(base_name(metric))
    return known.unit if known else ""
