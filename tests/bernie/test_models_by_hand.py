"""`bernie models` for Make-An-Audio, most of which a person has to download."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from bernie.cli import app
from engine.nn.catalogue import CATALOGUE, MAKE_AN_AUDIO, MODELS
from engine.sfx import weights
from tests.engine.sfx.hollow import needs_cases, published

NAME = MAKE_AN_AUDIO.name


@pytest.fixture(autouse=True)
def logging_as_it_was() -> Iterator[None]:
    before = logging.root.handlers[:], logging.root.level
    yield
    logging.root.handlers[:], logging.root.level = before


@pytest.fixture
def unpinned(monkeypatch: pytest.MonkeyPatch) -> None:
    """As published, but for the digest of the vocabulary, of which only a part is here."""
    model = replace(MAKE_AN_AUDIO, files=tuple(replace(file, sha256=None) for file in MAKE_AN_AUDIO.files))
    monkeypatch.setitem(MODELS, NAME, model)  # type: ignore[arg-type]
    monkeypatch.setitem(CATALOGUE, "sfx", (model,))  # type: ignore[arg-type]


def call(data: Path, *arguments: str, **settings: str) -> Result:
    hidden = {name: None for name in os.environ if name.startswith("BERNIE_")}
    return CliRunner().invoke(app, ["models", *arguments], env=hidden | {"BERNIE_DATA": str(data)} | settings)


def listed(data: Path, **settings: str) -> dict[str, Any]:
    return {row["model"]: row for row in json.loads(call(data, "list", "--json", **settings).stdout)}[NAME]


def test_pulling_says_what_to_download_from_where_and_into_which_folder(tmp_path: Path) -> None:
    called = call(tmp_path, "pull", "sfx")
    assert called.exit_code == 1
    assert "Open https://drive.google.com/drive/folders/" in called.output
    assert "download maa1_full.ckpt, bigvgan/best_netG.pt and bigvgan/args.yml" in called.output
    assert f"into {tmp_path / 'models' / NAME} under exactly this name" in called.output


def test_the_list_shows_it_with_its_licence_and_terms(tmp_path: Path) -> None:
    row = listed(tmp_path)
    assert row.items() >= {"here": False, "answers": False, "licence": MAKE_AN_AUDIO.licence}.items()
    assert "not for commercial use" in row["terms"]


@needs_cases
@pytest.mark.usefixtures("unpinned")
@pytest.mark.parametrize("own_folder", [False, True], ids=["in the data folder", "as a source of one's own"])
def test_files_that_are_right_are_taken_and_answer(tmp_path: Path, own_folder: bool) -> None:
    data = tmp_path / "data"
    home = published(tmp_path / "mine" if own_folder else data / "models" / NAME)
    chosen = {"BERNIE_SFX__MODEL": NAME, "BERNIE_SFX__SOURCE": str(home)} if own_folder else {}
    called = call(data, "pull", "sfx", **chosen)
    assert (called.exit_code, called.output) == (0, f"{NAME} is here: {home}\n{MAKE_AN_AUDIO.terms}\n")
    assert listed(data, **chosen).items() >= {"here": True, "answers": True, "path": str(home)}.items()


@needs_cases
@pytest.mark.usefixtures("unpinned")
def test_a_file_that_is_missing_is_named(tmp_path: Path) -> None:
    home = published(tmp_path / "models" / NAME)
    (home / weights.VOCODER).unlink()
    called = call(tmp_path, "pull", "sfx")
    assert called.exit_code == 1
    assert "download bigvgan/best_netG.pt, and put each" in called.output
    assert not listed(tmp_path)["here"]


@needs_cases
@pytest.mark.usefixtures("unpinned")
def test_a_wrong_file_is_named_with_what_is_wrong(tmp_path: Path) -> None:
    home = published(tmp_path / "models" / NAME)
    (home / weights.CHECKPOINT).write_bytes((home / weights.VOCODER).read_bytes())
    called = call(tmp_path, "pull", "sfx", "--json")
    assert called.exit_code == 1
    assert f"{home / weights.CHECKPOINT} is not the file that it should be" in called.output
