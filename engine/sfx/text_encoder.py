"""Text encoder of CLAP (arXiv 2206.04769, section 3): BERT, uncased, and a projection.

Make-An-Audio (arXiv 2301.12661, section 3.3) conditions its UNet on all projected tokens, padding included: there
BERT gets no attention mask. To score a clip, CLAP masks the padding and takes the first token alone.
B batch, L tokens, H width of BERT, D projected width. Left out: dropout, BERT's pooler.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.nn import functional

from engine.nn import torchaudio_stub
from engine.sfx.config import TextConfig

if TYPE_CHECKING:
    from transformers import BertModel

CONDITION_TOKENS, SCORE_TOKENS = 77, 100


class Projection(nn.Module):
    """From a tower's width to the common one, for text and sound alike."""

    def __init__(self, width: int, projected: int) -> None:
        super().__init__()
        self.linear1 = nn.Linear(width, projected, bias=False)
        self.linear2 = nn.Linear(projected, projected, bias=False)
        self.layer_norm = nn.LayerNorm(projected)

    def forward(self, x: Tensor) -> Tensor:
        """x [..., width] -> [..., D]."""
        first = self.linear1(x)
        y: Tensor = self.layer_norm(first + self.linear2(functional.gelu(first)))
        return y


class TextEncoder(nn.Module):
    def __init__(self, config: TextConfig) -> None:
        super().__init__()
        self.bert = _bert(config)
        self.projection = Projection(config.width, config.projected)

    def forward(self, ids: Tensor, mask: Tensor | None = None) -> Tensor:
        """Token ids int64 [B, L], mask int64 [B, L], 1 on real tokens, or None -> float32 [B, L, D]."""
        positions = torch.arange(ids.shape[1], device=ids.device).unsqueeze(0)
        kinds = torch.zeros_like(ids)
        hidden = self.bert(ids, attention_mask=mask, token_type_ids=kinds, position_ids=positions).last_hidden_state
        projected: Tensor = self.projection(hidden)
        return projected.float()

    def embed(self, ids: Tensor, mask: Tensor) -> Tensor:
        """ids and mask int64 [B, L] -> a direction for each text, float32 [B, D] of length 1."""
        return functional.normalize(self(ids, mask)[:, 0], dim=-1)


def _bert(config: TextConfig) -> BertModel:
    torchaudio_stub.install()
    from transformers import BertConfig, BertModel  # seconds to import: only where a network is loaded

    found = BertModel(
        BertConfig(
            vocab_size=config.vocabulary,
            hidden_size=config.width,
            num_hidden_layers=config.layers,
            num_attention_heads=config.heads,
            intermediate_size=config.inner,
            max_position_embeddings=config.positions,
            type_vocab_size=config.token_types,
            hidden_act="gelu",
            layer_norm_eps=1e-12,
        ),
        add_pooling_layer=False,
    )
    # Constants that no checkpoint holds. `forward` passes its own, and built for loading they have no memory.
    del found.embeddings.position_ids, found.embeddings.token_type_ids
    return found
