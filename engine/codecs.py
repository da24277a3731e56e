"""Sound as files: the formats that leave the house, and the way in for whatever people send.

Only in memory: FFmpeg never sees a file name or an address (reading: `engine.decoding`).
"""

from __future__ import annotations

import io
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Self

import av
import numpy as np
import numpy.typing as npt
import soxr

from engine.audio import PEAK, Audio, limit_peak, resample
from engine.decoding import decode
from engine.formats import FORMATS, Format

if TYPE_CHECKING:
    from typing_extensions import Buffer

__all__ = ["FORMATS", "Encoder", "Format", "decode", "encode", "transcode"]


def encode(audio: Audio, format: str) -> bytes:
    """A finished mono file; the same audio gives the same bytes. KeyError: no such format.

    ValueError: no samples, which no container can hold. Peaks are limited, never raised.
    """
    return encode_as(audio, FORMATS[format])


def encode_as(audio: Audio, form: Format) -> bytes:
    """As `encode`, in any format."""
    if not len(audio.samples):
        raise ValueError("audio without samples cannot be encoded")
    # Before, because one NaN would spread through the resampler; after, because its filter overshoots.
    audio = limit_peak(resample(limit_peak(audio), form.sample_rate or audio.sample_rate))
    file = io.BytesIO()
    with _Container(file, form, audio.sample_rate) as container:
        container.put(audio.samples)
    return file.getvalue()


def transcode(data: bytes, form: Format) -> bytes:
    """One of our own files in another format: what it decodes to is trusted."""
    return encode_as(decode(data, max_seconds=3600), form)


class Encoder:
    """A file that is written while its sound is made: `encode` each piece, then `finish`. For one thread at a time.

    What it has returned so far can be played. Its header says no length, since nobody knows it yet.
    """

    def __init__(self, form: Format, sample_rate: int) -> None:
        """`sample_rate`: of the pieces, in Hz."""
        self._source_rate, self._rate = sample_rate, form.sample_rate or sample_rate
        self._resampler = soxr.ResampleStream(sample_rate, self._rate, 1, dtype="float32")
        self._sink = _Sink()
        self._container = _Container(self._sink, form, self._rate, streaming=True)
        self._peak = PEAK

    @staticmethod
    def split(piece: Audio, seconds: float) -> tuple[Audio, Audio]:
        """Its beginning and the rest, to be encoded one after the other as if they were one."""
        piece = limit_peak(piece)  # by one factor: two would be heard as a step
        count = round(seconds * piece.sample_rate)
        return replace(piece, samples=piece.samples[:count]), replace(piece, samples=piece.samples[count:])

    def encode(self, piece: Audio) -> bytes:
        """What can be sent now; perhaps nothing yet. ValueError for a piece at another sample rate."""
        if piece.sample_rate != self._source_rate:
            raise ValueError(f"a piece at {piece.sample_rate} Hz among others at {self._source_rate} Hz")
        self._put(limit_peak(piece).samples, last=False)
        return self._sink.taken()

    def finish(self) -> bytes:
        """The rest of the file."""
        self._put(np.zeros(0, np.float32), last=True)
        self._container.close()
        return self._sink.taken()

    def _put(self, samples: npt.NDArray[np.float32], *, last: bool) -> None:
        if self._rate != self._source_rate:
            samples = np.asarray(self._resampler.resample_chunk(samples, last=last), dtype=np.float32)
        if samples.size:
            # One factor for all that is still to come, so that loudness never jumps up again.
            self._peak = max(self._peak, float(np.abs(samples).max()))
            self._container.put(samples / np.float32(self._peak) * np.float32(PEAK))


class _Sink(io.RawIOBase):
    """What FFmpeg writes to when nobody can go back: it holds only what was not taken yet."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, part: Buffer, /) -> int:
        self._parts.append(bytes(part))
        return len(self._parts[-1])

    def taken(self) -> bytes:
        parts, self._parts = self._parts, []
        return b"".join(parts)


class _Container:
    """One mono stream in one file."""

    def __init__(self, file: io.BytesIO | _Sink, form: Format, sample_rate: int, *, streaming: bool = False) -> None:
        # Bit-exact: no random Ogg serial numbers, no encoder versions, a WAV header of the plain 44 bytes.
        options = {"fflags": "+bitexact", **(form.streaming if streaming else {})}
        self._form, self._rate, self._samples = form, sample_rate, 0
        self._file = av.open(file, "w", format=form.container, options=options)
        stream = self._file.add_stream(
            form.codec, rate=sample_rate, layout="mono", format=form.sample_format, options=dict(form.options)
        )
        assert isinstance(stream, av.AudioStream)
        if form.bit_rate:
            stream.bit_rate = form.bit_rate
        self._stream = stream

    def put(self, samples: npt.NDArray[np.float32]) -> None:
        self._file.mux(self._stream.encode(self._frame(samples)))
        self._samples += len(samples)

    def close(self) -> None:
        self._file.mux(self._stream.encode(None))
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _frame(self, samples: npt.NDArray[np.float32]) -> av.AudioFrame:
        as_written: npt.NDArray[np.float32] | npt.NDArray[np.int16] = samples
        if self._form.sample_format == "s16":
            as_written = np.rint(samples * 32768).astype(np.int16)
        frame = av.AudioFrame.from_ndarray(as_written[np.newaxis, :], format=self._form.sample_format, layout="mono")
        frame.sample_rate = self._rate
        frame.time_base = Fraction(1, self._rate)
        frame.pts = self._samples
        return frame
