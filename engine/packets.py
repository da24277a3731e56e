"""Sound for a live line: Opus packets of 20 ms, one by one, without a container around them."""

from __future__ import annotations

from fractions import Fraction

import av
import numpy as np
import numpy.typing as npt
import soxr

from engine.audio import Audio, limit_peak

SAMPLE_RATE = 48_000
PACKET_SAMPLES = 960  # 20 ms
CHANNELS = 2  # what voice channels carry; both say the same
BIT_RATE = 64_000


class Packets:
    """`encode` each piece, then `finish`. Stereo at 48 kHz. For one thread at a time."""

    def __init__(self, sample_rate: int) -> None:
        """`sample_rate`: of the pieces, in Hz."""
        self._resampler = soxr.ResampleStream(sample_rate, SAMPLE_RATE, 1, dtype="float32")
        self._left = np.zeros(0, np.float32)
        self._encoder = av.CodecContext.create("libopus", "w")
        self._encoder.sample_rate = SAMPLE_RATE
        self._encoder.layout = "stereo"
        self._encoder.format = "flt"
        self._encoder.bit_rate = BIT_RATE
        self._encoder.time_base = Fraction(1, SAMPLE_RATE)
        self._encoder.options = {"application": "audio", "frame_duration": "20", "compression_level": "5"}
        self._samples = 0

    def encode(self, piece: Audio) -> list[bytes]:
        """What can be sent now; perhaps nothing yet."""
        return self._packets(limit_peak(piece).samples, last=False)

    def finish(self) -> list[bytes]:
        """The rest, the last packet filled up with silence."""
        packets = self._packets(np.zeros(0, np.float32), last=True)
        return packets + [bytes(packet) for packet in self._encoder.encode(None)]

    def _packets(self, samples: npt.NDArray[np.float32], *, last: bool) -> list[bytes]:
        resampled = np.asarray(self._resampler.resample_chunk(samples, last=last), dtype=np.float32)
        waiting = np.concatenate([self._left, resampled])
        if last:
            waiting = np.pad(waiting, (0, -len(waiting) % PACKET_SAMPLES))
        whole = len(waiting) - len(waiting) % PACKET_SAMPLES
        self._left = waiting[whole:]
        return [
            bytes(packet)
            for start in range(0, whole, PACKET_SAMPLES)
            for packet in self._encoder.encode(self._frame(waiting[start : start + PACKET_SAMPLES]))
        ]

    def _frame(self, samples: npt.NDArray[np.float32]) -> av.AudioFrame:
        interleaved = np.repeat(np.clip(samples, -1, 1), CHANNELS)[np.newaxis, :]
        frame = av.AudioFrame.from_ndarray(interleaved, format="flt", layout="stereo")
        frame.sample_rate = SAMPLE_RATE
        frame.time_base = Fraction(1, SAMPLE_RATE)
        frame.pts = self._samples
        self._samples += len(samples)
        return frame
