"""Clips that users bring: decoded in the sandbox, stored as our own FLAC, gone after a day.

They come in a request, or by a link to which a client puts the file itself: such a one is looked at when it is first
used. Everything of it lies below `uploads/ID/`, so that the purge finds also what a killed process or a late PUT left.
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.exc import IntegrityError

from engine.capabilities import SOURCE_SECONDS, Capability
from engine.clock import now
from engine.errors import ClipTooLong, Conflict, InvalidInput, NotAllowed, NotFound
from engine.sandbox import Prepared, Sandbox
from store import Database, begin, read, uploads
from store.columns import new_id
from store.folder import Folder, LinkRefused
from store.objects import ObjectMissing, Objects, ObjectTooLarge
from store.records import Upload, User

MAX_BYTES = 50_000_000
SHORTEST_SECONDS = 0.5
KEPT = timedelta(days=1)
LINK_SECONDS = 3600
MOST_LINKS = 100
"""Of one user that wait for their file."""


@dataclass(frozen=True, slots=True)
class UploadLink:
    """Where a client may PUT its file, until then."""

    upload: Upload
    url: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class PutLink:
    """What stands in a link of this service to which a file is put."""

    expires: int
    bytes: int
    signature: str


@dataclass(frozen=True, slots=True)
class Uploads:
    db: Database
    objects: Objects
    sandbox: Sandbox

    async def add(self, user: User, data: bytes, *, name: str | None = None) -> Upload:
        """Raises `ClipUnreadable`, `ClipTooLong`, and `InvalidInput` for a clip without half a second of sound.

        `name`: the same gives the upload that this user has under it already.
        """
        upload_id, moment = id_of(user, name) if name else new_id("upload"), now()
        if name:
            with suppress(NotFound):
                return await self._kept(user, upload_id, None)
        prepared = await self._prepared(data)
        upload = Upload(
            id=upload_id,
            user_id=user.id,
            object_key=f"uploads/{upload_id}.flac",
            seconds=prepared.seconds,
            created_at=moment,
            expires_at=moment + KEPT,
        )
        # The row first: killed in between, the purge finds it. An upload without its file is refused when used.
        try:
            async with begin(self.db) as tx:
                await uploads.insert_upload(tx, upload)
        except IntegrityError:
            if name is None:
                raise  # else it was sent twice at once, and is the same file
        await self.objects.put(upload.object_key, prepared.data, "audio/flac")
        return upload

    async def _prepared(self, data: bytes) -> Prepared:
        if len(data) > MAX_BYTES:
            raise too_large()
        prepared = await self.sandbox.prepare(data, max_seconds=SOURCE_SECONDS)
        if prepared.sounding_seconds < SHORTEST_SECONDS:
            raise InvalidInput(f"There is too little to hear in this clip: it needs {SHORTEST_SECONDS} s of sound.")
        return prepared

    async def link(self, user: User, *, bytes: int) -> UploadLink:
        """An upload whose file of so many bytes the client puts where the link leads. Raises `ClipTooLong`, and
        `Conflict` when too many wait for theirs.
        """
        if bytes > MAX_BYTES:
            raise too_large()
        upload_id, moment = new_id("upload"), now()
        key = f"uploads/{upload_id}/incoming"
        upload = Upload(
            id=upload_id,
            user_id=user.id,
            object_key=key,
            seconds=0.0,
            created_at=moment,
            expires_at=moment + KEPT,
            incoming_key=key,
            judged=False,
        )
        async with begin(self.db) as tx:
            if await uploads.count_awaited(tx, user.id, moment) >= MOST_LINKS:
                raise Conflict(f"{MOST_LINKS} of your links wait for their files, which is the limit. Use those first.")
            await uploads.insert_upload(tx, upload)
        url = await self.objects.put_link(key, seconds=LINK_SECONDS, bytes=bytes)
        return UploadLink(upload, url, moment + timedelta(seconds=LINK_SECONDS))

    async def receive(self, key: str, link: PutLink, chunks: AsyncIterator[bytes]) -> None:
        """What a client puts to a link of this service. Raises `NotAllowed` for a bad link or another length, and
        `Conflict` for a file that was looked at already: what is used does not change.
        """
        if not isinstance(self.objects, Folder):
            raise NotFound("The clips of this service lie in a bucket, and so do its links.")
        try:
            self.objects.check_put(key, link.expires, link.bytes, link.signature)
            async with read(self.db) as tx:
                if not await uploads.awaits(tx, key, key.split("/")[1], now()):
                    raise Conflict("This upload was used already, or is no longer kept. Ask for a new link.")
            await self.objects.receive(key, link.bytes, chunks)
        except LinkRefused as error:
            raise NotAllowed(str(error)) from error

    async def complete(self, user: User, upload_id: str) -> Upload:
        """Looks at what the client put: from then on it is fixed. Raises as `add` does, `NotFound`, and `Conflict`
        while nothing has come.
        """
        return await self._mine(user, upload_id, None)

    async def _judged(self, user: User, upload: Upload) -> Upload:
        """Another key for each look: of two at once the first to say so wins, and nobody writes over its file."""
        prepared = await self._prepared(await self._incoming(upload))
        key = f"uploads/{upload.id}/{new_id('clip')}.flac"
        await self.objects.put(key, prepared.data, "audio/flac")
        judged = replace(upload, object_key=key, seconds=prepared.seconds, judged=True)
        async with begin(self.db) as tx:
            first = await uploads.judge(tx, judged)
        if not first:
            await self.objects.delete([key])
            return await self._kept(user, upload.id, None)
        await self.objects.delete([upload.object_key])
        return judged

    async def _incoming(self, upload: Upload) -> bytes:
        try:
            return await self.objects.get(upload.object_key, at_most=MAX_BYTES)
        except ObjectTooLarge as error:
            raise too_large() from error

    async def resolve(self, user: User, capability: Capability, raw: Mapping[str, Any]) -> dict[str, Any]:
        """Raw options with the id of an upload replaced by what it is. Raises `NotFound` and `InvalidInput`.

        Only ids come from outside: a request that names a file of the store itself is refused.
        """
        options = dict(raw)
        for field in capability.upload_fields():
            optional = not capability.params.model_fields[field].is_required()
            if field in options and not (optional and options[field] is None):
                upload = await self._mine(user, options[field], field)
                options[field] = {"id": upload.id, "key": upload.object_key, "seconds": upload.seconds}
        return options

    async def _mine(self, user: User, upload_id: Any, field: str | None) -> Upload:
        if not isinstance(upload_id, str):
            raise InvalidInput(f"`{field}` must be the id of an upload.", field=field)
        upload = await self._kept(user, upload_id, field)
        if upload.judged:
            return upload
        try:
            return await self._judged(user, upload)
        except ObjectMissing as error:
            # Another request may have judged it since we looked, and taken the file away.
            again = await self._kept(user, upload_id, field)
            if not again.judged:
                sentence = "Nothing has come for this upload yet. PUT the file to its link first."
                raise Conflict(sentence, field=field) from error
            return again

    async def _kept(self, user: User, upload_id: str, field: str | None) -> Upload:
        async with read(self.db) as tx:
            upload = await uploads.of_user(tx, user.id, upload_id)
        if upload is None or upload.expires_at <= now():
            raise NotFound("You have no such upload: they are kept for a day. Send the file again.", field=field)
        return upload


def id_of(user: User, name: str) -> str:
    return f"upload_{hashlib.sha256(f'{user.id} {name}'.encode()).hexdigest()[:26]}"


def too_large() -> ClipTooLong:
    return ClipTooLong(f"This file is too large: at most {MAX_BYTES // 1_000_000} MB.")
