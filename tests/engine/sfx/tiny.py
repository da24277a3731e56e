"""A network small enough for every test, with drawn weights; widths of two channels per group and more."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

import torch
from torch import nn

from engine.nn.bigvgan import BigVGAN, BigVGANConfig
from engine.sfx.autoencoder import Decoder, Encoder
from engine.sfx.clap_audio import AudioEncoder
from engine.sfx.config import AutoencoderConfig, ClapAudioConfig, TextConfig, UNetConfig
from engine.sfx.network import SfxNetwork
from engine.sfx.ranking import Ranking
from engine.sfx.text_encoder import TextEncoder
from engine.sfx.tokens import PromptTokenizer
from engine.sfx.unet import UNet

SHARED = Path(__file__).parents[4] / "shared"
TEXT = TextConfig(vocabulary=200, width=32, layers=2, heads=2, inner=64, positions=128, projected=48)
UNET = UNetConfig(width=64, heads=4, context=48)
AUTOENCODER = AutoencoderConfig(width=64, multipliers=(1, 1, 1, 1), blocks=1)
VOCODER = BigVGANConfig(
    bands=80,
    channels=64,
    rates=(4, 4, 4, 4),
    kernels=(8, 8, 8, 8),
    block_kernels=(3,),
    block_dilations=((1, 3),),
)
CLAP = ClapAudioConfig(widths=(4, 8, 8, 8, 16, 32), projected=48)
WORDS = [
    "[PAD]",
    "[UNK]",
    "[CLS]",
    "[SEP]",
    "a",
    "dog",
    "barks",
    "rain",
    "falls",
    "on",
    "tin",
    "roof",
    "thunder",
    "far",
    "away",
    "##s",
    ",",
]

Part = TypeVar("Part", bound=nn.Module)


def drawn(part: Part, seed: int = 0) -> Part:
    """Weights that neither fade nor grow from layer to layer, norms around the identity."""
    generator = torch.Generator().manual_seed(seed)
    for name, value in part.named_parameters():
        noise = torch.randn(value.shape, generator=generator)
        if value.dim() == 1:
            value.data = 0.1 * noise + (1.0 if name.endswith("weight") else 0.0)
        else:
            value.data = noise / value[0].numel() ** 0.5
    part.requires_grad_(False).eval()
    part.to(memory_format=torch.channels_last)
    return part


def tiny_tokenizer() -> PromptTokenizer:
    return PromptTokenizer({word: index for index, word in enumerate(WORDS)})


def tiny_network() -> SfxNetwork:
    return SfxNetwork(
        text=drawn(TextEncoder(TEXT)),
        unet=drawn(UNet(UNET)),
        encoder=drawn(Encoder(AUTOENCODER)),
        decoder=drawn(Decoder(AUTOENCODER)),
        vocoder=drawn(BigVGAN(VOCODER)),
        scale_factor=0.35,
    )


def tiny_ranking() -> Ranking:
    return Ranking(drawn(TextEncoder(TEXT)), drawn(AudioEncoder(CLAP)), 2.5, tiny_tokenizer())
