"""A small decoder: RMSNorm, rotary positions, SwiGLU, no biases, tied embeddings."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

HIDDEN_MULTIPLE = 8  # the hidden layer is 8/3 of the width, rounded up to a multiple of this


@dataclass(frozen=True)
class Shape:
    """Everything that decides the number of weights."""

    width: int
    layers: int
    heads: int
    pieces: int
    context: int

    @property
    def hidden(self) -> int:
        """Width of the SwiGLU layer."""
        exact = 8 * self.width / 3
        return int(-(-exact // HIDDEN_MULTIPLE)) * HIDDEN_MULTIPLE

    @property
    def params_no_embed(self) -> int:
        """Weights outside the (tied) embedding."""
        block = 4 * self.width**2 + 3 * self.width * self.hidden + 2 * self.width
        return self.layers * block + self.width

    @property
    def params(self) -> int:
        """All weights; the embedding is shared with the output layer and counted once."""
        return self.params_no_embed + self.pieces * self.width

    def flops_per_token(self) -> int:
        """Training FLOP per token: 6 per weight, and causal attention (forward and backward)."""
        return 6 * self.params + 6 * self.layers * self.width * self.context


class Block(nn.Module):
    """Attention and SwiGLU, each behind a norm and added to the stream."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.heads = shape.heads
        self.attention_norm = nn.RMSNorm(shape.width, eps=1e-6)
        self.qkv = nn.Linear(shape.width, 3 * shape.width, bias=False)
        self.attention_out = nn.Linear(shape.width, shape.width, bias=False)
        self.mlp_norm = nn.RMSNorm(shape.width, eps=1e-6)
        self.gate_up = nn.Linear(shape.width, 2 * shape.hidden, bias=False)
        self.down = nn.Linear(shape.hidden, shape.width, bias=False)

    def forward(self, stream: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
        """Map a batch x position x width stream to the next one."""
        batch, length, width = stream.shape
        qkv = self.qkv(self.attention_norm(stream))
        q, k, v = qkv.view(batch, length, 3, self.heads, width // self.heads).permute(2, 0, 3, 1, 4)
        mixed = F.scaled_dot_product_attention(
            rotate(q, cos, sin), rotate(k, cos, sin), v, is_causal=True
        )
        mixed = mixed.transpose(1, 2).reshape(batch, length, width)
        stream = stream + self.attention_out(mixed)
        gate, up = self.gate_up(self.mlp_norm(stream)).chunk(2, dim=-1)
        return stream + self.down(F.silu(gate) * up)


class Transformer(nn.Module):
    """Token ids to logits."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.embed = nn.Embedding(shape.pieces, shape.width)
        self.blocks = nn.ModuleList(Block(shape) for _ in range(shape.layers))
        self.final_norm = nn.RMSNorm(shape.width, eps=1e-6)
        cos, sin = rotary_tables(shape.width // shape.heads, shape.context)
        self.register_buffer("cos", cos, persistent=False)
        self.register_buffer("sin", sin, persistent=False)

    def initialise(self, seed: int) -> None:
        """Draw all weights: variance 1/fan-in, smaller where a block writes into the stream."""
        generator = torch.Generator().manual_seed(seed)
        writers = {"attention_out.weight", "down.weight"}
        for name, weight in self.named_parameters():
            if weight.dim() < 2:
                continue
            std = weight.shape[1] ** -0.5
            if any(name.endswith(writer) for writer in writers):
                std /= (2 * self.shape.layers) ** 0.5
            with torch.no_grad():
                weight.copy_(torch.randn(weight.shape, generator=generator) * std)

    def forward(self, tokens: Tensor) -> Tensor:
        """Logits of the next token at each position."""
        length = tokens.shape[1]
        cos, sin = self.get_buffer("cos")[:length], self.get_buffer("sin")[:length]
        stream = self.embed(tokens) * self.shape.width**0.5
        for block in self.blocks:
            stream = block(stream, cos, sin)
        return F.linear(self.final_norm(stream), self.embed.weight)


def rotary_tables(head_width: int, context: int) -> tuple[Tensor, Tensor]:
    """Cosines and sines of the angle of each position and each pair of a head's coordinates."""
    rates = 10_000.0 ** -(torch.arange(0, head_width, 2).float() / head_width)
    angles = torch.outer(torch.arange(context).float(), rates)
    return torch.cat([angles.cos()] * 2, dim=-1), torch.cat([angles.sin()] * 2, dim=-1)


def rotate(heads: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """Turn each pair of coordinates by the angle of its position."""
    left, right = heads.chunk(2, dim=-1)
    return heads * cos + torch.cat((-right, left), dim=-1) * sin
