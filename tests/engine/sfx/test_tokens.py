"""Prompts as BERT reads them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.errors import CheckpointMismatch
from engine.sfx.tokens import PromptTokenizer
from tests.engine.sfx.tiny import SHARED, tiny_tokenizer

# The part of the published vocabulary that the recorded prompts need.
PIECES = {
    "[PAD]": 0,
    "[UNK]": 100,
    "[CLS]": 101,
    "[SEP]": 102,
    "!": 999,
    "(": 1006,
    ")": 1007,
    ",": 1010,
    "-": 1011,
    ".": 1012,
    "3": 1017,
    ":": 1024,
    "a": 1037,
    "on": 2006,
    "by": 2011,
    "##s": 2015,
    "an": 2019,
    "then": 2059,
    "while": 2096,
    "de": 2139,
    "man": 2158,
    "away": 2185,
    "far": 2521,
    "heavy": 3082,
    "plays": 3248,
    "bass": 3321,
    "pass": 3413,
    "dog": 3899,
    "##ja": 3900,
    "##line": 4179,
    "falls": 4212,
    "roof": 4412,
    "trains": 4499,
    "rain": 4542,
    "bird": 4743,
    "##pe": 5051,
    "cafe": 7668,
    "thunder": 8505,
    "speaks": 8847,
    "tin": 9543,
    "chi": 9610,
    "bark": 11286,
    "ar": 12098,
    "synthesizer": 13564,
    "##gg": 13871,
    "##rp": 14536,
    "##iated": 15070,
    "rumble": 15658,
    "whistling": 24350,
    "vu": 24728,
}


def test_the_recorded_prompts_become_the_recorded_ids() -> None:
    case = SHARED / "parity" / "makeanaudio" / "clap_text_full" / "case.json"
    if not case.is_file():
        pytest.skip(f"no parity cases in {SHARED / 'parity'}")
    examples = json.loads(case.read_text(encoding="utf-8"))["tokenizer_examples"]
    ids, mask = PromptTokenizer(PIECES)(list(examples), 77)
    for row, ones, expected in zip(ids.tolist(), mask.tolist(), examples.values(), strict=True):
        assert row == expected + [0] * (77 - len(expected))
        assert sum(ones) == len(expected)


def test_a_prompt_that_is_too_long_is_cut_before_its_last_token() -> None:
    ids, mask = tiny_tokenizer()(["rain " * 10_000], 77)
    assert ids.shape == mask.shape == (1, 77)
    assert ids[0, 0] == 2
    assert ids[0, -1] == 3


@pytest.mark.parametrize("text", ["", "   ", "\x00\x07\u200b", "ありがとう", ", ,", "[UNK]", "qqqq"])
def test_a_text_without_a_word_of_the_vocabulary_is_not_understood(text: str) -> None:
    assert not tiny_tokenizer().knows(text)


def test_one_word_is_enough_to_be_understood() -> None:
    assert tiny_tokenizer().knows("Ça! RAIN")


def test_a_file_that_is_no_vocabulary_is_refused_with_its_name(tmp_path: Path) -> None:
    (tmp_path / "vocab.txt").write_text("rain\nfalls\n")
    with pytest.raises(CheckpointMismatch, match=r"vocab\.txt"):
        PromptTokenizer(tmp_path / "vocab.txt")
    with pytest.raises(CheckpointMismatch, match="absent"):
        PromptTokenizer(tmp_path / "absent")
