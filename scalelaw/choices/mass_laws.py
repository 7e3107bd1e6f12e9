r"""A line in log compute for every choice of every item, with strength shared across items.

The log-likelihood :math:`\ell_{sk}` of choice k of item s, or :math:`\log(-\ell_{sk})` for the
power law, is taken to be linear in log compute. With few runs a slope is mostly noise, so that it
is split into what the choices of an item share and what sets them apart,

.. math:: \beta_{sk} = \bar\beta_s + d_{sk},

and both parts are drawn towards their means by empirical Bayes (James and Stein 1961; Efron and
Morris 1973): the shared part towards that of all items, the deviation towards that of all correct,
or all incorrect, choices. What the lines leave is kept as whole vectors across the choices of an
item: noise that choices share moves no answer, and independent noise would.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from scalelaw.choices.dynamics import lines
from scalelaw.choices.ladders import Ladder
from scalelaw.errors import TableError
from scalelaw.items import TaskItems

Scale = Literal["linear", "power"]
Anchor = Literal["last", "centre"]
Floats = np.ndarray[Any, np.dtype[np.float64]]
Integers = np.ndarray[Any, np.dtype[np.int64]]
_BLOCK = 200_000


@dataclass(frozen=True)
class MassLaw:
    """What is assumed of the path of a log-likelihood.

    Attributes
    ----------
    scale : str
        ``"linear"``: the log-likelihood is linear in log compute; ``"power"``: its negative
        follows a power law of compute.
    anchor : str
        Where the line is hung up: at the ``"last"`` run, or at the ``"centre"`` of all.
    """

    scale: Scale
    anchor: Anchor

    @property
    def name(self) -> str:
        """Such as ``masses (linear, last)``."""
        return f"masses ({self.scale}, {self.anchor})"


LAWS = tuple(
    MassLaw(scale, anchor) for scale in ("linear", "power") for anchor in ("last", "centre")
)
"""The candidates among which the back-test chooses."""


@dataclass(frozen=True)
class MassFit:
    """Lines of all choices.

    Attributes
    ----------
    law : MassLaw
        What was fitted.
    answers : TaskItems
        The questions.
    x : array, shape (M,)
        Log10 compute of the runs.
    level, slope : arrays, shape (T,)
        Value at ``origin`` and slope per decade, on the law's scale.
    origin : float
        Log10 compute where the lines are hung up.
    residual : array, shape (M, T)
        What the lines leave, scaled up for the two coefficients, without the part that all
        correct (or all incorrect) choices of a run share.
    shared : array, shape (2, 2)
        Covariance, over runs, of the shared parts of correct and incorrect choices.
    """

    law: MassLaw
    answers: TaskItems
    x: Floats
    level: Floats
    slope: Floats
    origin: float
    residual: Floats
    shared: Floats

    def loglik(self, x: float, shift: Floats | None = None, rows: Integers | None = None) -> Floats:
        """Return the log-likelihoods at a log10 compute, for residual vectors.

        Parameters
        ----------
        x : float
            Log10 compute.
        shift : array, shape (2,) or (n, 2), optional
            To add to all incorrect and to all correct choices, on the law's scale.
        rows : array of int, shape (n,), optional
            The runs whose residuals are added; every run once by default.

        Returns
        -------
        array, shape (M, T) or (n, T)
            One row for each run whose residuals are added.
        """
        path = self.level + self.slope * (x - self.origin)
        path = path + (self.residual if rows is None else self.residual[rows])
        if shift is not None:
            path = path + np.atleast_2d(shift)[:, self.answers.gold.astype(np.int64)]
        return path if self.law.scale == "linear" else -np.exp(np.minimum(path, 700.0))

    def scores(self, x: float, shift: Floats | None = None) -> Floats:
        """Return accuracy, p_choices and Brier score at a log10 compute, each a mean over items.

        A run's residuals move all choices of an item together, and every run's count alike.
        """
        return choice_scores(self.loglik(x, shift), self.answers).mean(axis=0)

    def drawn(self, x: float, shifts: Floats, rows: Integers) -> Floats:
        """Return the scores of runs drawn at random, shape (n, 3).

        Parameters
        ----------
        x : float
            Log10 compute.
        shifts : array, shape (n, 2)
            As for `loglik`.
        rows : array of int, shape (n,)
            The run whose residuals each draw has.
        """
        step = max(1, _BLOCK // len(self.level))
        return np.concatenate(
            [
                choice_scores(
                    self.loglik(x, shifts[at : at + step], rows[at : at + step]), self.answers
                )
                for at in range(0, len(rows), step)
            ]
        )

    def spread(self, x: float) -> float:
        """Return how much wider than the scatter of one run a forecast there is."""
        centred = self.x - self.x.mean()
        return float(
            np.sqrt(1.0 + 1.0 / len(self.x) + (x - self.x.mean()) ** 2 / (centred @ centred))
        )


def fit_masses(ladder: Ladder, law: MassLaw) -> MassFit:
    """Fit the lines of all choices.

    Parameters
    ----------
    ladder : Ladder
        At least three runs.
    law : MassLaw
        The scale, and where the lines are hung up.

    Returns
    -------
    MassFit

    Raises
    ------
    TableError
        If there are fewer than three runs, all of one size, or a power law is asked for
        log-likelihoods that are not negative.
    """
    answers, x = ladder.answers, ladder.x
    if len(x) < 3 or np.ptp(x) == 0:
        raise TableError(
            f"{answers.task}: lines of choices need three runs of different compute; there are "
            f"{len(x)}"
        )
    path = _on_scale(answers, law)
    slope, residual = lines(x, path)
    dof = len(x) - 2
    centred = x - x.mean()
    noise = 1.0 / (dof * (centred @ centred))
    starts, of_item = answers.offsets[:-1], answers.item_of_choice
    common = np.add.reduceat(slope, starts) / answers.choices
    common_left = np.add.reduceat(residual, starts, axis=1) / answers.choices
    apart, apart_left = slope - common[of_item], residual - common_left[:, of_item]
    shrunk = shrink(common, noise * (common_left**2).sum(axis=0).mean())
    deviation = np.empty_like(apart)
    for group in (answers.gold, ~answers.gold):
        if group.any():
            variance = noise * (apart_left[:, group] ** 2).sum(axis=0).mean()
            deviation[group] = shrink(apart[group], variance)
    pulled = shrunk[of_item] + deviation
    last = law.anchor == "last"
    per_run = np.stack(
        [
            residual[:, group].mean(axis=1) if group.any() else np.zeros(len(x))
            for group in (~answers.gold, answers.gold)
        ]
    )
    own = residual - per_run[answers.gold.astype(np.int64)].T
    return MassFit(
        law=law,
        answers=answers,
        x=x,
        level=path[-1] if last else path.mean(axis=0),
        slope=pulled,
        origin=float(x[-1] if last else x.mean()),
        residual=own * np.sqrt(len(x) / dof),
        shared=per_run @ per_run.T / dof,
    )


def shrink(values: Floats, variance: float) -> Floats:
    r"""Draw estimates towards their mean by how much of their spread is noise.

    Parameters
    ----------
    values : array
        Estimates of alike quantities.
    variance : float
        Variance of their noise.

    Returns
    -------
    array
        :math:`\mu + \frac{\tau^2}{\tau^2 + v}(x - \mu)` with
        :math:`\tau^2 = \max(\mathrm{Var}(x) - v, 0)`.
    """
    mean = values.mean()
    between = max(float(values.var()) - variance, 0.0)
    total = between + variance
    return mean + (between / total if total > 0 else 1.0) * (values - mean)


def choice_scores(loglik: Floats, answers: TaskItems) -> Floats:
    """Return accuracy, p_choices and Brier score of each row, averaged over items.

    Parameters
    ----------
    loglik : array, shape (M, T)
        Log-likelihoods of the choices.
    answers : TaskItems
        The questions they belong to.

    Returns
    -------
    array, shape (M, 3)
    """
    sizes = answers.choices
    if len(sizes) and (sizes == sizes[0]).all():
        return _of_equal(loglik, answers.gold, int(sizes[0]))
    starts, of_item, gold = answers.offsets[:-1], answers.item_of_choice, answers.gold
    highest = np.maximum.reduceat(loglik, starts, axis=1)
    best_right = np.maximum.reduceat(np.where(gold, loglik, -np.inf), starts, axis=1)
    mass = np.exp(loglik - highest[:, of_item])
    share = mass / np.add.reduceat(mass, starts, axis=1)[:, of_item]
    totals = (
        (best_right == highest).sum(axis=1),
        share[:, gold].sum(axis=1),
        ((share - gold) ** 2).sum(axis=1),
    )
    return np.stack(totals, axis=1) / len(answers)


def _of_equal(loglik: Floats, gold: np.ndarray[Any, np.dtype[np.bool_]], choices: int) -> Floats:
    """Return `choice_scores` of items with so many choices each, choice by choice."""
    rows = len(loglik)
    of_choice = np.ascontiguousarray(loglik.reshape(rows, -1, choices).transpose(2, 0, 1))
    right = np.ascontiguousarray(gold.reshape(-1, choices).T)[:, None, :]
    highest = of_choice.max(axis=0)
    hit = ((of_choice == highest) & right).any(axis=0)
    share = np.exp(of_choice - highest)
    share /= share.sum(axis=0)
    of_right = (share * right).sum(axis=0)
    brier = (share**2).sum(axis=0) - 2.0 * of_right + right.sum(axis=0)
    return np.stack([hit.mean(axis=1), of_right.mean(axis=1), brier.mean(axis=1)], axis=1)


def _on_scale(answers: TaskItems, law: MassLaw) -> Floats:
    if law.scale == "linear":
        return answers.loglik
    if not np.all(answers.loglik < 0):
        raise TableError(
            f"{answers.task}: a power law needs negative log-likelihoods; use the linear scale"
        )
    return np.log(-answers.loglik)
