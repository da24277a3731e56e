"""What buttons, lists and windows do. Each is a function of the ids it carries: any process can answer it."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from typing import Any

import discord

from bots.discord.address import Interaction
from bots.discord.buttons import MOST_OPTIONS, button, choice, has_speed, view_of
from bots.discord.desk import Desk
from bots.discord.history import history_page, replay
from bots.discord.making import convert_upload
from bots.discord.people import forget
from bots.discord.reply import Refusal, Reply
from bots.discord.voice_choices import every_voice, voice_options
from bots.discord.voices import voices_page
from engine import Job, NotFound, capability_named

SPEED_STEP = 1.15
"""Faster is so many times as fast; slower the inverse."""
HIDDEN = "!"
"""At the end of an id: the answer is for one person only."""
Handler = Callable[[Desk, Reply, str, list[str]], Awaitable[None]]


async def again(desk: Desk, reply: Reply, job_id: str, values: list[str]) -> None:
    """The same request with another seed."""
    await _once_more(desk, reply, job_id, seed=secrets.randbelow(2**32))


async def slower(desk: Desk, reply: Reply, job_id: str, values: list[str]) -> None:
    await _at_speed(desk, reply, job_id, 1 / SPEED_STEP)


async def faster(desk: Desk, reply: Reply, job_id: str, values: list[str]) -> None:
    await _at_speed(desk, reply, job_id, SPEED_STEP)


async def _at_speed(desk: Desk, reply: Reply, job_id: str, times: float) -> None:
    job = await _mine(desk, reply, job_id)
    declared = capability_named(job.capability)
    if not has_speed(declared):
        raise NotFound("This has no speed to change.")
    low, high = _bounds(declared.params.model_fields["speed"].metadata)
    speed = min(max(job.params["speed"] * times, low), high)
    await _once_more(desk, reply, job_id, speed=round(speed, 2))


def _was_private(job: Job) -> bool:
    return bool((job.reply_to or {}).get("private"))


def _bounds(metadata: list[Any]) -> tuple[float, float]:
    low = next(mark.ge for mark in metadata if hasattr(mark, "ge"))
    return low, next(mark.le for mark in metadata if hasattr(mark, "le"))


async def other(desk: Desk, reply: Reply, rest: str, values: list[str]) -> None:
    """A list of voices, seen by nobody else."""
    job_id, _, page = rest.partition(":")
    job = await _mine(desk, reply, job_id)
    user = await desk.user(reply.interaction.user)
    number = int(page or 0)
    options = await voice_options(desk, user, job.capability, number)
    # The list is private whatever the clip was: so it carries what the answer to it is to be.
    target = job_id + (HIDDEN if _was_private(job) else "")
    items: list[discord.ui.Item[Any]] = [choice(reply.t("voice-choose"), "voice", target, options)]
    if len(await every_voice(desk, user, job.capability)) > (number + 1) * MOST_OPTIONS:
        items.append(button(reply.t("button-more"), f"other:{job_id}:{number + 1}", row=1))
    await reply.say(reply.t("voice-choose"), view=view_of(*items))


async def voice(desk: Desk, reply: Reply, job_id: str, values: list[str]) -> None:
    await _once_more(desk, reply, job_id, voice=values[0])


async def convert(desk: Desk, reply: Reply, upload_id: str, values: list[str]) -> None:
    await convert_upload(desk, reply, upload_id, values[0])


async def get(desk: Desk, reply: Reply, job_id: str, values: list[str]) -> None:
    """A fresh link."""
    user = await desk.user(reply.interaction.user)
    status = await _status(desk, reply, job_id)
    if status.clip is None:
        raise Refusal(reply.t("job-gone"))
    clip = await desk.engine.clips.get(user, status.clip.id)
    await reply.say(reply.t("download-here", link=await desk.engine.clips.link(clip)))


async def delete(desk: Desk, reply: Reply, job_id: str, values: list[str]) -> None:
    """By whoever asked for it, with the clip; by a moderator, the message."""
    user = await desk.user(reply.interaction.user)
    try:
        status = await desk.engine.jobs.get(user, job_id)
    except NotFound as error:
        if not reply.interaction.permissions.manage_messages:
            raise Refusal(reply.t("error-not-yours")) from error
    else:
        if status.clip is not None:
            await desk.engine.clips.delete(user, status.clip.id)
    await reply.interaction.delete_original_response()


async def cancel(desk: Desk, reply: Reply, job_id: str, values: list[str]) -> None:
    """The courier says when it is cancelled; only a running one needs a word until then."""
    await _mine(desk, reply, job_id)
    await desk.engine.jobs.cancel(await desk.user(reply.interaction.user), job_id)


async def history(desk: Desk, reply: Reply, before: str, values: list[str]) -> None:
    await history_page(desk, reply, before or None)


async def play(desk: Desk, reply: Reply, rest: str, values: list[str]) -> None:
    await replay(desk, reply, values[0])


async def voices(desk: Desk, reply: Reply, page: str, values: list[str]) -> None:
    await voices_page(desk, reply, int(page))


async def _status(desk: Desk, reply: Reply, job_id: str) -> Any:
    user = await desk.user(reply.interaction.user)
    try:
        return await desk.engine.jobs.get(user, job_id)
    except NotFound as error:
        raise Refusal(reply.t("error-not-yours")) from error


async def _mine(desk: Desk, reply: Reply, job_id: str) -> Job:
    job: Job = (await _status(desk, reply, job_id)).job
    return job


async def _once_more(desk: Desk, reply: Reply, job_id: str, **changes: Any) -> None:
    await _mine(desk, reply, job_id)
    former = await desk.engine.jobs.again(await desk.user(reply.interaction.user), job_id, changes)
    await desk.order(reply, former.capability, former.options)


PUBLIC, PRIVATELY, IN_PLACE = "public", "privately", "in place"
HANDLERS: dict[str, tuple[Handler, str]] = {
    "again": (again, PUBLIC),
    "slower": (slower, PUBLIC),
    "faster": (faster, PUBLIC),
    "voice": (voice, PUBLIC),
    "convert": (convert, PUBLIC),
    "other": (other, PRIVATELY),
    "get": (get, PRIVATELY),
    "play": (play, PRIVATELY),
    "del": (delete, IN_PLACE),
    "cancel": (cancel, IN_PLACE),
    "history": (history, IN_PLACE),
    "voices": (voices, IN_PLACE),
    "forget": (forget, IN_PLACE),
}
"""Verb -> what it does, and where its answer appears: for all (or as the person likes it), for one, or in the message
that the button stands under.
"""


def _is_hidden(interaction: Interaction, rest: str) -> bool:
    """A button under a private clip, or a list that says so; a list itself is always private."""
    a_list = "values" in (interaction.data or {})
    under = interaction.message is not None and interaction.message.flags.ephemeral
    return rest.endswith(HIDDEN) or (under and not a_list)


async def pressed(desk: Desk, interaction: Interaction, verb: str, rest: str, values: list[str]) -> None:
    if verb not in HANDLERS:
        return  # of a version that knew more
    handler, where = HANDLERS[verb]
    reply = desk.reply(interaction)
    try:
        if where == IN_PLACE:
            await reply.acknowledge_press()
        else:
            await desk.open(interaction, private=True if where == PRIVATELY or _is_hidden(interaction, rest) else None)
        await handler(desk, reply, rest.removesuffix(HIDDEN), values)
    except Exception as error:
        await reply.explain(error)
