"""Hands the outcome of a job back: into the answer that waits for it, else the channel, else a direct message.

Editing an answer twice is editing it once, and a message in a channel carries the job as a nonce that Discord checks
for some minutes: a reply that is delivered again after a crash is still there once. Twice it can be there when the
crash comes between Discord's answer and our row *and* the reply was one of these: an error shown to one person only
(a message of its own), or a message in a channel repeated after Discord has forgotten the nonce.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import discord

from bots.discord.address import COURIER, Address
from bots.discord.bubbles import send_bubble
from bots.discord.letters import Letter, Writer, joined
from bots.discord.progress import Progress
from bots.discord.refusals import NEEDED, NOT_PERMITTED, NOWHERE, TOO_LARGE, is_closed, missing, names_of
from bots.notices import notice
from engine import Delivery, DeliveryFailed, Outcome

log = logging.getLogger(__name__)

LOG_IN_SECONDS = 5.0
NOBODY = discord.AllowedMentions.none()


class DiscordCourier:
    kind = COURIER

    def __init__(self, client: discord.Client, writer: Writer, progress: Progress) -> None:
        self._client, self._writer, self._progress = client, writer, progress

    async def deliver(self, delivery: Delivery, outcome: Outcome) -> None:
        """Raises `DeliveryFailed`: to be tried again while Discord is away, for good when no way is left."""
        if self._client.user is None:
            raise DeliveryFailed("not logged in at Discord", retry_after=LOG_IN_SECONDS)
        address = Address.unpack(delivery.address)
        await self._progress.give_way(outcome.job.id)
        letter = await self._writer.letter(address, outcome)
        nonce = outcome.job.id[-25:]
        try:
            await self._by_the_first_open_way(address, letter, nonce)
        except (discord.DiscordServerError, discord.RateLimited, aiohttp.ClientError, OSError) as error:
            raise DeliveryFailed(f"Discord does not answer: {error}") from error

    async def tell(self, delivery: Delivery) -> None:
        """A direct message. Raises `DeliveryFailed`, for good where the person takes none."""
        if self._client.user is None:
            raise DeliveryFailed("not logged in at Discord", retry_after=LOG_IN_SECONDS)
        words = notice(self._writer.phrases, delivery)
        try:
            person = await self._client.create_dm(discord.Object(int(delivery.address["person"])))
            await person.send(joined(words), nonce=delivery.id[-25:], allowed_mentions=NOBODY)
        except discord.HTTPException as error:
            raise DeliveryFailed(str(error), final=error.code in NOWHERE) from error

    async def _by_the_first_open_way(self, address: Address, letter: Letter, nonce: str) -> None:
        closed: list[str] = []
        permissions: list[str] = []
        ways: list[Callable[[Address, Letter, str], Awaitable[None]]] = []
        if address.token:
            ways.append(self._into_the_answer)
        # What went wrong is for who asked only; where nobody did, for those who wait for it there.
        if (letter.is_clip or not address.token) and address.posts and not address.private:
            ways.append(self._into_the_channel)
        for way in ways:
            try:
                await way(address, letter, nonce)
            except discord.HTTPException as error:
                if not is_closed(error):
                    raise
                closed.append(str(error))
                if error.code in NOT_PERMITTED:
                    permissions = missing(address.permissions, *NEEDED)
            else:
                return
        await self._to_the_person(address, letter, nonce, closed, permissions)

    async def _into_the_answer(self, address: Address, letter: Letter, nonce: str) -> None:
        answer = self._answer_of(address)
        if not letter.is_clip and not address.private:
            await self._aside(answer, address, letter)
            return
        if address.bubble and letter.data is not None and await self._as_bubble(address, letter, nonce):
            below = self._writer.phrases(address.language, "clip-below")
            letter = Letter(text=joined(letter.text, below), view=letter.view, is_clip=True)
        try:
            await self._edit(answer, address, letter)
        except discord.HTTPException as error:
            bare = self._without_file(address, letter, error)
            await self._edit(answer, address, bare)

    def _answer_of(self, address: Address) -> discord.Webhook:
        # As the library makes it for an interaction: of the kind that may whisper, which `Webhook.partial` is not.
        data: Any = {
            "id": address.application_id,
            "type": discord.WebhookType.application.value,
            "token": address.token,
        }
        return discord.Webhook.from_state(data, self._client._connection)

    async def _edit(self, answer: discord.Webhook, address: Address, letter: Letter) -> None:
        await answer.edit_message(
            address.message_id,
            content=letter.text,
            attachments=letter.files(),
            view=letter.view,
            allowed_mentions=NOBODY,
        )

    async def _aside(self, answer: discord.Webhook, address: Address, letter: Letter) -> None:
        """What went wrong is for one person: the public message goes, and they are told."""
        try:
            await answer.delete_message(address.message_id)
        except discord.NotFound as error:
            if error.code != 10008:  # gone before: by the attempt before this one, or by a person
                raise
        await answer.send(letter.text, ephemeral=True, allowed_mentions=NOBODY)

    def _without_file(self, address: Address, letter: Letter, error: discord.HTTPException) -> Letter:
        """The same with a link, and why. Raises the error where that would not help."""
        if letter.data is None:
            raise error
        if error.code in TOO_LARGE or error.status == 413:
            return letter.without_file(self._writer.too_large(address, letter, len(letter.data)))
        if error.code == 50013:
            return letter.without_file(
                self._permission_sentence(address, missing(address.permissions, "attach_files"))
                + "\n"
                + self._writer.phrases(address.language, "clip-as-link", link=letter.link or "")
            )
        raise error

    def _permission_sentence(self, address: Address, permissions: list[str], phrase: str = "permission-missing") -> str:
        return self._writer.phrases(address.language, phrase, permissions=names_of(permissions))

    async def _as_bubble(self, address: Address, letter: Letter, nonce: str) -> bool:
        """False where a voice message cannot be: then it is a file like any other."""
        assert letter.data is not None
        if not address.posts or address.private or not letter.filename.endswith(".ogg"):
            return False
        try:
            await send_bubble(self._client, address.channel_id, letter.data, nonce)
        except discord.HTTPException as error:
            log.info("no voice message", extra={"channel": address.channel_id, "error": str(error)})
            return False
        return True

    async def _into_the_channel(self, address: Address, letter: Letter, nonce: str) -> None:
        """After a quarter of an hour the answer can no longer be reached."""
        if address.token:
            letter = letter.begun_with(
                self._writer.phrases(address.language, "reply-expired", user=str(address.user_id))
            )
        await self._send(self._client.get_partial_messageable(address.channel_id), address, letter, nonce)

    async def _send(self, place: discord.abc.Messageable, address: Address, letter: Letter, nonce: str) -> None:
        whom = discord.AllowedMentions(everyone=False, roles=False, users=[discord.Object(address.user_id)])

        async def post(form: Letter) -> None:
            view = form.view or discord.utils.MISSING
            await place.send(form.text, files=form.files(), view=view, nonce=nonce, allowed_mentions=whom)

        try:
            await post(letter)
        except discord.HTTPException as error:
            if is_closed(error) and letter.data is None:
                raise
            await post(self._without_file(address, letter, error))

    async def _to_the_person(
        self, address: Address, letter: Letter, nonce: str, closed: list[str], permissions: list[str]
    ) -> None:
        say = self._writer.phrases
        why = [self._permission_sentence(address, permissions, "permission-missing-there")] if permissions else []
        if letter.is_clip and closed:
            why.append(
                say(address.language, "clip-for-you" if permissions or address.private else "clip-no-longer-there")
            )
        try:
            person = await self._client.create_dm(discord.Object(address.user_id))
            await self._send(person, address, letter.begun_with(*why), nonce)
        except discord.HTTPException as error:
            if error.code not in NOWHERE:
                raise
            raise DeliveryFailed(f"no way is left: {'; '.join([*closed, str(error)])}", final=True) from error
