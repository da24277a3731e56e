"""A published folder becomes a network, or a sentence that names what does not fit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
import yaml
from torch import Tensor

from engine.errors import CheckpointMismatch
from engine.nn.catalogue import MODELS
from engine.tts.config import plbert_config, styletts2_config
from engine.tts.network import TtsNetwork
from engine.tts.weights import FILES, opened, voice_table
from tests.parity.recorded import SHARED, Case

TINY = SHARED / "parity" / "styletts2" / "tiny_hifigan"
needs_case = pytest.mark.skipif(not TINY.is_dir(), reason=f"{TINY} is not there")


@pytest.fixture
def sections() -> dict[str, dict[str, Tensor]]:
    return Case(TINY).checkpoint()


def load(sections: dict[str, Any]) -> TtsNetwork:
    document = Case(TINY).document["config"]
    return TtsNetwork.load(styletts2_config(document, plbert_config(document["plbert"]["model_params"])), sections)


@needs_case
def test_a_published_folder_is_opened_and_loaded(tmp_path: Path, sections: dict[str, dict[str, Tensor]]) -> None:
    document, files = Case(TINY).document["config"], FILES["styletts2"]
    (tmp_path / files.weights).parent.mkdir(parents=True)
    # As published: training state beside the net, training's own networks in it, the denoiser under both its names.
    sections["mpd"] = {"module.weight": torch.ones(1)}
    denoiser = sections["diffusion"]
    denoiser |= {key.replace("diffusion.net", "unet"): value.clone() for key, value in denoiser.items()}
    torch.save({"net": sections, "epoch": 20, "optimizer": {"state": {}}}, tmp_path / files.weights)
    (tmp_path / files.config).write_text(yaml.safe_dump(document, default_flow_style=True))
    config, tree = opened("styletts2", tmp_path)
    assert config.diffusion is not None
    assert config.diffusion.sigma_data == 0.21
    assert load(tree).config.decoder_width == 72  # stated nowhere but in the shapes


@needs_case
@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("decoder", "module.generator.resblocks.4.adain1.1.fc.weight"),
        ("text_encoder", "module.lstm.bias_hh_l0"),
        ("style_encoder", "module.shared.2.conv1.weight_u"),
    ],
)
def test_a_missing_tensor_is_named(sections: dict[str, dict[str, Tensor]], name: str, key: str) -> None:
    del sections[name][key]
    with pytest.raises(CheckpointMismatch, match="missing"):
        load(sections)


@needs_case
def test_a_network_of_other_widths_is_refused(sections: dict[str, dict[str, Tensor]]) -> None:
    sections["predictor"]["module.F0.0.norm1.fc.weight"] = torch.ones(4, 16)
    with pytest.raises(CheckpointMismatch, match=r"F0\.0\.norm1\.fc\.weight is \(4, 16\) and should be \(128, 16\)"):
        load(sections)


def test_a_config_without_sigma_data_is_refused() -> None:
    model: dict[str, Any] = {"diffusion": {"transformer": {}, "dist": {}}}
    model |= dict.fromkeys(("n_token", "hidden_dim", "style_dim", "n_layer", "max_dur", "dim_in"), 8)
    lists = {name: [2] for name in ("upsample_rates", "upsample_kernel_sizes", "resblock_kernel_sizes")}
    model["decoder"] = {"type": "hifigan", "upsample_initial_channel": 8, "resblock_dilation_sizes": [[1]], **lists}
    model["diffusion"]["transformer"] = dict.fromkeys(("num_layers", "num_heads", "head_features", "multiplier"), 1)
    with pytest.raises(CheckpointMismatch, match=r"no diffusion\.dist\.sigma_data"):
        styletts2_config({"model_params": model})


def test_every_file_that_is_opened_is_one_that_the_catalogue_fetches() -> None:
    for model, files in FILES.items():
        assert {files.weights, files.config} <= {file.path for file in MODELS[model].files}


def test_a_voice_is_a_table_of_rows(tmp_path: Path) -> None:
    table = torch.randn(510, 1, 256)
    torch.save(table, tmp_path / "af_heart.pt")
    assert torch.equal(voice_table(tmp_path / "af_heart.pt"), table[:, 0])
