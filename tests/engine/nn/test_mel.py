"""The shared front end against what defines it: fixed points of both scales, triangles that add up, centred frames."""

from __future__ import annotations

import pytest
import torch

from engine.nn.mel import Scale, hz_of, mel_filters, mel_of, power_spectrum

SCALES: tuple[Scale, ...] = ("htk", "slaney")
FIXED_POINTS: dict[Scale, dict[float, float]] = {
    "htk": {0: 0, 700: 781.17, 1000: 999.99},
    "slaney": {0: 0, 440: 6.6, 1000: 15, 6400: 42},
}


@pytest.mark.parametrize("scale", SCALES)
def test_a_scale_passes_its_fixed_points_in_both_directions(scale: Scale) -> None:
    hz = torch.tensor(list(FIXED_POINTS[scale]), dtype=torch.float64)
    mel = torch.tensor(list(FIXED_POINTS[scale].values()), dtype=torch.float64)
    torch.testing.assert_close(mel_of(hz, scale), mel, atol=0.01, rtol=0)
    torch.testing.assert_close(hz_of(mel_of(hz, scale), scale), hz)


@pytest.mark.parametrize("scale", SCALES)
def test_neighbouring_triangles_add_up_to_one_between_the_outer_centres(scale: Scale) -> None:
    filters = mel_filters(bins=513, top_hz=8000, low_hz=40, high_hz=8000, bands=40, scale=scale, unit_area=False)
    peaks = filters.argmax(dim=0)
    inner = filters[int(peaks[0]) + 1 : int(peaks[-1])]
    torch.testing.assert_close(inner.sum(dim=1), torch.ones(len(inner)))


@pytest.mark.parametrize("scale", SCALES)
def test_triangles_of_unit_area_have_it(scale: Scale) -> None:
    filters = mel_filters(bins=8001, top_hz=8000, low_hz=40, high_hz=8000, bands=40, scale=scale, unit_area=True)
    torch.testing.assert_close(filters.sum(dim=0), torch.ones(40), atol=1e-3, rtol=0)


@pytest.mark.parametrize("window_samples", [512, 300])
def test_frames_are_centred_when_padded_by_half_the_transform(window_samples: int) -> None:
    wave = torch.randn(2, 4000, generator=torch.Generator().manual_seed(1))
    ours = power_spectrum(wave, n_fft=512, hop_samples=128, window_samples=window_samples, pad_samples=256)
    window = torch.hann_window(window_samples)
    centred = torch.stft(wave, 512, 128, window_samples, window, center=True, return_complex=True)
    torch.testing.assert_close(ours, centred.abs().square(), atol=1e-4, rtol=1e-4)
