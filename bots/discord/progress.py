"""The message while one waits: third in line, running 40 %. The courier has the last word."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field

import discord

from bots.discord.buttons import waiting_view
from bots.discord.reply import Reply
from engine import Engine, Job, Status, User

log = logging.getLogger(__name__)

FIRST_SECONDS = 1.0
"""What is done by then needs no word of waiting, and costs Discord one request less."""
PAUSE_SECONDS = 2.0
"""Five edits in five seconds is what a channel is allowed."""


@dataclass(eq=False)
class _Watched:
    """`lock` is held while the message is edited; after `over` it is not ours to edit."""

    over: bool = False
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class Progress:
    """Lost with the process, which costs the words and not the clip."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._watched: dict[str, _Watched] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def follow(self, user: User, job: Job, reply: Reply) -> None:
        if job.is_final or job.id in self._watched:
            return
        watched = self._watched[job.id] = _Watched()
        task = asyncio.create_task(self._follow(user, job, reply, watched))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def give_way(self, job_id: str) -> None:
        """Returns once no edit of ours is under way; none comes after."""
        if watched := self._watched.get(job_id):
            watched.over = True
            async with watched.lock:
                pass

    async def stop(self) -> None:
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _follow(self, user: User, job: Job, reply: Reply, watched: _Watched) -> None:
        try:
            await asyncio.sleep(FIRST_SECONDS)
            shown = ""
            while not watched.over:
                status = await self._engine.jobs.get(user, job.id)
                if status.job.is_final:
                    break
                if (words := standing(reply, status)) != shown:
                    await self._tell(reply, words, job.id, watched)
                    shown = words
                await asyncio.sleep(PAUSE_SECONDS)
        except discord.HTTPException as error:
            log.info("progress not shown", extra={"job": job.id, "error": str(error)})
        except Exception:
            log.exception("progress not followed", extra={"job": job.id})
        finally:
            self._watched.pop(job.id, None)

    async def _tell(self, reply: Reply, words: str, job_id: str, watched: _Watched) -> None:
        async with watched.lock:
            if not watched.over:
                await reply.say(words, view=waiting_view(reply.phrases, reply.language, job_id))


def standing(reply: Reply, status: Status) -> str:
    """In one line, where the job is."""
    if status.job.state == "queued":
        return reply.t("job-queued", place=max(1, status.position))
    return reply.t("job-running", percent=round(100 * status.job.progress))
