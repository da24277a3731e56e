"""Buttons: what each verb does. All that a button means is in its data and in the message it stands under."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiogram.exceptions import TelegramAPIError

from bots.telegram import account, history, hooks, making, paying, voices
from bots.telegram.asked import Asked
from bots.telegram.clips import Sound
from bots.telegram.keyboards import keyboard, voice_rows, whole

Press = Callable[[Asked, str], Awaitable[None]]


async def again(ask: Asked, rest: str) -> None:
    """Another take of the same."""
    made = await ask.engine.jobs.again(ask.user, whole(rest), {"seed": None})
    await ask.order(made.capability, made.options)


async def other(ask: Asked, rest: str) -> None:
    """A list of voices in the place of the buttons."""
    job_id, _, page = rest.partition(":")
    status = await ask.engine.jobs.get(ask.user, whole(job_id))
    found = await making.usable(ask, status.job.capability)
    rows = voice_rows(found, int(page), lambda voice: f"use:{job_id}:{voice}", lambda at: f"other:{job_id}:{at}")
    if (pressed := ask.pressed) is not None:
        await ask.desk.bot.edit_message_reply_markup(
            chat_id=pressed.chat.id, message_id=pressed.message_id, reply_markup=keyboard(rows)
        )


async def use(ask: Asked, rest: str) -> None:
    job_id, _, voice = rest.partition(":")
    made = await ask.engine.jobs.again(ask.user, whole(job_id), {"voice": voice})
    await ask.order(made.capability, made.options)


async def as_file(ask: Asked, rest: str) -> None:
    clip = (await ask.engine.jobs.get(ask.user, whole(rest))).clip
    if clip is None:
        raise ask.refusal("job-gone")
    await ask.desk.clips.post_file(ask.to, Sound(clip), "mp3")


async def delete(ask: Asked, rest: str) -> None:
    """The clip, and the message with it."""
    clip = (await ask.engine.jobs.get(ask.user, whole(rest))).clip
    if clip is not None:
        await ask.engine.clips.delete(ask.user, clip.id)
    ask.desk.clips.sent.pop(clip.id if clip else "", None)
    if (pressed := ask.pressed) is not None:
        await ask.desk.bot.delete_message(pressed.chat.id, pressed.message_id)


async def stop(ask: Asked, rest: str) -> None:
    status = await ask.engine.jobs.cancel(ask.user, rest)
    if not status.job.is_final:
        await ask.note(ask.t("cancel-asked"))


async def convert(ask: Asked, rest: str) -> None:
    """The sound that the keyboard's message replies to."""
    carrier = ask.pressed.reply_to_message if ask.pressed else None
    if carrier is None:
        raise ask.refusal("error-attachment-gone")
    await making.order_conversion(ask.replying_to(carrier.message_id), carrier, {"voice": rest})
    if ask.pressed is not None:
        await ask.desk.bot.delete_message(ask.pressed.chat.id, ask.pressed.message_id)


async def converts(ask: Asked, rest: str) -> None:
    await making.offer_conversion(ask, int(rest))


VERBS: dict[str, Press] = {
    "again": again,
    "other": other,
    "use": use,
    "file": as_file,
    "delete": delete,
    "stop": stop,
    "convert": convert,
    "converts": converts,
    **voices.VERBS,
    **account.VERBS,
    **history.VERBS,
    **paying.VERBS,
    **hooks.VERBS,
}


async def press(ask: Asked, data: str) -> None:
    """Every press is answered, or the button would seem to hang. Raises what its verb raises."""
    verb, _, rest = data.partition(":")
    await VERBS[verb](ask, rest)
    if ask.query is not None:
        try:
            await ask.query.answer()
        except TelegramAPIError:
            return  # it was answered with a note, or it is too old
