"""`bernie bench tts` and `bench vc` run and say what they promise; values are measured each time, never asserted."""

from __future__ import annotations

import json
import os
from typing import Any

import pytest
from typer.testing import CliRunner

from bernie.cli import app
from engine.nn.precision import has_bfloat16


def called(*arguments: str) -> Any:
    hidden = {name: None for name in os.environ if name.startswith("BERNIE_")}
    return CliRunner().invoke(app, ["bench", *arguments], env=hidden)


def measured(*arguments: str) -> dict[str, float]:
    done = called(*arguments, "--quick", "--json")
    assert done.exit_code == 0, done.output
    rows = json.loads(done.stdout)
    found = {row["name"]: row["value"] for row in rows}
    assert len(found) == len(rows)
    return found


def precisions() -> list[str]:
    import torch

    return ["float32", "bfloat16"] if has_bfloat16(torch.device("cpu")) else ["float32"]


@pytest.mark.slow
def test_speech_is_measured_alone_and_in_batches_part_by_part_and_until_its_first_sound() -> None:
    found = measured("tts", "--model", "styletts2-ljspeech")
    for precision in precisions():
        about = f"StyleTTS 2 LJSpeech, {precision}"
        for count in ("alone", "batch of 4", "batch of 16"):
            assert {f"{about}, {count}", f"{about}, {count}, wall"} <= found.keys()
        shares = [value for name, value in found.items() if name.startswith(f"{about}, share of ")]
        assert len(shares) == 3
        assert sum(shares) == pytest.approx(100)
        for line in ("first audio of ten sentences", "the first one alone", "peak memory"):
            assert f"{about}, {line}" in found
    if len(precisions()) > 1:
        assert {name.rpartition(", ")[2] for name in found} >= {
            "SNR of the wave in bfloat16",
            "log-mel distance of bfloat16",
            "SNR of the sampled style in bfloat16",
        }
    assert all(value > 0 for value in found.values())


@pytest.mark.slow
def test_conversion_is_measured_part_by_part_and_a_known_voice_is_heard_no_more() -> None:
    found = measured("vc")
    for precision in precisions():
        for part in ("content encoder", "CAM++", "regulator", "DiT", "BigVGAN"):
            assert f"{part}, {precision}" in found
        for part in ("content encoder", "CAM++", "regulator"):
            assert found[f"calls of the {part} that a known voice saves, {precision}"] == 1
        assert f"a conversion to a new voice, {precision}" in found
        assert f"a conversion to a known voice, {precision}" in found
    assert all(value > 0 for value in found.values())


def test_a_model_that_does_not_exist_is_named() -> None:
    refused = called("tts", "--model", "tacotron")
    assert refused.exit_code == 2
    assert "tacotron" in refused.output
    assert "styletts2-ljspeech" in refused.output
