"""`@bot text` in any chat: voice notes that Telegram has from us already, found again by their words.

Typing costs nothing: a text is spoken only once it ends like a sentence, in . ! ? or …. It is made as an ordinary
request whose clip goes to the person's private chat; what Telegram keeps of it there is what other chats get.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace

from aiogram.exceptions import TelegramAPIError
from aiogram.types import InlineQuery, InlineQueryResultCachedVoice, InlineQueryResultsButton, InlineQueryResultUnion

from bots.telegram.address import Address
from bots.telegram.asked import Asked
from bots.telegram.clips import Sound, cut
from engine import Clip, Job, Status

ENDS = (".", "!", "?", "…", "。", "！", "？")
MOST_RESULTS, MOST_UPLOADS = 10, 3
SEARCHED = 50
ANSWER_SECONDS = 8.0
"""Telegram waits for 10."""
CACHED_SECONDS = 2


async def inline(query: InlineQuery, ask: Asked) -> None:
    words = query.query.strip()
    home = replace(ask.to, chat_id=ask.sender.id, message_id=0, thread_id=None)
    known = await _known(ask, words)
    button: str | None = None
    if words and not any(_said(status) == words for status in known):
        if words.endswith(ENDS):
            made = await _made(ask, words, home)
            known = [made, *known] if made else known
            button = None if made else ask.t("telegram-inline-wait")
        else:
            price = await ask.engine.jobs.price(ask.user, "tts", {"text": words})
            button = ask.t("telegram-inline-end", credits=price)
    results = await _results(ask, known, home)
    if not results and button is None:
        button = ask.t("telegram-inline-start")
    await query.answer(
        results,
        cache_time=CACHED_SECONDS,
        is_personal=True,
        button=InlineQueryResultsButton(text=cut(button, 64), start_parameter="inline") if button else None,
    )


def _said(status: Status) -> str:
    return str(status.job.params.get("text") or status.job.params.get("prompt") or "").strip()


async def _known(ask: Asked, words: str) -> list[Status]:
    """Clips with those words in them, newest first; with nothing typed the latest."""
    found = await ask.engine.jobs.history(ask.user, limit=SEARCHED)
    fitting = [status for status in found if words.casefold() in _said(status).casefold() and _said(status)]
    return sorted(fitting, key=lambda status: _said(status) != words)[:MOST_RESULTS]


async def _made(ask: Asked, words: str, home: Address) -> Status | None:
    """Words that are on their way are not ordered again, however often they are typed. None: it takes too long."""
    raw: dict[str, object] = {"text": words}
    if ask.likes.speed is not None:
        raw["speed"] = ask.likes.speed
    unfinished = await ask.engine.jobs.page(ask.user, states=("queued", "running"), limit=SEARCHED)
    job: Job | None = next((status.job for status in unfinished if _said(status) == words), None)
    job = job or await ask.desk.order(ask.user, "tts", raw, home, f"telegram:{ask.update_id}")
    if job is None:
        return None
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            async for status in ask.engine.jobs.watch(ask.user, job.id):
                if status.clip is not None:
                    await _posted(ask, status.clip)
                    return status
    except TimeoutError:
        return None
    return None


async def _posted(ask: Asked, clip: Clip) -> None:
    """Until the courier has posted it in the private chat, whence its file id."""
    while clip.id not in ask.desk.clips.sent:  # noqa: ASYNC110  at most a few seconds, by the caller's limit
        await asyncio.sleep(0.05)


async def _results(ask: Asked, found: list[Status], home: Address) -> list[InlineQueryResultUnion]:
    results: list[InlineQueryResultUnion] = []
    uploads = 0
    for status in found:
        clip = status.clip
        if clip is None or clip.format != "ogg":
            continue
        if clip.id not in ask.desk.clips.sent:
            uploads += 1
            if uploads > MOST_UPLOADS or not await _uploaded(ask, clip, home):
                continue
        results.append(
            InlineQueryResultCachedVoice(
                id=clip.id, voice_file_id=ask.desk.clips.sent[clip.id], title=cut(_said(status), 100)
            )
        )
    return results


async def _uploaded(ask: Asked, clip: Clip, home: Address) -> bool:
    """What was sent before the last start is sent once more, silently, and taken away at once."""
    try:
        message = await ask.desk.clips.post(home, Sound(clip, quiet=True))
        if message is not None:
            await ask.desk.bot.delete_message(home.chat_id, message.message_id)
    except TelegramAPIError:  # they never opened a chat with us, or blocked us
        return False
    return clip.id in ask.desk.clips.sent
