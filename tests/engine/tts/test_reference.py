"""What of a voice sample the style encoders get to read."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from engine.errors import InvalidInput
from engine.tts.config import SAMPLE_RATE
from engine.tts.reference import loud_span, mel_of_reference


def tone(seconds: float) -> Tensor:
    return 0.5 * torch.sin(torch.arange(int(seconds * SAMPLE_RATE)) * 0.05)


def test_silence_at_both_ends_is_left_out_to_a_frame() -> None:
    silence = torch.zeros(SAMPLE_RATE)
    start, end = loud_span(torch.cat([silence, tone(1.5), silence]))
    assert abs(start - SAMPLE_RATE) <= 2048
    assert abs(end - 2.5 * SAMPLE_RATE) <= 2048


@pytest.mark.parametrize("wave", [torch.zeros(0), torch.zeros(48_000), tone(0.5), tone(0.79)])
def test_a_sample_with_too_little_sound_is_refused_in_a_sentence(wave: Tensor) -> None:
    with pytest.raises(InvalidInput, match=r"at least 0\.8 are needed\. Use a longer recording\."):
        mel_of_reference(wave)


def test_a_sample_of_eight_tenths_of_a_second_is_enough() -> None:
    assert mel_of_reference(tone(0.8)).shape == (1, 80, 65)
