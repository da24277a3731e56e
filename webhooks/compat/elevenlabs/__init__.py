"""Routes that the official ElevenLabs SDK works against, unchanged."""

from webhooks.compat.elevenlabs import account, dictionaries, history, realtime, sounds, speech, voices, webhooks

PARTS = (speech, realtime, sounds, voices, history, account, dictionaries, webhooks)
