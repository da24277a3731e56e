"""Clips that users bring: decoded in the sandbox, stored as our own FLAC, gone after a day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from engine.capabilities import SOURCE_SECONDS, Capability
from engine.clock import now
from engine.errors import ClipTooLong, InvalidInput, NotFound
from engine.sandbox import Sandbox
from store import Database, begin, read, uploads
from store.columns import new_id
from store.objects import Objects
from store.records import Upload, User

MAX_BYTES = 50_000_000
SHORTEST_SECONDS = 0.5
KEPT = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Uploads:
    db: Database
    objects: Objects
    sandbox: Sandbox

    async def add(self, user: User, data: bytes) -> Upload:
        """Raises `ClipUnreadable`, `ClipTooLong`, and `InvalidInput` for a clip without half a second of sound."""
        if len(data) > MAX_BYTES:
            raise ClipTooLong(f"This file is too large: at most {MAX_BYTES // 1_000_000} MB.")
        prepared = await self.sandbox.prepare(data, max_seconds=SOURCE_SECONDS)
        if prepared.sounding_seconds < SHORTEST_SECONDS:
            raise InvalidInput(f"There is too little to hear in this clip: it needs {SHORTEST_SECONDS} s of sound.")
        upload_id, moment = new_id("upload"), now()
        upload = Upload(
            id=upload_id,
            user_id=user.id,
            object_key=f"uploads/{upload_id}.flac",
            seconds=prepared.seconds,
            created_at=moment,
            expires_at=moment + KEPT,
        )
        # The row first: killed in between, the purge finds it. An upload without its file is refused when used.
        async with begin(self.db) as tx:
            await uploads.insert_upload(tx, upload)
        await self.objects.put(upload.object_key, prepared.data, "audio/flac")
        return upload

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

    async def _mine(self, user: User, upload_id: Any, field: str) -> Upload:
        if not isinstance(upload_id, str):
            raise InvalidInput(f"`{field}` must be the id of an upload.", field=field)
        async with read(self.db) as tx:
            upload = await uploads.of_user(tx, user.id, upload_id)
        if upload is None or upload.expires_at <= now():
            raise NotFound("You have no such upload: they are kept for a day. Send the file again.", field=field)
        return upload
