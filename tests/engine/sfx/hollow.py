"""Make-An-Audio's files at full size with nothing in them: every key and shape, one zero behind all values."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
import yaml
from torch import Tensor

from engine.sfx import weights
from tests.engine.sfx.tiny import SHARED, WORDS

CASES = SHARED / "parity" / "makeanaudio"
needs_cases = pytest.mark.skipif(not CASES.is_dir(), reason=f"no parity cases in {CASES}")


def published(folder: Path) -> Path:
    """The layout that the authors ask for, complete; 300 kB."""
    for name in (weights.VOCODER, weights.VOCABULARY, weights.CLAP):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
    torch.save({"epoch": 85, "state_dict": main()}, folder / weights.CHECKPOINT)
    torch.save({"generator": section("vocoder_full", "generator")}, folder / weights.VOCODER)
    config = json.loads((CASES / "vocoder_full" / "case.json").read_text())["config"]
    (folder / weights.VOCODER_CONFIG).write_text(yaml.safe_dump(config))
    torch.save({"model": clap()}, folder / weights.CLAP)
    (folder / weights.VOCABULARY).write_text("\n".join(WORDS))
    return folder


def main() -> dict[str, Tensor]:
    parts = [section(case, "state_dict") for case in ("unet_full", "autoencoder_full", "clap_text_full")]
    state: dict[str, Tensor] = {}
    for part in parts:
        state |= part
    return state


def clap() -> dict[str, Tensor]:
    """The case has all but the projection at full size; the text side has the same keys as what conditions."""
    audio = {
        key: value[(0,) * value.dim()].expand([1024 if width == 48 else width for width in value.shape])
        for key, value in section("clap_score", "model").items()
        if key.startswith("audio_encoder.")
    }
    text = section("clap_text_full", "state_dict")
    prefix = f"{weights.TEXT_PREFIX}."
    text = {key.replace(prefix, "caption_encoder."): value for key, value in text.items() if key.startswith(prefix)}
    return {"logit_scale": torch.tensor(2.5)} | audio | text


def section(case: str, name: str) -> dict[str, Any]:
    described = json.loads((CASES / case / "checkpoint.json").read_text())[name]
    return {
        each["key"]: torch.zeros((), dtype=getattr(torch, each["dtype"])).expand(each["shape"]) for each in described
    }
