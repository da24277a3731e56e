"""Files that somebody downloaded by hand: the right ones are taken, each other one is named."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from engine.errors import CheckpointMismatch
from engine.sfx import weights
from engine.sfx.checking import check
from tests.engine.sfx.hollow import main, needs_cases, published

pytestmark = needs_cases
PAGE = b"<!DOCTYPE html><html><head><title>Google Drive - Virus scan warning</title></head></html>"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return published(tmp_path)


def test_the_published_keys_and_shapes_are_taken(folder: Path) -> None:
    check(folder)


@pytest.mark.parametrize("name", [weights.CHECKPOINT, weights.VOCODER, weights.VOCODER_CONFIG, weights.CLAP])
def test_a_web_page_in_place_of_a_file_is_recognised(folder: Path, name: str) -> None:
    (folder / name).write_bytes(PAGE)
    with pytest.raises(CheckpointMismatch, match=rf"{name} is a web page, not the file"):
        check(folder)


@pytest.mark.parametrize("name", [weights.CHECKPOINT, weights.VOCODER, weights.CLAP])
def test_a_download_that_broke_off_is_recognised(folder: Path, name: str) -> None:
    data = (folder / name).read_bytes()
    (folder / name).write_bytes(data[: len(data) // 2])
    with pytest.raises(CheckpointMismatch, match=rf"{name} is missing, damaged or no checkpoint"):
        check(folder)


@pytest.mark.parametrize(
    ("one", "other"),
    [(weights.CHECKPOINT, weights.VOCODER), (weights.VOCODER, weights.CLAP), (weights.CLAP, weights.CHECKPOINT)],
)
def test_a_file_under_the_name_of_another_is_recognised(folder: Path, one: str, other: str) -> None:
    (folder / one).write_bytes((folder / other).read_bytes())
    with pytest.raises(CheckpointMismatch, match=rf"{one} is not the file that it should be"):
        check(folder)


@pytest.mark.parametrize(
    ("lost", "part"),
    [
        ("scale_factor", "scale_factor"),
        ("model.diffusion_model.out.2.bias", "UNet"),
        ("first_stage_model.decoder.conv_in.weight", "Decoder"),
        ("cond_stage_model.caption_encoder.projection.linear1.weight", "TextEncoder"),
    ],
)
def test_a_tensor_that_is_missing_is_named(folder: Path, lost: str, part: str) -> None:
    state = {key: value for key, value in main().items() if key != lost}
    assert len(state) < len(main())
    torch.save({"state_dict": state}, folder / weights.CHECKPOINT)
    with pytest.raises(CheckpointMismatch, match=rf"maa1_full.ckpt is not the file that it should be.*{part}"):
        check(folder)


def test_a_network_of_another_size_is_not_taken(folder: Path) -> None:
    key = "model.diffusion_model.input_blocks.0.0.weight"
    torch.save({"state_dict": main() | {key: torch.zeros(320, 9, 3, 3)}}, folder / weights.CHECKPOINT)
    with pytest.raises(CheckpointMismatch, match=r"conv_in.weight is \(320, 9, 3, 3\) and should be \(320, 4, 3, 3\)"):
        check(folder)


def test_another_vocabulary_is_not_taken(folder: Path) -> None:
    (folder / weights.VOCABULARY).write_text("rain\nfalls\n")
    with pytest.raises(CheckpointMismatch, match=r"vocab\.txt"):
        check(folder)
