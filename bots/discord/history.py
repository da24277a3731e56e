"""/history, /queue and /cancel: what was made and what is waited for."""

from __future__ import annotations

import io
from typing import Any

import discord
from discord import app_commands
from discord.app_commands import locale_str

from bots.discord.address import Interaction
from bots.discord.buttons import button, choice, view_of
from bots.discord.desk import Desk
from bots.discord.groups import described, option
from bots.discord.progress import standing
from bots.discord.reply import Refusal, Reply
from engine import Status

PAGE = 10
UNFINISHED = ("queued", "running")


def commands(desk: Desk) -> list[app_commands.Command[Any, ..., Any]]:
    @app_commands.command(name=locale_str("history"), description=described(desk, "history"))
    async def history(interaction: discord.Interaction) -> None:
        reply = await desk.open(interaction)
        await history_page(desk, reply, None)

    @app_commands.command(name=locale_str("queue"), description=described(desk, "queue"))
    async def queue(interaction: discord.Interaction) -> None:
        reply = await desk.open(interaction)
        await _queue(desk, reply)

    async def complete_job(interaction: Interaction, text: str) -> list[app_commands.Choice[str]]:
        user = await desk.user(interaction.user)
        waiting = await desk.engine.jobs.page(user, states=UNFINISHED, limit=25)
        named = [app_commands.Choice(name=title(status)[:100], value=status.job.id) for status in waiting]
        return [choice for choice in named if text.casefold() in choice.name.casefold()]

    @app_commands.command(name=locale_str("cancel"), description=described(desk, "cancel"))
    @app_commands.describe(job=option(desk, "job"))
    @app_commands.autocomplete(job=complete_job)
    async def cancel(interaction: discord.Interaction, job: str | None = None) -> None:
        reply = await desk.open(interaction)
        await _cancel(desk, reply, job)

    return [history, queue, cancel]


def title(status: Status) -> str:
    """A job in a line: what it was asked to say or make."""
    params = status.job.params
    words = params.get("text") or params.get("prompt") or status.job.capability
    return " ".join(str(words).split())[:90]


async def history_page(desk: Desk, reply: Reply, before: str | None) -> None:
    """Newest first, `before` the clip where the last page ended. A list to hear one, and buttons to turn pages."""
    user = await desk.user(reply.interaction.user)
    found = await desk.engine.jobs.history(user, before=before, limit=PAGE + 1)
    if not found:
        await reply.say(reply.t("history-empty"))
        return
    shown = found[:PAGE]
    lines = [f"`{_when(status)}` {_seconds(status)} {title(status)}" for status in shown]
    embed = discord.Embed(title=reply.t("history-title"), description="\n".join(lines))
    options = [(title(status), status.job.id, _when(status)) for status in shown]
    items: list[discord.ui.Item[Any]] = [choice(reply.t("button-hear"), "play", "", options)]
    if before is not None:
        items.append(button(reply.t("button-newer"), "history:", row=1))
    if len(found) > PAGE and (last := shown[-1].clip):
        items.append(button(reply.t("button-older"), f"history:{last.id}", row=1))
    await reply.say(embed=embed, view=view_of(*items))


def _when(status: Status) -> str:
    return f"{status.job.created_at:%Y-%m-%d %H:%M}"


def _seconds(status: Status) -> str:
    return f"{status.clip.seconds:.1f} s" if status.clip else "—"


async def replay(desk: Desk, reply: Reply, job_id: str) -> None:
    """The clip of a former job, as a file, or as a link where it is too large."""
    user = await desk.user(reply.interaction.user)
    status = await desk.engine.jobs.get(user, job_id)
    if status.clip is None:
        raise Refusal(reply.t("job-gone"))
    clip = status.clip
    if clip.bytes > reply.interaction.filesize_limit:
        await reply.say(reply.t("clip-as-link", link=await desk.engine.clips.link(clip)))
        return
    data = await desk.engine.clips.data(clip)
    await reply.say(title(status), file=discord.File(io.BytesIO(data), desk.engine.clips.filename(clip)))


async def _queue(desk: Desk, reply: Reply) -> None:
    user = await desk.user(reply.interaction.user)
    found = await desk.engine.jobs.page(user, states=UNFINISHED, limit=50)
    if not found:
        await reply.say(reply.t("queue-empty"))
        return
    lines = []
    for status in reversed(found[-PAGE:]):  # the oldest are next
        current = await desk.engine.jobs.get(user, status.job.id)
        lines.append(f"{standing(reply, current)} {title(status)}")
    if len(found) > PAGE:
        lines.append(reply.t("queue-more", count=len(found) - PAGE))
    await reply.say(embed=discord.Embed(title=reply.t("queue-title"), description="\n".join(lines)))


async def _cancel(desk: Desk, reply: Reply, job_id: str | None) -> None:
    user = await desk.user(reply.interaction.user)
    waiting = [status.job.id for status in await desk.engine.jobs.page(user, states=UNFINISHED, limit=50)]
    if not waiting:
        raise Refusal(reply.t("queue-empty"))
    if job_id is None and len(waiting) > 1:
        raise Refusal(reply.t("cancel-which"))
    if job_id is not None and job_id not in waiting:
        raise Refusal(reply.t("error-no-such-job"))
    status = await desk.engine.jobs.cancel(user, job_id or waiting[0])
    gone = status.job.state == "cancelled"
    await reply.say(reply.t("job-cancelled", credits=status.job.price) if gone else reply.t("cancel-asked"))
