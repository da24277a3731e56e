"""Whether files that a person downloaded are those of Make-An-Audio: each opens, and its keys and shapes fit.

Nothing is computed: tensors are looked at without their values, so it takes no memory and a second or two.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from engine.errors import CheckpointMismatch
from engine.nn.bigvgan import BigVGAN, bigvgan_state
from engine.nn.checkpoint import read, section
from engine.sfx import weights
from engine.sfx.autoencoder import Decoder, Encoder
from engine.sfx.config import ClapAudioConfig, SfxConfig
from engine.sfx.network import filled, ranking, scale_factor
from engine.sfx.text_encoder import TextEncoder
from engine.sfx.tokens import PromptTokenizer
from engine.sfx.unet import UNet

NOWHERE = torch.device("meta")
PAGE_BYTES = 1024


def check(folder: Path, config: SfxConfig | None = None, clap_audio: ClapAudioConfig | None = None) -> None:
    """Raises `CheckpointMismatch` about the first file that is not the right one."""
    config = config or SfxConfig()
    _of(folder / weights.CHECKPOINT, lambda: _main(folder, config))
    _of(folder / weights.VOCODER_CONFIG, lambda: weights.vocoder_config(folder))
    _of(folder / weights.VOCODER, lambda: _vocoder(folder))
    _of(folder / weights.CLAP, lambda: _clap(folder, config, clap_audio))
    PromptTokenizer(folder / weights.VOCABULARY)


def _of(path: Path, checked: Callable[[], object]) -> None:
    """Says which file it is about, and recognises what Drive sends in place of a large one."""
    if _is_a_page(path):
        raise CheckpointMismatch(
            f"{path} is a web page, not the file: the download was not confirmed. Open its page in a browser, choose "
            "to download it anyway, and put what comes in this place."
        )
    try:
        checked()
    except CheckpointMismatch as error:
        said = str(error)
        if str(path) in said:
            raise
        raise CheckpointMismatch(f"{path} is not the file that it should be. {said}") from error


def _is_a_page(path: Path) -> bool:
    with path.open("rb") as file:
        return b"<html" in file.read(PAGE_BYTES).lower()


def _main(folder: Path, config: SfxConfig) -> None:
    tree = weights.checkpoint(folder)
    try:
        scale_factor(tree)
    except (KeyError, TypeError, ValueError, RuntimeError) as error:
        raise CheckpointMismatch("It has no scale_factor.") from error
    shapes = _without_values(tree)
    filled(TextEncoder, config.text, weights.text_state(shapes), NOWHERE)
    filled(UNet, config.unet, weights.unet_state(shapes, config.unet), NOWHERE)
    filled(Encoder, config.autoencoder, weights.encoder_state(shapes), NOWHERE)
    filled(Decoder, config.autoencoder, weights.decoder_state(shapes), NOWHERE)


def _vocoder(folder: Path) -> None:
    config = weights.vocoder_config(folder)
    generator = section(read(folder / weights.VOCODER, capability="sfx"), "generator")
    filled(BigVGAN, config, bigvgan_state(_without_values(generator), config), NOWHERE)


def _clap(folder: Path, config: SfxConfig, audio: ClapAudioConfig | None) -> None:
    model = weights.clap_model(folder)
    if "logit_scale" not in model:
        raise CheckpointMismatch("It has no logit_scale.")
    scale = model["logit_scale"]
    ranking(_without_values(model) | {"logit_scale": scale}, text=config.text, audio=audio, device=NOWHERE)


def _without_values(tree: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value.to(NOWHERE) if isinstance(value, Tensor) else value for key, value in tree.items()}
