"""Objects as files of a folder, for a service without a bucket.

Links lead back to this service: `{url}/files/{key}?expires=...&name=...&signature=...`. Its HTTP route asks
`Folder.open` for the file and answers 403 to `LinkRefused`, 404 to `ObjectMissing`. Those to PUT a file have `bytes` in
the place of `name`, and `Folder.receive` takes what comes.
"""

from __future__ import annotations

import asyncio
import errno
import hashlib
import hmac
import json
import os
import time
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from tempfile import mkstemp
from typing import BinaryIO
from urllib.parse import quote, urlencode

from itsdangerous import Signer

from store.objects import (
    BATCH,
    ObjectMissing,
    ObjectsUnavailable,
    ObjectTooLarge,
    StoredObject,
    batches,
    check_key,
    check_seconds,
    is_key,
)

PART = ".part"  # an unfinished file is `.xxxx.part`: hidden, so it is no key and is neither listed nor served
PART_SECONDS = 900  # older ones belong to a writer that was killed
SECRET_BYTES = 16
GATHERED = 1 << 20  # of a file that a client sends, before it goes to the disk

REASONS = {
    errno.ENOSPC: "is on a full disk. Free some space or move the data folder to another disk.",
    errno.EDQUOT: "is over its disk quota. Free some space or raise the quota.",
    errno.EACCES: "may not be used by this process. Give its user the right to read and write there.",
    errno.EPERM: "may not be used by this process. Give its user the right to read and write there.",
    errno.EROFS: "is mounted read-only. Mount it writable.",
    errno.ENOTDIR: "cannot be used: a file stands where a folder should. Move it away.",
    errno.EEXIST: "cannot be used: a file stands where a folder should. Move it away.",
}


class LinkRefused(Exception):
    """The message is a finished sentence for whoever followed the link."""


class Folder:
    """`Objects` below `root`; `url` is the public base URL of this service, `secret` signs its links."""

    def __init__(self, root: Path, url: str, secret: bytes) -> None:
        """Raises `ValueError` for a secret under 16 bytes."""
        if len(secret) < SECRET_BYTES:
            raise ValueError(f"The secret that signs links needs at least {SECRET_BYTES} bytes.")
        self.root = root
        self._url = url.rstrip("/")
        self._signer = Signer(secret, salt="store.folder", key_derivation="hmac", digest_method=hashlib.sha256)

    async def put(self, key: str, data: bytes, content_type: str) -> None:
        path = self._path(key)
        with _explained(self.root):
            await asyncio.to_thread(_write, self.root, path, data)

    async def get(self, key: str, *, at_most: int | None = None) -> bytes:
        path = self._path(key)

        def read() -> bytes:
            with path.open("rb") as file:
                if at_most is not None and os.fstat(file.fileno()).st_size > at_most:
                    raise ObjectTooLarge(key)
                return file.read()

        with _explained(self.root):
            try:
                return await asyncio.to_thread(read)
            except (FileNotFoundError, IsADirectoryError, NotADirectoryError) as error:
                raise ObjectMissing(key) from error

    async def link(self, key: str, *, seconds: int, filename: str | None = None) -> str:
        check_key(key)
        check_seconds(seconds)
        expires = int(time.time()) + seconds
        query = {"expires": str(expires)} | ({} if filename is None else {"name": filename})
        signature = self._signature(key, expires, filename).decode()
        return f"{self._url}/files/{quote(key)}?{urlencode(query | {'signature': signature})}"

    def open(self, key: str, expires: int, name: str | None, signature: str) -> Path:
        """The file behind a link that `link` made. Raises `LinkRefused`, `ObjectMissing`.

        Compares text with text: a base64 decoder would take several spellings of one signature.
        """
        self._check(self._signature(key, expires, name), expires, signature)
        path = self._path(key)
        if not path.is_file():
            raise ObjectMissing(key)
        return path

    async def put_link(self, key: str, *, seconds: int, bytes: int) -> str:
        check_key(key)
        check_seconds(seconds)
        expires = int(time.time()) + seconds
        query: dict[str, int | str] = {
            "expires": expires,
            "bytes": bytes,
            "signature": self._signature(key, expires, bytes).decode(),
        }
        return f"{self._url}/files/{quote(key)}?{urlencode(query)}"

    def check_put(self, key: str, expires: int, bytes: int, signature: str) -> None:
        """Raises `LinkRefused` unless `put_link` made this link and its time has not run out."""
        self._check(self._signature(key, expires, bytes), expires, signature)

    async def receive(self, key: str, bytes: int, chunks: AsyncIterator[bytes]) -> None:
        """Stores what comes as the object, once it is all there. Raises `LinkRefused` for another number of bytes."""
        path = self._path(key)
        with _explained(self.root):
            await _receive(self.root, path, bytes, chunks)

    @staticmethod
    def _check(expected: bytes, expires: int, signature: str) -> None:
        if not hmac.compare_digest(expected, signature.encode(errors="replace")):
            raise LinkRefused("This link is not valid. Ask for a new one.")
        if expires <= time.time():
            raise LinkRefused("This link has expired. Ask for a new one.")

    async def delete(self, keys: Iterable[str]) -> None:
        with _explained(self.root):
            for batch in batches(keys):
                await asyncio.to_thread(_remove, self.root, [self._path(key) for key in batch])

    async def list(self, prefix: str) -> AsyncIterator[StoredObject]:
        if prefix:
            check_key(prefix.removesuffix("/"))
        found = _walk(self.root, prefix)
        with _explained(self.root):
            while batch := await asyncio.to_thread(lambda: tuple(islice(found, BATCH))):
                for item in batch:
                    yield item

    async def aclose(self) -> None:
        """Nothing is held open."""

    async def check(self) -> None:
        with _explained(self.root):
            await asyncio.to_thread(_probe, self.root)

    def _path(self, key: str) -> Path:
        check_key(key)
        return self.root / key

    def _signature(self, key: str, expires: int, name: str | int | None) -> bytes:
        # JSON keeps the three apart: no text in one can pass for another, nor a name for the number of a link to PUT.
        return self._signer.get_signature(json.dumps([key, expires, name]))


