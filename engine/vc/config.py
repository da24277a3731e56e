"""Shapes of a Seed-VC network, read from the configs published beside its weights and its vocoder's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from engine.errors import CheckpointMismatch
from engine.nn.bigvgan import BigVGANConfig, bigvgan_config


@dataclass(frozen=True, slots=True, kw_only=True)
class MelConfig:
    sample_rate: int
    n_fft: int
    hop_samples: int
    bands: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RegulatorConfig:
    content_width: int
    width: int
    stages: int
    pitch_bins: int | None
    """None: speech, without pitch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DiTConfig:
    bands: int
    width: int
    heads: int
    layers: int
    content_width: int
    style_width: int
    long_skip: bool
    time_as_token: bool
    style_as_token: bool
    output: Literal["wavenet", "mlp"]
    wavenet_layers: int
    wavenet_kernel: int

    @property
    def feed_forward(self) -> int:
        """Two thirds of four widths, up to a multiple of 256."""
        return -(-int(2 * 4 * self.width / 3) // 256) * 256


@dataclass(frozen=True, slots=True, kw_only=True)
class VcConfig:
    mel: MelConfig
    regulator: RegulatorConfig
    dit: DiTConfig
    vocoder: BigVGANConfig

    @property
    def singing(self) -> bool:
        return self.regulator.pitch_bins is not None


def vc_config(document: Mapping[str, Any], vocoder: Mapping[str, Any]) -> VcConfig:
    """From the .yml beside the weights, and the config.json of the vocoder, which states the mel exactly."""
    params = _value(document, "model_params")
    mel = MelConfig(
        sample_rate=_value(vocoder, "sampling_rate"),
        n_fft=_value(vocoder, "n_fft"),
        hop_samples=_value(vocoder, "hop_size"),
        bands=_value(vocoder, "num_mels"),
    )
    if _value(vocoder, "win_size") != mel.n_fft or vocoder.get("fmax") is not None:
        raise CheckpointMismatch("The vocoder's config asks for a mel that no published Seed-VC uses.")
    regulator, dit = regulator_config(_value(params, "length_regulator")), dit_config(params)
    return VcConfig(mel=mel, regulator=regulator, dit=dit, vocoder=bigvgan_config(vocoder))


def regulator_config(document: Mapping[str, Any]) -> RegulatorConfig:
    """The settings of the quantiser are not used upstream either: the checkpoints hold none."""
    return RegulatorConfig(
        content_width=_value(document, "in_channels"),
        width=_value(document, "channels"),
        stages=len(_value(document, "sampling_ratios")),
        pitch_bins=_value(document, "n_f0_bins") if _value(document, "f0_condition") else None,
    )


# What every published model has alike, and so this code does not ask.
FIXED: Mapping[str, Any] = {
    "DiT.style_condition": True,
    "DiT.uvit_skip_connection": True,
    "DiT.is_causal": False,
    "DiT.zero_prompt_speech_token": False,
    "DiT.add_resblock_in_transformer": False,
    "wavenet.dilation_rate": 1,
    "wavenet.style_condition": True,
}


def dit_config(params: Mapping[str, Any]) -> DiTConfig:
    """From `model_params`."""
    for path, wanted in FIXED.items():
        if (found := _value(params, path)) != wanted:
            raise CheckpointMismatch(f"The model's config has {path}: {found}. Only {wanted} can be run.")
    if (output := _value(params, "DiT.final_layer_type")) not in ("wavenet", "mlp"):
        raise CheckpointMismatch(f"The model's config asks for an output of type {output}; wavenet and mlp exist.")
    return DiTConfig(
        bands=_value(params, "DiT.in_channels"),
        width=_value(params, "DiT.hidden_dim"),
        heads=_value(params, "DiT.num_heads"),
        layers=_value(params, "DiT.depth"),
        content_width=_value(params, "DiT.content_dim"),
        style_width=_value(params, "style_encoder.dim"),
        long_skip=_value(params, "DiT.long_skip_connection"),
        time_as_token=_value(params, "DiT.time_as_token"),
        style_as_token=_value(params, "DiT.style_as_token"),
        output=output,
        wavenet_layers=_value(params, "wavenet.num_layers"),
        wavenet_kernel=_value(params, "wavenet.kernel_size"),
    )


def _value(document: Mapping[str, Any], path: str) -> Any:
    found: Any = document
    for name in path.split("."):
        if not isinstance(found, Mapping) or name not in found:
            raise CheckpointMismatch(f"The model's config has no {path}. Use the one published with the weights.")
        found = found[name]
    return found
