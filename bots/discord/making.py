"""What makes a clip: /tts, /convert and /sfx from their declarations, the window, and the menus of a message."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from inspect import Parameter, Signature
from typing import Any
from urllib.parse import parse_qsl, urlencode

import discord
from discord import app_commands
from discord.app_commands import locale_str

from bots.discord.address import Interaction
from bots.discord.attachments import audio_in, data_of, last_audio, text_of
from bots.discord.buttons import choice, view_of
from bots.discord.desk import Desk
from bots.discord.options import FILE, Options, options_of
from bots.discord.reply import Refusal, Reply
from bots.discord.voice_choices import complete_voice, voice_options
from engine import CAPABILITIES, Capability, capability_named

NAMES = {"vc": "convert"}
"""Of commands whose capability is called otherwise."""
SPEECH, CONVERSION = "tts", "vc"
TEXT, PRIVATE, VOICE = "text", "private", "voice"
WINDOW = "say"
WINDOW_CHARACTERS = 4000
Run = Callable[[Interaction, dict[str, Any]], Awaitable[None]]


def commands(desk: Desk) -> list[app_commands.Command[Any, ..., Any]]:
    return [_command(desk, capability) for capability in CAPABILITIES]


def _command(desk: Desk, capability: Capability) -> app_commands.Command[Any, ..., Any]:
    english = desk.phrases
    options = options_of(capability, optional=(TEXT, *capability.upload_fields()))
    if TEXT in options.fields:
        options.add(FILE, discord.Attachment, english("en", "option-text-file"))
        options.descriptions[TEXT] = english("en", "option-text")
    elif FILE in options.fields:
        options.descriptions[FILE] = english("en", "option-file")
    options.add(PRIVATE, bool, english("en", "option-private"))

    async def run(interaction: Interaction, **given: Any) -> None:
        await make(desk, interaction, capability, options, given)

    return _built(desk, NAMES.get(capability.name, capability.name), capability, options, run)


def _built(
    desk: Desk, name: str, capability: Capability, options: Options, run: Callable[..., Any]
) -> app_commands.Command[Any, ..., Any]:
    first = Parameter("interaction", Parameter.POSITIONAL_OR_KEYWORD, annotation=discord.Interaction)
    run.__signature__ = Signature([first, *options.parameters])  # type: ignore[attr-defined]
    described = {name: locale_str(text, capability=capability.name) for name, text in options.descriptions.items()}
    app_commands.describe(**described)(run)
    if voice := capability.voice_field():
        app_commands.autocomplete(**{voice: complete_voice(desk, capability.name)})(run)
    command: app_commands.Command[Any, ..., Any] = app_commands.Command(
        name=locale_str(name), description=locale_str(desk.phrases("en", f"command-{name}")), callback=run
    )
    return command


async def make(
    desk: Desk, interaction: Interaction, capability: Capability, options: Options, given: Mapping[str, Any]
) -> None:
    """Acknowledged, then ordered; a text that is nowhere yet is asked for in a window."""
    if TEXT in options.fields and given.get(TEXT) is None and given.get(FILE) is None:
        reply = desk.reply(interaction)
        await reply.ask(window(reply, given))
        return
    reply = await desk.open(interaction, private=given.get(PRIVATE))
    raw = options.raw(given)
    await _fetch(desk, reply, capability, raw, given.get(FILE))
    await desk.order(reply, capability.name, raw)


async def _fetch(
    desk: Desk, reply: Reply, capability: Capability, raw: dict[str, Any], file: discord.Attachment | None
) -> None:
    """Puts what lies in files into the raw options."""
    if TEXT in capability.params.model_fields:
        if file is not None:
            raw[TEXT] = await text_of(reply, file)
        return
    for name in capability.upload_fields():
        if file is None and capability.params.model_fields[name].is_required():
            file = await last_audio(reply)
        if file is not None:
            user = await desk.user(reply.interaction.user)
            raw[name] = (await desk.engine.uploads.add(user, await data_of(reply, file))).id


def window(reply: Reply, given: Mapping[str, Any]) -> discord.ui.Modal:
    """For a text that does not fit beside a command. What was chosen already is carried in its id, so that any
    process can take what is filled in.
    """
    chosen = {name: value for name, value in given.items() if value is not None and name not in (VOICE, "speed")}
    # Three digits of a number: an id has 100 characters, which are enough for all options then.
    carried = urlencode({name: f"{value:.3g}" if isinstance(value, float) else value for name, value in chosen.items()})
    modal = discord.ui.Modal(title=reply.t("window-title"), custom_id=f"{WINDOW}:{carried}", timeout=None)
    text = discord.ui.TextInput[discord.ui.Modal](
        custom_id=TEXT, style=discord.TextStyle.paragraph, max_length=WINDOW_CHARACTERS
    )
    modal.add_item(discord.ui.Label(text=reply.t("window-text"), component=text))
    for name in (VOICE, "speed"):
        value = given.get(name)
        field = discord.ui.TextInput[discord.ui.Modal](
            custom_id=name, required=False, max_length=100, default=None if value is None else str(value)
        )
        modal.add_item(discord.ui.Label(text=reply.t(f"window-{name}"), component=field))
    return modal


async def filled_in(desk: Desk, interaction: Interaction, carried: str, values: Mapping[str, str]) -> None:
    """The window came back."""
    chosen = dict(parse_qsl(carried))
    private = chosen.pop(PRIVATE, None)
    reply = await desk.open(interaction, private=None if private is None else private == "True")
    raw: dict[str, Any] = {**chosen, **{name: value for name, value in values.items() if value.strip()}}
    if "speed" in raw:
        raw["speed"] = _number(reply, raw["speed"])
    await desk.order(reply, SPEECH, raw)


def _number(reply: Reply, given: str) -> float:
    try:
        return float(given.replace(",", "."))
    except ValueError as error:
        raise Refusal(reply.t("error-number", given=given)) from error


def menus(desk: Desk) -> list[app_commands.ContextMenu]:
    async def speak(interaction: discord.Interaction, message: discord.Message) -> None:
        reply = await desk.open(interaction, private=None)
        if not message.content.strip():
            raise Refusal(reply.t("error-nothing-to-say"))
        await desk.order(reply, SPEECH, {TEXT: message.clean_content})

    async def convert(interaction: discord.Interaction, message: discord.Message) -> None:
        reply = await desk.open(interaction)
        file = audio_in(message)
        if file is None:
            raise Refusal(reply.t("error-no-audio"))
        user = await desk.user(interaction.user)
        upload = await desk.engine.uploads.add(user, await data_of(reply, file))
        options = await voice_options(desk, user, CONVERSION)
        await reply.say(
            reply.t("voices-choose-for-clip"),
            view=view_of(choice(reply.t("voice-choose"), "convert", upload.id, options)),
        )

    named = {"menu-speak": speak, "menu-convert": convert}
    return [
        app_commands.ContextMenu(name=locale_str(desk.phrases("en", key), phrase=key), callback=callback)
        for key, callback in named.items()
    ]


async def convert_upload(desk: Desk, reply: Reply, upload_id: str, voice: str) -> None:
    """A voice was chosen for the clip of a message."""
    field = capability_named(CONVERSION).upload_fields()[0]
    await desk.order(reply, CONVERSION, {field: upload_id, VOICE: voice})
