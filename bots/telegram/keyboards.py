"""Inline keyboards. What a button means is all in its data, `VERB:REST` of at most 64 bytes, so it outlives us."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup

from engine import BuiltInVoice, Voice

AnyVoice = BuiltInVoice | Voice
Rows = Sequence[Sequence[tuple[str, str]]]
MAX_DATA_BYTES = 64
PER_PAGE = 8


def keyboard(rows: Rows) -> InlineKeyboardMarkup:
    """Rows of (text, data). What does not fit into a button is left out."""
    fitting = [[(text, data) for text, data in row if len(data.encode()) <= MAX_DATA_BYTES] for row in rows]
    made = [[InlineKeyboardButton(text=text, callback_data=data) for text, data in row] for row in fitting if row]
    return InlineKeyboardMarkup(inline_keyboard=made)


def short(job_id: str) -> str:
    """A job's id as a button carries it."""
    return job_id.removeprefix("job_")


def whole(short_id: str) -> str:
    return f"job_{short_id}"


def voice_rows(
    voices: Sequence[AnyVoice], page: int, choose: Callable[[str], str], turn: Callable[[int], str]
) -> list[list[tuple[str, str]]]:
    """Two in a row, and arrows where there are more pages."""
    pages = max(1, -(-len(voices) // PER_PAGE))
    page = max(0, min(page, pages - 1))
    shown = voices[page * PER_PAGE : (page + 1) * PER_PAGE]
    buttons = [(voice.name, choose(voice.id)) for voice in shown]
    rows = [buttons[at : at + 2] for at in range(0, len(buttons), 2)]
    arrows = [("◀", turn(page - 1))] if page else []
    arrows += [("▶", turn(page + 1))] if page + 1 < pages else []
    return [*rows, arrows] if arrows else rows
