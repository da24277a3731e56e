"""From a folder of published files to a generator. Takes some seconds, and twice the memory of the largest part."""

from __future__ import annotations

from pathlib import Path

import torch

from engine.nn.precision import has_bfloat16
from engine.sfx import weights
from engine.sfx.config import ClapAudioConfig, SfxConfig
from engine.sfx.generator import SoundGenerator
from engine.sfx.network import SfxNetwork, ranking
from engine.sfx.tokens import PromptTokenizer

MAX_ROWS = {"cpu": 1, "cuda": 16}


def load(
    folder: Path,
    device: str | torch.device = "cpu",
    *,
    unet_dtype: torch.dtype | None = None,
    config: SfxConfig | None = None,
    clap_audio: ClapAudioConfig | None = None,
) -> SoundGenerator:
    """`folder` has the layout of `weights`; without CLAP's file there it makes single candidates only.

    `unet_dtype`: chosen for the device where it is None. Raises CheckpointMismatch.
    """
    device, config = torch.device(device), config or SfxConfig()
    vocoder_config, generator = weights.vocoder(folder)
    network = SfxNetwork.load(
        weights.checkpoint(folder),
        vocoder_config,
        generator,
        config=config,
        device=device,
        unet_dtype=unet_dtype or fastest(device),
    )
    tokenizer = PromptTokenizer(folder / weights.VOCABULARY)
    clap = None
    if (folder / weights.CLAP).exists():
        clap = ranking(
            weights.clap_model(folder),
            tokenizer=tokenizer,
            condition=network.text,
            text=config.text,
            audio=clap_audio,
            device=device,
        )
    return SoundGenerator(network, tokenizer, clap, max_rows=MAX_ROWS.get(device.type, 1))


def fastest(device: torch.device) -> torch.dtype:
    """bfloat16 where the device multiplies in it."""
    return torch.bfloat16 if has_bfloat16(device) else torch.float32
