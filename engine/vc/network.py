"""A Seed-VC network: its parts, loaded strictly, and the steps from recordings to a converted wave.

B batch, S samples, T mel frames, M mel bands, D width of the condition. In order:
    voice = network.prompt(reference, ...)     once for each voice; can be kept
    cond = network.condition(source, ...)      once for each source
    mels = network.sample(pieces, ...)         pieces of one or several sources
    waves = network.vocode(mels)
Batches of mixed lengths give what each item gives alone. Call under `torch.inference_mode()`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import torch
from torch import Tensor, nn

from engine.nn.bigvgan import BigVGAN, vocoded
from engine.nn.checkpoint import load_strictly
from engine.nn.convolution import make_ready
from engine.vc.config import VcConfig
from engine.vc.dit import DiT
from engine.vc.fbank import feature
from engine.vc.flow import Prompt
from engine.vc.length_regulator import LengthRegulator
from engine.vc.mel import log_mel
from engine.vc.pitch import RMVPE
from engine.vc.speaker import CAMPlusPlus
from engine.vc.weights import states


@dataclass(frozen=True, slots=True, kw_only=True)
class VcNetwork:
    config: VcConfig
    speaker: CAMPlusPlus
    regulator: LengthRegulator
    estimator: DiT
    vocoder: BigVGAN
    pitch: RMVPE | None = None

    @classmethod
    def load(
        cls,
        config: VcConfig,
        tree: Mapping[str, Any],
        device: str | torch.device = "cpu",
        precision: torch.dtype = torch.float32,
    ) -> Self:
        """From the checkpoints' sections. Raises CheckpointMismatch unless every tensor of every part fits.

        precision: of the vocoder's products; the estimator's is a matter of each call, see `Converter`.
        """
        found = states(tree, config)
        with torch.device("meta"):  # shapes only: the checkpoint's tensors become the parameters
            parts: dict[str, nn.Module] = {
                "speaker": CAMPlusPlus(),
                "regulator": LengthRegulator(config.regulator),
                "estimator": DiT(config.dit),
                "vocoder": BigVGAN(config.vocoder),
            }
            if "pitch" in found:
                parts["pitch"] = RMVPE()
        for name, part in parts.items():
            load_strictly(part, found[name])
            part.to(device)
        network = cls(config=config, **parts)  # type: ignore[arg-type]  # each is what its name says
        network.make_ready(precision)
        return network

    def make_ready(self, precision: torch.dtype) -> None:
        """Once the weights are there: their precision, and what calls would else repeat."""
        make_ready(self.vocoder, precision)

    @property
    def device(self) -> torch.device:
        return self.estimator.cond_projection.weight.device

    def prompt(self, wave: Tensor, wave_16k: Tensor, content: Tensor, f0: Tensor | None = None) -> Prompt:
        """The reference at the model's rate [S] and at 16 kHz, its content [N, 768], its F0 where the model sings."""
        mel = log_mel(wave.unsqueeze(0), self.config.mel)[0]
        cond = self.regulator([content], [mel.shape[-1]], [f0])[0]
        return Prompt(mel, cond, self.speaker([feature(wave_16k)])[0])

    def condition(self, content: Tensor, frames: int, f0: Tensor | None = None) -> Tensor:
        """content [N, 768] of a whole source, the mel frames wanted of it -> [T, D]."""
        cond: Tensor = self.regulator([content], [frames], [f0])[0]
        return cond

    def vocode(self, mels: Sequence[Tensor]) -> list[Tensor]:
        """log-mels [M, T_i] -> waves [T_i x hop] in [-1, 1]."""
        return vocoded(self.vocoder, mels)
