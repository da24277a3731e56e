"""Where clips are kept as objects: the protocol that a folder (`folder`) and a bucket (`s3`) both fulfil.

A key is a relative path such as `clips/job_x/1.ogg`. One rule for keys holds in both, so that a folder can move
to a bucket and back. The type an object is served with follows the extension of its key: a folder has no other
place for it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Protocol
from urllib.parse import quote

LINK_SECONDS = range(1, 7 * 24 * 3600 + 1)  # signature version 4 goes no further
KEY_BYTES = 900  # S3 takes 1,024 with the prefix
PART_BYTES = 255  # the longest file name of common file systems
BATCH = 1000  # the most keys that one DeleteObjects takes

# A fixed table, not `mimetypes`: that one differs from machine to machine, and no key may ever become text/html.
CONTENT_TYPES = {
    "flac": "audio/flac",
    "json": "application/json",
    "m4a": "audio/mp4",
    "mp3": "audio/mpeg",
    "ogg": "audio/ogg",
    "opus": "audio/ogg",
    "pcm": "audio/pcm",
    "wav": "audio/wav",
    "webm": "audio/webm",
}


class ObjectMissing(Exception):
    """No object has this key."""

    def __init__(self, key: str) -> None:
        super().__init__(f"There is no object {key!r}.")
        self.key = key


class ObjectTooLarge(Exception):
    """It has more bytes than were asked for at most, and was not read."""

    def __init__(self, key: str) -> None:
        super().__init__(f"The object {key!r} is too large.")
        self.key = key


class ObjectsUnavailable(Exception):
    """The store cannot be used now. The message is a sentence for the operator, without credentials."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredObject:
    key: str
    bytes: int
    modified: datetime  # aware, UTC


class Objects(Protocol):
    """Each method raises `ObjectsUnavailable` when the store fails, `ValueError` for a key that `check_key` refuses.

    A cancelled call returns at once, yet its thread runs on: a cancelled `put` may still store its object.
    """

    async def put(self, key: str, data: bytes, content_type: str) -> None:
        """All of it or nothing, also when killed; overwrites. `content_type` should be `content_type_of(key)`."""

    async def get(self, key: str, *, at_most: int | None = None) -> bytes:
        """Raises `ObjectMissing`, and `ObjectTooLarge` for more than `at_most` bytes, which are not read."""

    async def link(self, key: str, *, seconds: int, filename: str | None = None) -> str:
        """A signed URL good for `seconds` (1 to 604,800), whether or not the object exists.

        With `filename` the answer carries `Content-Disposition: attachment` under that name.
        """

    async def put_link(self, key: str, *, seconds: int, bytes: int) -> str:
        """A signed URL to which a client may PUT this object, of exactly so many bytes, more than once."""

    async def delete(self, keys: Iterable[str]) -> None:
        """Absent keys are no error."""

    def list(self, prefix: str) -> AsyncIterator[StoredObject]:
        """Objects whose key starts with these characters ('' for all), in no promised order."""

    async def aclose(self) -> None:
        """Gives connections back."""

    async def check(self) -> None:
        """Raises `ObjectsUnavailable` with a sentence that says what to do."""


def check_key(key: str) -> None:
    """Raises `ValueError` unless `key` is a plain relative path: visible, non-empty parts and no trickery."""
    parts = key.split("/")
    if any(part == "" or part.startswith(".") for part in parts):
        raise ValueError(f"A part of the key {key!r} is empty or starts with a dot.")
    if "\\" in key or not all(character.isprintable() for character in key):
        raise ValueError(f"The key {key!r} holds a backslash or an unprintable character.")
    if len(key.encode()) > KEY_BYTES or any(len(part.encode()) > PART_BYTES for part in parts):
        raise ValueError(f"The key {key[:40]!r}... is longer than {KEY_BYTES} bytes, or a part than {PART_BYTES}.")


def is_key(key: str) -> bool:
    try:
        check_key(key)
    except ValueError:
        return False
    return True


def check_seconds(seconds: int) -> None:
    """Raises `ValueError` outside of what S3 signs."""
    if seconds not in LINK_SECONDS:
        raise ValueError(f"A link lives 1 to {LINK_SECONDS[-1]} seconds, not {seconds}.")


def content_type_of(key: str) -> str:
    """From the extension; `application/octet-stream` when unknown."""
    return CONTENT_TYPES.get(key.rpartition(".")[2].lower(), "application/octet-stream")


def disposition(filename: str) -> str:
    """`Content-Disposition` for a download (RFC 6266): the exact name in UTF-8, and an ASCII one for old clients."""
    plain = "".join(c if c.isascii() and (c.isalnum() or c in " ._-") else "_" for c in filename)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(filename, safe='')}"


def batches(keys: Iterable[str]) -> Iterator[tuple[str, ...]]:
    """Checked keys in tuples of up to `BATCH`."""
    rest = iter(keys)
    while batch := tuple(islice(rest, BATCH)):
        for key in batch:
            check_key(key)
        yield batch
