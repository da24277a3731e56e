"""/history: what somebody made, in pages, each clip a button that plays it again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from aiogram.types import Message

from bots.telegram.account import summary
from bots.telegram.asked import Asked
from bots.telegram.clips import Sound, caption, clip_buttons
from bots.telegram.keyboards import keyboard, short, whole
from engine import Status

PER_PAGE = 6
CLIP = "clip_"


async def history(message: Message, ask: Asked) -> None:
    await show(ask, await _page(ask), newest=True)


async def show(ask: Asked, page: Sequence[Status], *, newest: bool) -> None:
    shown = page[:PER_PAGE]
    if not shown:
        raise ask.refusal("history-empty")
    lines = [ask.t("history-title"), *(f"{number}. {summary(status)}" for number, status in enumerate(shown, 1))]
    plays = [(f"▶ {number}", f"play:{short(status.job.id)}") for number, status in enumerate(shown, 1)]
    arrows = [] if newest else [("◀", f"newer:{_cursor(shown[0])}")]
    arrows += [("▶", f"older:{_cursor(shown[-1])}")] if len(page) > PER_PAGE else []
    await ask.show("\n".join(lines), keyboard([plays[:3], plays[3:], arrows]))


def _cursor(status: Status) -> str:
    assert status.clip is not None, "the history is of clips"
    return status.clip.id.removeprefix(CLIP)


async def _page(ask: Asked, *, before: str | None = None) -> list[Status]:
    """One more than is shown, to know whether there is another page."""
    return await ask.engine.jobs.history(ask.user, before=before, limit=PER_PAGE + 1)


async def older(ask: Asked, rest: str) -> None:
    await show(ask, await _page(ask, before=CLIP + rest), newest=False)


async def newer(ask: Asked, rest: str) -> None:
    page = await ask.engine.jobs.history(ask.user, after=CLIP + rest, limit=PER_PAGE + 1)
    if len(page) <= PER_PAGE:
        await show(ask, await _page(ask), newest=True)
    else:
        # The nearest ones: whether there are newer ones is known, and there are older ones.
        await show(ask, [*page[-PER_PAGE:], page[-1]], newest=False)


async def play(ask: Asked, rest: str) -> None:
    """Once more, without a new clip and for nothing."""
    status = await ask.engine.jobs.get(ask.user, whole(rest))
    if status.clip is None:
        raise ask.refusal("job-gone")
    phrases, job = ask.desk.phrases, status.job
    to = replace(ask.to, voice=await ask.desk.voice_name(ask.user, job.capability, job.params))
    words = caption(phrases, to, job, status.clip, "")
    buttons = clip_buttons(phrases, ask.language, job)
    if await ask.desk.clips.post(to, Sound(status.clip, words, buttons)) is None:
        link = await ask.engine.clips.link(status.clip)
        await ask.say(ask.t("clip-as-link", link=link))


VERBS: dict[str, Callable[[Asked, str], Awaitable[None]]] = {"older": older, "newer": newer, "play": play}
