"""Layers that keep a step's channels side by side give what torch's own give."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from engine.nn import overlap_save
from engine.nn.convolution import Convolution, UpSampling, make_ready, time_major


@pytest.fixture(autouse=True)
def inference():
    with torch.inference_mode():
        yield


def random(*shape: int) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(sum(shape)))


def filled(layer: nn.Module) -> nn.Module:
    for value in layer.parameters():
        value.copy_(random(*value.shape) / max(1, value[0].numel()) ** 0.5)
    return layer


@pytest.mark.parametrize("ready", [False, True])
@pytest.mark.parametrize("steps", [1, 5, 22, 300])
@pytest.mark.parametrize(
    ("channels", "kernel", "dilation"), [(8, 3, 1), (8, 7, 5), (64, 11, 1), (64, 11, 5), (128, 7, 3)]
)
def test_a_convolution_is_torchs_own(channels: int, kernel: int, dilation: int, steps: int, ready: bool) -> None:
    layer, x = filled(Convolution(channels, kernel, dilation, out=24)), random(2, channels, steps)
    padding = (kernel - 1) * dilation // 2
    expected = nn.functional.conv1d(x.double(), layer.weight.double(), layer.bias.double(), 1, padding, dilation)
    if ready:
        make_ready(layer, torch.float32)
    assert torch.allclose(layer(time_major(x)).double(), expected, atol=1e-5)
    assert torch.allclose(layer(x).double(), expected, atol=1e-5)


def test_long_kernels_go_through_fourier_transforms_and_short_ones_do_not() -> None:
    assert overlap_save.pays(Convolution(64, 11))
    assert not overlap_save.pays(Convolution(512, 3))


@pytest.mark.parametrize("ready", [False, True])
@pytest.mark.parametrize(("kernel", "rate", "padding", "extra"), [(8, 4, 2, 0), (6, 3, 2, 1), (11, 5, 3, 0)])
def test_an_up_sampling_is_torchs_own(kernel: int, rate: int, padding: int, extra: int, ready: bool) -> None:
    layer, x = filled(UpSampling(12, 6, kernel, rate, padding, extra)), random(2, 12, 17)
    expected = nn.functional.conv_transpose1d(
        x.double(), layer.weight.double(), layer.bias.double(), rate, padding, extra
    )
    if ready:
        make_ready(layer, torch.float32)
    made = layer(time_major(x))
    assert made.shape[-1] == 17 * rate
    assert torch.allclose(made.double(), expected, atol=1e-5)


@pytest.mark.parametrize("kernel", [3, 11])
def test_a_convolution_in_half_precision_answers_in_it_and_errs_little(kernel: int) -> None:
    layer, x = filled(Convolution(64, kernel)), random(1, 64, 50)
    exact = layer(x)
    make_ready(layer, torch.bfloat16)
    lower = layer(time_major(x))
    assert lower.dtype == torch.bfloat16
    assert 0 < float((lower - exact).abs().max()) < 0.05
