"""PL-BERT (arXiv 2301.08810), the phoneme language model of StyleTTS 2: ALBERT, one layer used over and over.

B batch, T tokens, E hidden size (768). Left out: the pooler and the masked-language heads, which only train.
Token types are all 0; GELU is the tanh form; norms come after each half.
"""

from __future__ import annotations

from torch import Tensor, nn

from engine.nn.padding import Mask
from engine.tts.config import PLBertConfig

EMBEDDING_WIDTH = 128
EPS = 1e-12


class Attention(nn.Module):
    """Self-attention over all real tokens, and the norm after it."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.query, self.key, self.value, self.dense = (nn.Linear(width, width) for _ in range(4))
        self.norm = nn.LayerNorm(width, eps=EPS)

    def forward(self, x: Tensor, keys: Mask) -> Tensor:
        """x [B, T, E], keys bool [B, 1, 1, T] (True: real) -> [B, T, E]."""
        q, k, v = (
            layer(x).unflatten(-1, (self.heads, -1)).transpose(1, 2) for layer in (self.query, self.key, self.value)
        )
        mixed = nn.functional.scaled_dot_product_attention(q, k, v, attn_mask=keys)
        y: Tensor = self.norm(x + self.dense(mixed.transpose(1, 2).flatten(-2)))
        return y


class Layer(nn.Module):
    """Attention, then a feed-forward half."""

    def __init__(self, config: PLBertConfig) -> None:
        super().__init__()
        self.attention = Attention(config.width, config.heads)
        self.ffn = nn.Linear(config.width, config.feed_forward)
        self.ffn_output = nn.Linear(config.feed_forward, config.width)
        self.norm = nn.LayerNorm(config.width, eps=EPS)

    def forward(self, x: Tensor, keys: Mask) -> Tensor:
        """x [B, T, E] -> [B, T, E]."""
        x = self.attention(x, keys)
        y: Tensor = self.norm(x + self.ffn_output(nn.functional.gelu(self.ffn(x), approximate="tanh")))
        return y


class PLBert(nn.Module):
    """Phoneme tokens to contextual features."""

    def __init__(self, config: PLBertConfig) -> None:
        super().__init__()
        self.repeats = config.layers
        self.words = nn.Embedding(config.symbols, EMBEDDING_WIDTH)
        self.positions = nn.Embedding(config.positions, EMBEDDING_WIDTH)
        self.token_types = nn.Embedding(2, EMBEDDING_WIDTH)
        self.norm = nn.LayerNorm(EMBEDDING_WIDTH, eps=EPS)
        self.widen = nn.Linear(EMBEDDING_WIDTH, config.width)
        self.layer = Layer(config)

    def forward(self, tokens: Tensor, mask: Mask) -> Tensor:
        """tokens int64 [B, T], T at most `positions`; mask of T -> last hidden state [B, T, E]."""
        keys = None if mask is None else (mask > 0).unsqueeze(1)
        places = self.positions.weight[: tokens.shape[1]]
        x: Tensor = self.widen(self.norm(self.words(tokens) + places + self.token_types.weight[0]))
        for _ in range(self.repeats):
            x = self.layer(x, keys)
        return x
