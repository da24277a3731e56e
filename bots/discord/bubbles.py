"""Voice messages: the bubble with a wave. discord.py reads them and has nothing to send one.

Flag 8192, a single ogg file and no text, with its length and a picture of its loudness; allowed as a message in a
channel, never as a followup, and not to be edited.
"""

from __future__ import annotations

import base64
import json
from io import BytesIO
from typing import Any

import discord
from discord.http import Route

from engine import outline

FLAG = 1 << 13


async def send_bubble(client: discord.Client, channel_id: int, ogg: bytes, nonce: str) -> None:
    """Raises `discord.HTTPException`; `Forbidden` where Send Voice Messages is not permitted."""
    shape = await outline(ogg)
    described = {
        "id": 0,
        "filename": "voice-message.ogg",
        "duration_secs": round(shape.seconds, 2),
        "waveform": base64.b64encode(shape.loudness).decode(),
    }
    message = {"flags": FLAG, "attachments": [described], "nonce": nonce, "enforce_nonce": True}
    file = discord.File(BytesIO(ogg), "voice-message.ogg")
    parts: list[dict[str, Any]] = [
        {"name": "payload_json", "value": json.dumps(message)},
        {"name": "files[0]", "value": file.fp, "filename": file.filename, "content_type": "audio/ogg"},
    ]
    route = Route("POST", "/channels/{channel_id}/messages", channel_id=channel_id)
    await client.http.request(route, files=[file], form=parts)
