r"""Average error of downstream tasks as a power of the perplexity.

.. math:: Err(PP) = \epsilon - k\, PP^{-\gamma}, \qquad PP = \exp(L)

Gadre et al. (2024), arXiv:2403.08540, equation 6: loss_to_error for those who report perplexity.
"""

from __future__ import annotations

from dataclasses import replace

from scalelaw.laws.loss_to_error import LOSS_TO_ERROR

PERPLEXITY_TO_ERROR = replace(
    LOSS_TO_ERROR,
    name="perplexity_to_error",
    formula=r"\epsilon - k\, PP^{-\gamma}",
    inputs=("perplexity",),
    source="Gadre et al. 2024, arXiv:2403.08540, eq. 6",
    trend={"perplexity": +1},
)
