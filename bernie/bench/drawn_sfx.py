"""Make-An-Audio with drawn weights, at full size and at one for tests, so that nothing has to be fetched."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import torch
from torch import Generator, nn

from engine.nn.bigvgan import BigVGAN, BigVGANConfig
from engine.nn.convolution import make_ready
from engine.sfx.autoencoder import Decoder, Encoder
from engine.sfx.config import AutoencoderConfig, TextConfig, UNetConfig
from engine.sfx.network import SfxNetwork
from engine.sfx.text_encoder import TextEncoder
from engine.sfx.unet import UNet

Part = TypeVar("Part", bound=nn.Module)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """`columns` of the latent, 128 ms each; `steps` of the default sampler."""

    columns: int
    steps: int
    text: TextConfig
    unet: UNetConfig
    autoencoder: AutoencoderConfig
    vocoder: BigVGANConfig


# What the publisher's args.yml says.
VOCODER = BigVGANConfig(
    bands=80,
    channels=1536,
    rates=(4, 4, 2, 2, 2, 2),
    kernels=(8, 8, 4, 4, 4, 4),
    block_kernels=(3, 7, 11),
    block_dilations=((1, 3, 5),) * 3,
)
FULL = Sizes(
    columns=80, steps=20, text=TextConfig(), unet=UNetConfig(), autoencoder=AutoencoderConfig(), vocoder=VOCODER
)
REDUCED = Sizes(
    columns=20,
    steps=4,
    text=TextConfig(vocabulary=200, width=32, layers=2, heads=2, inner=64, positions=128, projected=48),
    unet=UNetConfig(width=64, heads=4, context=48),
    autoencoder=AutoencoderConfig(width=64, multipliers=(1, 1, 1, 1), blocks=1),
    vocoder=BigVGANConfig(
        bands=80,
        channels=64,
        rates=(4, 4, 4, 4),
        kernels=(8, 8, 8, 8),
        block_kernels=(3,),
        block_dilations=((1, 3),),
    ),
)


def network_of(sizes: Sizes) -> SfxNetwork:
    """Always the same."""
    vocoder = drawn(BigVGAN(sizes.vocoder))
    make_ready(vocoder, torch.float32)
    return SfxNetwork(
        text=drawn(TextEncoder(sizes.text)),
        unet=drawn(UNet(sizes.unet)),
        encoder=drawn(Encoder(sizes.autoencoder)),
        decoder=drawn(Decoder(sizes.autoencoder)),
        vocoder=vocoder,
        scale_factor=0.35,
    )


def drawn(part: Part, seed: int = 0) -> Part:
    """Weights that neither fade nor grow from layer to layer, norms around the identity."""
    source = Generator().manual_seed(seed)
    for name, value in part.named_parameters():
        noise = torch.randn(value.shape, generator=source)
        if value.dim() == 1:
            value.data = 0.1 * noise + (1.0 if name.endswith("weight") else 0.0)
        else:
            value.data = noise / value[0].numel() ** 0.5
    part.requires_grad_(False).eval()
    part.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    return part