@contextmanager
def _explained(root: Path) -> Iterator[None]:
    """An `OSError` within becomes `ObjectsUnavailable`."""
    try:
        yield
    except OSError as error:
        reason = REASONS.get(error.errno or 0, f"failed: {error.strerror or error}. Check the disk.")
        raise ObjectsUnavailable(f"The folder {root} {reason}") from error


def _write(root: Path, path: Path, data: bytes) -> None:
    """Seen whole or not at all, and still there after a power cut once this returns."""
    descriptor, part = _make_part(path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            _sync_file(file)
        os.replace(part, path)
    except BaseException:
        Path(part).unlink(missing_ok=True)
        raise
    _sync_upwards(root, path.parent)


def _sync_file(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())


def _sync_upwards(root: Path, lowest: Path) -> None:
    """A name is durable once its folder is; the folders above may be as new as the file."""
    for folder in (lowest, *lowest.parents):
        _sync(folder)
        if folder == root:
            break


async def _receive(root: Path, path: Path, size: int, chunks: AsyncIterator[bytes]) -> None:
    """As `_write`, with no more than `GATHERED` bytes in memory."""
    descriptor, part = await asyncio.to_thread(_make_part, path.parent)
    try:
        came = 0
        with os.fdopen(descriptor, "wb", buffering=GATHERED) as file:
            async for chunk in chunks:
                came += len(chunk)
                if came > size:
                    break
                await asyncio.to_thread(file.write, chunk)
            if came != size:
                raise LinkRefused(f"This link is for a file of {size:,} bytes. Ask for one with your file's size.")
            await asyncio.to_thread(_sync_file, file)
        await asyncio.to_thread(os.replace, part, path)
    except BaseException:
        os.unlink(part)
        raise
    await asyncio.to_thread(_sync_upwards, root, path.parent)


def _make_part(folder: Path) -> tuple[int, str]:
    """Descriptor and name of an empty file in `folder`, which is made where absent."""
    for _ in range(20):
        folder.mkdir(parents=True, exist_ok=True)
        # A delete may take the folder away while it is empty; once our file is inside it cannot.
        with suppress(FileNotFoundError):
            return mkstemp(prefix=".", suffix=PART, dir=folder)
    raise FileNotFoundError(errno.ENOENT, "its folders vanish while they are made", str(folder))


def _remove(root: Path, paths: Iterable[Path]) -> None:
    """Files, and the folders that they leave empty. Durable: what was purged does not come back."""
    changed: set[Path] = set()
    for path in paths:
        with suppress(FileNotFoundError, NotADirectoryError, IsADirectoryError):
            path.unlink()
        changed.add(_prune(root, path.parent))
    for folder in changed:
        _sync(folder)


def _prune(root: Path, folder: Path) -> Path:
    """Removes empty folders from `folder` upwards; returns the first that stays."""
    while folder != root:
        try:
            for part in folder.glob(f".*{PART}"):
                if time.time() - part.stat().st_mtime > PART_SECONDS:
                    part.unlink(missing_ok=True)
            folder.rmdir()
        except FileNotFoundError:
            pass
        except OSError:  # not empty: somebody's
            break
        folder = folder.parent
    return folder


def _walk(root: Path, prefix: str) -> Iterator[StoredObject]:
    """Files that come or go meanwhile may be missed, never half reported."""
    for folder, _, names in os.walk(root / prefix.rpartition("/")[0], onerror=_raise_unless_gone):
        for name in names:
            path = Path(folder, name)
            key = path.relative_to(root).as_posix()
            if key.startswith(prefix) and is_key(key):
                with suppress(FileNotFoundError):
                    stat = path.stat()
                    modified = datetime.fromtimestamp(stat.st_mtime, UTC)
                    yield StoredObject(key=key, bytes=stat.st_size, modified=modified)


def _raise_unless_gone(error: OSError) -> None:
    if not isinstance(error, FileNotFoundError | NotADirectoryError):
        raise error


def _probe(root: Path) -> None:
    descriptor, part = _make_part(root)
    os.close(descriptor)
    Path(part).unlink()


def _sync(folder: Path) -> None:
    """Makes names in `folder` durable; one that a delete took away meanwhile has none."""
    with suppress(FileNotFoundError, NotADirectoryError):
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
