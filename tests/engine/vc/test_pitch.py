"""From salience to hertz, and where a converted melody goes."""

from __future__ import annotations

import pytest
import torch

from engine.vc.length_regulator import pitch_bins
from engine.vc.pitch import MARGIN_FRAMES, PIECE_FRAMES, RMVPE, hertz_of, salience_of
from engine.vc.pitch_shift import shifted
from tests.engine.vc.tiny import drawn


def salience_around(bin_number, strength=0.9):
    bins = torch.arange(360)
    return strength * torch.exp(-((bins - bin_number) ** 2) / 4.0)


def test_a_frame_with_one_clear_bin_has_its_pitch():
    concert_pitch = (1200 * torch.log2(torch.tensor(440 / 10)) - 1997.3794084376191) / 20
    assert hertz_of(salience_around(concert_pitch)[None]).item() == pytest.approx(440, rel=1e-3)


def test_a_frame_without_a_clear_bin_is_unvoiced():
    frames = torch.stack([torch.zeros(360), salience_around(100, strength=0.02)])
    assert hertz_of(frames).tolist() == [0, 0]


def test_pitch_at_either_end_of_the_scale_is_found():
    found = hertz_of(torch.stack([salience_around(0), salience_around(359)]))
    assert 31 < found[0] < 34
    assert 1950 < found[1] < 2010


def test_pitches_above_the_highest_bin_are_quantised_as_the_weights_were_trained():
    assert pitch_bins(torch.tensor([0.0, 49, 50, 1099, 1200]).double(), 256).tolist() == [1, 1, 1, 255, 0]


@pytest.mark.slow
def test_a_long_recording_is_heard_piece_by_piece_as_if_it_were_heard_whole():
    """On one grid: pieces that begin between two pooled frames would differ in every frame."""
    network, mel = drawn(RMVPE()), torch.randn(1, 128, 301, generator=torch.Generator().manual_seed(1))
    with torch.inference_mode():
        whole, pieces, off_grid = (salience_of(network, mel, *cut) for cut in ((301, 0), (128, 128), (128, 123)))
    assert pieces.shape == whole.shape
    away, off = (float((found - whole).square().mean().sqrt() / whole.std()) for found in (pieces, off_grid))
    assert away < 0.1 < 0.5 < off
    assert PIECE_FRAMES % 32 == MARGIN_FRAMES % 32 == 0


def melody(*hertz):
    return torch.tensor(hertz, dtype=torch.float64)


def test_the_median_of_the_source_goes_where_the_median_of_the_target_is():
    moved = shifted(melody(100, 0, 110, 120), melody(0, 220, 200, 240, 0), auto=True, semitones=0)
    assert moved[[0, 2, 3]].tolist() == pytest.approx([200, 220, 240], rel=1e-5)
    assert moved[1] < 1e-4


def test_semitones_move_voiced_frames_only():
    moved = shifted(melody(100, 0), melody(300), auto=False, semitones=12)
    assert moved.tolist() == pytest.approx([200, 1e-5], rel=1e-5)


@pytest.mark.parametrize("source", [melody(0, 0), melody(100, 0)])
@pytest.mark.parametrize("target", [melody(0, 0), melody()])
def test_a_recording_without_a_voiced_frame_leaves_the_pitch_where_it_is(source, target):
    moved = shifted(source, target, auto=True, semitones=0)
    assert torch.allclose(moved, source, atol=1e-4)
