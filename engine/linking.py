"""One person, several surfaces: a code made on one and entered on another joins the two accounts.

Whoever enters the code moves in with whoever made it: identities, sessions, keys, voices, clips, jobs, endpoints and
credits. The ledger stays where it was written; the credits move by a transfer. No credits can be made this way: each
identity is welcomed once, before or after, and stays known.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from engine.clock import now
from engine.errors import Conflict, InvalidInput, NotAllowed
from engine.tokens import digest, new_code, typed_code
from store import Database, begin, departures, ledger, linking, users
from store.records import User

CODE_AGE = timedelta(minutes=10)
MOST_CODES = 3
MOST_ATTEMPTS = 10
ATTEMPTS_WITHIN = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Linking:
    db: Database

    async def link_code(self, user: User) -> str:
        """Eight letters and digits, good once and for ten minutes. Raises `NotAllowed` for a fourth that is good."""
        code, moment = new_code(), now()
        async with begin(self.db) as tx:
            await ledger.lock(tx, user.id)
            if await linking.live_codes(tx, user.id, moment) >= MOST_CODES:
                raise NotAllowed(f"You have {MOST_CODES} codes that are still good. Use one, or wait ten minutes.")
            await linking.insert_code(tx, digest(code), user_id=user.id, expires_at=moment + CODE_AGE)
        return code

    async def redeem(self, user: User, code: str) -> User:
        """Moves everything that `user` has to the one who made the code, and returns that one.

        Raises `NotAllowed`, `InvalidInput` for a code that is not good, and `Conflict` while jobs are unfinished:
        then the code stays good. All of it happens, or nothing.
        """
        await self._count_attempt(user)
        code_hash = digest(typed_code(code))
        async with begin(self.db) as tx:
            maker = await linking.maker_of(tx, code_hash, now())
            if maker == user.id:
                raise InvalidInput("This is your own code. Enter it where you are still somebody else.", field="code")
            if maker is not None:
                await ledger.lock_all(tx, (maker, user.id))
            # Looked for by its hash, so that how long it takes says nothing about other codes.
            if maker is None or not await linking.use_code(tx, code_hash):
                raise InvalidInput(
                    "This code is not good: mistyped, used before, or older than ten minutes. Make a new one.",
                    field="code",
                )
            return await _join(tx, user, maker)

    async def _count_attempt(self, user: User) -> None:
        """Committed by itself, so that a refusal counts too."""
        moment = now()
        async with begin(self.db) as tx:
            tried = await linking.note_attempt(tx, user.id, now=moment, since=moment - ATTEMPTS_WITHIN)
        if tried > MOST_ATTEMPTS:
            raise NotAllowed("You have tried too many codes. Wait an hour.")


async def _join(tx: AsyncConnection, user: User, maker: str) -> User:
    """The balances of both are locked."""
    mover, receiver = await users.get(tx, user.id), await users.get(tx, maker)
    if mover is None or receiver is None or mover.kind != "person" or receiver.kind != "person":
        raise Conflict("One of the two accounts was deleted or linked just now. Make a new code.")
    if mover.is_owner:
        raise NotAllowed("The owner's account cannot move. Make the code there, and enter it here.")
    if await linking.has_unfinished_jobs(tx, mover.id):
        raise Conflict("You have requests that are not finished. Wait for them or cancel them, then try again.")
    moment = now()
    if credits := await ledger.balance(tx, mover.id):
        await ledger.transfer(tx, sender=mover.id, receiver=receiver.id, credits=credits, key=None, now=moment)
    await linking.move(tx, mover=mover.id, receiver=receiver.id)
    # What a request that is under way may still write for the one that moved is swept an hour later.
    await departures.close(tx, mover.id, moment)
    return receiver
