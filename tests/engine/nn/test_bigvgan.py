"""A log-mel becomes a waveform, whatever stands around it in a batch."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch.nn import functional

from engine.errors import CheckpointMismatch
from engine.nn.bigvgan import BigVGAN, BigVGANConfig, bigvgan_config, bigvgan_state, vocoded
from engine.nn.checkpoint import load_strictly
from engine.nn.convolution import make_ready
from engine.nn.snake import AntiAliased, low_pass
from tests.parity.recorded import SHARED, Case

TINY = SHARED / "parity" / "seedvc" / "bigvgan_tiny"
CONFIG = BigVGANConfig(
    bands=6,
    channels=16,
    rates=(5, 2),
    kernels=(11, 4),
    block_kernels=(3, 5),
    block_dilations=((1, 3), (1, 2)),
)


@pytest.fixture(autouse=True)
def inference():
    with torch.inference_mode():
        yield


@pytest.fixture
def vocoder():
    return drawn(CONFIG)


def drawn(config):
    network = BigVGAN(config)
    generator = torch.Generator().manual_seed(0)
    for value in network.parameters():
        value.copy_(torch.randn(value.shape, generator=generator) / max(1, value[0].numel()) ** 0.5 * 0.7)
    return network


def random(*shape):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(sum(shape)))


def by_convolution(x, alpha, beta):
    """The activation as the paper draws it: pad, up, snake, pad, down."""
    channels = x.shape[1]
    taps = torch.tensor(low_pass(), dtype=x.dtype).expand(channels, 1, -1)
    padded = functional.pad(x, (5, 5), mode="replicate")
    fast = 2 * functional.conv_transpose1d(padded, taps, stride=2, groups=channels)[..., 15:-15]
    fast = fast + torch.sin(fast * alpha[:, None]) ** 2 / (beta[:, None] + 1e-9)
    return functional.conv1d(functional.pad(fast, (5, 6), mode="replicate"), taps, stride=2, groups=channels)


@pytest.mark.parametrize("logarithmic", [True, False])
@pytest.mark.parametrize("own_beta", [True, False])
@pytest.mark.parametrize("steps", [1, 2, 5, 15, 16, 17, 31, 32, 100, 40_001])
def test_the_activation_in_blocks_is_the_one_by_convolution(steps, own_beta, logarithmic):
    activation, x = AntiAliased(5, own_beta=own_beta, logarithmic=logarithmic), random(2, 5, steps)
    for value in activation.parameters():
        value.copy_(random(5).abs())
    alpha = activation.alpha.exp() if logarithmic else activation.alpha
    beta = getattr(activation, "beta", activation.alpha)
    expected = by_convolution(x.double(), alpha.double(), (beta.exp() if logarithmic else beta).double())
    assert torch.allclose(activation(x).double(), expected, atol=1e-5)


def test_the_low_pass_lets_a_constant_through():
    assert sum(low_pass()) == pytest.approx(1)
    assert low_pass() == low_pass()[::-1]


def test_a_frame_becomes_a_hop_of_samples_between_minus_one_and_one(vocoder):
    wave = vocoder(20 * random(2, 6, 9))
    assert wave.shape == (2, 9 * CONFIG.hop_samples)
    assert float(wave.abs().max()) <= 1


def test_mels_of_mixed_lengths_sound_as_each_alone(vocoder):
    mels = [random(6, frames) for frames in (7, 12, 7, 3)]
    for mel, wave in zip(mels, vocoded(vocoder, mels), strict=True):
        assert torch.allclose(wave, vocoder(mel[None])[0], atol=1e-6)


@pytest.mark.parametrize(("precision", "tolerance"), [(torch.float32, 1e-5), (torch.bfloat16, 0.05)])
def test_a_vocoder_made_ready_says_the_same(precision, tolerance):
    # Wide enough for its longest kernels to go through Fourier transforms.
    config = replace(CONFIG, channels=256, block_kernels=(3, 11))
    published, ready, mel = drawn(config), drawn(config), random(2, 6, 9)
    make_ready(ready, precision)
    assert torch.allclose(ready(mel), published(mel), atol=tolerance)


def test_a_vocoder_made_ready_holds_no_weight_twice():
    network = drawn(replace(CONFIG, channels=256, block_kernels=(3, 11)))
    made = [part for part in network.modules() if hasattr(part, "prepare")]
    make_ready(network, torch.float32)
    prepared = [part for part in made if any(True for _ in part.buffers())]
    assert 0 < len(prepared) < len(made)
    assert all(part.weight.numel() == 0 for part in prepared)


@pytest.mark.skipif(not TINY.is_dir(), reason=f"{TINY} is not there")
def test_a_file_with_its_weight_norm_folded_is_loaded_too():
    case = Case(TINY)
    config, published = bigvgan_config(case.document["config"]), case.checkpoint()["generator"]
    folded = dict(published)
    for key in [key for key in published if key.endswith(".weight_v")]:
        direction, length = folded.pop(key), folded.pop(key.replace("_v", "_g"))
        norm = torch.linalg.vector_norm(direction, dim=(1, 2), keepdim=True)
        folded[key.removesuffix("_v")] = direction * (length / norm)
    waves = []
    for state in (published, folded):
        network = BigVGAN(config)
        load_strictly(network, bigvgan_state(state, config))
        waves.append(network(case.tensors["in.a.mel"]))
    assert torch.equal(*waves)


def test_a_config_for_another_kind_of_block_is_refused():
    with pytest.raises(CheckpointMismatch, match="blocks of kind 2"):
        bigvgan_config({"resblock": "2"})


def test_a_config_without_a_needed_entry_is_refused():
    with pytest.raises(CheckpointMismatch, match="num_mels"):
        bigvgan_config({"resblock": "1"})
