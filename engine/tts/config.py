"""Shapes of a StyleTTS 2 or Kokoro network, read from the config published beside its weights."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from engine.errors import CheckpointMismatch

SAMPLE_RATE = 24_000  # of every published model


@dataclass(frozen=True, slots=True, kw_only=True)
class PLBertConfig:
    symbols: int = 178
    width: int = 768
    heads: int = 12
    feed_forward: int = 2048
    positions: int = 512
    layers: int = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class DiffusionConfig:
    layers: int
    heads: int
    head_width: int
    multiplier: int
    sigma_data: float


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneratorConfig:
    kind: Literal["hifigan", "istftnet"]
    channels: int
    rates: tuple[int, ...]
    kernels: tuple[int, ...]
    block_kernels: tuple[int, ...]
    block_dilations: tuple[tuple[int, ...], ...]
    n_fft: int = 0
    hop_samples: int = 1

    @property
    def samples_per_pitch(self) -> int:
        """Samples for each value of F0 and energy: 300 in the published models."""
        return math.prod(self.rates) * self.hop_samples


@dataclass(frozen=True, slots=True, kw_only=True)
class TtsConfig:
    symbols: int
    width: int
    style_width: int
    layers: int
    text_kernel: int
    max_duration: int
    plbert: PLBertConfig
    generator: GeneratorConfig
    # Upstream fixes the next two in its code; network.py takes them from the tensors.
    decoder_width: int = 1024
    asr_width: int = 64
    # Kokoro has neither style encoders nor diffusion: its styles come from a table.
    style_encoder_width: int | None = None
    diffusion: DiffusionConfig | None = None
    multispeaker: bool = False

    @property
    def samples_per_frame(self) -> int:
        """A frame, the unit of durations, holds two values of F0."""
        return 2 * self.generator.samples_per_pitch

    @property
    def delays_frames(self) -> bool:
        """The HiFi-GAN decoder was trained one frame late; this goes by decoder, not by `multispeaker`."""
        return self.generator.kind == "hifigan"


def styletts2_config(document: Mapping[str, Any], plbert: PLBertConfig | None = None) -> TtsConfig:
    """From config.yml. PL-BERT's own config is not published beside the weights: its shapes are the defaults."""
    model = _value(document, "model_params")
    transformer = _value(model, "diffusion.transformer")
    return TtsConfig(
        symbols=_value(model, "n_token"),
        width=_value(model, "hidden_dim"),
        style_width=_value(model, "style_dim"),
        layers=_value(model, "n_layer"),
        text_kernel=5,
        max_duration=_value(model, "max_dur"),
        plbert=plbert or PLBertConfig(),
        generator=_generator(_value(model, "decoder"), _value(model, "decoder.type")),
        style_encoder_width=_value(model, "dim_in"),
        diffusion=DiffusionConfig(
            layers=_value(transformer, "num_layers"),
            heads=_value(transformer, "num_heads"),
            head_width=_value(transformer, "head_features"),
            multiplier=_value(transformer, "multiplier"),
            # Training replaces the placeholder by its own estimate: no default can be right.
            sigma_data=float(_value(model, "diffusion.dist.sigma_data")),
        ),
        multispeaker=bool(_value(model, "multispeaker")),
    )


def kokoro_config(document: Mapping[str, Any]) -> TtsConfig:
    """From config.json, whose keys lie flat. `multispeaker` there does nothing."""
    symbols = _value(document, "n_token")
    return TtsConfig(
        symbols=symbols,
        width=_value(document, "hidden_dim"),
        style_width=_value(document, "style_dim"),
        layers=_value(document, "n_layer"),
        text_kernel=_value(document, "text_encoder_kernel_size"),
        max_duration=_value(document, "max_dur"),
        plbert=plbert_config({"vocab_size": symbols, **_value(document, "plbert")}),
        generator=_generator(_value(document, "istftnet"), "istftnet"),
    )


def plbert_config(document: Mapping[str, Any]) -> PLBertConfig:
    return PLBertConfig(
        symbols=_value(document, "vocab_size"),
        width=_value(document, "hidden_size"),
        heads=_value(document, "num_attention_heads"),
        feed_forward=_value(document, "intermediate_size"),
        positions=_value(document, "max_position_embeddings"),
        layers=_value(document, "num_hidden_layers"),
    )


def _generator(document: Mapping[str, Any], kind: str) -> GeneratorConfig:
    if kind not in ("hifigan", "istftnet"):
        raise CheckpointMismatch(f"The model's config asks for a decoder of type {kind}; hifigan and istftnet exist.")
    inverse = kind == "istftnet"
    return GeneratorConfig(
        kind="istftnet" if inverse else "hifigan",
        channels=_value(document, "upsample_initial_channel"),
        rates=tuple(_value(document, "upsample_rates")),
        kernels=tuple(_value(document, "upsample_kernel_sizes")),
        block_kernels=tuple(_value(document, "resblock_kernel_sizes")),
        block_dilations=tuple(tuple(each) for each in _value(document, "resblock_dilation_sizes")),
        n_fft=_value(document, "gen_istft_n_fft") if inverse else 0,
        hop_samples=_value(document, "gen_istft_hop_size") if inverse else 1,
    )


def _value(document: Mapping[str, Any], path: str) -> Any:
    found: Any = document
    for name in path.split("."):
        if not isinstance(found, Mapping) or name not in found:
            raise CheckpointMismatch(
                f"The model's config has no {path}. It must be the one published with the weights."
            )
        found = found[name]
    return found
