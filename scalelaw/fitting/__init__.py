"""A law and a table become a fit; a fit becomes draws, and draws have intervals."""

from __future__ import annotations

from scalelaw.fitting.comparisons import Comparison, compare
from scalelaw.fitting.diagnosis import Diagnosis, Note
from scalelaw.fitting.draws import Draws, bootstrap, leave_out
from scalelaw.fitting.fits import Fit, fit
from scalelaw.fitting.interchange import fit_to_lmfit, law_to_lmfit
from scalelaw.fitting.penalties import (
    Asymmetric,
    Binomial,
    Huber,
    HuberLikelihood,
    LeastSquares,
    Penalty,
)
from scalelaw.fitting.profiles import Profile, profile
from scalelaw.fitting.solver import Status

__all__ = [
    "Asymmetric",
    "Binomial",
    "Comparison",
    "Diagnosis",
    "Draws",
    "Fit",
    "Huber",
    "HuberLikelihood",
    "LeastSquares",
    "Note",
    "Penalty",
    "Profile",
    "Status",
    "bootstrap",
    "compare",
    "fit",
    "fit_to_lmfit",
    "law_to_lmfit",
    "leave_out",
    "profile",
]
