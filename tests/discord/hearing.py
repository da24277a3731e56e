"""What came over UDP to a voice server: RTP, decrypted, checked and decoded."""

from __future__ import annotations

import struct
import time
from dataclasses import dataclass, field

import av
import nacl.secret
import numpy as np
from nacl.exceptions import CryptoError

from engine.audio import Audio
from tests.discord.dave import Dave

SILENCE = b"\xf8\xff\xfe"
FRAME_SECONDS, FRAME_SAMPLES, SAMPLE_RATE = 0.02, 960, 48_000
ENDING = 5  # packets of silence that end what is said
BURST = 15  # packets that may come ahead of their time


@dataclass(frozen=True)
class Utterance:
    """`began`, `ended` by the clock of `time.monotonic`. `rounded_off`: with the silence that Discord asks for."""

    began: float
    ended: float
    audio: Audio
    rounded_off: bool


@dataclass(eq=False)
class Hearing:
    """One sender. `problems`: what Discord would have dropped, or cut us off for."""

    ssrc: int
    key: bytes
    packets: list[tuple[float, bytes]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    dave: Dave | None = None  # what is encrypted from end to end
    sender: int = 0
    may_speak: bool = False  # it has said its SSRC
    _whole: list[list[tuple[float, bytes]]] = field(default_factory=list)
    _current: list[tuple[float, bytes]] = field(default_factory=list)
    _last: tuple[int, int] | None = None
    _nonces: set[bytes] = field(default_factory=set)

    def receive(self, data: bytes) -> None:
        first, kind, sequence, timestamp, ssrc = struct.unpack_from(">BBHII", data)
        self._need((first, kind) == (0x80, 0x78), f"a header that begins with {first:x} {kind:x}")
        self._need(ssrc == self.ssrc, f"SSRC {ssrc} of somebody else")
        self._need(self.may_speak, "sound before the SSRC was said")
        if self._last is not None:
            expected = ((self._last[0] + 1) % 65536, self._last[1] + FRAME_SAMPLES)
            self._need((sequence, timestamp) == expected, f"{sequence, timestamp} where {expected} should come")
        self._last = (sequence, timestamp)
        self._need(data[-4:] not in self._nonces, "a nonce used twice")
        self._nonces.add(data[-4:])
        try:
            opus = nacl.secret.Aead(self.key).decrypt(data[12:-4], data[:12], data[-4:] + bytes(20))
        except CryptoError:
            self.problems.append("a packet that cannot be decrypted")
            return
        if self.dave is not None:
            try:
                opus = self.dave.understood(self.sender, opus)
            except Exception as error:
                self.problems.append(f"a packet that is not encrypted for the listener: {error}")
                return
        self.packets.append((time.monotonic(), opus))
        self._note(self.packets[-1])

    def _need(self, condition: bool, problem: str) -> None:
        if not condition:
            self.problems.append(problem)

    @property
    def ended(self) -> int:
        """How many have been said to their end."""
        return len(self._whole)

    def utterances(self) -> list[Utterance]:
        """What was said, piece by piece, as the silence between divides it."""
        whole = [self._utterance(packets, True) for packets in self._whole]
        rest = [packet for packet in self._current if packet[1] != SILENCE]
        return whole + ([self._utterance(rest, False)] if rest else [])

    def _note(self, packet: tuple[float, bytes]) -> None:
        self._current.append(packet)
        if len(self._current) >= ENDING and all(data == SILENCE for _, data in self._current[-ENDING:]):
            if said := self._current[:-ENDING]:
                self._whole.append(said)
            self._current = []

    def _utterance(self, packets: list[tuple[float, bytes]], rounded_off: bool) -> Utterance:
        decoder = av.CodecContext.create("opus", "r")
        decoder.sample_rate, decoder.layout = SAMPLE_RATE, "stereo"
        sound = [frame.to_ndarray() for _, data in packets for frame in decoder.decode(av.Packet(data))]
        assert all(part.shape == (2, FRAME_SAMPLES) for part in sound), "a packet is 20 ms of stereo"
        samples = np.concatenate(sound, axis=1).mean(axis=0).astype(np.float32)
        return Utterance(packets[0][0], packets[-1][0], Audio(samples, SAMPLE_RATE), rounded_off)

    def hurry(self) -> int:
        """The most packets that were ahead of their time since a pause."""
        most, start, count = 0, 0.0, 0
        for at, _ in self.packets:
            if not count or at > start + count * FRAME_SECONDS + 1:
                start, count = at, 0
            count += 1
            most = max(most, count - round((at - start) / FRAME_SECONDS))
        return most
