"""Credits for Telegram Stars: /topup, the payment itself, /refund and /paysupport. Off unless a price is set.

A payment counts once, by the id of its charge, however often Telegram tells of it. A refund takes the credits first
and gives the Stars back then: killed in between, asking again goes on where it was.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Awaitable, Callable

from aiogram.exceptions import TelegramBadRequest
from aiogram.filters import CommandObject
from aiogram.types import LabeledPrice, Message, PreCheckoutQuery

from bots.telegram.asked import Asked
from bots.telegram.keyboards import keyboard
from engine import LedgerEntry

log = logging.getLogger(__name__)

CURRENCY = "XTR"
PACKS = (1_000, 5_000, 20_000)
MOST = 1_000_000
NOTE = "Telegram Stars "
"""The ledger's note of a purchase: this and the id of the charge, by which it can be refunded."""
REFUNDED = "CHARGE_ALREADY_REFUNDED"


def stars_for(credits: int, per_thousand: int) -> int:
    return max(1, math.ceil(credits * per_thousand / 1000))


def _price(ask: Asked) -> int:
    """Raises a `UserError` where nothing is sold."""
    if ask.desk.stars is None:
        raise ask.refusal("telegram-topup-off")
    return ask.desk.stars


async def topup(message: Message, command: CommandObject, ask: Asked) -> None:
    """/topup shows packs, /topup 2500 is an amount of one's own."""
    price, wanted = _price(ask), (command.args or "").strip()
    if wanted:
        if not wanted.isdecimal() or not 1 <= int(wanted) <= MOST:
            raise ask.refusal("telegram-topup-amount", most=MOST)
        await invoice(ask, wanted)
        return
    rows = [
        [(ask.t("telegram-topup-pack", credits=pack, stars=stars_for(pack, price)), f"buy:{pack}")] for pack in PACKS
    ]
    await ask.say(ask.t("telegram-topup"), keyboard(rows))


async def invoice(ask: Asked, rest: str) -> None:
    credits, price = int(rest), _price(ask)
    await ask.desk.bot.send_invoice(
        ask.to.chat_id,
        title=ask.t("telegram-invoice-title", credits=credits),
        description=ask.t("telegram-invoice", credits=credits),
        payload=f"credits:{credits}",
        currency=CURRENCY,
        prices=[LabeledPrice(label=CURRENCY, amount=stars_for(credits, price))],
        message_thread_id=ask.to.thread_id,
    )


def bought(payload: str) -> int:
    """Credits; 0 for a payload that is none of ours."""
    kind, _, credits = payload.partition(":")
    return int(credits) if kind == "credits" and credits.isdecimal() else 0


async def check(query: PreCheckoutQuery, ask: Asked) -> None:
    """Within 10 s. An invoice may be older than the price: then it is refused, and nobody has paid."""
    credits, price = bought(query.invoice_payload), _price(ask)
    if not credits or query.currency != CURRENCY or query.total_amount != stars_for(credits, price):
        raise ask.refusal("telegram-topup-changed")
    await query.answer(ok=True)


async def paid(message: Message, ask: Asked) -> None:
    payment = message.successful_payment
    assert payment is not None, "the filter saw it"
    charge, credits = payment.telegram_payment_charge_id, bought(payment.invoice_payload)
    if await ask.engine.credits.purchase(ask.user, credits, key=f"telegram:{charge}", note=f"{NOTE}{charge}"):
        log.info("credits bought", extra={"user": ask.user.id, "credits": credits, "stars": payment.total_amount})
    have = await ask.engine.credits.balance(ask.user)
    await ask.say(ask.t("telegram-paid", credits=credits, have=have))


async def refund(message: Message, command: CommandObject, ask: Asked) -> None:
    """/refund CHARGE, or of the last purchase. Raises `Conflict` when credits of it were spent."""
    charge = (command.args or "").strip() or await _last_charge(ask)
    if charge is None:
        raise ask.refusal("telegram-refund-none")
    await _require_theirs(ask, charge)
    credits = await ask.engine.credits.refund(f"telegram:{charge}")
    try:
        await ask.desk.bot.refund_star_payment(ask.sender.id, charge)
    except TelegramBadRequest as error:
        if REFUNDED not in error.message:
            raise
    await ask.say(ask.t("telegram-refunded", credits=credits))


async def _last_charge(ask: Asked) -> str | None:
    entry = next(iter(await _purchases(ask)), None)
    return entry.note.removeprefix(NOTE) if entry else None


async def _require_theirs(ask: Asked, charge: str) -> None:
    if charge not in {entry.note.removeprefix(NOTE) for entry in await _purchases(ask)}:
        raise ask.refusal("telegram-refund-none")


async def _purchases(ask: Asked) -> list[LedgerEntry]:
    """Newest first, all there are."""
    found: list[LedgerEntry] = []
    before: int | None = None
    while page := await ask.engine.credits.entries(ask.user, before=before, limit=200):
        found += [entry for entry in page if entry.kind == "purchase" and entry.note.startswith(NOTE)]
        before = page[-1].id
    return found


async def support(message: Message, ask: Asked) -> None:
    _price(ask)
    await ask.say(ask.t("telegram-paysupport"))


VERBS: dict[str, Callable[[Asked, str], Awaitable[None]]] = {"buy": invoice}
