"""Our checkpoints as a language model of lm-evaluation-harness."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import torch
from lm_eval.api.instance import Instance
from lm_eval.api.model import TemplateLM
from lm_eval.api.registry import register_model
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

from .model import Shape, Transformer
from .tokenizer import END, Tokenizer
from .train import DONE, device

MODEL = "mini-ladder"
Request = tuple[tuple[str, str], list[int], list[int]]


@register_model(MODEL)
class LadderLM(TemplateLM):
    """One checkpoint of one run.

    Parameters
    ----------
    pretrained : str
        Name of the results folder: the run, and the step unless it is the last.
    run : str
        Name of the run.
    step : int
        Which of its checkpoints.
    work : str
        The work folder of the ladder.
    batch_tokens : int
        Pieces in a batch, padding included.
    """

    def __init__(
        self,
        pretrained: str,
        run: str,
        step: int,
        work: str,
        batch_tokens: int = 16_384,
        **_: Any,
    ) -> None:
        super().__init__()
        folder = Path(work) / "runs" / run
        facts = json.loads((folder / DONE).read_text())
        self.name = pretrained
        self.batch_tokens = batch_tokens
        self.text = Tokenizer.load(Path(work) / "corpus" / "tokenizer.json")
        self.network = Transformer(Shape(**facts["shape"]))
        weights = torch.load(folder / f"step{step:06d}.pt", weights_only=True, map_location="cpu")
        self.network.load_state_dict(weights)
        self.network.to(device()).eval()

    @property
    def eot_token_id(self) -> int:
        """The piece between documents."""
        return END

    def get_model_info(self) -> dict[str, Any]:
        """Size and number format, as the harness writes them into `config`."""
        return {
            "model_num_parameters": self.network.shape.params,
            "model_dtype": "torch.float32",
            "model_revision": "main",
            "model_sha": "",
        }

    def tok_encode(
        self,
        string: str,
        add_special_tokens: bool | None = None,  # noqa: ARG002
        **_: Any,
    ) -> list[int]:
        """Pieces of a text; there are no special ones to add."""
        return self.text.encode(string)

    def _loglikelihood_tokens(
        self, requests: Sequence[Request], **_: Any
    ) -> list[tuple[float, bool]]:
        prefix = [self.prefix_token_id]
        rows = [
            (prefix if context != prefix else []) + context + continuation
            for _, context, continuation in requests
        ]
        scored = [len(continuation) for _, _, continuation in requests]
        return self.score(rows, scored)

    @torch.inference_mode()
    def score(self, rows: list[list[int]], scored: list[int]) -> list[tuple[float, bool]]:
        """Log-likelihood of the last pieces of each row, and whether each was the likeliest."""
        longest = self.network.shape.context + 1
        rows = [row[-longest:] for row in rows]
        answers: list[tuple[float, bool]] = [(0.0, False)] * len(rows)
        for places in batches([len(row) for row in rows], self.batch_tokens):
            width = max(len(rows[place]) for place in places)
            padded = [rows[place] + [END] * (width - len(rows[place])) for place in places]
            pieces = torch.tensor(padded, device=device())
            mask = tail_mask(
                [len(rows[place]) for place in places], [scored[place] for place in places], width
            ).to(pieces.device)
            logits = self.network(pieces[:, :-1])
            targets = pieces[:, 1:]
            losses = F.cross_entropy(logits.transpose(1, 2), targets, reduction="none")
            missed = ((logits.argmax(-1) != targets) & mask).any(1)
            sums = -(losses * mask).double().sum(1)
            for place, total, miss in zip(places, sums.tolist(), missed.tolist(), strict=True):
                answers[place] = (total, not miss)
        return answers

    def loglikelihood_rolling(
        self,
        requests: list[Instance],
        disable_tqdm: bool = False,  # noqa: ARG002
    ) -> list[float]:
        """Log-likelihood of whole texts; each piece sees at least half a context before it."""
        context = self.network.shape.context
        stride = context // 2
        rows: list[list[int]] = []
        scored: list[int] = []
        counts: list[int] = []
        for request in requests:
            pieces = [END, *self.text.encode(request.args[0])]
            start = len(rows)
            done = 1
            while done < len(pieces):
                end = min(len(pieces), done + (context if done == 1 else stride))
                rows.append(pieces[max(0, end - context - 1) : end])
                scored.append(end - done)
                done = end
            counts.append(len(rows) - start)
        answers = iter(self.score(rows, scored))
        return [sum(next(answers)[0] for _ in range(count)) for count in counts]

    def generate_until(self, requests: list[Instance], disable_tqdm: bool = False) -> list[str]:
        """Refuse: no task of the ladder generates text."""
        raise NotImplementedError("the tasks of the ladder compare likelihoods")


def batches(lengths: Sequence[int], limit: int) -> Iterator[list[int]]:
    """Group rows of similar length, so that a padded batch stays below the limit."""
    order = sorted(range(len(lengths)), key=lambda place: -lengths[place])
    start = 0
    while start < len(order):
        size = max(1, limit // lengths[order[start]])
        yield order[start : start + size]
        start += size


def tail_mask(lengths: list[int], scored: list[int], width: int) -> Tensor:
    """Mark where a target belongs to the scored end of its row."""
    place = torch.arange(1, width)
    ends = torch.tensor(lengths)[:, None]
    starts = ends - torch.tensor(scored)[:, None]
    return (place >= starts) & (place < ends)
