"""What a recording must be to be converted, or to be a sample of a voice: said alike by every converter.

Imports no network.
"""

from __future__ import annotations

from engine.audio import Audio
from engine.errors import InvalidInput

SHORTEST_SOURCE_SECONDS, SHORTEST_VOICE_SECONDS = 0.5, 1.0
SILENT_PEAK = 1e-3  # -60 dBFS


def check(audio: Audio, *, what: str, shortest_seconds: float) -> None:
    """Raises InvalidInput for what is too short or too quiet to hear a voice in it. `what`: what it is called."""
    if audio.seconds < shortest_seconds:
        raise InvalidInput(
            f"The {what} lasts {audio.seconds:.1f} seconds and at least {shortest_seconds:g} are needed. "
            "Use a longer recording."
        )
    if abs(audio.samples).max() < SILENT_PEAK:
        raise InvalidInput(f"The {what} is silent. Use a recording in which somebody speaks.")
