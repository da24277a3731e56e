"""Cases of Kokoro-82M: real weights, rounded to half precision where they were recovered, and real speech."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import torch
from torch import Tensor

from engine.nn.checkpoint import read as read_checkpoint
from engine.tts.config import kokoro_config
from engine.tts.network import TtsNetwork
from tests.parity.recorded import Case, Check, Skipped, difference
from tests.parity.speech import Options, parts_alone, read, speak


def network_of(folder: Path, weights: str) -> TtsNetwork:
    config = kokoro_config(json.loads((folder / "config.json").read_text(encoding="utf-8")))
    return TtsNetwork.load(config, read_checkpoint(folder / weights, capability="tts"))


def checks(case: Case) -> Iterator[Check]:
    folder, weights = case.real_weights(), case.document["weights"]
    with (folder / weights["file"]).open("rb") as content:
        if hashlib.file_digest(content, "sha256").hexdigest() != weights["sha256"]:
            raise Skipped(f"{folder / weights['file']} is not the file that the case was made with.")
    network, given = network_of(folder, weights["file"]), case.tensors
    voices = read_checkpoint(folder / weights["voices"], capability="tts")
    style = voices[case.document["voice"]][case.document["voice_row"]]
    yield difference("style", style, given["style"], {"atol": 0})
    found: dict[str, Tensor] = {}
    text = read(network, given["tokens"], found)
    options = Options(speed=case.document["options"]["speed"])
    speak(network, text, style, given["source_noise"], options, found)
    yield from case.compare(found)
    limit = case.limits()["har"]["complex"]
    yield difference("har (as complex numbers)", rectangular(found["har"]), rectangular(given["har"]), limit)
    yield from parts_alone(case, network, network.shape(style))


def rectangular(har: Tensor) -> Tensor:
    """[magnitude | phase] -> [real | imaginary]: an angle that jumps by 2 pi is the same number."""
    magnitude, phase = har.chunk(2, dim=1)
    return torch.cat([magnitude * phase.cos(), magnitude * phase.sin()], dim=1)
