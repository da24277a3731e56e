"""What `bernie say` writes is understood by a recogniser that knows nothing of us."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.listening import HARVARD, ear, transcribe, word_error_rate
from tests.service import environment


@pytest.mark.slow
def test_ten_harvard_sentences_are_understood(tmp_path: Path) -> None:
    ear()  # skips, with the reason, where the recogniser is not installed
    text, file = " ".join(HARVARD), tmp_path / "harvard.mp3"
    say = [sys.executable, "-m", "bernie", "say", text, "-o", str(file), "--seed", "1"]
    subprocess.run(say, env=environment(tmp_path / "data"), check=True, capture_output=True)
    assert word_error_rate(text, transcribe(file.read_bytes())) <= 0.08
