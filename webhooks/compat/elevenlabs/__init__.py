"""Routes that the official ElevenLabs SDK works against, unchanged."""

from webhooks.compat.elevenlabs import (
    account,
    dictionaries,
    history,
    realtime,
    sounds,
    speech,
    voice_settings,
    voices,
    webhooks,
)

PARTS = (speech, realtime, sounds, voice_settings, voices, history, account, dictionaries, webhooks)
