"""What a message is made of at the local Discord, from what a bot sends."""

from __future__ import annotations

import json
from typing import Any

from aiohttp import web

from tests.discord import rules
from tests.discord.rules import VOICE_MESSAGE
from tests.discord.world import Channel, Message, World

Files = list[tuple[str, bytes, str]]


def as_json(data: Any, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    # Exactly this content type, without a charset: discord.py compares it as a whole.
    return web.Response(
        body=json.dumps(data).encode(), status=status, headers={"content-type": "application/json", **(headers or {})}
    )


def check(world: World, data: dict[str, Any], files: Files) -> None:
    rules.files_fit(world, files)
    if data.get("flags", 0) & VOICE_MESSAGE:
        rules.voice_message(data, files)
    else:
        rules.message(data, files)


def fill(world: World, message: Message, data: dict[str, Any], files: Files) -> None:
    message.content = data.get("content") or ""
    message.embeds = data.get("embeds") or []
    message.components = data.get("components") or []
    message.attachments = attach(world, message.channel, data.get("attachments") or [], files)
    world.tell()


def attach(world: World, channel: Channel, described: list[dict[str, Any]], files: Files) -> list[dict[str, Any]]:
    more = {str(part["id"]): part for part in described}
    made = []
    for number, (name, data, content_type) in enumerate(files):
        about = {
            key: more[str(number)][key] for key in ("duration_secs", "waveform") if key in more.get(str(number), {})
        }
        made.append(world.upload(channel, name, data, content_type, **about))
    return made


def change(world: World, message: Message, data: dict[str, Any], files: Files) -> None:
    rules.files_fit(world, files)
    rules.message(data, files, kept=rules.kept_by(message, data))
    message.past.append(message.content)
    if "content" in data:
        message.content = data["content"] or ""
    message.embeds = (data["embeds"] or []) if "embeds" in data else message.embeds
    message.components = (data["components"] or []) if "components" in data else message.components
    if "attachments" in data or files:
        ids = {str(part["id"]) for part in data.get("attachments") or []}
        kept = [part for part in message.attachments if part["id"] in ids]
        message.attachments = kept + attach(world, message.channel, data.get("attachments") or [], files)
    world.tell()


async def body(request: web.Request) -> tuple[dict[str, Any], Files]:
    if not request.content_type.startswith("multipart/"):
        return (await request.json() if request.can_read_body else {}), []
    fields: dict[str, Any] = {}
    files: Files = []
    async for part in await request.multipart():
        data = bytes(await part.read())
        if part.name == "payload_json":
            fields = json.loads(data)
        else:
            files.append((part.filename or "", data, part.headers.get("content-type", "")))
    return fields, files
