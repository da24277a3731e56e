"""A Make-An-Audio network: its parts, loaded strictly, and the steps from a prompt to waveforms.

B batch, L tokens, D their width, W columns of 128 ms, S = 2048 W samples at 16 kHz. In order:
    contexts = network.read(ids)                   a prompt's, or the empty prompt's, to be kept
    noise = network.guided(schedule, ...)          for a sampler, which makes a latent of noise
    waves = network.speak(network.decode(latent))
Call under `torch.inference_mode()`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self, TypeVar

import torch
from torch import Tensor, nn

from engine.nn.bigvgan import BigVGAN, BigVGANConfig
from engine.nn.checkpoint import State, load_strictly
from engine.nn.convolution import make_ready
from engine.sfx import weights
from engine.sfx.autoencoder import Decoder, Encoder, posterior_sample
from engine.sfx.clap_audio import AudioEncoder
from engine.sfx.config import MELS_PER_COLUMN, ClapAudioConfig, SfxConfig, TextConfig
from engine.sfx.ranking import Ranking
from engine.sfx.text_encoder import TextEncoder
from engine.sfx.tokens import PromptTokenizer
from engine.sfx.unet import UNet

Part = TypeVar("Part", bound=nn.Module)


@dataclass(frozen=True, slots=True, kw_only=True)
class SfxNetwork:
    text: TextEncoder
    unet: UNet
    encoder: Encoder
    decoder: Decoder
    vocoder: BigVGAN
    scale_factor: float  # of the latents that the UNet knows, against those of the autoencoder
    device: torch.device = field(default_factory=lambda: torch.device("cpu"))

    @classmethod
    def load(
        cls,
        tree: Mapping[str, Any],
        vocoder_config: BigVGANConfig,
        generator: State,
        *,
        config: SfxConfig | None = None,
        device: str | torch.device = "cpu",
        unet_dtype: torch.dtype = torch.float32,
    ) -> Self:
        """From `state_dict` of the checkpoint. Raises CheckpointMismatch unless every tensor of every part fits.

        The UNet alone may run in bfloat16: it takes most of the time, and its errors are noise that later steps see.
        """
        config = config or SfxConfig()
        device = torch.device(device)
        vocoder = filled(BigVGAN, vocoder_config, generator, device)
        make_ready(vocoder, torch.float32)
        return cls(
            text=filled(TextEncoder, config.text, weights.text_state(tree), device),
            unet=filled(UNet, config.unet, weights.unet_state(tree, config.unet), device).lowered(unet_dtype),
            encoder=filled(Encoder, config.autoencoder, weights.encoder_state(tree), device),
            decoder=filled(Decoder, config.autoencoder, weights.decoder_state(tree), device),
            vocoder=vocoder,
            scale_factor=scale_factor(tree),
            device=device,
        )

    def read(self, ids: Tensor) -> Tensor:
        """Token ids int64 [B, 77] -> the contexts that the UNet attends to [B, 77, D]."""
        contexts: Tensor = self.text(ids.to(self.device))
        return contexts

    def encode(self, mel: Tensor, noise: Tensor) -> Tensor:
        """Log10 mel [B, 80, 8W] and noise [B, 4, 10, W] -> a latent as the UNet knows them."""
        return self.scale_factor * posterior_sample(self.encoder(mel.unsqueeze(1)), noise)

    def decode(self, latent: Tensor) -> Tensor:
        """latent [B, 4, 10, W] -> log10 mel [B, 80, 8W]."""
        mel: Tensor = self.decoder(latent / self.scale_factor)
        return mel.squeeze(1)

    def speak(self, mel: Tensor) -> Tensor:
        """mel [B, 80, 8W] -> float32 [B, S] in [-1, 1]."""
        waves: Tensor = self.vocoder(mel)
        return waves

    @property
    def column_samples(self) -> int:
        """Of one column of a latent: 2048."""
        return MELS_PER_COLUMN * self.vocoder.config.hop_samples


def scale_factor(tree: Mapping[str, Any]) -> float:
    return float(tree["scale_factor"])


def filled(kind: type[Part], config: Any, state: State, device: torch.device) -> Part:
    """A part of this kind with these tensors as its parameters, images channels last."""
    with torch.device("meta"):  # shapes only: the checkpoint's tensors become the parameters
        part = kind(config)
    load_strictly(part, state)
    part.to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
    return part


def ranking(
    model: Mapping[str, Any],
    *,
    tokenizer: PromptTokenizer | None = None,
    condition: TextEncoder | None = None,
    text: TextConfig | None = None,
    audio: ClapAudioConfig | None = None,
    device: str | torch.device = "cpu",
) -> Ranking:
    """From `model` of CLAP's file. Its text encoder is the one that conditions, where the two are equal."""
    device = torch.device(device)
    state = weights.text_state(model, "caption_encoder")
    shared = condition if condition is not None and _same(condition.state_dict(), state) else None
    return Ranking(
        text=shared or filled(TextEncoder, text or TextConfig(), state, device),
        audio=filled(AudioEncoder, audio or ClapAudioConfig(), weights.clap_audio_state(model), device),
        logit_scale=float(model["logit_scale"]),
        tokenizer=tokenizer,
    )


def _same(ours: State, theirs: State) -> bool:
    return ours.keys() == theirs.keys() and all(torch.equal(ours[key].cpu(), theirs[key]) for key in ours)
