"""A prompt as BERT reads it: lower-case word pieces between [CLS] and [SEP], padded to a fixed number."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import torch
from tokenizers import Encoding
from tokenizers.implementations.bert_wordpiece import BertWordPieceTokenizer
from torch import Tensor

from engine.errors import CheckpointMismatch

UNKNOWN = "[UNK]"


class Tokens(NamedTuple):
    ids: Tensor  # int64 [B, L]
    mask: Tensor  # int64 [B, L], 1 on real tokens


class PromptTokenizer:
    """Texts of any length and script; what the vocabulary lacks becomes [UNK], what is too long is cut."""

    def __init__(self, vocabulary: Path | dict[str, int]) -> None:
        self._words = dict(vocabulary) if isinstance(vocabulary, dict) else _read(vocabulary)
        self._tokenizer = BertWordPieceTokenizer(self._words, lowercase=True, strip_accents=True)

    def __call__(self, texts: Sequence[str], length: int) -> Tokens:
        """`length` counts both special tokens."""
        first, last = self._words["[CLS]"], self._words["[SEP]"]
        rows = [[first, *self._pieces(text).ids[: length - 2], last] for text in texts]
        padding = self._words["[PAD]"]
        ids = torch.tensor([row + [padding] * (length - len(row)) for row in rows])
        return Tokens(ids, torch.tensor([[1] * len(row) + [0] * (length - len(row)) for row in rows]))

    def _pieces(self, text: str) -> Encoding:
        # Truncation and padding are a tokenizer's own state there, not an argument: they are done here.
        return self._tokenizer.encode(text, add_special_tokens=False)

    def knows(self, text: str) -> bool:
        """Whether the vocabulary has any word of it."""
        return any(piece != UNKNOWN and any(map(str.isalnum, piece)) for piece in self._pieces(text).tokens)


def _read(path: Path) -> dict[str, int]:
    try:
        words = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise CheckpointMismatch(
            f"{path} is missing or no vocabulary. Fetch it again: bernie models pull sfx"
        ) from error
    found = {word: index for index, word in enumerate(words)}
    if missing := {"[PAD]", "[UNK]", "[CLS]", "[SEP]"} - set(found):
        raise CheckpointMismatch(f"{path} is no vocabulary of BERT: it lacks {', '.join(sorted(missing))}.")
    return found
