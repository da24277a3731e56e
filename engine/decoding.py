"""Whatever people send, to mono samples; names and MIME types are ignored, the content decides.

Uploads are hostile until decoded: only demuxers that read nothing but the bytes at hand, only audio
decoders, and memory bounded by `max_seconds` instead of by what the file claims.
"""

from __future__ import annotations

import io
from collections.abc import Iterator

import av
import numpy as np

from engine.audio import Audio, join, limit_peak
from engine.downmix import downmix
from engine.errors import ClipTooLong, ClipUnreadable
from engine.sample_tables import claims_too_many_samples
from engine.stated_length import is_cut_off, stated_seconds

# Playlists, SDP, DASH and concat scripts are left out: their demuxers open files and network addresses.
DEMUXERS = "aac,aiff,amr,asf,au,avi,caf,flac,matroska,mov,mp3,ogg,wav"
# Without video decoders: probing would otherwise decode pictures, which is slow and a large surface.
DECODERS = (
    "aac,ac3,adpcm_ima_qt,adpcm_ima_wav,adpcm_ms,alac,amrnb,amrwb,eac3,flac,gsm,gsm_ms,libopencore_amrnb,"
    "libopencore_amrwb,libopus,libspeex,mp2,mp2float,mp3,mp3float,opus,pcm_alaw,pcm_f32be,pcm_f32le,pcm_f64be,"
    "pcm_f64le,pcm_mulaw,pcm_s16be,pcm_s16le,pcm_s24be,pcm_s24le,pcm_s32be,pcm_s32le,pcm_s8,pcm_u8,speex,vorbis,"
    "wmalossless,wmapro,wmav1,wmav2,wmavoice"
)
SAMPLE_RATES = range(4_000, 192_001)  # Hz
PADDING_SECONDS = 0.1  # encoders round up to whole frames; nobody is refused for that

_OPTIONS = {
    "format_whitelist": DEMUXERS,
    "protocol_whitelist": "none",
    "codec_whitelist": DECODERS,
}
_UNREADABLE = (
    "This file cannot be read as audio: it is damaged, cut off or of another kind. "
    "Please send it as MP3, OGG, WAV, FLAC, M4A or a video with sound."
)
_CUT_OFF = "This file is cut off: parts of the sound are missing. Please send it again, complete."
_NO_SOUND = "There is no sound in this file. Please send an audio file, or a video with an audio track."


def decode(data: bytes, *, max_seconds: float) -> Audio:
    """The first or best audio track: finite float32 [S] in [-1, 1] at its own sample rate, 4 to 192 kHz.

    ClipTooLong past `max_seconds`; ClipUnreadable for anything that is not a whole audio or video file.
    """
    if claims_too_many_samples(data):
        raise ClipUnreadable(_UNREADABLE)
    try:
        with av.open(io.BytesIO(data), "r", container_options=_OPTIONS, metadata_errors="replace") as container:
            return _read(container, data, max_seconds)
    except (av.FFmpegError, ValueError) as error:  # PyAV speaks of unknown sample formats in ValueErrors
        raise ClipUnreadable(_UNREADABLE) from error


def _read(container: av.container.InputContainer, data: bytes, max_seconds: float) -> Audio:
    stream = container.streams.best("audio")
    if stream is None:
        raise ClipUnreadable(_NO_SOUND)
    assert isinstance(stream, av.AudioStream)
    if stream.codec_context is None or stream.codec_context.codec.name not in DECODERS.split(","):
        raise ClipUnreadable(_UNREADABLE)
    tape = _Tape(max_seconds)
    reached = _play(container, stream, tape)
    stated = stated_seconds(container, stream, data)
    if is_cut_off(container, data, stated, max(reached, tape.seconds)):
        raise ClipUnreadable(_CUT_OFF)
    if not tape.seconds:
        raise ClipUnreadable(_NO_SOUND)
    if tape.damaged > tape.intact:
        raise ClipUnreadable(_UNREADABLE)
    return _trimmed(tape.audio(), stated, max_seconds)


def _play(container: av.container.InputContainer, stream: av.AudioStream, tape: _Tape) -> float:
    """Records the stream; the seconds that its packets reach.

    Where only the container states a length, any stream may be the one that lasts so long: all count.
    """
    reached = 0.0
    for packet in _packets(container):
        ours = packet.stream.index == stream.index
        if packet.pts is not None and packet.time_base and (ours or stream.duration is None):
            reached = max(reached, float((packet.pts + (packet.duration or 0)) * packet.time_base))
        if ours:
            tape.record(stream, packet)
    return reached


def _packets(container: av.container.InputContainer) -> Iterator[av.Packet[av.stream.Stream]]:
    try:
        yield from container.demux()
    except av.FFmpegError:
        return  # a file that breaks off here may be whole enough: its stated length decides


def _trimmed(audio: Audio, stated: float | None, max_seconds: float) -> Audio:
    """Without the encoder's padding: past the stated length, or past the limit."""
    end = audio.seconds
    if stated and end - PADDING_SECONDS <= stated < end:
        end = stated
    end = min(end, max_seconds)
    return Audio(audio.samples[: round(end * audio.sample_rate)], audio.sample_rate)


class _Tape:
    """Decoded samples, never more than `max_seconds` of them, in one growing buffer per sample rate."""

    def __init__(self, max_seconds: float) -> None:
        self.max_seconds = max_seconds
        self.seconds = 0.0
        self.intact = self.damaged = 0  # packets
        self._pieces: list[tuple[int, bytearray]] = []  # more than one: the rate changed midway

    def record(self, stream: av.AudioStream, packet: av.Packet[av.stream.Stream]) -> None:
        """A damaged packet is left out, as every player does. ClipTooLong, ClipUnreadable."""
        try:
            frames = stream.decode(packet)
        except av.FFmpegError:
            self.damaged += 1
            return
        self.intact += 1
        for frame in frames:
            self._append(frame)

    def _append(self, frame: av.AudioFrame) -> None:
        if frame.sample_rate not in SAMPLE_RATES:
            raise ClipUnreadable("The sample rate must lie between 4 and 192 kHz. Please convert the file first.")
        self.seconds += frame.samples / frame.sample_rate
        if self.seconds > self.max_seconds + PADDING_SECONDS:
            raise ClipTooLong(f"This clip lasts more than {_spoken(self.max_seconds)}. Please send a shorter one.")
        if not self._pieces or self._pieces[-1][0] != frame.sample_rate:
            self._pieces.append((frame.sample_rate, bytearray()))
        self._pieces[-1][1].extend(downmix(frame).tobytes())

    def audio(self) -> Audio:
        pieces = [Audio(np.frombuffer(buffer, dtype=np.float32), rate) for rate, buffer in self._pieces]
        return limit_peak(join(pieces), ceiling=1.0)


def _spoken(seconds: float) -> str:
    if seconds >= 60 and seconds % 60 == 0:
        minutes = round(seconds / 60)
        return "1 minute" if minutes == 1 else f"{minutes} minutes"
    return f"{seconds:g} seconds"
