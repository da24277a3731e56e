"""What is said, as Whisper's encoder hears it."""

from __future__ import annotations

import sys

import pytest
import torch

from engine.nn import torchaudio_stub
from engine.vc.content import content_of, log_mels, windows
from engine.vc.weights import content_encoder
from tests.engine.vc.tiny import TinyEncoder


@pytest.fixture(scope="module")
def transformers():
    torchaudio_stub.install()
    return pytest.importorskip("transformers")


def noise(samples, seed=0):
    return 0.1 * torch.randn(samples, generator=torch.Generator().manual_seed(seed))


def test_windows_heard_together_answer_as_if_heard_one_by_one():
    wave = noise(1_290_000)
    together, one_by_one = (content_of(TinyEncoder(), wave, at_once=at_once) for at_once in (8, 1))
    assert len(together) == 1_290_000 // 320 + 1  # whisper frames, as many as one window would have
    assert torch.allclose(together, one_by_one, atol=1e-6)


def test_a_window_after_the_first_is_heard_with_five_seconds_of_the_past():
    assert [(each.start, each.end, each.skip) for each in windows(500_000)] == [
        (0, 480_000, 0),
        (400_000, 500_000, 250),
    ]


@pytest.mark.slow
def test_the_log_mel_is_whispers_own(transformers):
    waves = [noise(48_000), torch.zeros(16_000), noise(480_000, seed=2)]
    extractor = transformers.WhisperFeatureExtractor()
    expected = extractor([wave.numpy() for wave in waves], sampling_rate=16_000, return_tensors="pt").input_features
    assert torch.allclose(log_mels(waves), expected, atol=2e-5)


@pytest.mark.slow
def test_the_encoder_is_loaded_from_what_transformers_publishes(transformers, tmp_path):
    config = transformers.WhisperConfig(
        d_model=16, encoder_layers=2, decoder_layers=1, encoder_attention_heads=2, decoder_attention_heads=2,
        encoder_ffn_dim=32, decoder_ffn_dim=32, vocab_size=64, pad_token_id=0,
    )  # fmt: skip
    whole = transformers.WhisperForConditionalGeneration(config).eval()
    whole.save_pretrained(tmp_path)
    features = log_mels([noise(80_000)])
    with torch.inference_mode():
        expected = whole.model.encoder(features).last_hidden_state[0, :251]
        assert torch.allclose(content_of(content_encoder(tmp_path), noise(80_000)), expected, atol=1e-5)


@pytest.mark.slow
def test_transformers_can_be_imported_beside_a_torchaudio_that_cannot(transformers):
    if torch.version.cuda is not None:
        pytest.skip("torchaudio works with this build of torch")
    from torchaudio.functional import resample

    assert sys.modules["torchaudio._extension"]._IS_TORCHAUDIO_EXT_AVAILABLE is False
    assert resample(noise(22_050), 22_050, 16_000).shape == (16_000,)
