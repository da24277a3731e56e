"""Stored audio, handed out."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from engine.errors import NotAllowed, NotFound, ServiceError
from engine.formats import Format
from store import Database, begin, clips, read
from store.folder import Folder, LinkRefused
from store.objects import ObjectMissing, Objects, ObjectsUnavailable, content_type_of
from store.records import Clip, User


@dataclass(frozen=True, slots=True)
class LocalFile:
    path: Path
    content_type: str


@dataclass(frozen=True, slots=True)
class Clips:
    db: Database
    objects: Objects
    link_seconds: int = 3600

    async def get(self, user: User, clip_id: str) -> Clip:
        """Raises `NotFound`, also for somebody else's."""
        async with read(self.db) as tx:
            clip = await clips.of_user(tx, user.id, clip_id)
        if clip is None:
            raise NotFound("You have no such clip.")
        return clip

    async def delete(self, user: User, clip_id: str) -> None:
        """The file and its row; the job that made it stays. Raises `NotFound` and `ServiceError`."""
        clip = await self.get(user, clip_id)
        # The object first: killed in between, the row still leads to it, and it can be deleted again.
        try:
            await self.objects.delete([clip.object_key])
        except ObjectsUnavailable as error:
            raise ServiceError(str(error), retryable=True) from error
        async with begin(self.db) as tx:
            await clips.delete_clips(tx, [clip.id])

    async def of_jobs(self, job_ids: Iterable[str]) -> dict[str, Clip]:
        """By job id; jobs without a clip are left out."""
        async with read(self.db) as tx:
            return await clips.of_jobs(tx, job_ids)

    async def link(self, clip: Clip) -> str:
        """A signed URL to the file, good for an hour, that saves it under a name people recognise."""
        return await self.objects.link(clip.object_key, seconds=self.link_seconds, filename=self.filename(clip))

    @staticmethod
    def filename(clip: Clip) -> str:
        """A name for the file where a person keeps it."""
        return f"bernie-{clip.capability}-{clip.id[-6:]}.{clip.format}"

    async def data(self, clip: Clip) -> bytes:
        """The file. Raises `NotFound` when it was purged and `ServiceError` when the store does not answer."""
        try:
            return await self.objects.get(clip.object_key)
        except ObjectMissing as error:
            raise NotFound("This clip is no longer kept. Make it again.") from error
        except ObjectsUnavailable as error:
            raise ServiceError(str(error), retryable=True) from error

    async def data_as(self, clip: Clip, form: Format) -> bytes:
        """The clip in another format. Raises as `data` does."""
        from engine.codecs import transcode

        return await asyncio.to_thread(transcode, await self.data(clip), form)

    def open_link(self, key: str, *, expires: int, name: str | None, signature: str) -> LocalFile:
        """The file behind a link of this service. Raises `NotAllowed` for a bad link and `NotFound`."""
        if not isinstance(self.objects, Folder):
            raise NotFound("The clips of this service lie in a bucket, and so do its links.")
        try:
            path = self.objects.open(key, expires, name, signature)
        except LinkRefused as error:
            raise NotAllowed(str(error)) from error
        except ObjectMissing as error:
            raise NotFound("This clip is no longer kept. Make it again.") from error
        return LocalFile(path, content_type_of(key))
