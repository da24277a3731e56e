"""`bernie models` as a process of its own, against a hub on loopback that has small files of the same names."""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from bernie.cli import app
from engine.lineup import usable
from engine.nn import hub
from engine.nn.catalogue import CATALOGUE, KOKORO, MODELS, STYLETTS2, STYLETTS2_LJSPEECH
from tests.hub import COMMIT, Fault, LocalHub, running_hub
from tests.service import environment

WEIGHTS = bytes(range(256)) * 500
CHECKPOINT = "Models/LJSpeech/epoch_2nd_00100.pth"


@pytest.fixture
def remote() -> Iterator[LocalHub]:
    with running_hub() as local:
        for model in MODELS.values():
            files = {file.path: WEIGHTS if file.path.endswith(".pth") else b"small" for file in model.files}
            commit = COMMIT if model.revision == "main" else model.revision
            local.publish(model.repo, files, commit=commit)
        yield local


@pytest.fixture(autouse=True)
def logging_as_it_was() -> Iterator[None]:
    """A command sets up the logging of its process, which here is that of the tests."""
    before = logging.root.handlers[:], logging.root.level
    yield
    logging.root.handlers[:], logging.root.level = before


def start(remote: LocalHub, data: Path, *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "bernie", "models", *arguments]
    variables = environment(data, remote.environment(data))
    return subprocess.Popen(command, env=variables, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def ended(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    output, errors = process.communicate(timeout=60)
    return process.returncode, output, errors


def call(data: Path, *arguments: str) -> Result:
    """In this process: without a hub there is no need for another one, which takes two seconds to start."""
    hidden = {name: None for name in os.environ if name.startswith("BERNIE_")}
    return CliRunner().invoke(app, ["models", *arguments], env=hidden | {"BERNIE_DATA": str(data)})


def listed(data: Path) -> dict[str, dict[str, Any]]:
    return {row["model"]: row for row in json.loads(call(data, "list", "--json").stdout)}


def test_a_model_is_pulled_with_its_terms_and_listed(remote: LocalHub, tmp_path: Path) -> None:
    status, output, errors = ended(start(remote, tmp_path, "pull", "styletts2-ljspeech"))
    assert (status, errors) == (0, "")
    home = tmp_path / "models" / "styletts2-ljspeech"
    assert output == f"styletts2-ljspeech is here: {home}\n{STYLETTS2_LJSPEECH.terms}\n"
    assert (home / CHECKPOINT).read_bytes() == WEIGHTS
    found = listed(tmp_path)
    answers = usable("styletts2-ljspeech", {"styletts2-ljspeech"})
    assert (
        found["styletts2-ljspeech"].items()
        >= {"here": True, "answers": answers, "path": str(home), "terms": STYLETTS2_LJSPEECH.terms}.items()
    )
    assert len(WEIGHTS) < found["styletts2-ljspeech"]["bytes"] < len(WEIGHTS) + 2_000
    assert found["kokoro"].items() >= {"here": False, "bytes": 0, "licence": "Apache-2.0"}.items()
    assert found["hibari"].items() >= {"here": True, "answers": True}.items()


def test_one_that_fails_is_said_and_the_others_are_still_tried(remote: LocalHub, tmp_path: Path) -> None:
    status, output, errors = ended(start(remote, tmp_path, "pull", "all", "--json"))
    assert status == 1
    found = {row["model"]: row for row in json.loads(output)}
    assert list(found) == list(MODELS)
    assert found["styletts2-ljspeech"]["error"] is None
    assert found["styletts2-ljspeech"]["bytes"] == len(WEIGHTS) + len(b"small")
    for model in (STYLETTS2, KOKORO):  # pinned: our small files are not theirs
        assert "is not the file that it should be" in found[model.name]["error"]
        assert found[model.name]["error"] in errors


def test_stopped_by_the_keyboard_it_goes_on_when_called_again(remote: LocalHub, tmp_path: Path) -> None:
    remote.fail(CHECKPOINT, Fault(stall_after=100_000))
    process = start(remote, tmp_path, "pull", "styletts2-ljspeech")
    until = time.monotonic() + 30
    while time.monotonic() < until and not any(path.stat().st_size == 100_000 for path in tmp_path.rglob(".parts/*")):
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    status, _, errors = ended(process)
    assert (status, errors) == (130, "Stopped. `bernie models pull styletts2-ljspeech` goes on from here.\n")
    hub.fetch(STYLETTS2_LJSPEECH, tmp_path / "models", endpoint=remote.url)
    assert remote.sent[CHECKPOINT] == len(WEIGHTS)


def test_what_there_is_not_is_said(tmp_path: Path) -> None:
    called = call(tmp_path, "pull", "parrot")
    names = ", ".join([*MODELS, *CATALOGUE, "all"])
    assert (called.exit_code, called.output) == (1, f"There is no model parrot. There are: {names}.\n")
