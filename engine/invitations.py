"""Invitations: links by which new people sign up."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from engine.clock import now
from engine.errors import Conflict, InvalidInput, NotAllowed, NotFound
from engine.tokens import digest, new_token
from store import Database, begin, invitations, read
from store.columns import new_id
from store.records import Invitation, User

log = logging.getLogger(__name__)

SignUp = Literal["closed", "invitation", "open"]
"""How new people get in by themselves: not at all, with an invitation, or whoever likes."""
MOST_USES = 1000
MOST_DAYS = 365
MOST_CREDITS = 10**12
DEFAULT_DAYS = 7


@dataclass(frozen=True, slots=True)
class Invitations:
    db: Database
    sign_up: SignUp = "closed"

    async def create(
        self, by: User, *, credits: int | None = None, uses: int = 1, days: int = DEFAULT_DAYS
    ) -> tuple[Invitation, str]:
        """The invitation and its token, which is shown now and never again. `credits`: in place of the welcome credits.

        Raises `NotAllowed` for all but the owner, `Conflict` where nobody signs up, and `InvalidInput`.
        """
        _require_owner(by)
        if self.sign_up == "closed":
            raise Conflict(
                "Nobody can sign up here: set BERNIE_ACCOUNTS__SIGN_UP to invitation, and restart the service."
            )
        for field, value, least, most in (
            ("uses", uses, 1, MOST_USES),
            ("days", days, 1, MOST_DAYS),
            ("credits", credits or 0, 0, MOST_CREDITS),
        ):
            if not least <= value <= most:
                raise InvalidInput(f"The {field} of an invitation are from {least} to {most:,}.", field=field)
        token, moment = new_token(), now()
        invitation = Invitation(
            id=new_id("inv"),
            user_id=by.id,
            credits=credits,
            uses=uses,
            used=0,
            created_at=moment,
            expires_at=moment + timedelta(days=days),
            withdrawn_at=None,
        )
        async with begin(self.db) as tx:
            await invitations.insert_invitation(tx, invitation, digest(token))
        log.info("invitation made", extra={"invitation": invitation.id, "uses": uses})
        return invitation, token

    async def mine(self, by: User) -> list[Invitation]:
        """Newest first. Raises `NotAllowed` for all but the owner."""
        _require_owner(by)
        async with read(self.db) as tx:
            return await invitations.of_user(tx, by.id)

    async def withdraw(self, by: User, invitation_id: str) -> None:
        """Nobody gets in by it any more. Raises `NotAllowed`, and `NotFound` when it is none, or was withdrawn."""
        _require_owner(by)
        async with begin(self.db) as tx:
            if not await invitations.withdraw(tx, by.id, invitation_id, now()):
                raise NotFound("There is no such invitation.")
        log.info("invitation withdrawn", extra={"invitation": invitation_id})


def _require_owner(user: User) -> None:
    if not user.is_owner:
        raise NotAllowed("Only the owner of this installation invites people.")
