"""Conversions from one recording to another, in pieces and in batches, with networks of drawn weights."""

from __future__ import annotations

import numpy as np
import pytest

from engine.audio import Audio
from engine.errors import InvalidInput, JobCancelled
from engine.vc.chunks import OVERLAP_FRAMES, context_frames, spans
from engine.vc.converter import Conversion
from tests.engine.vc.tiny import HOP_SAMPLES, SAMPLE_RATE, SINGING, TinyEncoder, speech, tiny_converter, tiny_network

TARGET = speech(4.0, hertz=210, seed=1)
LONG_SECONDS = 60.0  # three pieces


@pytest.fixture(scope="module")
def network():
    return tiny_network()


def conversion(source, *, reference=TARGET, seed=3, steps=2, **options):
    return Conversion(source=source, reference=reference, seed=seed, steps=steps, **options)


def convert(network, *conversions, **options):
    return tiny_converter(network, **options).convert(conversions)


def test_the_words_keep_their_time(network):
    (clip,) = convert(network, conversion(speech(3.01)))
    assert clip.sample_rate == SAMPLE_RATE
    assert len(clip.samples) == int(3.01 * SAMPLE_RATE) // HOP_SAMPLES * HOP_SAMPLES


def test_a_clip_can_be_stretched(network):
    (clip,) = convert(network, conversion(speech(4.0), length_adjust=1.5))
    assert clip.seconds == 6.0


def test_the_same_seed_gives_the_same_clip_and_another_seed_another(network):
    first, again, other = convert(network, *(conversion(speech(2.0), seed=seed) for seed in (1, 1, 2)))
    assert np.array_equal(first.samples, again.samples)
    assert not np.allclose(first.samples, other.samples, atol=1e-3)


def test_a_batch_of_mixed_conversions_gives_what_each_gives_alone(network):
    wanted = [
        conversion(speech(LONG_SECONDS), seed=1),
        conversion(speech(2.0, hertz=90), seed=2, reference=speech(7.0, seed=5)),
        conversion(speech(3.0), seed=3, steps=3),
        conversion(speech(5.0), seed=4, guidance=0.0),
    ]
    for each, together in zip(wanted, convert(network, *wanted, pieces_at_once=3), strict=True):
        (alone,) = convert(network, each)
        assert np.abs(together.samples - alone.samples).max() < 1e-4


def joins(frames, prompt_frames):
    longest = context_frames(tiny_network().config.mel) - prompt_frames
    return [start for start, _ in spans(frames, longest)][1:]


def test_no_seam_is_heard_where_pieces_meet(network):
    """Energy in windows of 20 ms around each join stays within what it is elsewhere; no sample jumps further."""
    (clip,) = convert(network, conversion(speech(LONG_SECONDS), steps=4))
    window = SAMPLE_RATE // 50
    level = 10 * np.log10(
        np.square(clip.samples[: len(clip.samples) // window * window].reshape(-1, window)).mean(axis=1)
    )
    jumps = np.abs(np.diff(clip.samples))
    found = joins(len(clip.samples) // HOP_SAMPLES, 4 * 16)
    assert len(found) == 2
    for frame in found:
        start, end = frame * HOP_SAMPLES, (frame + OVERLAP_FRAMES) * HOP_SAMPLES
        inside = level[start // window - 2 : end // window + 2]
        assert np.percentile(level, 0.5) - 1 < inside.min()
        assert inside.max() < np.percentile(level, 99.5) + 1
        assert abs(np.median(inside) - np.median(level)) < 1.5
        assert jumps[start - 2 : end + 2].max() <= np.percentile(jumps, 99.99) * 1.1


def test_progress_is_told_for_each_step_of_each_piece(network):
    told = []
    convert(network, conversion(speech(LONG_SECONDS), steps=2, on_step=told.append))
    assert told == pytest.approx([0, 1 / 6, 2 / 6, 3 / 6, 4 / 6, 5 / 6, 1])


def cancelling_after(steps):
    told = []

    def on_step(fraction):
        told.append(fraction)
        if len(told) > steps:
            raise JobCancelled

    return on_step, told


def test_a_cancelled_conversion_stops_at_its_next_step(network):
    on_step, told = cancelling_after(2)
    (result,) = convert(network, conversion(speech(LONG_SECONDS), steps=5, on_step=on_step))
    assert isinstance(result, JobCancelled)
    assert len(told) == 3


def test_a_cancelled_conversion_does_not_harm_the_one_beside_it(network):
    on_step, _ = cancelling_after(1)
    kept = conversion(speech(2.0))
    result, clip = convert(network, conversion(speech(2.5), on_step=on_step), kept, pieces_at_once=2)
    assert isinstance(result, JobCancelled)
    (alone,) = convert(network, kept)
    assert np.abs(clip.samples - alone.samples).max() < 1e-4


def test_a_voice_is_listened_to_once(network, tmp_path):
    encoder = TinyEncoder()
    convert(network, conversion(speech(2.0)), conversion(speech(3.0)), folder=tmp_path, encoder=encoder)
    assert encoder.windows == 3


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        (speech(0.3), "The clip lasts 0.3 seconds and at least 0.5 are needed."),
        (Audio(np.zeros(48_000, np.float32), 16_000), "The clip is silent. Use a recording in which somebody speaks."),
    ],
)
def test_a_source_without_speech_is_refused_with_a_sentence_and_spares_the_others(network, source, sentence):
    refused, clip = convert(network, conversion(source), conversion(speech(2.0)))
    assert isinstance(refused, InvalidInput)
    assert sentence in refused.message
    assert clip.seconds == 2.0


@pytest.mark.parametrize("shortest", [0.5, 0.6])
def test_the_shortest_source_is_converted(network, shortest):
    (clip,) = convert(network, conversion(speech(shortest), length_adjust=0.5))
    assert len(clip.samples) == int(shortest * 16 * 0.5) * HOP_SAMPLES


@pytest.mark.slow
def test_an_unvoiced_source_is_sung_without_a_number_that_is_none():
    rustling = Audio((0.05 * np.random.default_rng(0).standard_normal(32_000)).astype(np.float32), 16_000)
    (clip,) = convert(tiny_network(SINGING), conversion(rustling, auto_pitch=True, semitones=-3))
    assert np.isfinite(clip.samples).all()
    assert clip.seconds == 2.0
