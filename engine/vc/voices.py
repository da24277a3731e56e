"""A target voice as the network knows it: made once from a reference clip, kept in memory and on disk by content."""

from __future__ import annotations

import hashlib
import logging
import os
import secrets
from collections import OrderedDict
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

from engine.audio import Audio, resample
from engine.vc.content import ContentEncoder, content_of
from engine.vc.flow import Prompt
from engine.vc.mel import to_encoder_rate
from engine.vc.network import VcNetwork
from engine.vc.pitch import f0_of
from engine.vc.recordings import SHORTEST_VOICE_SECONDS, check

log = logging.getLogger(__name__)

LONGEST_SECONDS = 25.0
KEPT = 64
"""Voices in memory, 1 to 8 MB each."""
LAYOUT = 1
"""Counts up when what is computed from a clip changes."""


@dataclass(frozen=True, slots=True)
class Voice:
    prompt: Prompt
    f0: Tensor | None  # float64 [K] Hz, only where the model sings


class Voices:
    """`model` names the network and its revision. `folder` may be None: then voices live in memory only."""

    def __init__(self, network: VcNetwork, encoder: ContentEncoder, model: str, folder: Path | None) -> None:
        self._network, self._encoder = network, encoder
        self._model, self._folder = model, folder
        self._kept: OrderedDict[str, Voice] = OrderedDict()

    def of(self, reference: Audio) -> Voice:
        """Raises InvalidInput for a clip that is no sample of a voice. Under `torch.inference_mode()`."""
        key = self._key(reference)
        if key not in self._kept:
            self._kept[key] = self._read(key) or self._made(key, reference)
            if len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        return self._kept[key]

    def _key(self, reference: Audio) -> str:
        about = f"{LAYOUT} {self._model} {reference.sample_rate} "
        return hashlib.sha256(about.encode() + reference.samples.tobytes()).hexdigest()

    def _made(self, key: str, reference: Audio) -> Voice:
        network, rate = self._network, self._network.config.mel.sample_rate
        wave = wave_of(reference, rate, network.device, what="voice sample", shortest_seconds=SHORTEST_VOICE_SECONDS)
        wave = wave[: round(LONGEST_SECONDS * rate)]
        heard = to_encoder_rate(wave.unsqueeze(0), rate)[0]
        f0 = None if network.pitch is None else f0_of(network.pitch, heard)
        voice = Voice(network.prompt(wave, heard, content_of(self._encoder, heard), f0), f0)
        self._write(key, voice)
        return voice

    def _read(self, key: str) -> Voice | None:
        if self._folder is None:
            return None
        try:
            found = load_file(self._folder / f"{key}.safetensors", device=str(self._network.device))
            return Voice(Prompt(found["mel"], found["cond"], found["style"]), found.get("f0"))
        except (OSError, KeyError, SafetensorError):
            return None  # not made yet, or damaged: made again

    def _write(self, key: str, voice: Voice) -> None:
        if self._folder is None:
            return
        prompt = voice.prompt
        tensors = {"mel": prompt.mel, "cond": prompt.cond, "style": prompt.style}
        if voice.f0 is not None:
            tensors["f0"] = voice.f0
        draft = self._folder / f"{key}.{secrets.token_hex(4)}"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            save_file({name: tensor.contiguous().cpu() for name, tensor in tensors.items()}, draft)
            os.replace(draft, self._folder / f"{key}.safetensors")
        except (OSError, SafetensorError) as error:
            log.warning("a voice was not kept on disk", extra={"folder": str(self._folder), "reason": str(error)})
            with suppress(OSError):
                draft.unlink()


def wave_of(audio: Audio, sample_rate: int, device: torch.device, *, what: str, shortest_seconds: float) -> Tensor:
    """-> float32 [S] at `sample_rate`. Raises InvalidInput for what is too short or silent to hear a voice in it."""
    check(audio, what=what, shortest_seconds=shortest_seconds)
    return torch.from_numpy(resample(audio, sample_rate).samples).to(device)
