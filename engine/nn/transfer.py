"""One file from the hub to the disk: gone on with where it stopped, checked, and only then put in its place.

huggingface_hub 2 writes each download to a temporary file that it deletes when it fails, so that 700 MB begin anew
after every interruption (its issue 4196). Ours has its addresses, session, token and errors, and a file that stays.
"""

from __future__ import annotations

import hashlib
import os
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote

from engine.errors import ServiceError
from engine.nn import hub_errors
from engine.nn.published import PublishedFile

T = TypeVar("T")

PAUSES = (1.0, 2.0, 4.0, 8.0)
"""Seconds before each new try; bytes that arrive start them over."""
SHA256 = re.compile("[0-9a-f]{64}")
GIT_BLOB = re.compile("[0-9a-f]{40}")
NOT_IN_THE_FILE = 416


@dataclass(frozen=True, slots=True, kw_only=True)
class Remote:
    """A file as the hub announces it, at one commit. `etag`: the sha256 of a large file, the git id of a small one.

    `of_the_hub`: no other server is told our token, nor are its tags taken for digests.
    """

    file: PublishedFile
    url: str
    etag: str
    bytes: int | None
    of_the_hub: bool = True

    @property
    def part(self) -> str:
        """Named by content: what has come of another version is never gone on with."""
        return re.sub(r"\W", "_", f"{self.etag}-{self.file.path}")


def announced(file: PublishedFile, *, repo: str, revision: str, endpoint: str | None) -> tuple[Remote, str]:
    """The file and the commit that it belongs to. Raises `ServiceError` when it is not the one that is known."""
    from huggingface_hub import constants, get_hf_file_metadata, hf_hub_url
    from huggingface_hub.errors import FileMetadataError

    path = file.remote or file.path
    url = hf_hub_url(repo, path, revision=revision, endpoint=endpoint)
    found = get_hf_file_metadata(url, timeout=constants.HF_HUB_ETAG_TIMEOUT, endpoint=endpoint)
    if found.commit_hash is None or found.etag is None:
        raise FileMetadataError(f"no commit or ETag at {url}")
    if file.bytes is not None and found.size not in (None, file.bytes):
        raise wrong(file, f"the hub announces {found.size:,} bytes instead of {file.bytes:,}")
    if file.sha256 and SHA256.fullmatch(found.etag) and found.etag != file.sha256:
        raise wrong(file, f"the hub announces the sha256 {found.etag} instead of {file.sha256}")
    # At the commit, not where a redirect led: such addresses are signed and expire while a long download runs.
    at_commit = hf_hub_url(repo, path, revision=found.commit_hash, endpoint=endpoint)
    return Remote(file=file, url=at_commit, etag=found.etag, bytes=file.bytes or found.size), found.commit_hash


def announced_at(address: str, file: PublishedFile) -> Remote:
    """The file below an address of the web. Nothing is known of it but what that server says."""
    from huggingface_hub import constants, get_session, hf_raise_for_status

    url = f"{address}/{quote(file.path)}"
    reply = get_session().head(url, follow_redirects=True, timeout=constants.HF_HUB_ETAG_TIMEOUT)
    hf_raise_for_status(reply)
    length = reply.headers.get("content-length", "")
    size = int(length) if length.isdecimal() else None
    tag = reply.headers.get("etag") or reply.headers.get("last-modified") or ""
    return Remote(file=file, url=url, etag=f"web-{tag}", bytes=size, of_the_hub=False)


def wrong(file: PublishedFile, what: str) -> ServiceError:
    return ServiceError(
        f"{file.path} is not the file that it should be: {what}. It was refused and deleted. If HF_ENDPOINT names a "
        "mirror, unset it and try again; else the publisher has changed the file: upgrade Bernie.",
        retryable=False,
    )


def receive(remote: Remote, part: Path, target: Path, moved: Callable[[int], None]) -> None:
    """`moved` is told how many bytes are here, also while nothing moves; what it raises ends it, and `part` stays."""

    def have() -> int:
        return part.stat().st_size if part.exists() else 0

    part.parent.mkdir(parents=True, exist_ok=True)
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        patiently(lambda: _go_on(remote, part, moved), lambda: moved(have()), have)
        _check(remote, part)
    except ServiceError:
        part.unlink(missing_ok=True)
        raise
    except OSError as error:
        if error.errno in hub_errors.NO_ROOM:
            part.unlink(missing_ok=True)  # the disk is the database's too
        raise
    os.replace(part, target)


def patiently(attempt: Callable[[], T], waiting: Callable[[], None], have: Callable[[], int] = lambda: 0) -> T:
    """The result of the first attempt that succeeds; raises what the last one raised. `waiting` is called meanwhile."""
    tries = 0
    while True:
        before = have()
        try:
            return attempt()
        except Exception as error:
            tries = 0 if have() > before else tries
            if tries == len(PAUSES) or not hub_errors.passing(error):
                raise
        until = time.monotonic() + PAUSES[tries]
        tries += 1
        while (left := until - time.monotonic()) > 0:
            waiting()
            time.sleep(min(left, 0.1))


def _go_on(remote: Remote, part: Path, moved: Callable[[int], None]) -> None:
    """One request for what is missing."""
    from huggingface_hub import constants, get_session, hf_raise_for_status
    from huggingface_hub.utils import build_hf_headers  # type: ignore[attr-defined]  # exported lazily

    with part.open("ab" if remote.bytes else "wb") as file:  # without a length nobody knows what is missing
        if file.tell() == remote.bytes:
            return
        headers = build_hf_headers() if remote.of_the_hub else {}
        headers |= {"Accept-Encoding": "identity"}  # offsets count bytes of the file itself
        if file.tell():
            headers["Range"] = f"bytes={file.tell()}-"
        with get_session().stream(
            "GET", remote.url, headers=headers, timeout=constants.HF_HUB_DOWNLOAD_TIMEOUT
        ) as reply:
            if reply.status_code == NOT_IN_THE_FILE:
                raise wrong(remote.file, f"it ends before {remote.bytes:,} bytes")
            hf_raise_for_status(reply)
            if file.tell() and reply.status_code == 200:  # a server, or a proxy, that knows no ranges
                file.seek(0)
                file.truncate()
            for chunk in reply.iter_bytes():
                file.write(chunk)
                file.flush()  # so that a killed process loses nothing
                moved(file.tell())
                if remote.bytes is not None and file.tell() > remote.bytes:
                    break
        os.fsync(file.fileno())


def _check(remote: Remote, part: Path) -> None:
    """Raises `ServiceError` for any other size or content than what was announced, or is known."""
    size = part.stat().st_size
    if size != (size if remote.bytes is None else remote.bytes):
        raise wrong(remote.file, f"it has {size:,} bytes instead of {remote.bytes:,}")
    if expected := remote.file.sha256 or (SHA256.fullmatch(remote.etag) and remote.etag):
        found = _hash(part, hashlib.sha256())
    elif expected := GIT_BLOB.fullmatch(remote.etag) and remote.etag:
        found = _hash(part, hashlib.sha1(b"blob %d\0" % size, usedforsecurity=False))
    else:
        return  # a mirror with tags of its own: the size is all there is
    if found != expected:
        raise wrong(remote.file, f"its content has the hash {found} instead of {expected}")


def _hash(path: Path, hasher: hashlib._Hash) -> str:
    with path.open("rb") as content:
        return hashlib.file_digest(content, lambda: hasher).hexdigest()
