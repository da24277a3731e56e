"""`/v1/text-to-speech/{voice_id}/stream-input`: text comes in as it is written, speech goes out sentence by sentence.

Each sentence is a job of its own, priced by its characters. Frames are in the order of the text.
"""

from __future__ import annotations

import asyncio
import base64
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Query, WebSocket, WebSocketDisconnect

from engine import Engine, Format, ServiceError, Unauthorized, User, UserError, from_voice_settings
from webhooks.admission import admit
from webhooks.compat.alignment import Alignment, alignment
from webhooks.compat.output_formats import PCM, elevenlabs_format, kept_as

IDLE_SECONDS = 20
LONGEST_WAITING = 5000
LONGEST_SENTENCE = 400
SENTENCE = re.compile(r".*?[.!?…。！？][\"'”’)\]]*(?=\s)\s*", re.DOTALL)
POLICY_VIOLATION = 1008
SORRY = "Something went wrong on our side. Try again."


class Written:
    """Text that came in and is not spoken yet."""

    def __init__(self) -> None:
        self._text = ""

    def add(self, text: str) -> None:
        """Raises `ValueError` when more waits than one clip may hold."""
        self._text += text
        if len(self._text) > LONGEST_WAITING:
            raise ValueError(f"More than {LONGEST_WAITING:,} characters without the end of a sentence.")

    def sentences(self, *, all_of_it: bool) -> list[str]:
        """What can be spoken now: whole sentences, or everything at the end and when the client asks for it."""
        found: list[str] = []
        while match := SENTENCE.match(self._text):
            found.append(match[0])
            self._text = self._text[match.end() :]
        cut = len(self._text) if all_of_it else self._text.rfind(" ", 0, LONGEST_SENTENCE) + 1
        if all_of_it or len(self._text) > LONGEST_SENTENCE:
            found.append(self._text[: cut or LONGEST_SENTENCE])
            self._text = self._text[len(found[-1]) :]
        return [text for text in found if any(map(str.isalnum, text))]


class Session:
    """One socket: a reader that cuts sentences, and a speaker that follows it."""

    def __init__(self, socket: WebSocket, engine: Engine, voice_id: str, output_format: str | None) -> None:
        self._socket, self._engine = socket, engine
        self._voice_id, self._output_format = voice_id, output_format
        self._sentences: asyncio.Queue[str | None] = asyncio.Queue()
        self._options: dict[str, Any] = {}
        self._seconds = 0.0

    async def run(self) -> None:
        """Until the text has ended and is spoken. Raises `UserError`, and `WebSocketDisconnect`."""
        first = await self._receive()  # before all else: who is refused earlier has not read the sentence when it ends
        form, user = elevenlabs_format(self._output_format), await self._who(first)
        self._options = from_voice_settings(first.get("voice_settings") or {})
        async with asyncio.TaskGroup() as group:
            speaking = group.create_task(self._speak(user, form))
            try:
                await self._read(first)
            except BaseException:
                speaking.cancel()
                raise
            self._sentences.put_nowait(None)
        await self._socket.send_json({"audio": None, "isFinal": True})

    async def _receive(self) -> dict[str, Any]:
        async with asyncio.timeout(IDLE_SECONDS):
            frame = await self._socket.receive_json()
        return frame if isinstance(frame, dict) else {}

    async def _who(self, first: Mapping[str, Any]) -> User:
        headers = self._socket.headers
        bearer = str(first.get("authorization") or headers.get("authorization") or "").removeprefix("Bearer ")
        key = str(first.get("xi-api-key") or first.get("xi_api_key") or headers.get("xi-api-key") or bearer)
        if not key:
            raise Unauthorized("Send an API key in the header `xi-api-key` or in the first frame.")
        return await admit(self._socket, key)

    async def _read(self, frame: Mapping[str, Any]) -> None:
        written = Written()
        while (text := str(frame.get("text", ""))) != "":
            written.add(text)
            for sentence in written.sentences(all_of_it=bool(frame.get("flush"))):
                self._sentences.put_nowait(sentence)
            frame = await self._receive()
        for sentence in written.sentences(all_of_it=True):
            self._sentences.put_nowait(sentence)

    async def _speak(self, user: User, form: Format) -> None:
        while (sentence := await self._sentences.get()) is not None:
            await self._say(user, sentence.strip(), form)
            # A second header in the middle of the sound would be heard.
            form = replace(PCM, sample_rate=form.sample_rate) if form.container == "wav" else form

    async def _say(self, user: User, text: str, form: Format) -> None:
        options = {"text": text, "voice": self._voice_id, "format": kept_as(form), **self._options}
        begun = self._seconds
        wait_seconds = self._socket.app.state.wait_seconds
        async with self._engine.streams.open(user, "tts", options, wait_seconds=wait_seconds) as stream:
            async for part, piece in stream.encoded_pieces(form):
                if piece is not None:
                    self._seconds += piece.audio.seconds
                timed = alignment(text, piece.words, within=True) if piece else None
                await self._socket.send_json(_frame(part, timed, begun))


def _frame(part: bytes, timed: Alignment | None, begun: float) -> dict[str, Any]:
    said = None
    if timed is not None:
        starts, ends = timed.character_start_times_seconds, timed.character_end_times_seconds
        said = {
            "chars": timed.characters,
            "charStartTimesMs": [round(1000 * (begun + start)) for start in starts],
            "charDurationsMs": [round(1000 * (end - start)) for start, end in zip(starts, ends, strict=True)],
        }
    audio = base64.b64encode(part).decode()
    return {"audio": audio, "isFinal": None, "alignment": said, "normalizedAlignment": said}


async def stream_input(
    socket: WebSocket, voice_id: str, output_format: Annotated[str | None, Query(max_length=40)] = None
) -> None:
    await socket.accept()
    try:
        await Session(socket, socket.app.state.engine, voice_id, output_format).run()
    except BaseExceptionGroup as group:
        await _refuse(socket, group.exceptions[0])
    except Exception as error:
        await _refuse(socket, error)
    else:
        await socket.close(1000)


async def _refuse(socket: WebSocket, error: BaseException) -> None:
    """What went wrong as a frame, then the end; nothing where nobody listens any more."""
    if isinstance(error, WebSocketDisconnect):
        return
    said = _sentence(error)
    with suppress(RuntimeError, WebSocketDisconnect):
        await socket.send_json({"message": said or SORRY, "error": "refused"})
        await socket.close(POLICY_VIOLATION)
    if said is None:
        raise error


def _sentence(error: BaseException) -> str | None:
    """None for what nobody foresaw."""
    if isinstance(error, TimeoutError):
        return f"Nothing came for {IDLE_SECONDS} seconds."
    if isinstance(error, ServiceError):
        return SORRY
    return str(error) if isinstance(error, UserError | ValueError) else None


def routes() -> APIRouter:
    router = APIRouter()
    router.add_api_websocket_route("/v1/text-to-speech/{voice_id}/stream-input", stream_input)
    return router
