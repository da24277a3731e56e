"""Opus packets for a live line, as an independent decoder hears them."""

from __future__ import annotations

import av
import numpy as np
import pytest

from engine.audio import Audio
from engine.packets import PACKET_SAMPLES, SAMPLE_RATE, Packets
from tests.house import tone


def decoded(packets: list[bytes]) -> np.ndarray:
    decoder = av.CodecContext.create("opus", "r")
    decoder.sample_rate, decoder.layout = SAMPLE_RATE, "stereo"
    frames = [frame.to_ndarray() for packet in packets for frame in decoder.decode(av.Packet(packet))]
    assert all(frame.shape == (2, PACKET_SAMPLES) for frame in frames)
    return np.concatenate(frames, axis=1)


@pytest.mark.parametrize("pieces", [(0.3, 0.3, 0.4), (1.0,), (0.001,) * 5, (0.0123, 0.9877)])
def test_pieces_become_packets_of_20_ms_without_a_seam(pieces: tuple[float, ...]) -> None:
    whole = tone(440, sum(pieces)).samples
    made, packets, start = Packets(24_000), [], 0
    for seconds in pieces:
        end = start + round(24_000 * seconds)
        packets += made.encode(Audio(whole[start:end], 24_000))
        start = end
    packets += made.finish()
    assert len(packets) == pytest.approx(sum(pieces) / 0.02, abs=2)
    heard = decoded(packets)
    assert np.allclose(heard[0], heard[1], atol=0.01)
    if sum(pieces) >= 1:
        spectrum = np.abs(np.fft.rfft(heard[0] * np.hanning(heard.shape[1])))
        assert np.argmax(spectrum) * SAMPLE_RATE / heard.shape[1] == pytest.approx(440, abs=2)
        assert spectrum[np.abs(np.arange(len(spectrum)) - np.argmax(spectrum)) > 40].max() < spectrum.max() / 100


def test_what_is_too_loud_is_brought_down_and_what_is_no_number_is_silence() -> None:
    samples = np.full(4800, 3.0, np.float32)
    samples[100] = np.nan
    made = Packets(48_000)
    heard = decoded([*made.encode(Audio(samples, 48_000)), *made.finish()])
    assert np.isfinite(heard).all()
    assert np.abs(heard).max() < 1.2
