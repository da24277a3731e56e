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

from engine.capabilities import TtsParams


def from_voice_settings(settings: Mapping[str, Any]) -> dict[str, float]:
    """Options of `TtsParams` for those settings that are given; what lies outside of its range is brought into it."""

    def share(name: str) -> float:
        return min(1.0, max(0.0, float(settings[name])))

    options: dict[str, float] = {}
    if settings.get("similarity_boost") is not None:
        options["alpha"] = round(0.9 - 0.8 * share("similarity_boost"), 4)
    if settings.get("stability") is not None:
        options["beta"] = round(0.9 - 0.4 * share("stability"), 4)
    if settings.get("style") is not None:
        options["guidance"] = 1.0 + share("style")
    if settings.get("speed") is not None:
        options["speed"] = min(2.0, max(0.5, float(settings["speed"])))
    return options


def as_tuned(params: TtsParams, settings: Mapping[str, Any]) -> TtsParams:
    """What a request leaves open is as the voice's settings have it."""
    stored = from_voice_settings(settings).items()
    return params.model_copy(update={name: value for name, value in stored if name not in params.model_fields_set})
