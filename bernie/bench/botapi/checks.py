"""What Telegram refuses before it looks any further: lengths, keyboards, files."""

from __future__ import annotations

import io
import json
from typing import Any

from bernie.bench.botapi.world import JSON, Chat, Refusal, World, length

MAX_TEXT, MAX_CAPTION, MAX_BUTTON_BYTES, MAX_BUTTONS = 4096, 1024, 64, 100
MAX_UPLOAD, MAX_DOWNLOAD = 50_000_000, 20_000_000
BUTTON_KINDS = {"callback_data", "url", "switch_inline_query", "switch_inline_query_current_chat", "pay"}
ACTIONS = {"typing", "record_voice", "upload_voice", "upload_document", "choose_sticker"}


def bad(reason: str) -> Refusal:
    return Refusal(400, f"Bad Request: {reason}")


def text(value: Any, most: int = MAX_TEXT, what: str = "message", *, empty: bool = False) -> str:
    if not isinstance(value, str) or (not value.strip() and not empty):
        raise bad(f"{what} text is empty")
    if length(value) > most:
        raise bad(f"{what} is too long")
    return value


def whole(value: Any, what: str) -> int:
    try:
        return int(value)
    except (TypeError, ValueError):
        raise bad(f"{what} must be a number") from None


def parsed(value: Any, what: str) -> Any:
    try:
        return json.loads(value) if isinstance(value, str) else value
    except ValueError:
        raise bad(f"can't parse {what}") from None


def markup(value: Any) -> JSON | None:
    """An inline keyboard, or a wish for a reply."""
    given = parsed(value, "reply keyboard markup")
    if not given:
        return None
    if given.get("force_reply") is True:
        text(given.get("input_field_placeholder", "x"), 64, "placeholder")
        return None
    rows = given.get("inline_keyboard")
    if not isinstance(rows, list):
        raise bad("object expected as reply markup")
    for row in rows:
        for button in row:
            _button(button)
    if sum(map(len, rows)) > MAX_BUTTONS or any(len(row) > 8 for row in rows):
        raise bad("reply markup is too long")
    return {"inline_keyboard": rows} if rows else None


def _button(button: JSON) -> None:
    if not isinstance(button.get("text"), str) or not button["text"].strip():
        raise bad("text buttons are unallowed in the inline keyboard")
    if len(BUTTON_KINDS & set(button)) != 1:
        raise bad("exactly one of the optional fields of a button must be used")
    if "callback_data" in button and not 1 <= len(button["callback_data"].encode()) <= MAX_BUTTON_BYTES:
        raise Refusal(400, "Bad Request: BUTTON_DATA_INVALID")


def thread(chat: Chat, value: Any) -> int | None:
    if value is None:
        return None
    number = whole(value, "message thread id")
    if chat.threads is None or number not in chat.threads:
        raise bad("message thread not found")
    return number


def replied(chat: Chat, value: Any) -> JSON:
    """The message replied to, one level deep as in an update."""
    given = parsed(value, "reply parameters")
    if not given:
        return {}
    message = chat.messages.get(whole(given.get("message_id"), "message id"))
    if message is None:
        if given.get("allow_sending_without_reply"):
            return {}
        raise bad("message to be replied not found")
    return {"reply_to_message": {name: value for name, value in message.items() if name != "reply_to_message"}}


def upload(world: World, params: JSON, field: str) -> tuple[bytes, str, str]:
    """Bytes, file name, and the file's id where it was sent before (else empty)."""
    given = params.get(field)
    if isinstance(given, str) and given.startswith("attach://"):
        given = params.get(given.removeprefix("attach://"))
    if isinstance(given, str):
        if (file := world.files.get(given)) is None:
            raise bad("wrong file identifier/HTTP URL specified")
        return file.data, file.path.rpartition("/")[2], file.id
    if given is None:
        raise bad(f"there is no {field} in the request")
    data: bytes = given.file.read()
    if not data:
        raise bad("file must be non-empty")
    if len(data) > MAX_UPLOAD:
        raise Refusal(413, "Request Entity Too Large")
    return data, given.filename, ""


def voice_seconds(data: bytes) -> float:
    """Telegram shows anything but OGG with Opus, MP3 or M4A as a file card, which is refused here."""
    import av

    try:
        with av.open(io.BytesIO(data), "r") as container:
            kind = (container.format.name.split(",")[0], container.streams.audio[0].codec_context.name)
            frames = [frame for frame in container.decode(audio=0) if isinstance(frame, av.AudioFrame)]
    except (av.FFmpegError, IndexError) as error:
        raise bad("this is no voice note: it cannot be decoded") from error
    if kind not in {("ogg", "opus"), ("mp3", "mp3float"), ("mp3", "mp3"), ("mov", "aac")}:
        raise bad(f"this would be shown as a file card: {kind[0]} with {kind[1]}")
    return sum(frame.samples / frame.sample_rate for frame in frames)
