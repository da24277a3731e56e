"""Files as they are published, with all that lies around the tensors."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
import yaml

from engine.audio import Audio
from engine.errors import CheckpointMismatch
from engine.sfx import weights
from engine.sfx.config import SfxConfig
from engine.sfx.effect import Effect
from engine.sfx.loading import load
from tests.engine.sfx.tiny import SHARED, WORDS
from tests.parity.makeanaudio import autoencoder_config, text_config, unet_config
from tests.parity.recorded import Case

CASE = SHARED / "parity" / "makeanaudio" / "end_to_end_tiny"
needs_case = pytest.mark.skipif(not CASE.is_dir(), reason=f"no parity cases in {SHARED / 'parity'}")


@pytest.fixture(scope="module")
def case() -> Case:
    return Case(CASE)


@pytest.fixture(scope="module")
def sections(case: Case) -> dict[str, dict[str, Any]]:
    return case.checkpoint()


@pytest.fixture
def folder(tmp_path: Path, case: Case, sections: dict[str, dict[str, Any]]) -> Path:
    """The layout that the authors ask for, with a checkpoint as Lightning writes it."""
    for name in (weights.VOCODER, weights.VOCABULARY):
        (tmp_path / name).parent.mkdir()
    extras = {
        "cond_stage_model.caption_encoder.base.embeddings.position_ids": torch.arange(512).unsqueeze(0),
        "model_ema.decay": torch.tensor(0.9999),
        "first_stage_model.loss.logvar": torch.zeros(()),
    }
    saved = {"epoch": 85, "optimizer_states": [], "callbacks": {}, "state_dict": sections["state_dict"] | extras}
    torch.save(saved, tmp_path / weights.CHECKPOINT)
    torch.save({"generator": sections["generator"]}, tmp_path / weights.VOCODER)
    (tmp_path / weights.VOCODER_CONFIG).write_text(yaml.safe_dump(case.document["config"]["vocoder"]))
    (tmp_path / weights.VOCABULARY).write_text("\n".join(WORDS))
    return tmp_path


def config_of(case: Case) -> SfxConfig:
    document = case.document["config"]
    return SfxConfig(
        text=text_config(document),
        unet=unet_config(document["unet"]),
        autoencoder=autoencoder_config(document["ddconfig"]),
    )


@needs_case
def test_a_folder_of_published_files_becomes_a_generator(folder: Path, case: Case) -> None:
    generator = load(folder, unet_dtype=torch.float32, config=config_of(case))
    (clip,) = generator.generate([Effect(prompt="rain", seconds=0.5, seed=1, steps=2)])
    assert isinstance(clip, Audio)


@needs_case
def test_a_tensor_that_is_missing_is_named(folder: Path, case: Case, sections: dict[str, dict[str, Any]]) -> None:
    lost = "model.diffusion_model.middle_block.1.transformer_blocks.0.attn1.to_k.weight"
    kept = {key: value for key, value in sections["state_dict"].items() if key != lost}
    torch.save({"state_dict": kept}, folder / weights.CHECKPOINT)
    with pytest.raises(CheckpointMismatch, match=r"UNet.*attn1\.to_"):
        load(folder, config=config_of(case))


@needs_case
@pytest.mark.parametrize("name", [weights.CHECKPOINT, weights.VOCODER, weights.VOCODER_CONFIG, weights.VOCABULARY])
def test_a_file_that_is_missing_is_named(folder: Path, case: Case, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(CheckpointMismatch, match=Path(name).name):
        load(folder, config=config_of(case))
