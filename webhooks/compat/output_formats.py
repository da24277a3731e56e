"""The names that other services give to file formats, as formats of ours."""

from __future__ import annotations

from dataclasses import replace

from engine import FORMATS, Format, InvalidInput

OPUS, MP3, WAV, FLAC, PCM = (FORMATS[name] for name in ("ogg", "mp3", "wav", "flac", "pcm"))
ULAW = replace(PCM, name="ulaw", extension="ulaw", content_type="audio/basic", container="mulaw", codec="pcm_mulaw")
ALAW = replace(ULAW, name="alaw", extension="alaw", container="alaw", codec="pcm_alaw")
ADTS = replace(FORMATS["m4a"], name="aac", extension="aac", content_type="audio/aac", container="adts", streaming={})

MP3_RATES = ((22050, 32), (24000, 48), (44100, 32), (44100, 64), (44100, 96), (44100, 128), (44100, 192))
PCM_RATES = (8000, 16000, 22050, 24000, 32000, 44100, 48000)
ELEVENLABS: dict[str, Format] = {
    **{
        f"mp3_{rate}_{kilobits}": replace(MP3, sample_rate=rate, bit_rate=kilobits * 1000)
        for rate, kilobits in (
            (22050, 32),
            (24000, 48),
            (44100, 32),
            (44100, 64),
            (44100, 96),
            (44100, 128),
            (44100, 192),
        )
    },
    **{f"pcm_{rate}": replace(PCM, sample_rate=rate) for rate in PCM_RATES},
    **{f"wav_{rate}": replace(WAV, sample_rate=rate) for rate in PCM_RATES},
    **{f"opus_48000_{kilobits}": replace(OPUS, bit_rate=kilobits * 1000) for kilobits in (32, 64, 96, 128, 192)},
    "ulaw_8000": replace(ULAW, sample_rate=8000),
    "alaw_8000": replace(ALAW, sample_rate=8000),
}
ELEVENLABS_DEFAULT = "mp3_44100_128"
OPENAI: dict[str, Format] = {"mp3": MP3, "opus": OPUS, "aac": ADTS, "flac": FLAC, "wav": WAV, "pcm": PCM}


def elevenlabs_format(name: str | None) -> Format:
    """Raises `InvalidInput` with the names there are."""
    if form := ELEVENLABS.get(name or ELEVENLABS_DEFAULT):
        return form
    known = ", ".join(ELEVENLABS)
    raise InvalidInput(f"There is no output format {str(name)[:40]!r}. Choose one of: {known}.", field="output_format")


def kept_as(form: Format) -> str:
    """The format of ours that a clip is stored in when it is asked for like this."""
    return form.name if form.name in FORMATS else "flac"
