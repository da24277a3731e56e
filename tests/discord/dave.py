"""Discord's end-to-end encryption of calls (DAVE, version 1) as far as a local voice server takes part in it.

The server is the external sender of an MLS group (RFC 9420): it proposes to add a listener, the bot commits to that,
and from then on only the listener understands what the bot says.
"""

from __future__ import annotations

import struct
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import davey

EXTERNAL_SENDER, KEY_PACKAGE, PROPOSALS, COMMIT_WELCOME, ANNOUNCE_COMMIT = 25, 26, 27, 28, 29
MLS_10, PUBLIC_MESSAGE, EXTERNAL, PROPOSAL, ADD, BASIC = 1, 1, 2, 2, 1, 1
FIRST_TRANSITION = 0


def vector(data: bytes) -> bytes:
    """With its length in front, as QUIC writes lengths."""
    if len(data) < 1 << 6:
        return bytes([len(data)]) + data
    return struct.pack(">H", len(data) | 0x4000) + data


class Signer:
    """A key on P-256, kept by openssl."""

    def __init__(self) -> None:
        self._key = Path(tempfile.mkdtemp(prefix="bernie-dave-")) / "key.pem"
        _openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-out", str(self._key))
        self.public = _openssl("pkey", "-in", str(self._key), "-pubout", "-outform", "DER")[-65:]

    def sign(self, label: str, content: bytes) -> bytes:
        labelled = vector(b"MLS 1.0 " + label.encode()) + vector(content)
        return _openssl("dgst", "-sha256", "-sign", str(self._key), data=labelled)


def _openssl(*arguments: str, data: bytes = b"") -> bytes:
    return subprocess.run(["openssl", *arguments], input=data, check=True, capture_output=True).stdout


@dataclass(eq=False)
class Dave:
    """One call of the bot, and somebody who listens to it."""

    channel_id: int
    listener_id: int
    signer: Signer = field(default_factory=Signer)

    def __post_init__(self) -> None:
        self.listener = davey.DaveSession(1, self.listener_id, self.channel_id)
        self.listener.set_external_sender(self.external_sender())

    def external_sender(self) -> bytes:
        return vector(self.signer.public) + struct.pack(">H", BASIC) + vector(b"a voice server")

    def proposals(self) -> bytes:
        """That the listener be added: what follows the opcode."""
        add = struct.pack(">H", ADD) + self.listener.get_serialized_key_package()
        content = vector(struct.pack(">Q", self.channel_id)) + struct.pack(">Q", 0)  # group and epoch
        content += struct.pack(">BI", EXTERNAL, 0) + vector(b"") + bytes([PROPOSAL]) + add
        head = struct.pack(">HH", MLS_10, PUBLIC_MESSAGE)
        message = head + content + vector(self.signer.sign("FramedContentTBS", head + content))
        return b"\0" + vector(message)

    def committed(self, commit_and_welcome: bytes) -> bytes:
        """The listener is welcomed; gives the commit, as it is announced to those who are there."""
        start = _start_of_welcome(commit_and_welcome)
        self.listener.process_welcome(commit_and_welcome[start:])
        return struct.pack(">H", FIRST_TRANSITION) + commit_and_welcome[:start]

    def understood(self, sender: int, packet: bytes) -> bytes:
        """Raises where it is not encrypted for the listener."""
        return bytes(self.listener.decrypt(sender, davey.MediaType.audio, packet))


def _start_of_welcome(data: bytes) -> int:
    """Cipher suite 2 and two vectors that end where the data ends."""
    for start in range(len(data) - 4):
        if data[start : start + 2] == b"\0\2" and _after_vector(data, _after_vector(data, start + 2)) == len(data):
            return start
    raise AssertionError("there is no welcome in this commit")


def _after_vector(data: bytes, start: int) -> int:
    if start >= len(data):
        return -1
    size = 1 << (data[start] >> 6)
    length = int.from_bytes(data[start : start + size], "big") & ((1 << (8 * size - 2)) - 1)
    return start + size + length
