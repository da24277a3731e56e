"""BigVGAN v2 generator (arXiv 2206.04658, section 3): a log-mel becomes a waveform.

B batch, M mel bands, F frames, C channels of the first stage, L = F x hop samples. Each stage multiplies the rate,
halves the channels and takes the mean of residual blocks of several kernels. Left out: everything of the training.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import torch
from torch import Tensor, nn

from engine.errors import CheckpointMismatch
from engine.nn.checkpoint import Rename, State, plain
from engine.nn.convolution import Convolution, UpSampling, time_major
from engine.nn.snake import AntiAliased


@dataclass(frozen=True, slots=True, kw_only=True)
class BigVGANConfig:
    bands: int
    channels: int
    rates: tuple[int, ...]
    kernels: tuple[int, ...]
    block_kernels: tuple[int, ...]
    block_dilations: tuple[tuple[int, ...], ...]
    own_beta: bool = True
    logarithmic: bool = True
    final_tanh: bool = True
    final_bias: bool = True

    @property
    def hop_samples(self) -> int:
        return math.prod(self.rates)


def bigvgan_config(document: Mapping[str, Any]) -> BigVGANConfig:
    """From the config.json or args.yml published beside the weights. Flags that it lacks are on."""
    try:
        if (kind := str(document["resblock"])) != "1":
            raise CheckpointMismatch(f"The vocoder's config asks for residual blocks of kind {kind}; only 1 exists.")
        return BigVGANConfig(
            bands=document["num_mels"],
            channels=document["upsample_initial_channel"],
            rates=tuple(document["upsample_rates"]),
            kernels=tuple(document["upsample_kernel_sizes"]),
            block_kernels=tuple(document["resblock_kernel_sizes"]),
            block_dilations=tuple(tuple(each) for each in document["resblock_dilation_sizes"]),
            own_beta=document["activation"] == "snakebeta",
            logarithmic=document["snake_logscale"],
            final_tanh=document.get("use_tanh_at_final", True),
            final_bias=document.get("use_bias_at_final", True),
        )
    except KeyError as missing:
        raise CheckpointMismatch(f"The vocoder's config has no {missing}. Use the one published with it.") from missing


class ResidualBlock(nn.Module):
    """For each dilation a dilated convolution and a plain one, each behind an activation."""

    def __init__(self, channels: int, kernel: int, dilations: Sequence[int], config: BigVGANConfig) -> None:
        super().__init__()
        self.activations = nn.ModuleList(_activation(channels, config) for _ in range(2 * len(dilations)))
        self.dilated = nn.ModuleList(Convolution(channels, kernel, dilation) for dilation in dilations)
        self.plain = nn.ModuleList(Convolution(channels, kernel) for _ in dilations)

    def forward(self, x: Tensor) -> Tensor:
        """x float32 [B, C, T] -> [B, C, T]."""
        before, after = self.activations[::2], self.activations[1::2]
        for a, dilated, b, plain_conv in zip(before, self.dilated, after, self.plain, strict=True):
            precision = dilated.weight.dtype
            y = plain_conv(b(dilated(a(x, precision)), precision))
            x = y.add_(x) if y.dtype == x.dtype else x + y  # the sum is float32
        return x


class Stage(nn.Module):
    """Up-sampling, then the mean of the residual blocks."""

    def __init__(self, config: BigVGANConfig, index: int) -> None:
        super().__init__()
        rate, kernel, channels = config.rates[index], config.kernels[index], config.channels // 2 ** (index + 1)
        self.up = UpSampling(2 * channels, channels, kernel, rate, (kernel - rate) // 2)
        self.blocks = nn.ModuleList(
            ResidualBlock(channels, width, dilations, config)
            for width, dilations in zip(config.block_kernels, config.block_dilations, strict=True)
        )

    def forward(self, x: Tensor) -> Tensor:
        """x [B, 2C, T] -> float32 [B, C, rate x T]."""
        x = self.up(x).float()
        total: Tensor = self.blocks[0](x)
        for block in self.blocks[1:]:
            total = total.add_(block(x))
        return total.div_(len(self.blocks))


class BigVGAN(nn.Module):
    """Runs as it is loaded; faster, and in half precision, after `engine.nn.convolution.make_ready`."""

    def __init__(self, config: BigVGANConfig) -> None:
        super().__init__()
        self.config = config
        last = config.channels // 2 ** len(config.rates)
        self.conv_pre = Convolution(config.bands, 7, out=config.channels)
        self.stages = nn.ModuleList(Stage(config, i) for i in range(len(config.rates)))
        self.activation_post = _activation(last, config)
        self.conv_post = nn.Conv1d(last, 1, 7, padding=3, bias=config.final_bias)

    def forward(self, mel: Tensor) -> Tensor:
        """mel [B, M, F], log amplitude as the config's owner defines it -> float32 [B, L] in [-1, 1]."""
        x = self.conv_pre(time_major(mel))
        for stage in self.stages:
            x = stage(x)
        x = self.conv_post(self.activation_post(x)).squeeze(1)
        return torch.tanh(x) if self.config.final_tanh else x.clamp(-1, 1)


def vocoded(vocoder: BigVGAN, mels: Sequence[Tensor]) -> list[Tensor]:
    """mels [M, F_i] -> waves [F_i x hop]. Equally long ones share a batch: the filters repeat each item's own end,
    which no padding imitates.
    """
    waves: dict[int, Tensor] = {}
    order = sorted(range(len(mels)), key=lambda i: mels[i].shape[-1])
    for _, equal in groupby(order, key=lambda i: mels[i].shape[-1]):
        indices = list(equal)
        waves |= zip(indices, vocoder(torch.stack([mels[i] for i in indices])), strict=True)
    return [waves[i] for i in range(len(mels))]


def _activation(channels: int, config: BigVGANConfig) -> AntiAliased:
    return AntiAliased(channels, own_beta=config.own_beta, logarithmic=config.logarithmic)


# The low-pass filter is stored beside each activation, always the same.
IGNORED = (r".*\.filter",)


def bigvgan_state(generator: Mapping[str, Any], config: BigVGANConfig) -> State:
    """The published `generator` under our names: upstream lists the residual blocks through all stages."""
    kinds = len(config.block_kernels)
    rules: list[Rename] = [
        (r"\.act\.(alpha|beta)$", r".\1"),
        (r"\.convs1\.", ".dilated."),
        (r"\.convs2\.", ".plain."),
    ]
    for stage in range(len(config.rates)):
        rules.append((rf"^ups\.{stage}\.0\.", f"stages.{stage}.up."))
        rules += [(rf"^resblocks\.{kinds * stage + j}\.", f"stages.{stage}.blocks.{j}.") for j in range(kinds)]
    return plain(generator, rename=rules, ignore=IGNORED)
