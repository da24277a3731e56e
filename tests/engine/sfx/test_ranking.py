"""CLAP as it is published, and the order it gives to candidates."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import pytest
import torch

from engine.sfx.clap_audio import resampled
from engine.sfx.network import ranking
from engine.sfx.ranking import LEAST_SAMPLES, repeated
from engine.sfx.text_encoder import TextEncoder
from tests.engine.sfx.tiny import CLAP, TEXT, drawn, tiny_ranking, tiny_tokenizer


@pytest.fixture(autouse=True)
def inference() -> Iterator[None]:
    with torch.inference_mode():
        yield


def published(text: TextEncoder, *, constants: bool) -> dict[str, Any]:
    """A file of CLAP with tiny widths."""
    model: dict[str, Any] = {"logit_scale": torch.tensor(2.5)}
    for key, value in text.state_dict().items():
        model[f"caption_encoder.{key.replace('bert.', 'base.', 1)}"] = value.clone()
    norms = {"bn0": 64}
    base = "audio_encoder.base."
    for index, (inputs, outputs) in enumerate(CLAP.pairs(), start=1):
        for number, width in ((1, inputs), (2, outputs)):
            model[f"{base}conv_block{index}.conv{number}.weight"] = torch.randn(outputs, width, 3, 3) / width
            norms[f"conv_block{index}.bn{number}"] = outputs
    for name, width in norms.items():
        model |= {f"{base}{name}.{each}": torch.ones(width) for each in ("weight", "running_mean", "running_var")}
        model |= {f"{base}{name}.bias": torch.zeros(width), f"{base}{name}.num_batches_tracked": torch.tensor(7)}
    width, projected = CLAP.widths[-1], CLAP.projected
    linear = {"base.fc1.weight": (width, width), "base.fc1.bias": (width,), "base.fc_audioset.bias": (527,)}
    linear |= {"projection.linear1.weight": (projected, width), "projection.linear2.weight": (projected, projected)}
    linear |= {"projection.layer_norm.weight": (projected,), "projection.layer_norm.bias": (projected,)}
    if constants:
        linear |= {"base.spectrogram_extractor.stft.conv_real.weight": (513, 1, 1024)}
        linear |= {"base.logmel_extractor.melW": (513, 64)}
    return model | {f"audio_encoder.{key}": torch.randn(shape) for key, shape in linear.items()}


@pytest.mark.parametrize("constants", [True, False], ids=["with constants", "without"])
def test_the_file_is_read_with_and_without_the_constants_of_its_front_end(constants: bool) -> None:
    clap = ranking(
        published(drawn(TextEncoder(TEXT)), constants=constants), tokenizer=tiny_tokenizer(), text=TEXT, audio=CLAP
    )
    scores = clap.scores("rain", 0.1 * torch.randn(2, 16_000))
    assert scores.shape == (2,)
    assert (scores.abs() <= 1).all()


def test_the_text_encoder_is_shared_only_where_it_is_the_same() -> None:
    text = drawn(TextEncoder(TEXT))
    same = ranking(published(text, constants=False), condition=text, text=TEXT, audio=CLAP)
    other = ranking(published(drawn(TextEncoder(TEXT), seed=1), constants=False), condition=text, text=TEXT, audio=CLAP)
    assert same.text is text
    assert other.text is not text


def test_a_score_is_the_same_each_time_and_hears_the_end_of_a_long_clip() -> None:
    clap, wave = tiny_ranking(), 0.1 * torch.randn(1, 8 * 16_000)
    changed = wave.clone()
    changed[:, -32_000:] = 0
    assert torch.equal(clap.scores("rain", wave), clap.scores("rain", wave))
    assert not torch.equal(clap.scores("rain", wave), clap.scores("rain", changed))


def test_a_short_clip_is_repeated_and_a_long_one_kept_whole() -> None:
    short = torch.arange(10.0)[None]
    assert torch.equal(repeated(short)[0, :20], torch.cat([short, short], dim=1)[0])
    assert repeated(short).shape == (1, LEAST_SAMPLES)
    assert repeated(torch.zeros(1, LEAST_SAMPLES + 1)).shape == (1, LEAST_SAMPLES + 1)


def test_a_tone_keeps_its_pitch_and_level_when_it_is_resampled() -> None:
    seconds = torch.arange(16_000) / 16_000
    tone = torch.sin(2 * math.pi * 1000 * seconds)[None]
    found = resampled(tone)
    expected = torch.sin(2 * math.pi * 1000 * torch.arange(44_100) / 44_100)
    assert found.shape == (1, 44_100)
    assert (found[0, 200:-200] - expected[200:-200]).abs().max() < 2e-3
