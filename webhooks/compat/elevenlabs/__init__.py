"""Routes that the official ElevenLabs SDK works against, unchanged."""
