"""One interaction being answered: acknowledged at once, then one message, edited until it is complete."""

from __future__ import annotations

import logging
from typing import Any

import aiohttp
import discord

from bots.discord.address import Address, Interaction, address_of
from bots.phrases import Phrases
from engine import DatabaseUnavailable, ObjectsUnavailable, ServiceError, UserError

log = logging.getLogger(__name__)

ALREADY_ACKNOWLEDGED = 40060
MOST_CHARACTERS = 2000


class Reply:
    """`private`: only the one who asked sees it."""

    def __init__(self, interaction: Interaction, phrases: Phrases, language: str = "") -> None:
        self.interaction = interaction
        self.phrases = phrases
        self.language = language or phrases.language(interaction.locale.value)
        self.private = False
        self.bubble = False  # clips as voice messages
        self.edits_its_message = False  # a button pressed: the answer is the message it stands under
        self.is_repeated = False  # Discord delivered the interaction before
        self._message_id = 0
        self._acknowledged = False

    def t(self, phrase: str, **values: Any) -> str:
        return self.phrases(self.language, phrase, **values)

    async def acknowledge(self, *, private: bool = False) -> None:
        """Within three seconds, or Discord gives up on us: so before anything else.

        An interaction that was delivered twice is acknowledged already; it goes on all the same, since whoever took
        it first may be dead, and what it asks for has the interaction's id as its key.
        """
        self.private = private
        try:
            response = await self._defer(ephemeral=private, thinking=True)
        except discord.HTTPException as error:
            await self._repeated(error)
            self._message_id = (await self.interaction.original_response()).id
        else:
            self._message_id = (response and response.message_id) or 0
        self._acknowledged = True

    async def _defer(self, **how: bool) -> discord.InteractionCallbackResponse[discord.Client] | None:
        """Once more when the line was dead: Discord closes those that were idle, and a POST is not repeated for us."""
        try:
            return await self.interaction.response.defer(**how)
        except (aiohttp.ClientError, OSError):
            return await self.interaction.response.defer(**how)

    async def _repeated(self, error: discord.HTTPException) -> None:
        if error.code != ALREADY_ACKNOWLEDGED:
            raise error
        self.is_repeated = True

    async def acknowledge_press(self) -> None:
        """For a button whose own message changes."""
        self.edits_its_message = True
        try:
            await self._defer()
        except discord.HTTPException as error:
            await self._repeated(error)
        self._acknowledged = True

    async def ask(self, modal: discord.ui.Modal) -> None:
        """A window is a first answer: nothing may be awaited before it."""
        await self.interaction.response.send_modal(modal)
        self._acknowledged = True

    def address(self) -> Address:
        return address_of(
            self.interaction, self._message_id, language=self.language, private=self.private, bubble=self.bubble
        )

    async def say(
        self,
        text: str = "",
        *,
        view: discord.ui.View | None = None,
        embed: discord.Embed | None = None,
        file: discord.File | None = None,
    ) -> None:
        """What the message is from now on."""
        await self.interaction.edit_original_response(
            content=text[:MOST_CHARACTERS] or None,
            view=view,
            embeds=[embed] if embed else [],
            attachments=[file] if file else [],
            allowed_mentions=discord.AllowedMentions.none(),
        )

    async def refuse(self, sentence: str) -> None:
        """Read by the one who asked and by nobody else, whatever was promised before."""
        if not self._acknowledged:
            await self.interaction.response.send_message(sentence, ephemeral=True)
        elif self.private and not self.edits_its_message:
            await self.say(sentence)
        else:
            if not self.edits_its_message:
                # The public "is thinking" goes first: a followup would take its place, for all to read.
                await self.interaction.delete_original_response()
            await self.interaction.followup.send(sentence, ephemeral=True)

    async def explain(self, error: Exception) -> None:
        """A sentence for what went wrong; for what nobody foresaw, one that can be quoted."""
        if isinstance(error, UserError):
            await self.refuse(self.phrases.sentence(self.language, error.message))
            return
        reference = str(self.interaction.id)
        if isinstance(error, ServiceError | DatabaseUnavailable | ObjectsUnavailable):
            log.error("interaction failed", extra={"interaction": reference, "error": str(error)})
        else:
            log.error("interaction failed", extra={"interaction": reference}, exc_info=error)
        await self.refuse(self.t("error-unexpected", reference=reference))


class Refusal(UserError):
    """A sentence of the bot's own, in the reader's language."""

    code, status = "refused", 400
