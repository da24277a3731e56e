"""How the voice settings of the ElevenLabs API come out in ours:

    stability           0 to 1, default 0.5    beta = 0.9 - 0.4 s: steady voices stay near their reference
    similarity_boost    0 to 1, default 0.75   alpha = 0.9 - 0.8 s: more similar, less of the text's own timbre
    style               0 to 1, default 0      guidance = 1 + s: more of the emotion that the text suggests
    speed               0.7 to 1.2, default 1  speed, as it is
    use_speaker_boost                          no effect: it raises similarity by means that we do not have

At the defaults that is alpha 0.3, beta 0.7, guidance 1: StyleTTS 2's own. Models without a diffusion use speed alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def from_voice_settings(settings: Mapping[str, Any]) -> dict[str, float]:
    """Options of `TtsParams` for those settings that are given; what lies outside of its range is brought into it."""

    def share(name: str, default: float) -> float:
        value = settings.get(name)
        return default if value is None else min(1.0, max(0.0, float(value)))

    speed = settings.get("speed")
    return {
        "alpha": round(0.9 - 0.8 * share("similarity_boost", 0.75), 4),
        "beta": round(0.9 - 0.4 * share("stability", 0.5), 4),
        "guidance": 1.0 + share("style", 0.0),
        "speed": 1.0 if speed is None else min(2.0, max(0.5, float(speed))),
    }
