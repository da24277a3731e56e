"""Test tones, what can be measured on them, and files of kinds that people send but we never make."""

from __future__ import annotations

import io
from fractions import Fraction

import av
import numpy as np

from engine.audio import Audio, resample


def tone(seconds=1.0, sample_rate=24_000, hertz=440.0, level=0.5):
    time = np.arange(round(seconds * sample_rate)) / sample_rate
    return Audio((level * np.sin(2 * np.pi * hertz * time)).astype(np.float32), sample_rate)


def loudest_hertz(audio):
    spectrum = np.abs(np.fft.rfft(audio.samples * np.hanning(len(audio.samples))))
    return float(np.argmax(spectrum)) / audio.seconds


def signal_to_noise(reference, actual):
    """dB, over the samples that both have."""
    count = min(len(reference.samples), len(actual.samples))
    noise = reference.samples[:count] - actual.samples[:count]
    return 10 * np.log10(np.sum(reference.samples[:count] ** 2) / (np.sum(noise**2) + 1e-20))


def file(
    container,
    codec,
    sample_format="fltp",
    *,
    audio=None,
    sample_rate=48_000,
    layout="mono",
    bit_rate=None,
    pictures=0,
    **options,
):
    """A media file with the same sound in each channel, and `pictures` frames of black at ten per second."""
    samples = resample(audio or tone(3.0), sample_rate).samples
    channels = np.tile(samples, (av.AudioLayout(layout).nb_channels, 1))
    buffer = io.BytesIO()
    with av.open(buffer, "w", format=container, options=options) as output:
        stream = output.add_stream(codec, rate=sample_rate, layout=layout, format=sample_format)
        if bit_rate:
            stream.bit_rate = bit_rate
        film = output.add_stream("mpeg4", rate=10) if pictures else None
        if film:
            film.width = film.height = 64
            for picture in [np.zeros((64, 64, 3), np.uint8)] * pictures:
                output.mux(film.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
            output.mux(film.encode(None))
        output.mux(stream.encode(_frame(channels, sample_format, layout, sample_rate)))
        output.mux(stream.encode(None))
    return buffer.getvalue()


def _frame(channels, sample_format, layout, sample_rate):
    sample_format = sample_format.removesuffix("p")  # packed, since PyAV miscounts eight planes; encoders unpack
    channels = channels.T.reshape(1, -1)
    if sample_format.startswith("s16"):
        channels = np.rint(channels * 32767).astype(np.int16)
    elif sample_format == "u8":
        channels = np.rint(channels * 127 + 128).astype(np.uint8)
    frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(channels), format=sample_format, layout=layout)
    frame.sample_rate, frame.time_base, frame.pts = sample_rate, Fraction(1, sample_rate), 0
    return frame


def film_without_sound():
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="mp4") as output:
        film = output.add_stream("mpeg4", rate=10)
        film.width = film.height = 64
        for _ in range(10):
            output.mux(film.encode(av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8), format="rgb24")))
        output.mux(film.encode(None))
    return buffer.getvalue()
