"""/voice: list, search, add with the speaker's consent, preview, info, rename, delete, default."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.app_commands import Range, locale_str

from bots.discord.attachments import data_of
from bots.discord.buttons import button, view_of
from bots.discord.desk import Desk
from bots.discord.groups import described, group, option
from bots.discord.making import SPEECH, TEXT, VOICE
from bots.discord.reply import Refusal, Reply
from bots.discord.voice_choices import complete_voice, every_voice
from engine import AnyVoice, Voice

PAGE = 20
LINES, LINE_CHARACTERS = 8, 120
"""Of a field, which holds 1,024 characters."""
CONTINUED = "\u200b"  # a field must have a name
Name = Range[str, 1, 60]


def voice_group(desk: Desk) -> app_commands.Group:
    voice = group(desk, "voice")
    _finding(desk, voice)
    _owning(desk, voice)
    return voice


def _finding(desk: Desk, voice: app_commands.Group) -> None:
    @voice.command(name=locale_str("list"), description=described(desk, "voice-list"))
    async def listing(interaction: discord.Interaction) -> None:
        reply = await desk.open(interaction)
        await voices_page(desk, reply, 0)

    @voice.command(name=locale_str("search"), description=described(desk, "voice-search"))
    @app_commands.describe(text=option(desk, "search"))
    async def search(interaction: discord.Interaction, text: Range[str, 1, 100]) -> None:
        reply = await desk.open(interaction)
        found = await desk.engine.voices.search(await desk.user(interaction.user), text, limit=PAGE)
        if not found:
            raise Refusal(reply.t("voices-none", text=text))
        await reply.say(embed=_embed(reply, found))

    @voice.command(name=locale_str("preview"), description=described(desk, "voice-preview"))
    @app_commands.describe(voice=option(desk, "voice"))
    @app_commands.autocomplete(voice=complete_voice(desk))
    async def preview(interaction: discord.Interaction, voice: Range[str, 1, 100]) -> None:
        reply = await desk.open(interaction)
        await _preview(desk, reply, voice)

    @voice.command(name=locale_str("info"), description=described(desk, "voice-info"))
    @app_commands.describe(voice=option(desk, "voice"))
    @app_commands.autocomplete(voice=complete_voice(desk))
    async def info(interaction: discord.Interaction, voice: Range[str, 1, 100]) -> None:
        reply = await desk.open(interaction)
        await _info(desk, reply, voice)


def _owning(desk: Desk, voice: app_commands.Group) -> None:
    @voice.command(name=locale_str("add"), description=described(desk, "voice-add"))
    @app_commands.describe(
        name=option(desk, "name"),
        recording=option(desk, "recording"),
        agreed=option(desk, "agreed"),
        description=option(desk, "description"),
    )
    async def add(
        interaction: discord.Interaction,
        name: Name,
        recording: discord.Attachment,
        agreed: bool,
        description: Range[str, 1, 200] = "",
    ) -> None:
        reply = await desk.open(interaction)
        if not agreed:
            raise Refusal(reply.t("error-consent"))
        user = await desk.user(interaction.user)
        data = await data_of(reply, recording)
        added = await desk.engine.voices.add(user, data, name=name, consent=agreed, description=description)
        await reply.say(reply.t("voice-added", name=added.name, example=f"`/tts voice:{added.name}`"))

    @voice.command(name=locale_str("rename"), description=described(desk, "voice-rename"))
    @app_commands.describe(voice=option(desk, "own-voice"), name=option(desk, "new-name"))
    @app_commands.autocomplete(voice=complete_voice(desk, own=True))
    async def rename(interaction: discord.Interaction, voice: Range[str, 1, 100], name: Name) -> None:
        reply = await desk.open(interaction)
        user = await desk.user(interaction.user)
        about = await desk.engine.voices.info(user, voice)
        renamed = await desk.engine.voices.rename(user, about.voice.id, name)
        await reply.say(reply.t("voice-renamed", name=renamed.name))

    @voice.command(name=locale_str("delete"), description=described(desk, "voice-delete"))
    @app_commands.describe(voice=option(desk, "own-voice"))
    @app_commands.autocomplete(voice=complete_voice(desk, own=True))
    async def delete(interaction: discord.Interaction, voice: Range[str, 1, 100]) -> None:
        reply = await desk.open(interaction)
        user = await desk.user(interaction.user)
        about = await desk.engine.voices.info(user, voice)
        await desk.engine.voices.delete(user, about.voice.id)
        await reply.say(reply.t("voice-deleted", name=about.voice.name))

    @voice.command(name=locale_str("default"), description=described(desk, "voice-default"))
    @app_commands.describe(voice=option(desk, "voice"))
    @app_commands.autocomplete(voice=complete_voice(desk))
    async def default(interaction: discord.Interaction, voice: Range[str, 1, 100] | None = None) -> None:
        reply = await desk.open(interaction)
        user = await desk.user(interaction.user)
        await desk.engine.preferences.change(user, voice=voice)
        if voice is None:
            await reply.say(reply.t("voice-default-none"))
        else:
            name = (await desk.engine.voices.info(user, voice)).voice.name
            await reply.say(reply.t("voice-default", name=name))


async def voices_page(desk: Desk, reply: Reply, page: int) -> None:
    voices = await every_voice(desk, await desk.user(reply.interaction.user))
    shown = voices[page * PAGE : (page + 1) * PAGE]
    pages = range(-(-len(voices) // PAGE))
    turning = [(page - 1, "button-back"), (page + 1, "button-more")]
    buttons = [button(reply.t(name), f"voices:{number}") for number, name in turning if number in pages]
    await reply.say(embed=_embed(reply, shown), view=view_of(*buttons) if buttons else None)


def _embed(reply: Reply, voices: list[AnyVoice]) -> discord.Embed:
    embed = discord.Embed(title=reply.t("voices-title"))
    for title, own in (("voices-yours", True), ("voices-built-in", False)):
        lines = [_line(reply, voice) for voice in voices if isinstance(voice, Voice) is own]
        for start in range(0, len(lines), LINES):
            name = reply.t(title) if start == 0 else CONTINUED
            embed.add_field(name=name, value="\n".join(lines[start : start + LINES]), inline=False)
    return embed


def _line(reply: Reply, voice: AnyVoice) -> str:
    return reply.t("list-voice", name=voice.name, about=voice.description or voice.language)[:LINE_CHARACTERS]


async def _preview(desk: Desk, reply: Reply, name: str) -> None:
    """One's own: its recording. A built-in one says a sentence, which costs what any sentence costs."""
    user = await desk.user(reply.interaction.user)
    voice = (await desk.engine.voices.info(user, name)).voice
    if link := await desk.engine.voices.sample(user, voice.id):
        await reply.say(reply.t("clip-as-link", link=link))
    else:
        await desk.order(reply, SPEECH, {TEXT: desk.engine.voices.preview_text(voice), VOICE: voice.id})


async def _info(desk: Desk, reply: Reply, name: str) -> None:
    about = await desk.engine.voices.info(await desk.user(reply.interaction.user), name)
    voice = about.voice
    embed = discord.Embed(title=voice.name, description=voice.description or None)
    if isinstance(voice, Voice):
        recorded = reply.t("voice-recorded", seconds=round(voice.seconds, 1))
        consent = reply.t("voice-consent", who=voice.consent_by, when=f"{voice.consent_at:%Y-%m-%d}")
        embed.add_field(name=recorded, value=consent, inline=False)
    embed.set_footer(text=" · ".join([voice.id, voice.language, *about.usable_for]))
    await reply.say(embed=embed)
